//! The script for builds: what a CI gets when it attacks.

use std::path::Path;
use std::process::{Command, Output};

use portcullis_sample::HONEST;

use crate::compare::sample;
use crate::generated::{IDENTITIES, RULES};
use crate::support::{Folder, text};

fn prove(folder: &Folder, variables: &[(&str, &str)]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/ci/prove.sh");
    Command::new("bash")
        .arg(script)
        .current_dir(folder.path("."))
        .env("PORTCULLIS", env!("CARGO_BIN_EXE_portcullis"))
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

#[test]
fn a_build_fails_for_what_comes_through_and_goes_on_when_it_is_stopped() {
    let upstream = format!("http://{}", sample());
    let policy = format!("apis: [{{ contract: openapi.yaml, upstream: \"{upstream}\" }}]\n{RULES}");
    let lax = format!(
        "{policy}relax: [{{ control: object_ownership, mode: observe, by: ops, reason: a test }}]\n"
    );
    let folder = Folder::with(&[
        ("openapi.yaml", HONEST),
        ("portcullis.yaml", &policy),
        ("lax.yaml", &lax),
        ("identities.key", IDENTITIES),
    ]);
    let made = folder.run(&["evidence", "key", "--out", "evidence.pem"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let variables = [
        ("DIRECT", upstream.as_str()),
        ("IDENTITIES", "identities.key"),
        ("EVIDENCE_KEY", "evidence.pem"),
        // The policy has rules for reminders alone.
        ("ALLOW", "no-probe lost-attribution"),
    ];
    let strict = prove(&folder, &variables);
    assert_eq!(strict.status.code(), Some(0), "{}", text(&strict.stderr));
    let sarif = std::fs::read_to_string(folder.path("portcullis.sarif")).unwrap();
    assert!(sarif.contains("\"version\": \"2.1.0\"") || sarif.contains("\"version\":\"2.1.0\""));
    let audit =
        ["audit", "-c", "portcullis.yaml", "--format", "json", "--evidence", "evidence.jsonl"];
    let audited = folder.run(&[&audit[..], &["--evidence-key", "evidence.pem.pub"]].concat());
    let told: serde_json::Value = serde_json::from_slice(&audited.stdout).unwrap();
    let shown = |one: &&serde_json::Value| one["enforced"]["evidence"].get(0).is_some();
    let count = told["findings"].as_array().unwrap().iter().filter(shown).count();
    assert!(count > 0, "what attacks showed is told beside what a control answers");
    let other = folder.run(&["evidence", "key", "--out", "other.pem"]);
    assert_eq!(other.status.code(), Some(0));
    let unbelieved = folder.run(&[&audit[..], &["--evidence-key", "other.pem.pub"]].concat());
    assert!(unbelieved.status.code() == Some(1) && unbelieved.stdout.is_empty(), "another key");
    let lax = prove(&folder, &[&variables[..], &[("CONFIG", "lax.yaml")]].concat());
    assert_eq!(lax.status.code(), Some(1), "{}", text(&lax.stderr));
    assert!(text(&lax.stdout).contains("newly-open"), "{}", text(&lax.stdout));
}

#[test]
fn a_build_that_can_try_nothing_says_so() {
    let policy =
        format!("apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:9\" }}]\n{RULES}");
    let fixed = "auth:\n  - { name: ann:customer, fixedHeaders: [{ name: Authorization, value: Bearer none-1 }] }\n";
    let folder = Folder::with(&[
        ("openapi.yaml", HONEST),
        ("portcullis.yaml", &policy),
        ("identities.key", fixed),
    ]);
    assert_eq!(prove(&folder, &[]).status.code(), Some(2));
    let nobody = [("DIRECT", "http://127.0.0.1:9"), ("IDENTITIES", "identities.key")];
    let nowhere = prove(&folder, &nobody);
    assert_eq!(nowhere.status.code(), Some(2), "{}", text(&nowhere.stderr));
    assert!(text(&nowhere.stderr).contains("Does the API answer?"), "{}", text(&nowhere.stderr));
    assert!(!folder.path("portcullis.sarif").exists(), "there is nothing to upload");
}

#[test]
fn a_build_is_audited_and_what_is_found_lies_beside_it() {
    let bad = "openapi: 3.1.0\ninfo: { title: a, version: '1' }\npaths: {}\n";
    let folder = Folder::with(&[("openapi.yaml", HONEST), ("-odd name.yaml", bad)]);
    let token = format!("gh{}_{}", "p", "q7Zt0Lw3Xk9Vb2Nc5Rm8Yd1Hf4Js6Gp0Ta3E");
    folder.write("a.env", &format!("TOKEN={token}\n"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/ci/audit.sh");
    let audited = |paths: &str| {
        let mut command = Command::new("bash");
        command.arg(&script).current_dir(folder.path(".")).env("PATHS", paths);
        let command =
            command.env("JUNIT", "cases.xml").env("PORTCULLIS", env!("CARGO_BIN_EXE_portcullis"));
        command.output().unwrap().status.code()
    };
    assert_eq!(audited("a.env\n-odd name.yaml"), Some(1));
    let sarif = std::fs::read_to_string(folder.path("portcullis-audit.sarif")).unwrap();
    assert!(sarif.contains("github-pat") && !sarif.contains(&token[8..]), "{sarif}");
    let cases = std::fs::read_to_string(folder.path("cases.xml")).unwrap();
    assert!(cases.contains("<testsuite name=\"checklist\""), "{cases}");
    folder.write("a.env", "TOKEN=none\n");
    assert_eq!(audited("a.env"), Some(0));
    assert_eq!(audited("not-there"), Some(2));
    assert!(!folder.path("portcullis-audit.sarif").exists(), "what says nothing is not left");
}
