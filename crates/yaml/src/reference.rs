//! The reference of a file, from the types of its sections: JSON Schema for editors, and a page.

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

/// The JSON Schema of a file (draft 2020-12), for editors.
pub fn json_schema<T: JsonSchema>(title: &str) -> Value {
    let mut schema = schemars::schema_for!(T).to_value();
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".to_owned(), json!(title));
    }
    schema
}

/// The reference page in Markdown: every key, its values, and why its default is what it is. `made` says from what.
pub fn page(title: &str, made: &str, schema: &Value) -> String {
    let types = Types { schema };
    let mut parts = vec![format!("# {title}"), format!("<!-- {made} -->")];
    parts.extend(description(schema).map(str::to_owned));
    parts.push(types.table(schema));
    types.sections(schema, "", 0, &mut parts);
    parts.join("\n\n") + "\n"
}

fn properties(section: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let properties = section.get("properties").and_then(Value::as_object);
    properties.into_iter().flat_map(Map::iter)
}

fn description(value: &Value) -> Option<&str> {
    value.get("description").and_then(Value::as_str)
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// Whether a value may be of this JSON type.
fn is(value: &Value, kind: &str) -> bool {
    value.get("type").is_some_and(|is| is == kind) || list(value, "type").any(|is| is == kind)
}

/// The schema, to follow its references.
struct Types<'a> {
    schema: &'a Value,
}

impl<'a> Types<'a> {
    /// The sections inside a section, each with those inside it.
    fn sections(&self, outer: &'a Value, before: &str, depth: usize, parts: &mut Vec<String>) {
        /// The types are no deeper; one that holds itself would be.
        const DEPTH_MAX: usize = 3;
        for (key, value) in properties(outer) {
            let section = self.section(value);
            if depth >= DEPTH_MAX || properties(section).next().is_none() {
                continue;
            }
            parts.push(format!("{} `{before}{key}`", "#".repeat(depth + 2)));
            parts.extend(description(section).map(str::to_owned));
            parts.push(self.table(section));
            self.sections(section, &format!("{before}{key}."), depth + 1, parts);
        }
    }

    /// The mapping behind a value: itself, the items of its list, or what its names lead to.
    fn section(&self, value: &'a Value) -> &'a Value {
        /// The types are no deeper; one that holds itself would be.
        const STEPS_MAX: usize = 8;
        let mut section = self.resolve(value);
        for _ in 0..STEPS_MAX {
            let inner = section.get("items").or_else(|| section.get("additionalProperties"));
            match inner {
                Some(inner) if inner.is_object() => section = self.resolve(inner),
                _ => break,
            }
        }
        section
    }

    /// Behind `$ref`, behind "or null", and behind "or a list of them".
    fn resolve(&self, value: &'a Value) -> &'a Value {
        const STEPS_MAX: usize = 4;
        let mut value = value;
        for _ in 0..STEPS_MAX {
            let choice = list(value, "anyOf").find(|one| one.get("$ref").is_some());
            let has_null = list(value, "anyOf").any(|one| is(one, "null"));
            let other = list(value, "anyOf").find(|one| has_null && !is(one, "null"));
            let chosen = choice.or(other).unwrap_or(value);
            let pointer = chosen.get("$ref").and_then(Value::as_str);
            let target = pointer.and_then(|at| self.schema.pointer(at.strip_prefix('#')?));
            let next = target.unwrap_or(chosen);
            if std::ptr::eq(next, value) {
                break;
            }
            value = next;
        }
        value
    }

    fn table(&self, section: &'a Value) -> String {
        let mut lines = vec!["| key | value | meaning |".to_owned(), "|---|---|---|".to_owned()];
        for (key, value) in properties(section) {
            let text = description(value).unwrap_or_default().replace('\n', " ");
            let is_needed = list(section, "required").any(|name| name == key.as_str());
            let needed = if is_needed { " (required)" } else { "" };
            let kind = self.kind(value);
            lines.push(format!("| `{key}`{needed} | {kind} | {text} |"));
        }
        lines.join("\n")
    }

    /// What a value looks like, in words.
    fn kind(&self, value: &'a Value) -> String {
        let resolved = self.resolve(value);
        if let Some(words) = words(resolved) {
            return words;
        }
        if let Some(example) = list(resolved, "examples").next() {
            let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
            return format!("like `{example}`");
        }
        let is_by_name = resolved.get("additionalProperties").is_some_and(Value::is_object);
        let kind = match resolved {
            value if is(value, "array") => "a list",
            value if is(value, "object") && is_by_name => "a mapping by name",
            value if is(value, "object") => "a mapping",
            value if is(value, "boolean") => "`true` or `false`",
            _ => "text",
        };
        kind.to_owned()
    }
}

/// The words, where a value is one of a few.
fn words(value: &Value) -> Option<String> {
    let choices = list(value, "oneOf").chain(list(value, "anyOf"));
    let nested = choices.flat_map(|one| one.get("const").into_iter().chain(constants(one)));
    let words: Vec<String> = list(value, "enum")
        .chain(value.get("const"))
        .chain(nested)
        .filter_map(|word| word.as_str().map(|word| format!("`{word}`")))
        .collect();
    (!words.is_empty()).then(|| words.join(" or "))
}

fn constants(choice: &Value) -> impl Iterator<Item = &Value> {
    list(choice, "oneOf").filter_map(|one| one.get("const"))
}
