//! `portcullis init`: a policy that holds, and nothing lost.

use portcullis_testkit::{Behaviour, ScriptedApi};

use crate::support::{CONTRACT, Folder, text};

const UPSTREAM: &str = "http://127.0.0.1:3000";

/// What names in a document may try.
const HOSTILE: &str = r#"{"openapi": "3.1.0", "info": {"title": "a\nlisten: 0.0.0.0:1\n#", "version": "1"},
"paths": {"/a\u0085b": {"get": {"operationId": "x\"\n  - anyone: \"*", "responses": {}}},
"/\u2028relax:/{id}": {"post": {"operationId": "- : {\\", "requestBody": {"content": {"application/json": {}}}, "responses": {}}},
"/admin/{n}": {"get": {"responses": {"200": {"description": "", "content": {"text/event-stream": {}}}}}}}}"#;

fn uncommented(policy: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("# ") {
        Some(rest) => format!("{}{rest}", &line[..line.len() - line.trim_start().len()]),
        None => line.to_owned(),
    };
    policy.lines().map(|one| line(one) + "\n").collect()
}

#[test]
fn what_is_written_holds_and_so_does_every_line_that_is_offered() {
    let folder = Folder::with(&[
        ("openapi.yaml", CONTRACT),
        ("hostile.json", HOSTILE),
        ("shop.yaml", crate::resources::DOCUMENT),
    ]);
    for (contract, out) in
        [("openapi.yaml", "a.yaml"), ("hostile.json", "b.yaml"), ("shop.yaml", "c.yaml")]
    {
        let arguments = ["init", "--contract", contract, "--upstream", UPSTREAM, "--out", out];
        let output = folder.run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let policy = std::fs::read_to_string(folder.path(out)).unwrap();
        assert_eq!(folder.run(&["check", "-c", out]).status.code(), Some(0), "{policy}");
        let all = uncommented(&policy);
        assert_ne!(all, policy);
        std::fs::write(folder.path("all.yaml"), &all).unwrap();
        let checked = folder.run(&["check", "-c", "all.yaml"]);
        assert_eq!(checked.status.code(), Some(0), "{}\n{all}", text(&checked.stdout));
    }
    let policy = std::fs::read_to_string(folder.path("b.yaml")).unwrap();
    assert!(policy.contains("##       - \"GET /admin/{n}\""), "not offered: {policy}");
    assert!(policy.contains("{ answer: stream }"), "{policy}");
    let policy = std::fs::read_to_string(folder.path("c.yaml")).unwrap();
    assert!(policy.contains("#     owner: /customer_id  ## or /account\n"), "{policy}");
}

#[test]
fn the_file_says_what_was_found_and_what_to_decide() {
    let folder = Folder::with(&[("openapi.yaml", CONTRACT)]);
    folder.run(&["init", "--contract", "openapi.yaml", "--upstream", UPSTREAM]);
    let policy = std::fs::read_to_string(folder.path("portcullis.yaml")).unwrap();
    insta::assert_snapshot!(policy);
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::with(&[("openapi.yaml", CONTRACT), ("portcullis.yaml", "mine\n")]);
    let output = folder.run(&["init", "--contract", "openapi.yaml", "--upstream", UPSTREAM]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--out"), "{}", text(&output.stderr));
    assert_eq!(std::fs::read_to_string(folder.path("portcullis.yaml")).unwrap(), "mine\n");

    let api = ScriptedApi::start(Behaviour::json(200, HOSTILE));
    let url = format!("http://{}/openapi.yaml", api.address());
    let arguments = ["init", "--contract", &url, "--upstream", UPSTREAM, "--out", "new.yaml"];
    assert_eq!(folder.run(&arguments).status.code(), Some(2), "another document has the name");
    assert_eq!(std::fs::read_to_string(folder.path("openapi.yaml")).unwrap(), CONTRACT);
    assert!(!folder.path("new.yaml").exists());
}

#[test]
fn what_is_fetched_is_kept_and_pinned() {
    let api = ScriptedApi::start(Behaviour::with_type(200, "application/yaml", CONTRACT));
    let folder = Folder::with(&[]);
    let url = format!("http://{}/docs/openapi.yaml", api.address());
    let upstream = format!("http://{}", api.address());
    let output = folder.run(&["init", "--contract", &url, "--upstream", &upstream]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(std::fs::read_to_string(folder.path("openapi.yaml")).unwrap(), CONTRACT);
    assert_eq!(folder.run(&["check", "-c", "portcullis.yaml"]).status.code(), Some(0));

    let changed = CONTRACT.replace("security: []", "security: [{}]");
    std::fs::write(folder.path("openapi.yaml"), changed).unwrap();
    let output = folder.run(&["run", "-c", "portcullis.yaml"]);
    assert_eq!(output.status.code(), Some(1), "a changed document stops");
    let said = text(&output.stderr);
    for part in ["policy-contract-changed", "portcullis.yaml:9:13", "to accept it", "sha256:"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn what_cannot_be_fetched_is_said_and_leaves_nothing() {
    let folder = Folder::with(&[]);
    let redirect = b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/a.json\r\n\
                     Content-Length: 0\r\n\r\n";
    let lie = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}";
    for (behaviour, part) in [
        (Behaviour::with_type(200, "text/html", "<html></html>"), "web page"),
        (Behaviour::json(200, "<html></html>"), "web page"),
        (Behaviour::json(404, "{}"), "404"),
        (Behaviour::json(200, "{\"a\": 1}"), "openapi"),
        (Behaviour::AnswerAndClose(b"SSH-2.0-x\r\n\r\n".to_vec()), "not HTTP"),
        (Behaviour::AnswerAndClose(lie.to_vec()), "as long as it says"),
        (Behaviour::AnswerAndClose(redirect.to_vec()), "not followed"),
        (Behaviour::Close, "not HTTP"),
    ] {
        let shown = format!("{behaviour:?}");
        let api = ScriptedApi::start(behaviour);
        let url = format!("http://{}/openapi.json", api.address());
        let output = folder.run(&["init", "--contract", &url, "--upstream", UPSTREAM]);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{shown}");
        let said = text(&output.stderr);
        assert!(said.contains(part), "{shown}: {said}");
        assert!(!folder.path("portcullis.yaml").exists(), "{shown}");
        assert!(!folder.path("openapi.json").exists(), "{shown}");
    }
    for (url, part) in [
        ("http://127.0.0.1:9/openapi.json", "running"),
        ("https://127.0.0.1/openapi.json", "TLS"),
        ("http://192.0.2.1/openapi.json", "this machine"),
    ] {
        let output = folder.run(&["init", "--contract", url, "--upstream", UPSTREAM]);
        assert_eq!(output.status.code(), Some(2), "{url}");
        assert!(text(&output.stderr).contains(part), "{url}: {}", text(&output.stderr));
    }
    let output = folder.run(&["init", "--contract", "missing.yaml", "--upstream", UPSTREAM]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_document_that_came_in_one_line_is_kept_in_lines() {
    let one_line = one_line();
    let api = ScriptedApi::start(Behaviour::json(200, &one_line));
    let folder = Folder::with(&[]);
    let url = format!("http://{}/openapi.json", api.address());
    let output = folder.run(&["init", "--contract", &url, "--upstream", UPSTREAM]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let kept = std::fs::read_to_string(folder.path("openapi.json")).unwrap();
    assert!(kept.contains("\n    \"/orders\": {\n"), "{kept}");
    assert!(kept.contains("\"maximum\": 1.50"), "lexemes stay: {kept}");
    let checked = folder.run(&["check", "-c", "portcullis.yaml"]);
    assert_eq!(checked.status.code(), Some(0), "the digest is that of the file: {checked:?}");
}

#[test]
fn in_one_line_a_pointer_says_where() {
    let folder = Folder::with(&[("openapi.json", &one_line())]);
    for arguments in [
        &["check", "--contract", "openapi.json"][..],
        &["contract", "report", "openapi.json"],
        &["explain", "--contract", "openapi.json", "--method", "GET", "--path", "/orders"],
    ] {
        let told = text(&folder.run(arguments).stdout);
        assert!(told.contains("#/paths/~1orders/get"), "{arguments:?}: {told}");
    }
    let told =
        text(&folder.run(&["check", "--contract", "openapi.json", "--format", "json"]).stdout);
    assert!(told.contains("\"pointer\": \"#/paths/~1orders/get"), "{told}");
    folder.run(&["init", "--contract", "openapi.json", "--upstream", UPSTREAM]);
    let policy = std::fs::read_to_string(folder.path("portcullis.yaml")).unwrap();
    assert!(policy.contains("#/paths/~1orders/get"), "{policy}");
}

#[test]
fn many_open_operations_are_opened_by_one_line() {
    let paths: String = (0..20).fold(String::new(), |all, n| {
        all + &format!("  /p{n}: {{ get: {{ responses: {{}} }} }}\n")
    });
    let document = format!("openapi: 3.1.0\ninfo: {{ title: T, version: \"1\" }}\npaths:\n{paths}");
    let admin = format!("{document}  /admin: {{ get: {{ responses: {{}} }} }}\n");
    let folder = Folder::with(&[("many.yaml", &document), ("admin.yaml", &admin)]);
    for (contract, out, is_offered) in
        [("many.yaml", "a.yaml", true), ("admin.yaml", "b.yaml", false)]
    {
        folder.run(&["init", "--contract", contract, "--upstream", UPSTREAM, "--out", out]);
        let policy = std::fs::read_to_string(folder.path(out)).unwrap();
        assert_eq!(policy.contains("#   - anyone: [\"*\"]\n"), is_offered, "{policy}");
        std::fs::write(folder.path("all.yaml"), uncommented(&policy)).unwrap();
        assert_eq!(folder.run(&["check", "-c", "all.yaml"]).status.code(), Some(0));
    }
}

#[test]
fn a_document_without_operations_is_doubted() {
    let document = "openapi: 3.1.0\ninfo: { title: T, version: \"1\" }\npaths: {}\n";
    let folder = Folder::with(&[("openapi.yaml", document)]);
    let output = folder.run(&["init", "--contract", "openapi.yaml", "--upstream", UPSTREAM]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stderr);
    assert!(said.contains("warning: the document has no operation"), "{said}");
    let policy = std::fs::read_to_string(folder.path("portcullis.yaml")).unwrap();
    assert!(!policy.contains("anyone:"), "there is nobody to let in: {policy}");
}

/// A document as tools print it.
fn one_line() -> String {
    let description = "a long word ".repeat(40);
    format!(
        r#"{{"openapi":"3.1.0","info":{{"title":"T","version":"1","description":"{description}"}},"paths":{{"/orders":{{"get":{{"parameters":[{{"name":"n","in":"query","schema":{{"maximum":1.50,"format":"own"}}}}],"responses":{{"200":{{"description":""}}}}}}}}}}}}"#
    )
}
