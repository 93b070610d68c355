//! How often requests may come: for each API, the entries of `rates` that concern it, or the defaults.

mod bound;
mod checked;
mod objects;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use portcullis_contract::Contract;
use portcullis_model::{Diagnostic, Span};
use portcullis_yaml::{Notes, shown};

use self::bound::counts_success;
use self::checked::Checked;
use super::names::Names;
use crate::authorization::Authorization;
use crate::callers::Callers;
use crate::codes;
use crate::file::{PolicyFile, RateSection};
use crate::model::Proxies;
use crate::rates::{
    Often, RATES_TOGETHER_MAX, RateBound, RateCost, RateCounts, RateKey, RateLimit,
};

/// Entries of one policy.
const RATES_MAX: usize = 64;
/// Keys that one entry combines.
const KEYS_MAX: usize = 4;

/// What is known where rates are joined.
pub(super) struct Known<'a> {
    contracts: &'a [Option<Contract>],
    names: &'a Names,
    callers: &'a [Callers],
    authorization: &'a [Authorization],
    /// Whether some entry counts requests of whom nobody verifies.
    counts_strangers: bool,
    /// Whether what happened once can be kept.
    has_store: bool,
}

impl<'a> Known<'a> {
    pub(super) fn new(
        file: Option<&PolicyFile>,
        contracts: &'a [Option<Contract>],
        names: &'a Names,
        (callers, authorization): (&'a [Callers], &'a [Authorization]),
    ) -> Self {
        let has_store = file.is_some_and(|file| file.store.is_some());
        let counts_strangers = counts_strangers(file);
        Self { contracts, names, callers, authorization, counts_strangers, has_store }
    }
}

/// Whether some entry counts requests of whom nobody verifies: then one by caller is for the day when somebody does.
fn counts_strangers(file: Option<&PolicyFile>) -> bool {
    let sections = file.and_then(|file| file.rates.as_ref()).into_iter().flatten();
    let mut keys = sections.map(|section| section.value.per.0.iter().flat_map(|keys| &keys.0));
    keys.any(|mut keys| keys.all(|key| !key.value.is_of_callers()))
}

/// The entries for each API.
pub(super) fn join(
    file: Option<&PolicyFile>,
    known: &Known<'_>,
    (listen, proxies): (SocketAddr, &Proxies),
    notes: &mut Notes,
) -> Vec<Vec<RateLimit>> {
    let Some(sections) = file.and_then(|file| file.rates.as_ref()) else {
        let rates = if proxies.let_others_ask(listen) { defaults() } else { Vec::new() };
        return vec![rates; known.contracts.len()];
    };
    if let Some(further) = sections.get(RATES_MAX) {
        let message = format!("there are more than {RATES_MAX} rates");
        let error = || Diagnostic::error(&codes::BAD_LIMIT, message).at(further.span);
        notes.push(|| error().help("name several operations in one entry"));
    }
    let mut all: Vec<Vec<RateLimit>> = vec![Vec::new(); known.contracts.len()];
    for section in sections.iter().take(RATES_MAX) {
        let Some(limit) = limit(&section.value, section.span, notes) else { continue };
        let of = section.value.of.as_ref().map(|of| {
            of.0.iter().flat_map(|name| known.names.matching(name, notes)).collect::<Vec<_>>()
        });
        let of = of.or_else(|| objects::naming(&limit.per, known.authorization));
        Checked { section: &section.value, known, of: of.as_deref(), limit: &limit }.check(notes);
        for (api, rates) in all.iter_mut().enumerate() {
            let own = of.as_ref().map(|of| {
                let own = of.iter().filter(|(place, _)| *place == api).map(|(_, index)| *index);
                let mut own: Vec<usize> = own.collect();
                own.sort_unstable();
                own.dedup();
                own
            });
            // What counts nothing here belongs to another API.
            if own.as_ref().is_none_or(|own| !own.is_empty()) {
                rates.push(RateLimit { of: own, ..limit.clone() });
            }
        }
    }
    for (rates, contract) in all.iter_mut().zip(known.contracts) {
        compare(rates, notes);
        // Those that say the same are one count: a request would be counted twice.
        let mut texts = HashSet::new();
        rates.retain(|rate| texts.insert(Arc::clone(&rate.text)));
        let count = contract.as_ref().map_or(0, |contract| contract.operations.len());
        together(rates, count, notes);
    }
    all
}

/// What holds where others can ask and nobody wrote `rates` (decision 0131).
fn defaults() -> Vec<RateLimit> {
    let one = |key: RateKey, count, burst| {
        let often = Often { count, per: Duration::from_secs(1), burst };
        RateLimit {
            text: format!("per: {key}, rate: {count}/s, burst: {burst}").into(),
            line: None,
            of: None,
            per: vec![key],
            counts_callers: false,
            counts: RateCounts::Every,
            distinct: None,
            bound: RateBound::Often(often, RateCost::Fixed(1)),
        }
    };
    vec![one(RateKey::Caller, 100, 500), one(RateKey::Address, 50, 200)]
}

/// One entry, its operations left out.
fn limit(section: &RateSection, span: Span, notes: &mut Notes) -> Option<RateLimit> {
    let per: Vec<RateKey> = section.per.0.as_ref()?.0.iter().map(|key| key.value.clone()).collect();
    if per.is_empty() || per.len() > KEYS_MAX {
        notes.push(|| {
            let message = format!("an entry counts by 1 to {KEYS_MAX} keys");
            Diagnostic::error(&codes::BAD_LIMIT, message)
                .at(span)
                .help("write `per: everybody` for one count of all requests")
        });
        return None;
    }
    let bound = bound::bound(section, span, notes)?;
    Some(RateLimit {
        text: text(section).into(),
        line: Some(span),
        of: None,
        per,
        counts_callers: section.counts_callers.as_ref().is_some_and(|word| word.value),
        counts: if counts_success(section) { RateCounts::Success } else { RateCounts::Every },
        distinct: section.distinct.as_ref().map(|place| place.value.0.clone()),
        bound,
    })
}

/// The entry as people write it, in one order.
fn text(section: &RateSection) -> String {
    let list = |items: Vec<String>| match items.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    let mut parts = Vec::new();
    if let Some(of) = &section.of {
        let names = of.0.iter().map(|name| name.value.clone()).collect();
        parts.push(format!("of: {}", list(names)));
    }
    let keys = section.per.0.iter().flat_map(|keys| &keys.0);
    parts.push(format!("per: {}", list(keys.map(|key| key.value.to_string()).collect())));
    if let Some(rate) = section.rate.as_ref().and_then(|rate| rate.0.as_ref()) {
        parts.push(format!("rate: {}", rate.value));
    }
    if let Some(burst) = section.burst.as_ref().and_then(|burst| burst.0.as_ref()) {
        parts.push(format!("burst: {}", burst.value));
    }
    match section.cost.as_ref().map(|cost| &cost.value.0) {
        Some(RateCost::Fixed(units)) => parts.push(format!("cost: {units}")),
        Some(RateCost::Of(place)) => parts.push(format!("cost: {place}")),
        Some(RateCost::Bytes) => parts.push("cost: bytes".to_owned()),
        Some(RateCost::Time) => parts.push("cost: time".to_owned()),
        None => {}
    }
    if let Some(at_once) = section.at_once.as_ref().and_then(|most| most.0.as_ref()) {
        parts.push(format!("at_once: {}", at_once.value.0));
    }
    if section.counts_callers.as_ref().is_some_and(|word| word.value) {
        parts.push("counts_callers: true".to_owned());
    }
    if counts_success(section) {
        parts.push("counts: success".to_owned());
    }
    if let Some(place) = &section.distinct {
        parts.push(format!("distinct: {}", place.value.0));
    }
    if section.once.as_ref().is_some_and(|word| word.value) {
        parts.push("once: true".to_owned());
    }
    parts.join(", ")
}

/// Two entries of the same requests over the same time: the looser one never refuses anything.
fn compare(rates: &[RateLimit], notes: &mut Notes) {
    for (place, one) in rates.iter().enumerate() {
        let before = rates.get(..place).unwrap_or_default();
        let is_same = |other: &&RateLimit| {
            let bounds = match (&other.bound, &one.bound) {
                (RateBound::Often(a, cost), RateBound::Often(b, other)) => {
                    a.per == b.per && cost == other
                }
                (RateBound::AtOnce(_), RateBound::AtOnce(_))
                | (RateBound::Once, RateBound::Once) => true,
                _ => false,
            };
            bounds
                && (&other.of, &other.per, other.counts_callers, other.counts, &other.distinct)
                    == (&one.of, &one.per, one.counts_callers, one.counts, &one.distinct)
        };
        if let Some(other) = before.iter().find(is_same) {
            notes.push(|| {
                let message = format!("{} counts the same requests", shown(&other.text));
                Diagnostic::warning(&codes::NO_EFFECT, message)
                    .at(one.line)
                    .label("of the two, the looser one never refuses anything")
                    .help("keep the stricter one")
            });
        }
    }
}

/// So many are asked at the same moment of a request.
fn together(rates: &[RateLimit], operations: usize, notes: &mut Notes) {
    let moments: [fn(&RateLimit) -> bool; 4] = [
        |one| matches!(one.bound, RateBound::Often(..)) && !one.needs_body(),
        |one| matches!(one.bound, RateBound::Often(..)) && one.needs_body(),
        |one| matches!(one.bound, RateBound::AtOnce(_)),
        |one| matches!(one.bound, RateBound::Once),
    ];
    let mut told: Vec<Arc<str>> = Vec::new();
    for operation in 0..operations {
        for moment in &moments {
            let concerned = rates.iter().filter(|one| one.concerns(Some(operation)));
            let mut concerned = concerned.filter(|one| moment(one));
            let Some(further) = concerned.nth(RATES_TOGETHER_MAX) else { continue };
            if told.contains(&further.text) {
                continue;
            }
            told.push(Arc::clone(&further.text));
            notes.push(|| {
                let message = format!("more than {RATES_TOGETHER_MAX} rates concern one operation");
                Diagnostic::error(&codes::BAD_LIMIT, message)
                    .at(further.line)
                    .label("one too many")
                    .help("remove those that the others contain")
            });
        }
    }
}
