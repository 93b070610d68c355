//! What stands in the tokens that an honest exchange gives.

use serde_json::Value;

use crate::issuer::forged::{self, Read};
use crate::issuer::judged::{Judged, Shown, Unjudged, not_tried};
use crate::issuer::stage::{Stage, Tokens};

/// Seconds that an access token may live: whoever steals one has that long.
const ACCESS_SECONDS_MAX: u64 = 3600;

#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Typ,
    Aud,
    Sub,
    Nonce,
    Alg,
    Lifetime,
}

pub(super) async fn judge(of: Of, stage: &mut Stage) -> Judged {
    let client = stage.client();
    let tokens = stage.tokens(&client).await?;
    match of {
        Of::Typ => {
            let access = access(&tokens)?;
            let typ = access.header.get("typ").and_then(Value::as_str).unwrap_or_default();
            let is_told =
                matches!(typ.to_ascii_lowercase().as_str(), "at+jwt" | "application/at+jwt");
            Ok(Shown::open_if(!is_told, || format!("`typ` is `{}`", typ.escape_default())))
        }
        Of::Aud => {
            let access = access(&tokens)?;
            let has_one = match access.claims.get("aud") {
                Some(Value::String(text)) => !text.is_empty(),
                Some(Value::Array(all)) => !all.is_empty(),
                _ => false,
            };
            Ok(Shown::open_if(!has_one, || "there is no `aud`".to_owned()))
        }
        Of::Sub => {
            let id = id(&tokens)?;
            let has_one =
                id.claims.get("sub").and_then(Value::as_str).is_some_and(|sub| !sub.is_empty());
            Ok(Shown::open_if(!has_one, || "the ID token has no `sub`".to_owned()))
        }
        Of::Nonce => Ok(bound(&id(&tokens)?, &tokens, stage)),
        Of::Alg => alg(&tokens, client.is_public()),
        Of::Lifetime => Ok(lifetime(&tokens)),
    }
}

fn access(tokens: &Tokens) -> Result<Read, Unjudged> {
    forged::read(&tokens.access).ok_or_else(|| not_tried("access tokens are opaque"))
}

fn id(tokens: &Tokens) -> Result<Read, Unjudged> {
    let token =
        tokens.text("id_token").ok_or_else(|| not_tried("an honest exchange gives no ID token"))?;
    forged::read(token).ok_or_else(|| not_tried("the ID token cannot be read"))
}

/// Whether an ID token speaks to this client, of this request.
fn bound(id: &Read, tokens: &Tokens, stage: &Stage) -> Shown {
    let said = |name: &str| id.claims.get(name);
    let issuer = stage.metadata.text("issuer").unwrap_or_default();
    let client = stage.given.client.client_id.as_str();
    let is_for_client = match said("aud") {
        Some(Value::String(one)) => one == client,
        Some(Value::Array(all)) => all.iter().any(|one| one == client),
        _ => false,
    };
    let is_wrong =
        |name: &str, is_right: bool| (!is_right).then(|| format!("`{name}` is not the request's"));
    let wrong =
        is_wrong("nonce", said("nonce").is_some_and(|nonce| *nonce == tokens.code.sent.nonce))
            .or_else(|| is_wrong("iss", said("iss").is_some_and(|iss| iss == issuer)))
            .or_else(|| is_wrong("aud", is_for_client));
    wrong.map_or(Shown::Safe, Shown::Open)
}

fn alg(tokens: &Tokens, is_public: bool) -> Judged {
    let named =
        [("access token", Some(tokens.access.as_str())), ("ID token", tokens.text("id_token"))];
    let mut has_one = false;
    for (name, token) in named {
        let Some(read) = token.and_then(forged::read) else { continue };
        has_one = true;
        let alg = read.header.get("alg").and_then(Value::as_str).unwrap_or_default().to_owned();
        if alg.is_empty() || alg.eq_ignore_ascii_case("none") || is_public && alg.starts_with("HS")
        {
            return Ok(Shown::open(format!("the {name}'s `alg` is `{}`", alg.escape_default())));
        }
    }
    if !has_one {
        return Err(not_tried("access tokens are opaque, and no ID token that can be read came"));
    }
    Ok(Shown::Safe)
}

fn lifetime(tokens: &Tokens) -> Shown {
    let told = tokens.json.get("expires_in").and_then(Value::as_u64);
    let claims = forged::read(&tokens.access).map(|access| access.claims);
    let number = |name: &str| claims.as_ref()?.get(name)?.as_u64();
    let lives = number("exp").zip(number("iat")).map(|(exp, iat)| exp.saturating_sub(iat));
    match told.max(lives) {
        None => Shown::open("nobody says how long an access token lives"),
        Some(seconds) => Shown::open_if(seconds > ACCESS_SECONDS_MAX, || {
            format!("an access token lives for {seconds} s")
        }),
    }
}
