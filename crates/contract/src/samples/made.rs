//! Values made from a schema alone: as little as it asks for.

use regex::Regex;
use serde_json::{Map, Value as Data, json};

use super::{Samples, examples};

/// Schemas inside one another.
const DEPTH_MAX: usize = 12;
/// Items of a made list, and members of a made object.
const PARTS_MAX: u64 = 64;
/// Characters of a text that is any text.
const TEXT_MIN: u64 = 18;

/// Makes values.
pub(super) struct Made<'a> {
    pub(super) samples: &'a Samples,
}

impl Made<'_> {
    /// A value, or none where this does not know how to make one.
    pub(super) fn value(&self, schema: &Data) -> Option<Data> {
        self.at(schema, 0)
    }

    fn at(&self, schema: &Data, depth: usize) -> Option<Data> {
        if depth > DEPTH_MAX {
            return None;
        }
        let schema = self.samples.follow(schema)?;
        if let Some(value) = schema.get("const") {
            return Some(value.clone());
        }
        if let Some(first) = examples(schema).into_iter().next() {
            return Some(first);
        }
        if let Some(values) = schema.get("enum").and_then(Data::as_array) {
            return values.first().cloned();
        }
        let mut made = match type_of(schema) {
            Some("object") => Some(self.object(schema, depth)?),
            Some("array") => Some(self.list(schema, depth)?),
            Some("string") => Some(Data::String(text(schema)?)),
            Some("integer") => Some(number(schema, true)?),
            Some("number") => Some(number(schema, false)?),
            Some("boolean") => Some(json!(true)),
            Some("null") => Some(Data::Null),
            _ => None,
        };
        for part in parts(schema, "allOf") {
            made = Some(joined(made, self.at(part, depth + 1)?));
        }
        for keyword in ["oneOf", "anyOf"] {
            let choices = parts(schema, keyword);
            if !choices.is_empty() {
                let chosen = choices.iter().find_map(|choice| self.at(choice, depth + 1))?;
                made = Some(joined(made, chosen));
            }
        }
        // Where nothing is said, anything will do.
        Some(made.unwrap_or_else(|| json!({})))
    }

    /// What is required; where nothing is, the first member that can be made.
    fn object(&self, schema: &Data, depth: usize) -> Option<Data> {
        let mut object = Map::new();
        let required: Vec<&str> =
            parts(schema, "required").iter().filter_map(Data::as_str).collect();
        let properties = schema.get("properties").and_then(Data::as_object);
        for (name, declared) in properties.into_iter().flatten() {
            if required.contains(&name.as_str()) && !self.is_read_only(declared) {
                object.insert(name.clone(), self.at(declared, depth + 1)?);
            }
        }
        if object.is_empty() {
            let mut writable = properties.into_iter().flatten();
            let first = writable.find_map(|(name, declared)| {
                let made =
                    (!self.is_read_only(declared)).then(|| self.at(declared, depth + 1))??;
                Some((name.clone(), made))
            });
            object.extend(first);
        }
        if object.is_empty()
            && let Some(map @ Data::Object(_)) = schema.get("additionalProperties")
        {
            object.insert("1".to_owned(), self.at(map, depth + 1)?);
        }
        Some(Data::Object(object))
    }

    fn list(&self, schema: &Data, depth: usize) -> Option<Data> {
        let least = schema.get("minItems").and_then(Data::as_u64).unwrap_or(0).max(1);
        if least > PARTS_MAX {
            return None;
        }
        let item = match schema.get("items") {
            Some(items) => self.at(items, depth + 1)?,
            None => json!("item"),
        };
        Some(Data::Array((0..least).map(|_| item.clone()).collect()))
    }

    fn is_read_only(&self, declared: &Data) -> bool {
        let says = |one: &Data| one.get("readOnly") == Some(&Data::Bool(true));
        says(declared) || self.samples.follow(declared).is_some_and(says)
    }

    /// The members of an object, at its top, that may be any short text.
    pub(super) fn free_texts(&self, schema: &Data) -> Vec<String> {
        let mut names = Vec::new();
        let mut waiting = vec![(schema, 0)];
        while let Some((schema, depth)) = waiting.pop() {
            let Some(schema) = self.samples.follow(schema).filter(|_| depth <= DEPTH_MAX) else {
                continue;
            };
            let properties = schema.get("properties").and_then(Data::as_object);
            for (name, declared) in properties.into_iter().flatten() {
                let is_free = self.samples.follow(declared).is_some_and(is_free_text);
                if is_free && !self.is_read_only(declared) {
                    names.push(name.clone());
                }
            }
            waiting.extend(parts(schema, "allOf").iter().map(|part| (part, depth + 1)));
        }
        names
    }
}

fn is_free_text(schema: &Data) -> bool {
    let is_text = match schema.get("type") {
        Some(Data::String(name)) => name == "string",
        Some(Data::Array(names)) => names.iter().any(|name| name == "string"),
        _ => false,
    };
    let most = schema.get("maxLength").and_then(Data::as_u64).unwrap_or(u64::MAX);
    let least = schema.get("minLength").and_then(Data::as_u64).unwrap_or(0);
    let says_more =
        ["enum", "const", "pattern", "format"].into_iter().any(|key| schema.get(key).is_some());
    is_text && !says_more && (least..=most).contains(&TEXT_MIN)
}

/// A text that fits format, pattern and length.
fn text(schema: &Data) -> Option<String> {
    let format = match format_of(schema) {
        "date" => "2031-01-31",
        "date-time" => "2031-01-31T12:30:00Z",
        "time" => "12:30:00Z",
        "email" => "canary@example.com",
        "uuid" => "5f2b1c9e-3d4a-4e6f-8a7b-0c1d2e3f4a5b",
        "uri" | "url" => "https://example.com/a",
        "uri-reference" => "/a",
        "hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "byte" => "aGVsbG8=",
        _ => "",
    };
    let least = schema.get("minLength").and_then(Data::as_u64).unwrap_or(0);
    let most = schema.get("maxLength").and_then(Data::as_u64).unwrap_or(u64::MAX);
    let pattern = match schema.get("pattern").and_then(Data::as_str) {
        Some(pattern) => Some(Regex::new(pattern).ok()?),
        None => None,
    };
    let fits = |text: &str| {
        (least..=most).contains(&(text.chars().count() as u64))
            && pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
    };
    let given = (!format.is_empty()).then(|| format.to_owned());
    let words = ["canary", "Canary", "2031-01", "2031-01-31", "+1-555-0100", "A1", "a-1", "/a"];
    let lengths = least.clamp(1, PARTS_MAX)..=most.clamp(1, PARTS_MAX);
    let repeated = lengths.flat_map(|times| ["1", "a", "A"].map(|one| one.repeat(times as usize)));
    given.into_iter().chain(words.map(str::to_owned)).chain(repeated).find(|text| fits(text))
}

/// What a text says that it is, or nothing.
pub(super) fn format_of(schema: &Data) -> &str {
    schema.get("format").and_then(Data::as_str).unwrap_or_default()
}

/// Whether a number is within its bounds.
pub(super) fn is_within(schema: &Data, number: f64) -> bool {
    let says = |key| schema.get(key).and_then(Data::as_f64);
    // OpenAPI 3.0 says by a truth value whether the bound itself is outside.
    let is_true = |key| schema.get(key) == Some(&Data::Bool(true));
    let above = |least: f64, is_out| if is_out { number > least } else { number >= least };
    let below = |most: f64, is_out| if is_out { number < most } else { number <= most };
    says("minimum").is_none_or(|least| above(least, is_true("exclusiveMinimum")))
        && says("maximum").is_none_or(|most| below(most, is_true("exclusiveMaximum")))
        && says("exclusiveMinimum").is_none_or(|least| above(least, true))
        && says("exclusiveMaximum").is_none_or(|most| below(most, true))
}

/// A number within its bounds: the least one that is not negative.
fn number(schema: &Data, is_whole: bool) -> Option<Data> {
    let says = |key| schema.get(key).and_then(Data::as_f64);
    let step = if is_whole { 1.0 } else { 0.5 };
    let is_true = |key| schema.get(key) == Some(&Data::Bool(true));
    let above = says("exclusiveMinimum").map(|least| least + step);
    let least =
        says("minimum").map(|least| least + if is_true("exclusiveMinimum") { step } else { 0.0 });
    let least = above.or(least).unwrap_or(1.0);
    let most = says("maximum").or_else(|| says("exclusiveMaximum").map(|most| most - step));
    let mut value =
        if most.is_some_and(|most| most < 1.0) { least.min(most?) } else { least.max(1.0) };
    if let Some(multiple) = says("multipleOf").filter(|multiple| *multiple > 0.0) {
        value = (value / multiple).ceil() * multiple;
    }
    let is_small = value.fract() == 0.0 && value.abs() < 9e15;
    Some(if is_small { json!(value as i64) } else { json!(value) })
}

/// Both at once: objects are joined, else the first counts.
fn joined(made: Option<Data>, more: Data) -> Data {
    match (made, more) {
        (Some(Data::Object(mut known)), Data::Object(more)) => {
            known.extend(more);
            Data::Object(known)
        }
        (Some(known), _) => known,
        (None, more) => more,
    }
}

pub(super) fn type_of(schema: &Data) -> Option<&str> {
    match schema.get("type") {
        Some(Data::String(name)) => Some(name),
        Some(Data::Array(names)) => {
            names.iter().filter_map(Data::as_str).find(|name| *name != "null")
        }
        _ if schema.get("properties").is_some() => Some("object"),
        _ if schema.get("items").is_some() => Some("array"),
        _ => None,
    }
}

pub(super) fn parts<'a>(schema: &'a Data, keyword: &str) -> &'a [Data] {
    schema.get(keyword).and_then(Data::as_array).map_or(&[], Vec::as_slice)
}
