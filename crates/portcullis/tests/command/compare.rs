//! `portcullis try --as a.token --as b.token`: what gives one caller what belongs to the other.

use std::net::SocketAddr;

use portcullis_sample::{HONEST, Sample};
use portcullis_testkit::{Behaviour, ScriptedApi, exchange};
use serde_json::Value;

use crate::support::{CONTRACT, Folder, text};

/// The sample, on a thread that ends with the test.
pub(crate) fn sample() -> SocketAddr {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let running = Sample::start_on_loopback().await.unwrap();
            tell.send(running.address).unwrap();
            std::future::pending::<()>().await;
        });
    });
    told.recv().unwrap()
}

/// The token that the sample gives to whoever logs in.
pub(crate) fn token(api: SocketAddr, name: &str) -> String {
    let body = format!(r#"{{"email":"{name}@pharmacy.example","password":"{name}-pass"}}"#);
    let answer = exchange(
        api,
        format!(
            "POST /api/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    );
    let told: Value = serde_json::from_str(&answer.text()).unwrap();
    told.get("token").unwrap().as_str().unwrap().to_owned()
}

#[test]
fn the_sample_gives_away_what_it_should_not_and_its_safe_twins_do_not() {
    let api = sample();
    let folder = Folder::with(&[
        ("openapi.yaml", HONEST),
        ("alice.token", &token(api, "alice")),
        ("bob.token", &(token(api, "bob") + "\n")),
    ]);
    let upstream = format!("http://{api}");
    let arguments = [
        "try",
        "--contract",
        "openapi.yaml",
        "--upstream",
        &upstream,
        "--as",
        "alice.token",
        "--as",
        "bob.token",
    ];
    let output = folder.run(&arguments);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{printed}{}", text(&output.stderr));
    assert!(printed.contains("curl -H \"Authorization: Bearer $(cat bob.token)\""), "{printed}");
    assert!(
        printed.contains("getOrderByCode: no answer to either of them has a `code`"),
        "{printed}"
    );
    let json: Vec<&str> = arguments.into_iter().chain(["--format", "json"]).collect();
    let told: Value = serde_json::from_slice(&folder.run(&json).stdout).unwrap();
    let given: Vec<&str> = told["given_away"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["path"].as_str().unwrap())
        .collect();
    assert!(given.iter().all(|path| !path.starts_with("/safe/")), "{told:#}");
    for path in [
        "/orders/1",
        "/orders/recent",
        "/prescriptions/",
        "/customers/1",
        "/cards/",
        "/deliveries/",
    ] {
        assert!(given.iter().any(|one| one.starts_with(path)), "{path}: {told:#}");
    }
}

/// Two callers whose orders the answers keep apart, or not.
const SHOP: &str = r#"openapi: 3.1.0
info: { title: Shop, version: "1" }
paths:
  /me: { get: { operationId: me, responses: {} } }
  /orders: { get: { operationId: listOrders, responses: {} }, post: { operationId: create, responses: {} } }
  /orders/{id}: { get: { operationId: getOrder, responses: {} }, delete: { operationId: drop, responses: {} } }
  /orders/{id}/cancel: { get: { operationId: cancelOrder, responses: {} } }
"#;

#[test]
fn only_get_is_sent_and_nothing_whose_name_says_that_it_changes_something() {
    let api = ScriptedApi::start(Behaviour::json(200, r#"{"id": 7, "note": "the same for all"}"#));
    let folder =
        Folder::with(&[("openapi.yaml", SHOP), ("a.token", "a"), ("b.token", "Cookie: sid=b")]);
    let upstream = format!("http://{}", api.address());
    let base = [
        "try",
        "--contract",
        "openapi.yaml",
        "--upstream",
        &upstream,
        "--as",
        "a.token",
        "--as",
        "b.token",
    ];
    let output = folder.run(&base);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}{}", text(&output.stderr));
    assert!(printed.contains("cancelOrder: its name says that it changes something"), "{printed}");
    let requests = api.seen();
    assert!(!requests.is_empty());
    for request in &requests {
        assert!(request.starts_with("GET /"), "{request}");
        assert!(!request.contains("cancel"), "{request}");
    }
    let shown = |line: &str| requests.iter().any(|one| one.contains(line));
    assert!(shown("Authorization: Bearer a\r\n") && shown("Cookie: sid=b\r\n"));
}

#[test]
fn two_callers_on_this_machine_are_needed() {
    let folder = Folder::with(&[
        ("openapi.yaml", CONTRACT),
        ("a.token", "a"),
        ("b.token", "b"),
        ("c.token", "b\n"),
    ]);
    let run = |upstream: &str, files: &[&str]| {
        let mut arguments = vec!["try", "--contract", "openapi.yaml", "--upstream", upstream];
        files.iter().for_each(|file| arguments.extend(["--as", file]));
        let output = folder.run(&arguments);
        (output.status.code(), text(&output.stderr))
    };
    for (upstream, files, part) in [
        ("http://127.0.0.1:9", &["a.token"][..], "two callers"),
        ("http://127.0.0.1:9", &["a.token", "b.token", "c.token"], "two callers"),
        ("http://127.0.0.1:9", &["b.token", "c.token"], "the same token"),
        ("http://127.0.0.1:9", &["a.token", "missing.token"], "missing.token"),
        ("http://192.0.2.1:80", &["a.token", "b.token"], "this machine"),
    ] {
        let (code, said) = run(upstream, files);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(part), "{part}: {said}");
    }
}
