//! Keyword by keyword: does it take more than before?

use std::collections::BTreeMap;

use serde_json::Value as Data;

use super::Step;
use crate::document::Node;
use crate::schema::Decimal;

/// One difference of two schemas.
pub(super) struct Found {
    pub(super) is_wider: bool,
    pub(super) what: String,
}

impl Found {
    pub(super) fn wider(what: impl Into<String>) -> Self {
        Self { is_wider: true, what: what.into() }
    }

    fn narrower(what: impl Into<String>) -> Self {
        Self { is_wider: false, what: what.into() }
    }
}

/// Keywords that no value is held against, and those that the shapes know (`readOnly`).
pub(super) fn is_said_only(keyword: &str) -> bool {
    const SAID: [&str; 15] = [
        "title",
        "description",
        "summary",
        "default",
        "example",
        "examples",
        "deprecated",
        "externalDocs",
        "$comment",
        "$schema",
        "$defs",
        "definitions",
        "$anchor",
        "readOnly",
        "writeOnly",
    ];
    SAID.contains(&keyword) || keyword.starts_with("x-")
}

/// The keywords of a schema that values are held against.
type Members<'a> = BTreeMap<&'a str, Node<'a>>;

/// Compares two schemas that are no references. Those inside them are left `waiting`.
pub(super) fn compare<'a>(
    step: &Step<'a>,
    waiting: &mut Vec<Step<'a>>,
    push: &mut impl FnMut(Found),
) {
    let (old, new) = (step.old, step.new);
    match (takes_all(old), takes_all(new)) {
        (true, true) => return,
        (true, false) => return push(Found::narrower("is described")),
        (false, true) => return push(Found::wider("may be anything")),
        (false, false) => {}
    }
    if !old.is_object() || !new.is_object() {
        if old.to_data() != new.to_data() {
            let is_nothing = new.as_bool() == Some(false);
            let what = if is_nothing { "may be nothing" } else { "is another schema" };
            push(Found { is_wider: !is_nothing, what: what.to_owned() });
        }
        return;
    }
    let members = |node: Node<'a>| {
        let members = node.members().map(|(name, value)| (name.text, value));
        members.filter(|(name, _)| !is_said_only(name)).collect::<Members<'a>>()
    };
    let (old, new) = (members(old), members(new));
    // What is evaluated elsewhere is exempt: then any difference elsewhere may let more through.
    let is_open = |schema: &Node<'a>| schema.as_bool() == Some(true);
    let unevaluated = ["unevaluatedProperties", "unevaluatedItems"];
    let is_strict =
        unevaluated.iter().any(|keyword| old.get(keyword).is_some_and(|one| !is_open(one)));
    let step = &Step { is_exact: step.is_exact || is_strict, ..step.clone() };
    let push = &mut |found: Found| push(Found { is_wider: found.is_wider || is_strict, ..found });
    exempt(&old, &new, step, waiting, push);
    for (keyword, is) in &new {
        match old.get(keyword) {
            None => added(keyword, *is, push),
            Some(was) => changed(keyword, *was, *is, step, waiting, push),
        }
    }
    for (keyword, was) in old.iter().filter(|(keyword, _)| !new.contains_key(*keyword)) {
        removed(keyword, *was, push);
    }
}

/// Names and items that a schema for all others does not concern, because one of their own does:
/// where that is new, or gone, the two are compared with each other.
fn exempt<'a>(
    old: &Members<'a>,
    new: &Members<'a>,
    step: &Step<'a>,
    waiting: &mut Vec<Step<'a>>,
    push: &mut impl FnMut(Found),
) {
    let named = |members: &Members<'a>, keyword: &str| {
        let schemas = members.get(keyword).copied().into_iter().flat_map(Node::members);
        schemas.map(|(name, schema)| (name.text, schema)).collect::<BTreeMap<_, _>>()
    };
    let at = |name: &str| {
        let mut at = step.at.clone();
        at.push(name);
        at
    };
    for keyword in ["properties", "patternProperties"] {
        let (before, after) = (named(old, keyword), named(new, keyword));
        if let Some(others) = old.get("additionalProperties") {
            for (name, schema) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
                let (old, new) = (*others, *schema);
                waiting.push(Step { old, new, at: at(name), is_exact: step.is_exact });
            }
        }
        if let Some(others) = new.get("additionalProperties") {
            for (name, schema) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
                let (old, new) = (*schema, *others);
                waiting.push(Step { old, new, at: at(name), is_exact: step.is_exact });
            }
        }
    }
    let declares = |members: &Members<'a>| !named(members, "properties").is_empty();
    let is_closed = new.get("additionalProperties").is_some_and(|one| !takes_all(*one));
    if declares(old) && !declares(new) && !is_closed {
        push(Found::wider("declares no names any more"));
    }
    if old.contains_key("items")
        && new.contains_key("prefixItems")
        && !old.contains_key("prefixItems")
    {
        push(Found::wider("`prefixItems` is new beside `items`"));
    }
}

/// `true`, or nothing that any value is held against.
fn takes_all(schema: Node<'_>) -> bool {
    schema.as_bool() == Some(true)
        || schema.is_object() && schema.members().all(|(name, _)| is_said_only(name.text))
}

/// A keyword alone only restricts, but for these.
fn added(keyword: &str, is: Node<'_>, push: &mut impl FnMut(Found)) {
    match keyword {
        "nullable" if is.as_bool() == Some(true) => push(Found::wider("may be null")),
        "minContains" => push(Found::wider("`minContains` is new")),
        // What names they declare is compared with the shapes.
        "nullable" | "properties" | "patternProperties" => {}
        _ if is.as_bool() == Some(false) && is_flag(keyword) => {}
        "xml" | "discriminator" => push(Found::wider(format!("`{keyword}` is new"))),
        _ => push(Found::narrower(format!("`{keyword}` is new"))),
    }
}

fn removed(keyword: &str, was: Node<'_>, push: &mut impl FnMut(Found)) {
    match keyword {
        "nullable" => {
            if was.as_bool() == Some(true) {
                push(Found::narrower("may not be null any more"));
            }
        }
        "properties" | "patternProperties" => {}
        // What it says is what holds without it.
        "additionalProperties" if was.as_bool() == Some(true) => {}
        _ if was.as_bool() == Some(false) && is_flag(keyword) => {}
        _ => push(Found::wider(format!("`{keyword}` is gone"))),
    }
}

/// Keywords whose `false` says nothing.
fn is_flag(keyword: &str) -> bool {
    matches!(keyword, "uniqueItems" | "exclusiveMinimum" | "exclusiveMaximum" | "required")
}

fn changed<'a>(
    keyword: &str,
    was: Node<'a>,
    is: Node<'a>,
    step: &Step<'a>,
    waiting: &mut Vec<Step<'a>>,
    push: &mut impl FnMut(Found),
) {
    match keyword {
        "maximum" | "maxLength" | "maxItems" | "maxProperties" | "exclusiveMaximum" => {
            bound(keyword, was, is, true, push);
        }
        "minimum" | "minLength" | "minItems" | "minProperties" | "exclusiveMinimum" => {
            bound(keyword, was, is, false, push);
        }
        "type" => types(was, is, push),
        "enum" => set(keyword, was, is, false, push),
        "required" if was.is_array() => set(keyword, was, is, true, push),
        "items"
        | "prefixItems"
        | "additionalProperties"
        | "properties"
        | "patternProperties"
        | "dependentSchemas"
        | "allOf"
        | "anyOf"
        | "oneOf"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties" => {
            for (old, new, name, is_exact) in schemas(keyword, was, is, push) {
                let mut at = step.at.clone();
                if let Some(name) = name {
                    at.push(name);
                }
                waiting.push(Step { old, new, at, is_exact: step.is_exact || is_exact });
            }
        }
        _ if was.to_data() == is.to_data() => {}
        "uniqueItems" | "nullable" => {
            let is_set = is.as_bool() == Some(true);
            let is_wider = is_set == (keyword == "nullable");
            push(Found { is_wider, what: format!("`{keyword}` is {is_set}") });
        }
        _ => push(Found::wider(format!("`{keyword}` is another"))),
    }
}

/// Two schemas, the step that leads to them in the value, and whether less is no narrower.
type Inner<'a> = (Node<'a>, Node<'a>, Option<&'a str>, bool);

/// The schemas under a keyword, side by side.
fn schemas<'a>(
    keyword: &str,
    was: Node<'a>,
    is: Node<'a>,
    push: &mut impl FnMut(Found),
) -> Vec<Inner<'a>> {
    let names = |node: Node<'a>| node.members().map(|(name, _)| name.text);
    match keyword {
        "properties" | "patternProperties" => {
            let known: BTreeMap<&str, Node<'a>> =
                was.members().map(|(name, value)| (name.text, value)).collect();
            let both = is.members().filter_map(|(name, value)| {
                Some((*known.get(name.text)?, value, Some(name.text), false))
            });
            both.collect()
        }
        "dependentSchemas" => {
            if !names(was).eq(names(is)) {
                push(Found::wider("`dependentSchemas` has others"));
            }
            let both = was.members().zip(is.members());
            both.map(|((_, old), (_, new))| (old, new, None, true)).collect()
        }
        _ if was.is_array() && is.is_array() => {
            if is.len() != was.len() {
                let is_wider = match keyword {
                    "allOf" => is.len() < was.len(),
                    "anyOf" => is.len() > was.len(),
                    _ => true,
                };
                push(Found {
                    is_wider,
                    what: format!("`{keyword}` has another number of schemas"),
                });
            }
            // Fewer that are not the first ones stand beside others, which is told as wider.
            let at = (!matches!(keyword, "allOf" | "anyOf" | "oneOf")).then_some("*");
            was.items()
                .zip(is.items())
                .map(|(old, new)| (old, new, at, keyword == "oneOf"))
                .collect()
        }
        "items" | "additionalProperties" => vec![(was, is, Some("*"), false)],
        _ => vec![(was, is, None, true)],
    }
}

fn bound(keyword: &str, was: Node<'_>, is: Node<'_>, is_most: bool, push: &mut impl FnMut(Found)) {
    let (Some(old), Some(new)) = (was.as_number(), is.as_number()) else {
        // Draft 4: a flag beside the bound.
        match (was.as_bool(), is.as_bool()) {
            (Some(old), Some(new)) if old == new => {}
            (Some(false), Some(true)) => push(Found::narrower(format!("`{keyword}` is true"))),
            _ => push(Found::wider(format!("`{keyword}` is another"))),
        }
        return;
    };
    let is_wider = match Decimal::read(new).cmp(&Decimal::read(old)) {
        std::cmp::Ordering::Equal => return,
        std::cmp::Ordering::Greater => is_most,
        std::cmp::Ordering::Less => !is_most,
    };
    push(Found { is_wider, what: format!("`{keyword}` is {new}, and before {old}") });
}

/// A list whose order means nothing. Where `more_is_less`, each one restricts.
fn set(
    keyword: &str,
    was: Node<'_>,
    is: Node<'_>,
    more_is_less: bool,
    push: &mut impl FnMut(Found),
) {
    let (old, new) = (values(was), values(is));
    let has_more = new.iter().any(|value| !old.contains(value));
    let has_less = old.iter().any(|value| !new.contains(value));
    match (has_more, has_less) {
        (false, false) => {}
        (true, true) => push(Found::wider(format!("`{keyword}` has others"))),
        (true, false) => {
            push(Found { is_wider: !more_is_less, what: format!("`{keyword}` has more") });
        }
        (false, true) => {
            push(Found { is_wider: more_is_less, what: format!("`{keyword}` has fewer") });
        }
    }
}

fn values(node: Node<'_>) -> Vec<Data> {
    if node.is_array() { node.items().map(Node::to_data).collect() } else { vec![node.to_data()] }
}

fn types(was: Node<'_>, is: Node<'_>, push: &mut impl FnMut(Found)) {
    let (old, new) = (values(was), values(is));
    let takes = |types: &[Data], one: &Data| {
        types.contains(one) || one == "integer" && types.contains(&Data::from("number"))
    };
    if !new.iter().all(|one| takes(&old, one)) {
        push(Found::wider("`type` has more"));
    } else if !old.iter().all(|one| takes(&new, one)) {
        push(Found::narrower("`type` has fewer"));
    }
}
