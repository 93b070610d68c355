//! The reference of the policy file, from its types: JSON Schema for editors, and a page.

use serde_json::{Map, Value, json};

use crate::file::PolicyFile;

/// The JSON Schema of the policy file (draft 2020-12), for editors.
pub fn json_schema() -> Value {
    let mut schema = schemars::schema_for!(PolicyFile).to_value();
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".to_owned(), json!("Portcullis policy"));
    }
    schema
}

/// The reference page in Markdown: every key, its values, and why its default is what it is.
pub fn reference_page() -> String {
    let schema = json_schema();
    let types = Types { schema: &schema };
    let mut parts = vec![
        "# The policy file".to_owned(),
        "<!-- Made from the types of crate `policy`; change it there. -->".to_owned(),
    ];
    parts.extend(description(&schema).map(str::to_owned));
    parts.push(types.table(&schema));
    for (key, value) in properties(&schema) {
        let section = types.section(value);
        if properties(section).next().is_some() {
            parts.push(format!("## `{key}`"));
            parts.extend(description(section).map(str::to_owned));
            parts.push(types.table(section));
        }
    }
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

    /// Behind `$ref`, and behind "or null".
    fn resolve(&self, value: &'a Value) -> &'a Value {
        let choice = list(value, "anyOf").find(|one| one.get("$ref").is_some());
        let value = choice.unwrap_or(value);
        let pointer = value.get("$ref").and_then(Value::as_str);
        pointer.and_then(|pointer| self.schema.pointer(pointer.strip_prefix('#')?)).unwrap_or(value)
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
