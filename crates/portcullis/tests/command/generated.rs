//! `portcullis attack --generate`: attacks made for an API of one's own.

use portcullis_sample::HONEST;
use serde_json::Value;

use crate::compare::{sample, token};
use crate::support::{Folder, Gateway, text};

/// A policy for reminders of the sample.
pub(crate) const RULES: &str = "
callers:
  whoami: { operation: getProfile, subject: /id, schemes: [bearer] }
  attributes: { role: { whoami: /role } }
roles: { customer: [], pharmacist: [] }
resources:
  Reminder: { owner: /customer_id }
access:
  - { role: customer, may: [read, create, update, delete], on: Reminder, when: mine }
";

#[test]
fn what_is_given_away_is_found_and_stopped_and_no_token_is_told() {
    let api = sample();
    let upstream = format!("http://{api}");
    let policy = format!("apis: [{{ contract: openapi.yaml, upstream: \"{upstream}\" }}]\n{RULES}");
    let tokens = [token(api, "alice"), token(api, "bob")];
    let folder = Folder::with(&[
        ("openapi.yaml", HONEST),
        ("portcullis.yaml", &policy),
        ("alice.token", &tokens[0]),
        ("bob.token", &tokens[1]),
    ]);
    let people = ["--as", "alice=alice.token", "--as", "bob=bob.token", "--format", "json"];
    let before = ["attack", "-c", "portcullis.yaml", "--upstream", &upstream, "--only", "gen-a1-*"];
    let run = |more: &[&str]| {
        let output = folder.run(&[&before[..], more, &people[..]].concat());
        let printed = text(&output.stdout);
        assert!(tokens.iter().all(|token| !printed.contains(&**token)), "a token is told");
        let report: Value = serde_json::from_str(&printed)
            .unwrap_or_else(|_| panic!("{printed}{}", text(&output.stderr)));
        (output.status.code(), report)
    };
    let (code, report) = run(&["--generate", "--generate-to", "made"]);
    assert_eq!(code, Some(0), "{report:#}");
    let states = |report: &Value| -> Vec<(String, String)> {
        let attacks = report["attacks"].as_array().unwrap().iter();
        let word = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
        attacks.map(|one| (word(one, "id"), word(one, "state"))).collect()
    };
    let found = states(&report);
    let state = |id: &str| found.iter().find(|(known, _)| known == id).map(|(_, state)| &**state);
    assert_eq!(state("gen-a1-delete-reminder-bob-effect"), Some("closed"), "{report:#}");
    assert_eq!(state("gen-a1-get-reminder-bob-answer"), Some("already_safe"), "{report:#}");
    let left = report["left_out"].as_array().unwrap();
    assert!(left.iter().any(|one| one["operation"] == "logout"), "{left:#?}");
    let made = folder.path("made/gen-a1-delete-reminder-bob-effect.yaml");
    let file = std::fs::read_to_string(made).unwrap();
    assert!(tokens.iter().all(|token| !file.contains(&**token)), "a token is in a file");
    // The files are files like others: those who are named in them are given in the same way.
    let (_, again) = run(&["--attacks", "made"]);
    assert_eq!(states(&again).len(), found.len());
}

/// Alice and Bob log in; Carol is made for the run.
pub(crate) const IDENTITIES: &str = r#"
authTemplate:
  loginEndpointAuth:
    endpoint: /api/login
    verb: POST
    contentType: application/json
    payloadUserPwd: { usernameField: email, passwordField: password }
    token: { extractFrom: body, extractSelector: /token, sendIn: header, sendName: Authorization, sendTemplate: "Bearer {token}" }
auth:
  - { name: alice, loginEndpointAuth: { payloadUserPwd: { username: alice@pharmacy.example, password: alice-pass } } }
  - { name: bob, loginEndpointAuth: { payloadUserPwd: { username: bob@pharmacy.example, password: bob-pass } } }
  - name: carol
    createUsers:
      endpoint: /api/register
      verb: POST
      contentType: application/json
      payloadRaw: '{"email":"{$name}@pharmacy.example","password":"obviously-fake-1","name":"Carol"}'
      generators: [{ placeHolder: "{$name}" }]
    loginEndpointAuth: { payloadUserPwd: { username: "{$name}@pharmacy.example", password: obviously-fake-1 } }
"#;

#[test]
fn a_gateway_that_runs_is_attacked_by_people_who_log_in() {
    let api = sample();
    let upstream = format!("http://{api}");
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
    let attack = |policy: &str| {
        let gateway = Gateway::start(&folder, &["run", "-c", policy, "--listen", "127.0.0.1:0"]);
        let through = format!("http://{}", gateway.address);
        let output = folder.run(&[
            "attack",
            "--direct",
            &upstream,
            "--through",
            &through,
            "--identities",
            "identities.key",
            "--only",
            "gen-a1-*",
            "--format",
            "json",
        ]);
        let report: Value = serde_json::from_str(&text(&output.stdout))
            .unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
        let attacks = report["attacks"].as_array().unwrap();
        let is_it = |one: &&Value| one["id"] == "gen-a1-delete-reminder-bob-effect";
        let found = attacks.iter().find(is_it).unwrap_or_else(|| panic!("{report:#}")).clone();
        assert!(attacks.iter().any(|one| one["id"].as_str().unwrap().contains("carol")));
        (output.status.code(), found, report["totals"]["open"].clone())
    };
    let (_, found, open) = attack("portcullis.yaml");
    assert_eq!((&found["state"], &open), (&"closed".into(), &0.into()), "{found:#}");
    assert_eq!(found["stopped_by"], serde_json::json!(["object_ownership"]));
    let (code, found, _) = attack("lax.yaml");
    assert_eq!((code, &found["state"]), (Some(1), &"open".into()), "{found:#}");
    assert!(
        found["why"].as_str().unwrap().contains("does that one run with another?"),
        "{found:#}"
    );
}

#[test]
fn an_api_that_is_gone_is_not_called_safe_and_a_run_sends_no_more_than_it_may() {
    let api = sample();
    let upstream = format!("http://{api}");
    let policy = format!("apis: [{{ contract: openapi.yaml, upstream: \"{upstream}\" }}]\n{RULES}");
    let folder = Folder::with(&[
        ("openapi.yaml", HONEST),
        ("portcullis.yaml", &policy),
        ("alice.token", &token(api, "alice")),
        ("bob.token", &token(api, "bob")),
    ]);
    let people = ["--as", "alice=alice.token", "--as", "bob=bob.token", "--format", "json"];
    let only = ["--only", "gen-f1-*"];
    let run = |upstream: &str, more: &[&str]| {
        let before = ["attack", "-c", "portcullis.yaml", "--upstream", upstream];
        let output = folder.run(&[&before[..], &people, &only, more].concat());
        let report: Value = serde_json::from_str(&text(&output.stdout))
            .unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
        report
    };
    let whys = |report: &Value| -> Vec<String> {
        let attacks = report["attacks"].as_array().unwrap().iter();
        attacks.map(|one| one["why"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let report = run(&upstream, &["--requests", "9"]);
    assert_eq!(report["requests"], 9, "{report:#}");
    let whys_of_few = whys(&report);
    assert!(whys_of_few.last().unwrap().contains("has sent its 9 requests"), "{whys_of_few:?}");
    // Nobody listens there; who somebody is, they are told.
    let rules = RULES.replace("role: { whoami: /role }", "role: { claim: /role }");
    folder.write(
        "portcullis.yaml",
        &format!("apis: [{{ contract: openapi.yaml, upstream: \"{upstream}\" }}]\n{rules}"),
    );
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let report = run(&nobody, &[]);
    let attacks = report["attacks"].as_array().unwrap();
    assert_eq!(report["totals"]["inconclusive"], attacks.len(), "{report:#}");
    let whys_of_none = whys(&report);
    assert!(whys_of_none.last().unwrap().contains("does not answer any more"), "{whys_of_none:?}");
}

#[test]
fn only_this_machine_is_attacked_and_people_are_named_once() {
    let folder = Folder::with(&[("openapi.yaml", HONEST), ("a.token", "obviously-fake")]);
    let run = |upstream: &str, people: &[&str]| {
        let all = ["attack", "--generate", "--contract", "openapi.yaml", "--upstream", upstream];
        let output = folder.run(&[&all[..], people].concat());
        assert_eq!(output.status.code(), Some(2));
        text(&output.stderr)
    };
    let told = run("http://10.0.0.1:3000", &["--as", "a=a.token"]);
    assert!(told.contains("is not on this machine"), "{told}");
    let told = run("http://127.0.0.1:1", &["--as", "a=a.token", "--as", "a=a.token"]);
    assert!(told.contains("`a` is given twice"), "{told}");
    let told = run("http://127.0.0.1:1", &["--as", "a.token"]);
    assert!(told.contains("is not NAME=FILE"), "{told}");
}
