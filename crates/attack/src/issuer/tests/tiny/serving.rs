//! One connection of the small issuer: a request, an answer; and what it says of itself.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::Known;
use super::saying::{Got, Said};
use crate::own_key;
use crate::token::Own;

/// The published half of the development keys of npm `oidc-provider`.
const DEVELOPMENT_KEY: &str = "xwQ72P9z9OYshiQ-ntDYaPnnfwG6u9JAdLMZ5o0dmjlcyrvwQRdoFIKPnO65Q8mh6F_LDSxjxa2Yzo_wdjhbPZLjfUJXgCzm54cClXzT5twzo7lzoAfaJlkTsoZc2HFWqmcri0BuzmTFLZx2Q7wYBm0pXHmQKF0V-C1O6NWfd4mfBhbM-I1tHYSpAMgarSm22WDMDx-WWI7TEzy2QhaBVaENW9BKaKkJklocAZCxk18WhR0fckIGiWiSM5FcU1PY2jfGsTmX505Ub7P5Dz75Ygqrutd5tFrcqyPAtPTFDk8X1InxkkUwpP3nFU5o50DGhwQolGYKPGtQ-ZtmbOfcWQ";

pub(super) fn serve(mut stream: TcpStream, known: &Mutex<Known>) {
    let Some(got) = read(&mut stream).and_then(|text| Got::read(&text)) else { return };
    let mut known = known.lock().unwrap();
    let hangs = known.has("bad-hang") || known.has("bad-hang-token") && got.path == "/token";
    if hangs {
        // Nobody answers, and the connection stays.
        std::mem::forget(stream);
        return;
    }
    let _ = stream.write_all(&answer(&got, &mut known).bytes());
}

fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return Some(text.into_owned());
        }
    }
}

fn answer(got: &Got, known: &mut Known) -> Said {
    let is_metadata = got.path == "/.well-known/openid-configuration";
    if known.has("bad-missing") {
        return Said::error(404, "none");
    }
    if !is_metadata && got.path != "/jwks" {
        if known.has("bad-fails") {
            return Said::error(500, "broken");
        }
        if known.has("bad-tired") {
            return Said::error(429, "slow_down");
        }
        let lead = known.flaws.iter().find_map(|flaw| flaw.strip_prefix("bad-lead:"));
        if let (Some(port), "/auth") = (lead, got.path.as_str()) {
            return Said::lead(302, format!("http://127.0.0.1:{port}/login"));
        }
        if known.has("bad-loop") && got.path == "/auth" {
            return Said::lead(302, format!("{}/auth?again", known.url));
        }
    }
    match (got.method.as_str(), got.path.as_str()) {
        ("GET", "/.well-known/openid-configuration") if known.has("bad-json") => {
            Said::page("<html>")
        }
        ("GET", "/.well-known/openid-configuration") if known.has("bad-redirect") => {
            Said::lead(302, format!("{}/.well-known/openid-configuration", known.url))
        }
        ("GET", "/.well-known/openid-configuration") if known.has("bad-huge") => {
            Said::page(&" ".repeat(2 << 20))
        }
        ("GET", "/.well-known/openid-configuration") => Said::json(200, &metadata(known)),
        ("GET", "/jwks") => Said::json(200, &keys(known)),
        ("GET", "/auth") => super::authorizing::authorize(got, known),
        ("GET" | "POST", "/login") => super::authorizing::login(got, known),
        ("POST", "/consent") => super::authorizing::consent(got, known),
        (_, "/token") => super::tokens::token(got, known),
        ("POST", "/introspect") => super::answers::introspect(got, known),
        ("POST", "/revoke") => super::answers::revoke(got, known),
        ("GET", "/me") => super::answers::userinfo(got, known),
        ("GET", "/logout") => super::answers::logout(got, known),
        ("POST", "/reg") => super::answers::register(got, known),
        _ => Said::error(404, "not_found"),
    }
}

fn metadata(known: &Known) -> Value {
    let (url, has) = (&known.url, |flaw| known.has(flaw));
    let either = |flaw, bad: Value, good: Value| if has(flaw) { bad } else { good };
    let mut document = json!({
        "issuer": either("metadata-issuer", "http://127.0.0.1:1/other".into(), url.as_str().into()),
        "authorization_endpoint": format!("{url}/auth"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/jwks"),
        "userinfo_endpoint": format!("{url}/me"),
        "introspection_endpoint": format!("{url}/introspect"),
        "revocation_endpoint": format!("{url}/revoke"),
        "end_session_endpoint": format!("{url}/logout"),
        "registration_endpoint": format!("{url}/reg"),
        "response_types_supported": either("metadata-implicit", json!(["code", "id_token token"]), json!(["code"])),
        "grant_types_supported": either("metadata-password", json!(["password"]), json!(["authorization_code"])),
        "code_challenge_methods_supported": either("metadata-pkce-plain", json!(["S256", "plain"]), json!(["S256"])),
        "id_token_signing_alg_values_supported": either("metadata-hmac", json!(["RS256", "HS256"]), json!(["RS256"])),
        "token_endpoint_auth_signing_alg_values_supported": either("metadata-alg-none", json!(["none"]), json!(["RS256"])),
        "request_object_signing_alg_values_supported": json!(["none"]),
        "authorization_response_iss_parameter_supported": !has("metadata-iss"),
    });
    if has("metadata-pkce-s256") {
        document["code_challenge_methods_supported"] = json!([]);
    }
    if has("metadata-plain-endpoint") {
        document["service_endpoint"] = "http://plain.example/".into();
    }
    if let Some(port) = known.flaws.iter().find_map(|flaw| flaw.strip_prefix("bad-logout:")) {
        document["end_session_endpoint"] = format!("http://localhost:{port}/logout").into();
    }
    if has("bad-elsewhere") {
        document["authorization_endpoint"] = "http://169.254.169.254/auth".into();
        document["userinfo_endpoint"] = "https://127.0.0.1:1/me".into();
    }
    document
}

fn keys(known: &Known) -> Value {
    let mut key = own_key::jwk(Own::Rs256).unwrap();
    key["kid"] = "tiny".into();
    if known.has("keys-private") {
        key["d"] = "AQAB".into();
    }
    if known.has("keys-weak") {
        key["n"] = "_".repeat(168).into();
    }
    if known.has("keys-well-known") {
        key["n"] = DEVELOPMENT_KEY.into();
    }
    json!({ "keys": [key] })
}
