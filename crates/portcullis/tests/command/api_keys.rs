//! `portcullis keys`, with a gateway that runs and without one.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Output, Stdio};

use portcullis_testkit::{Behaviour, ScriptedApi, exchange};
use serde_json::Value;

use crate::support::{Folder, Gateway, text};

const CONTRACT: &str = r#"openapi: 3.1.0
info: { title: Shop, version: "1" }
security: [{ key: [] }]
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Api-Key } } }
paths:
  /me: { get: { operationId: getMe, responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
  /orders: { get: { operationId: listOrders, responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
"#;

/// A folder with policy, contract and keys; and the API.
pub(crate) fn shop() -> (ScriptedApi, Folder) {
    let api = ScriptedApi::start(Behaviour::json(200, r#"{"name":"it"}"#));
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://{}\" }}]\nlisten: 127.0.0.1:0\n\
         store: {{ folder: store, key: file:store.key }}\n\
         callers: {{ api_keys: {{ brand: shop, pepper: file:pepper.key }} }}\n",
        api.address()
    );
    let key =
        |end: &str| format!("00112233445566778899aabbccddeeff00112233445566778899aabbccdd{end}\n");
    let folder = Folder::with(&[
        ("openapi.yaml", CONTRACT),
        ("portcullis.yaml", policy.as_str()),
        ("store.key", &key("0001")),
        ("pepper.key", &key("0002")),
    ]);
    for name in ["store.key", "pepper.key"] {
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(folder.path(name), private).unwrap();
    }
    (api, folder)
}

pub(crate) fn run(folder: &Folder) -> Gateway {
    Gateway::start(folder, &["run", "-c", "portcullis.yaml"])
}

pub(crate) fn status(gateway: &Gateway, path: &str, key: &str) -> u16 {
    let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nX-Api-Key: {key}\r\n\r\n");
    exchange(gateway.address, request).status
}

pub(crate) fn command(folder: &Folder, words: &[&str]) -> (i32, String, String) {
    let output = folder.run(&[&["keys"], words, &["-c", "portcullis.yaml"][..]].concat());
    let Output { status, stdout, stderr } = output;
    (status.code().unwrap(), text(&stdout), text(&stderr))
}

/// A new key: its id, and itself.
pub(crate) fn issue(folder: &Folder, words: &[&str]) -> (String, String) {
    let (code, printed, said) = command(folder, &[&["issue"], words].concat());
    assert_eq!(code, 0, "{said}");
    let key = printed.trim_end().to_owned();
    assert!(!key.contains(char::is_whitespace) && !said.contains(&key), "{printed:?} {said}");
    let id = key.split('_').nth(2).unwrap().to_owned();
    assert!(said.contains(&id), "{said}");
    (id, key)
}

pub(crate) fn listed(folder: &Folder, words: &[&str]) -> Vec<Value> {
    let (code, printed, said) = command(folder, &[&["list", "--format", "json"], words].concat());
    assert_eq!(code, 0, "{said}");
    let answer: Value = serde_json::from_str(&printed).unwrap();
    answer.get("keys").and_then(Value::as_array).cloned().unwrap()
}

#[test]
fn a_key_opens_what_it_is_for_until_it_is_revoked_with_a_gateway_that_runs() {
    let (_api, folder) = shop();
    // Before the first start: there is no store yet.
    let (first_id, first) = issue(&folder, &["--owner", "acme", "--operation", "getMe"]);
    let gateway = run(&folder);
    assert_eq!(status(&gateway, "/me", &first), 200);
    assert_eq!(status(&gateway, "/orders", &first), 403);
    let (_, second) = issue(&folder, &["--owner", "acme", "--label", "billing", "--for", "90d"]);
    assert_eq!(status(&gateway, "/orders", &second), 200, "in force when the command returned");
    let (child_id, child) = issue(&folder, &["--parent", &first_id]);
    assert_eq!(status(&gateway, "/me", &child), 200);
    assert_eq!(status(&gateway, "/orders", &child), 403, "the one above is not for it");
    let all = listed(&folder, &["--owner", "acme"]);
    assert_eq!(all.len(), 3, "{all:?}");
    let one = |id: &str| all.iter().find(|one| one["id"] == id).unwrap();
    assert_eq!(one(&child_id)["parent"], Value::from(first_id.as_str()));
    assert_eq!(one(&first_id)["rules"]["operations"][0], "getMe");
    let shown = Value::from(all.clone()).to_string();
    assert!(!shown.contains(&first) && !shown.contains("mac"), "{shown}");

    let (code, printed, said) = command(&folder, &["revoke", "--id", &first_id]);
    assert_eq!((code, printed.as_str()), (0, "2 keys revoked\n"), "{said}");
    assert!(said.contains("by the gateway that runs"), "{said}");
    assert_eq!((status(&gateway, "/me", &first), status(&gateway, "/me", &child)), (401, 401));
    assert_eq!(status(&gateway, "/me", &second), 200);
    gateway.end();
    let gateway = run(&folder);
    assert_eq!((status(&gateway, "/me", &first), status(&gateway, "/me", &second)), (401, 200));
    gateway.end();
    let (code, printed, said) = command(&folder, &["revoke", "--issued-before", "now"]);
    assert_eq!((code, printed.as_str()), (0, "1 key revoked\n"), "{said}");
    assert!(said.contains("on the store itself"), "{said}");

    // Nothing of what opens is in anything that was written.
    let ledger = std::fs::read_to_string(folder.path("portcullis-ledger.jsonl")).unwrap();
    assert!(ledger.contains("issue_key") && ledger.contains("revoke_keys"), "{ledger}");
    for entry in std::fs::read_dir(folder.path("store")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        let whole = String::from_utf8_lossy(&bytes).into_owned() + &ledger;
        for key in [&first, &second, &child] {
            let secret = key.rsplit('_').next().unwrap();
            assert!(!whole.contains(secret), "a key lies there");
        }
    }
}

#[test]
fn a_key_is_exchanged_without_a_gap() {
    let (_api, folder) = shop();
    let words = ["--owner", "acme", "--operation", "getMe", "--for", "30d"];
    let (old_id, old) = issue(&folder, &words);
    let gateway = run(&folder);
    let (code, printed, said) = command(&folder, &["roll", "--id", &old_id, "--overlap", "1h"]);
    assert_eq!(code, 0, "{said}");
    let new = printed.trim_end();
    let new_id = new.split('_').nth(2).unwrap();
    let (code, _, said) = command(&folder, &["roll", "--id", new_id]);
    assert!(code == 1 && said.contains("nobody has used it"), "{said}");
    let day = |id: &str, name: &str| {
        let key = listed(&folder, &["--id", id]).remove(0);
        key.get(name).and_then(Value::as_str).unwrap().get(..10).unwrap().to_owned()
    };
    assert_eq!(day(new_id, "expires"), day(&old_id, "expires"), "as long as the old one");
    assert_eq!(status(&gateway, "/me", &old), 200);
    assert_eq!(listed(&folder, &["--id", &old_id])[0]["expires"].as_str().map(str::len), Some(24));
    let before = listed(&folder, &["--id", &old_id])[0]["expires"].clone();
    assert_eq!(status(&gateway, "/me", new), 200);
    assert_eq!(status(&gateway, "/orders", new), 403, "it may what the old one may");
    assert_ne!(listed(&folder, &["--id", &old_id])[0]["expires"], before, "it has an end now");
    assert_eq!(status(&gateway, "/me", &old), 200, "for an hour");
    let (code, _, said) = command(&folder, &["expire", "--id", &old_id, "--at", "now"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!((status(&gateway, "/me", &old), status(&gateway, "/me", new)), (401, 200));
    gateway.end();
}

#[test]
fn what_cannot_be_meant_is_told_and_nothing_is_issued() {
    let (_api, folder) = shop();
    issue(&folder, &["--owner", "acme"]);
    for (words, told) in [
        (&["issue", "--owner", "acme", "--operation", "getMee"][..], "did you mean `getMe`?"),
        (&["issue", "--owner", "acme", "--from", "10.0.0.1/8"], "`10.0.0.0/8`"),
        (&["issue", "--owner", "acme", "--api", "desk"], "no API of the policy"),
        (&["issue", "--owner", "acme", "--for", "1w"], "give `90d`"),
        (&["issue", "--owner", "acme", "--attribute", "role"], "NAME=VALUE"),
        (&["issue", "--owner", " acme"], "visible ASCII"),
        (&["issue", "--owner", "acme", "--scope", "a b"], "one word"),
        (
            &["issue", "--owner", "acme", "--not-before", "2099-01-01", "--for", "1h"],
            "end before it begins",
        ),
        (&["issue"], "--owner"),
        (&["issue", "--parent", "0000000000000000"], "there is no key"),
        (&["roll", "--id", "nonsense"], "that is no id of a key"),
        (&["revoke"], "--id"),
    ] {
        let (code, printed, said) = command(&folder, words);
        assert!(code != 0 && printed.is_empty(), "{words:?}: {printed}");
        assert!(said.contains(told), "{words:?}: {said}");
    }
    assert_eq!(listed(&folder, &[]).len(), 1);
}

#[test]
fn a_pepper_that_others_can_read_or_that_is_the_stores_key_is_refused() {
    let (_api, folder) = shop();
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(folder.path("pepper.key"), open).unwrap();
    let (code, _, said) = command(&folder, &["issue", "--owner", "acme"]);
    assert!(code != 0 && said.contains("chmod 600"), "{said}");
    std::fs::copy(folder.path("store.key"), folder.path("pepper.key")).unwrap();
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(folder.path("pepper.key"), private).unwrap();
    let (code, _, said) = command(&folder, &["issue", "--owner", "acme"]);
    assert!(code != 0 && said.contains("this is the key of the store"), "{said}");
}

#[test]
fn whoever_finds_a_text_can_tell_a_key_without_asking() {
    let (_api, folder) = shop();
    let (_, key) = issue(&folder, &["--owner", "acme"]);
    let check = |text: &str| {
        let mut command = folder.command();
        command.args(["keys", "check"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code().unwrap(), text_of(&output))
    };
    let (code, said) = check(&format!("{key}\n"));
    assert!(code == 0 && said.contains("brand shop") && !said.contains(&key), "{said}");
    let (code, said) = check(&key.replacen('_', "__", 1));
    assert!(code == 1 && !said.contains(&key), "{said}");
    let (code, pattern, _) = command(&folder, &["pattern"]);
    let pattern = regex::Regex::new(pattern.trim_end()).unwrap();
    assert!(code == 0 && pattern.is_match(&format!("token = \"{key}\"")));
}

fn text_of(output: &Output) -> String {
    text(&output.stdout) + &text(&output.stderr)
}
