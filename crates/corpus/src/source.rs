//! A document as plain JSON: what it states, before anybody interprets it.

use std::collections::HashMap;

use portcullis_model::Method;
use serde_json::Value;

/// References that are followed one after the other.
const HOPS_MAX: usize = 32;

/// A document.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    root: &'a Value,
    /// The named schemas that are made by `allOf` from the one at this place.
    heirs: &'a HashMap<*const Value, Vec<&'a Value>>,
}

/// An operation that a document states.
#[derive(Debug, Clone, Copy)]
pub struct Stated<'a> {
    /// The key in `paths`.
    pub path: &'a str,
    /// The path item, references followed.
    pub item: &'a Value,
    /// The method.
    pub method: Method,
    /// The operation.
    pub operation: &'a Value,
}

impl<'a> Source<'a> {
    /// This document. What is remembered of it stays until the process ends, which reads one.
    pub fn new(root: &'a Value) -> Self {
        let nothing: &'a HashMap<_, _> = Box::leak(Box::default());
        let plain = Self { root, heirs: nothing };
        let mut heirs: HashMap<*const Value, Vec<&'a Value>> = HashMap::new();
        let schemas = root.get("components").and_then(|all| all.get("schemas"));
        for heir in schemas.and_then(Value::as_object).into_iter().flatten().map(|(_, one)| one) {
            let parts = heir.get("allOf").and_then(Value::as_array).into_iter().flatten();
            for base in parts.filter_map(|part| plain.at(part.get("$ref")?.as_str()?)) {
                heirs.entry(std::ptr::from_ref(base)).or_default().push(heir);
            }
        }
        Self { root, heirs: Box::leak(Box::new(heirs)) }
    }

    /// Whether schemas are those of OpenAPI 3.0, where nothing beside a `$ref` counts.
    pub fn is_30(self) -> bool {
        self.root.get("openapi").and_then(Value::as_str).is_some_and(|text| text.starts_with("3.0"))
    }

    /// What stands at a reference: `#/components/schemas/Order`.
    pub fn at(self, reference: &str) -> Option<&'a Value> {
        self.root.pointer(&percent_decoded(reference.strip_prefix('#')?)?)
    }

    /// The value, or what it refers to in the end.
    pub fn follow(self, value: &'a Value) -> Option<&'a Value> {
        let mut at = value;
        for _ in 0..HOPS_MAX {
            let Some(reference) = at.get("$ref").and_then(Value::as_str) else {
                return Some(at);
            };
            at = self.at(reference)?;
        }
        None
    }

    /// The schema that a discriminator's mapping names: by a reference, or by its name alone.
    pub(crate) fn schema_named(self, name: &str) -> Option<&'a Value> {
        if name.starts_with('#') {
            return self.at(name);
        }
        self.root.get("components")?.get("schemas")?.get(name)
    }

    /// The schemas that are made from this one by `allOf`.
    pub(crate) fn heirs(self, schema: &Value) -> impl Iterator<Item = &'a Value> {
        self.heirs.get(&std::ptr::from_ref(schema)).into_iter().flatten().copied()
    }

    /// Whether this is a named schema that builds on another one, and adds something.
    pub(crate) fn is_heir(self, schema: &Value) -> bool {
        let schemas = self.root.get("components").and_then(|all| all.get("schemas"));
        let mut named = schemas.and_then(Value::as_object).into_iter().flatten();
        let parts = schema.get("allOf").and_then(Value::as_array);
        parts.is_some_and(|parts| parts.len() > 1 || schema.get("properties").is_some())
            && named.any(|(_, named)| std::ptr::eq(named, schema))
    }

    /// All operations, in the order of the document.
    pub fn operations(self) -> Vec<Stated<'a>> {
        let paths = self.root.get("paths").and_then(Value::as_object);
        let mut stated = Vec::new();
        for (path, item) in paths.into_iter().flatten().filter(|(path, _)| path.starts_with('/')) {
            let Some(item) = self.follow(item) else { continue };
            for (key, operation) in item.as_object().into_iter().flatten() {
                let method = Method::ALL.into_iter().find(|method| method.key() == key);
                if let Some(method) = method {
                    stated.push(Stated { path, item, method, operation });
                }
            }
        }
        stated
    }
}

/// Text with its escapes undone, if that is UTF-8.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}
