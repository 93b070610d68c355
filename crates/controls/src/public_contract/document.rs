//! The document without what clients do not meet.

use std::collections::BTreeSet;

use portcullis_contract::{Operation, as_json};
use portcullis_policy::Model;
use serde_json::{Map, Value, json};

use super::{DEPTH_MAX, inner, masks};
use crate::sensitive::password_name;

/// Names of the operations in a path item (OpenAPI 3.2).
const METHODS: [&str; 9] =
    ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// The document of an API, changed.
pub(super) fn of(
    model: &Model,
    is_open: &dyn Fn(usize) -> bool,
    notes: &mut BTreeSet<String>,
) -> Result<Value, String> {
    let text = as_json(&model.sources, model.main)
        .map_err(|_| "the document cannot be read once more".to_owned())?;
    let mut document: Value =
        serde_json::from_str(&text).map_err(|_| "the document is no JSON".to_owned())?;
    if let Some(file) = elsewhere(&document, 0) {
        return Err(format!(
            "the document refers to `{file}`, and clients see one document: bundle it first"
        ));
    }
    let is_swagger = document.get("swagger").is_some();
    let base = if model.base_path.is_empty() { "/" } else { &model.base_path };
    if let Some(root) = document.as_object_mut() {
        if is_swagger {
            for name in ["host", "schemes"] {
                root.shift_remove(name);
            }
            root.insert("basePath".to_owned(), json!(base));
        } else {
            let url = model.resource.as_deref().unwrap_or(base);
            root.insert("servers".to_owned(), json!([{ "url": url }]));
        }
        inline(root);
        if let Some(paths) = root.get_mut("paths").and_then(Value::as_object_mut) {
            keep_open(paths, &model.contract.operations, is_open);
        }
        root.shift_remove("webhooks");
    }
    let mut gone = BTreeSet::new();
    masks::apply(&mut document, model, is_swagger, (notes, &mut gone));
    without_passwords(&mut document, is_swagger, &masks::shown(model), &mut gone, 0);
    inner::take_out(&mut document);
    let place = if is_swagger { "/definitions" } else { "/components/schemas" };
    inner::require_no_more(&mut document, place, &gone);
    inner::keep_used(&mut document, place);
    Ok(document)
}

/// Path items that stand elsewhere in the document, where they are used.
fn inline(root: &mut Map<String, Value>) {
    let items = root.get_mut("components").and_then(Value::as_object_mut);
    let items = items.and_then(|components| components.shift_remove("pathItems"));
    let Some(paths) = root.get_mut("paths").and_then(Value::as_object_mut) else { return };
    // One path may be described by another: before anything is taken out of it.
    let before = paths.clone();
    for item in paths.values_mut() {
        let to = item.get("$ref").and_then(Value::as_str).unwrap_or_default();
        let name = |prefix: &str| to.strip_prefix(prefix).map(masks::unescaped);
        let found = name("#/components/pathItems/")
            .and_then(|name| items.as_ref()?.get(&name).cloned())
            .or_else(|| name("#/paths/").and_then(|name| before.get(&name).cloned()));
        if let Some(found) = found {
            *item = found;
        }
    }
}

/// Operations that nobody may call are not part of what clients see, nor are servers of single paths.
fn keep_open(
    paths: &mut Map<String, Value>,
    operations: &[Operation],
    is_open: &dyn Fn(usize) -> bool,
) {
    let is_open = |template: &str, method: &str| {
        operations.iter().enumerate().any(|(index, one)| {
            one.template == template
                && one.method.to_string().eq_ignore_ascii_case(method)
                && is_open(index)
        })
    };
    let mut empty = Vec::new();
    for (template, item) in paths.iter_mut() {
        let Some(item) = item.as_object_mut() else { continue };
        item.shift_remove("servers");
        for method in METHODS {
            if item.contains_key(method) && !is_open(template, method) {
                item.shift_remove(method);
            }
        }
        for (_, operation) in item.iter_mut() {
            if let Some(operation) = operation.as_object_mut() {
                operation.shift_remove("servers");
            }
        }
        if !METHODS.iter().any(|method| item.contains_key(*method)) && template.starts_with('/') {
            empty.push(template.clone());
        }
    }
    for template in empty {
        paths.shift_remove(&template);
    }
}

/// Another file that the document refers to.
fn elsewhere(value: &Value, depth: usize) -> Option<&str> {
    if depth == DEPTH_MAX {
        return None;
    }
    match value {
        Value::Object(members) => {
            let here = members.get("$ref").and_then(Value::as_str);
            let here = here.filter(|to| !to.starts_with('#'));
            here.or_else(|| members.values().find_map(|one| elsewhere(one, depth + 1)))
        }
        Value::Array(items) => items.iter().find_map(|one| elsewhere(one, depth + 1)),
        _ => None,
    }
}

/// Passwords do not leave whatever the document says: clients send them and do not read them.
fn without_passwords(
    value: &mut Value,
    is_swagger: bool,
    shown: &BTreeSet<String>,
    gone: &mut BTreeSet<String>,
    depth: usize,
) {
    if depth == DEPTH_MAX {
        return;
    }
    match value {
        Value::Object(members) => {
            let properties = members.get("properties").and_then(Value::as_object);
            let names: Vec<String> = properties
                .into_iter()
                .flatten()
                .filter(|(name, schema)| {
                    password_name(name) && !shown.contains(*name) && says_text(schema)
                })
                .map(|(name, _)| name.clone())
                .collect();
            for name in names {
                masks::hide(members, &name, is_swagger, gone);
            }
            for one in members.values_mut() {
                without_passwords(one, is_swagger, shown, gone, depth + 1);
            }
        }
        Value::Array(items) => {
            for one in items {
                without_passwords(one, is_swagger, shown, gone, depth + 1);
            }
        }
        _ => {}
    }
}

fn says_text(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => name == "string",
        Some(Value::Array(names)) => names.iter().any(|name| name == "string"),
        _ => false,
    }
}
