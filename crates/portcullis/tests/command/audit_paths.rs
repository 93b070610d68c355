//! `portcullis audit PATH`: documents and files without a policy, in every form, whatever lies there.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::{CONTRACT, Folder, text};

/// Made at run time, so that no scanner of a code host takes it for a leak.
fn token() -> String {
    format!("gh{}_{}", "p", "q7Zt0Lw3Xk9Vb2Nc5Rm8Yd1Hf4Js6Gp0Ta3E")
}

/// A page's script with a secret in it, and a document.
fn folder() -> Folder {
    let folder = Folder::with(&[("openapi.yaml", CONTRACT)]);
    fs::create_dir(folder.path("dist")).unwrap();
    fs::write(folder.path("dist/app.min.js"), format!("const t = '{}'\n", token())).unwrap();
    folder
}

fn audit(folder: &Folder, words: &[&str]) -> (i32, String, String) {
    let output = folder.command().arg("audit").args(words).output().unwrap();
    let (printed, said) = (text(&output.stdout), text(&output.stderr));
    assert!(
        !printed.contains(&token()[6..]) && !said.contains(&token()[6..]),
        "it says the secret"
    );
    (output.status.code().unwrap(), printed, said)
}

fn json(folder: &Folder, words: &[&str]) -> (i32, Value) {
    let (code, printed, said) = audit(folder, &[&["--format", "json"], words].concat());
    (code, serde_json::from_str(&printed).unwrap_or_else(|why| panic!("{why}: {printed} {said}")))
}

fn verdict(report: &Value, id: &str) -> String {
    let all = report["checklist"].as_array().unwrap();
    assert_eq!(all.len(), 10);
    all.iter().find(|one| one["id"] == id).unwrap()["verdict"].as_str().unwrap().to_owned()
}

/// As it is published, without the pattern of `language`, which is no regular expression; nothing here writes that.
fn holds_against_the_schema(log: &str) {
    let mut schema: Value =
        serde_json::from_str(include_str!("../../../audit/fixtures/sarif/schema-2.1.0.json"))
            .unwrap();
    for of in ["run", "toolComponent"] {
        let pattern = format!("/definitions/{of}/properties/language/pattern");
        *schema.pointer_mut(&pattern).unwrap() = "".into();
    }
    let schema = jsonschema::validator_for(&schema).unwrap();
    let log: Value = serde_json::from_str(log).unwrap();
    let faults: Vec<String> = schema
        .iter_errors(&log)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_folder_is_looked_through_without_a_policy_and_all_ten_questions_are_answered() {
    let folder = folder();
    let (code, report) = json(&folder, &["."]);
    assert_eq!((code, verdict(&report, "C5").as_str()), (1, "no"), "{report:#}");
    assert_eq!(verdict(&report, "C1"), "not checkable");
    let parts: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["part"].as_str().unwrap())
        .collect();
    assert!(parts.contains(&"secrets") && parts.contains(&"contract"), "{parts:?}");
    assert!(report["scores"][0]["score"].as_f64().unwrap() > 0.0);
    fs::remove_file(folder.path("dist/app.min.js")).unwrap();
    fs::write(folder.path("dist/app.min.js"), "const t = 1\n").unwrap();
    let (_, report) = json(&folder, &["."]);
    assert_eq!(verdict(&report, "C5"), "yes");
}

#[test]
fn a_document_alone_is_held_against_the_rules_and_deny_decides_the_exit_code() {
    let folder = folder();
    let worst = |report: &Value| {
        let all = report["findings"].as_array().unwrap();
        all.iter().filter(|one| one["denied"] == true).count()
    };
    let (low, report) = json(&folder, &["--deny", "low", "openapi.yaml"]);
    assert!(low == 1 && worst(&report) > 0, "{report:#}");
    let (critical, report) = json(&folder, &["--deny", "critical", "openapi.yaml"]);
    assert_eq!((critical, worst(&report)), (0, 0), "{report:#}");
    let first = &report["findings"][0]["places"][0];
    assert!(
        first["file"].as_str().unwrap().ends_with("openapi.yaml") && first["line"].is_u64(),
        "{first}"
    );
}

#[test]
fn a_file_that_is_named_as_a_document_and_holds_none_does_not_end_well() {
    let folder = folder();
    for (name, bytes) in [("empty.yaml", &b""[..]), ("wide.json", b"\xff\xfe{\0}\0")] {
        fs::write(folder.path(name), bytes).unwrap();
        let (code, _, said) = audit(&folder, &[name]);
        assert!(code == 2 && said.contains(name), "{said}");
    }
}

#[test]
fn an_operation_that_cannot_be_read_is_no_pass() {
    let folder = Folder::with(&[]);
    let parameters = |place: &str| {
        format!(
            "openapi: 3.1.0\ninfo: {{ title: a, version: '1' }}\nsecurity: [{{ s: [] }}]\npaths: {{ /a: {{ get: {{ parameters: [{{ name: \
             a, in: {place}, schema: {{ type: boolean }} }}], responses: {{}} }} }} }}\ncomponents: {{ securitySchemes: {{ s: {{ type: http, \
             scheme: bearer }} }} }}\n"
        )
    };
    fs::write(folder.path("read.yaml"), parameters("query")).unwrap();
    fs::write(folder.path("unread.yaml"), parameters("nowhere")).unwrap();
    let (code, report) = json(&folder, &["read.yaml"]);
    assert_eq!(code, 0, "{report:#}");
    let (code, report) = json(&folder, &["unread.yaml"]);
    let first = &report["findings"][0];
    assert_eq!((code, &first["rule"]), (1, &Value::from("part-unread")), "{report:#}");
    assert_eq!(first["denied"], true);
}

#[test]
fn a_reference_that_points_to_nothing_is_no_pass_and_shows_nothing_of_https_or_urls() {
    let folder = Folder::with(&[]);
    let text = |reference: &str| {
        format!(
            "openapi: 3.1.0\ninfo: {{ title: a, version: '1' }}\nservers: [{{ url: 'https://a.example' }}]\npaths: {{ /a: {{ get: {{ \
             responses: {{ '200': {{ $ref: '#/components/responses/{reference}' }} }} }} }} }}\ncomponents: {{ responses: {{ Fine: {{ \
             description: fine }} }} }}\n"
        )
    };
    let of_documents = |report: &Value, id: &str| {
        let all = report["checklist"].as_array().unwrap();
        let one = all.iter().find(|one| one["id"] == id).unwrap();
        let part = one["parts"].as_array().unwrap().iter().find(|one| one["about"] == "documents");
        part.unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    for (reference, unread_count, verdict) in [("Fine", 0, "yes"), ("None", 1, "not checkable")] {
        fs::write(folder.path("a.yaml"), text(reference)).unwrap();
        let (ended, report) = json(&folder, &["--deny", "critical", "a.yaml"]);
        assert_eq!(ended, 0, "{report:#}");
        let unread = |one: &&Value| one["rule"] == "part-unread" && one["severity"] == "high";
        let found = report["findings"].as_array().unwrap().iter().filter(unread).count();
        assert_eq!(found, unread_count, "{report:#}");
        for id in ["C6", "C7"] {
            assert_eq!(of_documents(&report, id), verdict, "{id}: {report:#}");
        }
    }
    assert_eq!(json(&folder, &["a.yaml"]).0, 1);
}

#[test]
fn a_document_with_sorted_keys_is_found_however_large_it_is() {
    let folder = Folder::with(&[]);
    let schemas = r#"{"type":"string","description":"as openapi 3 has it"},"#.repeat(8_000);
    let text = format!(
        r#"{{"components":{{"schemas":{{"A":{{"oneOf":[{schemas}true]}}}}}},"info":{{"title":"a","version":"1"}},"openapi":"3.1.0",
        "paths":{{"/a":{{"get":{{"description":"{}","responses":{{}}}}}}}}}}"#,
        "long ".repeat(80_000)
    );
    fs::write(folder.path("sorted.json"), text).unwrap();
    for path in [".", "sorted.json"] {
        let (_, report) = json(&folder, &[path]);
        assert_eq!(report["scores"][0]["operations"], 1, "{path}: {report:#}");
    }
}

#[test]
fn what_has_no_operation_has_no_score_and_passes_only_with_webhooks_alone() {
    let folder = Folder::with(&[]);
    let head = "info: { title: a, version: '1' }\n";
    for (text, expected) in [
        ("openapi: 3.1.0\npaths: {}\n", 1),
        (
            "openapi: 3.0.3\npaths: { /a: { Post: { responses: {} }, query: { responses: {} } } }\n",
            1,
        ),
        ("openapi: 3.1.0\nwebhooks: { paid: { post: { responses: {} } } }\n", 0),
    ] {
        fs::write(folder.path("openapi.yaml"), format!("{head}{text}")).unwrap();
        let (code, report) = json(&folder, &["openapi.yaml"]);
        assert_eq!(code, expected, "{text}{report:#}");
        assert_eq!(report["scores"], serde_json::json!([]), "{text}");
        let (_, printed, _) = audit(&folder, &["openapi.yaml"]);
        assert!(printed.contains("nothing to score: no operation was read"), "{printed}");
        assert_eq!(printed.contains("part-unread"), expected == 1, "{printed}");
    }
}

#[test]
fn text_opens_with_the_score_and_shows_each_place_only_when_asked() {
    let folder = folder();
    let (_, short, _) = audit(&folder, &["openapi.yaml"]);
    assert!(short.starts_with("score: ") && short.contains("what regains most points:"), "{short}");
    assert!(short.lines().count() < 100, "{short}");
    let (_, whole, _) = audit(&folder, &["--verbose", "openapi.yaml"]);
    assert!(whole.contains("    also: ") && whole.len() > short.len(), "{whole}");
    let (_, report) = json(&folder, &["openapi.yaml"]);
    let fixes = report["scores"][0]["fixes"].as_array().unwrap();
    assert!(fixes.iter().all(|one| one["regains"].as_f64().unwrap() > 0.0), "{fixes:?}");
}

#[test]
fn an_overlay_that_mends_a_document_is_written_once() {
    let folder = folder();
    let (_, _, said) = audit(&folder, &["openapi.yaml", "--fix", "fix.yaml"]);
    let written = fs::read_to_string(folder.path("fix.yaml"));
    assert!(written.is_ok_and(|text| text.contains("overlay: 1.")), "{said}");
    let (code, _, said) = audit(&folder, &["openapi.yaml", "--fix", "fix.yaml"]);
    assert!(
        code == 2 && said.contains("fix.yaml` is there already, and is not overwritten"),
        "{said}"
    );
    assert!(said.contains("help: name another file with --fix"), "{said}");
}

#[test]
fn what_the_policy_closes_to_everybody_is_said_at_the_top_as_check_counts_it() {
    let folder = folder();
    let policy = "apis: [{ contract: openapi.yaml, upstream: 'http://127.0.0.1:9' }]\n";
    folder.write("portcullis.yaml", policy);
    let checked = folder.run(&["check", "-c", "portcullis.yaml", "--format", "json"]);
    let checked: Value = serde_json::from_slice(&checked.stdout).unwrap();
    let (_, report) = json(&folder, &["-c", "portcullis.yaml"]);
    for name in ["operations", "operations_closed"] {
        assert!(report[name].as_u64().unwrap() > 0, "{report:#}");
        assert_eq!(report[name], checked[name], "{name}");
    }
    let line = format!("{} of {} operations ", report["operations_closed"], report["operations"]);
    let (_, printed, _) = audit(&folder, &["-c", "portcullis.yaml"]);
    assert!(printed.lines().nth(1).is_some_and(|second| second.starts_with(&line)), "{printed}");
    assert_eq!(json(&folder, &["openapi.yaml"]).1["operations"], Value::Null);
}

#[test]
fn an_audit_is_written_over_an_earlier_one_and_over_nothing_else() {
    let folder = folder();
    let key = "-----BEGIN PRIVATE KEY-----\n";
    folder.write("sign.key", key);
    let policy = "apis: [{ contract: openapi.yaml, upstream: 'http://127.0.0.1:9' }]\n";
    folder.write("portcullis.yaml", policy);
    for format in ["text", "json", "html", "sarif", "junit"] {
        let (code, printed, said) = audit(&folder, &["--format", format, "--output", "out", "."]);
        assert_eq!((code, printed.as_str()), (1, ""), "{format}: {said}");
        assert!(fs::metadata(folder.path("out")).unwrap().len() > 100, "{format}");
    }
    for other in
        ["sign.key", "openapi.yaml", "./openapi.yaml", "dist/app.min.js", "portcullis.yaml"]
    {
        let before = fs::read(folder.path(other)).unwrap();
        let (code, _, said) = audit(&folder, &["-c", "portcullis.yaml", "--output", other, "."]);
        assert!(code == 2 && said.contains("is not overwritten"), "{other}: {said}");
        assert_eq!(fs::read(folder.path(other)).unwrap(), before, "{other}");
    }
    assert_eq!(audit(&folder, &["--output", "no/such", "dist"]).0, 2);
}

#[test]
fn every_form_is_whole_and_what_three_commands_write_as_sarif_holds_against_the_schema() {
    let folder = folder();
    let (code, log, _) = audit(&folder, &["--format", "sarif", "."]);
    assert_eq!(code, 1);
    holds_against_the_schema(&log);
    assert!(
        log.contains("\"ruleId\": \"checklist-c5\"") && log.contains("\"ruleId\": \"github-pat\"")
    );
    let (_, page, _) = audit(&folder, &["--format", "html", "."]);
    assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("<script"));
    let (_, cases, _) = audit(&folder, &["--format", "junit", "."]);
    assert!(cases.matches("<testcase ").count() > 100, "a case for each rule");
    let secrets = folder.run(&["audit", "secrets", "--format", "sarif", "."]);
    holds_against_the_schema(&text(&secrets.stdout));
    let attacked = folder.run(&["attack", "--format", "sarif", "--only", "a5-*"]);
    holds_against_the_schema(&text(&attacked.stdout));
}

#[test]
fn names_that_were_made_to_break_a_report_stay_text() {
    let folder = Folder::with(&[]);
    let name = "<img src=x onerror=alert(1)>\u{1b}[31m\n\u{202e}.min.js";
    fs::write(folder.path(name), format!("const t = '{}'\n", token())).unwrap();
    for format in ["text", "html", "junit"] {
        let (code, printed, _) = audit(&folder, &["--format", format, "."]);
        assert_eq!(code, 1, "{format}");
        assert!(!printed.contains(['\u{1b}', '\u{202e}']), "{format}");
        assert!(format == "text" || !printed.contains("<img"), "{format}");
    }
    holds_against_the_schema(&audit(&folder, &["--format", "sarif", "."]).1);
}

#[test]
fn what_cannot_be_looked_at_is_told_and_never_waited_for() {
    let folder = folder();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("socket")).unwrap();
    let (code, _, said) = audit(&folder, &["socket"]);
    assert!(code == 2 && said.contains("neither a file nor a folder"), "{said}");
    assert_eq!(audit(&folder, &["not-there"]).0, 2);
    assert_eq!(audit(&folder, &[]).0, 2, "nothing was named");
    fs::write(folder.path("a.gz"), [0x1f, 0x8b, 8, 0, 1, 2, 3]).unwrap();
    std::os::unix::fs::symlink("/", folder.path("root")).unwrap();
    fs::write(folder.path("half.yaml"), "openapi: 3.1.0\npaths: [").unwrap();
    let (_, report) = json(&folder, &["."]);
    assert!(report["not_looked_at"][0]["what"].as_str().unwrap().ends_with("a.gz"), "{report:#}");
    let rules: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["rule"].as_str().unwrap())
        .collect();
    assert!(rules.iter().any(|rule| rule.starts_with("contract-")), "{rules:?}");
}

#[test]
fn a_policy_that_does_not_load_does_not_keep_documents_from_being_audited() {
    let folder = folder();
    folder.write("portcullis.yaml", "apis: 1\nlisten: nowhere\n");
    let (code, report) = json(&folder, &["-c", "portcullis.yaml", "openapi.yaml"]);
    assert_eq!(code, 1);
    assert!(report["scores"][0]["score"].is_number(), "{report:#}");
    let parts = report["findings"].as_array().unwrap().iter().filter(|one| one["part"] == "policy");
    assert!(parts.count() > 0);
    let first = &report["checklist"][0];
    assert!(first["evidence"].as_str().unwrap().contains("does not load"), "{first}");
    let (code, printed, _) = audit(&folder, &["-c", "portcullis.yaml"]);
    assert!(code == 1 && printed.is_empty(), "nothing else was named: {printed}");
}

#[test]
fn storage_that_is_linked_may_be_open_and_nobody_is_asked() {
    let folder = Folder::with(&[]);
    let signed = format!(
        "https://acme.s3.amazonaws.com/a?X-Amz-{}={}",
        "Signature",
        "0123456789abcdef".repeat(4)
    );
    fs::write(folder.path("a.md"), format!("gs://acme-files/x\n {signed}\n")).unwrap();
    let (_, report) = json(&folder, &["a.md"]);
    let found: Vec<(&str, u64)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["part"] == "storage")
        .map(|one| (one["rule"].as_str().unwrap(), one["places"][0]["line"].as_u64().unwrap()))
        .collect();
    assert_eq!(found, [("storage-link-signed", 2), ("storage-link", 1)]);
}

#[test]
fn a_baseline_keeps_what_was_decided() {
    let folder = folder();
    let run = |words: &[&str]| folder.run(words).status.code().unwrap();
    run(&["audit", "secrets", "--baseline", "known.json", "--write-baseline", "dist"]);
    let (code, report) = json(&folder, &["--baseline", "known.json", "dist"]);
    assert_eq!((code, verdict(&report, "C5").as_str()), (0, "yes"), "{report:#}");
    let closed = fs::Permissions::from_mode(0o600);
    fs::set_permissions(folder.path("known.json"), closed).unwrap();
    fs::write(folder.path("known.json"), "{}").unwrap();
    assert_eq!(audit(&folder, &["--baseline", "known.json", "dist"]).0, 2);
}

#[test]
fn what_is_no_ordinary_file_is_refused_and_never_waited_for() {
    let folder = folder();
    let made = std::process::Command::new("mkfifo").arg(folder.path("pipe")).status().unwrap();
    assert!(made.success());
    for words in [
        &["-c", "pipe"][..],
        &["--baseline", "pipe", "dist"],
        &["secrets", "--baseline", "pipe", "dist"],
    ] {
        let (code, _, said) = audit(&folder, words);
        assert!(code == 2 && said.contains("no ordinary file"), "{words:?}: {said}");
    }
}
