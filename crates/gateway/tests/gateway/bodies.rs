//! Bodies that are neither JSON nor a form: text, bytes, parts, XML.

use crate::support::{Scene, Setup};
use portcullis_testkit::Behaviour;

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
        ("/switch", "true", 204),
        ("/switch", "True", 400),
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

const GIF: &str = "GIF89a!";

/// A body of parts: what stands behind each delimiter, up to the next.
fn parts(boundary: &str, parts: &[&str]) -> Vec<u8> {
    let parts: Vec<String> =
        parts.iter().map(|part| format!("--{boundary}\r\n{part}\r\n")).collect();
    format!("{}--{boundary}--\r\n", parts.concat()).into_bytes()
}

fn field(name: &str, value: &str) -> String {
    format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}")
}

fn photo() -> String {
    format!(
        "Content-Disposition: form-data; name=\"photo\"; filename=\"a.gif\"\r\n\
         Content-Type: image/gif\r\n\r\n{GIF}"
    )
}

fn send_parts(scene: &Scene, list: &[&str]) -> u16 {
    put(scene, "/photos", "multipart/form-data; boundary=xX", &parts("xX", list))
}

#[test]
fn parts_reach_the_api_with_a_boundary_of_ours_and_nothing_else_changed() {
    let scene = uploads();
    let about = "content-disposition: form-data; name=about; filename=\"blob\"\r\n\
                 content-type: application/json\r\ncontent-length: 32\r\n\r\n\
                 {\"owner\": 1,  \"pl\\u0061ce\": \"x\"}";
    let list = [&field("tags", "a"), &photo(), &field("tags", "b"), about, &field("rank", "7")];
    assert_eq!(send_parts(&scene, &list.map(|part| part as &str)), 204);
    let request = scene.forwarded().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let (_, boundary) = head.split_once("multipart/form-data; boundary=").unwrap();
    let boundary = boundary.split("\r\n").next().unwrap();
    assert!(boundary.starts_with("portcullis0"), "{boundary}");
    let about = "Content-Disposition: form-data; name=\"about\"; filename=\"blob\"\r\n\
                 Content-Type: application/json\r\n\r\n{\"place\":\"x\"}";
    let list = [&field("tags", "a"), &photo(), &field("tags", "b"), about, &field("rank", "7")];
    let expected = parts(boundary, &list.map(|part| part as &str));
    assert_eq!(body, String::from_utf8(expected).unwrap());
}

#[test]
fn a_boolean_in_a_part_reaches_the_api_in_its_one_spelling() {
    let scene = uploads();
    assert_eq!(send_parts(&scene, &[&photo(), &field("shared", "True")]), 204);
    let body = scene.forwarded_body().unwrap();
    assert!(body.contains(&format!("{}\r\n", field("shared", "true"))), "{body}");
    assert_eq!(send_parts(&scene, &[&photo(), &field("shared", "1")]), 400);
}

#[test]
fn what_clients_write_in_many_spellings_reaches_the_api_in_one() {
    let scene = uploads();
    for file in [
        "Content-Disposition: form-data; name=\"photo\"; filename=\"naïve.gif\"",
        "content-disposition: form-data; name=photo; filename*=utf-8''na%C3%AFve.gif",
        "Content-Disposition:form-data;name=\"photo\";filename=\"naïve.gif\";\
         filename*=UTF-8''na%C3%AFve.gif",
    ] {
        let file = format!(
            "{file}\r\nContent-Length: 7\r\nContent-Transfer-Encoding: binary\r\n\
             content-type: image/GIF; codecs=\"x\"\r\nX-Other: y\r\n\r\n{GIF}"
        );
        assert_eq!(send_parts(&scene, &[&file]), 204, "{file}");
        let body = scene.forwarded_body().unwrap();
        let expected = "Content-Disposition: form-data; name=\"photo\"; filename=\"naïve.gif\"\r\n\
                        Content-Type: image/gif\r\n\r\nGIF89a!\r\n--";
        assert!(body.contains(expected), "{body}");
    }
}

#[test]
fn a_part_that_is_not_declared_or_not_writable_does_not_arrive() {
    let scene = uploads();
    assert_eq!(send_parts(&scene, &[&field("role", "admin"), &photo(), &field("id", "7")]), 204);
    let body = scene.forwarded_body().unwrap();
    assert!(body.contains("photo") && !body.contains("role") && !body.contains("\"id\""), "{body}");
    let edits = &scene.last_record()["edits"];
    assert_eq!(edits[0]["detail"], "/role", "{edits}");
    assert_eq!(edits[1]["reason"], "read_only_property", "{edits}");
}

#[test]
fn parts_are_held_against_their_schema() {
    let scene = uploads();
    let large = photo().replace(GIF, &format!("GIF89a{}", "x".repeat(60)));
    let page = "Content-Disposition: form-data; name=\"pages\"; filename=\"p\"\r\n\r\nbytes";
    let php = photo().replace("image/gif", "text/html");
    let svg = photo().replace(GIF, "<svg/>");
    let wide = photo().replace("Content-Type", "X-Width: 10\r\nContent-Type");
    let as_file = field("title", "t").replace("\"title\"", "\"title\"; filename=\"t\"");
    for (list, status) in [
        (vec![field("title", "t")], 400),
        (vec![photo(), photo()], 400),
        (vec![large], 400),
        (vec![photo(), field("title", &"t".repeat(21))], 400),
        (vec![photo(), field("rank", "0")], 400),
        (vec![photo(), field("rank", "07")], 400),
        (vec![photo(), field("tags", "a"), field("tags", "toolong")], 400),
        (vec![photo(), field("about", "{\"place\": 1}")], 400),
        (vec![photo(), field("about", "{\"place\": \"a\", \"place\": \"b\"}")], 400),
        (vec![photo(), field("about", "{\"place\":")], 400),
        (vec![photo(), page.to_owned(), page.to_owned()], 204),
        (vec![photo(), page.to_owned(), page.to_owned(), page.to_owned()], 400),
        (vec![php], 415),
        (vec![svg], 400),
        (vec![wide.clone()], 400),
        (vec![wide.replace("10", "9")], 204),
        (vec![photo(), as_file], 400),
        (vec![photo(), field("title", "a\0b")], 400),
    ] {
        let parts: Vec<&str> = list.iter().map(String::as_str).collect();
        assert_eq!(send_parts(&scene, &parts), status, "{list:?}");
    }
}

#[test]
fn what_stands_around_the_parts_is_nobodys_and_stays_behind() {
    let scene = uploads();
    let whole = String::from_utf8(parts("xX", &[&photo()])).unwrap();
    assert_eq!(send_parts(&scene, &[&photo()]), 204);
    let boundary_left_out = |body: String| {
        let line = body.split("\r\n").next().unwrap().to_owned();
        body.replace(&line, "--b")
    };
    let expected = boundary_left_out(scene.forwarded_body().unwrap());
    for body in [
        format!("This is a message in several parts.\r\n{whole}"),
        format!("\r\n{whole}"),
        format!("{whole}\r\nnothing more\r\n"),
    ] {
        let status = put(&scene, "/photos", "multipart/form-data; boundary=xX", body.as_bytes());
        assert_eq!(status, 204, "{body}");
        assert_eq!(boundary_left_out(scene.forwarded_body().unwrap()), expected);
    }
}

#[test]
fn a_body_of_parts_with_two_readings_never_reaches_the_api() {
    let scene = uploads();
    let whole = String::from_utf8(parts("xX", &[&photo()])).unwrap();
    let inside = photo().replace(GIF, &format!("{GIF}\n--xX\nContent-Disposition: form-data"));
    let twice = photo().replace("name=\"photo\"", "name=\"photo\"; name=\"role\"");
    for (what, body) in [
        ("a boundary behind the end", format!("{whole}--xX\r\n")),
        ("another boundary before the first", format!("--yY\r\n{whole}")),
        ("another boundary behind a line feed", format!("hello\n--yY\n\r\n{whole}")),
        ("a boundary in a line of a preamble", format!("hello{whole}")),
        ("a boundary behind a bare line feed", format!("hello\n{whole}")),
        ("another boundary behind the end", format!("{whole}\r\n--yY\r\n")),
        ("text beside the end", whole.replace("--xX--", "--xX--hello")),
        ("dashes beside the end", whole.replace("--xX--", "--xX---")),
        ("a boundary in a part", String::from_utf8(parts("xX", &[&inside])).unwrap()),
        ("a longer boundary", whole.replace("--xX\r\n", "--xXx\r\n")),
        ("white space behind a boundary", whole.replacen("--xX\r\n", "--xX \r\n", 1)),
        ("line feeds", whole.replace("\r\n", "\n")),
        ("a name twice", String::from_utf8(parts("xX", &[&twice])).unwrap()),
        ("a folded field", whole.replace("; filename", ";\r\n filename")),
        (
            "a transfer encoding",
            whole.replace("Content-Type", "Content-Transfer-Encoding: base64\r\nContent-Type"),
        ),
        ("another length", whole.replace("Content-Type", "Content-Length: 3\r\nContent-Type")),
        ("a path", whole.replace("a.gif", "../a.gif")),
        ("parts in a part", whole.replace("image/gif", "multipart/mixed; boundary=y")),
        ("no end", whole.replace("--xX--", "--xX")),
        ("nothing", String::new()),
    ] {
        let status = put(&scene, "/photos", "multipart/form-data; boundary=xX", body.as_bytes());
        assert_eq!(status, 400, "{what}");
    }
    for label in [
        "multipart/form-data",
        "multipart/form-data; boundary=xX; boundary=yY",
        "multipart/mixed; boundary=xX",
    ] {
        assert_eq!(put(&scene, "/photos", label, whole.as_bytes()), 415, "{label}");
    }
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn a_body_of_parts_has_limits_of_its_own() {
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                  limits: { body_bytes: 64B, multipart_bytes: 2KiB, parts: 3, part_bytes: 1KiB, part_head_bytes: 128B }\n";
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    let scene = Scene::with(UPLOADS, Behaviour::json(204, ""), setup);
    let page = |size: usize| {
        let head = "Content-Disposition: form-data; name=\"pages\"; filename=\"p\"";
        format!("{head}\r\n\r\n{}", "x".repeat(size))
    };
    let named = |size: usize| field(&"n".repeat(size), "");
    for (list, reason) in [
        (vec![photo(), page(1024)], None),
        (vec![photo(), page(1025)], Some("part_bytes")),
        (vec![photo(), page(900), page(900)], Some("multipart_bytes")),
        (vec![photo(), named(1), named(1), named(1)], Some("parts")),
        (vec![photo(), named(128)], Some("part_head_bytes")),
    ] {
        let parts: Vec<&str> = list.iter().map(String::as_str).collect();
        let status = send_parts(&scene, &parts);
        assert_eq!(status, if reason.is_some() { 413 } else { 204 }, "{reason:?}");
        if let Some(reason) = reason {
            assert_eq!(scene.last_record()["reason"], reason);
        }
    }
}

#[test]
fn xml_reaches_the_api_without_what_its_schema_does_not_name() {
    let scene = Scene::new(UPLOADS, Behaviour::json(204, ""));
    let order = "<?xml version=\"1.0\"?>\n<order>\n  <id>7</id>\n  <role>admin</role>\n</order>";
    let kept = "<?xml version=\"1.0\"?>\n<order>\n  <id>7</id>\n  \n</order>";
    assert_eq!(put(&scene, "/order", "application/xml; charset=utf-8", order.as_bytes()), 204);
    assert_eq!(scene.forwarded_body().unwrap(), kept);
    let record = scene.last_record();
    assert_eq!(record["edits"][0]["control"], "writable_properties");
    assert_eq!(record["edits"][0]["detail"], "/role");
    for (body, reason) in [
        ("<order>", "not_what_it_says"),
        ("{\"id\": 1}", "not_what_it_says"),
        ("<!DOCTYPE o [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><o>&x;</o>", "xml_doctype"),
        ("<o>&x;</o>", "xml_entity"),
        ("<?xml version=\"1.0\" encoding=\"utf-7\"?><o/>", "xml_declaration"),
        ("<o role=\"a\" role=\"admin\"/>", "xml_repeated_attribute"),
        ("<o><id>1</id><id>2</id></o>", "repeated"),
        ("<o>1<id>1</id></o>", "xml_mixed"),
        ("<o><id>one</id></o>", "schema"),
    ] {
        assert_eq!(put(&scene, "/order", "application/xml", body.as_bytes()), 400, "{body}");
        assert_eq!(scene.last_record()["reason"], reason, "{body}");
    }
    let deep = "<a>".repeat(65);
    assert_eq!(put(&scene, "/order", "application/xml", deep.as_bytes()), 413);
    assert_eq!(put(&scene, "/order", "application/xml; charset=utf-16", b"<a/>"), 415);
}

#[test]
fn xml_without_a_schema_passes_as_it_came_if_it_is_well_formed() {
    let contract = UPLOADS.replace(
        "application/xml: { schema: { type: object, properties: { id: { type: integer } } } }",
        "application/xml: {}",
    );
    let scene = Scene::new(&contract, Behaviour::with_type(200, "application/xml", "<a>"));
    let order = "<order id='1'><note>&lt;b&gt;</note>and text</order>";
    assert_eq!(put(&scene, "/order", "application/xml", order.as_bytes()), 200);
    assert_eq!(scene.forwarded_body().unwrap(), order);
    // Nor does anything look into the answer; it is reported that it is no XML.
    assert_eq!(scene.last_record()["drift"], "not_xml");
    assert_eq!(put(&scene, "/order", "application/xml", b"<order>"), 400);
}

#[test]
fn xml_that_is_one_text_to_its_schema_passes_both_ways_as_it_came() {
    let object =
        "application/xml: { schema: { type: object, properties: { id: { type: integer } } } }";
    let text = "'*/*': { schema: { type: string } }";
    let contract = UPLOADS.replace(object, text).replace("application/xml: {}", text);
    assert_ne!(contract, UPLOADS);
    let order = "<r a=\"1\"><b>x</b>&amp;<b/></r>";
    let scene = Scene::new(&contract, Behaviour::with_type(200, "application/xml", order));
    for label in ["application/xml", "application/atom+xml"] {
        assert_eq!(put(&scene, "/order", label, order.as_bytes()), 200);
        assert_eq!(scene.forwarded_body().unwrap(), order);
        assert!(scene.last_record().get("edits").is_none_or(serde_json::Value::is_null));
    }
    assert_eq!(put(&scene, "/order", "application/xml", b"<r>"), 400);
}

#[test]
fn xml_whose_elements_are_not_clear_is_refused_until_somebody_decides() {
    let contract = UPLOADS.replace(
        "application/xml: { schema: { type: object, properties: { id: { type: integer } } } }",
        "application/xml: { schema: { type: object, properties: { id: { type: integer }, code: { \
         type: string, xml: { name: id } } } } }",
    );
    assert_ne!(contract, UPLOADS);
    let scene = Scene::new(&contract, Behaviour::json(204, ""));
    assert_eq!(put(&scene, "/order", "application/xml", b"<order><id>1</id></order>"), 415);
    assert_eq!(scene.last_record()["reason"], "type_not_read");
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                  relax: [{ operation: putOrder, control: content_type, mode: observe, \
                  by: somebody, reason: \"an old client\" }]\n";
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    let scene = Scene::with(&contract, Behaviour::json(204, ""), setup);
    assert_eq!(put(&scene, "/order", "application/xml", b"<order><id>1</id></order>"), 204);
}
