//! Attributes that decide access must not be what the callers they decide about can write (rule 2): who may
//! set their own role has every role.

use std::collections::BTreeSet;
use std::sync::Arc;

use portcullis_contract::{Contract, Operation, ShapeId, Shapes};
use portcullis_model::{Diagnostic, Span};
use portcullis_yaml::{Notes, shown};

use crate::authorization::{Authorization, Hidden, Rule};
use crate::callers::{AttributeRule, Callers, OfCaller};
use crate::codes;
use crate::expression::Operand;
use crate::file::PolicyFile;
use crate::model::Access;
use crate::naming::{folded, words};

/// Words of paths that speak of people, who are callers.
const PEOPLE: [&str; 15] = [
    "user",
    "customer",
    "account",
    "member",
    "person",
    "people",
    "profile",
    "me",
    "register",
    "registration",
    "signup",
    "patient",
    "client",
    "employee",
    "staff",
];

/// One API.
struct Decided<'a> {
    contract: &'a Contract,
    callers: &'a Callers,
    access: &'a Access,
    authorization: &'a Authorization,
}

/// Says which attributes that decide something can be written, and by which operation. What a claim says
/// is its issuer's, and what is learned was judged where it is read.
pub(super) fn check(
    file: Option<&PolicyFile>,
    contract: Option<&Contract>,
    (callers, access, authorization): (&Callers, &Access, &Authorization),
    notes: &mut Notes,
) {
    let (Some(file), Some(contract)) = (file, contract) else { return };
    let api = &Decided { contract, callers, access, authorization };
    let deciding = deciding(api.authorization);
    let section = file.callers.as_ref().and_then(|callers| callers.attributes.as_ref());
    for (key, _) in section.iter().flat_map(|named| &named.0) {
        let mut rules = api.callers.attributes.iter();
        let rule = rules.find(|rule| *rule.name == *key.text);
        if let Some(rule) = rule.filter(|rule| deciding.contains(&rule.name)) {
            one(rule, key.span, api, notes);
        }
    }
}

fn one(rule: &AttributeRule, at: Span, api: &Decided<'_>, notes: &mut Notes) {
    let pointers = rule.whoami.iter().chain(&rule.login);
    let names: BTreeSet<String> =
        pointers.map(|pointer| folded(pointer.rsplit('/').next().unwrap_or_default())).collect();
    if names.is_empty() {
        return;
    }
    let whoami = api.callers.whoami.as_ref();
    let source = whoami.and_then(|whoami| api.contract.operation(whoami.operation));
    for (index, operation) in api.contract.operations.iter().enumerate() {
        let is_source = source.is_some_and(|source| source.template == operation.template);
        let is_meant = !operation.method.is_safe() && (is_source || speaks_of_people(operation));
        let declares = || {
            let media = operation.body.iter().flat_map(|body| &body.media);
            let mut schemas = media.filter_map(|media| media.schema.as_ref());
            schemas.any(|schema| declares(&api.contract.shapes, schema.shape, &names))
        };
        if !is_meant || !declares() || !is_open(api, index, &names) {
            continue;
        }
        notes.push(|| {
            let message = format!(
                "{} decides access, and requests of {} can set it",
                shown(&rule.name),
                shown(&operation.name())
            );
            // On the path of the source it is the caller's own; elsewhere it may be somebody else's.
            let problem = if is_source {
                Diagnostic::error(&codes::BAD_CALLER, message)
            } else {
                Diagnostic::warning(&codes::BAD_CALLER, message)
            };
            problem.at(at).label("what callers write says nothing about them").help(
                "write `readOnly` into the document, take the member out with `readonly` in the rule that \
                 opens the operation, or open it to those only who may give it",
            )
        });
    }
}

/// The attributes that decide something.
fn deciding(authorization: &Authorization) -> BTreeSet<Arc<str>> {
    let mut all: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut add = |of: &OfCaller| {
        if let OfCaller::Attribute(name) = of {
            all.insert(name.clone());
        }
    };
    let owners = authorization.resources.iter().flat_map(|one| &one.owners);
    owners.map(|owner| &owner.is).chain(&authorization.tenant).for_each(&mut add);
    let conditions = authorization
        .rules
        .iter()
        .flat_map(|rule| std::iter::once(&rule.when).chain(rule.on.iter().map(|on| &on.when)));
    for operand in conditions.flat_map(crate::expression::Expression::operands) {
        if let Operand::Caller(of) = operand {
            add(of);
        }
    }
    let says = |list: fn(&Rule) -> bool| authorization.rules.iter().any(list);
    if says(|rule| !rule.who.roles.is_empty()) {
        all.insert("role".into());
    }
    if says(|rule| !rule.who.groups.is_empty()) {
        all.insert("group".into());
    }
    all
}

fn speaks_of_people(operation: &Operation) -> bool {
    let mut literals = operation.template.split('/').filter(|segment| !segment.contains('{'));
    let last = literals.rfind(|segment| !segment.is_empty());
    let texts = last.into_iter().chain(operation.id.as_deref());
    let mut words = texts.flat_map(words).map(|word| folded(&word));
    words.any(|word| PEOPLE.contains(&word.as_str()))
}

/// Whether a body declares a member of such a name that requests may set.
fn declares(shapes: &Shapes, root: ShapeId, names: &BTreeSet<String>) -> bool {
    let mut is_known = vec![false; shapes.len()];
    let mut waiting = vec![root];
    while let Some(id) = waiting.pop() {
        let is_new =
            is_known.get_mut(id.index()).is_some_and(|known| !std::mem::replace(known, true));
        if !is_new {
            continue;
        }
        let shape = shapes.get(id);
        for (name, property) in shape.object.properties().filter(|(_, one)| !one.read_only) {
            if names.contains(&folded(name)) {
                return true;
            }
            waiting.push(property.shape);
        }
        waiting.extend(shape.items);
    }
    false
}

/// Whether ordinary callers may use an operation, and what they write there stays.
fn is_open(api: &Decided<'_>, operation: usize, names: &BTreeSet<String>) -> bool {
    let says = |list: &[bool]| list.get(operation).copied().unwrap_or_default();
    let Authorization { is_exhaustive, ordinary_roles, rules, .. } = api.authorization;
    if !is_exhaustive || says(&api.access.anyone) || says(&api.access.callers) {
        return true;
    }
    let removes = |hidden: &Hidden| match hidden {
        Hidden::Nothing => false,
        Hidden::These(all) => all.iter().any(|one| is_named(one, names)),
        Hidden::AllBut(all) => !all.iter().any(|one| is_named(one, names)),
    };
    rules.iter().any(|rule| {
        let is_meant = !rule.forbids && rule.functions.binary_search(&operation).is_ok();
        let is_ordinary = rule.who.groups.is_empty()
            && rule.who.scopes.is_empty()
            && (rule.who.roles.is_empty()
                || ordinary_roles.iter().any(|role| rule.who.roles.contains(role)));
        let is_kept = rule.on.is_empty() || rule.on.iter().any(|on| !removes(&on.readonly));
        is_meant && is_ordinary && is_kept
    })
}

fn is_named(pointer: &str, names: &BTreeSet<String>) -> bool {
    names.contains(&folded(pointer.rsplit('/').next().unwrap_or_default()))
}
