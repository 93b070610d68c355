//! Another model while the gateway runs.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use portcullis_testkit::{Behaviour, ScriptedApi, exchange};
use serde_json::Value;

use crate::support::{CONTRACT, Folder, Gateway};

fn policy(api: &ScriptedApi, more: &str) -> String {
    format!(
        "apis:\n  - contract: openapi.yaml\n    upstream: \"http://{}\"\nlisten: 127.0.0.1:0\n\
         health: 127.0.0.1:0\nledger: {{ file: ledger.jsonl }}\n{more}",
        api.address()
    )
}

fn start(api: &ScriptedApi, more: &str) -> (Folder, Gateway) {
    let policy = policy(api, more);
    let folder = Folder::with(&[("openapi.yaml", CONTRACT), ("portcullis.yaml", &policy)]);
    let gateway = Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]);
    (folder, gateway)
}

fn status(gateway: &Gateway) -> u16 {
    exchange(gateway.address, "GET /notes/1 HTTP/1.1\r\nHost: a\r\n\r\n").status
}

fn readiness(gateway: &Gateway) -> String {
    let address = gateway.said.split("readiness at http://").nth(1);
    let address = address.and_then(|rest| rest.split('/').next()).unwrap();
    exchange(address.parse().unwrap(), "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n").text()
}

/// The reloads in a ledger.
fn reloads(folder: &Folder) -> Vec<Value> {
    let text = fs::read_to_string(folder.path("ledger.jsonl")).unwrap();
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.filter(|record| record["event"] == "reload").collect()
}

const OPEN: &str = "access: [{ anyone: [getNote] }]\n";

#[test]
fn what_narrows_goes_in_by_itself_and_what_widens_waits_for_a_signal() {
    let api = ScriptedApi::start(Behaviour::json(200, "{}"));
    let (folder, gateway) = start(&api, OPEN);
    assert_eq!(status(&gateway), 200);
    fs::write(folder.path("portcullis.yaml"), policy(&api, "")).unwrap();
    gateway.hear("reloaded: model");
    gateway.hear("narrower: `getNote` is closed");
    assert_eq!(status(&gateway), 403);
    // As editors do it.
    fs::write(folder.path("new"), policy(&api, OPEN)).unwrap();
    fs::rename(folder.path("new"), folder.path("portcullis.yaml")).unwrap();
    gateway.hear("waits for SIGHUP");
    gateway.hear("wider: `getNote` is opened: anyone may call it, and before nobody may call it (portcullis.yaml:7:");
    assert_eq!(status(&gateway), 403);
    assert!(readiness(&gateway).contains("waits for SIGHUP"), "{}", readiness(&gateway));
    gateway.hang_up();
    gateway.hear("1 change lets more through, 0 changes let less");
    assert_eq!(status(&gateway), 200);
    assert!(readiness(&gateway).starts_with("ready\n"));
    gateway.end();
    let reloads = reloads(&folder);
    let told: Vec<_> = reloads.iter().map(|one| (&one["outcome"], &one["trigger"])).collect();
    let expected = [("loaded", "file"), ("waits", "file"), ("loaded", "signal")];
    assert!(told.iter().zip(expected).all(|(one, other)| *one.0 == other.0 && *one.1 == other.1));
    assert_eq!(told.len(), 3, "{reloads:?}");
    assert_eq!(reloads[0]["changes"][0]["reach"], "narrower");
    assert_eq!(reloads[2]["model_before"], reloads[0]["model"]);
    assert_eq!(reloads[2]["model"], reloads[0]["model_before"]);
}

#[test]
fn what_is_invalid_is_said_and_the_last_good_model_stays() {
    let api = ScriptedApi::start(Behaviour::json(200, "{}"));
    let (folder, gateway) = start(&api, OPEN);
    fs::write(folder.path("openapi.yaml"), "openapi: 3.1.0\npaths: [").unwrap();
    let said = gateway.hear("are not taken");
    assert!(said.contains("openapi.yaml:"), "the place is said: {said}");
    assert_eq!(status(&gateway), 200);
    assert!(readiness(&gateway).contains("the last one failed"), "{}", readiness(&gateway));
    fs::write(folder.path("openapi.yaml"), CONTRACT).unwrap();
    gateway.hear("stays in force");
    assert!(!readiness(&gateway).contains("failed"));
    gateway.end();
    let failed = &reloads(&folder)[0];
    assert_eq!(failed["outcome"], "failed");
    let problem = failed["problems"][0]["what"].as_str().unwrap();
    assert!(problem.starts_with("openapi.yaml:"), "{problem}");
}

#[test]
fn nothing_is_taken_from_a_file_that_others_can_write() {
    let api = ScriptedApi::start(Behaviour::json(200, "{}"));
    let (folder, gateway) = start(&api, OPEN);
    let path = folder.path("portcullis.yaml");
    fs::write(&path, policy(&api, "")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    gateway.hang_up();
    gateway.hear("can be written by everybody");
    gateway.hear("are not taken");
    assert_eq!(status(&gateway), 200, "not even on a signal");
    let checked = folder.run(&["check", "-c", "portcullis.yaml"]);
    let checked = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.contains("policy-writable-by-others"), "{checked}");
    gateway.end();
    assert_eq!(reloads(&folder)[0]["outcome"], "failed");
}

#[test]
fn links_that_are_swapped_as_in_kubernetes_are_a_change() {
    let api = ScriptedApi::start(Behaviour::json(200, "{}"));
    let folder = Folder::with(&[]);
    for (version, more) in [("..1", OPEN), ("..2", "")] {
        fs::create_dir(folder.path(version)).unwrap();
        fs::write(folder.path(version).join("portcullis.yaml"), policy(&api, more)).unwrap();
        fs::write(folder.path(version).join("openapi.yaml"), CONTRACT).unwrap();
    }
    symlink("..1", folder.path("..data")).unwrap();
    for name in ["portcullis.yaml", "openapi.yaml"] {
        symlink(format!("..data/{name}"), folder.path(name)).unwrap();
    }
    let gateway = Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]);
    assert_eq!(status(&gateway), 200);
    symlink("..2", folder.path("..new")).unwrap();
    fs::rename(folder.path("..new"), folder.path("..data")).unwrap();
    gateway.hear("reloaded: model");
    assert_eq!(status(&gateway), 403);
}

#[test]
fn a_ledger_that_is_rotated_loses_no_record() {
    let api = ScriptedApi::start(Behaviour::json(200, "{}"));
    let (folder, gateway) = start(&api, OPEN);
    assert_eq!(status(&gateway), 200);
    // The record is written a few milliseconds after the answer.
    while fs::read_to_string(folder.path("ledger.jsonl")).unwrap().is_empty() {
        std::thread::yield_now();
    }
    fs::rename(folder.path("ledger.jsonl"), folder.path("ledger.jsonl.1")).unwrap();
    gateway.hang_up();
    gateway.hear("were read again");
    assert_eq!(status(&gateway), 200);
    gateway.end();
    for name in ["ledger.jsonl", "ledger.jsonl.1"] {
        let text = fs::read_to_string(folder.path(name)).unwrap();
        assert_eq!(text.matches("\"operation\":\"getNote\"").count(), 1, "{name}: {text}");
    }
}

#[test]
fn a_log_that_is_opened_again_approves_nothing_that_waits() {
    let api = ScriptedApi::start(Behaviour::json(200, "{}"));
    let (folder, gateway) = start(&api, "");
    fs::write(folder.path("portcullis.yaml"), policy(&api, OPEN)).unwrap();
    gateway.hear("waits for SIGHUP");
    fs::rename(folder.path("ledger.jsonl"), folder.path("ledger.jsonl.1")).unwrap();
    gateway.signal("-USR1");
    while !folder.path("ledger.jsonl").exists() {
        std::thread::yield_now();
    }
    assert_eq!(status(&gateway), 403);
    assert!(readiness(&gateway).contains("waits for SIGHUP"), "{}", readiness(&gateway));
    gateway.hang_up();
    gateway.hear("1 change lets more through");
    assert_eq!(status(&gateway), 200);
    gateway.end();
}

#[test]
fn a_pipe_in_the_place_of_a_file_does_not_make_it_deaf() {
    let api = ScriptedApi::start(Behaviour::json(200, "{}"));
    let (folder, gateway) = start(&api, OPEN);
    let path = folder.path("portcullis.yaml");
    fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    gateway.hear("is no ordinary file");
    gateway.hear("are not taken");
    fs::remove_file(&path).unwrap();
    fs::write(&path, policy(&api, "")).unwrap();
    gateway.hear("reloaded: model");
    assert_eq!(status(&gateway), 403);
    gateway.end();
}

#[test]
fn other_issuers_of_an_apis_certificate_wait_for_a_signal() {
    let issuer = || {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        made.cert.pem()
    };
    let folder = Folder::with(&[]);
    let policy = "apis:\n  - { contract: openapi.yaml, upstream: \"https://localhost:1\", upstream_ca: \
                  \"file:ca.pem\" }\nlisten: 127.0.0.1:0\nledger: { file: ledger.jsonl }\n";
    fs::write(folder.path("portcullis.yaml"), policy).unwrap();
    fs::write(folder.path("openapi.yaml"), CONTRACT).unwrap();
    let (first, second) = (issuer(), issuer());
    fs::write(folder.path("ca.pem"), &first).unwrap();
    let gateway = Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]);
    fs::write(folder.path("ca.pem"), first + &second).unwrap();
    gateway.hear("waits for SIGHUP");
    gateway.hear("certificates or tokens may come from others than before");
    gateway.hang_up();
    gateway.hear("in force");
    gateway.end();
    let outcomes: Vec<_> = reloads(&folder).iter().map(|one| one["outcome"].clone()).collect();
    assert_eq!(outcomes, ["waits", "loaded"]);
}
