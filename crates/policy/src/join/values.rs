//! What values of each operation's requests must be.

use portcullis_contract::Contract;
use portcullis_model::{Diagnostic, Span};
use portcullis_yaml::{Notes, shown};

use super::authorization::known_attribute;
use super::names::Names;
use super::operations::Decisions;
use super::places::absent_value;
use crate::authorization::InputPlace;
use crate::callers::Callers;
use crate::codes;
use crate::file::{MustWritten, PolicyFile};
use crate::flows::{ValueMust, ValueRule};
use crate::login_place::input_place;

/// Rules of one operation.
const RULES_MAX: usize = 64;

/// Reads `values` of every operation; names that mean nothing were told where operations are decided.
pub(super) fn join(
    file: Option<&PolicyFile>,
    (contracts, names, callers): (&[Option<Contract>], &Names, &[Callers]),
    decisions: &mut [Decisions],
    notes: &mut Notes,
) {
    let entries = file.and_then(|file| file.operations.as_ref());
    for (key, decision) in entries.iter().flat_map(|entries| &entries.0) {
        let Some(section) = &decision.values else { continue };
        let Some((api, index)) = names.one(&key.text) else { continue };
        let (Some(Some(contract)), Some(callers)) = (contracts.get(api), callers.get(api)) else {
            continue;
        };
        let Some(operation) = contract.operation(index) else { continue };
        let entries = &section.value.0.0;
        if entries.len() > RULES_MAX {
            let message = format!("there are more than {RULES_MAX} rules of one operation");
            note((message, "say it in the contract".to_owned()), section.span, notes);
        }
        for (key, written) in entries.iter().take(RULES_MAX) {
            let place =
                input_place(&key.text).filter(|place| !matches!(place, InputPlace::Names(_)));
            let Some(place) = place else {
                let message = format!("{} is no place of a value", shown(&key.text));
                let help = "write `body./amount`, `query.limit`, `path.name`, `header.x-shop` or `cookie.cart`";
                note((message, help.to_owned()), key.span, notes);
                continue;
            };
            if let Some(what) = absent_value(&place, contract, operation) {
                note(what, key.span, notes);
                continue;
            }
            let must = match &written.value.must {
                MustWritten::Between(least, most) => {
                    ValueMust::Between(least.clone(), most.clone())
                }
                MustWritten::Fit(pattern) => ValueMust::Fit(pattern.clone()),
                MustWritten::In(words) => ValueMust::In(words.clone()),
                MustWritten::Empty => ValueMust::Empty,
                MustWritten::Caller(name, is_equal) => match known_attribute(name, callers) {
                    Ok(attribute) => ValueMust::Caller(attribute, *is_equal),
                    Err((message, help)) => {
                        notes.push(|| {
                            Diagnostic::error(&codes::UNKNOWN_ATTRIBUTE, message)
                                .at(written.span)
                                .help(help)
                        });
                        continue;
                    }
                },
                MustWritten::Place(other, is_equal) => {
                    if let Some(what) = absent_value(other, contract, operation) {
                        note(what, written.span, notes);
                        continue;
                    }
                    ValueMust::Place(other.clone(), *is_equal)
                }
            };
            let rules = decisions.get_mut(api).and_then(|all| all.values.get_mut(index));
            if let Some(rules) = rules {
                let text = format!("{place}: {}", written.value.text).into();
                rules.push(ValueRule { place, must, text, line: Some(written.span) });
            }
        }
    }
}

fn note((message, help): (String, String), span: Span, notes: &mut Notes) {
    notes.push(|| Diagnostic::error(&codes::BAD_FLOW, message).at(span).help(help));
}
