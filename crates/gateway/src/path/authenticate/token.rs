//! Tokens of issuers: remembered ones first, then what is cheap, then the mathematics.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use portcullis_controls::Plan;
use portcullis_controls::caller_identity::TokenRule;
use portcullis_credential::authorization;
use portcullis_credential::jwt::{Envelope, TokenFault};
use portcullis_credential::keys::KeySet;
use portcullis_model::{Identity, UnixMillis};
use sha2::{Digest, Sha256};

use super::keys;
use crate::callers::{Current, Genuine, Known};
use crate::worker::Worker;

/// What a credential turned out to be.
#[derive(Debug)]
pub(super) enum Judged {
    /// Genuine, and this is whose it is. `instead`: what goes on to the API in its place.
    Genuine { identity: Arc<Identity>, instead: Option<String> },
    /// Not genuine: why, for the ledger.
    Not(&'static str),
    /// That cannot be known now: why, for the ledger.
    Unknown(String),
}

/// What a judgement needs beside the credential.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) worker: &'a Rc<Worker>,
    pub(super) plan: &'a Plan,
    pub(super) scheme: usize,
    pub(super) now: UnixMillis,
    /// When the request must be over.
    pub(super) deadline: Instant,
}

/// Judges the value of an `Authorization` field.
pub(super) async fn judge(value: &str, asked: Asked<'_>) -> Judged {
    let token = match authorization::bearer(value) {
        Ok(token) => token,
        Err(fault) => return Judged::Not(fault.name()),
    };
    let digest = Sha256::digest(token).into();
    let remembered = asked.worker.tokens.borrow_mut().get(&digest);
    match remembered {
        Some(Known::Not(why)) => return Judged::Not(why),
        Some(Known::Genuine(genuine)) if is_still_good(&genuine, asked) => {
            return Judged::Genuine { identity: genuine.identity.clone(), instead: None };
        }
        _ => {}
    }
    match verified(token, asked).await {
        Ok(genuine) => {
            let identity = genuine.identity.clone();
            let known = Known::Genuine(Arc::new(genuine));
            asked.worker.tokens.borrow_mut().insert(digest, known);
            Judged::Genuine { identity, instead: None }
        }
        Err(Unverified::Fault(fault)) => {
            // What cost mathematics is not computed again. That keys are unknown may change.
            if fault == TokenFault::Signature {
                asked.worker.tokens.borrow_mut().insert(digest, Known::Not(fault.name()));
            }
            Judged::Not(fault.name())
        }
        Err(Unverified::Not(why)) => Judged::Not(why),
        Err(Unverified::Unknown(detail)) => Judged::Unknown(detail),
    }
}

enum Unverified {
    Fault(TokenFault),
    Not(&'static str),
    Unknown(String),
}

impl From<TokenFault> for Unverified {
    fn from(fault: TokenFault) -> Self {
        Self::Fault(fault)
    }
}

/// Whether what is remembered of a token still holds: until its end, for this model and scheme, while
/// its issuer has the same keys.
fn is_still_good(genuine: &Genuine, asked: Asked<'_>) -> bool {
    let Asked { plan, scheme, now, worker, .. } = asked;
    if genuine.expires <= now || genuine.scheme != scheme || genuine.model != plan.version {
        return false;
    }
    let rule = rules(plan, scheme).find(|rule| rule.issuer.issuer == genuine.identity.issuer);
    rule.is_some_and(|rule| keys::generation(worker, &rule.issuer) == genuine.generation)
}

fn rules(plan: &Plan, scheme: usize) -> impl Iterator<Item = &TokenRule> {
    plan.tokens.iter().filter(move |rule| rule.takes(scheme))
}

async fn verified(token: &str, asked: Asked<'_>) -> Result<Genuine, Unverified> {
    let Asked { worker, plan, scheme, now, deadline } = asked;
    let envelope = Envelope::read(token)?;
    let issuer = envelope.unverified_issuer().ok_or(Unverified::Not("iss_missing"))?;
    let rule = rules(plan, scheme).find(|rule| *rule.issuer.issuer == *issuer);
    let rule = rule.ok_or(TokenFault::OtherIssuer)?;
    envelope.precheck(&rule.profile, now)?;
    let unknown = |detail| Unverified::Unknown(format!("`{}`: {detail}", rule.issuer.issuer));
    let mut known = keys::known(worker, &rule.issuer, deadline).await.map_err(unknown)?;
    if lacks(&envelope, &known.value) {
        let key = envelope.key_id().unwrap_or_default();
        let lacking = known.generation;
        let newer = keys::newer(worker, &rule.issuer, key, lacking, deadline).await;
        known = newer.map_err(unknown)?;
    }
    let Current { value, generation } = known;
    let claims = envelope.verify(&value, &rule.profile, now)?;
    if claims.confirmation().is_some() {
        return Err(Unverified::Not("not_bound"));
    }
    let name = plan.model.contract.schemes.get(scheme).map_or("", |scheme| scheme.name.as_str());
    let identity = rule.identity(&claims, name).map_err(Unverified::Not)?;
    Ok(Genuine {
        identity: Arc::new(identity),
        expires: claims.expires(),
        confirmation: claims.confirmation().copied(),
        generation,
        model: plan.version.clone(),
        scheme,
    })
}

fn lacks(envelope: &Envelope<'_>, keys: &KeySet) -> bool {
    envelope.find_key(keys).is_err_and(|fault| fault == TokenFault::UnknownKey)
}
