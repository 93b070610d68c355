//! The token that tells an API who calls: what it says, that nobody else can say it, and that it opens
//! nothing here.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a set-up that fails must fail its test"
)]

use std::sync::Arc;

use crate::support::issuer::{Issuer, signer};
use crate::support::{Scene, Setup, model, noon};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use portcullis_controls::{Plan, PlanOptions};
use portcullis_credential::signer::Signer;
use portcullis_gateway::Site;
use portcullis_model::Secret;
use portcullis_policy::SecretSource;
use portcullis_testkit::{Behaviour, ScriptedApi, exchange};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("support/told.yaml");
const JWT: &str = "jwt: { key: env:NO_SUCH_KEY, audience: shop-api, claims: [scopes, role] }";

/// A gateway that tells its API who calls.
struct Telling {
    issuer: Issuer,
    /// Authorization server.
    server: ScriptedApi,
    signer: Arc<Signer>,
    scene: Scene,
}

impl Telling {
    fn new(forward: &str) -> Self {
        let signer = Arc::new(signer());
        Self::with(forward, signer.clone(), Some(signer))
    }

    fn with(forward: &str, signer: Arc<Signer>, given: Option<Arc<Signer>>) -> Self {
        let (issuer, server) = (Issuer::start(), ScriptedApi::start(Behaviour::Hang));
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             health: 127.0.0.1:0\n\
             callers:\n  jwt: {{ issuer: \"{}\", audience: shop }}\n  \
             introspection: {{ issuer: \"https://login.example.com\", \
             url: \"http://{}/introspect\", audience: shop, client: gateway, \
             secret: env:NO_SUCH_SECRET }}\n  \
             attributes: {{ role: {{ claim: /role }} }}\n  forward: {{ {forward} }}\n",
            issuer.name(),
            server.address()
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let api = ScriptedApi::start(Behaviour::Answer(b"HTTP/1.1 204 X\r\n\r\n".to_vec()));
        let model = model(CONTRACT, api.address(), &setup);
        let site = Site::from(Arc::new(Plan::compile(model, PlanOptions::default())));
        let source = SecretSource::Variable("NO_SUCH_SECRET".to_owned());
        let site = site.with_secrets(vec![(source, Secret::new(*b"obviously-fake"))]);
        Self { issuer, server, signer, scene: Scene::of_site(api, site.signing(given)) }
    }

    fn get(&self, target: &str, fields: &str) -> u16 {
        self.scene.get_with(target, fields).status
    }

    fn bearer(&self, subject: &str) -> String {
        let further = r#","scope":"read","role":["admin","a,b"]"#;
        format!("Authorization: Bearer {}\r\n", self.issuer.token(subject, further))
    }

    /// The fields of that name in the last request that reached the API.
    fn told(&self, name: &str) -> Vec<String> {
        let forwarded = self.scene.forwarded().unwrap();
        let lines = forwarded.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
            .collect()
    }

    /// The one token of it.
    fn token(&self) -> String {
        let told = self.told("x-caller-token");
        assert_eq!(told.len(), 1, "{told:?}");
        told[0].clone()
    }

    fn jwks(&self) -> Value {
        let address = self.scene.gateway.health_address().unwrap();
        let answer = exchange(address, "GET /jwks.json HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!((answer.status, answer.field("content-type")), (200, Some("application/json")));
        serde_json::from_str(&answer.text()).unwrap()
    }
}

fn part(token: &str, place: usize) -> Value {
    let part = token.split('.').nth(place).unwrap();
    serde_json::from_slice(&BASE64URL.decode(part).unwrap()).unwrap()
}

/// What an API does with it, in somebody else's mathematics.
fn is_genuine(token: &str, jwks: &Value) -> bool {
    let key = &jwks["keys"][0];
    assert_eq!(key["kid"], part(token, 0)["kid"]);
    let coordinate = |name: &str| BASE64URL.decode(key[name].as_str().unwrap()).unwrap();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = BASE64URL.decode(signature).unwrap();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    key.verify(signed.as_bytes(), &signature).is_ok()
}

#[test]
fn the_api_is_told_in_a_token_that_it_can_verify_by_itself() {
    let here = Telling::new(JWT);
    assert_eq!(here.get("/api/secret", &here.bearer("alice")), 204);
    let token = here.token();
    assert_eq!(part(&token, 0)["typ"], "caller+jwt");
    assert_eq!(part(&token, 0)["alg"], "ES256");
    assert!(is_genuine(&token, &here.jwks()));
    let now = noon().0 / 1000;
    let mut said = part(&token, 1);
    let id = said.as_object_mut().unwrap().remove("jti").unwrap();
    assert_eq!(id, here.scene.last_record()["request_id"]);
    let expected = json!({
        "iss": "portcullis", "aud": "shop-api", "sub": "alice", "caller_issuer": here.issuer.name(),
        "scope": "read", "role": ["admin", "a,b"], "iat": now, "exp": now + 30,
    });
    assert_eq!(said, expected);
    // The same caller, a moment later: no other signature. Another caller: another token.
    assert_eq!(here.get("/api/secret", &here.bearer("alice")), 204);
    assert_eq!(here.token(), token);
    assert_eq!(here.get("/api/secret", &here.bearer("bob")), 204);
    assert_eq!(part(&here.token(), 1)["sub"], "bob");
    let records = serde_json::to_string(&here.scene.records()).unwrap();
    assert!(!records.contains(&token), "no record holds a token");
}

#[test]
fn nobody_else_can_say_it() {
    let here = Telling::new(JWT);
    let forged = signer().sign("caller+jwt", r#"{"sub":"admin"}"#).unwrap();
    for name in ["X-Caller-Token", "x_caller_token", "X_Caller-Token"] {
        let field = format!("{name}: {forged}\r\n");
        assert_eq!(here.get("/api/secret", &format!("{field}{}", here.bearer("alice"))), 204);
        assert!(!here.scene.forwarded().unwrap().contains(&forged), "{name}");
        assert_eq!(part(&here.token(), 1)["sub"], "alice");
        // Of nobody nothing is said.
        assert_eq!(here.get("/api/open", &field), 204);
        assert!(!here.scene.forwarded().unwrap().to_lowercase().contains("caller"), "{name}");
    }
}

#[test]
fn a_token_for_the_api_is_nobodys_credential() {
    let here = Telling::new(JWT);
    assert_eq!(here.get("/api/secret", &here.bearer("alice")), 204);
    let token = here.token();
    let before = here.scene.api.seen().len();
    // Also where an issuer of the policy signs such a token, or it is the gateway's key that signs one
    // of theirs.
    let now = noon().0 / 1000;
    let claims = format!(
        r#"{{"iss":"{}","aud":"shop","sub":"admin","iat":{now},"exp":{}}}"#,
        here.issuer.name(),
        now + 30
    );
    let of_issuer = here.issuer.signer.sign("caller+jwt", &claims).unwrap();
    let of_gateway = here.signer.sign("at+jwt", &claims).unwrap();
    for (shown, why) in [
        (&token, "caller_token"),
        (&of_issuer, "caller_token"),
        (&here.signer.sign("application/Caller+JWT", &claims).unwrap(), "caller_token"),
        (&of_gateway, "key_unknown"),
    ] {
        let fields = format!("Authorization: Bearer {shown}\r\n");
        assert_eq!(here.get("/api/secret", &fields), 401, "{why}");
        let detail = here.scene.last_record()["detail"].as_str().unwrap().to_owned();
        assert!(detail.ends_with(why), "{detail}");
        assert_eq!(here.get("/api/open", &fields), 204);
        assert!(here.told("authorization").is_empty());
    }
    assert_eq!(here.scene.api.seen().len(), before + 4);
    assert_eq!(here.server.seen(), Vec::<String>::new(), "it is shown to no other server");
}

#[test]
fn where_credentials_end_here_none_reaches_the_api() {
    let credentials = "Cookie: session=fake-session; theme=dark\r\nX-Key: fake-key\r\n";
    let target = "/api/secret?page=2&api_key=fake-query";
    let here = Telling::new(&format!("{JWT}, credential: drop"));
    let bearer = here.bearer("alice");
    assert_eq!(here.get(target, &format!("{bearer}{credentials}")), 204);
    let forwarded = here.scene.forwarded().unwrap();
    let token = bearer.trim().rsplit_once(' ').unwrap().1.to_owned();
    for gone in ["fake-session", "fake-key", "fake-query", token.as_str(), "Basic"] {
        assert!(!forwarded.contains(gone), "{gone}: {forwarded}");
    }
    assert!(forwarded.starts_with("GET /api/secret?page=2 HTTP/1.1\r\n"), "{forwarded}");
    assert!(forwarded.contains("\r\nCookie: theme=dark\r\n"), "{forwarded}");
    assert_eq!(part(&here.token(), 1)["sub"], "alice");
    assert_eq!(here.get("/api/open", "Authorization: Basic Zm9vOmJhcg==\r\n"), 204);
    assert!(here.told("authorization").is_empty());
    // By default, what was verified goes on.
    let here = Telling::new(JWT);
    let bearer = here.bearer("alice");
    assert_eq!(here.get(target, &format!("{bearer}{credentials}")), 204);
    let forwarded = here.scene.forwarded().unwrap();
    for there in ["fake-session", "fake-key", "fake-query", bearer.trim()] {
        let is_there = forwarded.to_lowercase().contains(&there.to_lowercase());
        assert!(is_there, "{there}: {forwarded}");
    }
}

#[test]
fn without_its_key_no_caller_reaches_the_api_untold() {
    let here = Telling::with(JWT, Arc::new(signer()), None);
    assert_eq!(here.get("/api/secret", &here.bearer("alice")), 500);
    assert_eq!(here.scene.forwarded(), None);
    assert_eq!(here.get("/api/open", ""), 204);
    assert_eq!(here.jwks(), json!({ "keys": [] }));
}

#[test]
fn what_is_known_and_does_not_fit_is_not_left_out() {
    let here = Telling::new(JWT);
    let roles: Vec<String> = (0..700).map(|number| format!("\"role-{number}\"")).collect();
    let further = format!(r#","role":[{}]"#, roles.join(","));
    let fields = format!("Authorization: Bearer {}\r\n", here.issuer.token("alice", &further));
    assert_eq!(here.get("/api/secret", &fields), 500);
    assert_eq!(here.scene.forwarded(), None);
}

#[test]
fn another_key_is_in_use_at_once_and_is_another_trust() {
    let here = Telling::new(JWT);
    assert_eq!(here.get("/api/secret", &here.bearer("alice")), 204);
    let first = here.token();
    let site = here.scene.gateway.site();
    let other = Site::clone(&site).signing(Some(Arc::new(signer())));
    assert!(!other.trusts_no_other_than(&site));
    assert!(Site::clone(&site).trusts_no_other_than(&site));
    here.scene.gateway.reload(other).unwrap();
    assert_eq!(here.get("/api/secret", &here.bearer("alice")), 204);
    assert_ne!(here.token(), first);
    assert!(is_genuine(&here.token(), &here.jwks()));
}
