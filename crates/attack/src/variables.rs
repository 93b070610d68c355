//! Values that one step saved and a later one uses: `${name}`.

use std::collections::HashMap;

use serde_json::Value;

/// Variables that the runner itself sets.
pub(crate) const GIVEN: [&str; 6] = ["host", "unique", "number", "api", "door", "listener"];

/// Where what the listener heard is kept: no name that a file can use.
const HEARD: &str = " heard";

/// Saved values, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    values: HashMap<String, Value>,
}

/// A value that no step has saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing(pub String);

impl Variables {
    /// Keeps a value.
    pub(crate) fn save(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
    }

    /// What the attacker's own listener heard.
    pub(crate) fn heard(&self) -> String {
        self.values.get(HEARD).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Keeps what it heard. No step can save or name it.
    pub(crate) fn hear(&mut self, lines: String) {
        self.values.insert(HEARD.to_owned(), Value::String(lines));
    }

    /// A saved text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(Value::as_str)
    }

    /// Every variable of these texts, as it is written: what is filled with them stays as it is.
    pub(crate) fn as_they_are(texts: &[String]) -> Self {
        let mut variables = Self::default();
        for name in texts.iter().flat_map(|text| names(text)) {
            variables.save(name, Value::String(format!("${{{name}}}")));
        }
        variables
    }

    /// A text with its values put in: texts as they are, anything else as JSON.
    pub(crate) fn fill(&self, text: &str) -> Result<String, Missing> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, name, after)) = first_name(rest) {
            out.push_str(before);
            match self.value(name)? {
                Value::String(text) => out.push_str(text),
                value => out.push_str(&value.to_string()),
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// A JSON value with its values put in; a text that is one `${name}` becomes that value with
    /// its type.
    pub(crate) fn fill_value(&self, value: &Value) -> Result<Value, Missing> {
        Ok(match value {
            Value::String(text) => match first_name(text) {
                Some(("", name, "")) => self.value(name)?.clone(),
                Some(_) => Value::String(self.fill(text)?),
                None => value.clone(),
            },
            Value::Array(items) => Value::Array(
                items.iter().map(|item| self.fill_value(item)).collect::<Result<_, _>>()?,
            ),
            Value::Object(members) => {
                let filled = members
                    .iter()
                    .map(|(name, value)| Ok((self.fill(name)?, self.fill_value(value)?)));
                Value::Object(filled.collect::<Result<_, Missing>>()?)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        })
    }

    fn value(&self, name: &str) -> Result<&Value, Missing> {
        self.values.get(name).ok_or_else(|| Missing(name.to_owned()))
    }
}

/// The names that a text uses.
pub(crate) fn names(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, name, after)) = first_name(rest) {
        names.push(name);
        rest = after;
    }
    names
}

/// Whether a name can be used: lower case letters, digits and `_`, a letter first. Whatever else
/// stands in `${...}` is an attacker's text and stays.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(is_inner)
}

/// What is said of a name that cannot be used.
pub(crate) fn not_a_name(text: &str) -> String {
    let text = text.escape_default();
    format!("`{text}` is not a name; use lower case letters, digits and `_`")
}

const fn is_inner(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
}

/// A text with the same in the place of each `${name}`.
pub(crate) fn named_one(text: &str, value: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, _, after)) = first_name(rest) {
        out.push_str(before);
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// What stands before the first `${name}`, the name, and what follows.
fn first_name(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find("${") {
        let start = from + at;
        let inner = text.get(start + 2..)?;
        let name_bytes = inner.bytes().take_while(|byte| is_inner(*byte)).count();
        let (name, after) = inner.split_at_checked(name_bytes)?;
        if let Some(after) = after.strip_prefix('}')
            && is_name(name)
        {
            return Some((text.get(..start)?, name, after));
        }
        from = start + 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn saved_values_are_put_in_and_other_braces_stay() {
        let mut variables = Variables::default();
        variables.save("id", json!(7));
        variables.save("word", json!("a b"));
        assert_eq!(variables.fill("/o/${id}?q=${word}").unwrap(), "/o/7?q=a b");
        assert_eq!(variables.fill("${7*7}${jndi:x}${").unwrap(), "${7*7}${jndi:x}${");
        assert_eq!(variables.fill("${none}"), Err(Missing("none".to_owned())));
        let filled = variables.fill_value(&json!({ "${word}": ["${id}", "x${id}"] })).unwrap();
        assert_eq!(filled, json!({ "a b": [7, "x7"] }));
    }

    #[test]
    fn names_in_a_text_are_found() {
        assert_eq!(names("${a} ${7} ${b_2}"), ["a", "b_2"]);
    }
}
