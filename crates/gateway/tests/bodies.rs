//! Bodies that are neither JSON nor a form: text, bytes, parts, XML.

mod support;

use portcullis_testkit::Behaviour;
use support::Scene;

const UPLOADS: &str = include_str!("support/uploads.yaml");

fn uploads() -> Scene {
    Scene::new(UPLOADS, Behaviour::json(204, ""))
}

fn put(scene: &Scene, target: &str, content_type: &str, body: &[u8]) -> u16 {
    let mut request = format!(
        "PUT {target} HTTP/1.1\r\nHost: api\r\nContent-Type: {content_type}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    scene.raw(request).status
}

#[test]
fn a_text_body_is_held_against_its_schema() {
    let scene = uploads();
    for (target, body, status) in [
        ("/note", "abcé", 204),
        ("/note", "abcdefgh", 204),
        ("/note", "abcdefghi", 400),
        ("/note", "ABC", 400),
        ("/note", "ab\0", 400),
        ("/level", "7", 204),
        ("/level", "11", 400),
        ("/level", "07", 400),
        ("/level", "seven", 400),
        ("/table", "a,b\r\n1,2\r\n", 204),
    ] {
        let content_type = if target == "/table" { "text/csv" } else { "text/plain" };
        let status_is = put(&scene, target, content_type, body.as_bytes());
        assert_eq!(status_is, status, "{target} {body:?}");
    }
    assert_eq!(put(&scene, "/note", "text/plain", b"ab\xff"), 400);
    assert_eq!(put(&scene, "/note", "text/plain; charset=latin1", b"ab"), 415);
}

#[test]
fn a_body_of_bytes_is_as_long_as_its_schema_says_in_octets() {
    let scene = uploads();
    let send = |body: &[u8]| put(&scene, "/blob", "application/octet-stream", body);
    assert_eq!(send(b"\xff\xfe\0\x01"), 204);
    assert_eq!(send("éé".as_bytes()), 204);
    assert_eq!(send(b"12345"), 400);
    assert_eq!(put(&scene, "/blob", "image/gif", b"GIF89a"), 415);
}

#[test]
fn a_file_begins_as_its_label_says() {
    let scene = uploads();
    assert_eq!(put(&scene, "/blob", "image/png", b"\x89PNG\r\n\x1a\n...."), 204);
    assert_eq!(put(&scene, "/blob", "image/png", b"<svg onload=alert(1)>"), 400);
}
