//! What is decided for single operations, and who may call them.

use std::collections::HashMap;

use portcullis_contract::{BodyKind, Contract, Operation};
use portcullis_model::{Diagnostic, Span, did_you_mean};

use crate::codes;
use crate::file::{OperationDecision, PolicyFile};
use crate::model::{BodyHandling, Undeclared};
use crate::notes::{Notes, shown};
use crate::section::Spanned;
use crate::word::UndeclaredWord;
use crate::yaml::Key;

/// Stands for all operations.
pub(super) const ALL: &str = "*";

/// The operations by both of their names. Without a contract nothing is known, and nothing is
/// said of names: that there is no contract has been said.
pub(super) struct Names {
    indices: Option<HashMap<String, usize>>,
}

impl Names {
    /// Both names of every operation.
    pub(super) fn new(contract: Option<&Contract>) -> Self {
        let Some(contract) = contract else {
            return Self { indices: None };
        };
        let mut indices = HashMap::new();
        let operations = || contract.operations.iter().enumerate();
        for (index, operation) in operations() {
            if let Some(id) = &operation.id {
                indices.entry(id.clone()).or_insert(index);
            }
        }
        // What is written like a method and a path is that operation, whatever others are called.
        for (index, operation) in operations() {
            indices.insert(operation.title(), index);
        }
        Self { indices: Some(indices) }
    }

    /// The operation of this name; notes when there is none.
    pub(super) fn find(&self, name: &str, span: Span, notes: &mut Notes) -> Option<usize> {
        let indices = self.indices.as_ref()?;
        let index = self.known(name);
        if index.is_none() {
            notes.push(|| unknown(indices, name, span));
        }
        index
    }

    /// The operation of this name.
    pub(super) fn known(&self, name: &str) -> Option<usize> {
        self.indices.as_ref()?.get(name).copied()
    }
}

fn unknown(indices: &HashMap<String, usize>, name: &str, span: Span) -> Diagnostic {
    let mut known: Vec<&str> = indices.keys().map(String::as_str).collect();
    known.sort_unstable();
    Diagnostic::error(
        &codes::UNKNOWN_OPERATION,
        format!("the contract has no operation {}", shown(name)),
    )
    .at(span)
    .label("not in the contract")
    .help(match did_you_mean(name, known) {
        Some(near) => format!("did you mean {}?", shown(near)),
        None => "write its operationId, or method and path: `GET /orders/{id}`".to_owned(),
    })
}

/// What is decided, by operation index.
pub(super) struct Decisions {
    pub(super) undeclared_in: Vec<Undeclared>,
    pub(super) undeclared_out: Vec<Undeclared>,
    pub(super) bodies: Vec<BodyHandling>,
}

/// Reads `operations`.
pub(super) fn decide(
    file: Option<&PolicyFile>,
    contract: Option<&Contract>,
    names: &Names,
    notes: &mut Notes,
) -> Decisions {
    let count = contract.map_or(0, |contract| contract.operations.len());
    let api = file.and_then(|file| file.apis.0.as_ref()).map(|one| &one.0);
    let null_is_absent = api.is_some_and(|api| api.null_means.is_some());
    let mut decisions = Decisions {
        undeclared_in: vec![Undeclared::default(); count],
        undeclared_out: vec![Undeclared::default(); count],
        bodies: vec![BodyHandling { null_is_absent, ..BodyHandling::default() }; count],
    };
    let mut decided: HashMap<usize, &Key> = HashMap::new();
    let entries = file.and_then(|file| file.operations.as_ref());
    for (key, decision) in entries.iter().flat_map(|entries| &entries.0) {
        let Some(index) = names.find(&key.text, key.span, notes) else {
            continue;
        };
        if let Some(first) = decided.insert(index, key) {
            notes.push(|| twice(first, key));
        }
        if let Some(operation) = contract.and_then(|contract| contract.operation(index)) {
            check(decision, operation, notes);
        }
        decisions.set(index, decision);
    }
    decisions
}

impl Decisions {
    fn set(&mut self, index: usize, decision: &OperationDecision) {
        let set = |slots: &mut Vec<Undeclared>, word: &Option<Spanned<UndeclaredWord>>| {
            if let (Some(slot), Some(word)) = (slots.get_mut(index), word) {
                *slot = word.value.into();
            }
        };
        set(&mut self.undeclared_in, &decision.undeclared);
        set(&mut self.undeclared_out, &decision.answers);
        if let Some(slot) = self.bodies.get_mut(index) {
            slot.exact_request = decision.body.is_some();
            slot.stream_answer = decision.answer.is_some();
            slot.null_is_absent |= decision.null_means.is_some();
        }
    }
}

impl From<UndeclaredWord> for Undeclared {
    fn from(word: UndeclaredWord) -> Self {
        match word {
            UndeclaredWord::Refuse => Self::Refuse,
            UndeclaredWord::Drop => Self::Drop,
        }
    }
}

fn twice(first: &Key, second: &Key) -> Diagnostic {
    Diagnostic::error(
        &codes::CONFLICT,
        format!("{} is decided twice, here and as {}", shown(&second.text), shown(&first.text)),
    )
    .at(second.span)
    .label("the same operation")
    .help("keep one of the two entries")
}

fn check(decision: &OperationDecision, operation: &Operation, notes: &mut Notes) {
    let name = operation.name();
    if let Some(body) = &decision.body
        && operation.body.is_none()
    {
        notes.push(|| {
            Diagnostic::warning(&codes::NO_EFFECT, format!("{} has no request body", shown(&name)))
                .at(body.span)
                .help("remove `body`, or correct the name of the operation")
        });
    }
    if let Some(null) = &decision.null_means
        && !takes_json(operation)
    {
        notes.push(|| {
            Diagnostic::warning(&codes::NO_EFFECT, format!("{} takes no JSON body", shown(&name)))
                .at(null.span)
                .help("remove `null_means`, or correct the name of the operation")
        });
    }
    if let Some(answer) = &decision.answer
        && !may_stream(operation)
    {
        notes.push(|| {
            Diagnostic::error(
                &codes::NOTHING_TO_STREAM,
                format!("{} declares no event stream and no download", shown(&name)),
            )
            .at(answer.span)
            .label("its answers can be inspected")
            .help("remove `answer`, or declare the stream's media type in the contract")
        });
    }
}

fn takes_json(operation: &Operation) -> bool {
    let mut media = operation.body.iter().flat_map(|body| &body.media);
    media.any(|media| media.kind == BodyKind::Json || media.range.has_wildcard())
}

/// Whether the contract declares an answer that cannot be inspected.
fn may_stream(operation: &Operation) -> bool {
    let mut media = operation.responses.iter().flat_map(|response| &response.media);
    media.any(|media| matches!(media.kind, BodyKind::Stream | BodyKind::Opaque))
}

/// Reads `access`: whether anyone may call, by operation index.
pub(super) fn anyone(
    file: Option<&PolicyFile>,
    contract: Option<&Contract>,
    names: &Names,
    notes: &mut Notes,
) -> Vec<bool> {
    let mut anyone = vec![false; contract.map_or(0, |contract| contract.operations.len())];
    let rules = file.and_then(|file| file.access.as_ref());
    let lists = rules.into_iter().flatten().filter_map(|rule| rule.anyone.0.as_ref());
    for name in lists.flat_map(|list| &list.0) {
        if name.value == ALL {
            anyone.fill(true);
        } else if let Some(index) = names.find(&name.value, name.span, notes)
            && let Some(slot) = anyone.get_mut(index)
        {
            *slot = true;
        }
    }
    anyone
}
