//! Declared properties of answers whose names say that few should see them, and about which the policy says
//! nothing.

use std::collections::{BTreeMap, HashSet};

use portcullis_contract::{Operation, Rest, ShapeId, Shapes, Types};
use portcullis_model::{Code, Diagnostic, shown};
use portcullis_policy::{Hidden, Model, Posture};

use crate::coverage::is_success;
use crate::sensitive::{password_name, sensitive_name};

/// Shapes of one operation that are looked at.
const SHAPES_MAX: usize = 10_000;
/// Operations that are named for one property.
const NAMED_MAX: usize = 3;

pub(super) static CODE: Code = Code {
    name: "sensitive-answer",
    page: "Answers of these operations declare a property whose name says that it is a secret, a token, or the \
           number of a card, an account or a person. It leaves, because nobody said that it must not. What is called a \
           password does not leave, although the document says that it does: take it out there, or `show` it (the \
           password of a wireless network).\n\nDecide, for everybody or for a role:\n\n```yaml\nanswers:\n  \
           Customer:\n    hide: [/ssn]                                    # nobody sees it\n    derive: { card: { from: \
           /card_number, last: 4 } }\n    show: [/iban]                                   # it may leave\naccess:\n  \
           - { role: staff, may: read, on: Customer, hide: [/ssn] }\n```\n\nThe tokens that a declared `login` gives \
           out are not meant.",
};

/// One warning for each such name.
pub(super) fn names(model: &Model) -> Vec<Diagnostic> {
    if model.posture == Posture::ContractOnly {
        return Vec::new();
    }
    let decided = decided(model);
    let mut found: BTreeMap<String, Vec<&Operation>> = BTreeMap::new();
    for (index, operation) in model.contract.operations.iter().enumerate() {
        if gives_tokens(model, index) {
            continue;
        }
        for name in declared(model, operation).into_iter().filter(|name| !decided.contains(name)) {
            found.entry(name).or_default().push(operation);
        }
    }
    found.into_iter().map(|(name, operations)| finding(&name, &operations)).collect()
}

/// Whether answers of an operation, by its index, declare a property by whose name few should see it, that leaves, and
/// of which nobody said that it may.
pub fn shows_undecided(model: &Model, index: usize) -> bool {
    let Some(operation) = model.contract.operation(index) else { return false };
    let decided = decided(model);
    let leaves = |name: &String| !password_name(name) && !decided.contains(name);
    !gives_tokens(model, index) && declared(model, operation).iter().any(leaves)
}

/// The names of that kind in the answers of success of an operation.
fn declared(model: &Model, operation: &Operation) -> HashSet<String> {
    let answers = operation.responses.iter().filter(|answer| is_success(answer.status));
    let schemas = answers.flat_map(|answer| &answer.media).filter_map(|one| one.schema.as_ref());
    let mut own = HashSet::new();
    let mut seen = HashSet::new();
    for schema in schemas {
        look(schema.shape, &model.contract.shapes, &mut seen, &mut own);
    }
    own
}

fn finding(name: &str, operations: &[&Operation]) -> Diagnostic {
    let all: Vec<String> = operations.iter().map(|one| shown(&one.name())).collect();
    let first = all.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
    let rest = all.len().saturating_sub(NAMED_MAX);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let is_password = password_name(name);
    let (message, help) = if is_password {
        (
            format!("{} is declared in answers of {first}{more}, and does not leave", shown(name)),
            format!(
                "take it out of the document, or `show` it in `answers`: NAME: {{ show: [/{name}] }}"
            ),
        )
    } else {
        (
            format!(
                "{} leaves in answers of {first}{more}, and nobody decided that it may",
                shown(name)
            ),
            format!("`hide`, `derive` or `show` it in `answers`: NAME: {{ hide: [/{name}] }}"),
        )
    };
    let diagnostic = Diagnostic::warning(&CODE, message).help(help);
    match operations.first() {
        Some(first) => diagnostic.at(first.span),
        None => diagnostic,
    }
}

/// Whether an operation gives out credentials of the API's own login.
fn gives_tokens(model: &Model, index: usize) -> bool {
    model.callers.logins.iter().any(|login| {
        login.operation == index
            || login.refresh.as_ref().is_some_and(|one| one.operation == index)
            || login.second_step.as_ref().is_some_and(|one| one.operation == index)
    })
}

/// The names that the policy speaks of.
fn decided(model: &Model) -> HashSet<String> {
    let masks = model.answers.masks.iter();
    let said = masks.flat_map(|mask| {
        let derived = mask.derive.iter().filter_map(|one| one.from.as_ref());
        mask.hide.iter().chain(&mask.show).chain(derived)
    });
    let on = model.authorization.rules.iter().flat_map(|rule| &rule.on);
    let by_role = on.flat_map(|on| match &on.hidden {
        Hidden::Nothing => &[][..],
        Hidden::These(all) | Hidden::AllBut(all) => all.as_slice(),
    });
    said.chain(by_role)
        .filter_map(|pointer| pointer.rsplit('/').next())
        .map(|token| token.replace("~1", "/").replace("~0", "~"))
        .collect()
}

fn look(id: ShapeId, shapes: &Shapes, seen: &mut HashSet<ShapeId>, found: &mut HashSet<String>) {
    let mut next = vec![id];
    while let Some(id) = next.pop() {
        if seen.len() == SHAPES_MAX || !seen.insert(id) {
            continue;
        }
        let shape = shapes.get(id);
        next.extend(shape.items);
        if let Rest::Map(values) = &shape.object.rest {
            next.push(*values);
        }
        for (name, property) in shape.object.properties() {
            if property.write_only {
                continue;
            }
            let types = shapes.get(property.shape).types;
            if types.intersects(Types::STRING.or(Types::NUMBER))
                && (sensitive_name(name) || password_name(name))
            {
                found.insert(name.to_owned());
            }
            next.push(property.shape);
        }
    }
}
