//! Texts that stand as examples: of schemas, parameters and bodies.

use portcullis_model::Span;

use super::walk::Walker;
use crate::document::Node;

/// Texts that are told, bytes of one, and of all together.
const TEXTS_MAX: usize = 200_000;
const TEXT_BYTES_MAX: usize = 16 << 10;
const ALL_BYTES_MAX: usize = 32 << 20;
/// Values of one example that are looked at.
const VALUES_MAX: usize = 100_000;

/// A text of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleText {
    /// The member under which it stands, or what the example is of; empty where nothing says.
    pub name: String,
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// What was found of them so far.
#[derive(Debug, Default)]
pub(super) struct Examples {
    pub(super) texts: Vec<ExampleText>,
    bytes: usize,
}

impl<'a> Walker<'a, '_> {
    /// Those of a schema, a parameter or a media type: `example`, `examples`, `default`.
    pub(super) fn examples_of(&mut self, holder: Node<'a>) {
        let name = holder.get_str("name").unwrap_or_default();
        for key in ["example", "default", "x-example"] {
            if let Some(value) = holder.get(key) {
                self.example(name, value);
            }
        }
        let Some(examples) = holder.get("examples") else { return };
        for item in examples.items() {
            self.example(name, item);
        }
        for (_, node) in examples.members() {
            if let Some(value) = self.object(node).and_then(|one| one.get("value")) {
                self.example(name, value);
            }
        }
    }

    /// Those of an answer of Swagger 2.0: one for each media type.
    pub(super) fn examples_by_type(&mut self, answer: Node<'a>) {
        for (_, value) in answer.get("examples").into_iter().flat_map(Node::members) {
            self.example("", value);
        }
    }

    fn example(&mut self, name: &'a str, value: Node<'a>) {
        let mut waiting = vec![(name, value)];
        let mut left = VALUES_MAX;
        while let Some((name, value)) = waiting.pop() {
            let Some(rest) = left.checked_sub(1) else {
                self.is_whole = false;
                return;
            };
            left = rest;
            if let Some(text) = value.as_str() {
                self.is_whole &= self.examples.keep(name, text, value.span());
            }
            waiting.extend(value.members().map(|(name, member)| (name.text, member)));
            waiting.extend(value.items().map(|item| (name, item)));
        }
    }
}

impl Examples {
    /// Keeps one; false if there is no room. What is too long for a credential is not looked at.
    fn keep(&mut self, name: &str, text: &str, span: Span) -> bool {
        if text.len() > TEXT_BYTES_MAX {
            return true;
        }
        self.bytes += text.len();
        if self.texts.len() >= TEXTS_MAX || self.bytes > ALL_BYTES_MAX {
            return false;
        }
        self.texts.push(ExampleText { name: name.to_owned(), text: text.to_owned(), span });
        true
    }
}
