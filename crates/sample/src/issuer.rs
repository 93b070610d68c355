//! Two small issuers of tokens beside the API: the pharmacy's own, which is honest, and another
//! one. Both also sign whatever a test asks for; no real issuer does.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::decode;
use crate::keys::{Algorithm, Issuer};

/// How long a token is good.
const LIFE_SECONDS: u64 = 300;
/// Opaque tokens that one instance remembers; later ones are not given.
const OPAQUE_MAX: usize = 1000;
/// The largest body of a request to an issuer.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// What a resource server shows when it asks about a token (`gateway`, `fake-client-secret`).
const INTROSPECTION_CREDENTIAL: &str = "Basic Z2F0ZXdheTpmYWtlLWNsaWVudC1zZWNyZXQ=";

/// One issuer of one instance.
struct Desk {
    issuer: Issuer,
    url: String,
    opaque: Mutex<Vec<(String, Value)>>,
}

/// Both issuers, below `/issuer` and `/other` of `origin` (`http://127.0.0.1:PORT`).
pub(crate) fn router(origin: &str) -> Router {
    Router::new()
        .nest("/issuer", one(Issuer::Pharmacy, origin))
        .nest("/other", one(Issuer::Other, origin))
}

fn one(issuer: Issuer, origin: &str) -> Router {
    let url = format!("{origin}/{}", issuer.name());
    Router::new()
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route("/jwks", get(keys))
        .route("/token", get(token))
        .route("/introspect", post(introspect))
        .route("/mint", post(mint))
        .with_state(Arc::new(Desk { issuer, url, opaque: Mutex::default() }))
}

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "an API of its own, with a clock of its own")]
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
}

/// `GET /.well-known/openid-configuration` (RFC 8414).
async fn metadata(State(desk): State<Arc<Desk>>) -> Response<Body> {
    let url = &desk.url;
    said(
        StatusCode::OK,
        &json!({
            "issuer": url,
            "jwks_uri": format!("{url}/jwks"),
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "introspection_endpoint": format!("{url}/introspect"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        }),
    )
}

/// `GET /jwks` (RFC 7517).
async fn keys(State(desk): State<Arc<Desk>>) -> Response<Body> {
    let Some(keys) = desk.issuer.keys() else { return broken() };
    said(StatusCode::OK, &json!({ "keys": keys.set() }))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(rename = "for")]
    person: String,
    #[serde(default)]
    kind: Kind,
    alg: Option<String>,
}

/// What kind of token is wanted.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// An access token for the pharmacy (RFC 9068).
    #[default]
    Access,
    /// What tells the web page who logged in (OpenID Connect).
    Id,
    /// An access token for another API.
    OtherAudience,
    /// An access token that has ended an hour ago.
    Expired,
    /// A text that only this issuer can read (RFC 7662).
    Opaque,
}

/// `GET /token?for=alice`: a token without a login, for tests. Also `kind` and `alg`.
async fn token(
    State(desk): State<Arc<Desk>>,
    Query(Wanted { person, kind, alg }): Query<Wanted>,
) -> Response<Body> {
    let alg = Algorithm::from_name(alg.as_deref().unwrap_or("ES256"));
    let (Some(alg), Some(claims)) = (alg, claims(&desk.url, &person, kind, now())) else {
        return said(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_request" }));
    };
    let token = if let Kind::Opaque = kind {
        desk.remember(claims)
    } else {
        let Some(keys) = desk.issuer.keys() else { return broken() };
        let typ = if let Kind::Id = kind { "JWT" } else { "at+jwt" };
        let header = json!({ "alg": alg.name(), "typ": typ, "kid": keys.kid(alg) });
        signed(desk.issuer, alg, &header.to_string(), &claims.to_string())
    };
    let Some(token) = token else { return broken() };
    let body = json!({ "access_token": token, "token_type": "Bearer", "expires_in": LIFE_SECONDS });
    said(StatusCode::OK, &body)
}

/// What a token says about a person.
fn claims(issuer: &str, person: &str, kind: Kind, now: u64) -> Option<Value> {
    let (id, role) = match person {
        "alice" => (1, "customer"),
        "bob" => (2, "customer"),
        "paula" => (3, "pharmacist"),
        "adam" => (4, "admin"),
        _ => return None,
    };
    let since = if let Kind::Expired = kind { now.saturating_sub(3900) } else { now };
    let audience = match kind {
        Kind::Access | Kind::Expired | Kind::Opaque => "pharmacy",
        Kind::OtherAudience => "billing",
        Kind::Id => "pharmacy-web",
    };
    let email = format!("{person}@pharmacy.example");
    Some(json!({
        "iss": issuer, "sub": email, "aud": audience, "client_id": "pharmacy-app",
        "iat": since, "exp": since + LIFE_SECONDS, "jti": word()?,
        "scope": "profile orders prescriptions", "customer_id": id, "roles": [role],
    }))
}

impl Desk {
    /// A word that means these claims; none if there are too many.
    fn remember(&self, claims: Value) -> Option<String> {
        let word = word()?;
        let mut known = self.opaque.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= OPAQUE_MAX {
            return None;
        }
        known.push((word.clone(), claims));
        Some(word)
    }

    /// What a token of this issuer means, while it is good.
    fn meaning(&self, token: &str, now: u64) -> Option<Value> {
        let known = self.opaque.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|(word, _)| word == token).map(|(_, claims)| claims.clone());
        found.filter(|claims| claims.get("exp").and_then(Value::as_u64) > Some(now))
    }
}

/// `POST /introspect` (RFC 7662), for who knows the secret of the client `gateway`.
async fn introspect(State(desk): State<Arc<Desk>>, request: Request) -> Response<Body> {
    let shown = request.headers().get(header::AUTHORIZATION);
    if shown.is_none_or(|shown| shown != INTROSPECTION_CREDENTIAL) {
        return said(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_client" }));
    }
    let form = body(request).await;
    let token = decode::pairs(&form).into_iter().find(|(name, _)| name == "token");
    let meaning = token.and_then(|(_, token)| desk.meaning(&token, now()));
    let answer = meaning.map_or_else(
        || json!({ "active": false }),
        |mut claims| {
            if let Some(members) = claims.as_object_mut() {
                members.insert("active".to_owned(), true.into());
                members.insert("token_type".to_owned(), "Bearer".into());
            }
            claims
        },
    );
    said(StatusCode::OK, &answer)
}

#[derive(Deserialize)]
struct Minted {
    header: String,
    claims: String,
    alg: String,
}

/// `POST /mint`: signs these texts as header and claims, whatever they say.
async fn mint(State(desk): State<Arc<Desk>>, request: Request) -> Response<Body> {
    let wanted = serde_json::from_str::<Minted>(&body(request).await).ok();
    let token = wanted.and_then(|Minted { header, claims, alg }| {
        signed(desk.issuer, Algorithm::from_name(&alg)?, &header, &claims)
    });
    match token {
        Some(token) => said(StatusCode::OK, &json!({ "token": token })),
        None => said(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_request" })),
    }
}

/// Header and claims, signed (RFC 7515 section 3.1).
fn signed(issuer: Issuer, alg: Algorithm, header: &str, claims: &str) -> Option<String> {
    let input = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(claims));
    let signature = issuer.keys()?.sign(alg, &input)?;
    Some(format!("{input}.{}", BASE64URL.encode(signature)))
}

/// A word that nobody guesses.
pub(crate) fn word() -> Option<String> {
    let mut chance = [0; 16];
    rand::fill(&mut chance).ok()?;
    let mut word = String::new();
    for byte in chance {
        let _ = write!(word, "{byte:02x}");
    }
    Some(word)
}

/// The body as text; nothing if it is too large or no text.
async fn body(request: Request) -> String {
    let bytes = to_bytes(request.into_body(), BODY_BYTES_MAX).await.unwrap_or_default();
    String::from_utf8(bytes.to_vec()).unwrap_or_default()
}

fn broken() -> Response<Body> {
    said(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "error": "server_error" }))
}

fn said(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    let media = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    response
}
