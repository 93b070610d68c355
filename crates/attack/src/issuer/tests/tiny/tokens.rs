//! The token endpoint of the small issuer.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64URL};
use serde_json::{Map, Value, json};

use super::saying::{Got, Said, first};
use super::{AccessKnown, Known, RefreshKnown};
use crate::issuer::forged;
use crate::issuer::url::Pairs;
use crate::own_key;
use crate::token::Own;

/// Of the flaw that codes live briefly.
const BRIEF: Duration = Duration::from_millis(500);

pub(super) fn token(got: &Got, known: &mut Known) -> Said {
    let said = decided(got, known).unwrap_or_else(|said| said);
    let said =
        if known.has("token-cached") { said } else { said.with("Cache-Control", "no-store") };
    if !known.has("token-cors") {
        return said;
    }
    said.with("Access-Control-Allow-Origin", got.field("origin"))
        .with("Access-Control-Allow-Credentials", "true")
}

fn decided(got: &Got, known: &mut Known) -> Result<Said, Said> {
    if got.method == "OPTIONS" {
        return Ok(Said::error(204, ""));
    }
    if got.method == "GET" && !known.has("token-get") {
        return Err(Said::error(405, "invalid_request"));
    }
    let mut pairs = got.form.clone();
    if got.method == "GET" || known.has("token-query") {
        pairs.extend(got.query.clone());
    }
    let grant = first(&pairs, "grant_type").to_owned();
    if known.has("token-error-leak") && grant.contains('<') {
        return Err(Said::error(400, "Traceback (most recent call last)"));
    }
    let client = client(got, &pairs, known);
    if known.has("bad-lockout") && client.is_err() {
        known.count += 1;
        if known.count > 3 {
            return Err(Said::error(403, "locked"));
        }
    }
    let client = client?;
    match grant.as_str() {
        "authorization_code" => redeem(&client, &pairs, known),
        "refresh_token" => refresh(&client, &pairs, known),
        "password" if known.has("token-password") => Err(Said::error(400, "invalid_grant")),
        _ => Err(Said::error(400, "unsupported_grant_type")),
    }
}

/// Who asks: `shop` with its secret, `app` with its name.
pub(super) fn client(got: &Got, pairs: &Pairs, known: &Known) -> Result<String, Said> {
    let basic = got
        .field("authorization")
        .strip_prefix("Basic ")
        .and_then(|text| String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok());
    let (id, secret) = match basic.as_deref().and_then(|pair| pair.split_once(':')) {
        Some((id, secret)) => (id, secret),
        None => (first(pairs, "client_id"), first(pairs, "client_secret")),
    };
    let grant = first(pairs, "grant_type");
    let assertion = forged::read(first(pairs, "client_assertion"));
    let is_asserted = assertion.is_some_and(|token| {
        let alg = &token.header["alg"];
        alg == "none" && known.has("token-assertion-none")
            || alg == "HS256" && known.has("token-assertion-empty")
    });
    let is_in = match id {
        "app" => true,
        "shop" => {
            secret == known.secret
                || is_asserted
                || secret.is_empty()
                    && (known.has("token-secret-missing")
                        || grant == "refresh_token" && known.has("refresh-without-secret"))
                || !secret.is_empty() && known.has("token-secret-wrong")
        }
        _ => false,
    };
    if is_in { Ok(id.to_owned()) } else { Err(Said::error(401, "invalid_client")) }
}

fn redeem(client: &str, pairs: &Pairs, known: &mut Known) -> Result<Said, Said> {
    let no = || Said::error(400, "invalid_grant");
    let code = first(pairs, "code").to_owned();
    let has = |flaw: &str, known: &Known| known.has(flaw);
    let Some(found) = known.codes.get(&code) else { return Err(no()) };
    if found.is_used && !has("token-code-replay", known) {
        if !has("token-replay-revokes", known) {
            known
                .access
                .values_mut()
                .filter(|one| one.code == code)
                .for_each(|one| one.is_alive = false);
        }
        return Err(no());
    }
    let verifier = first(pairs, "code_verifier");
    let is_verified = match &found.challenge {
        None => verifier.is_empty() || has("token-pkce-downgrade", known),
        Some(_) if verifier.is_empty() => has("token-verifier-missing", known),
        Some((challenge, method)) => {
            let hashed = BASE64URL.encode(digest(&SHA256, verifier.as_bytes()));
            has("token-verifier-wrong", known)
                || if method == "S256" { *challenge == hashed } else { challenge == verifier }
        }
    };
    let is_bound = (found.client == client || has("token-code-other-client", known))
        && (found.redirect_uri == first(pairs, "redirect_uri")
            || has("token-redirect-other", known));
    let is_over = has("brief-codes", known) && found.made.elapsed() > BRIEF;
    if !is_verified || !is_bound || is_over {
        return Err(no());
    }
    let (scope, nonce) = (found.scope.clone(), found.nonce.clone());
    known.codes.get_mut(&code).unwrap().is_used = true;
    let family = known.next("family");
    Ok(given(client, &scope, Some(&nonce), (&code, &family), known))
}

fn refresh(client: &str, pairs: &Pairs, known: &mut Known) -> Result<Said, Said> {
    let token = first(pairs, "refresh_token").to_owned();
    let no = || Said::error(400, "invalid_grant");
    let found = known.refresh.get(&token).cloned().ok_or_else(no)?;
    if !found.is_alive || found.client != client && !known.has("refresh-other-client") {
        return Err(no());
    }
    if found.is_used && !known.has("refresh-rotation") {
        if !known.has("refresh-reuse-revokes") {
            let family = known.refresh.values_mut().filter(|one| one.family == found.family);
            family.for_each(|one| one.is_alive = false);
        }
        return Err(no());
    }
    let wanted = first(pairs, "scope");
    let is_within = wanted.split(' ').all(|one| found.scope.split(' ').any(|scope| scope == one));
    if !wanted.is_empty() && !is_within && !known.has("refresh-scope") {
        return Err(Said::error(400, "invalid_scope"));
    }
    let scope = if wanted.is_empty() { found.scope.clone() } else { wanted.to_owned() };
    known.refresh.get_mut(&token).unwrap().is_used = true;
    Ok(given(client, &scope, None, ("", &found.family), known))
}

fn given(
    client: &str,
    scope: &str,
    nonce: Option<&str>,
    (code, family): (&str, &str),
    known: &mut Known,
) -> Said {
    let access = access(client, scope, known);
    let one = AccessKnown { client: client.to_owned(), code: code.to_owned(), is_alive: true };
    known.access.insert(access.clone(), one);
    let lives = if known.has("tokens-lifetime") { 86_400 } else { 300 };
    let mut told = json!({ "access_token": access, "token_type": "Bearer", "expires_in": lives, "scope": scope });
    if scope.contains("offline_access") {
        let token = known.next("refresh");
        let one = RefreshKnown {
            client: client.to_owned(),
            scope: scope.to_owned(),
            family: family.to_owned(),
            is_used: false,
            is_alive: true,
        };
        known.refresh.insert(token.clone(), one);
        told["refresh_token"] = token.into();
    }
    if let Some(nonce) = nonce {
        let id = id(client, nonce, known);
        known.ids.insert(id.clone());
        told["id_token"] = id.into();
    }
    Said::json(200, &told)
}

fn access(client: &str, scope: &str, known: &mut Known) -> String {
    let mut claims = json!({
        "iss": known.url, "sub": "alice", "aud": "https://api.example", "client_id": client, "scope": scope,
        "iat": 1_790_000_000, "exp": 1_790_000_300, "jti": known.next("jti"),
    });
    if known.has("tokens-aud") {
        claims.as_object_mut().unwrap().remove("aud");
    }
    signed(if known.has("tokens-typ") { "JWT" } else { "at+jwt" }, &claims)
}

fn id(client: &str, nonce: &str, known: &Known) -> String {
    let issuer = if known.has("metadata-issuer") { "http://127.0.0.1:1/other" } else { &known.url };
    let mut claims = json!({
        "iss": issuer, "sub": "alice", "aud": client, "nonce": nonce,
        "iat": 1_790_000_000, "exp": 1_790_000_300,
    });
    let map: &mut Map<String, Value> = claims.as_object_mut().unwrap();
    if known.has("tokens-sub") {
        map.remove("sub");
    }
    if known.has("tokens-nonce") {
        map.remove("nonce");
    }
    if known.has("tokens-alg") {
        return forged::made(map, None);
    }
    signed("JWT", &claims)
}

fn signed(typ: &str, claims: &Value) -> String {
    let header = json!({ "alg": "RS256", "typ": typ, "kid": "tiny" });
    let input = format!(
        "{}.{}",
        BASE64URL.encode(header.to_string()),
        BASE64URL.encode(claims.to_string())
    );
    let signature = own_key::sign(Own::Rs256, &input).unwrap();
    format!("{input}.{}", BASE64URL.encode(signature))
}
