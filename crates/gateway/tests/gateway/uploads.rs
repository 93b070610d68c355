//! Files in requests: what they are besides what they say, where the document says which types they may have and where
//! it says nothing; and what they are called.

#![expect(clippy::indexing_slicing, reason = "a record without its fields must fail its test")]

use crate::support::Scene;
use portcullis_testkit::Behaviour;

const CONTRACT: &str = r#"
openapi: 3.1.0
info: { title: files, version: "1" }
paths:
  /files:
    put:
      operationId: putFile
      security: []
      requestBody:
        content:
          image/gif: {}
          application/zip: {}
          application/vnd.rar: {}
          image/svg+xml: { schema: { type: string } }
      responses: { "204": { description: done } }
  /anything:
    put:
      operationId: putAnything
      security: []
      requestBody: { content: { "*/*": {} } }
      responses: { "204": { description: done } }
  /drawings:
    put:
      operationId: putDrawing
      security: []
      requestBody: { content: { image/svg+xml: { schema: {} } } }
      responses: { "204": { description: done } }
  /parts:
    post:
      operationId: postParts
      security: []
      requestBody:
        content:
          multipart/form-data:
            schema: { type: object, properties: { file: { type: string, format: binary }, note: { type: string } } }
      responses: { "204": { description: done } }
  /open-parts:
    post:
      operationId: postOpenParts
      security: []
      requestBody: { content: { multipart/form-data: {} } }
      responses: { "204": { description: done } }
"#;

fn scene() -> Scene {
    Scene::new(CONTRACT, Behaviour::json(204, ""))
}

fn sent(scene: &Scene, line: &str, label: &str, body: &[u8]) -> (u16, String) {
    let mut request = format!(
        "{line} HTTP/1.1\r\nHost: api\r\nContent-Type: {label}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    let status = scene.raw(request).status;
    (status, scene.last_record()["reason"].as_str().unwrap_or_default().to_owned())
}

/// One file among parts: with this line of `Content-Disposition` behind the name, and this label.
fn part(scene: &Scene, target: &str, name: &str, label: &str, file: &[u8]) -> (u16, String) {
    let label = if label.is_empty() { String::new() } else { format!("Content-Type: {label}\r\n") };
    let head =
        format!("--b\r\nContent-Disposition: form-data; name=\"file\"; {name}\r\n{label}\r\n");
    let body = [head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
    sent(scene, &format!("POST {target}"), "multipart/form-data; boundary=b", &body)
}

/// An archive of no files, which ends as every archive does.
const EMPTY_ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";
const DRAWING: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>";
const SCRIPTED: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";

#[test]
fn a_body_that_is_an_archive_a_program_or_a_page_besides_is_refused() {
    let scene = scene();
    let two = (400, "two_files".to_owned());
    for (label, body) in [
        ("application/zip", [EMPTY_ZIP, b"<?php system($_GET[0]); ?>"].concat()),
        ("image/gif", [GIF, b"<?=`$_GET[0]`?>"].concat()),
        ("image/gif", [GIF, b"Rar!\x1a\x07\x01\0"].concat()),
        ("image/gif", b"GIF89a/*\x01\0*/=alert(1)".to_vec()),
        ("application/vnd.rar", [b"Rar!\x1a\x07\x01\0".as_slice(), EMPTY_ZIP].concat()),
    ] {
        assert_eq!(sent(&scene, "PUT /files", label, &body), two, "{label}");
        assert_eq!(sent(&scene, "PUT /anything", label, &body), two, "{label}");
    }
    let other = (400, "not_what_it_says".to_owned());
    assert_eq!(sent(&scene, "PUT /files", "application/vnd.rar", b"PK\x03\x04"), other);
    for (label, body) in [
        ("application/zip", EMPTY_ZIP),
        ("image/gif", GIF),
        ("application/vnd.rar", b"Rar!\x1a\x07\x01\0"),
    ] {
        assert_eq!(sent(&scene, "PUT /files", label, body).0, 204, "{label}");
    }
}

#[test]
fn a_drawing_that_runs_is_refused_whatever_the_document_says_of_it() {
    let scene = scene();
    for target in ["PUT /files", "PUT /anything", "PUT /drawings"] {
        let label = "image/svg+xml";
        assert_eq!(
            sent(&scene, target, label, SCRIPTED),
            (400, "two_files".to_owned()),
            "{target}"
        );
    }
    for target in ["PUT /files", "PUT /anything"] {
        assert_eq!(sent(&scene, target, "image/svg+xml", DRAWING).0, 204, "{target}");
    }
}

#[test]
fn a_part_is_judged_by_its_label_and_its_name_where_no_type_is_declared() {
    let scene = scene();
    let two = (400, "two_files".to_owned());
    for target in ["/parts", "/open-parts"] {
        for (name, label, file) in [
            ("filename=\"a.svg\"", "image/svg+xml", SCRIPTED),
            ("filename=\"a.bin\"", "image/svg+xml", SCRIPTED),
            ("filename=\"a.SVG\"", "application/octet-stream", SCRIPTED),
            ("filename=\"a.svg\"", "", SCRIPTED),
            ("filename=\"a.gif\"", "image/gif", b"GIF89a;<?php system('id'); ?>"),
            ("filename=\"a.gif\"", "", b"GIF89a;<script>alert(1)</script>"),
            ("filename=\"a.zip\"", "application/octet-stream", b"PK\x03\x04 and more"),
            ("filename=\"a.svgz\"", "application/octet-stream", b"\x1f\x8b\x08 packed"),
            ("filename=\"a.php\"", "image/gif", GIF),
            ("filename=\"a.php.gif\"", "image/gif", GIF),
        ] {
            assert_eq!(part(&scene, target, name, label, file), two, "{target} {name} {label}");
        }
        for (name, label, file) in [
            ("filename=\"a.svg\"", "image/svg+xml", DRAWING),
            ("filename=\"a.gif\"", "image/gif", GIF),
            // Browsers label a file by its name, and people rename files.
            ("filename=\"a.jpg\"", "image/jpeg", GIF),
            ("filename=\"a.txt\"", "", b"about <script>"),
            // Whoever takes programs does not call them pictures.
            ("filename=\"a.php\"", "application/octet-stream", b"print 1"),
        ] {
            assert_eq!(part(&scene, target, name, label, file).0, 204, "{target} {name} {label}");
        }
    }
}

#[test]
fn a_file_is_called_what_every_reader_calls_it() {
    let scene = scene();
    for name in [
        "filename=\"=?utf-8?B?Li4vLi4vYS5waHA=?=\"",
        "filename=\"=?utf-8?Q?=2e=2e=2fa?=\"",
        "filename=\"%252e%252e%252fa.png\"",
        "filename=\"a%25252fb.png\"",
        "filename=\"a%2500.png\"",
        "filename=\"a%u002fb.png\"",
        "filename*=utf-8''%252e%252e%252fa.png",
        "filename=\"a.php::$DATA\"",
        "filename=\"con.png\"",
        "filename=\"-rf\"",
        "filename=\"$(id).png\"",
        "filename=\"`id`.png\"",
    ] {
        let (status, reason) = part(&scene, "/parts", name, "image/gif", GIF);
        assert_eq!((status, reason.as_str()), (400, "file_name"), "{name}");
    }
    for name in ["filename=\"50%20off.png\"", "filename=\"100%.gif\"", "filename=\"console.gif\""] {
        assert_eq!(part(&scene, "/parts", name, "image/gif", GIF).0, 204, "{name}");
    }
}
