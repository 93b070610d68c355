//! Where the URLs of each operation may point. A place that no request has would protect nothing: it is an error.

use portcullis_contract::{Contract, Operation, Place};
use portcullis_model::{Diagnostic, Span, did_you_mean};

use super::login::declared::{declare, missing};
use crate::authorization::InputPlace;
use crate::codes;
use crate::file::OperationDecision;
use crate::login::RequestPlace;
use crate::login_place::input_place;
use crate::notes::{Notes, shown};
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
        if let Some((message, help)) = unknown(&place, contract, operation) {
            note(message, help, key.span, notes);
            continue;
        }
        targets.places.push((place, rule.value.clone()));
    }
    targets
}

/// What to say of a place that no request of the operation has.
fn unknown(
    place: &InputPlace,
    contract: &Contract,
    operation: &Operation,
) -> Option<(String, String)> {
    let (wanted, name) = match place {
        InputPlace::One(place @ RequestPlace::Body(pointer)) => {
            // Every value of a map, and every item, is beyond what can be looked up by one name.
            let is_plain = !pointer.split('/').any(|name| name == "*");
            let missing = missing(place, operation, &contract.shapes).filter(|_| is_plain);
            let no_body = operation.body.is_none();
            let message = || format!("no request of {} has a body", shown(&operation.name()));
            return match missing {
                Some(missing) => Some((missing.message, declare(missing.near))),
                None => no_body.then(|| (message(), declare(None))),
            };
        }
        InputPlace::One(RequestPlace::Path(name)) => (Place::Path, name),
        InputPlace::One(RequestPlace::Query(name)) => (Place::Query, name),
        InputPlace::One(RequestPlace::Cookie(name)) => (Place::Cookie, name),
        InputPlace::Header(name) => (Place::Header, name),
        InputPlace::Names(_) => return None,
    };
    let known = || {
        let all = operation.parameters.iter().filter(|one| one.place == wanted);
        all.map(|one| one.name.as_str())
    };
    let is_same = |known: &str| {
        if wanted == Place::Header { known.eq_ignore_ascii_case(name) } else { known == name }
    };
    if known().any(is_same) {
        return None;
    }
    let message =
        format!("no request of {} has {}", shown(&operation.name()), shown(&place.to_string()));
    Some((message, declare(did_you_mean(name, known()))))
}

fn note(message: String, help: String, span: Span, notes: &mut Notes) {
    notes.push(|| Diagnostic::error(&codes::BAD_POINTER, message).at(span).help(help));
}
