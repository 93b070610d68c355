//! Where answers may lead, what fields may hold, and what becomes of markup.

use portcullis_json::{Document, Limits};
use portcullis_policy::{Origin, Redirects, TargetHost, TargetName, TargetRule, Targets};

use super::*;
use crate::outbound_target::Own;

fn host(text: &str) -> TargetHost {
    let (name, below) = text.strip_prefix("*.").map_or((text, false), |name| (name, true));
    let name = match (name.parse(), below) {
        (Ok(address), _) => TargetName::Address(address),
        (Err(_), true) => TargetName::Below(name.to_owned()),
        (Err(_), false) => TargetName::Exact(name.to_owned()),
    };
    TargetHost { scheme: None, name, port: None }
}

/// The reason of the refusal; else a word for what became of it.
fn led(location: &str, rule: &Redirects, is_decided: bool) -> &'static str {
    let hosts = ["api.example.com".to_owned()];
    let origins = [Origin::new("https://shop.example.com").unwrap()];
    let targets = Targets {
        places: vec![(
            portcullis_policy::InputPlace::Header("x-next".to_owned()),
            TargetRule::Hosts(vec![host("images.example.com"), host("10.0.0.9")]),
        )],
    };
    let listeners = ["127.0.0.1:8080".parse().unwrap()];
    let own = Own { listeners: &listeners, hosts: &hosts, origins: &origins };
    let asked = Some("gateway.example:8443");
    match lead(location, &Leading { rule, targets: &targets, own, asked, is_decided }) {
        Lead::Stays => "stays",
        Lead::Allowed => "allowed",
        Lead::Unsaid(_) => "unsaid",
        Lead::Refused(wrong) => wrong.reason(),
    }
}

#[test]
fn an_answer_leads_to_the_api_itself_by_all_its_names() {
    for location in [
        "/welcome",
        "/welcome?next=https://evil.example/",
        "orders/7",
        "?page=2",
        "#top",
        "",
        "https://api.example.com/welcome",
        "//api.example.com/welcome",
        "https://shop.example.com/",
        "https://gateway.example:8443/welcome",
    ] {
        assert_eq!(led(location, &Redirects::Undecided, true), "stays", "{location}");
        assert_eq!(led(location, &Redirects::Own, true), "stays", "{location}");
    }
}

#[test]
fn no_spelling_leads_to_a_host_that_nobody_named() {
    for (location, reason) in [
        ("https://evil.example/login", "redirect_away"),
        ("//evil.example", "redirect_away"),
        ("http://api.example.com.evil.example/", "redirect_away"),
        ("https://gateway.example/", "redirect_away"),
        ("https://shop.example.com:444/", "redirect_away"),
        ("/\\evil.example", "redirect_spelling"),
        ("\\\\evil.example", "redirect_spelling"),
        ("https:/evil.example", "redirect_spelling"),
        ("https:evil.example", "redirect_spelling"),
        ("https:///evil.example", "redirect_spelling"),
        ("https://api.example.com@evil.example/", "redirect_spelling"),
        ("https://evil.example\\@api.example.com/", "redirect_spelling"),
        ("https://api.example.com%2eevil.example/", "redirect_spelling"),
        ("/\t/evil.example", "redirect_spelling"),
        ("javascript:alert(1)", "redirect_scheme"),
        ("data:text/html,<script>", "redirect_scheme"),
        ("file:///etc/passwd", "redirect_scheme"),
        ("myapp://callback", "redirect_away"),
        ("http://10.0.0.5:9000/jobs", "redirect_internal"),
        ("http://localhost/", "redirect_internal"),
        ("http://[::ffff:169.254.169.254]/", "redirect_internal"),
        ("http://2130706433/", "redirect_spelling"),
        ("http://db.internal/", "redirect_internal"),
        ("http://10.0.0.9/", "redirect_internal"),
    ] {
        assert_eq!(led(location, &Redirects::Undecided, true), reason, "{location}");
    }
}

#[test]
fn what_is_named_may_be_led_to() {
    let listed = Redirects::Listed {
        hosts: vec![host("login.example.net"), host("*.cdn.example.net"), host("10.0.0.5")],
        programs: vec!["myapp".to_owned()],
    };
    for location in [
        "https://login.example.net/?client=7",
        "https://a.cdn.example.net/x",
        "http://10.0.0.5:9000/",
        "myapp://callback",
        "MyApp:callback",
        "https://images.example.com/a.png",
    ] {
        assert_eq!(led(location, &listed, true), "allowed", "{location}");
    }
    for location in ["https://cdn.example.net/", "https://xlogin.example.net/", "other://x"] {
        assert_eq!(led(location, &listed, true), "redirect_away", "{location}");
    }
    assert_eq!(led("https://anybody.example/", &Redirects::Public, true), "allowed");
    assert_eq!(led("http://10.0.0.5/", &Redirects::Public, true), "redirect_internal");
    assert_eq!(led("/\\evil.example", &Redirects::Public, true), "redirect_spelling");
}

#[test]
fn where_nobody_could_say_it_a_public_host_passes_and_an_inner_one_does_not() {
    for location in ["https://login.example.net/", "myapp://callback"] {
        assert_eq!(led(location, &Redirects::Undecided, false), "unsaid", "{location}");
    }
    assert_eq!(led("http://10.0.0.5/", &Redirects::Undecided, false), "redirect_internal");
    assert_eq!(led("//x@evil.example", &Redirects::Undecided, false), "redirect_spelling");
}

#[test]
fn a_host_of_the_request_is_known_however_it_was_sent() {
    for request in [
        "GET /go?to=https://Evil.Example/ HTTP/1.1",
        "GET /go?to=https%3A%2F%2Fevil%2Eexample%2F HTTP/1.1",
        "POST /go HTTP/1.1\r\n\r\n{\"to\":\"//evil.example\"}",
    ] {
        let wrong = Wrong::Away("evil.example".to_owned()).beside(request.as_bytes());
        assert_eq!(wrong.reason(), "redirect_repeats", "{request}");
        let told = wrong.refusal("go").detail;
        assert!(!told.contains("evil"), "{told}");
    }
    let other = Wrong::Away("evil.example".to_owned()).beside(b"GET /go?to=7 HTTP/1.1");
    let refusal = other.refusal("go");
    assert_eq!((refusal.reason, refusal.status.0), ("redirect_away", 502));
    assert!(refusal.detail.contains("\"go\": { redirects: [evil.example] }"), "{}", refusal.detail);
}

#[test]
fn a_field_that_acts_on_whoever_reads_it_is_unfit() {
    let unfit = |name, value: &str| super::unfit(name, value, [value].into_iter());
    for value in ["a\u{9b}31mb", "a\u{202e}b", "a\u{2028}b", "\u{feff}a"] {
        assert_eq!(unfit("x-note", value), Some(Unfit::Acts), "{value:?}");
    }
    let turned = "attachment; filename*=UTF-8''leaf%E2%80%AEgnp.exe";
    assert_eq!(unfit("content-disposition", turned), Some(Unfit::Acts));
    for (name, value) in [
        ("x-note", "Übersicht\t日本 👍"),
        ("x-note", "50%E2%80%AE"),
        ("content-disposition", "attachment; filename*=UTF-8''%C3%BCbersicht.pdf"),
    ] {
        assert_eq!(unfit(name, value), None, "{value}");
    }
    assert_eq!(unfit("x-note", &"x".repeat(FIELD_BYTES_MAX)), None);
    assert_eq!(unfit("x-note", &"x".repeat(FIELD_BYTES_MAX + 1)), Some(Unfit::TooLong));
    let twice = |name, value| super::unfit(name, value, ["a", "b"].into_iter());
    assert_eq!(twice("etag", "a"), Some(Unfit::Twice));
    assert_eq!(twice("x-note", "a"), None);
}

fn document(text: &str) -> Document {
    Document::parse(text.as_bytes().to_vec(), &Limits::default()).unwrap()
}

#[test]
fn escaped_markup_is_read_as_the_same() {
    let text = "{\"a<b\":\"</script><script>x&&y()\u{2028}\u{2029}\u{20ac}é\",\"c\":[1,\"\\\\<\"]}";
    let escaped = super::escaped(text.as_bytes()).unwrap();
    let escaped = String::from_utf8(escaped).unwrap();
    assert!(!escaped.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{escaped}");
    assert!(escaped.contains("\u{20ac}é"), "{escaped}");
    let (was, is) = (document(text), document(&escaped));
    let note = |document: &Document, at: &str| {
        document.root().lookup(at).unwrap().as_str().unwrap().to_owned()
    };
    for at in ["/a<b", "/c/1"] {
        assert_eq!(note(&was, at), note(&is, at), "{at}");
    }
    assert_eq!(super::escaped(escaped.as_bytes()), None, "nothing is left to escape");
    assert_eq!(super::escaped("{\"a\":\"\u{20ac}\u{201c}é\"}".as_bytes()), None);
}

#[test]
fn markup_that_runs_a_script_is_found_and_signs_are_not() {
    let runs = |text: &str| {
        let document = document(text);
        runs_script(document.root(), text.as_bytes())
    };
    for text in [
        r#"{"note":"<script>alert(1)</script>"}"#,
        r#"{"note":"\u003cimg src=x onerror=alert(1)\u003e"}"#,
        r#"[{"<svg onload=alert(1)>":1}]"#,
        r#"["</script><script>alert(1)//"]"#,
    ] {
        assert!(runs(text), "{text}");
    }
    for text in [r#"{"note":"1 < 2 and 3 > 2, a<b"}"#, r#"{"note":"I <3 tea"}"#, "[]"] {
        assert!(!runs(text), "{text}");
    }
}
