//! Which bounds the keywords of one schema set, without its parts.

use super::engines;
use super::facts::Context;
use super::walk::Walker;
use crate::document::Node;

/// Formats whose longest text is known, sorted.
const LENGTHS: [&str; 5] = ["date", "ipv4", "ipv6", "mac", "uuid"];

/// Whether the format alone says how long a text can be.
pub fn is_told_length(format: &str) -> bool {
    LENGTHS.binary_search(&format).is_ok()
}

impl<'a> Walker<'a, '_> {
    /// What a schema says of its values.
    pub(super) fn held(&mut self, schema: Node<'a>) -> Context {
        if schema.get("enum").or_else(|| schema.get("const")).is_some() {
            return Context::CHOICE;
        }
        let number = |key: &str| schema.get(key).and_then(Node::as_number).is_some();
        let format = schema.get_str("format");
        let pattern = schema.get_str("pattern");
        let is_closed = |key: &str| schema.get(key).and_then(Node::as_bool) == Some(false);
        let is_short = number("maxLength")
            || format.is_some_and(is_told_length)
            || pattern.is_some_and(|pattern| self.is_bounded(pattern));
        let has_item = schema
            .get("items")
            .is_some_and(|items| items.len() > 0 || items.as_bool() == Some(false))
            || schema.get("prefixItems").is_some();
        [
            Context::LENGTH.if_so(is_short),
            Context::MOST.if_so(number("maximum") || number("exclusiveMaximum")),
            Context::LEAST.if_so(number("minimum") || number("exclusiveMinimum")),
            Context::ITEMS.if_so(number("maxItems")),
            Context::MEMBERS
                .if_so(number("maxProperties") || schema.get("propertyNames").is_some()),
            Context::ITEM.if_so(has_item),
            Context::FORM.if_so(format.is_some() || pattern.is_some()),
            Context::FORMAT.if_so(format.is_some()),
            Context::CLOSED
                .if_so(is_closed("additionalProperties") || is_closed("unevaluatedProperties")),
            Context::TYPED.if_so(schema.get("type").is_some()),
        ]
        .into_iter()
        .fold(Context::default(), Context::and)
    }

    /// Whether a pattern alone says how long a text can be.
    fn is_bounded(&mut self, pattern: &'a str) -> bool {
        *self.patterns.entry(pattern).or_insert_with(|| engines::is_bounded(pattern))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_tell_a_length_are_sorted() {
        assert!(LENGTHS.is_sorted());
        assert!(is_told_length("uuid") && !is_told_length("email"));
    }
}
