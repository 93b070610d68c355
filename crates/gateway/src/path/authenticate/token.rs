//! Tokens of issuers: remembered ones first, then what is cheap, then the mathematics.

use std::sync::Arc;
use std::time::Instant;

use portcullis_controls::Plan;
use portcullis_controls::caller_identity::{Guessed, IntrospectionRule, TokenRule};
use portcullis_credential::authorization::{self, Scheme};
use portcullis_credential::jwt::{Envelope, TokenFault};
use portcullis_model::Identity;
use sha2::{Digest, Sha256};

use super::bound::unproved;
use super::judged::{Asked, Judged, Unverified};
use super::{introspected, keys};
use crate::callers::{Attempt, Forged, Genuine, Known, Named};

/// Judges the value of an `Authorization` field; and the token of one that is genuine, which may be
/// revoked while the request goes on.
pub(super) async fn judge(value: &str, asked: Asked<'_>) -> (Judged, Option<Arc<Genuine>>) {
    let is_dpop = authorization::scheme(value) == Some(Scheme::DPoP);
    let read = if is_dpop { authorization::dpop(value) } else { authorization::bearer(value) };
    let token = match read {
        Ok(token) => token,
        Err(fault) => return (Judged::Not(fault.name()), None),
    };
    let genuine = match genuine(token, asked).await {
        Ok(genuine) => genuine,
        Err(unverified) => return (unverified.judged(), None),
    };
    if let Some(judged) = unproved(genuine.confirmation.as_ref(), is_dpop, token, asked) {
        return (judged, None);
    }
    // The proof was for us; to the API it is a token like any other.
    let instead = is_dpop.then(|| format!("Bearer {token}"));
    (Judged::Genuine { identity: genuine.identity.clone(), instead }, Some(genuine))
}

async fn genuine(token: &str, asked: Asked<'_>) -> Result<Arc<Genuine>, Unverified> {
    let digest = Sha256::digest(token).into();
    let remembered = asked.worker.tokens.borrow_mut().get(&digest);
    match remembered {
        Some(Known::Forged(forged)) if is_still_forged(&forged, asked) => {
            return Err(Unverified::Not(TokenFault::Signature.name()));
        }
        Some(Known::Genuine(genuine)) if is_still_good(&genuine, asked) => {
            return unrevoked(genuine, asked);
        }
        _ => {}
    }
    admit(token, asked).await?;
    let judged = verified(token, asked).await;
    let known = match &judged {
        Ok(genuine) => Some(Known::Genuine(genuine.clone())),
        // What cost mathematics is not computed again, while the keys are the same.
        Err(Unverified::Fault(TokenFault::Signature)) => forged(token, asked).map(Known::Forged),
        Err(_) => None,
    };
    if let Some(known) = known {
        asked.worker.tokens.borrow_mut().insert(digest, known);
    }
    let judged = judged.and_then(|genuine| unrevoked(genuine, asked));
    count(&judged, asked);
    judged
}

/// Asked of each token on each use, remembered or not.
fn unrevoked(genuine: Arc<Genuine>, asked: Asked<'_>) -> Result<Arc<Genuine>, Unverified> {
    if genuine.is_revoked(asked.worker.shared.store.as_ref()) {
        return Err(Unverified::Not("revoked"));
    }
    Ok(genuine)
}

/// Who a token says that it is of; nothing of it is verified.
fn claimed(token: &str) -> Option<String> {
    let envelope = Envelope::read(token).ok()?;
    Some(account(envelope.unverified_issuer()?, envelope.unverified_subject()?))
}

fn account(issuer: &str, subject: &str) -> String {
    format!("{issuer} {subject}")
}

fn attempt<'a>(account: Option<&'a str>, asked: Asked<'a>) -> Attempt<'a> {
    Attempt {
        guessed: Guessed::Token,
        function: "token",
        account,
        secret: None,
        place: asked.place,
    }
}

/// Mathematics is done, and an issuer is asked, only so often for those who are wrong. Whoever was right
/// from there before is heard all the same.
async fn admit(token: &str, asked: Asked<'_>) -> Result<(), Unverified> {
    let guesses = &asked.worker.shared.callers.guesses;
    let Err(refusal) = guesses.may_begin(attempt(None, asked), Instant::now()) else {
        return Ok(());
    };
    let claimed = claimed(token);
    if let Some(claimed) = claimed
        && guesses.recall(attempt(Some(&claimed), asked), Instant::now(), asked.now).await
    {
        return Ok(());
    }
    Err(Unverified::TooMany(refusal))
}

/// Counts what nobody signed. A token that has expired is no guess: its client has yet to learn it.
fn count(judged: &Result<Arc<Genuine>, Unverified>, asked: Asked<'_>) {
    let guesses = &asked.worker.shared.callers.guesses;
    match judged {
        Ok(genuine) => {
            let Identity { issuer, subject, .. } = &*genuine.identity;
            guesses.remember(attempt(Some(&account(issuer, subject)), asked), asked.now);
        }
        Err(
            Unverified::Fault(TokenFault::Signature | TokenFault::UnknownKey)
            | Unverified::Not("inactive"),
        ) => {
            drop(guesses.begin(attempt(None, asked), Instant::now()));
        }
        Err(_) => {}
    }
}

/// Whether what is remembered of a token still holds: until its end, for this model and scheme, while
/// its issuer has the same keys.
fn is_still_good(genuine: &Genuine, asked: Asked<'_>) -> bool {
    let Asked { plan, scheme, now, worker, .. } = asked;
    if genuine.expires <= now || genuine.scheme != scheme || genuine.model != plan.version {
        return false;
    }
    let issuer = &genuine.identity.issuer;
    let generation = rules(plan, scheme)
        .find(|rule| rule.issuer.issuer == *issuer)
        .map(|rule| keys::generation(worker, &rule.issuer));
    match generation {
        Some(generation) if generation == genuine.generation => true,
        _ => asking(plan, scheme).any(|rule| rule.server.issuer == *issuer) && genuine.is_told,
    }
}

/// What a token was held against whose signature is wrong.
fn forged(token: &str, asked: Asked<'_>) -> Option<Arc<Forged>> {
    let envelope = Envelope::read(token).ok()?;
    let issuer = envelope.unverified_issuer()?;
    let rule = rules(asked.plan, asked.scheme).find(|rule| *rule.issuer.issuer == *issuer)?;
    Some(Arc::new(Forged {
        model: asked.plan.version.clone(),
        scheme: asked.scheme,
        generation: keys::generation(asked.worker, &rule.issuer),
        issuer: rule.issuer.issuer.clone(),
    }))
}

fn is_still_forged(forged: &Forged, asked: Asked<'_>) -> bool {
    let rule = rules(asked.plan, asked.scheme).find(|rule| rule.issuer.issuer == forged.issuer);
    forged.model == asked.plan.version
        && forged.scheme == asked.scheme
        && rule
            .is_some_and(|rule| keys::generation(asked.worker, &rule.issuer) == forged.generation)
}

fn rules(plan: &Plan, scheme: usize) -> impl Iterator<Item = &TokenRule> {
    plan.tokens.iter().filter(move |rule| rule.takes(scheme))
}

fn asking(plan: &Plan, scheme: usize) -> impl Iterator<Item = &IntrospectionRule> {
    plan.introspections.iter().filter(move |rule| rule.takes(scheme))
}

/// What its issuer vouches for: by its signature, or by its word where nobody here can verify it.
async fn verified(token: &str, asked: Asked<'_>) -> Result<Arc<Genuine>, Unverified> {
    let refused = match Envelope::read(token) {
        // What we sign for an API opens nothing here, and is shown to nobody (rule 6).
        Ok(envelope) if envelope.tells_of_caller() => return Err(Unverified::Not("caller_token")),
        Ok(envelope) => {
            let issuer = envelope.unverified_issuer();
            let rule = rules(asked.plan, asked.scheme)
                .find(|rule| issuer.is_some_and(|issuer| *rule.issuer.issuer == *issuer));
            match rule {
                Some(rule) => return signed(envelope, rule, asked).await.map(Arc::new),
                None => TokenFault::OtherIssuer,
            }
        }
        Err(fault) => fault,
    };
    // One server alone is asked: a token is not shown to those who did not issue it.
    match asking(asked.plan, asked.scheme).next() {
        Some(rule) => introspected::known(token, rule, asked).await,
        None => Err(refused.into()),
    }
}

async fn signed(
    envelope: Envelope<'_>,
    rule: &TokenRule,
    asked: Asked<'_>,
) -> Result<Genuine, Unverified> {
    let Asked { worker, plan, scheme, now, deadline, .. } = asked;
    envelope.precheck(&rule.profile, now)?;
    let unknown = |detail| Unverified::Unknown(format!("`{}`: {detail}", rule.issuer.issuer));
    let mut known = keys::known(worker, &rule.issuer, deadline).await.map_err(unknown)?;
    let mut verified = envelope.verify(&known.value, &rule.profile, now);
    if matches!(verified, Err(TokenFault::UnknownKey)) {
        let key = envelope.key_id().unwrap_or_default();
        let lacking = known.generation;
        let newer = keys::newer(worker, &rule.issuer, key, lacking, deadline).await;
        known = newer.map_err(unknown)?;
        if known.generation != lacking {
            verified = envelope.verify(&known.value, &rule.profile, now);
        }
    }
    let claims = verified?;
    let generation = known.generation;
    if rule.issuer.is_bound && claims.confirmation().is_none() {
        return Err(Unverified::Not("not_bound"));
    }
    let identity = rule.identity(&claims, asked.scheme_name()).map_err(Unverified::Not)?;
    Ok(Genuine {
        identity: Arc::new(identity),
        named: Named::of(&claims),
        expires: claims.expires(),
        confirmation: claims.confirmation().copied(),
        generation,
        is_told: false,
        model: plan.version.clone(),
        scheme,
    })
}
