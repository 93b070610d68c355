//! The API's own login through the command: sessions that outlive a restart, and stores that do not open.

use portcullis_testkit::{Behaviour, ScriptedApi, exchange};

use crate::support::{Folder, Gateway, text};

const CONTRACT: &str = r#"openapi: 3.1.0
info: { title: Notes, version: "1" }
components: { securitySchemes: { bearer: { type: http, scheme: bearer } } }
paths:
  /login:
    post:
      operationId: login
      security: []
      responses: { "200": { description: in, content: { application/json: { schema: { type: object, properties: { token: { type: string } } } } } } }
  /me:
    get:
      operationId: me
      security: [{ bearer: [] }]
      responses: { "200": { description: me, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } }
"#;

fn api(request: &str) -> Vec<u8> {
    let is_login = request.starts_with("POST /login");
    let body = match (is_login, request.contains("Bearer fake-token-1")) {
        (true, _) => r#"{"token":"fake-token-1"}"#,
        (false, true) => r#"{"name":"alice"}"#,
        (false, false) => "{}",
    };
    format!(
        "HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// 32 bytes that follow one another.
fn hex(first: u8) -> String {
    use std::fmt::Write as _;
    (first..first + 32).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A policy for this API, and a key of one byte and its followers.
fn folder(api: &ScriptedApi) -> Folder {
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://{}\" }}]\nlisten: 127.0.0.1:0\n\
         callers: {{ login: {{ operation: login, token: answer./token }} }}\n\
         store: {{ folder: sessions, key: file:store.key }}\nledger: {{ stdout: true }}\n",
        api.address()
    );
    let key = hex(0);
    let files = [("openapi.yaml", CONTRACT), ("portcullis.yaml", &policy), ("store.key", &key)];
    Folder::with(&files)
}

#[test]
fn a_key_that_others_can_read_opens_no_store() {
    let api = ScriptedApi::start(Behaviour::Script(api));
    let folder = folder(&api);
    folder.only_for("store.key", 0o640);
    let output = folder.run(&["run", "-c", "portcullis.yaml"]);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("chmod 600"), "{}", text(&output.stderr));
}

#[test]
fn a_session_outlives_a_restart_of_the_command() {
    let api = ScriptedApi::start(Behaviour::Script(api));
    let folder = folder(&api);
    let run = || Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]);
    let first = run();
    assert!(
        first.said.contains("what lasts is kept in `sessions`, which is new"),
        "{}",
        first.said
    );
    let login = "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    let answer: serde_json::Value =
        serde_json::from_slice(&exchange(first.address, login).body).unwrap();
    let ours = answer["token"].as_str().unwrap().to_owned();
    assert!(ours.starts_with("pcs_"));
    let (code, records) = first.end();
    assert_eq!(code, 0);
    assert!(!records.contains("fake-token-1") && !records.contains("pcs_"), "{records}");
    let second = run();
    assert!(!second.said.contains("which is new"), "{}", second.said);
    let me = format!("GET /me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ours}\r\n\r\n");
    assert_eq!(exchange(second.address, me).text(), r#"{"name":"alice"}"#);
}

#[test]
fn a_store_that_cannot_be_used_is_told_at_its_line_and_nothing_starts() {
    let api = ScriptedApi::start(Behaviour::Script(api));
    let folder = folder(&api);
    Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]).end();
    let refused = |key: &[u8], part: &str| {
        std::fs::write(folder.path("store.key"), key).unwrap();
        let output = folder.run(&["run", "-c", "portcullis.yaml"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        for part in ["policy-unusable-store", "portcullis.yaml", part] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!said.contains("obviously"), "{said}");
    };
    refused(b"obviously-fake", "openssl rand");
    refused(&[b'k'; 64], "openssl rand");
    let other = hex(1);
    refused(other.as_bytes(), "key");
    std::fs::remove_file(folder.path("store.key")).unwrap();
    let output = folder.run(&["run", "-c", "portcullis.yaml"]);
    assert!(text(&output.stderr).contains("store.key"), "{}", text(&output.stderr));
    assert_eq!(output.status.code(), Some(1));
}

fn only_ours(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn what_is_asked_of_an_older_store_is_said() {
    let api = ScriptedApi::start(Behaviour::Script(api));
    let folder = folder(&api);
    let run = || Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]);
    run().end();
    let is_database = |name: &str| name.starts_with("store.db");
    let files = || {
        let all = std::fs::read_dir(folder.path("sessions")).unwrap();
        let names = all.map(|one| one.unwrap().file_name().into_string().unwrap());
        names.filter(|name| is_database(name)).map(|name| folder.path("sessions").join(name))
    };
    let copy: Vec<_> = files().map(|file| (file.clone(), std::fs::read(file).unwrap())).collect();
    // Something was ended since: the copy is behind.
    let gateway = run();
    let login = "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    let answer: serde_json::Value =
        serde_json::from_slice(&exchange(gateway.address, login).body).unwrap();
    let ours = answer["token"].as_str().unwrap().to_owned();
    let again = format!(
        "POST /login HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ours}\r\nContent-Length: 0\r\n\r\n"
    );
    assert_eq!(exchange(gateway.address, again).status, 200);
    gateway.end();
    files().for_each(|file| std::fs::remove_file(file).unwrap());
    copy.iter().for_each(|(file, bytes)| std::fs::write(file, bytes).unwrap());
    copy.iter().for_each(|(file, _)| only_ours(file));
    let output = folder.run(&["run", "-c", "portcullis.yaml"]);
    let said = text(&output.stderr);
    assert!(said.contains("--accept-older-store"), "{said}");
    let taken = Gateway::start(&folder, &["run", "-c", "portcullis.yaml", "--accept-older-store"]);
    assert!(taken.said.contains("may hold again"), "{}", taken.said);
}
