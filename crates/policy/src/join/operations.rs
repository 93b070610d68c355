//! What is decided for single operations, and who may call them.

use std::collections::HashMap;

use portcullis_contract::{BodyKind, Contract, Operation};
use portcullis_model::Diagnostic;
use portcullis_yaml::{Key, Notes, Spanned, shown};

use super::names::{Meant, Names};
use super::targets;
use crate::codes;
use crate::file::{AMOUNT_MAX, AccessRule, OperationDecision, PolicyFile, within};
use crate::flows::ValueRule;
use crate::model::{Access, BodyHandling, Graphql, OperationAmounts, Undeclared};
use crate::page_token::PageToken;
use crate::quantity::Count;
use crate::redirects::Redirects;
use crate::targets::Targets;
use crate::texts::TextPlace;
use crate::word::{GraphqlWord, MarkupWord, UndeclaredWord};

/// What is decided, by operation index.
pub(super) struct Decisions {
    pub(super) undeclared_in: Vec<Undeclared>,
    pub(super) undeclared_out: Vec<Undeclared>,
    pub(super) bodies: Vec<BodyHandling>,
    pub(super) targets: Vec<Targets>,
    pub(super) redirects: Vec<Redirects>,
    pub(super) changing: Vec<bool>,
    pub(super) amounts: Vec<OperationAmounts>,
    /// Read beside this file.
    pub(super) texts: Vec<Vec<TextPlace>>,
    /// The same.
    pub(super) values: Vec<Vec<ValueRule>>,
    /// Read beside this file, of the API as a whole.
    pub(super) page_token: Option<PageToken>,
}

/// Reads `operations`: the decisions of each API.
pub(super) fn decide(
    file: Option<&PolicyFile>,
    contracts: &[Option<Contract>],
    names: &Names,
    notes: &mut Notes,
) -> Vec<Decisions> {
    let apis = file.map_or(&[][..], PolicyFile::apis);
    let null_is_absent = |api: usize| apis.get(api).is_some_and(|api| api.null_means.is_some());
    let escapes =
        |api: usize| apis.get(api).and_then(|api| api.markup) == Some(MarkupWord::Escaped);
    let undecided = |(api, contract): (usize, &Option<Contract>)| {
        let (null_is_absent, escapes_markup) = (null_is_absent(api), escapes(api));
        let bodies = BodyHandling { null_is_absent, escapes_markup, ..BodyHandling::default() };
        Decisions::new(contract.as_ref(), bodies)
    };
    let mut all: Vec<Decisions> = contracts.iter().enumerate().map(undecided).collect();
    let mut decided: HashMap<(usize, usize), &Key> = HashMap::new();
    let entries = file.and_then(|file| file.operations.as_ref());
    for (key, decision) in entries.iter().flat_map(|entries| &entries.0) {
        let Some((api, index)) = names.find(&key.text, key.span, notes) else {
            continue;
        };
        if let Some(first) = decided.insert((api, index), key) {
            notes.push(|| twice(first, key));
        }
        let contract = contracts.get(api).and_then(Option::as_ref);
        let Some(decisions) = all.get_mut(api) else { continue };
        decisions.set(index, decision);
        if let Some(slot) = decisions.amounts.get_mut(index) {
            *slot = amounts(decision, notes);
        }
        if let Some(contract) = contract
            && let Some(operation) = contract.operation(index)
        {
            check(decision, operation, notes);
            if let Some(slot) = decisions.targets.get_mut(index) {
                *slot = targets::of(contract, operation, decision, notes);
            }
        }
    }
    all
}

impl Decisions {
    fn new(contract: Option<&Contract>, bodies: BodyHandling) -> Self {
        let count = contract.map_or(0, |contract| contract.operations.len());
        Self {
            undeclared_in: vec![Undeclared::default(); count],
            undeclared_out: vec![Undeclared::default(); count],
            targets: vec![Targets::default(); count],
            redirects: vec![Redirects::default(); count],
            changing: vec![false; count],
            bodies: vec![bodies; count],
            amounts: vec![OperationAmounts::default(); count],
            texts: vec![Vec::new(); count],
            values: vec![Vec::new(); count],
            page_token: None,
        }
    }

    fn set(&mut self, index: usize, decision: &OperationDecision) {
        let set = |slots: &mut Vec<Undeclared>, word: &Option<Spanned<UndeclaredWord>>| {
            if let (Some(slot), Some(word)) = (slots.get_mut(index), word) {
                *slot = word.value.into();
            }
        };
        set(&mut self.undeclared_in, &decision.undeclared);
        set(&mut self.undeclared_out, &decision.answers);
        if let Some(slot) = self.changing.get_mut(index) {
            *slot = decision.changes.as_ref().is_some_and(|changes| changes.value);
        }
        if let (Some(slot), Some(redirects)) = (self.redirects.get_mut(index), &decision.redirects)
        {
            *slot = redirects.value.0.clone();
        }
        if let Some(slot) = self.bodies.get_mut(index) {
            slot.exact_request = decision.body.is_some();
            slot.stream_answer = decision.answer.is_some();
            slot.upgrades = decision.upgrade.is_some();
            slot.graphql = match decision.graphql.as_ref().map(|word| word.value) {
                None => Graphql::Undecided,
                Some(GraphqlWord::Uninspected) => Graphql::Uninspected,
                Some(GraphqlWord::Other) => Graphql::Other,
            };
            slot.null_is_absent |= decision.null_means.is_some();
            if let Some(word) = decision.markup {
                slot.escapes_markup = word == MarkupWord::Escaped;
            }
        }
    }
}

/// How much one request may ask for.
fn amounts(decision: &OperationDecision, notes: &mut Notes) -> OperationAmounts {
    let mut read = |value: Option<&Spanned<Count>>| {
        let Count(count) = within(value, 1..=AMOUNT_MAX, notes)?;
        usize::try_from(count).ok()
    };
    OperationAmounts {
        page_size: read(decision.page_size.as_ref()),
        page_offset: read(decision.page_offset.as_ref()),
        batch_items: read(decision.batch_items.as_ref()),
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
    if let Some(changes) = &decision.changes
        && (!changes.value || !operation.method.is_safe())
    {
        notes.push(|| {
            let message = format!("{} is taken for what its method says", shown(&name));
            Diagnostic::warning(&codes::NO_EFFECT, message)
                .at(changes.span)
                .help("write `changes: true` for a `GET` that changes something, or leave it out")
        });
    }
    if let Some(redirects) = &decision.redirects
        && redirects.value.0 == Redirects::Public
        && decision.reason.is_none()
    {
        notes.push(|| {
            let message = "`redirects` says `public`, and nobody says why";
            Diagnostic::error(&codes::MISSING_KEY, message)
                .at(redirects.span)
                .help("add `reason: \"...\"` to this operation: the next person decides by it")
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

/// Reads `access`: for each API, which operations anyone may call, and which every verified caller. What
/// names an operation wins over what names its API, and that over `"*"`.
pub(super) fn access(
    file: Option<&PolicyFile>,
    contracts: &[Option<Contract>],
    names: &Names,
    notes: &mut Notes,
) -> Vec<Access> {
    let count =
        |contract: &Option<Contract>| contract.as_ref().map_or(0, |one| one.operations.len());
    let mut all: Vec<Vec<Option<Opened>>> =
        contracts.iter().map(|contract| vec![None; count(contract)]).collect();
    let rules = file.and_then(|file| file.access.as_ref()).into_iter().flatten();
    for rule in rules {
        say_one_of(rule, notes);
        let lists = [(&rule.value.anyone, To::Anyone), (&rule.value.callers, To::Callers)];
        for (list, to) in lists {
            for name in list.iter().flat_map(|list| &list.0) {
                if let Some(meant) = names.meant(&name.value, name.span, notes)
                    && !open(&mut all, meant, to)
                {
                    notes.push(|| {
                        Diagnostic::error(&codes::CONFLICT, "it is opened to anyone and to callers")
                            .at(name.span)
                            .help("keep one: `callers` closes to strangers what `anyone` opens")
                    });
                }
            }
        }
    }
    let is = |list: &[Option<Opened>], to| {
        list.iter().map(|one| one.is_some_and(|one| one.to == to)).collect()
    };
    all.iter()
        .map(|list| Access { anyone: is(list, To::Anyone), callers: is(list, To::Callers) })
        .collect()
}

/// To whom an operation is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Anyone,
    Callers,
}

/// How an operation is opened, and by how exact a name.
#[derive(Debug, Clone, Copy)]
struct Opened {
    to: To,
    exactness: u8,
}

/// False if something as exact says otherwise.
fn open(all: &mut [Vec<Option<Opened>>], meant: Meant, to: To) -> bool {
    let (exactness, meant): (u8, Vec<&mut Option<Opened>>) = match meant {
        Meant::All => (0, all.iter_mut().flatten().collect()),
        Meant::AllOf(api) => (1, all.get_mut(api).into_iter().flatten().collect()),
        Meant::One(api, index) => {
            (2, all.get_mut(api).and_then(|list| list.get_mut(index)).into_iter().collect())
        }
    };
    let mut agrees = true;
    for slot in meant {
        match slot {
            Some(known) if known.exactness > exactness => {}
            Some(known) if known.exactness == exactness => agrees &= known.to == to,
            slot => *slot = Some(Opened { to, exactness }),
        }
    }
    agrees
}

/// A rule that says several of these, or none, cannot be meant.
fn say_one_of(rule: &Spanned<AccessRule>, notes: &mut Notes) {
    let AccessRule { anyone, callers, may, forbid, .. } = &rule.value;
    let said = [
        ("anyone", anyone.is_some()),
        ("callers", callers.is_some()),
        ("may", may.is_some()),
        ("forbid", forbid.is_some()),
    ];
    let said: Vec<&str> =
        said.iter().filter(|(_, is_said)| *is_said).map(|(word, _)| *word).collect();
    match said.as_slice() {
        [one] => only_there(one, rule, notes),
        [one, other, ..] => notes.push(|| {
            let message = format!("a rule says both `{one}` and `{other}`");
            Diagnostic::error(&codes::CONFLICT, message)
                .at(rule.span)
                .help("write two rules, each with a `- ` of its own")
        }),
        [] => notes.push(|| {
            Diagnostic::error(&codes::MISSING_KEY, "this rule opens nothing to anybody")
                .at(rule.span)
                .help("add `may: [...]` and whom it means, or `anyone: [...]` or `callers: [...]`")
        }),
    }
}

/// What is said beside `anyone` and `callers` would have no effect.
fn only_there(word: &str, rule: &Spanned<AccessRule>, notes: &mut Notes) {
    let said = &rule.value;
    let further = [
        ("on", said.on.is_some()),
        ("role", said.role.is_some()),
        ("group", said.group.is_some()),
        ("scope", said.scope.is_some()),
        ("when", said.when.is_some()),
        ("hide", said.hide.is_some()),
        ("only", said.only.is_some()),
        ("readonly", said.readonly.is_some()),
        ("writable", said.writable.is_some()),
        ("across_tenants", said.across_tenants.is_some()),
    ];
    let is_simple = matches!(word, "anyone" | "callers");
    let Some((key, _)) = further.iter().find(|(_, is_said)| *is_said && is_simple) else { return };
    notes.push(|| {
        let message = format!("`{key}` says nothing beside `{word}`");
        Diagnostic::error(&codes::CONFLICT, message)
            .at(rule.span)
            .help("write `may: [...]` in place of it")
    });
}
