//! What the small issuer answers beside its tokens: of tokens, of users, at the end.

use serde_json::{Value, json};

use super::Known;
use super::saying::{Got, Said, first};
use super::tokens::client;
use crate::issuer::forged;
use crate::own_key;
use crate::token::Own;

pub(super) fn introspect(got: &Got, known: &mut Known) -> Said {
    let by = client(got, &got.form, known);
    let is_let = matches!(by.as_deref(), Ok("shop")) || known.has("introspect-anyone");
    if !is_let {
        return Said::error(401, "invalid_client");
    }
    if known.has("bad-inactive") {
        return Said::json(200, &json!({ "active": false }));
    }
    Said::json(200, &json!({ "active": is_good(first(&got.form, "token"), known) }))
}

pub(super) fn revoke(got: &Got, known: &mut Known) -> Said {
    let is_open = known.has("revoke-anyone");
    let by = match client(got, &got.form, known) {
        Ok(by) => by,
        Err(_) if is_open => "shop".to_owned(),
        Err(said) => return said,
    };
    let token = first(&got.form, "token");
    let is_any = known.has("revoke-other-client");
    let (keeps, keeps_refresh) = (known.has("revoke-still-active"), known.has("revoke-refresh"));
    if let Some(found) = known.access.get_mut(token)
        && (found.client == by || is_any)
    {
        found.is_alive &= keeps;
    }
    if let Some(found) = known.refresh.get_mut(token)
        && found.client == by
    {
        found.is_alive &= keeps_refresh;
    }
    Said::json(200, &json!({}))
}

pub(super) fn userinfo(got: &Got, known: &mut Known) -> Said {
    let shown = got.field("authorization").strip_prefix("Bearer ").unwrap_or_default();
    let shown = if known.has("userinfo-query") && shown.is_empty() {
        first(&got.query, "access_token")
    } else {
        shown
    };
    if is_good(shown, known) || shown.is_empty() && known.has("userinfo-nobody") {
        return Said::json(200, &json!({ "sub": "alice" }));
    }
    Said::error(401, "invalid_token")
}

/// Whether a token is believed: one that was given, or by a flaw one that was not.
fn is_good(token: &str, known: &Known) -> bool {
    if known.access.get(token).is_some_and(|found| found.is_alive) {
        return true;
    }
    if known.ids.contains(token) {
        return known.has("userinfo-id-token");
    }
    let Some(read) = forged::read(token).filter(|_| !known.access.contains_key(token)) else {
        return false;
    };
    let alg = read.header.get("alg").and_then(Value::as_str).unwrap_or_default();
    let is_mac = || {
        let key = own_key::public_der(&own_key::jwk(Own::Rs256).unwrap()).unwrap();
        token == forged_with(token, &key)
    };
    match alg {
        "RS256" => known.has("userinfo-forged-claims"),
        "none" => known.has("userinfo-forged-none"),
        "HS256" => known.has("userinfo-forged-hmac") && is_mac(),
        "ES256" => known.has("userinfo-forged-key") && read.header.contains_key("jwk"),
        _ => false,
    }
}

/// The token with the signature that a library makes which takes the public key for a secret.
fn forged_with(token: &str, key: &[u8]) -> String {
    use aws_lc_rs::hmac;
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
    let (input, _) = token.rsplit_once('.').unwrap();
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), input.as_bytes());
    format!("{input}.{}", BASE64URL.encode(mac))
}

pub(super) fn logout(got: &Got, known: &mut Known) -> Said {
    known.sessions.remove(&got.cookie("sid"));
    if known.has("bad-logout-page") && !got.query.iter().any(|(_, to)| to.contains("shop.example"))
    {
        return Said::page("<img onerror='invalid()'><p>Welcome</p>");
    }
    let to = first(&got.query, "post_logout_redirect_uri");
    if to == "https://shop.example/bye" || known.has("logout-redirect") {
        return Said::lead(302, to);
    }
    Said::error(400, "invalid_request")
}

pub(super) fn register(got: &Got, known: &mut Known) -> Said {
    let is_script = got.body.contains("javascript:");
    if is_script && known.has("registration-redirect")
        || !is_script && known.has("registration-open")
    {
        let beside = known.flaws.iter().find_map(|flaw| flaw.strip_prefix("bad-delete:"));
        let uri = beside.map(|port| format!("http://127.0.0.1:{port}/index"));
        return Said::json(
            201,
            &json!({
                "client_id": "new", "registration_client_uri": uri, "registration_access_token": "t",
            }),
        );
    }
    Said::error(401, "invalid_token")
}
