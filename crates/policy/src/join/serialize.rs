//! Which requests wait for one another. What could let two of them miss each other is an error.

use std::sync::Arc;

use portcullis_contract::{BodyKind, Contract, Operation, Place, SchemePlace};
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Notes, Spanned, shown};

use super::login::declared::{declare, missing};
use super::names::Names;
use crate::callers::Callers;
use crate::codes;
use crate::file::{OperationDecision, PolicyFile};
use crate::login::RequestPlace;
use crate::serialized::{Serialized, SerializedBy};

/// Reads `serialize` of all `operations`: for each API, by operation index.
pub(super) fn join(
    file: Option<&PolicyFile>,
    contracts: &[Option<Contract>],
    names: &Names,
    callers: &[Callers],
    notes: &mut Notes,
) -> Vec<Vec<Option<Serialized>>> {
    let count =
        |contract: &Option<Contract>| contract.as_ref().map_or(0, |one| one.operations.len());
    let mut all: Vec<Vec<_>> =
        contracts.iter().map(|contract| vec![None; count(contract)]).collect();
    let mut groups: Vec<Member> = Vec::new();
    let entries = file.and_then(|file| file.operations.as_ref());
    for (key, decision) in entries.iter().flat_map(|entries| &entries.0) {
        let Some(section) = decision.serialize.as_ref().map(|one| &one.value.0) else { continue };
        let Some(by) = &section.by.0 else { continue };
        // A name that means nothing was told where operations are decided.
        let Some((api, index)) = names.find(&key.text, key.span, &mut Notes::new(&codes::FILE))
        else {
            continue;
        };
        let contract = contracts.get(api).and_then(Option::as_ref);
        if let (Some(contract), Some(callers)) = (contract, callers.get(api))
            && let Some(operation) = contract.operation(index)
        {
            At { contract, operation, callers }.check(by, decision, notes);
        }
        let group = section.group.as_ref();
        if let Some(group) = group {
            groups.push(Member { group: group.clone(), by: by.value.clone() });
        }
        let group = group.map(|group| Arc::from(group.value.as_str()));
        if let Some(slot) = all.get_mut(api).and_then(|list| list.get_mut(index)) {
            *slot = Some(Serialized { by: by.value.clone(), group });
        }
    }
    compare(&groups, notes);
    all
}

/// An operation of a group.
struct Member {
    group: Spanned<String>,
    by: SerializedBy,
}

/// What never meets does not exclude each other, and who is alone in a group may have misspelt it.
fn compare(members: &[Member], notes: &mut Notes) {
    for member in members {
        let name = &member.group.value;
        let mut same = members.iter().filter(|other| other.group.value == *name);
        if let Some(other) = same.clone().find(|other| !other.by.is_comparable(&member.by)) {
            notes.push(|| {
                let (one, two) = (&member.by, &other.by);
                let message = format!(
                    "operations of {} wait by `{one}` and by `{two}`, which are never the same",
                    shown(name)
                );
                Diagnostic::error(&codes::CONFLICT, message)
                    .at(member.group.span)
                    .help("name the same kind of value in all operations of a group")
            });
        } else if same.nth(1).is_none() {
            notes.push(|| {
                let others = members.iter().map(|other| other.group.value.as_str());
                let near = did_you_mean(name, others.filter(|other| other != name));
                let help = near.map_or_else(
                    || {
                        "name the group in each operation that must wait, or leave it out"
                            .to_owned()
                    },
                    |near| format!("did you mean `{near}`?"),
                );
                let message = format!("only one operation is in the group {}", shown(name));
                Diagnostic::warning(&codes::NO_EFFECT, message).at(member.group.span).help(help)
            });
        }
    }
}

/// The operation that is decided about.
struct At<'a> {
    contract: &'a Contract,
    operation: &'a Operation,
    callers: &'a Callers,
}

impl At<'_> {
    fn check(&self, by: &Spanned<SerializedBy>, decision: &OperationDecision, notes: &mut Notes) {
        match &by.value {
            SerializedBy::Value(place) => self.place(place, by.span, notes),
            SerializedBy::Caller if !self.knows_callers() => notes.push(|| {
                let name = shown(&self.operation.name());
                let message = format!("nobody verifies who calls {name}");
                Diagnostic::warning(&codes::BAD_CALLER, message)
                    .at(by.span)
                    .label("all of its requests wait for one another")
                    .help("say under `callers` how its callers are verified, or name a value")
            }),
            SerializedBy::Caller | SerializedBy::Everybody => {}
        }
        let endless = [
            decision.answer.as_ref().map(|word| ("answer: stream", word.span)),
            decision.upgrade.as_ref().map(|word| ("upgrade: websocket", word.span)),
        ];
        for (word, span) in endless.into_iter().flatten() {
            notes.push(|| {
                let message = format!("`serialize` and `{word}` do not go together");
                Diagnostic::error(&codes::CONFLICT, message)
                    .at(span)
                    .label("its end says nothing of when the API is done")
                    .help("keep one of them")
            });
        }
    }

    fn place(&self, place: &RequestPlace, span: Span, notes: &mut Notes) {
        let error = |message: String, help: String| {
            Diagnostic::error(&codes::BAD_POINTER, message).at(span).help(help)
        };
        if let Some(missing) = missing(place, self.operation, &self.contract.shapes) {
            return notes.push(|| error(missing.message, declare(missing.near)));
        }
        let name = || shown(&self.operation.name());
        match place {
            RequestPlace::Cookie(cookie) if !self.has_cookie(cookie) => notes.push(|| {
                let message = format!("no request of {} has {}", name(), shown(cookie));
                error(message, declare(None))
            }),
            // Whoever chooses the form of a body must not choose whether it waits.
            RequestPlace::Body(_) => {
                let media = self.operation.body.iter().flat_map(|body| &body.media);
                let mut media =
                    media.filter(|one| !matches!(one.kind, BodyKind::Json | BodyKind::Form));
                if let Some(other) = media.next() {
                    notes.push(|| {
                        let message = format!(
                            "{} also takes bodies as {}, in which it is not looked for",
                            name(),
                            shown(&other.range.to_string())
                        );
                        let help = "declare JSON or a form alone, or name another value";
                        error(message, help.to_owned())
                    });
                }
            }
            RequestPlace::Path(_) | RequestPlace::Query(_) | RequestPlace::Cookie(_) => {}
        }
    }

    fn has_cookie(&self, name: &str) -> bool {
        let mut parameters = self.operation.parameters.iter();
        let is_scheme =
            |place: &SchemePlace| matches!(place, SchemePlace::Cookie(cookie) if cookie == name);
        parameters.any(|one| one.place == Place::Cookie && one.name == name)
            || self.contract.schemes.iter().any(|one| is_scheme(&one.place))
    }

    /// Whether somebody may call it who is known.
    fn knows_callers(&self) -> bool {
        let any_of = self.operation.security.alternatives();
        let mut own = any_of.iter().flat_map(|one| &one.schemes);
        // Where the contract names none, `access` may ask for any.
        let mut every = 0..self.contract.schemes.len();
        if any_of.is_empty() {
            return every.any(|scheme| self.callers.verifies(scheme));
        }
        own.any(|scheme| self.callers.verifies(*scheme))
    }
}
