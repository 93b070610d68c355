//! Tokens that say nothing by themselves: their issuer is asked (RFC 7662), once for all requests that
//! show the same token at a time.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use portcullis_controls::Plan;
use portcullis_controls::caller_identity::IntrospectionRule;
use portcullis_controls::urlencoded::{push_encoded, push_pair};
use portcullis_credential::introspection::{self, Endpoint};
use portcullis_model::{Secret, UnixMillis};
use sha2::{Digest, Sha256};
use tokio::time::timeout_at;

use super::judged::{Asked, Unverified};
use crate::ask::{Question, ask};
use crate::callers::{Genuine, Named, TokenDigest, Turn};
use crate::worker::Worker;

/// How long a request waits for an answer, at most.
const WAIT: Duration = Duration::from_secs(6);
/// Times that it looks again.
const TURNS_MAX: usize = 4;
/// How long an answer without an end holds: the policy's `cache` is shorter.
const UNSTATED_LIFETIME_S: u64 = 5 * 60;

/// What was answered about a token.
type Answer = Result<Arc<Genuine>, &'static str>;

/// What its issuer says of a token.
pub(super) async fn known(
    token: &str,
    rule: &IntrospectionRule,
    asked: Asked<'_>,
) -> Result<Arc<Genuine>, Unverified> {
    let digest = digest(token, rule, asked);
    let until = asked.deadline.min(Instant::now() + WAIT);
    let answers = &asked.worker.shared.callers.introspected;
    for _ in 0..TURNS_MAX {
        match answers.turn(digest, asked.now) {
            Turn::Known(answer) => return answer.map_err(Unverified::Not),
            Turn::TooMany => break,
            Turn::Wait(mut waiting) => {
                // It ends with the question, answered or not.
                if timeout_at(until.into(), waiting.changed()).await.is_err() {
                    break;
                }
            }
            Turn::Ask(asking) => {
                let (answer, until) = answer(token, rule, asked).await?;
                asking.answered(answer.clone(), until);
                return answer.map_err(Unverified::Not);
            }
        }
    }
    let issuer = &rule.server.issuer;
    Err(Unverified::Unknown(format!("`{issuer}`: it cannot be asked about tokens now")))
}

/// The same token is another matter for another server, model and scheme.
fn digest(token: &str, rule: &IntrospectionRule, asked: Asked<'_>) -> TokenDigest {
    let Plan { version, .. } = asked.plan;
    let issuer = rule.server.issuer.as_bytes();
    Sha256::new()
        .chain_update((issuer.len() as u64).to_le_bytes())
        .chain_update(issuer)
        .chain_update((version.len() as u64).to_le_bytes())
        .chain_update(&**version)
        .chain_update((asked.scheme as u64).to_le_bytes())
        .chain_update(token)
        .finalize()
        .into()
}

async fn answer(
    token: &str,
    rule: &IntrospectionRule,
    asked: Asked<'_>,
) -> Result<(Answer, UnixMillis), Unverified> {
    let server = &rule.server;
    let unknown = |detail: String| Unverified::Unknown(format!("`{}`: {detail}", server.issuer));
    let bytes = asked_of(asked.worker, token, rule).await.map_err(unknown)?;
    let endpoint = Endpoint {
        profile: &rule.profile,
        vouches_for_audience: false,
        unstated_lifetime_s: UNSTATED_LIFETIME_S,
    };
    let kept = UnixMillis(asked.now.0 + server.cache.as_millis() as u64);
    let claims = match introspection::read(bytes, &endpoint, asked.now) {
        Ok(Some(claims)) => claims,
        Ok(None) => return Ok((Err("inactive"), kept)),
        Err(fault) => return Ok((Err(fault.name()), kept)),
    };
    let identity = match rule.identity(&claims, asked.scheme_name()) {
        Ok(identity) => identity,
        Err(why) => return Ok((Err(why), kept)),
    };
    let until = kept.min(claims.expires());
    let genuine = Genuine {
        identity: Arc::new(identity),
        named: Named::of(&claims),
        expires: until,
        confirmation: claims.confirmation().copied(),
        generation: 0,
        is_told: true,
        model: asked.plan.version.clone(),
        scheme: asked.scheme,
    };
    Ok((Ok(Arc::new(genuine)), until))
}

async fn asked_of(
    worker: &Rc<Worker>,
    token: &str,
    rule: &IntrospectionRule,
) -> Result<Vec<u8>, String> {
    let site = worker.site();
    let secret = site.secret(&rule.server.secret).ok_or("its secret was not read")?;
    let authorization = client_authorization(&rule.server.client, &secret)?;
    let mut body = Vec::new();
    push_pair("token", token, &mut body);
    push_pair("token_type_hint", "access_token", &mut body);
    let question = Question::Form { body: &body, authorization: &authorization };
    ask(worker, &rule.server.endpoint, question).await.map_err(|fault| fault.to_string())
}

/// Basic, each half in the coding of forms first (RFC 6749 section 2.3.1).
fn client_authorization(client: &str, secret: &Secret) -> Result<String, String> {
    let text = std::str::from_utf8(secret.expose_secret());
    let mut pair = Vec::new();
    push_encoded(client, &mut pair);
    pair.push(b':');
    push_encoded(text.map_err(|_| "its secret is no text")?, &mut pair);
    Ok(format!("Basic {}", BASE64_STANDARD.encode(pair)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_proves_itself_as_the_oauth_letter_says() {
        let secret = Secret::new(*b"obviously fake:%");
        let written = client_authorization("gate way", &secret).unwrap();
        let encoded = BASE64_STANDARD.encode("gate%20way:obviously%20fake%3A%25");
        assert_eq!(written, format!("Basic {encoded}"));
    }
}
