//! What somebody reads who does not know the command: help, suggestions, completions, pages.

use crate::support::{CONTRACT, Folder, text};

/// Every command, as it is typed.
const COMMANDS: [&[&str]; 16] = [
    &["demo"],
    &["init"],
    &["run"],
    &["try"],
    &["contract", "report"],
    &["policy", "show"],
    &["check"],
    &["audit"],
    &["audit", "secrets"],
    &["resources"],
    &["policy", "test"],
    &["store", "rekey"],
    &["attack"],
    &["explain"],
    &["completions"],
    &["man"],
];

#[test]
fn every_command_has_an_example() {
    let folder = Folder::with(&[]);
    for command in COMMANDS {
        let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let output = folder.run(&arguments);
        assert_eq!(output.status.code(), Some(0));
        let help = text(&output.stdout);
        let example = format!("Example:\n  portcullis {}", command.join(" "));
        assert!(help.contains(&example), "{command:?}: {help}");
    }
    let listed = text(&folder.run(&["--help"]).stdout);
    for command in COMMANDS {
        assert!(listed.contains(&format!("\n  {}", command[0])), "{command:?}: {listed}");
    }
}

#[test]
fn a_misspelt_argument_gets_a_suggestion() {
    let folder = Folder::with(&[("openapi.yaml", CONTRACT)]);
    for (arguments, meant) in [
        (&["chekc"][..], "check"),
        (&["check", "--contrct", "openapi.yaml"], "--contract"),
        (&["contract", "reprot", "openapi.yaml"], "report"),
        (&["contract", "report", "openapi.yaml", "--format", "htm"], "html"),
        (&["explain", "--metod", "GET"], "--method"),
    ] {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(said.contains("tip: ") && said.contains(meant), "{arguments:?}: {said}");
    }
}

#[test]
fn shells_and_man_are_served_from_the_same_arguments() {
    let folder = Folder::with(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = folder.run(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(text(&output.stdout).contains("contract"), "{shell}");
    }
    let page = text(&folder.run(&["man"]).stdout);
    assert!(page.contains(".TH portcullis") && page.contains("demo"), "{page}");
    let page = text(&folder.run(&["man", "contract", "report"]).stdout);
    assert!(page.contains("html") && !page.contains("EXTRA"), "{page}");
    let title = page.lines().find(|line| line.starts_with(".TH ")).unwrap();
    assert!(title.starts_with(".TH portcullis-contract-report 1 \"\" \"portcullis "), "{title}");
    assert_eq!(folder.run(&["man", "nothing"]).status.code(), Some(2));
}

#[test]
fn the_page_of_the_command_names_every_command_and_code() {
    let folder = Folder::with(&[]);
    let page = text(&folder.run(&["reference", "command"]).stdout);
    for command in COMMANDS {
        let title = format!("\n## `portcullis {}`\n", command.join(" "));
        assert!(page.contains(&title), "{title}");
    }
    for code in 0..3 {
        assert!(page.contains(&format!("\n| {code} | ")), "{code}");
    }
}

#[test]
fn what_is_wrong_on_the_command_line_is_wrong_usage() {
    let folder = Folder::with(&[("openapi.yaml", CONTRACT)]);
    let run = ["run", "--contract", "openapi.yaml"];
    let described =
        ["explain", "--contract", "openapi.yaml", "--method", "GET", "--path", "/notes"];
    for (base, more) in [
        (&run[..], &["--upstream", "ftp://a"][..]),
        (&run, &["--upstream", "http://127.0.0.1:1", "--listen", "nowhere"]),
        (&["try", "--contract", "openapi.yaml"], &["--upstream", "127.0.0.1"]),
        (&["init", "--contract", "openapi.yaml"], &["--upstream", "ftp://a.example"]),
        (&described, &["--listen", "1.2.3.4"]),
    ] {
        let arguments: Vec<&str> = base.iter().chain(more).copied().collect();
        let output = folder.run(&arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("in the command line"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_url_in_place_of_a_document_leads_to_init() {
    let folder = Folder::with(&[]);
    let url = "http://127.0.0.1:8000/openapi.json";
    for arguments in [
        &["check", "--contract", url][..],
        &["run", "--contract", url, "--upstream", "http://127.0.0.1:8000"],
        &["try", "--contract", url, "--upstream", "http://127.0.0.1:8000"],
        &["contract", "report", url],
        &["explain", "--contract", url, "--method", "GET", "--path", "/"],
    ] {
        let output = folder.run(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(&format!("portcullis init --contract {url}")), "{said}");
    }
}

#[test]
fn what_is_the_same_in_many_places_is_shown_once() {
    let operation = "responses: { \"204\": { description: d } }, servers: [{ url: /a }]";
    let paths: String = (0..600)
        .fold(String::new(), |all, n| all + &format!("  /p{n}: {{ get: {{ {operation} }} }}\n"));
    let document = format!(
        "openapi: 3.1.0\ninfo: {{ title: T, version: \"1\" }}\npaths:\n{paths}  /x: {{ get: {{ responses: \
         {{}}, tags: 7 }} }}\n"
    );
    let folder = Folder::with(&[("openapi.yaml", &document)]);
    let shown = text(&folder.run(&["check", "--contract", "openapi.yaml"]).stdout);
    assert!(shown.contains("(here and in 599 more places)"), "{shown}");
    assert!(shown.lines().count() < 100, "{shown}");
    assert!(!shown.contains("more problems are not shown"), "{shown}");
    let all = text(&folder.run(&["check", "--contract", "openapi.yaml", "--verbose"]).stdout);
    assert_eq!(all.matches("warning[contract-server]").count(), 600);
    let json =
        text(&folder.run(&["check", "--contract", "openapi.yaml", "--format", "json"]).stdout);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let warnings = report["warnings"].as_u64().unwrap();
    assert_eq!(warnings as usize, report["problems"].as_array().unwrap().len());
    assert!(shown.contains(&format!("0 errors, {warnings} warnings; 601 operations, ")), "{shown}");
    let report = text(&folder.run(&["contract", "report", "openapi.yaml"]).stdout);
    assert!(report.contains(&format!("warnings    {warnings}\n")), "{report}");
}

#[test]
fn a_body_that_many_operations_share_is_told_once() {
    let operation = |n: usize| {
        format!(
            "  /p{n}: {{ post: {{ operationId: op{n}, responses: {{}}, requestBody: {{ $ref: \
             '#/components/requestBodies/b' }} }} }}\n"
        )
    };
    let paths = (0..40).fold(String::new(), |all, n| all + &operation(n));
    let document = format!(
        "openapi: 3.1.0\ninfo: {{ title: T, version: \"1\" }}\npaths:\n{paths}components:\n  \
         requestBodies:\n    b: {{ content: {{ application/json: {{ schema: {{ type: object }} }} }} }}\n"
    );
    let folder = Folder::with(&[("openapi.yaml", &document)]);
    let shown = text(&folder.run(&["check", "--contract", "openapi.yaml"]).stdout);
    assert!(shown.contains("body of `op0` is not described"), "{shown}");
    assert!(shown.contains("(and 39 more, with other names)"), "{shown}");
    assert_eq!(shown.matches("warning[writable-body-not-described]").count(), 1, "{shown}");
    // Each operation has an answer of its own that is not described.
    assert!(shown.contains("(and 37 more"), "{shown}");
    assert_eq!(shown.matches("warning[response-not-described]").count(), 3, "{shown}");
}

#[test]
fn what_is_no_document_is_said_in_one_error() {
    let utf16: Vec<u8> = CONTRACT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xff\xfe", utf16.as_slice()].concat();
    let folder = Folder::with(&[
        ("empty.yaml", ""),
        ("comment.yaml", "# nothing\n"),
        ("empty.json", " \n"),
        ("page.yaml", "<!DOCTYPE html>\n<html></html>\n"),
        ("twice.yaml", "openapi: 3.1.0\ninfo: {}\npaths: {}\ninfo: {}\n"),
        ("twice.json", "{\"openapi\": \"3.1.0\",\n\"info\": {\"a\": {}},\n\"info\": {}}"),
    ]);
    for (name, bytes) in
        [("utf16.yaml", utf16.as_slice()), ("marked.yaml", &marked), ("latin.yaml", b"a: \xe4")]
    {
        std::fs::write(folder.path(name), bytes).unwrap();
    }
    for (name, parts) in [
        ("empty.yaml", ["contract-version", "is empty, or holds nothing but comments"]),
        ("comment.yaml", ["contract-version", "is empty, or holds nothing but comments"]),
        ("empty.json", ["contract-unreadable", "the document is empty"]),
        ("page.yaml", ["contract-version", "this is a web page, not a document"]),
        ("twice.yaml", ["twice.yaml:4:1", "it stands first in line 2, column 1"]),
        ("twice.json", ["twice.json:3:1", "it stands first in line 2, column 1"]),
        ("utf16.yaml", ["contract-unreadable", "iconv -f UTF-16"]),
        ("marked.yaml", ["contract-unreadable", "iconv -f UTF-16"]),
        ("latin.yaml", ["contract-unreadable", "save the file as UTF-8"]),
    ] {
        let output = folder.run(&["check", "--contract", name]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        let shown = text(&output.stdout);
        for part in parts.into_iter().chain(["1 error, 0 warnings"]) {
            assert!(shown.contains(part), "{name}, {part}: {shown}");
        }
    }
}

#[test]
fn a_document_without_operations_is_a_warning() {
    let document = "openapi: 3.1.0\ninfo: { title: T, version: \"1\" }\npaths: {}\n";
    let folder = Folder::with(&[("openapi.yaml", document)]);
    let shown = text(&folder.run(&["check", "--contract", "openapi.yaml"]).stdout);
    assert!(shown.contains("warning[contract-no-operations]"), "{shown}");
    assert!(shown.contains("0 errors, 1 warning; 0 operations"), "{shown}");
}

#[test]
fn paths_in_messages_have_no_detours() {
    let policy = "apis: [{ contract: ../api/./openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n";
    let folder = Folder::with(&[]);
    for inner in ["run", "api"] {
        std::fs::create_dir(folder.path(inner)).unwrap();
    }
    std::fs::write(folder.path("run/p.yaml"), policy).unwrap();
    std::fs::write(folder.path("api/openapi.yaml"), "openapi: 2\n").unwrap();
    let shown = text(&folder.run(&["check", "-c", "run/p.yaml"]).stdout);
    assert!(shown.contains("[api/openapi.yaml:1:10]"), "{shown}");
}
