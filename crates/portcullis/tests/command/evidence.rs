//! `portcullis evidence`: what attacks showed, kept, checked and held against what is there now.

use portcullis_sample::HONEST;
use serde_json::Value;

use crate::compare::{sample, token};
use crate::generated::RULES;
use crate::support::{Folder, text};

/// An attack that is closed.
const CLOSED: &str = "
id: a6-role
item: A6
control: writable_properties
cwe: 915
title: become an administrator while registering
honest:
  - send: POST /api/register
    body: { json: { email: \"${unique}@pharmacy.example\", password: long-enough-1, name: Ann } }
    expect: [{ status: 201 }]
attack:
  - send: POST /api/register
    body: { json: { email: \"${unique}@pharmacy.example\", password: long-enough-1, name: Ann, role: admin } }
harm:
  - { json: /role, equals: admin }
";

struct Bench {
    folder: Folder,
    upstream: String,
}

impl Bench {
    fn new() -> Self {
        let api = sample();
        let upstream = format!("http://{api}");
        let policy =
            format!("apis: [{{ contract: openapi.yaml, upstream: \"{upstream}\" }}]\n{RULES}");
        let tokens = [token(api, "alice"), token(api, "bob")];
        let folder = Folder::with(&[
            ("openapi.yaml", HONEST),
            ("portcullis.yaml", &policy),
            ("alice.token", &tokens[0]),
            ("bob.token", &tokens[1]),
        ]);
        std::fs::create_dir(folder.path("attacks")).unwrap();
        folder.write("attacks/a6-role.yaml", CLOSED);
        let made = folder.run(&["evidence", "key", "--out", "evidence.pem"]);
        assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
        Self { folder, upstream }
    }

    fn attack(&self, more: &[&str]) -> (Option<i32>, String, String) {
        let people = ["--as", "alice=alice.token", "--as", "bob=bob.token"];
        let all = ["attack", "--attacks", "attacks", "-c", "portcullis.yaml", "--upstream"];
        let output =
            self.folder.run(&[&all[..], &[self.upstream.as_str()][..], &people[..], more].concat());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    fn keep(&self) {
        let kept = ["--evidence", "seen.jsonl", "--evidence-key", "evidence.pem"];
        let (code, printed, said) = self.attack(&kept);
        assert_eq!(code, Some(0), "{printed}{said}");
        assert!(printed.contains("read again and believed"), "{printed}");
    }

    fn evidence(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = self.folder.run(&[&["evidence"], arguments].concat());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    fn verify(&self, more: &[&str]) -> (Option<i32>, String, String) {
        self.evidence(&[&["verify", "seen.jsonl", "--key", "evidence.pem.pub"][..], more].concat())
    }

    /// What is complained of, as kind and of what.
    fn complaints(&self, more: &[&str]) -> (Option<i32>, Vec<(String, String)>) {
        let all = ["check", "seen.jsonl", "--key", "evidence.pem.pub", "-c", "portcullis.yaml"];
        let format = ["--allow", "no-probe", "--format", "json"];
        let (code, printed, said) = self.evidence(&[&all[..], &format, more].concat());
        let found: Value = serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{said}"));
        let word =
            |one: &Value, key: &str| one.get(key).and_then(Value::as_str).unwrap().to_owned();
        let all = found.get("complaints").and_then(Value::as_array).unwrap().iter();
        (code, all.map(|one| (word(one, "kind"), word(one, "of"))).collect())
    }

    fn change(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.folder.path(name)).unwrap();
        assert!(text.contains(from), "{from}");
        self.folder.write(name, &text.replacen(from, to, 1));
    }
}

#[test]
fn evidence_is_kept_believed_and_expires_with_what_it_is_about_alone() {
    let bench = Bench::new();
    bench.keep();
    bench.keep();
    let (code, printed, said) = bench.verify(&["--format", "json"]);
    assert_eq!(code, Some(0), "{said}");
    let found: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((&found["records"], &found["seals"]), (&2.into(), &2.into()));
    assert_eq!(found["states"]["closed"], 1);
    let head = found["head"].as_str().unwrap().to_owned();
    let nothing = (Some(0), Vec::new());
    assert_eq!(bench.complaints(&["--attacks", "attacks"]), nothing);

    // What concerns other operations alone does not matter.
    bench.change("portcullis.yaml", "may: [read, create, update, delete]", "may: [read]");
    assert_eq!(bench.complaints(&["--attacks", "attacks"]), nothing);
    let expired = (Some(1), vec![("expired".to_owned(), "a6-role".to_owned())]);
    bench.change("attacks/a6-role.yaml", "role: admin", "role: owner");
    assert_eq!(bench.complaints(&["--attacks", "attacks"]), expired, "another attack now");
    assert_eq!(bench.complaints(&[]), nothing, "nobody asks for its text");
    bench.change(
        "openapi.yaml",
        "operationId: register\n",
        "operationId: register\n      deprecated: true\n",
    );
    assert_eq!(bench.complaints(&[]), expired, "another operation now");
    assert_eq!(bench.complaints(&["--allow", "expired"]), nothing);

    // What was kept of the head shows that the end was taken off.
    let all = std::fs::read_to_string(bench.folder.path("seen.jsonl")).unwrap();
    let first = all.lines().take(2).fold(String::new(), |all, line| all + line + "\n");
    bench.folder.write("seen.jsonl", &first);
    assert_eq!(bench.verify(&[]).0, Some(0));
    let (code, _, said) = bench.verify(&["--head", &head]);
    assert_eq!(code, Some(1));
    assert!(said.contains("its end was taken off"), "{said}");
    bench.folder.write("seen.jsonl", &all.replacen("\"closed\"", "\"open\"", 1));
    let (code, _, said) = bench.verify(&[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("line 2: this does not follow the line above it"), "{said}");
    // Nothing is written behind what is not believed.
    let kept = ["--evidence", "seen.jsonl", "--evidence-key", "evidence.pem"];
    bench.change("attacks/a6-role.yaml", "role: owner", "role: admin");
    let (code, printed, said) = bench.attack(&kept);
    assert_eq!(code, Some(2));
    assert!(said.contains("is not believed"), "{said}");
    assert!(printed.contains("a6-role"), "what was found is told all the same: {printed}");
}

#[test]
fn a_key_that_others_can_read_signs_nothing_and_another_one_is_not_believed() {
    let bench = Bench::new();
    let (code, _, said) = bench.attack(&["--evidence", "seen.jsonl"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("evidence is signed: name a key"), "{said}");
    bench.folder.only_for("evidence.pem", 0o644);
    let kept = ["--evidence", "seen.jsonl", "--evidence-key", "evidence.pem"];
    let (code, _, said) = bench.attack(&kept);
    assert_eq!(code, Some(2));
    assert!(said.contains("can be read by others"), "{said}");
    assert!(!bench.folder.path("seen.jsonl").exists());
    bench.folder.only_for("evidence.pem", 0o600);
    bench.keep();
    let again = bench.evidence(&["key", "--out", "evidence.pem"]);
    assert_eq!(again.0, Some(1), "a key is never overwritten");
    assert_eq!(bench.evidence(&["key", "--out", "other.pem"]).0, Some(0));
    let (code, _, said) = bench.evidence(&["verify", "seen.jsonl", "--key", "other.pem.pub"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("of another key"), "{said}");
    let (code, _, said) = bench.evidence(&["verify", "seen.jsonl", "--key", "other.pem"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("the other half of a key pair"), "{said}");
    let (code, printed, said) = bench.evidence(&["verify", "seen.jsonl"]);
    assert_eq!(code, Some(0));
    assert!(printed.contains("1 records under 1 seals"), "{printed}");
    assert!(said.contains("nobody said whose key that is"), "{said}");
}

#[test]
fn what_comes_through_is_told_in_every_form() {
    let bench = Bench::new();
    // The policy lets the harm through, on purpose.
    bench.change(
        "portcullis.yaml",
        "access:",
        "relax: [{ control: writable_properties, mode: observe, by: ops, reason: a test }]\naccess:",
    );
    let (code, printed, said) = bench.attack(&["--format", "sarif"]);
    assert_eq!(code, Some(1), "{said}");
    let log: Value = serde_json::from_str(&printed).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "a6-role");
    let place = &result["locations"][0]["physicalLocation"];
    let line = place["region"]["startLine"].as_u64().unwrap() as usize;
    let at = HONEST.lines().skip(line - 1).take(4).collect::<Vec<_>>().join("\n");
    assert!(at.contains("operationId: register"), "line {line}: {at}");
    let (code, page, _) = bench.attack(&["--format", "html"]);
    assert_eq!(code, Some(1));
    assert!(page.contains("a6-role") && page.contains("\u{25b2} 1 open"));
    assert!(page.contains("would close it"));
    let (code, printed, _) = bench.attack(&["--format", "json"]);
    assert_eq!(code, Some(1));
    let report: Value = serde_json::from_str(&printed).unwrap();
    let found = &report["attacks"][0];
    assert_eq!(found["owasp_2019"], "API6:2019");
    assert_eq!((&found["wfc"], &found["severity"]), (&203.into(), &"high".into()));
    assert_eq!(found["operations"][0], "register");
    assert_eq!(found["remedy"], "relax: without the entry for `writable_properties`");
    assert!(found["replay"].as_str().unwrap().contains("\"$API\"\"/api/register\""), "{found:#}");
}

#[test]
fn the_threat_model_rests_on_what_was_shown_and_on_nothing_of_another_key() {
    let bench = Bench::new();
    bench.keep();
    let threats = |key: &str, more: &[&str]| {
        let all = ["threats", "-c", "portcullis.yaml", "--evidence", "seen.jsonl"];
        let key = ["--evidence-key", key, "--format", "json"];
        let output = bench.folder.run(&[&all[..], &key, more].concat());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let proven = |printed: &str| {
        let model: Value = serde_json::from_str(printed).unwrap();
        model.pointer("/counts/proven").and_then(Value::as_u64).unwrap()
    };
    let (code, printed, said) = threats("evidence.pem.pub", &["--attacks", "attacks"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(proven(&printed) > 0, "{printed}");
    // Another text of the attack: what was shown is stale.
    bench.change("attacks/a6-role.yaml", "long-enough-1", "long-enough-2");
    let (code, printed, said) = threats("evidence.pem.pub", &["--attacks", "attacks"]);
    assert_eq!((code, proven(&printed)), (Some(0), 0), "{said}");
    let made = bench.folder.run(&["evidence", "key", "--out", "other.pem"]);
    assert_eq!(made.status.code(), Some(0));
    let (code, printed, said) = threats("other.pem.pub", &[]);
    assert_eq!((code, printed.as_str()), (Some(2), ""), "{said}");
}
