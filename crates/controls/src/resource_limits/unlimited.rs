//! What may be called as often as somebody likes, where others than this machine can ask.

use portcullis_contract::Operation;
use portcullis_model::{Code, Diagnostic, shown};
use portcullis_policy::{Model, RateBound, RateKey};

/// Operations that are named.
const NAMED_MAX: usize = 3;

pub(super) static NO_RATE: Code = Code {
    name: "no-rate",
    page: "No rate concerns these operations: whoever can reach the gateway may call them as often as they like.\n\n\
           Say how often a caller may come, and an address without one:\n\n```yaml\nrates:\n  - { per: caller, rate: \
           100/s, burst: 500 }\n  - { per: address, rate: 50/s, burst: 200 }\n```\n\nThese two hold where the policy \
           has no `rates`. `rates: []` takes them away.",
};

pub(super) static UNDECIDED_PROXIES: Code = Code {
    name: "undecided-proxies",
    page: "A rate counts addresses, and nobody said whether a proxy stands in front. Whoever sends a line such as \
           `X-Forwarded-For` may be a proxy that asks for many, so its address is not counted; anybody can send such a \
           line.\n\nName the proxies, or say that there are none:\n\n```yaml\ntrusted_proxies: []\n```\n\nA count of \
           `everybody` holds for all requests, whatever they say.",
};

/// Findings about the policy as a whole.
pub(super) fn findings(model: &Model) -> Vec<Diagnostic> {
    if !model.proxies.let_others_ask(model.listen) {
        return Vec::new();
    }
    no_rate(model).into_iter().chain(undecided_proxies(model)).collect()
}

fn no_rate(model: &Model) -> Option<Diagnostic> {
    let has_rate = |index: usize| {
        let mut rates = model.rates.iter();
        rates.any(|rate| matches!(rate.bound, RateBound::Often(..)) && rate.concerns(Some(index)))
    };
    let operations = model.contract.operations.iter().enumerate();
    let without: Vec<&Operation> =
        operations.filter(|(index, _)| !has_rate(*index)).map(|(_, operation)| operation).collect();
    let first = without.first()?;
    let named: Vec<String> =
        without.iter().take(NAMED_MAX).map(|operation| shown(&operation.name())).collect();
    let rest = without.len().saturating_sub(NAMED_MAX);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let message = format!("no rate concerns {}{more}", named.join(", "));
    Some(
        Diagnostic::warning(&NO_RATE, message)
            .at(first.span)
            .label("may be called as often as somebody likes")
            .help("write `rates: [{ per: caller, rate: 100/s }, { per: address, rate: 50/s }]`"),
    )
}

fn undecided_proxies(model: &Model) -> Option<Diagnostic> {
    if model.proxies.are_decided {
        return None;
    }
    let is_of_places = |key: &RateKey| matches!(key, RateKey::Address | RateKey::Network);
    let rate = model.rates.iter().find(|rate| rate.per.iter().any(is_of_places))?;
    let message = format!("`{}` does not count who sends `X-Forwarded-For`", rate.text);
    Some(
        Diagnostic::warning(&UNDECIDED_PROXIES, message)
            .at(rate.line.or(model.lines.listen))
            .label("anybody can send it, and a proxy of whom nobody spoke may")
            .help("write `trusted_proxies: []` if clients come directly, or name the proxies"),
    )
}
