//! Where somebody should say how an operation is used, and nobody does.

use portcullis_contract::Operation;
use portcullis_model::{Code, Diagnostic, Method, shown};
use portcullis_policy::{Model, naming};

pub(super) static NO_FLOW: Code = Code {
    name: "no-flow",
    page: "By its name this operation moves money, or gives something away once, and nothing of the policy speaks of \
           how it is used: no flow, no rule for its values, no rate of its own, nothing that lets one go after the \
           other. A program may call it in any order, with any amount, as often as the general rates allow.\n\nSay \
           what is true of honest use:\n\n```yaml\nflows:\n  checkout:\n    steps: [createOrder, setAddress, \
           payOrder]\nrates:\n  - { of: applyCoupon, per: caller, rate: 5/day }\noperations:\n  transfer:\n    values: \
           { body./amount_cents: \"1..500000\" }\n    serialize: body./from_account\n```\n\nOne of these is enough. \
           The guide about flows says which helps against what.",
};

/// What is worth a program's while, by the words of a name.
const WORDS: [&str; 14] = [
    "booking", "checkout", "coupon", "donation", "gift", "pay", "payout", "purchase", "redeem",
    "refund", "transfer", "voucher", "vote", "withdraw",
];

/// The finding about an operation that nothing speaks of.
pub(super) fn undecided(model: &Model, index: usize) -> Option<Diagnostic> {
    let operation = model.contract.operation(index)?;
    let is_write = !matches!(operation.method, Method::Get | Method::Head | Method::Options);
    if !is_write || !is_worth_it(operation) || is_spoken_of(model, index) {
        return None;
    }
    let message = format!("nothing says how {} is used", shown(&operation.name()));
    Some(
        Diagnostic::warning(&NO_FLOW, message)
            .at(operation.span)
            .label("in any order, with any value")
            .help("write a flow that it is a step of, or `values`, `serialize` or a rate for it"),
    )
}

fn is_worth_it(operation: &Operation) -> bool {
    let last =
        operation.template.rsplit('/').find(|part| !part.is_empty() && !part.starts_with('{'));
    let words =
        naming::words(&operation.name()).into_iter().chain(naming::words(last.unwrap_or_default()));
    words.map(|word| naming::singular(&word)).any(|word| WORDS.contains(&word.as_str()))
}

fn is_spoken_of(model: &Model, index: usize) -> bool {
    let has_rate =
        model.rates.iter().any(|rate| rate.of.as_ref().is_some_and(|of| of.contains(&index)));
    let waits = model.serialized.get(index).is_some_and(Option::is_some);
    let is_guarded = model.callers.guesses.iter().any(|guessed| guessed.operation == index);
    has_rate || waits || is_guarded
}
