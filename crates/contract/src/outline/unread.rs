//! What is written like an operation and is none: no method of this version, or beside a reference.

use portcullis_model::{Method, Span};

use super::OPERATIONS_MAX;
use super::walk::Walker;
use crate::document::{Name, Node};

/// Something in a path that looks like an operation, and has no effect.
#[derive(Debug)]
pub struct Unread {
    /// The key that it stands under, as written: `Post`.
    pub key: String,
    /// The path template as written.
    pub template: String,
    /// Where the key stands.
    pub span: Span,
    /// Why it has no effect.
    pub why: Unreadable,
}

/// Why it has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// A method, not in lower case.
    OtherCase(Method),
    /// Later versions of OpenAPI, or other ones, have it.
    OtherVersion,
    /// It means nothing in a path.
    NoMethod,
    /// It stands beside the `$ref` of a path.
    BesideReference,
}

impl<'a> Walker<'a, '_> {
    /// Notes what looks like an operation in this path, and is none. `item` is what `node` leads to.
    pub(super) fn note_unread(&mut self, path: Name<'a>, node: Node<'a>, item: Node<'a>) {
        let is_referring = node.get("$ref").is_some();
        let beside = node.members().filter(|_| is_referring);
        for (key, _) in beside.filter(|(key, one)| is_like_operation(key.text, *one)) {
            self.push_unread(path, key, Unreadable::BesideReference);
        }
        for (key, one) in item.members() {
            let is_read = self.version.methods().any(|method| method.key() == key.text)
                // These are told by their names when the contract is read.
                || (key.text == "additionalOperations" && self.version.is_32());
            if is_read || !is_like_operation(key.text, one) {
                continue;
            }
            let of_case = self.version.methods().find(|method| is_named(*method, key.text));
            let why = match of_case {
                Some(method) => Unreadable::OtherCase(method),
                None if is_known_elsewhere(key.text) => Unreadable::OtherVersion,
                None => Unreadable::NoMethod,
            };
            self.push_unread(path, key, why);
        }
    }

    fn push_unread(&mut self, path: Name<'a>, key: Name<'a>, why: Unreadable) {
        if self.unread.len() == OPERATIONS_MAX {
            self.is_whole = false;
            return;
        }
        let (template, span) = (path.text.to_owned(), key.span);
        self.unread.push(Unread { key: key.text.to_owned(), template, span, why });
    }
}

/// Whether it has answers, or the name of a method of any version in any case. An extension is none.
fn is_like_operation(key: &str, node: Node<'_>) -> bool {
    let is_extension = key.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"));
    let has_answers = node.is_object() && node.get("responses").is_some();
    !is_extension && (has_answers || is_known_elsewhere(key))
}

fn is_known_elsewhere(key: &str) -> bool {
    key.eq_ignore_ascii_case("additionalOperations")
        || Method::ALL.into_iter().any(|method| is_named(method, key))
}

fn is_named(method: Method, key: &str) -> bool {
    method.key().eq_ignore_ascii_case(key)
}
