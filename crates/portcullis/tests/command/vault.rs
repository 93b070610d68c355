//! A store whose key a Vault wraps: against a stand-in that speaks the transit API, and really encrypts.

use std::sync::{Arc, Mutex};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_testkit::{Behaviour, ScriptedApi};
use serde_json::{Value, json};

use crate::sessions::{command, login, me, run, shop};
use crate::support::{Folder, text};

const TOKEN: &str = "hvs.obviously-fake-token";

/// What the stand-in knows.
#[derive(Default)]
struct Vault {
    /// The newest version of its key, and the oldest that it takes.
    versions: (u8, u8),
    /// It answers this to everything, with this body.
    instead: Option<(u16, String)>,
    /// What it was asked: acts, in order.
    asked: Vec<String>,
}

type Shared = Arc<Mutex<Vault>>;

fn key(version: u8) -> RandomizedNonceKey {
    RandomizedNonceKey::new(&AES_256_GCM, &[version; 32]).unwrap()
}

fn bytes(body: &Value, name: &str) -> Vec<u8> {
    STANDARD.decode(body[name].as_str().unwrap()).unwrap()
}

impl Vault {
    fn answer(&mut self, request: &str) -> (u16, String) {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let line = head.lines().next().unwrap();
        self.asked.push(line.split(' ').nth(1).unwrap().to_owned());
        if let Some(instead) = &self.instead {
            return instead.clone();
        }
        let denied = (403, r#"{"errors":["permission denied"]}"#.to_owned());
        if !head.lines().any(|field| field == format!("X-Vault-Token: {TOKEN}")) {
            return denied;
        }
        let body: Value = serde_json::from_str(body).unwrap();
        let beside = bytes(&body, "associated_data");
        match line {
            "POST /v1/secrets/transit/encrypt/portcullis HTTP/1.1" => {
                let (version, mut text) = (self.versions.0, bytes(&body, "plaintext"));
                let nonce = key(version).seal_in_place_append_tag(Aad::from(&beside), &mut text);
                let whole = [&nonce.unwrap().as_ref()[..], &text].concat();
                let text = format!("vault:v{version}:{}", STANDARD.encode(whole));
                (200, json!({ "data": { "ciphertext": text, "key_version": version } }).to_string())
            }
            "POST /v1/secrets/transit/decrypt/portcullis HTTP/1.1" => {
                let opened =
                    self.open(body.get("ciphertext").and_then(Value::as_str).unwrap(), &beside);
                let wrong =
                    (400, r#"{"errors":["cipher: message authentication failed"]}"#.to_owned());
                opened.map_or(wrong, |text| {
                    (200, json!({ "data": { "plaintext": STANDARD.encode(text) } }).to_string())
                })
            }
            _ => denied,
        }
    }

    fn open(&self, text: &str, beside: &[u8]) -> Option<Vec<u8>> {
        let (version, whole) = text.strip_prefix("vault:v")?.split_once(':')?;
        let version = version.parse().ok().filter(|version| *version >= self.versions.1)?;
        let whole = STANDARD.decode(whole).ok()?;
        let (nonce, text) = whole.split_at_checked(NONCE_LEN)?;
        let mut text = text.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        Some(key(version).open_in_place(nonce, Aad::from(beside), &mut text).ok()?.to_vec())
    }
}

fn vault() -> (ScriptedApi, Shared) {
    let vault = Shared::default();
    vault.lock().unwrap().versions = (1, 1);
    let knows = vault.clone();
    let behaviour = Behaviour::made(move |request| {
        let (status, body) = knows.lock().unwrap().answer(request);
        let length = body.len();
        format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: {length}\r\n\r\n{body}")
            .into_bytes()
    });
    (ScriptedApi::start(behaviour), vault)
}

/// The policy names the store's key so from now on.
fn name(folder: &Folder, opener: &str) {
    let policy = std::fs::read_to_string(folder.path("portcullis.yaml")).unwrap();
    let store = format!("store: {{ folder: sessions, {opener} }}");
    let lines = policy.lines().map(|line| if line.starts_with("store:") { &store } else { line });
    folder.write("portcullis.yaml", &(lines.collect::<Vec<_>>().join("\n") + "\n"));
}

fn kms(server: &ScriptedApi) -> String {
    format!(
        "kms: {{ vault: {{ url: \"http://{}\", mount: secrets/transit, key: portcullis, token: \
         file:vault.key }} }}",
        server.address()
    )
}

fn shop_with_vault() -> (ScriptedApi, ScriptedApi, Shared, Folder) {
    let ((api, folder), (server, vault)) = (shop(), vault());
    folder.write("vault.key", &format!("{TOKEN}\n"));
    name(&folder, &kms(&server));
    (api, server, vault, folder)
}

fn refused(folder: &Folder) -> String {
    let output = folder.run(&["run", "-c", "portcullis.yaml"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("portcullis.yaml:3") && said.contains("help: "), "{said}");
    assert!(!said.contains(TOKEN), "{said}");
    // Lines are broken where the terminal ends.
    let words = said.split_whitespace().filter(|word| !matches!(*word, "|" | "\u{2502}"));
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn vault_is_asked_once_at_each_start_and_no_file_has_the_key() {
    let (_api, _server, vault, folder) = shop_with_vault();
    let gateway = run(&folder);
    let alice = login(&gateway, "alice");
    gateway.end();
    let gateway = run(&folder);
    assert_eq!(me(&gateway, &alice).status, 200);
    gateway.end();
    let decrypt = "/v1/secrets/transit/decrypt/portcullis";
    let encrypt = "/v1/secrets/transit/encrypt/portcullis";
    assert_eq!(vault.lock().unwrap().asked, [encrypt, decrypt, decrypt]);
    for file in ["sessions/store.db", "portcullis-ledger.jsonl"] {
        let bytes = std::fs::read(folder.path(file)).unwrap();
        let has_token = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
        assert!(!has_token, "{file}");
    }
}

#[test]
fn where_vault_gives_nothing_nothing_starts_and_the_message_says_why() {
    let (_api, server, vault, folder) = shop_with_vault();
    run(&folder).end();
    let instead = |status: u16, body: &str| {
        vault.lock().unwrap().instead = Some((status, body.to_owned()));
        refused(&folder)
    };
    let place = format!("the key service `http://{}`: ", server.address());
    for (status, body, told) in [
        (503, r#"{"errors":["Vault is sealed"]}"#, "it is sealed, or not set up"),
        (501, r#"{"errors":[]}"#, "it is sealed, or not set up"),
        (403, r#"{"errors":["permission denied"]}"#, "it refuses our token (403)"),
        (307, "", "it answers 307, and no redirect is followed"),
        (400, r#"{"errors":["invalid \u001b[31mciphertext"]}"#, "it says: invalid [31mciphertext"),
        (404, "no JSON", "it says: nothing that can be read"),
        (500, "", "it answers 500"),
        (200, "", "not what it should be: it has no such text in `data`"),
        (200, r#"{"data":{"plaintext":7}}"#, "not what it should be: it has no such text"),
        (200, r#"{"data":{"plaintext":"AAAA"}}"#, "what it unwraps is no key of a store"),
        (200, r#"{"data":{"plaintext":"%%%%"}}"#, "`plaintext` is no base64"),
        (
            200,
            r#"{"data":{"plaintext":"/+7dzLuqmYh3ZlVEMyIRAP/u3cy7qpmId2ZVRDMiEQA="}}"#,
            "the key does not open",
        ),
    ] {
        let said = instead(status, body);
        assert!(said.contains(told), "{status} {body}: {said}");
        assert!(said.contains(&place) || told.contains("does not open"), "{said}");
    }
    let asked = vault.lock().unwrap().asked.len();
    // Of another user's making, or none.
    folder.write("vault.key", "hvs.another\n");
    vault.lock().unwrap().instead = None;
    assert!(refused(&folder).contains("it refuses our token"));
    folder.only_for("vault.key", 0o644);
    assert!(refused(&folder).contains("vault.key` can be read by others: `chmod 600"));
    folder.write("vault.key", "two words");
    assert!(refused(&folder).contains("vault.key` holds no token"));
    assert_eq!(vault.lock().unwrap().asked.len(), asked + 1, "others were not asked");
    folder.write("vault.key", TOKEN);
    run(&folder).end();
    drop(server);
    assert!(refused(&folder).contains("it does not take a connection"));
}

#[test]
fn a_vault_that_hangs_is_waited_for_ten_seconds() {
    let (_api, folder) = shop();
    let server = ScriptedApi::start(Behaviour::Hang);
    folder.write("vault.key", TOKEN);
    name(&folder, &kms(&server));
    let began = std::time::Instant::now();
    assert!(refused(&folder).contains("no whole answer within 10 s"));
    assert!(began.elapsed() < std::time::Duration::from_secs(25));
}

#[test]
fn after_vault_took_a_new_version_the_key_is_wrapped_anew_while_all_are_served() {
    let (_api, _server, vault, folder) = shop_with_vault();
    let gateway = run(&folder);
    let alice = login(&gateway, "alice");
    vault.lock().unwrap().versions = (2, 1);
    let (code, printed, said) = command(&folder, &["store", "rewrap"]);
    assert_eq!((code, printed.as_str()), (0, "wrapped anew\n"), "{said}");
    assert!(said.contains("by the gateway that runs"), "{said}");
    vault.lock().unwrap().versions = (2, 2);
    gateway.end();
    let gateway = run(&folder);
    assert_eq!(me(&gateway, &alice).status, 200);
    // Another key, and Vault takes nothing of before.
    vault.lock().unwrap().versions = (3, 3);
    let (code, printed, said) = command(&folder, &["store", "rekey", "--to", "kms"]);
    assert_eq!((code, printed.as_str()), (0, "2 rows under the new key\n"), "{said}");
    assert!(!said.contains("before the next start"), "{said}");
    gateway.end();
    let gateway = run(&folder);
    assert_eq!(me(&gateway, &alice).status, 200);
    vault.lock().unwrap().instead = Some((503, String::new()));
    let (code, _, said) = command(&folder, &["store", "rewrap"]);
    assert!(code == 1 && said.contains("it is sealed"), "{said}");
    assert_eq!(me(&gateway, &alice).status, 200, "who is served stays so");
    gateway.end();
    let ledger = std::fs::read_to_string(folder.path("portcullis-ledger.jsonl")).unwrap();
    let acts = ledger.lines().filter(|line| line.contains("\"administered\""));
    let acts: Vec<Value> = acts.map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |act: &Value| format!("{} {}", act["act"], act["name"]);
    assert_eq!(
        acts.iter().map(told).collect::<Vec<_>>(),
        [r#""rewrap_store" null"#, r#""rekey_store" "kms""#, r#""rewrap_store" null"#]
    );
}

#[test]
fn a_store_moves_to_vault_and_back() {
    let ((_api, folder), (server, _vault)) = (shop(), vault());
    folder.write("vault.key", TOKEN);
    let gateway = run(&folder);
    let alice = login(&gateway, "alice");
    let (code, _, said) = command(&folder, &["store", "rekey", "--to", "kms"]);
    assert!(code == 1 && said.contains("the policy names no key service"), "{said}");
    gateway.end();
    name(&folder, &kms(&server));
    assert!(refused(&folder).contains("is not wrapped by the key service: name it in `key`"));
    name(&folder, &format!("key: file:store.key, {}", kms(&server)));
    let gateway = run(&folder);
    let (code, _, said) = command(&folder, &["store", "rekey", "--to", "kms"]);
    assert_eq!(code, 0, "{said}");
    gateway.end();
    name(&folder, &kms(&server));
    let gateway = run(&folder);
    assert_eq!(me(&gateway, &alice).status, 200);
    let (code, _, said) = command(&folder, &["store", "rekey", "--to", "file:store.key"]);
    assert_eq!(code, 0, "{said}");
    gateway.end();
    name(&folder, "key: file:store.key");
    let gateway = run(&folder);
    assert_eq!(me(&gateway, &alice).status, 200);
    gateway.end();
}
