//! Names as Cedar takes them: what is no identifier is quoted where quotes are allowed, and spelt otherwise
//! where they are not.

use std::collections::HashSet;
use std::fmt::Write as _;

/// Words that are no name, or that a reader of Cedar takes for something else.
const RESERVED: [&str; 30] = [
    "true",
    "false",
    "if",
    "then",
    "else",
    "in",
    "is",
    "like",
    "has",
    "permit",
    "forbid",
    "when",
    "unless",
    "principal",
    "action",
    "resource",
    "context",
    "Action",
    "Bool",
    "Boolean",
    "Long",
    "String",
    "Set",
    "Record",
    "Entity",
    "Extension",
    "ipaddr",
    "decimal",
    "datetime",
    "duration",
];

/// A text, in quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for one in text.chars() {
        match one {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            _ if is_seen(one) => quoted.push(one),
            // A String takes everything.
            _ => drop(write!(quoted, "\\u{{{:x}}}", u32::from(one))),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether a reader sees a character as it is: no end of a line, nothing that turns text around.
fn is_seen(one: char) -> bool {
    one == ' ' || one.is_alphanumeric() || one.is_ascii_graphic()
}

/// The same in a comment: one line, whatever is in it.
pub(crate) fn shown(text: &str) -> String {
    text.chars().map(|one| if is_seen(one) { one } else { '?' }).collect()
}

fn is_identifier(name: &str) -> bool {
    let begins = name.starts_with(|one: char| one.is_ascii_alphabetic() || one == '_');
    let goes_on = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    begins && goes_on && !RESERVED.contains(&name) && !name.starts_with("__")
}

/// The name of an attribute where it is declared.
pub(crate) fn declared(name: &str) -> String {
    if is_identifier(name) { name.to_owned() } else { quoted(name) }
}

/// An attribute of something: `resource.status`, `resource["/a/b"]`.
pub(crate) fn attribute(of: &str, name: &str) -> String {
    if is_identifier(name) { format!("{of}.{name}") } else { format!("{of}[{}]", quoted(name)) }
}

/// Whether something has an attribute.
pub(crate) fn has(of: &str, name: &str) -> String {
    format!("{of} has {}", declared(name))
}

/// Names of types: each an identifier, and no two the same, whatever they are called in the policy.
#[derive(Debug, Default)]
pub(crate) struct Types {
    taken: HashSet<String>,
}

impl Types {
    /// With names that are taken already.
    pub(crate) fn beside(taken: &[&str]) -> Self {
        Self { taken: taken.iter().map(|one| (*one).to_owned()).collect() }
    }

    /// The name of one more.
    pub(crate) fn name(&mut self, wanted: &str) -> String {
        let plain = |one: char| if one.is_ascii_alphanumeric() { one } else { '_' };
        let mut name: String = wanted.chars().map(plain).collect();
        if !is_identifier(&name) {
            name = format!("T_{name}");
        }
        let stem = name.clone();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{stem}_{number}");
            number += 1;
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_identifier_is_quoted() {
        assert_eq!(attribute("resource", "status"), "resource.status");
        assert_eq!(attribute("resource", "if"), "resource[\"if\"]");
        assert_eq!(attribute("resource", "/a/b"), "resource[\"/a/b\"]");
        assert_eq!(has("principal", "été"), "principal has \"été\"");
        assert_eq!(quoted("a\"\\\n\u{202e}b"), "\"a\\\"\\\\\\u{a}\\u{202e}b\"");
        assert_eq!(shown("a\nb"), "a?b", "a comment stays one line");
    }

    #[test]
    fn types_are_identifiers_and_differ() {
        let mut types = Types::beside(&["Caller"]);
        let names = ["Order", "Order", "Or-der", "Or_der", "Caller", "if", "9", "", "Été"];
        let written: Vec<String> = names.iter().map(|name| types.name(name)).collect();
        assert_eq!(
            written,
            ["Order", "Order_2", "Or_der", "Or_der_2", "Caller_2", "T_if", "T_9", "T_", "_t_"]
        );
    }
}
