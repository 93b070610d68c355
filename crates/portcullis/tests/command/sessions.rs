//! Ending sessions and revoking tokens from the command line, with a gateway that runs and without one.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use portcullis_testkit::{Answer, Behaviour, ScriptedApi, exchange, read_until, send};
use serde_json::Value;

use crate::support::{Folder, Gateway, text};

const SHOP: &str = include_str!("../../../gateway/tests/login/openapi.yaml");
const ISSUER: &str = "https://login.example.com";

fn json(body: &str) -> Vec<u8> {
    let Behaviour::Answer(answer) = Behaviour::json(200, body) else { unreachable!() };
    answer
}

fn api(request: &str) -> Vec<u8> {
    if request.starts_with("POST /login") {
        return json(r#"{"token":"obviously-fake-and-weak","customer_id":1}"#);
    }
    json(r#"{"customer_id":1}"#)
}

/// A folder with policy, contract and key; and the API.
pub(crate) fn shop() -> (ScriptedApi, Folder) {
    let api = ScriptedApi::start(Behaviour::Script(api));
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://{}\" }}]\nlisten: 127.0.0.1:0\n\
         store: {{ folder: sessions, key: file:store.key }}\n\
         callers:\n  login: {{ operation: login, account: body./email, token: answer./token }}\n  \
         jwt: {{ issuer: {ISSUER}, audience: shop }}\n",
        api.address()
    );
    let key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
    let files = [("openapi.yaml", SHOP), ("portcullis.yaml", policy.as_str()), ("store.key", key)];
    let folder = Folder::with(&files);
    (api, folder)
}

pub(crate) fn run(folder: &Folder) -> Gateway {
    Gateway::start(folder, &["run", "-c", "portcullis.yaml"])
}

pub(crate) fn login(gateway: &Gateway, name: &str) -> String {
    let body = format!(r#"{{"email":"{name}@shop.example","password":"{name}-pass"}}"#);
    let answer = exchange(
        gateway.address,
        format!(
            "POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    );
    let body: Value = serde_json::from_str(&answer.text()).unwrap();
    body.get("token").and_then(Value::as_str).unwrap().to_owned()
}

fn request(token: &str) -> String {
    format!("GET /me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n")
}

pub(crate) fn me(gateway: &Gateway, token: &str) -> Answer {
    exchange(gateway.address, request(token))
}

pub(crate) fn command(folder: &Folder, words: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } =
        folder.run(&[words, &["-c", "portcullis.yaml"][..]].concat());
    (status.code().unwrap(), text(&stdout), text(&stderr))
}

#[test]
fn the_sessions_of_an_account_end_under_a_connection_that_stays_open() {
    let (_api, folder) = shop();
    let gateway = run(&folder);
    let (alice, bob) = (login(&gateway, "alice"), login(&gateway, "bob"));
    let mut stream = send(gateway.address, request(&alice));
    assert!(read_until(&mut stream, "customer_id").starts_with("HTTP/1.1 200"));
    let words = ["sessions", "end", "--account", " ALICE@Shop.example"];
    let (code, printed, said) = command(&folder, &words);
    assert_eq!((code, printed.as_str()), (0, "1 session ended\n"), "{said}");
    assert!(said.contains("by the gateway that runs"), "{said}");
    stream.write_all(request(&alice).as_bytes()).unwrap();
    assert!(read_until(&mut stream, "\r\n\r\n").starts_with("HTTP/1.1 401"));
    assert_eq!((me(&gateway, &alice).status, me(&gateway, &bob).status), (401, 200));

    let (code, printed, _) = command(&folder, &["sessions", "list", "--format", "json"]);
    let list: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((code, list["sessions"].as_array().unwrap().len()), (0, 1), "{printed}");
    assert_eq!(list["way"], "socket");
    assert!(!printed.contains(&bob) && !printed.contains("obviously-fake"), "{printed}");
    let socket = std::fs::symlink_metadata(folder.path("sessions/admin.sock")).unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);
    gateway.end();
    assert!(!folder.path("sessions/admin.sock").exists());

    // Nobody runs: the same on the store itself.
    let id = list["sessions"][0]["id"].as_str().unwrap();
    let (code, printed, said) = command(&folder, &["sessions", "end", "--id", id]);
    assert_eq!((code, printed.as_str()), (0, "1 session ended\n"), "{said}");
    assert!(said.contains("on the store itself"), "{said}");
    let gateway = run(&folder);
    assert_eq!(me(&gateway, &bob).status, 401);
    gateway.end();
    let ledger = std::fs::read_to_string(folder.path("portcullis-ledger.jsonl")).unwrap();
    let acts = ledger.lines().filter(|line| line.contains("\"administered\""));
    let acts: Vec<Value> = acts.map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |act: &Value| format!("{} {} {}", act["door"], act["act"], act["count"]);
    assert_eq!(
        acts.iter().map(told).collect::<Vec<_>>(),
        [
            r#""socket" "end_sessions" 1"#,
            r#""socket" "list_sessions" 1"#,
            r#""store" "end_sessions" 1"#
        ]
    );
    assert!(acts.iter().all(|act| act["uid"].is_number()));
    assert!(!ledger.to_lowercase().contains("alice@shop"), "no name that was typed into a login");
}

#[test]
fn all_sessions_end_and_who_logs_in_again_is_served() {
    let (_api, folder) = shop();
    let gateway = run(&folder);
    let tokens = ["alice", "bob", "carol"].map(|name| login(&gateway, name));
    let (code, printed, said) = command(&folder, &["sessions", "end", "--all"]);
    assert_eq!((code, printed.as_str()), (0, "3 sessions ended\n"), "{said}");
    assert_eq!(tokens.map(|token| me(&gateway, &token).status), [401; 3]);
    let (code, printed, _) = command(&folder, &["sessions", "end", "--all"]);
    assert_eq!((code, printed.as_str()), (0, "0 sessions ended\n"));
    let again = login(&gateway, "alice");
    assert_eq!(me(&gateway, &again).status, 200);
}

#[test]
fn tokens_are_revoked_of_issuers_that_the_policy_knows() {
    let (_api, folder) = shop();
    let revoke = |words: &[&str]| command(&folder, &[&["tokens", "revoke"], words].concat());
    let (code, _, said) = revoke(&["--issuer", ISSUER, "--jti", "one"]);
    assert_eq!(code, 2);
    assert!(said.contains("no gateway ran with it yet"), "{said}");
    let gateway = run(&folder);
    let (code, printed, said) = revoke(&["--issuer", ISSUER, "--jti", "one"]);
    assert_eq!((code, printed.as_str()), (0, "revoked\n"), "{said}");
    let (code, printed, _) =
        revoke(&["--issuer", ISSUER, "--issued-before", "now", "--format", "json"]);
    let answer: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((code, &answer["revoked"], &answer["way"]), (0, &true.into(), &"socket".into()));
    let (code, _, said) = revoke(&["--issuer", "https://login.example.org", "--jti", "one"]);
    assert_eq!(code, 2);
    assert!(said.contains("no issuer `https://login.example.org`"), "{said}");
    assert!(said.contains(ISSUER), "{said}");
    for words in [
        &["--issuer", ISSUER][..],
        &["--issuer", ISSUER, "--jti", "one", "--subject", "alice"],
        &["--issuer", ISSUER, "--issued-before", "yesterday"],
        &["--issuer", ISSUER, "--jti", "one", "--days", "0"],
    ] {
        assert_eq!(revoke(words).0, 2, "{words:?}");
    }
    gateway.end();
}

#[test]
fn what_cannot_be_asked_is_said() {
    let (_api, folder) = shop();
    let (code, _, said) = command(&folder, &["sessions", "list"]);
    assert_eq!(code, 2);
    assert!(said.contains("there is no store in"), "{said}");
    assert!(!folder.path("sessions").exists(), "to look makes nothing");
    let (code, _, said) = command(&folder, &["sessions", "end", "--id", "alice"]);
    assert_eq!(code, 2);
    assert!(said.contains("32 hex digits"), "{said}");
    let (code, _, said) = command(&folder, &["sessions", "list", "--api", "desk"]);
    assert_eq!(code, 2);
    assert!(said.contains("no API `desk`"), "{said}");
    // A gateway that does not find its socket's place free does not start.
    let sessions = folder.path("sessions");
    std::fs::create_dir(&sessions).unwrap();
    std::fs::set_permissions(&sessions, std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::write(sessions.join("admin.sock"), "mine").unwrap();
    let output = folder.run(&["run", "-c", "portcullis.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("is no socket; remove it"), "{}", text(&output.stderr));
}
