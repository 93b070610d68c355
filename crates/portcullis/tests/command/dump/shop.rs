//! A gateway with every kind of secret that it keeps or passes on, and the secrets.

use portcullis_credential::api_key::{Pepper, generate};
use portcullis_model::{KeyRules, UnixMillis};
use portcullis_store::{Kek, KeyFacts, Options, Store};
use portcullis_testkit::{Behaviour, ScriptedApi};
use sha2::{Digest as _, Sha256};

use crate::support::Folder;

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Shop, version: "1" }
security: [{ token: [] }, { key: [] }, { basic: [] }]
components:
  securitySchemes:
    token: { type: http, scheme: bearer }
    key: { type: apiKey, in: header, name: X-Api-Key }
    basic: { type: http, scheme: basic }
  schemas:
    Me: { type: object, properties: { name: { type: string } } }
paths:
  /login:
    post:
      operationId: login
      security: []
      requestBody: { content: { application/json: { schema: { type: object, properties: { email: { type: string }, password: { type: string } } } } } }
      responses:
        "200": { description: in, content: { application/json: { schema: { type: object, properties: { token: { type: string } } } } } }
        "401": { description: no, content: { application/json: { schema: { type: object, properties: { error: { type: string } } } } } }
  /me: { get: { operationId: getMe, responses: { "200": { description: d, content: { application/json: { schema: { $ref: "#/components/schemas/Me" } } } } } } }
  /notes:
    post:
      operationId: addNote
      requestBody: { content: { application/json: { schema: { type: object, additionalProperties: false, properties: { count: { type: integer }, text: { type: string, maxLength: 20 } } } } } }
      responses: { "200": { description: d, content: { application/json: { schema: { $ref: "#/components/schemas/Me" } } } } }
"##;

pub(crate) const STORE_KEY: &str =
    "00112233445566778899aabbccddeeff00112233445566778899aabbccdd0001";
pub(crate) const NEXT_STORE_KEY: &str =
    "00112233445566778899aabbccddeeff00112233445566778899aabbccdd0009";
pub(crate) const KEY_PEPPER: &str =
    "00112233445566778899aabbccddeeff00112233445566778899aabbccdd0002";
pub(crate) const PASSWORD_PEPPER: &str =
    "00112233445566778899aabbccddeeff00112233445566778899aabbccdd0003";

/// Whose the keys are: no secret, and so to be found.
pub(crate) const OWNER: &str = "acme-of-the-dump";

/// A text that nothing but this kind and number gives.
pub(crate) fn unique(kind: &str, number: usize) -> String {
    let digest = Sha256::digest(format!("obviously fake: {kind} {number}"));
    digest.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// What is typed: with characters that each way of writing it down writes otherwise.
pub(crate) fn typed(kind: &str, number: usize) -> String {
    let text = unique(kind, number);
    let (one, two) = text.split_at(16);
    format!("{one}\"\\ &+{two}")
}

/// The API: it gives everybody a token of their own.
fn api(request: &str) -> Vec<u8> {
    let answer = |status, body: &str| match Behaviour::json(status, body) {
        Behaviour::Answer(answer) => answer,
        _ => unreachable!("it is an answer"),
    };
    let name = |after: &str| request.split_once(after)?.1.split_once('@')?.0.parse().ok();
    let number: Option<usize> = name(r#""email":"user"#);
    match number {
        Some(number) if request.starts_with("POST /login") => {
            let token = unique("token of the API", number);
            answer(200, &format!(r#"{{"token":"{token}"}}"#))
        }
        None if request.starts_with("POST /login") => answer(401, r#"{"error":"no"}"#),
        _ => answer(200, r#"{"name":"it"}"#),
    }
}

pub(crate) fn open() -> (ScriptedApi, Folder) {
    let api = ScriptedApi::start(Behaviour::Script(api));
    let health = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://{}\" }}]\nlisten: 127.0.0.1:0\n\
         health: {health}\nstore: {{ folder: store, key: file:store.key }}\n\
         ledger: {{ file: records.jsonl }}\ncallers:\n  \
         login: {{ operation: login, account: body./email, token: answer./token, scheme: [token] }}\n  \
         api_keys: {{ brand: shop, pepper: file:pepper.key, schemes: [key] }}\n  \
         passwords: {{ pepper: file:passwords.key }}\n",
        api.address(),
    );
    let folder = Folder::with(&[
        ("openapi.yaml", CONTRACT),
        ("portcullis.yaml", policy.as_str()),
        ("store.key", STORE_KEY),
        ("next.key", NEXT_STORE_KEY),
        ("pepper.key", KEY_PEPPER),
        ("passwords.key", PASSWORD_PEPPER),
        ("health", &health.to_string()),
    ]);
    (api, folder)
}

/// So many keys, in the store before the gateway starts: by command each would be a process.
pub(crate) fn issue(folder: &Folder, count: usize) -> Vec<String> {
    let pepper = Pepper::parse(KEY_PEPPER.as_bytes()).unwrap();
    let kek = Kek::parse(STORE_KEY.as_bytes()).unwrap();
    let now = UnixMillis(1_700_000_000_000);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (store, _) = Store::open(&folder.path("store"), &kek, &Options::default(), now).unwrap();
    let made: Vec<_> = (0..count).map(|_| generate("shop", "live").unwrap()).collect();
    runtime.block_on(async {
        let mut issued = Vec::new();
        for (id, text) in &made {
            let facts = KeyFacts {
                id: *id,
                mac: pepper.mac(text),
                owner: OWNER.to_owned(),
                label: String::new(),
                parent: None,
                created: now,
                expires: None,
                rules: KeyRules::default(),
                replaces: None,
            };
            let store = store.clone();
            issued.push(tokio::spawn(async move { store.issue_key(facts, now).await }));
        }
        for one in issued {
            one.await.unwrap().unwrap();
        }
    });
    made.into_iter().map(|(_, text)| text).collect()
}
