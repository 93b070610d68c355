//! `portcullis passwords`, with a gateway that runs and without one.

use std::io::Write as _;
use std::process::Stdio;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use portcullis_testkit::{Behaviour, ScriptedApi, exchange};

use crate::support::{Folder, Gateway, text};

const CONTRACT: &str = r#"openapi: 3.1.0
info: { title: Shop, version: "1" }
security: [{ basic: [] }]
components: { securitySchemes: { basic: { type: http, scheme: basic } } }
paths:
  /me: { get: { operationId: getMe, responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
"#;

const RIGHT: &str = "correct horse battery staple";
const OTHER: &str = "another horse battery staple";

fn shop() -> (ScriptedApi, Folder) {
    let api = ScriptedApi::start(Behaviour::json(200, r#"{"name":"it"}"#));
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://{}\" }}]\nlisten: 127.0.0.1:0\n\
         store: {{ folder: store, key: file:store.key }}\nledger: {{ file: records.jsonl }}\n\
         callers:\n  passwords: {{ pepper: file:passwords.key, breached: breached.txt }}\n  \
         attributes: {{ role: {{ claim: /role }} }}\n  forward: {{ headers: {{ X-Caller: subject, X-Role: role }} }}\n",
        api.address()
    );
    let key =
        |end: &str| format!("00112233445566778899aabbccddeeff00112233445566778899aabbccdd{end}\n");
    let folder = Folder::with(&[
        ("openapi.yaml", CONTRACT),
        ("portcullis.yaml", policy.as_str()),
        ("breached.txt", "letmeinletmeinletmein\nPassword1234567890\n"),
        ("store.key", &key("0001")),
        ("passwords.key", &key("0002")),
    ]);
    folder.only_for("store.key", 0o600);
    folder.only_for("passwords.key", 0o600);
    (api, folder)
}

fn status(gateway: &Gateway, user: &str, password: &str) -> u16 {
    let pair = BASE64_STANDARD.encode(format!("{user}:{password}"));
    let request = format!("GET /me HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {pair}\r\n\r\n");
    exchange(gateway.address, request).status
}

/// What the command says to a text on its standard input.
fn command(folder: &Folder, words: &[&str], input: &str) -> (i32, String, String) {
    let mut child = folder
        .command()
        .arg("passwords")
        .args(words)
        .args(["-c", "portcullis.yaml"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // It may have ended before it read.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn set(folder: &Folder, user: &str, password: &str) -> String {
    let line = format!("{password}\n");
    let (code, printed, said) =
        command(folder, &["set", "--user", user, "--attribute", "role=staff"], &line);
    assert_eq!((code, printed.as_str()), (0, ""), "{said}");
    assert!(!said.contains(password), "{said}");
    said
}

#[test]
fn a_password_opens_until_it_is_exchanged_or_removed_with_a_gateway_that_runs() {
    let (api, folder) = shop();
    // Before the first start: there is no store yet.
    assert!(set(&folder, "ann", RIGHT).contains("on the store itself"));
    let gateway = Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]);
    assert_eq!(status(&gateway, "ann", RIGHT), 200);
    let sent = api.seen().pop().unwrap();
    assert!(sent.contains("x-caller: ann") && sent.contains("x-role: staff"), "{sent}");
    let said = set(&folder, "ann", OTHER);
    assert!(
        said.contains("by the gateway that runs") && said.contains("another password"),
        "{said}"
    );
    assert_eq!((status(&gateway, "ann", RIGHT), status(&gateway, "ann", OTHER)), (401, 200));
    let (code, made, said) = command(&folder, &["set", "--user", "till", "--generate"], "");
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains(made.trim()), "{said}");
    assert_eq!(status(&gateway, "till", made.trim_end()), 200);
    let (_, listed, _) = command(&folder, &["list"], "");
    assert!(listed.starts_with("ann  ") && listed.contains("role=staff"), "{listed}");
    let (_, json, _) = command(&folder, &["list", "--format", "json"], "");
    assert!(json.contains("till") && !json.contains("argon2"), "{json}");
    let (code, printed, said) = command(&folder, &["remove", "--user", "ann"], "");
    assert_eq!((code, printed.as_str()), (0, "1 password removed\n"), "{said}");
    assert_eq!(status(&gateway, "ann", OTHER), 401);
    gateway.end();
    let gateway = Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]);
    assert_eq!(status(&gateway, "till", made.trim_end()), 200);
    assert_eq!(status(&gateway, "ann", OTHER), 401);
    gateway.end();
    let records = std::fs::read_to_string(folder.path("records.jsonl")).unwrap();
    for act in ["set_password", "list_passwords", "remove_password"] {
        assert!(records.contains(act), "{act} in {records}");
    }
    for secret in [RIGHT, OTHER, made.trim(), "argon2"] {
        assert!(!records.contains(secret), "{records}");
    }
}

#[test]
fn what_may_not_be_taken_is_refused_and_says_why() {
    let (_api, folder) = shop();
    for (user, password, code, why) in [
        ("ann", "14 characters.", 1, "fewer than 15 characters"),
        ("ann", "letmeinLetMeInletmein", 1, "many have had this password"),
        ("annabelle the second", "Annabelle the Second", 1, "is the user name"),
        ("ann", "correct horse\u{200b} battery", 1, "a character that nobody sees"),
        ("ann", "", 1, "is empty"),
        ("ann", "two lines\nof a long text", 2, "is one line"),
        ("a:n", RIGHT, 2, "no colon"),
        ("a\u{7}n", RIGHT, 2, "a character that nobody sees"),
        ("jos\u{e9}", RIGHT, 2, "must be visible ASCII"),
    ] {
        let (got, printed, said) = command(&folder, &["set", "--user", user], password);
        assert_eq!((got, printed.as_str()), (code, ""), "{user} {password}: {said}");
        assert!(said.contains(why), "{said}");
        assert!(password.len() < 3 || !said.contains(password), "{said}");
    }
    // As an argument it is nothing that the command knows.
    let (code, ..) = command(&folder, &["set", "--user", "ann", "--password", RIGHT], "");
    assert_eq!(code, 2);
    // Whoever cannot look takes none.
    std::fs::remove_file(folder.path("breached.txt")).unwrap();
    let (code, _, said) = command(&folder, &["set", "--user", "ann"], RIGHT);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("breached.txt"), "{said}");
}

#[test]
fn a_pepper_is_no_other_key_of_the_policy() {
    let (_api, folder) = shop();
    std::fs::copy(folder.path("store.key"), folder.path("passwords.key")).unwrap();
    let (code, _, said) = command(&folder, &["set", "--user", "ann"], RIGHT);
    assert_ne!(code, 0);
    assert!(said.contains("this is the key of the store"), "{said}");
    folder.only_for("passwords.key", 0o644);
    let (_, _, said) = command(&folder, &["set", "--user", "ann"], RIGHT);
    assert!(said.contains("can be read by others"), "{said}");
}

#[test]
fn check_says_which_operations_take_passwords_and_what_to_move_to() {
    let (_api, folder) = shop();
    let output = folder.run(&["check", "-c", "portcullis.yaml"]);
    let printed = text(&output.stdout);
    for part in ["basic-passwords", "`basic` opens `getMe` with a password", "api_keys"] {
        assert!(printed.contains(part), "{part} in {printed}");
    }
}
