//! Which value of a member is one that it does not have by chance?

use regex::Regex;
use serde_json::{Value as Data, json};

use super::examples;
use super::made::{Made, format_of, is_within, parts, type_of};

/// Schemas inside one another.
const DEPTH_MAX: usize = 12;
/// Characters of a text that consists of one letter.
const REPEATED_MAX: u64 = 64;

impl Made<'_> {
    /// The schema at a JSON Pointer of a value, where `*` or a number leads into a list.
    pub(super) fn schema_at<'s>(&'s self, schema: &'s Data, pointer: &str) -> Option<&'s Data> {
        let names: Vec<String> = pointer
            .split('/')
            .skip(1)
            .map(|name| name.replace("~1", "/").replace("~0", "~"))
            .collect();
        self.below(schema, &names, 0)
    }

    fn below<'s>(&'s self, schema: &'s Data, names: &[String], depth: usize) -> Option<&'s Data> {
        let schema = self.samples.follow(schema).filter(|_| depth <= DEPTH_MAX)?;
        let Some((name, rest)) = names.split_first() else { return Some(schema) };
        let member = schema.get("properties").and_then(|all| all.get(name));
        let is_place = name == "*" || name.bytes().all(|byte| byte.is_ascii_digit());
        let item = schema.get("items").filter(|_| is_place);
        let own = member.or(item).and_then(|one| self.below(one, rest, depth + 1));
        own.or_else(|| {
            let joined = ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|key| parts(schema, key));
            joined.into_iter().find_map(|part| self.below(part, names, depth + 1))
        })
    }

    /// A single value of a schema that is neither its example nor its default, nor what an honest request has, nor
    /// one of those that are taken.
    pub(super) fn unusual(&self, schema: &Data, taken: &[Data]) -> Option<Data> {
        let schema = self.leaf(schema, 0)?;
        let mut usual = examples(schema);
        usual.extend(self.value(schema));
        let all = match schema.get("enum").and_then(Data::as_array) {
            // The first one is mostly where things begin.
            Some(values) => values.iter().rev().filter(|one| !one.is_null()).cloned().collect(),
            None => match type_of(schema)? {
                "boolean" => vec![json!(true), json!(false)],
                "integer" => numbers(schema, true),
                "number" => numbers(schema, false),
                "string" => texts(schema)?,
                _ => Vec::new(),
            },
        };
        // Made values are no guess at what a truth value is by chance: mostly it is not true.
        if type_of(schema) == Some("boolean") && examples(schema).is_empty() {
            usual.clear();
        }
        all.into_iter().find(|one| !usual.contains(one) && !taken.contains(one))
    }

    /// The part of a schema that says what kind of value it is.
    fn leaf<'s>(&'s self, schema: &'s Data, depth: usize) -> Option<&'s Data> {
        let schema = self.samples.follow(schema).filter(|_| depth <= DEPTH_MAX)?;
        if schema.get("enum").is_some() || type_of(schema).is_some() {
            return Some(schema);
        }
        let joined = ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|key| parts(schema, key));
        joined
            .into_iter()
            .filter_map(|part| self.leaf(part, depth + 1))
            .find(|part| type_of(part) != Some("null"))
    }
}

/// Numbers that nobody has by chance, first.
fn numbers(schema: &Data, is_whole: bool) -> Vec<Data> {
    let bound = |key| schema.get(key).and_then(Data::as_f64);
    let mut all = vec![4217.0, 57.0, 7.0, 3.0, 2.0];
    all.extend(bound("maximum"));
    all.extend(bound("minimum"));
    all.extend([1.0, 0.0, -7.0]);
    if let Some(step) = bound("multipleOf").filter(|step| *step > 0.0) {
        all.iter_mut().for_each(|one| *one = (*one / step).floor() * step);
    }
    all.retain(|one| is_within(schema, *one) && (!is_whole || one.fract() == 0.0));
    let is_small = |one: f64| one.fract() == 0.0 && one.abs() < 9e15;
    all.into_iter().map(|one| if is_small(one) { json!(one as i64) } else { json!(one) }).collect()
}

/// Texts of the schema's format, pattern and length.
fn texts(schema: &Data) -> Option<Vec<Data>> {
    let pattern = match schema.get("pattern").and_then(Data::as_str) {
        Some(pattern) => Some(Regex::new(pattern).ok()?),
        None => None,
    };
    let least = schema.get("minLength").and_then(Data::as_u64).unwrap_or(0);
    let most = schema.get("maxLength").and_then(Data::as_u64).unwrap_or(u64::MAX);
    let fits = |text: &String| {
        (least..=most).contains(&(text.chars().count() as u64))
            && pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
    };
    let of_format = match format_of(schema) {
        "date" => "2033-03-03",
        "date-time" => "2033-03-03T03:03:03Z",
        "time" => "03:03:03Z",
        "email" => "elsewhere@example.net",
        "uuid" => "0d9e8f7a-6b5c-4d3e-9f2a-1b0c9d8e7f6a",
        "uri" | "url" => "https://example.net/elsewhere",
        "uri-reference" => "/elsewhere",
        "hostname" => "example.net",
        "ipv4" => "198.51.100.7",
        "ipv6" => "2001:db8::7",
        "byte" => "ZWxzZXdoZXJl",
        "" => "elsewhere",
        // What such a text looks like is not known.
        _ => return Some(Vec::new()),
    };
    let words = [of_format, "Elsewhere", "2033-03", "+1-555-0177", "Z7", "z-7", "ELSEWHERE"];
    let lengths = least.clamp(1, REPEATED_MAX)..=most.clamp(1, REPEATED_MAX);
    let repeated = lengths.flat_map(|times| ["7", "z", "Z"].map(|one| one.repeat(times as usize)));
    let all = words.map(str::to_owned).into_iter().chain(repeated);
    let is_of_format = |text: &String| format_of(schema).is_empty() || text == of_format;
    Some(all.filter(|text| is_of_format(text) && fits(text)).map(Data::String).collect())
}

#[cfg(test)]
mod tests {
    use super::super::Samples;
    use super::*;

    fn samples() -> Samples {
        Samples {
            root: json!({ "components": { "schemas": {
                "State": { "type": "string", "enum": ["new", "paid", "gone"] },
                "Order": { "allOf": [{ "properties": {
                    "state": { "$ref": "#/components/schemas/State" },
                    "lines": { "type": "array", "items": { "properties": { "n": { "type": "integer" } } } },
                } }] },
            } } }),
        }
    }

    #[test]
    fn a_member_is_found_through_references_lists_and_parts() {
        let samples = samples();
        let made = Made { samples: &samples };
        let order = json!({ "$ref": "#/components/schemas/Order" });
        let found = made.schema_at(&order, "/state").unwrap();
        assert_eq!(made.unusual(found, &[]), Some(json!("gone")));
        for at in ["/lines/*/n", "/lines/0/n"] {
            let found = made.schema_at(&order, at).unwrap();
            assert_eq!(made.unusual(found, &[]), Some(json!(4217)), "{at}");
            assert_eq!(made.unusual(found, &[json!(4217)]), Some(json!(57)), "{at}");
        }
        assert_eq!(made.schema_at(&order, "/lines/n"), None);
        assert_eq!(made.schema_at(&order, "/none"), None);
    }

    #[test]
    fn it_is_neither_usual_nor_out_of_bounds() {
        let samples = samples();
        let made = Made { samples: &samples };
        for (schema, expected) in [
            (json!({ "type": "boolean" }), Some(json!(true))),
            (json!({ "type": "boolean", "default": true }), Some(json!(false))),
            (json!({ "type": "integer", "maximum": 100 }), Some(json!(57))),
            (json!({ "type": "integer", "maximum": 100, "example": 57 }), Some(json!(7))),
            (json!({ "type": "integer", "minimum": 5, "maximum": 6 }), Some(json!(6))),
            (json!({ "type": "integer", "multipleOf": 5, "maximum": 100 }), Some(json!(55))),
            (json!({ "type": "string" }), Some(json!("elsewhere"))),
            (json!({ "type": "string", "enum": ["a", "b"], "example": "b" }), Some(json!("a"))),
            (json!({ "type": "string", "enum": ["a"] }), None),
            (json!({ "type": "string", "pattern": "^[A-Z]{3}$" }), Some(json!("ZZZ"))),
            (json!({ "type": "string", "format": "date" }), Some(json!("2033-03-03"))),
            (json!({ "type": "string", "format": "iban" }), None),
            (json!({ "type": ["null", "string"], "maxLength": 2 }), Some(json!("Z7"))),
            (json!({ "anyOf": [{ "type": "null" }, { "type": "integer" }] }), Some(json!(4217))),
            (json!({ "type": "object" }), None),
        ] {
            assert_eq!(made.unusual(&schema, &[]), expected, "{schema}");
        }
    }
}
