//! Makes the tokens of a file: honest ones from the sample's issuers, changed and made up ones.

use std::net::SocketAddr;
use std::time::Duration;

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64URL};
use serde_json::{Map, Value, json};

use crate::client::exchange;
use crate::form::Step;
use crate::payload::Payload;
use crate::request::{self, Added};
use crate::respell::respelled;
use crate::token::{Alg, Encode, Issuer, KeyForm, Kind, Own, Sign, Token, Tokens, unhex};
use crate::variables::{Missing, Variables};
use crate::{encrypt, own_key, weak_rsa};

/// How long an issuer may take.
const ISSUER_TIMEOUT: Duration = Duration::from_secs(5);
/// Variables that tokens may use, beside those of every step.
pub(crate) const GIVEN: [&str; 5] =
    ["own_jwk", "own_jwk_p384", "own_jwk_rsa", "own_x5c", "own_jkt"];
/// What is saved of each token beside the whole: its parts as they are encoded, and its SHA-256.
pub(crate) const PARTS: [&str; 4] = ["header", "payload", "signature", "hash"];

/// Makes all of them and saves each: whole as `name`, its parts as `name_header` and so on.
pub(crate) async fn make(
    tokens: &Tokens,
    api: SocketAddr,
    now: u64,
    variables: &mut Variables,
) -> Result<(), String> {
    if tokens
        .0
        .iter()
        .any(|(_, token)| token.value.texts().iter().any(|text| text.contains("own_")))
    {
        give_own_keys(variables)?;
    }
    for (name, token) in &tokens.0 {
        let forge = Forge { api, now, variables };
        let made = forge.token(&token.value).await;
        let made = made.map_err(|why| format!("the token `{name}` cannot be made: {why}"))?;
        let hash = BASE64URL.encode(digest::digest(&digest::SHA256, made.as_bytes()));
        let mut parts = made.split('.');
        for part in PARTS {
            let text = if part == "hash" { &hash } else { parts.next().unwrap_or_default() };
            variables.save(&format!("{name}_{part}"), Value::from(text));
        }
        variables.save(name, Value::from(made));
    }
    Ok(())
}

fn give_own_keys(variables: &mut Variables) -> Result<(), String> {
    let [small, large, rsa, chain, thumbprint] = GIVEN;
    let certificate = own_key::certificate().map(|one| json!([one]));
    for (name, value) in [
        (small, own_key::jwk(Own::Es256)),
        (large, own_key::jwk(Own::Es384)),
        (rsa, own_key::jwk(Own::Rs256)),
        (chain, certificate),
        (thumbprint, own_key::thumbprint().map(Value::from)),
    ] {
        variables.save(name, value.ok_or_else(no_chance)?);
    }
    Ok(())
}

/// What one token is made with.
struct Forge<'a> {
    api: SocketAddr,
    now: u64,
    variables: &'a Variables,
}

impl Forge<'_> {
    async fn token(&self, token: &Token) -> Result<String, String> {
        let honest = match &token.from {
            Some(person) => self.honest(person, token).await?,
            None => String::new(),
        };
        let made = match &token.text {
            Some(text) => self.filled(text)?,
            None if token.is_unchanged() && token.sign.is_none() => honest,
            None => self.changed(token, &honest).await?,
        };
        let mut made = made;
        for encode in &token.encode {
            made = if let Encode::Encrypted = encode {
                let key = self.public_key(token, KeyForm::Der).await?;
                encrypt::encrypted(&made, &key).ok_or("it cannot be encrypted to that key")?
            } else {
                respelled(&made, *encode)?
            };
        }
        Ok(made)
    }

    /// A token as the issuer gives it.
    async fn honest(&self, person: &str, token: &Token) -> Result<String, String> {
        let kind = match token.kind {
            Kind::Access => "access",
            Kind::Id => "id",
            Kind::OtherAudience => "other_audience",
            Kind::Expired => "expired",
            Kind::Opaque => "opaque",
        };
        let (issuer, alg) = (issuer(token.issuer), alg(token.alg));
        let target = format!("GET /{issuer}/token?for={person}&kind={kind}&alg={alg}");
        self.ask(target, None, "/access_token").await
    }

    async fn changed(&self, token: &Token, honest: &str) -> Result<String, String> {
        let mut parts = honest.split('.').map(|part| BASE64URL.decode(part).unwrap_or_default());
        let mut part = || -> Map<String, Value> {
            parts.next().and_then(|part| serde_json::from_slice(&part).ok()).unwrap_or_default()
        };
        let (mut header, mut claims) = (part(), part());
        for (map, set, drop) in [
            (&mut header, &token.header, &token.drop_header),
            (&mut claims, &token.claims, &token.drop_claims),
        ] {
            for (name, value) in set {
                let value = self.variables.fill_value(value).map_err(|missing| lack(&missing))?;
                map.insert(name.clone(), timed(value, self.now));
            }
            map.retain(|name, _| !drop.contains(name));
        }
        let size = header.get("alg").and_then(Value::as_str).unwrap_or_default().to_owned();
        let header = self.text(token.header_text.as_deref(), header)?;
        let claims = self.text(token.claims_text.as_deref(), claims)?;
        let input = format!("{}.{}", BASE64URL.encode(&header), BASE64URL.encode(&claims));
        let sign = token.sign.as_ref().unwrap_or(&Sign::Kept);
        let signature = match sign {
            Sign::Issuer => {
                let body = json!({ "header": header, "claims": claims, "alg": alg(token.alg) });
                let target = format!("POST /{}/mint", issuer(token.issuer));
                return self.ask(target, Some(Payload::Json(body)), "/token").await;
            }
            Sign::Kept => {
                let signature = honest.rsplit('.').next().unwrap_or_default();
                return Ok(format!("{input}.{signature}"));
            }
            Sign::None => Vec::new(),
            Sign::Zero => vec![0; 64],
            Sign::ExponentOne => weak_rsa::exponent_one(&input),
            Sign::ShortRsa => weak_rsa::short(&input).ok_or_else(no_chance)?,
            Sign::Own(own) => own_key::sign(*own, &input).ok_or_else(no_chance)?,
            Sign::Hmac(secret) => mac(&size, self.filled(secret)?.as_bytes(), &input),
            Sign::HmacWith(form) => mac(&size, &self.public_key(token, *form).await?, &input),
            Sign::Hex(text) => unhex(text).ok_or("`hex` is not hexadecimal")?,
        };
        Ok(format!("{input}.{}", BASE64URL.encode(signature)))
    }

    /// The text that is written, else the members as JSON.
    fn text(&self, written: Option<&str>, members: Map<String, Value>) -> Result<String, String> {
        written.map_or_else(|| Ok(Value::from(members).to_string()), |text| self.filled(text))
    }

    /// A text with saved values and times put in.
    fn filled(&self, text: &str) -> Result<String, String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${now") {
            out.push_str(before);
            let (shift, after) = after.split_once('}').unwrap_or((after, ""));
            match time(&format!("now{shift}"), self.now) {
                Some(time) => out.push_str(&time.to_string()),
                None => return Err(format!("`now{shift}` is not a time; write `now+60`")),
            }
            rest = after;
        }
        out.push_str(rest);
        self.variables.fill(&out).map_err(|missing| lack(&missing))
    }

    /// The issuer's public key, as everybody can read it.
    async fn public_key(&self, token: &Token, form: KeyForm) -> Result<Vec<u8>, String> {
        let place = if let Alg::Es256 = token.alg { "/keys/0" } else { "/keys/1" };
        let jwk =
            self.ask_value(format!("GET /{}/jwks", issuer(token.issuer)), None, place).await?;
        let der = || own_key::public_der(&jwk).ok_or("the issuer's key is not as expected");
        Ok(match form {
            KeyForm::Jwk => jwk.to_string().into_bytes(),
            KeyForm::Der => der()?,
            KeyForm::Pem => pem(&der()?).into_bytes(),
        })
    }

    async fn ask(
        &self,
        send: String,
        body: Option<Payload>,
        pointer: &str,
    ) -> Result<String, String> {
        let value = self.ask_value(send, body, pointer).await?;
        value.as_str().map(str::to_owned).ok_or_else(|| "the issuer gives no text".to_owned())
    }

    /// What the issuer answers, at a place of it.
    async fn ask_value(
        &self,
        send: String,
        body: Option<Payload>,
        pointer: &str,
    ) -> Result<Value, String> {
        let mut variables = Variables::default();
        variables.save("host", Value::from(self.api.to_string()));
        let step = Step { send: Some(send), body, ..Step::default() };
        let request = request::build(&step, &Added::default(), &variables);
        let request = request.map_err(|missing| lack(&missing))?;
        let answer = exchange(self.api, &request, ISSUER_TIMEOUT).await.answer;
        let answer = answer.map_err(|silence| format!("the issuer is silent: {silence}"))?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        body.pointer(pointer)
            .cloned()
            .ok_or_else(|| format!("the issuer answers {} without `{pointer}`", answer.status))
    }
}

fn lack(Missing(name): &Missing) -> String {
    format!("nothing gives `{name}`")
}

fn no_chance() -> String {
    "the operating system gives no randomness".to_owned()
}

const fn issuer(issuer: Issuer) -> &'static str {
    match issuer {
        Issuer::Pharmacy => "issuer",
        Issuer::Other => "other",
    }
}

const fn alg(alg: Alg) -> &'static str {
    match alg {
        Alg::Es256 => "ES256",
        Alg::Rs256 => "RS256",
    }
}

/// A value in which the times have become numbers.
fn timed(value: Value, now: u64) -> Value {
    match value {
        Value::String(text) => time(&text, now).map_or(Value::String(text), Value::from),
        Value::Array(items) => items.into_iter().map(|item| timed(item, now)).collect(),
        value => value,
    }
}

/// `now`, `now+60` or `now-60`.
pub(crate) fn time(text: &str, now: u64) -> Option<u64> {
    let shift = text.strip_prefix("now")?;
    match shift.split_at_checked(1) {
        None if shift.is_empty() => Some(now),
        Some(("+", seconds)) => now.checked_add(seconds.parse().ok()?),
        Some(("-", seconds)) => now.checked_sub(seconds.parse().ok()?),
        _ => None,
    }
}

/// The HMAC of the size that the header's `alg` names.
fn mac(alg: &str, secret: &[u8], input: &str) -> Vec<u8> {
    let algorithm = match alg.get(2..) {
        Some("384") => hmac::HMAC_SHA384,
        Some("512") => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    hmac::sign(&hmac::Key::new(algorithm, secret), input.as_bytes()).as_ref().to_vec()
}

/// A key as text (RFC 7468).
fn pem(der: &[u8]) -> String {
    let mut text = "-----BEGIN PUBLIC KEY-----\n".to_owned();
    for (place, letter) in BASE64_STANDARD.encode(der).chars().enumerate() {
        if place > 0 && place.is_multiple_of(64) {
            text.push('\n');
        }
        text.push(letter);
    }
    text.push_str("\n-----END PUBLIC KEY-----\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_relative() {
        assert_eq!(time("now", 100), Some(100));
        assert_eq!(time("now+5", 100), Some(105));
        assert_eq!(time("now-5", 100), Some(95));
        for bad in ["now-200", "nowhere", "now*2", "now+", "later"] {
            assert_eq!(time(bad, 100), None, "{bad}");
        }
        assert_eq!(timed(json!(["now+1", "nothing"]), 1), json!([2, "nothing"]));
    }
}
