//! Is every name in a value declared? An oracle that reads the schemas anew at every value.
//!
//! A name is declared where any schema that speaks of its object, itself or through references,
//! combinations and conditions, names it, matches it with a pattern, or gives a schema for
//! additional ones. Where none of them declares anything at all, every name is free.

use std::collections::HashSet;

use regex::Regex;
use serde_json::{Map, Value};

use crate::source::Source;

/// In which direction a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the API: what is `readOnly` is not declared.
    In,
    /// From the API: what is `writeOnly` is not declared.
    Out,
}

/// Schemas that speak of one value; a document that needs more is not judged any further.
const SCHEMAS_MAX: usize = 4096;
/// Places that are told.
const TOLD_MAX: usize = 8;

/// The places (RFC 6901) of members that nothing declares.
pub fn undeclared(source: Source<'_>, schema: &Value, value: &Value, way: Way) -> Vec<String> {
    let mut walk = Walk { source, way, at: Vec::new(), told: Vec::new() };
    walk.value(&[schema], value);
    walk.told
}

struct Walk<'a> {
    source: Source<'a>,
    way: Way,
    at: Vec<String>,
    told: Vec<String>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, schemas: &[&'a Value], value: &Value) {
        let all = expanded(self.source, schemas);
        match value {
            Value::Object(members) => {
                let items = items(&all);
                if items.is_empty() {
                    return self.members(&all, members);
                }
                // One sent where a list is declared is judged as an item of it. Where schemas speak
                // of both, it is enough that one of them declares a name.
                let before = self.told.len();
                self.members(&expanded(self.source, &items), members);
                if may_be_object(&all) {
                    let as_item = self.told.split_off(before);
                    self.members(&all, members);
                    let as_object = self.told.split_off(before);
                    self.told.extend(as_object.into_iter().filter(|at| as_item.contains(at)));
                }
            }
            Value::Array(list) => {
                let items = items(&all);
                // A list of anything, if some schema says so, or says nothing at all; else each is
                // judged as the one that the schemas speak of.
                let is_list = |one: &&Value| names(one, "array") || says_nothing(one);
                let is_free = items.is_empty() && (!may_be_object(&all) || all.iter().any(is_list));
                let inner = if items.is_empty() { schemas.to_vec() } else { items };
                if is_free {
                    return;
                }
                for (index, item) in list.iter().enumerate() {
                    self.at.push(index.to_string());
                    self.declared(&inner, item);
                    self.at.pop();
                }
            }
            _ => {}
        }
    }

    fn members(&mut self, all: &[&'a Value], members: &Map<String, Value>) {
        for (name, member) in members {
            self.at.push(name.clone());
            self.member(all, name, member);
            self.at.pop();
        }
    }

    fn member(&mut self, all: &[&'a Value], name: &str, member: &Value) {
        let mut declarations: Vec<&'a Value> = Vec::new();
        let mut patterned: Vec<&'a Value> = Vec::new();
        let mut maps: Vec<&'a Value> = Vec::new();
        let (mut is_silent, mut is_named) = (true, false);
        for schema in all {
            for (known, declaration) in object(schema.get("properties")) {
                is_silent = false;
                if known == name && *declaration != Value::Bool(false) {
                    declarations.push(declaration);
                }
            }
            for (pattern, declaration) in object(schema.get("patternProperties")) {
                is_silent = false;
                if Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(name)) {
                    patterned.push(declaration);
                }
            }
            for rest in ["additionalProperties", "unevaluatedProperties"] {
                match schema.get(rest) {
                    Some(Value::Bool(false)) => is_silent = false,
                    Some(map) if constrains(map) => maps.push(map),
                    _ => {}
                }
            }
            // What must be there, or tells alternatives apart, may be there.
            let tells_apart = schema.get("discriminator");
            let tells_apart = tells_apart.and_then(|one| one.get("propertyName"));
            is_named |= list(schema.get("required")).chain(tells_apart).any(|one| one == name);
        }
        // Patterns speak of named properties, too.
        declarations.extend(patterned);
        if declarations.is_empty() {
            declarations = maps;
        }
        if declarations.is_empty() && !is_silent && !is_named {
            self.tell();
        } else {
            self.declared(&declarations, member);
        }
    }

    /// A value that these schemas declare, unless they hide it.
    fn declared(&mut self, schemas: &[&'a Value], value: &Value) {
        let hidden = match self.way {
            Way::In => "readOnly",
            Way::Out => "writeOnly",
        };
        if schemas.iter().any(|schema| self.says(schema, hidden, 0)) {
            self.tell();
        } else if !schemas.is_empty() {
            self.value(schemas, value);
        }
    }

    fn tell(&mut self) {
        if self.told.len() < TOLD_MAX {
            self.told.push(format!("/{}", self.at.join("/")));
        }
    }

    /// Whether a declaration says so itself, through its reference, or in a part of it.
    fn says(&self, schema: &'a Value, flag: &str, depth: usize) -> bool {
        let part_says = |part: &'a Value| depth < 16 && self.says(part, flag, depth + 1);
        schema.get(flag) == Some(&Value::Bool(true))
            || schema
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|reference| self.source.at(reference))
                .is_some_and(part_says)
            || ["allOf", "anyOf", "oneOf"]
                .into_iter()
                .any(|keyword| list(schema.get(keyword)).any(part_says))
    }
}

/// These schemas and all that speak of the same value: references, combinations, conditions.
///
/// A discriminator leads to the schemas that build on its own, unless it was come to from one of
/// these: then the value is of that type, and of none of the others.
fn expanded<'a>(source: Source<'a>, schemas: &[&'a Value]) -> Vec<&'a Value> {
    let mut seen: HashSet<(*const Value, bool)> = HashSet::new();
    let mut all: Vec<&'a Value> = Vec::new();
    let mut waiting: Vec<(&'a Value, bool)> = schemas.iter().map(|one| (*one, false)).collect();
    while let Some((schema, is_part)) = waiting.pop() {
        let key = std::ptr::from_ref(schema);
        if seen.len() >= SCHEMAS_MAX || !seen.insert((key, is_part)) {
            continue;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            waiting.extend(source.at(reference).map(|target| (target, is_part)));
            if source.is_30() {
                // Nothing beside it counts.
                continue;
            }
        }
        all.push(schema);
        let is_heir = is_part || source.is_heir(schema);
        waiting.extend(list(schema.get("allOf")).map(|part| (part, is_heir)));
        let others = ["oneOf", "anyOf"].into_iter().flat_map(|name| list(schema.get(name)));
        let others =
            others.chain(["if", "then", "else"].into_iter().filter_map(|name| schema.get(name)));
        let others = others.chain(object(schema.get("dependentSchemas")).map(|(_, schema)| schema));
        waiting.extend(others.map(|other| (other, is_part)));
        if let Some(discriminator) = schema.get("discriminator").filter(|_| !is_part) {
            let mapping = object(discriminator.get("mapping"));
            let named = mapping.filter_map(|(_, target)| source.schema_named(target.as_str()?));
            waiting.extend(named.chain(heirs(source, schema)).map(|heir| (heir, false)));
        }
    }
    all
}

/// The schemas that build on this one, and those that build on them.
fn heirs<'a>(source: Source<'a>, schema: &Value) -> Vec<&'a Value> {
    let mut known: HashSet<*const Value> = HashSet::new();
    let mut waiting: Vec<&'a Value> = source.heirs(schema).collect();
    let mut all = Vec::new();
    while let Some(heir) = waiting.pop() {
        if known.insert(std::ptr::from_ref(heir)) {
            waiting.extend(source.heirs(heir));
            all.push(heir);
        }
    }
    all
}

/// Whether a schema says more than words about whatever stands there.
fn constrains(schema: &Value) -> bool {
    let is_word = |name: &String| {
        let words = ["title", "description", "example", "examples", "default", "deprecated"];
        let flags = ["nullable", "readOnly", "writeOnly", "xml", "externalDocs", "$comment"];
        name.starts_with("x-") || words.contains(&name.as_str()) || flags.contains(&name.as_str())
    };
    schema.as_object().is_some_and(|members| !members.keys().all(is_word))
}

fn items<'a>(all: &[&'a Value]) -> Vec<&'a Value> {
    let single = ["items", "unevaluatedItems"];
    let mut items: Vec<&'a Value> = Vec::new();
    for schema in all {
        let named = single.iter().filter_map(|name| schema.get(name));
        items.extend(named.filter(|items| items.is_object()));
        items.extend(list(schema.get("prefixItems")));
    }
    items
}

/// Whether a schema names the type object, or declares members.
fn may_be_object(all: &[&Value]) -> bool {
    let declares = |schema: &Value| {
        ["properties", "patternProperties", "additionalProperties"]
            .iter()
            .any(|keyword| schema.get(keyword).is_some())
    };
    all.iter().any(|schema| names(schema, "object") || declares(schema))
}

/// Whether anything at all is valid.
fn says_nothing(schema: &Value) -> bool {
    schema.as_object().is_some_and(Map::is_empty)
}

/// Whether a schema names this type.
fn names(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(known)) => known == name,
        Some(Value::Array(known)) => known.iter().any(|known| known == name),
        _ => false,
    }
}

fn object(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_declared_wherever_any_part_declares_it() {
        let root = json!({
            "openapi": "3.1.0",
            "components": { "schemas": { "Base": { "properties": { "id": {} } } } },
        });
        let schema = json!({
            "allOf": [{ "$ref": "#/components/schemas/Base" }],
            "oneOf": [
                { "properties": { "card": { "properties": { "last4": {} } } } },
                { "patternProperties": { "^x-": {} } },
            ],
        });
        let undeclared = |value| undeclared(Source::new(&root), &schema, &value, Way::Out);
        let declared = json!({ "id": 1, "card": { "last4": 1 }, "x-a": { "any": 1 } });
        assert!(undeclared(declared).is_empty());
        let told = undeclared(json!({ "id": { "free": 1 }, "card": { "cvc": 1 }, "hash": 1 }));
        assert_eq!(told, ["/card/cvc", "/hash"]);
    }

    #[test]
    fn a_map_declares_all_names_and_its_own_values() {
        let root = json!({ "openapi": "3.0.3" });
        let schema = json!({ "additionalProperties": { "properties": { "a": {} } } });
        let value = json!({ "x": { "a": 1, "b": 1 } });
        assert_eq!(undeclared(Source::new(&root), &schema, &value, Way::Out), ["/x/b"]);
    }

    #[test]
    fn what_is_write_only_is_not_declared_for_answers() {
        let root = json!({ "openapi": "3.0.3" });
        let schema = json!({ "properties": { "pin": { "allOf": [{ "writeOnly": true }] } } });
        let value = json!({ "pin": 1 });
        assert_eq!(undeclared(Source::new(&root), &schema, &value, Way::Out), ["/pin"]);
        assert!(undeclared(Source::new(&root), &schema, &value, Way::In).is_empty());
    }
}
