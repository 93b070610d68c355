//! Where the URLs of each operation may point. A place that no request has would protect nothing: it is an error.

use portcullis_contract::{Contract, Operation};
use portcullis_model::{Diagnostic, Span};
use portcullis_yaml::{Notes, shown};

use super::places::absent;
use crate::authorization::InputPlace;
use crate::codes;
use crate::file::OperationDecision;
use crate::login_place::input_place;
use crate::targets::{TargetRule, Targets};

/// Places of one operation.
const PLACES_MAX: usize = 64;

/// What `targets` says of one operation.
pub(super) fn of(
    contract: &Contract,
    operation: &Operation,
    decision: &OperationDecision,
    notes: &mut Notes,
) -> Targets {
    let mut targets = Targets::default();
    let Some(section) = &decision.targets else { return targets };
    for (key, rule) in section.value.0.0.iter().take(PLACES_MAX) {
        if rule.value == TargetRule::Any && decision.reason.is_none() {
            notes.push(|| {
                Diagnostic::error(&codes::MISSING_KEY, "`targets` says `any`, and nobody says why")
                    .at(rule.span)
                    .help("add `reason: \"...\"` to this operation: the next person decides by it")
            });
        }
        let place = match input_place(&key.text) {
            Some(place) if !matches!(place, InputPlace::Names(_)) => place,
            _ => {
                let help = "write `body./image/url`, `query.next`, `path.url`, `header.x-callback` \
                            or `cookie.back`";
                let message = format!("{} is no place of a URL in a request", shown(&key.text));
                note(message, help.to_owned(), key.span, notes);
                continue;
            }
        };
        if let Some((message, help)) = absent(&place, contract, operation) {
            note(message, help, key.span, notes);
            continue;
        }
        targets.places.push((place, rule.value.clone()));
    }
    targets
}

fn note(message: String, help: String, span: Span, notes: &mut Notes) {
    notes.push(|| Diagnostic::error(&codes::BAD_POINTER, message).at(span).help(help));
}
