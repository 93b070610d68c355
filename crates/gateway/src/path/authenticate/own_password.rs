//! Users and passwords that are kept here: read, looked up, and compared by those who compute.

use std::sync::Arc;
use std::time::Instant;

use portcullis_controls::caller_identity::{Guessed, key_holder, too_busy};
use portcullis_credential::authorization::{self, Basic};
use portcullis_credential::password::{self, Hashed, Pepper};
use portcullis_model::{Identity, Secret, UnixMillis};
use portcullis_policy::Passwords;
use portcullis_store::{Password, Store};
use tokio::time::timeout_at;

use super::judged::{Asked, Judged};
use crate::callers::{
    Attempt, Checked, Question, QueueFault, RIGHT_MS, Turn, UsedPassword, WRONG_MS,
};

/// There is no such user, or it is not their password: nobody learns which.
pub(super) const WRONG: &str = "password_wrong";
/// Times that a request looks whether somebody else's question was answered.
const TURNS_MAX: usize = 4;
/// What guesses are counted by: users are the same for all APIs of a policy.
const FUNCTION: &str = "passwords";

/// What a credential is, at a place where a password of ours may stand.
pub(super) enum OfPassword {
    /// It is right, and whose it is.
    Good(Arc<Identity>, UsedPassword),
    /// It is not, or cannot be known now.
    Judged(Judged),
    /// Something that another line of the policy may know.
    Other,
}

/// What was shown, and what is compared with it.
struct Compared<'a> {
    basic: &'a Basic,
    /// As it is counted: the user's one spelling, or what was sent in its place.
    account: &'a str,
    known: Option<&'a Arc<Password>>,
    pepper: &'a Arc<Pepper>,
    store: &'a Store,
    workers: Option<usize>,
}

/// Judges the whole value of `Authorization`.
pub(super) async fn judge(value: &str, asked: Asked<'_>) -> OfPassword {
    let callers = &asked.plan.model.callers;
    let Some(rule) = callers.passwords.as_ref().filter(|_| callers.takes_passwords(asked.scheme))
    else {
        return OfPassword::Other;
    };
    match found(value, rule, asked).await {
        Ok((identity, used)) => OfPassword::Good(identity, used),
        Err(judged) => OfPassword::Judged(judged),
    }
}

async fn found(
    value: &str,
    rule: &Passwords,
    asked: Asked<'_>,
) -> Result<(Arc<Identity>, UsedPassword), Judged> {
    let basic = authorization::basic(value).map_err(|fault| Judged::Not(fault.name()))?;
    let store = asked.worker.shared.store.as_ref().ok_or(Judged::Not("no_store"))?;
    let pepper = asked.worker.site().password_pepper().cloned().ok_or(Judged::Not("no_pepper"))?;
    let user = password::user(&basic.user).ok();
    let known = user.as_ref().and_then(|user| store.password(user));
    let compared = Compared {
        basic: &basic,
        account: user.as_deref().unwrap_or(&basic.user),
        known: known.as_ref(),
        pepper: &pepper,
        store,
        workers: rule.workers,
    };
    let is_right = compared.is_right(asked).await?;
    let known = known.filter(|_| is_right).ok_or(Judged::Not(WRONG))?;
    let shown = UsedPassword { user: Arc::clone(&known.user), mark: known.mark };
    // While it was computed, it may have become another one.
    if shown.is_over(Some(store)) {
        return Err(Judged::Not(WRONG));
    }
    let rules = std::slice::from_ref(&known.rules);
    let identity = key_holder(rules, &known.user, &rule.issuer, asked.scheme_name());
    Ok((Arc::new(identity), shown))
}

impl Compared<'_> {
    /// Whether it is right: as it is remembered, or computed once for all requests that show it at a time.
    async fn is_right(&self, asked: Asked<'_>) -> Result<bool, Judged> {
        let passwords = &asked.worker.shared.callers.passwords;
        let mark = self.known.map(|known| known.mark);
        let shown = self.basic.password.expose_secret();
        let digest = passwords.digest(&self.basic.user, mark, shown, self.pepper);
        for _ in 0..TURNS_MAX {
            match passwords.answers.turn(digest, asked.now) {
                Turn::Known(is_right) => return Ok(is_right),
                Turn::TooMany => return Err(Judged::Busy(too_busy())),
                Turn::Wait(mut waiting) => {
                    if timeout_at(asked.deadline.into(), waiting.changed()).await.is_err() {
                        break;
                    }
                }
                Turn::Ask(asking) => {
                    let is_right = self.counted(asked).await?;
                    let kept = if is_right { RIGHT_MS } else { WRONG_MS };
                    asking.answered(is_right, UnixMillis(asked.now.0.saturating_add(kept)));
                    return Ok(is_right);
                }
            }
        }
        Err(unknown("it was not compared in time"))
    }

    /// Computes, if another attempt is let past: it counts as a wrong one until it was right.
    async fn counted(&self, asked: Asked<'_>) -> Result<bool, Judged> {
        let guesses = &asked.worker.shared.callers.guesses;
        let attempt = Attempt {
            guessed: Guessed::Password,
            function: FUNCTION,
            account: Some(self.account),
            secret: Some(self.basic.password.expose_secret()),
            place: asked.place,
        };
        let begun = guesses.begin_or_recall(attempt, Instant::now(), asked.now).await;
        let guess = begun.map_err(Judged::TooMany)?;
        match self.computed(asked).await {
            Ok(Checked { is_right: false, .. }) => Ok(false),
            Ok(Checked { is_right: true, stronger }) => {
                guesses.was_right(guess, Instant::now(), asked.now);
                if let (Some(hash), Some(known)) = (stronger, self.known) {
                    self.store.rehash_password(Arc::clone(known), hash, asked.now);
                }
                Ok(true)
            }
            Err(judged) => {
                guesses.was_none(guess, Instant::now());
                Err(judged)
            }
        }
    }

    /// The same work for a user who is there and for one who is not, and for a text that can be no password.
    async fn computed(&self, asked: Asked<'_>) -> Result<Checked, Judged> {
        let prepared = password::prepare(self.basic.password.expose_secret()).ok();
        let can_be = prepared.is_some() && self.known.is_some();
        let hash = self.known.map_or_else(|| Arc::new(Hashed::of_nobody()), |one| one.hash.clone());
        let password = prepared.unwrap_or_else(|| Secret::new(*b"-"));
        let question = Question { hash, password, pepper: Arc::clone(self.pepper), can_be };
        let answer =
            async { asked.worker.shared.callers.passwords.pool(self.workers)?.ask(question).await };
        match timeout_at(asked.deadline.into(), answer).await {
            Ok(Ok(checked)) => Ok(checked),
            Ok(Err(QueueFault::Full)) => Err(Judged::Busy(too_busy())),
            Ok(Err(QueueFault::NoThread)) => Err(unknown("there is no thread to compare it")),
            Ok(Err(QueueFault::Hash(fault))) => Err(unknown(&fault.to_string())),
            Err(_) => Err(unknown("it was not compared in time")),
        }
    }
}

fn unknown(why: &str) -> Judged {
    Judged::Unknown(format!("a password: {why}"))
}
