//! What the policy's `answers` make of the schemas of a document.

use std::collections::BTreeSet;

use portcullis_policy::{AnswerMask, DerivedMember, Model};
use serde_json::{Map, Value, json};

use crate::derived;

/// Names that schemas may keep although they are those of passwords.
pub(super) fn shown(model: &Model) -> BTreeSet<String> {
    let all = model.answers.masks.iter().flat_map(|mask| &mask.show);
    all.filter_map(|at| at.rsplit('/').next()).map(unescaped).collect()
}

/// Hides and derives in each schema that a mask is of. What cannot be written there is noted.
pub(super) fn apply(
    document: &mut Value,
    model: &Model,
    is_swagger: bool,
    (notes, gone): (&mut BTreeSet<String>, &mut BTreeSet<String>),
) {
    let place = if is_swagger { "/definitions" } else { "/components/schemas" };
    let Some(schemas) = document.pointer_mut(place).and_then(Value::as_object_mut) else { return };
    for mask in &model.answers.masks {
        for name in &mask.schemas {
            let name = model.contract.shapes.schema_name(*name);
            let Some(schema) = schemas.get_mut(name).and_then(Value::as_object_mut) else {
                notes.insert(format!(
                    "the schema of {} is not among those named: it stays as it is",
                    mask.name
                ));
                continue;
            };
            one(schema, mask, is_swagger, (notes, gone));
        }
        if !mask.shapes.is_empty() {
            notes.insert(format!("schemas of {} without a name stay as they are", mask.name));
        }
    }
}

fn one(
    schema: &mut Map<String, Value>,
    mask: &AnswerMask,
    is_swagger: bool,
    (notes, gone): (&mut BTreeSet<String>, &mut BTreeSet<String>),
) {
    if is_swagger && !mask.hide.is_empty() {
        notes.insert(format!(
            "Swagger 2.0 has no word for what is only sent: members of {} that are hidden stay, and are not required",
            mask.name
        ));
    }
    let replaced: Vec<&str> = mask
        .derive
        .iter()
        .filter(|member| member.replaces_source())
        .filter_map(|member| member.from.as_deref())
        .collect();
    for pointer in mask.hide.iter().filter(|at| !replaced.contains(&at.as_str())) {
        if !hide_at(schema, pointer, is_swagger, gone) {
            notes.insert(format!(
                "{pointer} of {} is not declared in one place: it stays",
                mask.name
            ));
        }
    }
    for member in &mask.derive {
        derive(schema, member, is_swagger);
    }
}

/// Hides what a pointer leads to, through members and items that are declared here.
fn hide_at(
    schema: &mut Map<String, Value>,
    pointer: &str,
    is_swagger: bool,
    gone: &mut BTreeSet<String>,
) -> bool {
    let mut tokens: Vec<String> = pointer.split('/').skip(1).map(unescaped).collect();
    let Some(last) = tokens.pop() else { return false };
    let mut at = schema;
    for token in &tokens {
        let Some(next) = holder(at, token).and_then(|holder| {
            holder.get_mut("properties")?.as_object_mut()?.get_mut(token)?.as_object_mut()
        }) else {
            return false;
        };
        at = next;
    }
    match holder(at, &last) {
        Some(holder) => {
            hide(holder, &last, is_swagger, gone);
            true
        }
        None => false,
    }
}

/// The part of a schema that declares a property: itself, or one of what it is composed of.
fn holder<'s>(
    schema: &'s mut Map<String, Value>,
    name: &str,
) -> Option<&'s mut Map<String, Value>> {
    let declares = |schema: &Map<String, Value>| {
        schema.get("properties").and_then(|all| all.get(name)).is_some()
    };
    if declares(schema) {
        return Some(schema);
    }
    let parts = schema.get_mut("allOf")?.as_array_mut()?.iter_mut();
    parts.filter_map(Value::as_object_mut).find(|part| declares(part))
}

/// A property that answers do not show: `writeOnly`, or gone where clients cannot send it either.
pub(super) fn hide(
    schema: &mut Map<String, Value>,
    name: &str,
    is_swagger: bool,
    gone: &mut BTreeSet<String>,
) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    let Some(property) = properties.get_mut(name) else { return };
    let is_read_only = property.get("readOnly").and_then(Value::as_bool).unwrap_or_default();
    let is_reference = property.get("$ref").is_some();
    match property.as_object_mut() {
        _ if is_read_only => {
            properties.shift_remove(name);
            gone.insert(name.to_owned());
        }
        _ if is_swagger => no_longer_required(schema, name),
        // A reference may not have members beside it before 3.1.
        Some(property) if !is_reference => {
            property.insert("writeOnly".to_owned(), json!(true));
        }
        _ => {
            let own = property.take();
            *property = json!({ "allOf": [own], "writeOnly": true });
        }
    }
}

fn no_longer_required(schema: &mut Map<String, Value>, name: &str) {
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|one| one != name);
        if required.is_empty() {
            schema.shift_remove("required");
        }
    }
}

/// What is added, or stands in the place of its source.
fn derive(schema: &mut Map<String, Value>, member: &DerivedMember, is_swagger: bool) {
    let Ok(mut derived) = serde_json::from_str::<Value>(&derived::schema(&member.how)) else {
        return;
    };
    let name = member.name.as_ref();
    if member.replaces_source() {
        let Some(holder) = holder(schema, name) else { return };
        if let Some(property) = holder.get_mut("properties").and_then(|all| all.get_mut(name)) {
            // Requests write the one, answers show the other.
            let own = property.take();
            *property = if is_swagger { json!({}) } else { json!({ "anyOf": [own, derived] }) };
        }
        return no_longer_required(holder, name);
    }
    if let Some(derived) = derived.as_object_mut() {
        derived.insert("readOnly".to_owned(), json!(true));
    }
    let properties = schema.entry("properties").or_insert_with(|| json!({}));
    if let Some(properties) = properties.as_object_mut() {
        properties.insert(name.to_owned(), derived);
    }
}

pub(super) fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}
