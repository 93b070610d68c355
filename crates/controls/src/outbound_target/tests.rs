//! Where texts point, by every reading, and what may.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use portcullis_model::{Sources, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};
use proptest::prelude::*;

use super::authority::{Doubt, Host};
use super::judged::{Own, Why};
use super::target::{Reading, Target, Web, target};
use super::*;

const ALL: [Reading; 4] = [Reading::Anywhere, Reading::Reference, Reading::Url, Reading::Host];

fn host(text: &str) -> String {
    match target(text, Reading::Url) {
        Some(Ok(Target::Web(Web { host: Host::Name(name), .. }))) => name,
        Some(Ok(Target::Web(Web { host: Host::Address(address), .. }))) => address.to_string(),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_url_of_one_reading_has_its_host() {
    for (text, expected) in [
        ("https://images.example.com/a.png", "images.example.com"),
        ("HTTPS://Images.Example.COM.:443/a?b=c#d", "images.example.com"),
        (" wss://a.example/socket ", "a.example"),
        ("http://127.0.0.1:80/x", "127.0.0.1"),
        ("http://[::1]:8080/", "::1"),
        ("//cdn.example.com/x", "cdn.example.com"),
        ("https://a.example/path?to=joe@b.example", "a.example"),
        ("https://a.example/~joe/@b", "a.example"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("127.0.0.1:80/x", "127.0.0.1"),
        ("localhost", "localhost"),
        ("localhost:8080/x", "localhost"),
        ("internal.corp/x", "internal.corp"),
        ("internal.corp:80", "internal.corp"),
        ("[::1]:80", "::1"),
        ("redis://127.0.0.1:6379/0", "127.0.0.1"),
        ("amqp://localhost", "localhost"),
        ("webcal://calendar.example/a", "calendar.example"),
    ] {
        assert_eq!(host(text), expected, "{text}");
    }
}

#[test]
fn a_url_of_two_readings_is_doubted() {
    for (text, expected) in [
        ("http://2130706433/", Doubt::Number),
        ("http://0x7f000001/", Doubt::Number),
        ("http://0177.0.0.1/", Doubt::Number),
        ("http://127.1/", Doubt::Number),
        ("http://127.0.0.1.5/", Doubt::Number),
        ("http://a.0x7f/", Doubt::Number),
        ("http://[fe80::1%25eth0]/", Doubt::Number),
        ("http://good.example@10.0.0.1/", Doubt::User),
        ("http://joe:word@good.example/", Doubt::User),
        ("http://good.example#@10.0.0.1/", Doubt::User),
        ("http://10.0.0.1?@good.example/", Doubt::User),
        ("http://good.example\\@10.0.0.1/", Doubt::Slashes),
        ("http:\\\\localhost/", Doubt::Slashes),
        ("http:/localhost/", Doubt::Slashes),
        ("http:localhost", Doubt::Slashes),
        ("http:///localhost/", Doubt::Slashes),
        ("///localhost/", Doubt::Slashes),
        ("/\\evil.example", Doubt::Slashes),
        ("\\\\server\\share", Doubt::Slashes),
        ("/%2fevil.example", Doubt::Slashes),
        ("http://127.0.0.%31/", Doubt::Encoded),
        ("http://%6c%6f%63alhost/", Doubt::Encoded),
        ("http://①②⑦.⓪.⓪.①/", Doubt::Alphabet),
        ("http://127。0。0。1/", Doubt::Alphabet),
        ("http://ｌocalhost/", Doubt::Alphabet),
        ("http://bücher.example/", Doubt::Alphabet),
        ("http://a b.example/", Doubt::Blanks),
        ("http://a\u{0}b.example/", Doubt::Blanks),
        ("ht\ntp://local\thost/", Doubt::Blanks),
        ("/\t/evil.example", Doubt::Blanks),
        ("http://", Doubt::Host),
        ("http://a..b/", Doubt::Host),
        ("http://a:80:90/", Doubt::Host),
        ("http://a:99999/", Doubt::Host),
        ("http://[::1/", Doubt::Host),
        ("file:///etc/passwd", Doubt::Scheme),
        ("gopher://a.example/_x", Doubt::Scheme),
        ("JAR:http://a.example!/x", Doubt::Scheme),
        ("javascript:alert(1)", Doubt::Scheme),
        ("redis://2130706433/", Doubt::Number),
        ("feed:http://a.example", Doubt::Slashes),
        ("2130706433", Doubt::Number),
        ("0x7f.1/x", Doubt::Number),
        ("joe@10.0.0.1", Doubt::User),
    ] {
        assert_eq!(target(text, Reading::Url), Some(Err(expected)), "{text}");
    }
}

#[test]
fn what_is_no_url_for_everybody_is_no_target_where_anything_may_stand() {
    for text in [
        "",
        "see http://localhost:3000 for more",
        "http://localhost:3000 does not answer",
        "http://localhost:3000/login gives 500\nand then nothing",
        "localhost",
        "127.0.0.1",
        "10.0.0.1:80",
        "note: call me",
        "zip:12345",
        "file:report.pdf",
        "data:image/png;base64,AAAA",
        "//later",
        "// a comment",
        "//*[@id='x']",
        "//div/a[@href]",
        "\\d+",
        "\\\\alpha",
        "mailto:joe@a.example",
        "/a/path",
    ] {
        assert_eq!(target(text, Reading::Anywhere), None, "{text}");
    }
    for text in
        ["http://localhost", "//127.0.0.1/x", "/\\10.0.0.1/", "file:///etc/passwd", "//a@b.example"]
    {
        assert!(target(text, Reading::Anywhere).is_some(), "{text}");
    }
}

#[test]
fn words_and_paths_are_no_hosts_where_urls_stand() {
    for (text, expected) in [
        ("/home", Target::Path),
        ("?page=2", Target::Path),
        ("./a", Target::Path),
        ("images/a.png", Target::Word),
        ("the customers", Target::Word),
        ("42", Target::Word),
        ("0", Target::Word),
        ("angular.callbacks._0", Target::Word),
        ("v1.2", Target::Word),
        ("myapp://callback", Target::Program),
        ("com.example.app://oauth.done/x", Target::Program),
        ("mailto:joe@a.example", Target::Program),
        ("tel:5551", Target::Program),
        ("urn:isbn:9780141036144", Target::Program),
    ] {
        assert_eq!(target(text, Reading::Url), Some(Ok(expected)), "{text}");
    }
    // Where a format asks for a reference, a word with a dot is a file.
    assert_eq!(target("photo.png", Reading::Reference), Some(Ok(Target::Word)));
    assert!(matches!(target("localhost:80", Reading::Reference), Some(Ok(Target::Web(_)))));
    assert!(matches!(target("db01", Reading::Host), Some(Ok(Target::Web(_)))));
}

/// Spellings of an address that some fetcher reads as that address.
fn decorated(address: Ipv4Addr, how: usize) -> String {
    let [a, b, c, d] = address.octets();
    let number = address.to_bits();
    let wide: String = format!("{address}").chars().map(widened).collect();
    match how {
        0 => format!("http://{number}/"),
        1 => format!("http://0x{number:08x}/"),
        2 => format!("http://0{number:o}/"),
        3 => format!("http://0{a:o}.{b}.{c}.{d}/"),
        4 => format!("http://0x{a:x}.{b}.{c}.{d}/"),
        5 => format!("http://{a}.{}/", number & 0xff_ffff),
        6 => format!("http://{a}.{b}.{}/", number & 0xffff),
        7 => format!("http://{wide}/"),
        8 => format!("http://good.example@{address}/"),
        9 => format!("http://good.example\\@{address}/"),
        10 => format!("http:\\\\{address}/"),
        11 => format!("http:/{address}/"),
        12 => format!("http:///{address}/"),
        13 => format!("ht\ntp://{address}/"),
        14 => format!("http://\t{address}/"),
        15 => format!("//{address}/"),
        16 => format!("http://{address}./"),
        17 => format!("http://[::ffff:{address}]/"),
        18 => format!("http://[64:ff9b::{address}]/"),
        19 => format!("http://[2002:{:x}:{:x}::]/", number >> 16, number & 0xffff),
        20 => format!("http://%3{}{}/", a / 100 % 10, address),
        21 => format!("\u{feff} http://{address}/"),
        22 => format!("HTTP://{address}:80"),
        23 => format!("{address}/x"),
        24 => format!("{address}:80/x"),
        25 => format!("gopher://{address}/"),
        26 => format!("http://{address}#@good.example/"),
        27 => format!("http://good.example#@{address}/"),
        _ => format!("http://{address}/"),
    }
}

fn widened(one: char) -> char {
    match one {
        '.' => '。',
        digit => char::from_u32(u32::from(digit) + 0xfee0).unwrap_or(digit),
    }
}

const OWN: Own<'_> = Own { listeners: &[], hosts: &[], origins: &[] };

fn judged(
    text: &str,
    reading: Reading,
    rule: &portcullis_policy::TargetRule,
) -> Option<judged::Judged> {
    target(text, reading).map(|read| judged::judge(&read, rule, OWN))
}

proptest! {
    #[test]
    fn no_text_is_too_odd_to_be_read(text in "\\PC*|[htp:/\\\\@.0-9x%\\[\\]#? \t\n]{0,40}") {
        for reading in ALL {
            let _ = target(&text, reading);
        }
    }

    #[test]
    fn an_address_in_its_one_spelling_is_read_as_itself(address: IpAddr, port: Option<u16>) {
        let text = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        let text = port.map_or_else(|| text.clone(), |port| format!("{text}:{port}"));
        let web = Web { scheme: Some("https"), host: Host::Address(address), port };
        for reading in ALL {
            let read = target(&format!("https://{text}/x"), reading);
            prop_assert_eq!(read, Some(Ok(Target::Web(web.clone()))));
        }
        let bare = Web { scheme: None, ..web };
        prop_assert_eq!(target(&text, Reading::Host), Some(Ok(Target::Web(bare))));
    }

    #[test]
    fn no_spelling_of_an_inner_address_passes(
        block in prop::sample::select(vec![
            [127, 0, 0, 1], [10, 0, 0, 1], [169, 254, 169, 254], [192, 168, 1, 1], [172, 16, 5, 4], [100, 100, 100, 200],
        ]),
        how in 0_usize..29,
    ) {
        let text = decorated(Ipv4Addr::from(block), how);
        let found = judged(&text, Reading::Url, &portcullis_policy::TargetRule::Public);
        let is_refused = matches!(found, Some(judged::Judged::Refused(_)));
        prop_assert!(is_refused, "{}: {:?}", text, found);
    }
}

const CONTRACT: &str = r"
openapi: 3.1.0
info: { title: t, version: '1' }
paths:
  /images:
    post:
      operationId: attachImage
      parameters:
        - { name: next, in: query, schema: { type: string } }
        - { name: tags, in: query, style: form, explode: false, schema: { type: array, items: { type: string } } }
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                url: { type: string }
                picture: { type: string, format: uri }
                note: { type: string }
                items: { type: array, items: { type: object, properties: { href: { type: string } } } }
      responses: { '204': { description: done } }
";

fn model(policy: &str) -> Result<Model, String> {
    let mut sources = Sources::default();
    let contract = sources.add("openapi.yaml", CONTRACT);
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\", hosts: [api.example.com] }}]\n\
         origins: [\"https://shop.example.com\"]\naccess: [{{ anyone: [attachImage] }}]\n{policy}"
    );
    let policy = sources.add("portcullis.yaml", policy);
    let input = Input {
        sources,
        contract,
        policy: Some(policy),
        folder: std::path::PathBuf::new(),
        overrides: Overrides::default(),
        now: UnixMillis(0),
    };
    Model::join(input).map_err(|failure| format!("{:?}", failure.diagnostics))
}

/// The reason of the refusal, or the names that are asked for.
fn asked(targets: &str, query: &str, body: &str) -> String {
    let model = model(&format!(
        "operations: {{ attachImage: {{ targets: {{ {targets} }}, reason: r }} }}\n"
    ))
    .unwrap();
    let operation = model.contract.operation(0).unwrap();
    let limits = portcullis_json::Limits::default();
    let document = portcullis_json::Document::parse(body.as_bytes().to_vec(), &limits).unwrap();
    let media = operation.body.iter().flat_map(|body| &body.media).next().unwrap();
    let given = Given {
        path: &[],
        query,
        header: &|_| Vec::new(),
        cookies: "",
        body: Some(document.root()),
        shape: media.schema.as_ref().map(|schema| schema.shape),
    };
    let listeners: [SocketAddr; 1] = ["127.0.0.1:8080".parse().unwrap()];
    let own = Own { listeners: &listeners, hosts: &model.hosts, origins: &model.origins };
    let shapes = &model.contract.shapes;
    match judge((operation, shapes), &model.targets[0], &given, own) {
        Judgement::Refuse(refusal, _) => format!("{}: {}", refusal.reason, refusal.detail),
        Judgement::Pass(questions) => {
            let names: Vec<_> = questions.iter().map(|one| one.name.as_str()).collect();
            names.join(" ")
        }
    }
}

#[test]
fn every_value_of_a_request_is_looked_at() {
    for (query, body, place) in [
        ("next=//10.0.0.1/", "{}", "query.next"),
        ("tags=a,http%3A%2F%2F10.0.0.1%2F", "{}", "query.tags"),
        ("", r#"{"url":"10.0.0.1"}"#, "body./url"),
        ("", r#"{"url":["a","10.0.0.1:80"]}"#, "body./url/1"),
        ("", r#"{"picture":"10.0.0.1"}"#, "body./picture"),
        ("", r#"{"note":"http://10.0.0.1/"}"#, "body./note"),
        ("", r#"{"items":[{"href":"a/b"},{"href":"10.0.0.1/x"}]}"#, "body./items/1/href"),
        ("", r#"{"free":{"deep":[[{"x":"http://10.0.0.1/"}]]}}"#, "body./free/deep/0/0/x"),
    ] {
        let found = asked("", query, body);
        assert_eq!(found, format!("target_address: `{place}` points at a private address"));
    }
    assert_eq!(
        asked("", "", r#"{"note":"10.0.0.1"}"#),
        "",
        "nothing says that a host stands there"
    );
    assert_eq!(asked("", "", r#"{"url":167772161}"#).split(':').next(), Some("target_spelling"));
}

#[test]
fn names_are_asked_for_once_and_not_too_many() {
    let body = r#"{"url":"https://a.example/1","note":"https://a.example/2","picture":"http://b.example"}"#;
    assert_eq!(asked("", "", body), "a.example b.example");
    let many: Vec<String> =
        (0..=NAMES_MAX).map(|one| format!("\"https://h{one}.example/\"")).collect();
    let found = asked("", "", &format!(r#"{{"list":[{}]}}"#, many.join(",")));
    assert!(found.starts_with("too_many_targets"), "{found}");
    for name in ["http://localhost/", "http://db01/", "http://metadata.google.internal/"] {
        let found = asked("", "", &format!(r#"{{"url":"{name}"}}"#));
        assert!(found.starts_with("target_internal"), "{name}: {found}");
    }
}

#[test]
fn a_policy_names_what_a_place_may_point_at() {
    let hosts = r#"body./url: [images.example.com, "*.cdn.example.com", "https://hooks.example.com:8443", db.internal, 10.0.0.7]"#;
    for (url, expected) in [
        ("https://images.example.com/a", ""),
        ("http://IMAGES.example.com:8080/a", ""),
        ("https://images.example.com.evil.example/a", "target_not_listed"),
        ("https://x.cdn.example.com/a", "x.cdn.example.com"),
        ("https://cdn.example.com/a", "target_not_listed"),
        ("https://hooks.example.com:8443/", ""),
        ("https://hooks.example.com/", "target_not_listed"),
        ("http://hooks.example.com:8443/", "target_not_listed"),
        ("http://db.internal/", ""),
        ("http://10.0.0.7/", ""),
        ("http://[::ffff:10.0.0.7]/", ""),
        ("http://10.0.0.8/", "target_not_listed"),
        ("http://8.8.8.8/", "target_not_listed"),
        ("http://167772167/", "target_spelling"),
        ("db01", "target_not_listed"),
        ("/path", ""),
    ] {
        let found = asked(hosts, "", &format!(r#"{{"url":"{url}"}}"#));
        assert_eq!(found.split(':').next(), Some(expected), "{url}: {found}");
    }
    for (next, expected) in [
        ("/home", ""),
        ("home", ""),
        ("evil.example", ""),
        ("https://api.example.com/x", ""),
        ("https://shop.example.com/x", ""),
        ("http://shop.example.com/x", "target_not_listed"),
        ("https://api.example.com:9999/x", "target_not_listed"),
        ("//evil.example", "target_not_listed"),
        ("https://evil.example", "target_not_listed"),
        ("myapp://x", "target_not_listed"),
        ("/\\evil.example", "target_spelling"),
    ] {
        let found = asked("query.next: own", &format!("next={next}"), "{}");
        assert_eq!(found.split(':').next(), Some(expected), "{next}: {found}");
    }
    assert_eq!(asked("body./url: any", "", r#"{"url":"http://10.0.0.1"}"#), "");
    let ours = asked("body./url: any", "", r#"{"url":"http://127.0.0.1:8080/"}"#);
    assert!(ours.starts_with("target_ours"), "{ours}");
    assert_eq!(asked("body./*/0/href: any", "", r#"{"items":[{"href":"10.0.0.1"}]}"#), "");
}

#[test]
fn a_name_must_lead_to_public_addresses_alone() {
    let at = |place: &str, is_expected| Question {
        name: "a.example".to_owned(),
        place: place.to_owned(),
        is_expected,
    };
    let (question, note) = (at("body./url", true), at("body./note", false));
    let reason =
        |addresses: Option<&[IpAddr]>| refusal_of(&question, addresses).map(|one| one.reason);
    let (public, private): (IpAddr, IpAddr) =
        ("8.8.8.8".parse().unwrap(), "10.0.0.1".parse().unwrap());
    assert_eq!(reason(Some(&[public])), None);
    assert_eq!(reason(Some(&[public, private])), Some("target_address"));
    assert_eq!(reason(Some(&[])), Some("target_unresolved"));
    assert_eq!(reason(None), Some("target_unresolved"));
    assert_eq!(refusal_of(&note, None), None, "a link in a note may lead nowhere");
    assert!(refusal_of(&note, Some(&[private])).is_some());
    let detail = refusal_of(&question, None).unwrap().detail;
    assert!(!detail.contains("a.example"), "the host is a value of the request: {detail}");
}

#[test]
fn a_policy_that_protects_nothing_is_refused() {
    let wrong = |targets: &str| {
        let policy = format!("operations: {{ attachImage: {{ targets: {targets} }} }}\n");
        model(&policy).unwrap_err()
    };
    for (targets, expected) in [
        ("{ body./ulr: own }", "/ulr"),
        ("{ query.nxt: own }", "did you mean `next`"),
        ("{ names./x: own }", "no place of a URL"),
        ("{ query.next: owm }", "did you mean `own`"),
        ("{ query.next: a.example }", "hosts stand in a list"),
        ("{ query.next: [\"https://a.example/x\"] }", "paths are not compared"),
        ("{ query.next: any }", "nobody says why"),
    ] {
        let found = wrong(targets);
        assert!(found.contains(expected), "{targets}: {found}");
    }
}

#[test]
fn an_operation_that_points_anywhere_is_found_until_somebody_decides() {
    let found = |policy: &str| match (FACE.expectation)(&model(policy).unwrap(), 0) {
        Expectation::Missing(found) => found.iter().map(|one| one.message.clone()).collect(),
        Expectation::Required(text) => text,
        Expectation::NotApplicable(why) => why.to_owned(),
    };
    let undecided = found("");
    assert!(
        undecided.contains("`body./url`, `body./picture`, `body./items/*/href`"),
        "{undecided}"
    );
    let decided = found(
        "operations: { attachImage: { targets: { body./url: public, body./picture: own, \"body./items/*/href\": [a.example] } } }\n",
    );
    assert!(decided.contains("`body./items/*/href`: [a.example]"), "{decided}");
    let decoy = found("operations: { attachImage: { values: { body./url: empty } } }\n");
    assert!(decoy.contains("`body./picture`") && !decoy.contains("`body./url`"), "{decoy}");
    let other = found("operations: { attachImage: { values: { body./url: [a, b] } } }\n");
    assert!(other.contains("`body./url`"), "{other}");
}

#[test]
fn reasons_are_told_apart() {
    let all = [
        Why::Doubt(Doubt::Scheme),
        Why::Doubt(Doubt::User),
        Why::Address(Class::Private),
        Why::Internal,
        Why::NotListed,
        Why::Unresolved,
        Why::Ours,
        Why::TooMany,
    ];
    let reasons: std::collections::BTreeSet<_> = all.iter().map(|why| why.reason()).collect();
    assert_eq!(reasons.len(), all.len());
}
