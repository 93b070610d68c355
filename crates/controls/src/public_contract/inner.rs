//! What a document says for those who run the API, and what nothing refers to any more.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::DEPTH_MAX;

/// Members whose own members are names, and not words of the specification.
const NAMED: [&str; 22] = [
    "$defs",
    "callbacks",
    "content",
    "definitions",
    "dependentRequired",
    "dependentSchemas",
    "encoding",
    "headers",
    "links",
    "mapping",
    "parameters",
    "pathItems",
    "paths",
    "patternProperties",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "scopes",
    "securityDefinitions",
    "securitySchemes",
    "variables",
];

/// Takes out extensions (`x-...`: addresses of functions and queues stand in them), examples (they are made of what
/// is hidden), and links (they name operations, some of which are gone).
pub(super) fn take_out(value: &mut Value) {
    words(value, false, 0);
}

fn words(value: &mut Value, are_names: bool, depth: usize) {
    if depth == DEPTH_MAX {
        return;
    }
    match value {
        Value::Object(members) => {
            if !are_names {
                members.retain(|name, _| {
                    !name.starts_with("x-")
                        && !["example", "examples", "links"].contains(&name.as_str())
                });
            }
            for (name, member) in members.iter_mut() {
                words(member, !are_names && NAMED.contains(&name.as_str()), depth + 1);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| words(item, false, depth + 1)),
        _ => {}
    }
}

/// Takes out the named schemas that nothing refers to: those of operations that are gone.
pub(super) fn keep_used(document: &mut Value, place: &str) {
    let Some(Value::Object(mut schemas)) = document.pointer_mut(place).map(Value::take) else {
        return;
    };
    let names: BTreeSet<String> = schemas.keys().cloned().collect();
    let mut used = BTreeSet::new();
    let mut next = BTreeSet::new();
    referred(document, place, &names, &mut next, 0);
    while let Some(name) = next.pop_first() {
        if let Some(schema) = schemas.get(&name).filter(|_| used.insert(name.clone())) {
            let mut further = BTreeSet::new();
            referred(schema, place, &names, &mut further, 0);
            next.extend(further.difference(&used).cloned());
        }
    }
    schemas.retain(|name, _| used.contains(name));
    if let Some(slot) = document.pointer_mut(place) {
        *slot = Value::Object(schemas);
    }
}

/// The named schemas that a value refers to: by `$ref`, or by the mapping of a discriminator.
fn referred(
    value: &Value,
    place: &str,
    names: &BTreeSet<String>,
    found: &mut BTreeSet<String>,
    depth: usize,
) {
    if depth == DEPTH_MAX {
        return;
    }
    match value {
        Value::String(text) => {
            let below = text.strip_prefix('#').and_then(|text| text.strip_prefix(place));
            let name = below.and_then(|rest| rest.strip_prefix('/'));
            let name = name.map(|rest| rest.split('/').next().unwrap_or_default());
            let name = name.map_or_else(|| text.clone(), super::masks::unescaped);
            found.extend(names.get(&name).cloned());
        }
        Value::Object(members) => {
            members.values().for_each(|one| referred(one, place, names, found, depth + 1));
        }
        Value::Array(items) => {
            items.iter().for_each(|one| referred(one, place, names, found, depth + 1));
        }
        _ => {}
    }
}

/// No schema requires a member of this name that it does not declare any more, itself or by what it is composed of.
pub(super) fn require_no_more(document: &mut Value, place: &str, gone: &BTreeSet<String>) {
    let before = document.clone();
    let Some(schemas) = document.pointer_mut(place).and_then(Value::as_object_mut) else { return };
    for schema in schemas.values_mut() {
        let declared: BTreeSet<&String> =
            gone.iter().filter(|name| declares(&before, schema, name, 0)).collect();
        let drop = |part: &mut Map<String, Value>| {
            if let Some(required) = part.get_mut("required").and_then(Value::as_array_mut) {
                required.retain(|one| {
                    one.as_str().is_none_or(|one| {
                        !gone.contains(one) || declared.iter().any(|own| **own == one)
                    })
                });
                if required.is_empty() {
                    part.shift_remove("required");
                }
            }
        };
        let Some(schema) = schema.as_object_mut() else { continue };
        drop(schema);
        let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
        parts.into_iter().flatten().filter_map(Value::as_object_mut).for_each(drop);
    }
}

/// References inside one another that are followed.
const REFERENCES_MAX: usize = 8;

fn declares(document: &Value, schema: &Value, name: &str, depth: usize) -> bool {
    if depth == REFERENCES_MAX {
        return true;
    }
    if schema.get("properties").and_then(|all| all.get(name)).is_some() {
        return true;
    }
    let to = schema.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#'));
    if let Some(to) = to.and_then(|to| document.pointer(to)) {
        return declares(document, to, name, depth + 1);
    }
    let parts = schema.get("allOf").and_then(Value::as_array);
    parts.into_iter().flatten().any(|part| declares(document, part, name, depth + 1))
}
