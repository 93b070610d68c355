//! Operations at which something can be guessed.

use portcullis_contract::Contract;
use portcullis_model::Diagnostic;
use portcullis_yaml::{Notes, Spanned};

use super::login::declared::in_request;
use super::names::Names;
use crate::callers::{Callers, GuessedAt};
use crate::codes;
use crate::file::{CallersSection, GuessSection};
use crate::login::RequestPlace;
use crate::word::GuessWord;

/// Operations that one policy guards.
const GUESSES_MAX: usize = 64;

/// Adds them to the callers of each API.
pub(super) fn join(
    section: Option<&CallersSection>,
    contracts: &[Option<Contract>],
    names: &Names,
    callers: &mut [Callers],
    notes: &mut Notes,
) {
    let sections = section.and_then(|section| section.guesses.as_ref());
    let sections = sections.map_or(&[][..], |several| &several.0);
    if let Some(further) = sections.get(GUESSES_MAX) {
        let at = further.operation.0.as_ref().map(|name| name.span);
        let message = format!("there are more than {GUESSES_MAX}");
        notes.push(|| Diagnostic::error(&codes::BAD_CALLER, message).at(at).help("name fewer"));
    }
    for section in sections.iter().take(GUESSES_MAX) {
        let Some(name) = section.operation.0.as_ref() else { continue };
        let Some((api, index)) = names.find(&name.value, name.span, notes) else { continue };
        let Some(callers) = callers.get_mut(api) else { continue };
        let contract = contracts.get(api).and_then(Option::as_ref);
        if let Some(contract) = contract
            && let Some(operation) = contract.operation(index)
        {
            for place in section.account.iter().chain(&section.secret) {
                in_request(place, operation, &contract.shapes, notes);
            }
        }
        let is_login = callers.logins.iter().any(|login| {
            let second = login.second_step.as_ref().map(|step| step.operation);
            login.operation == index || second == Some(index)
        });
        if is_login || callers.guesses.iter().any(|known| known.operation == index) {
            notes.push(|| {
                Diagnostic::error(&codes::CONFLICT, "this operation is guarded already")
                    .at(name.span)
                    .help(
                        "remove it here; logins and their second steps are guarded without a word",
                    )
            });
            continue;
        }
        callers.guesses.push(guessed(section, index));
    }
}

fn guessed(section: &GuessSection, operation: usize) -> GuessedAt {
    let place =
        |place: &Option<Spanned<RequestPlace>>| place.as_ref().map(|place| place.value.clone());
    GuessedAt {
        operation,
        function: section.function.as_ref().map(|word| word.value.clone()),
        account: place(&section.account),
        secret: place(&section.secret),
        is_password: section.of.as_ref().is_some_and(|word| word.value == GuessWord::Password),
        failure: section.failure.as_ref().map(|test| test.value.clone()),
    }
}
