//! How often requests may come: what an operation is counted by, and what is said to whoever comes too often.
//!
//! Nothing here knows how often something happened: `portcullis-counting` does. What is decided is under which
//! keys a request counts, and which entries it does not concern.

mod told;

use std::sync::Arc;
use std::time::Duration;

use portcullis_contract::Operation;
use portcullis_counting::{Place, Pool, Rate};
use portcullis_model::{Identity, KeyId};
use portcullis_policy::{InputPlace, Model, RateBound, RateCost, RateCounts, RateKey, RateLimit};

use super::one_at_a_time::number;
use crate::alike::account;
use crate::caller_identity::api;

pub use told::too_many_under_way;

/// The counts of one gateway: for each pool, how many keys may owe something at a time before new ones begin with
/// what others owe. What drains in times of another order, and what clients make up, are counted apart.
pub const POOLS: [usize; 8] =
    [400_000, 400_000, 200_000, 200_000, 200_000, 200_000, 200_000, 200_000];

/// One entry of `rates`, compiled.
#[derive(Debug)]
pub struct Counted {
    /// As it is written.
    pub text: Arc<str>,
    /// How often; of what is under way at a time, none.
    pub rate: Rate,
    /// Where it is counted.
    pub pool: Pool,
    /// How many at a time; none: it is a rate.
    pub at_once: Option<u32>,
    /// For how many a request counts.
    pub cost: RateCost,
    /// Which requests count.
    pub counts: RateCounts,
    /// Only values there count, each once.
    distinct: Option<InputPlace>,
    per: Vec<RateKey>,
    counts_callers: bool,
}

/// The entries that concern an operation.
#[derive(Debug, Default)]
pub struct Rates {
    /// Asked when the caller is known.
    pub early: Vec<Arc<Counted>>,
    /// Asked when the body was read.
    pub late: Vec<Arc<Counted>>,
    /// How many may be under way.
    pub at_once: Vec<Arc<Counted>>,
    /// What may be done once, ever: asked when the API is about to be.
    pub once: Vec<Arc<Counted>>,
}

/// Who asks for what.
pub struct Asker<'a> {
    /// Whom a credential proved; never what a request merely says (rule 1).
    pub caller: Option<&'a Identity>,
    /// The API key of ours that it came with.
    pub key: Option<KeyId>,
    /// From where, as far as that is known for certain (rule 20).
    pub place: Option<Place>,
    /// The API and the operation.
    pub operation: &'a str,
    /// What the request has at a place.
    pub said: &'a dyn Fn(&InputPlace) -> Said,
    /// Which object of a resource it names.
    pub object: &'a dyn Fn(&str) -> Said,
}

/// What a request has at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Nothing.
    Nothing,
    /// This value.
    One(String),
    /// Several, or what cannot be read as one: which the API takes, nobody knows.
    Several,
}

impl Rates {
    /// What concerns an operation of a model; none: one that is not declared.
    pub(crate) fn of(model: &Model, all: &[Arc<Counted>], operation: Option<usize>) -> Self {
        let mut rates = Self::default();
        for (limit, counted) in model.rates.iter().zip(all) {
            if limit.concerns(operation) {
                let list = match limit.bound {
                    RateBound::AtOnce(_) => &mut rates.at_once,
                    RateBound::Once => &mut rates.once,
                    RateBound::Often(..) if limit.needs_body() => &mut rates.late,
                    RateBound::Often(..) => &mut rates.early,
                };
                list.push(Arc::clone(counted));
            }
        }
        rates
    }
}

impl Counted {
    /// Every entry of a model, in its order.
    pub(crate) fn all(model: &Model) -> Vec<Arc<Self>> {
        model.rates.iter().map(|limit| Arc::new(Self::new(limit))).collect()
    }

    /// One entry.
    pub fn new(limit: &RateLimit) -> Self {
        let (rate, at_once, cost) = match &limit.bound {
            RateBound::Often(often, cost) => {
                let rate = Rate::new(often.count, often.per, often.burst);
                // The policy refuses what makes no rate.
                (rate.unwrap_or(Rate::NEVER), None, cost.clone())
            }
            RateBound::AtOnce(most) => (Rate::NEVER, Some(*most), RateCost::Fixed(1)),
            RateBound::Once => (Rate::NEVER, None, RateCost::Fixed(1)),
        };
        Self {
            text: Arc::clone(&limit.text),
            rate,
            pool: pool(&limit.per, owed_for(rate, &cost)),
            at_once,
            cost,
            counts: limit.counts,
            distinct: limit.distinct.clone(),
            per: limit.per.clone(),
            counts_callers: limit.counts_callers,
        }
    }

    /// Under what a request counts, part by part; none: the entry does not concern it.
    ///
    /// Who is verified counts by who it is, wherever it comes from: fifty callers behind one address are fifty. An
    /// address is all that is known of the others.
    pub fn parts(&self, asker: &Asker<'_>) -> Option<Vec<Vec<u8>>> {
        let is_of_places =
            self.per.iter().any(|key| matches!(key, RateKey::Address | RateKey::Network));
        let names_callers = self.per.iter().any(RateKey::is_of_callers);
        if is_of_places && !names_callers && !self.counts_callers && asker.caller.is_some() {
            return None;
        }
        let mut parts = Vec::new();
        for key in &self.per {
            part(key, asker, &mut parts)?;
        }
        Some(parts)
    }

    /// The value of a request, where each counts once; none: the request counts, whatever it says.
    pub fn value(&self, said: &dyn Fn(&InputPlace) -> Said) -> Option<Vec<u8>> {
        match said(self.distinct.as_ref()?) {
            Said::One(text) => Some(spelling(&text).into_bytes()),
            Said::Nothing | Said::Several => None,
        }
    }

    /// For how long a value that was counted is free: until all that fits at once has come back.
    pub fn free_for(&self) -> Duration {
        self.rate.window()
    }

    /// Whether a request has all that it counts by. What has not would be one for all callers: the first of them would
    /// pass, and no other ever.
    pub fn is_whole(&self, asker: &Asker<'_>) -> bool {
        let has =
            |name: &str| asker.caller.is_some_and(|caller| !attribute(caller, name).is_empty());
        self.per.iter().all(|key| match key {
            RateKey::Value(place) => matches!((asker.said)(place), Said::One(_)),
            RateKey::Object(resource) => matches!((asker.object)(resource), Said::One(_)),
            RateKey::Attribute(name) => has(name),
            RateKey::Role => has("role"),
            _ => true,
        })
    }

    /// For how many units a request counts, at least one. What is no number costs all that fits at once.
    pub fn units(&self, said: &dyn Fn(&InputPlace) -> Said) -> u32 {
        let place = match &self.cost {
            RateCost::Fixed(units) => return *units,
            // The least that it can cost; the rest is charged when it is over.
            RateCost::Bytes | RateCost::Time => return 1,
            RateCost::Of(place) => place,
        };
        match said(place) {
            Said::Nothing => 1,
            Said::Several => self.rate.burst().max(1),
            Said::One(text) => match text.trim().parse::<f64>() {
                Ok(units) if units.is_finite() => whole(units),
                _ => self.rate.burst().max(1),
            },
        }
    }
}

/// A number rounded up, at least one; what is more than fits is more than any burst.
#[expect(clippy::cast_sign_loss, reason = "it is at least one")]
const fn whole(units: f64) -> u32 {
    units.ceil().max(1.0) as u32
}

/// Adds what is counted by one key; none where the request has none of it.
fn part(key: &RateKey, asker: &Asker<'_>, parts: &mut Vec<Vec<u8>>) -> Option<()> {
    let mut add = |bytes: &[u8]| parts.push(bytes.to_vec());
    match key {
        RateKey::Caller => {
            let caller = asker.caller?;
            add(caller.issuer.as_bytes());
            add(caller.subject.as_bytes());
        }
        RateKey::Key => add(asker.key?.as_bytes()),
        RateKey::Address => add(&asker.place?.address.part()),
        RateKey::Network => add(&asker.place?.network.part()),
        RateKey::Operation => add(asker.operation.as_bytes()),
        RateKey::Everybody => add(b"everybody"),
        RateKey::Role => add(attribute(asker.caller?, "role").as_bytes()),
        RateKey::Attribute(name) => add(attribute(asker.caller?, name).as_bytes()),
        RateKey::Value(place) => add(&of_said((asker.said)(place))),
        RateKey::Object(resource) => add(&of_said((asker.object)(resource))),
    }
    Some(())
}

fn of_said(said: Said) -> Vec<u8> {
    match said {
        Said::Nothing => b"nothing".to_vec(),
        Said::Several => b"several".to_vec(),
        Said::One(text) => format!("one {}", spelling(&text)).into_bytes(),
    }
}

/// The API and the operation, as they are counted.
pub fn operation_name(model: &Model, operation: Option<usize>) -> String {
    let operation = operation.and_then(|index| model.contract.operation(index));
    let operation = operation.map(Operation::title).unwrap_or_default();
    format!("{} {operation}", api(model))
}

/// Who walks through a flow, part by part; none: the request does not say it, by one value. Of nobody verified, an
/// address is all that is known, and where not even that is, all of them are one.
pub fn walker(
    per: &[RateKey],
    asker: &Asker<'_>,
    known: &dyn Fn(&InputPlace) -> Option<String>,
) -> Option<Vec<Vec<u8>>> {
    let mut parts = Vec::new();
    for key in per {
        if let RateKey::Value(place) = key {
            // Two carts are two, however alike their names.
            parts.push(known(place)?.into_bytes());
        } else if part(key, asker, &mut parts).is_none()
            && part(&RateKey::Address, asker, &mut parts).is_none()
        {
            parts.push(b"nobody".to_vec());
        }
    }
    Some(parts)
}

/// An attribute's texts in one order; callers without it are one.
fn attribute(caller: &Identity, name: &str) -> String {
    let mut texts: Vec<&str> =
        caller.attribute(name).into_iter().flat_map(portcullis_model::Value::texts).collect();
    texts.sort_unstable();
    let texts: Vec<String> =
        texts.into_iter().map(|text| format!("{}:{text}", text.len())).collect();
    texts.concat()
}

/// One spelling of what an API may take for the same: numbers as numbers, all else as accounts. Of those below zero
/// each is another than that above it.
fn spelling(text: &str) -> String {
    let text = account(text);
    match number(&text) {
        Some(number) if text.starts_with('-') && number != "0" => format!("-{number}"),
        Some(number) => number,
        None => text,
    }
}

/// For how long something may be owed: until a burst has come back, and what was charged beyond it.
fn owed_for(rate: Rate, cost: &RateCost) -> Duration {
    let overdraft = if cost.is_afterwards() { rate.overdraft_max() } else { Duration::ZERO };
    rate.window().saturating_add(overdraft)
}

/// The pool of an entry: what must be owned, addresses, what clients make up; each by how long it is owed.
fn pool(per: &[RateKey], owed_for: Duration) -> Pool {
    const MINUTE: Duration = Duration::from_mins(1);
    const HOUR: Duration = Duration::from_hours(1);
    let long = u8::from(owed_for > MINUTE) + u8::from(owed_for > HOUR);
    let is_place = |key: &RateKey| matches!(key, RateKey::Address | RateKey::Network);
    Pool(if per.iter().any(|key| matches!(key, RateKey::Value(_) | RateKey::Object(_))) {
        5 + long
    } else if per.iter().any(is_place) {
        2 + long
    } else {
        long.min(1)
    })
}

#[cfg(test)]
mod tests;
