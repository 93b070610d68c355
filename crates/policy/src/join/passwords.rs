//! Passwords that are kept here: `callers: { passwords }`, joined with the schemes of each contract.

use std::path::Path;
use std::sync::Arc;

use portcullis_contract::{Contract, SchemePlace, SecurityScheme};
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Notes, Spanned, shown};

use crate::callers::{Callers, Passwords};
use crate::codes;
use crate::file::{CallersSection, PasswordsSection};
use crate::quantity::Count;

/// Who vouches for the callers, in records and towards the API.
const ISSUER: &str = "passwords";
/// Threads that compute hashes, at most: each takes 19 MiB, and a processor for as long as it computes.
const WORKERS_MAX: u64 = 64;
/// Characters of a password, at least, unless something else is said: NIST SP 800-63B revision 4, where there is no
/// second factor.
const LENGTH: u64 = 15;
/// What may be said instead: that document's bound beside a second factor, and a length that no keyboard is used for.
const LENGTHS: std::ops::RangeInclusive<u64> = 8..=64;

/// Says of each API which of its schemes take them.
pub(super) fn join(
    section: Option<&CallersSection>,
    contracts: &[Option<Contract>],
    callers: &mut [Callers],
    folder: &Path,
    notes: &mut Notes,
) {
    let Some(section) = section.and_then(|section| section.passwords.as_ref()) else { return };
    let Some(pepper) = section.pepper.0.as_ref() else { return };
    let length_min = bounded(section.min_length.as_ref(), &LENGTHS, "characters", notes);
    let workers = bounded(section.workers.as_ref(), &(1..=WORKERS_MAX), "threads", notes);
    // Of an API without a contract nothing is known; that was said.
    if contracts.iter().all(Option::is_some) {
        let all = contracts.iter().flatten().flat_map(|contract| &contract.schemes);
        unknown(section, &all.collect::<Vec<_>>(), pepper.span, notes);
    }
    for (callers, contract) in callers.iter_mut().zip(contracts) {
        let schemes = contract.iter().flat_map(|contract| contract.schemes.iter().enumerate());
        let (taking, others): (Vec<_>, Vec<_>) = schemes
            .filter(|(_, scheme)| is_basic(scheme))
            .partition(|(_, scheme)| is_named(section, scheme));
        if let (Some((_, one)), Some((_, other))) = (taking.first(), others.first()) {
            apart(section, one, other, notes);
        }
        callers.passwords = Some(Passwords {
            issuer: Arc::from(ISSUER),
            pepper: pepper.value.source(folder),
            breached: section.breached.as_ref().map(|file| folder.join(&file.value)),
            length_min: length_min.unwrap_or(LENGTH) as usize,
            workers: workers.map(|workers| workers as usize),
            schemes: taking.into_iter().map(|(index, _)| index).collect(),
        });
    }
}

fn is_basic(scheme: &SecurityScheme) -> bool {
    matches!(&scheme.place, SchemePlace::Authorization(word) if word == "basic")
}

fn is_named(section: &PasswordsSection, scheme: &SecurityScheme) -> bool {
    section
        .schemes
        .as_ref()
        .is_none_or(|named| named.value.0.iter().any(|name| name.value == scheme.name))
}

/// User and password stand in one field, whatever the scheme is called: nobody could tell whose they are, and ours would
/// be shown to the API.
fn apart(
    section: &PasswordsSection,
    one: &SecurityScheme,
    other: &SecurityScheme,
    notes: &mut Notes,
) {
    let (one, other) = (shown(&one.name), shown(&other.name));
    notes.push(|| {
        let message = format!("{one} takes passwords that are kept here, and {other} does not");
        Diagnostic::error(&codes::BAD_CALLER, message)
            .at(section.schemes.as_ref().map(|schemes| schemes.span))
            .label("both stand in the same field of a request")
            .help(format!("name {other}, too, or none of this API's"))
    });
}

fn unknown(section: &PasswordsSection, all: &[&SecurityScheme], at: Span, notes: &mut Notes) {
    let known: Vec<&str> =
        all.iter().filter(|scheme| is_basic(scheme)).map(|scheme| scheme.name.as_str()).collect();
    let Some(named) = &section.schemes else {
        if known.is_empty() {
            notes.push(|| {
                let message = "the contract has no scheme of user and password (`scheme: basic`)";
                Diagnostic::error(&codes::UNKNOWN_SCHEME, message)
                    .at(at)
                    .label("nobody could show such a password")
                    .help("declare one: `type: http`, `scheme: basic`")
            });
        }
        return;
    };
    for name in named.value.0.iter().filter(|name| !known.contains(&name.value.as_str())) {
        let is_other = all.iter().any(|scheme| scheme.name == name.value);
        let message = if is_other {
            format!("the scheme {} takes no passwords: it is not `basic`", shown(&name.value))
        } else {
            format!("the contract has no scheme {}", shown(&name.value))
        };
        let help = match did_you_mean(&name.value, known.iter().copied()) {
            Some(near) => format!("did you mean {}?", shown(near)),
            None if known.is_empty() => "declare one: `type: http`, `scheme: basic`".to_owned(),
            None => format!("it has `{}`", known.join("`, `")),
        };
        notes.push(|| Diagnostic::error(&codes::UNKNOWN_SCHEME, message).at(name.span).help(help));
    }
}

/// A number within its bounds.
fn bounded(
    said: Option<&Spanned<Count>>,
    bounds: &std::ops::RangeInclusive<u64>,
    what: &str,
    notes: &mut Notes,
) -> Option<u64> {
    let said = said?;
    if !bounds.contains(&said.value.0) {
        let message = format!("{} {what} cannot be meant", said.value.0);
        notes.push(|| {
            Diagnostic::error(&codes::BAD_CALLER, message).at(said.span).help(format!(
                "write {} to {}",
                bounds.start(),
                bounds.end()
            ))
        });
    }
    Some(said.value.0)
}
