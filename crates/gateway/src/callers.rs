//! What the gateway knows of those who vouch for callers, over all workers and reloads.

mod answers;
mod bill;
mod cache;
mod fetched;
mod genuine;
mod guesses;
mod learned;
mod paces;
mod passwords;
mod penalties;
mod proofs;
mod rates;
mod seen;
mod signed;
mod used_key;
mod used_password;
mod waited;
mod worked;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use portcullis_credential::keys::KeySet;
use portcullis_credential::reporter::ReporterKeys;
use portcullis_model::Attribute;
use portcullis_policy::{Endpoint, JwtIssuer};
use portcullis_store::Store;

pub(crate) use answers::{Answers, Turn};
pub(crate) use bill::{Bill, Cost};
pub(crate) use cache::{TokenCache, TokenDigest};
pub(crate) use fetched::{Current, Fetched, Step};
pub(crate) use genuine::{Genuine, Named};
pub(crate) use guesses::{Attempt, Attempted, Guess, Guesses, Said};
pub(crate) use learned::{Learned, Lesson, Of};
pub(crate) use paces::Paces;
pub(crate) use passwords::{Checked, Passwords, Question, QueueFault, RIGHT_MS, WRONG_MS};
pub(crate) use penalties::Penalties;
pub(crate) use proofs::{Proofs, Use};
pub(crate) use rates::{Parts, Rates, Unsettled};
pub(crate) use signed::{Kept, SIGNED_MAX, signed};
pub(crate) use used_key::UsedKey;
pub(crate) use used_password::UsedPassword;
pub(crate) use waited::{Unfinished, waited};

/// Tokens that one worker remembers.
pub(crate) const TOKENS_MAX: usize = 10_000;

/// The keys of every issuer, as far as they were fetched.
#[derive(Debug)]
pub(crate) struct Callers {
    issuers: Mutex<Vec<(JwtIssuer, Arc<Fetched<KeySet>>)>>,
    /// Those of whoever signs lists of leaked keys, and where they were fetched.
    reporter: Mutex<Option<(Endpoint, Arc<Fetched<ReporterKeys>>)>>,
    /// What authorization servers said of tokens.
    pub(crate) introspected: Answers<Result<Arc<Genuine>, &'static str>>,
    /// What APIs said of their callers.
    pub(crate) told: Answers<Result<Arc<ToldByApi>, &'static str>>,
    /// Counts the times that roles may have changed: what was told before is asked again.
    pub(crate) roles_epoch: AtomicU64,
    /// What callers' own answers said of them.
    pub(crate) learned: Learned,
    /// Proofs that were used.
    pub(crate) proofs: Proofs,
    /// Passwords of ours.
    pub(crate) passwords: Passwords,
    /// Wrong credentials.
    pub(crate) guesses: Guesses,
    /// How fast keys are used.
    pub(crate) paces: Paces,
    /// Addresses that are not listened to.
    pub(crate) penalties: Penalties,
    /// How often requests came.
    pub(crate) rates: Rates,
}

/// What an API said of a caller.
#[derive(Debug)]
pub(crate) struct ToldByApi {
    /// Who it is.
    pub(crate) subject: Arc<str>,
    /// What else it is known by.
    pub(crate) attributes: Vec<Attribute>,
}

/// A token that was judged.
#[derive(Debug, Clone)]
pub(crate) enum Known {
    /// It is genuine.
    Genuine(Arc<Genuine>),
    /// Nobody signed it, as far as these keys of its issuer tell.
    Forged(Arc<Forged>),
}

/// What a signature was held against.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Forged {
    /// By which model, and for which scheme.
    pub(crate) model: Arc<str>,
    pub(crate) scheme: usize,
    /// Which keys of its issuer did not verify it.
    pub(crate) generation: u64,
    pub(crate) issuer: Arc<str>,
}

impl Callers {
    /// Nothing is known. `chance` is from the operating system.
    pub(crate) fn new(chance: [u8; 16], now: Instant, store: Option<Store>) -> Self {
        Self {
            issuers: Mutex::default(),
            reporter: Mutex::default(),
            introspected: Answers::default(),
            told: Answers::default(),
            learned: Learned::default(),
            roles_epoch: AtomicU64::new(0),
            proofs: Proofs::default(),
            passwords: Passwords::new(chance),
            guesses: Guesses::new(chance, now, store),
            paces: Paces::new(chance, now),
            penalties: Penalties::new(chance, now),
            rates: Rates::new(chance, now),
        }
    }

    /// The keys of an issuer.
    pub(crate) fn keys_of(&self, issuer: &JwtIssuer) -> Arc<Fetched<KeySet>> {
        let mut issuers = self.issuers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |known: &JwtIssuer| known.issuer == issuer.issuer && known.keys == issuer.keys;
        if let Some((_, keys)) = issuers.iter().find(|(known, _)| is_it(known)) {
            return keys.clone();
        }
        let keys = Arc::new(Fetched::new());
        issuers.push((issuer.clone(), keys.clone()));
        keys
    }

    /// The keys of whoever signs lists of leaked keys: of the place that was asked last.
    pub(crate) fn reporter(&self, endpoint: &Endpoint) -> Arc<Fetched<ReporterKeys>> {
        let mut reporter = self.reporter.lock().unwrap_or_else(PoisonError::into_inner);
        match &*reporter {
            Some((known, keys)) if known == endpoint => keys.clone(),
            _ => {
                let keys = Arc::new(Fetched::new());
                *reporter = Some((endpoint.clone(), keys.clone()));
                keys
            }
        }
    }

    /// Lets go of issuers that no policy names any more.
    pub(crate) fn keep(&self, is_named: impl Fn(&JwtIssuer) -> bool) {
        let mut issuers = self.issuers.lock().unwrap_or_else(PoisonError::into_inner);
        issuers.retain(|(issuer, _)| is_named(issuer));
    }
}
