//! The tree, and how to walk it.

use crate::node::{ADDED, Edits, Kind, MISSING, Node};

/// A parsed JSON text: the text, and its values in the order in which they stand there.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) text: String,
    pub(crate) nodes: Vec<Node>,
    /// The texts of strings that were written with escapes, and of all that was put in since.
    pub(crate) unescaped: String,
    pub(crate) dropped: u32,
    pub(crate) edits: Edits,
}

impl Document {
    /// The whole value.
    pub const fn root(&self) -> Value<'_> {
        self.value(0)
    }

    /// The value of this place, which [`Value::index`] told.
    pub fn at(&self, index: u32) -> Option<Value<'_>> {
        ((index as usize) < self.nodes.len()).then(|| self.value(index))
    }

    pub(crate) const fn value(&self, index: u32) -> Value<'_> {
        Value { document: self, index }
    }

    /// The text as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many values and member names were read.
    pub const fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Whether a string or name holds U+0000, which only an escape can write.
    pub fn contains_nul(&self) -> bool {
        self.unescaped.contains('\0')
    }

    /// Gives the text back.
    pub fn into_text(self) -> String {
        self.text
    }
}

/// A value in a [`Document`]: cheap to copy.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    document: &'a Document,
    index: u32,
}

impl<'a> Value<'a> {
    pub(crate) fn node(self) -> &'a Node {
        match self.document.nodes.get(self.index as usize) {
            Some(node) => node,
            None => self.document.edits.added(self.index).unwrap_or(MISSING),
        }
    }

    /// The document it is part of.
    pub const fn document(self) -> &'a Document {
        self.document
    }

    /// Its place in the document, stable as long as the document lives (a member that was added:
    /// until [`Document::restore_all`]).
    pub const fn index(self) -> u32 {
        self.index
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    /// The bytes at which it stands in the text, quotes and brackets included; an empty range if it
    /// was put in.
    pub fn span(self) -> std::ops::Range<u32> {
        let node = self.node();
        node.start..node.end
    }

    /// The spelling in the text: for numbers, the lexeme. Of a scalar that was put in, the
    /// characters (a string's without quotation marks), never what stood in its place.
    pub fn lexeme(self) -> &'a str {
        self.document.spelling(self.node())
    }

    /// The characters of a string.
    pub fn as_str(self) -> Option<&'a str> {
        let node = self.node();
        (node.kind == Kind::String).then(|| self.document.characters(node))
    }

    /// The lexeme of a number.
    pub fn as_number(self) -> Option<&'a str> {
        (self.kind() == Kind::Number).then(|| self.lexeme())
    }

    /// A boolean.
    pub fn as_bool(self) -> Option<bool> {
        match self.kind() {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// Whether it is an array.
    pub fn is_array(self) -> bool {
        self.kind() == Kind::Array
    }

    /// How many members or items it has; 0 for anything else.
    pub fn len(self) -> usize {
        if self.document.dropped == 0 {
            let node = self.node();
            return if matches!(node.kind, Kind::Array | Kind::Object) {
                node.first as usize
            } else {
                0
            };
        }
        match self.kind() {
            Kind::Object => self.members().count(),
            Kind::Array => self.items().count(),
            _ => 0,
        }
    }

    /// Whether it has no member and no item.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The members of an object, in order, then those that were added; none for anything else.
    pub fn members(self) -> Members<'a> {
        let node = self.node();
        let added = if node.kind == Kind::Object { node.last } else { 0 };
        Members { walk: self.children(Kind::Object), added }
    }

    /// The items of an array, in order; none for anything else.
    pub fn items(self) -> Items<'a> {
        Items { walk: self.children(Kind::Array) }
    }

    fn children(self, kind: Kind) -> Walk<'a> {
        let node = self.node();
        let end = if node.kind == kind { node.next } else { self.index + 1 };
        Walk { document: self.document, index: self.index + 1, end }
    }

    /// The member of this name.
    pub fn get(self, name: &str) -> Option<Self> {
        self.members().find(|(known, _)| known.as_str() == Some(name)).map(|(_, value)| value)
    }

    /// The value at a JSON Pointer (RFC 6901); the empty pointer is the value itself.
    pub fn lookup(self, pointer: &str) -> Option<Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut value = self;
        for token in pointer.strip_prefix('/')?.split('/') {
            value = match value.kind() {
                Kind::Object if token.contains('~') => {
                    value.get(&token.replace("~1", "/").replace("~0", "~"))?
                }
                Kind::Object => value.get(token)?,
                Kind::Array => value.items().nth(token.parse().ok()?)?,
                _ => return None,
            };
        }
        Some(value)
    }
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.lexeme())
    }
}

impl Document {
    #[inline]
    pub(crate) fn spelling(&self, node: &Node) -> &str {
        if node.start == node.end {
            return self.characters(node);
        }
        self.text.get(node.start as usize..node.end as usize).unwrap_or_default()
    }

    pub(crate) fn characters(&self, node: &Node) -> &str {
        let text = if node.escaped { &self.unescaped } else { &self.text };
        text.get(node.first as usize..node.last as usize).unwrap_or_default()
    }
}

#[derive(Debug, Clone)]
struct Walk<'a> {
    document: &'a Document,
    index: u32,
    end: u32,
}

/// The members of an object: name (a string value) and value.
#[derive(Debug, Clone)]
pub struct Members<'a> {
    walk: Walk<'a>,
    /// The name of the next one that was added, or 0.
    added: u32,
}

/// The items of an array.
#[derive(Debug, Clone)]
pub struct Items<'a> {
    walk: Walk<'a>,
}

impl<'a> Iterator for Members<'a> {
    type Item = (Value<'a>, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let walk = &mut self.walk;
        while walk.index < walk.end {
            let name = Value { document: walk.document, index: walk.index };
            let value = Value { document: walk.document, index: walk.index + 1 };
            let node = value.node();
            walk.index = node.next;
            if !node.dropped {
                return Some((name, value));
            }
        }
        while self.added >= ADDED {
            let name = Value { document: walk.document, index: self.added };
            let value = Value { document: walk.document, index: self.added + 1 };
            let node = value.node();
            self.added = node.next;
            if !node.dropped {
                return Some((name, value));
            }
        }
        None
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let walk = &mut self.walk;
        while walk.index < walk.end {
            let value = Value { document: walk.document, index: walk.index };
            let node = value.node();
            walk.index = node.next;
            if !node.dropped {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn read(text: &str) -> Document {
        Document::parse(text.into(), &Limits::default()).unwrap()
    }

    #[test]
    fn values_are_found_by_name_and_pointer() {
        let document = read(r#"{"a/b": [1, {"\u006b": "v\n"}], "z": null}"#);
        let root = document.root();
        assert_eq!(root.len(), 2);
        assert_eq!(root.lookup("/a~1b/0").and_then(Value::as_number), Some("1"));
        assert_eq!(root.lookup("/a~1b/1/k").and_then(Value::as_str), Some("v\n"));
        assert!(root.lookup("/z").is_some_and(Value::is_null));
        assert!(root.lookup("/a~1b/2").is_none());
        assert!(root.lookup("a").is_none());
    }
}
