//! Several APIs in one policy file: what each command says of which.

use portcullis_testkit::{Behaviour, ScriptedApi, exchange};
use serde_json::Value;

use crate::support::{CONTRACT, Folder, Gateway, text};

const DESK: &str = "openapi: 3.1.0\ninfo: { title: Desk, version: \"1\" }\npaths:\n  /desks:\n    get:\n      \
                    operationId: listDesks\n      security: []\n      responses: { \"204\": { description: none } }\n";

fn folder(notes: &str, desk: &str) -> Folder {
    let policy = format!(
        "listen: 127.0.0.1:0\napis:\n  \
         - {{ name: notes, contract: openapi.yaml, upstream: \"http://{notes}\", base_path: /n }}\n  \
         - {{ name: desk, contract: desk.yaml, upstream: \"http://{desk}\", base_path: \"\", hosts: [desk.example.com] }}\n"
    );
    let files =
        [("openapi.yaml", CONTRACT), ("desk.yaml", DESK), ("portcullis.yaml", policy.as_str())];
    Folder::with(&files)
}

#[test]
fn two_apis_are_served_and_a_record_leads_to_its_own() {
    let notes = ScriptedApi::start(Behaviour::json(200, "[]"));
    let desk = ScriptedApi::start(Behaviour::Answer(b"HTTP/1.1 204 X\r\n\r\n".to_vec()));
    let folder = folder(&notes.address().to_string(), &desk.address().to_string());
    let gateway = Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]);
    for part in ["API `notes`: `Notes`", "API `desk`: `Desk`", "hosts `desk.example.com`"] {
        assert!(gateway.said.contains(part), "{part}: {}", gateway.said);
    }
    let get = |host: &str, path: &str| {
        exchange(gateway.address, format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
    };
    assert_eq!(get("any", "/n/notes").status, 200);
    assert_eq!(get("desk.example.com", "/desks").status, 204);
    let refused = get("desk.example.com", "/undeclared");
    assert_eq!(refused.status, 404);
    let id = refused.field("x-request-id").unwrap().to_owned();
    assert_eq!((notes.seen().len(), desk.seen().len()), (1, 1));
    gateway.end();

    let explained = text(&folder.run(&["explain", &id, "-c", "portcullis.yaml"]).stdout);
    for part in ["API desk, ", "portcullis.yaml:4:"] {
        assert!(explained.contains(part), "{part}: {explained}");
    }
}

#[test]
fn a_described_request_walks_the_api_that_it_is_for() {
    let folder = folder("127.0.0.1:1", "127.0.0.1:2");
    let explain = |path: &str, more: &[&str]| {
        let mut arguments =
            vec!["explain", "-c", "portcullis.yaml", "--method", "GET", "--path", path];
        arguments.extend(more);
        let output = folder.run(&[&arguments[..], &["--format", "json"]].concat());
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let walk = explain("/n/notes", &[]);
    assert_eq!((&walk["api"], &walk["operation"]), (&"notes".into(), &"listNotes".into()));
    let walk = explain("/desks", &[]);
    assert_eq!((&walk["api"], &walk["outcome"]), (&"desk".into(), &"reaches".into()), "{walk}");
    let walk = explain("/desks", &["--header", "Host: other.example"]);
    assert_eq!((&walk["api"], &walk["outcome"]), (&"notes".into(), &"refused".into()), "{walk}");
}

#[test]
fn checking_counts_each_api() {
    let folder = folder("127.0.0.1:1", "127.0.0.1:2");
    let printed = text(&folder.run(&["check", "-c", "portcullis.yaml"]).stdout);
    for part in [
        "API `notes`: 2 operations, 1 of them closed",
        "API `desk`: 1 operation, 0 of them closed",
        "; 3 operations, 1 of them closed",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let arguments = ["attack", "-c", "portcullis.yaml", "--upstream", "http://127.0.0.1:1"];
    let attack = folder.run(&[&arguments[..], &["--attacks", "."]].concat());
    assert_ne!(attack.status.code(), Some(0));
    let said = text(&attack.stderr);
    assert!(said.contains("`--upstream` is said of several APIs"), "{said}");
}
