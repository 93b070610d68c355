//! The command as a new user meets it: exit codes, what is said, what is served.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a set-up that fails must fail its test"
)]

mod acme;
mod administrative;
mod api_key_limits;
mod api_keys;
mod apis;
mod audit;
mod audit_deployment;
mod audit_paths;
mod audit_secrets;
mod backup;
mod canaries;
mod certificates;
mod ci;
mod compare;
mod contract_report;
mod dump;
mod evidence;
mod explain;
mod generated;
mod imported_keys;
mod init;
mod issuer;
mod key_life;
mod keys;
mod login;
mod once;
mod passwords;
mod policy;
mod policy_test;
mod public_contract;
mod rekey;
mod reload;
mod resources;
mod sessions;
mod spoken_of;
mod story;
mod support;
mod thief;
mod threats;
mod usage;
mod vault;

use std::path::Path;

use portcullis_testkit::{Behaviour, ScriptedApi, exchange};
use serde_json::Value;
use support::{CONTRACT, Folder, Gateway, text};

#[test]
fn a_contract_alone_is_served_on_loopback_and_ends_on_sigterm() {
    let api = ScriptedApi::start(Behaviour::json(200, r#"[{"text": "a", "owner": 7}]"#));
    let folder = Folder::with(&[("openapi.yaml", CONTRACT)]);
    let upstream = format!("http://{}", api.address());
    let gateway = Gateway::start(
        &folder,
        &["run", "--contract", "openapi.yaml", "--upstream", &upstream, "--listen", "127.0.0.1:0"],
    );
    assert!(gateway.said.contains("callers are not verified"), "{}", gateway.said);
    let answer = exchange(gateway.address, "GET /notes HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!((answer.status, answer.text().as_str()), (200, r#"[{"text":"a"}]"#));
    let answer = exchange(gateway.address, "GET /other HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(answer.status, 404);
    let id = answer.field("x-request-id").unwrap().to_owned();
    let (code, _) = gateway.end();
    assert_eq!(code, 0);

    let output = folder.run(&["explain", &id]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let explained = text(&output.stdout);
    for part in ["api_inventory", "undeclared_path", "base_path"] {
        assert!(explained.contains(part), "{explained}");
    }
    assert!(!explained.contains("relax:"), "a wrong path is no reason to relax");
}

#[test]
fn trying_changes_nothing_and_says_what_would_be_refused() {
    let body = r#"[{"text": "a", "owner": 7}]"#;
    let api = ScriptedApi::start(Behaviour::json(200, body));
    let folder = Folder::with(&[("openapi.yaml", CONTRACT)]);
    let upstream = format!("http://{}", api.address());
    let arguments =
        ["try", "--contract", "openapi.yaml", "--upstream", &upstream, "--listen", "127.0.0.1:0"];
    let gateway = Gateway::start(&folder, &arguments);
    let get = |path: &str| {
        exchange(gateway.address, format!("GET {path} HTTP/1.1\r\nHost: a\r\nX-Own: 1\r\n\r\n"))
    };
    assert_eq!(get("/notes").text(), body);
    assert_eq!(get("/notes/abc").text(), body);
    assert_eq!(get("/notes/abc").text(), body);
    api.behave(Behaviour::json(500, "{}"));
    assert_eq!(get("/notes").status, 500);
    let (code, printed) = gateway.end();
    assert_eq!(code, 0);
    insta::assert_snapshot!(printed);

    let mut arguments = arguments;
    arguments[6] = "0.0.0.0:0";
    assert_eq!(folder.run(&arguments).status.code(), Some(2), "loopback only");
}

#[test]
fn whoever_observes_is_told_at_the_end_what_would_have_been_done_and_how_often() {
    let api = ScriptedApi::start(Behaviour::json(200, r#"[{"text": "a", "owner": 7}]"#));
    let folder = Folder::with(&[("openapi.yaml", CONTRACT)]);
    let upstream = format!("http://{}", api.address());
    let gateway = Gateway::start(
        &folder,
        &[
            "run",
            "--observe",
            "--contract",
            "openapi.yaml",
            "--upstream",
            &upstream,
            "--listen",
            "127.0.0.1:0",
        ],
    );
    for _ in 0..3 {
        let answer = exchange(gateway.address, "GET /notes/abc HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(answer.status, 200);
    }
    let said = gateway.end_and_hear();
    let (_, counted) = said.split_once("     3 x getNote: ").unwrap_or_else(|| panic!("{said}"));
    let first = counted.lines().find_map(|line| line.split_once("the first: portcullis explain "));
    let (_, first) = first.unwrap_or_else(|| panic!("{said}"));
    let output = folder.run(&[&["explain"], &first.split(' ').collect::<Vec<_>>()[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("getNote"), "{}", text(&output.stdout));
}

#[test]
fn what_is_removed_is_said_once_and_found_in_the_ledger() {
    let body = r#"[{"text": "a", "owner": 7}, {"owner": 8}]"#;
    let api = ScriptedApi::start(Behaviour::json(200, body));
    let folder = Folder::with(&[("openapi.yaml", CONTRACT)]);
    let upstream = format!("http://{}", api.address());
    let gateway = Gateway::start(
        &folder,
        &["run", "--contract", "openapi.yaml", "--upstream", &upstream, "--listen", "127.0.0.1:0"],
    );
    for _ in 0..3 {
        let answer = exchange(gateway.address, "GET /notes HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(answer.text(), r#"[{"text":"a"},{}]"#);
    }
    let said = gateway.end_and_hear();
    let removed: Vec<&str> = said.lines().filter(|line| line.starts_with("removed")).collect();
    let [line] = removed.as_slice() else { panic!("one line of: {said}") };
    let told = "removed in listNotes: response_shape (undeclared_property): /*/owner of the answer \
                200; said once; portcullis explain ";
    let command = line.strip_prefix(told).unwrap_or_else(|| panic!("{line}"));
    let arguments: Vec<&str> = ["explain"].into_iter().chain(command.split(' ')).collect();
    let explained = text(&folder.run(&arguments).stdout);
    for part in ["openapi.yaml:9:9  the answer 200", "openapi.yaml:13:23  the schema of its"] {
        assert!(explained.contains(part), "{part}: {explained}");
    }
}

#[test]
fn checking_says_what_is_closed_and_what_stops() {
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }]\n";
    let folder = Folder::with(&[
        ("openapi.yaml", CONTRACT),
        ("portcullis.yaml", policy),
        ("wrong.yaml", &format!("{policy}acces: []\n")),
    ]);
    let check = |name: &str, more: &[&str]| {
        let mut arguments = vec!["check", "-c", name, "--format", "json"];
        arguments.extend(more);
        let output = folder.run(&arguments);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code().unwrap(), report)
    };
    let (code, report) = check("portcullis.yaml", &[]);
    assert_eq!(
        (code, &report["operations"], &report["operations_closed"]),
        (0, &2.into(), &1.into())
    );
    let closed = &report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["code"] == "caller-operation-closed");
    let closed = closed.unwrap();
    assert_eq!(closed["line"], 15, "{closed}");
    for part in ["file", "column", "snippet", "help"] {
        assert!(!closed[part].is_null(), "{part}: {closed}");
    }
    assert_eq!(check("portcullis.yaml", &["--deny", "warnings"]).0, 1);
    let (code, report) = check("wrong.yaml", &[]);
    assert_eq!(code, 1);
    let problem = &report["problems"][0];
    assert!(problem["help"].as_str().unwrap().contains("access"), "{problem}");
    let run = folder.run(&["run", "-c", "wrong.yaml"]);
    assert_eq!(run.status.code(), Some(1), "what `check` calls an error stops `run`");
    assert_eq!(check("missing.yaml", &[]).0, 2);
    assert_eq!(folder.run(&["check"]).status.code(), Some(2));

    let text_form = folder.run(&["check", "-c", "wrong.yaml"]);
    let shown = text(&text_form.stdout);
    assert!(
        shown.contains("wrong.yaml:2:1") && shown.contains("portcullis explain policy-"),
        "{shown}"
    );
}

#[test]
fn every_code_and_control_has_a_page() {
    let folder = Folder::with(&[]);
    let listed = text(&folder.run(&["reference", "codes"]).stdout);
    let codes = listed.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`'));
    let names: Vec<&str> = codes.chain(["input_shape", "A6"]).collect();
    assert!(names.len() > 50, "{} codes", names.len());
    for name in names {
        let output = folder.run(&["explain", name]);
        assert_eq!(output.status.code(), Some(0), "{name}");
        let page = text(&output.stdout);
        assert!(page.starts_with('#') && page.lines().count() > 2, "{name}: {page}");
        assert_eq!(page.matches(&format!("# {name}\n")).count(), 0, "{name}: its title twice");
    }
    let output = folder.run(&["explain", "input_shap"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("did you mean `input_shape`?"));
}

#[test]
fn an_unusable_ledger_or_address_is_said_before_anything_is_served() {
    let folder = Folder::with(&[("openapi.yaml", CONTRACT)]);
    let base = ["run", "--contract", "openapi.yaml", "--upstream", "http://127.0.0.1:9"];
    let with = |more: &[&str]| {
        let arguments: Vec<&str> = base.iter().chain(more).copied().collect();
        folder.run(&arguments)
    };
    let output = with(&["--listen", "127.0.0.1:0", "--ledger", "missing/ledger.jsonl"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--ledger"), "{}", text(&output.stderr));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = with(&["--listen", &address]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains(&address), "{}", text(&output.stderr));
    assert!(Path::new(&folder.path("portcullis-ledger.jsonl")).exists());
}

/// All of it is tried by `built_in` of the crate `attack`, control by control; here it is what the command makes of it.
#[test]
fn the_demo_says_what_was_stopped_by_what_and_keeps_evidence_of_it() {
    let folder = Folder::with(&[]);
    let some = ["--only", "A6", "--only", "a9-*", "--only", "browse"];
    let before = ["demo", "--once", "--format", "json", "--evidence", "seen.jsonl"];
    let output = folder.run(&[&before[..], &some].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let attacks = report["attacks"].as_array().unwrap();
    for attack in attacks {
        let words = ["id", "item", "direct", "through", "state"].map(|key| attack[key].as_str());
        assert!(words.iter().all(Option::is_some), "{attack}");
        assert_eq!(attack["state"] == "closed", attack["control"].is_string(), "{attack}");
    }
    assert_eq!(report["totals"]["attacks"], attacks.len());
    assert_eq!(report["totals"]["inconclusive"], 0);
    assert_eq!(report["journeys"][0]["through"], "ok");
    assert_eq!(report["evidence"]["records"], attacks.len() + 1);
    let verified = folder.run(&["evidence", "verify", "seen.jsonl"]);
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stderr));
    let nothing = folder.run(&["demo", "--once", "--only", "b1-*"]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(text(&nothing.stderr).contains("nothing is like `b1-*`"));
}
