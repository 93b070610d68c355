//! What values of a request must be, beside what the contract says.

use portcullis_model::{ControlId, Identity, Refusal, Status};
use portcullis_policy::{InputPlace, OfCaller, ValueMust, ValueRule};

use super::amount::Amount;
use crate::resource_limits::spelling;

/// All values that a request has at a place; none: they cannot be read as single ones.
pub(super) type Said<'a> = dyn Fn(&InputPlace) -> Option<Vec<String>> + 'a;

/// Judges the values of a request: the first rule that one breaks. A value that is not there breaks none.
pub fn judge(rules: &[ValueRule], caller: Option<&Identity>, said: &Said<'_>) -> Option<Refusal> {
    rules.iter().find(|rule| !holds(rule, caller, said)).map(|rule| {
        let detail = format!("`values: {{ {} }}`: what came is not so", rule.text);
        Refusal::new(ControlId::BusinessFlow, Status::BAD_REQUEST, "value", detail)
    })
}

fn holds(rule: &ValueRule, caller: Option<&Identity>, said: &Said<'_>) -> bool {
    // What has several readings may have one that breaks the rule.
    let Some(values) = said(&rule.place) else { return false };
    values.iter().all(|value| one(&rule.must, value, caller, said))
}

fn one(must: &ValueMust, value: &str, caller: Option<&Identity>, said: &Said<'_>) -> bool {
    match must {
        ValueMust::Between(from, to) => {
            let Some(amount) = Amount::read(value) else { return false };
            let end = |text: &str| Amount::read(text);
            from.as_deref().and_then(end).is_none_or(|from| from <= amount)
                && to.as_deref().and_then(end).is_none_or(|to| amount <= to)
        }
        ValueMust::Fit(pattern) => pattern.is_match(value),
        ValueMust::In(words) => words.iter().any(|word| **word == *value),
        ValueMust::Empty => value.is_empty(),
        ValueMust::Caller(of, is_equal) => {
            let texts = caller.map_or_else(Vec::new, |caller| of_caller(of, caller));
            // Of whom nothing is known, neither is sure.
            !texts.is_empty() && compare(value, texts.into_iter(), *is_equal)
        }
        ValueMust::Place(place, is_equal) => {
            let others = said(place);
            let others = others.as_ref().map(|all| all.iter().map(String::as_str));
            others.is_some_and(|others| compare(value, others, *is_equal))
        }
    }
}

/// Whether a value is one of the others; or, where it must not be, whether none could be taken for it: an API may
/// fold case and trim.
fn compare<'o>(value: &str, mut others: impl Iterator<Item = &'o str>, is_equal: bool) -> bool {
    if is_equal {
        return others.any(|other| other == value);
    }
    // As values that wait for one another are compared: letters and digits alone, in one width and case.
    let value = spelling(value);
    others.all(|other| spelling(other) != value)
}

fn of_caller<'c>(of: &OfCaller, caller: &'c Identity) -> Vec<&'c str> {
    match of {
        OfCaller::Subject => vec![&caller.subject],
        OfCaller::Attribute(name) => {
            caller.attribute(name).into_iter().flat_map(portcullis_model::Value::texts).collect()
        }
    }
}

#[cfg(test)]
mod tests;
