//! Written exceptions: each says one thing, who wanted it, why, and until when.

use portcullis_contract::Contract;
use portcullis_model::{ControlId, Date, Diagnostic, Effect, Relaxation, Scope, Span, UnixMillis};
use portcullis_yaml::{Notes, Spanned, shown};

use super::names::{Meant, Names};
use crate::codes;
use crate::file::{PolicyFile, RelaxEntry};

/// How long before its end a relaxation is spoken of (rule 29).
const SOON_MS: u64 = 14 * 24 * 3600 * 1000;

/// Reads `relax`: the exceptions of each API. Expired ones are kept: whether one holds is judged at
/// the time of a request.
pub(super) fn read(
    file: Option<&PolicyFile>,
    contracts: &[Option<Contract>],
    names: &Names,
    now: UnixMillis,
    notes: &mut Notes,
) -> Vec<Vec<Relaxation>> {
    let mut all: Vec<Vec<Relaxation>> = contracts.iter().map(|_| Vec::new()).collect();
    let entries = file.and_then(|file| file.relax.as_ref());
    for entry in entries.into_iter().flatten() {
        let Some((meant, relaxation)) = relaxation(&entry.value, entry.span, names, now, notes)
        else {
            continue;
        };
        check_reach(&relaxation, meant, entry.span, contracts, notes);
        for (place, relaxations) in all.iter_mut().enumerate() {
            let is_meant = match meant {
                Meant::All => true,
                Meant::AllOf(api) | Meant::One(api, _) => api == place,
            };
            if is_meant {
                relaxations.push(relaxation.clone());
            }
        }
    }
    all
}

fn relaxation(
    entry: &RelaxEntry,
    span: Span,
    names: &Names,
    now: UnixMillis,
    notes: &mut Notes,
) -> Option<(Meant, Relaxation)> {
    let operation = entry.operation.as_ref();
    let meant = operation.map(|name| names.meant(&name.value, name.span, notes));
    let effect = effect(entry, span, notes);
    if let Some(until) = &entry.until {
        check_end(until.value.0, until.span, now, notes);
    }
    // `Some(None)` is an operation that does not exist: no relaxation at all, not one for all.
    let meant = match meant {
        None => Meant::All,
        Some(meant) => meant?,
    };
    let effect = effect?;
    let control = match &entry.control {
        Some(control) => Some(control.0.as_ref()?.value.0),
        None if effect == Effect::AllowUndeclared => Some(ControlId::WritableProperties),
        None => None,
    };
    let operation = match meant {
        Meant::One(_, index) => Some(index),
        Meant::All | Meant::AllOf(_) => None,
    };
    let relaxation = Relaxation {
        scope: Scope { operation, control },
        effect,
        by: entry.by.0.clone()?,
        reason: entry.reason.0.clone()?,
        until: entry.until.as_ref().map(|until| until.value.0),
        span: Some(span),
    };
    Some((meant, relaxation))
}

/// Exactly one of `mode` and `undeclared`.
fn effect(entry: &RelaxEntry, span: Span, notes: &mut Notes) -> Option<Effect> {
    match (&entry.mode, &entry.undeclared) {
        (Some(_), None) => Some(Effect::Observe),
        (None, Some(_)) => {
            let other = entry.control.as_ref().and_then(|control| control.0.as_ref());
            let other = other.filter(|control| control.value.0 != ControlId::WritableProperties);
            if let Some(Spanned { value, span }) = other {
                notes.push(|| {
                    Diagnostic::error(
                        &codes::BAD_RELAXATION,
                        format!("`{}` knows no `undeclared`", value.0),
                    )
                    .at(*span)
                    .label("this control")
                    .help("write `writable_properties`, or leave `control` out")
                });
            }
            Some(Effect::AllowUndeclared)
        }
        (Some(_), Some(allow)) => {
            notes.push(|| {
                Diagnostic::error(&codes::BAD_RELAXATION, "this relaxation says two things")
                    .at(allow.span)
                    .label("and `mode` beside it")
                    .help("keep one of `mode` and `undeclared`, or write two entries")
            });
            None
        }
        (None, None) => {
            notes.push(|| {
                Diagnostic::error(
                    &codes::BAD_RELAXATION,
                    "this relaxation does not say what it allows",
                )
                .at(span)
                .label("in this entry")
                .help("add `mode: observe` or `undeclared: allow`")
            });
            None
        }
    }
}

fn check_end(until: Date, span: Span, now: UnixMillis, notes: &mut Notes) {
    let end = until.end();
    if end <= now {
        notes.push(|| {
            Diagnostic::warning(
                &codes::EXPIRED,
                format!("this relaxation ended on {until}: the control enforces again"),
            )
            .at(span)
            .help("remove the entry, or set a new date with whoever answers for it")
        });
    } else if end.0 - now.0 <= SOON_MS {
        notes.push(|| {
            Diagnostic::warning(&codes::ENDS_SOON, format!("this relaxation ends on {until}"))
                .at(span)
                .help("look in the ledger for what still depends on it, under `would_refuse`")
        });
    }
}

fn check_reach(
    relaxation: &Relaxation,
    meant: Meant,
    span: Span,
    contracts: &[Option<Contract>],
    notes: &mut Notes,
) {
    let scope = &relaxation.scope;
    if scope.operation.is_none() && scope.control.is_none() {
        notes.push(|| {
            Diagnostic::warning(&codes::OBSERVES_EVERYTHING, "every control only observes")
                .at(span)
                .label("neither `operation` nor `control`")
                .help("name one of them, as soon as you know which needs it")
        });
    }
    let operation = match meant {
        Meant::One(api, index) => {
            contracts.get(api).and_then(Option::as_ref).and_then(|one| one.operation(index))
        }
        Meant::All | Meant::AllOf(_) => None,
    };
    if let Some(operation) = operation
        && relaxation.effect == Effect::AllowUndeclared
        && operation.body.is_none()
    {
        let name = operation.name();
        notes.push(|| {
            Diagnostic::warning(&codes::NO_EFFECT, format!("{} has no request body", shown(&name)))
                .at(span)
                .help("remove the entry, or correct the name of the operation")
        });
    }
}
