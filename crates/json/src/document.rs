//! The tree, and how to walk it.

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the JSON type of that name")]
pub enum Kind {
    Null,
    False,
    True,
    Number,
    String,
    Array,
    Object,
}

/// A parsed JSON text: the text, and its values in the order in which they stand there.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) text: String,
    pub(crate) nodes: Vec<Node>,
    /// The texts of strings that were written with escapes.
    pub(crate) unescaped: String,
    pub(crate) dropped: u32,
}

/// One value, or one member name (which stands before its value).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// A string whose text lies in `unescaped`.
    pub(crate) escaped: bool,
    /// A member or item that is no longer part of the value: set on the value's node.
    pub(crate) dropped: bool,
    /// Where it stands in the text, quotes and brackets included.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// One past the last node of its subtree.
    pub(crate) next: u32,
    /// Strings: where their characters start. Containers: how many members or items.
    pub(crate) first: u32,
    /// Strings: where their characters end.
    pub(crate) last: u32,
}

impl Document {
    /// The whole value.
    pub const fn root(&self) -> Value<'_> {
        Value { document: self, index: 0 }
    }

    /// The text as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many values and member names it holds.
    pub const fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Whether members or items were dropped since it was read.
    pub const fn is_edited(&self) -> bool {
        self.dropped > 0
    }

    /// Drops a member (with its name) or an item: it is no longer seen or written.
    /// `index` is [`Value::index`] of the member's or item's value; the root stays.
    pub fn drop_value(&mut self, index: u32) {
        if let Some(node) = self.nodes.get_mut(index as usize)
            && index > 0
            && !node.dropped
        {
            node.dropped = true;
            self.dropped += 1;
        }
    }

    /// Brings back what [`Document::drop_value`] dropped.
    pub fn restore_all(&mut self) {
        if self.dropped > 0 {
            self.nodes.iter_mut().for_each(|node| node.dropped = false);
            self.dropped = 0;
        }
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

/// What a node that is not there would be; indices come from the document itself.
const MISSING: &Node = &Node {
    kind: Kind::Null,
    escaped: false,
    dropped: true,
    start: 0,
    end: 0,
    next: u32::MAX,
    first: 0,
    last: 0,
};

impl<'a> Value<'a> {
    fn node(self) -> &'a Node {
        self.document.nodes.get(self.index as usize).unwrap_or(MISSING)
    }

    /// The document it is part of.
    pub const fn document(self) -> &'a Document {
        self.document
    }

    /// Its place in the document, stable as long as the document lives.
    pub const fn index(self) -> u32 {
        self.index
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    /// The bytes at which it stands in the text, quotes and brackets included.
    pub fn span(self) -> std::ops::Range<u32> {
        let node = self.node();
        node.start..node.end
    }

    /// The spelling in the text: for numbers, the lexeme.
    pub fn lexeme(self) -> &'a str {
        let node = self.node();
        self.document.text.get(node.start as usize..node.end as usize).unwrap_or_default()
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

    /// The members of an object, in order; none for anything else.
    pub fn members(self) -> Members<'a> {
        Members { walk: self.children(Kind::Object) }
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
    fn characters(&self, node: &Node) -> &str {
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

    #[test]
    fn a_dropped_member_is_gone_until_it_is_restored() {
        let mut document = read(r#"{"keep": 1, "role": "staff", "list": [1, 2]}"#);
        let role = document.root().get("role").unwrap().index();
        let second = document.root().lookup("/list/1").unwrap().index();
        document.drop_value(role);
        document.drop_value(second);
        document.drop_value(role);
        assert!(document.root().get("role").is_none());
        assert_eq!(document.root().len(), 2);
        assert_eq!(document.root().get("list").unwrap().len(), 1);
        let mut out = Vec::new();
        document.write(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), r#"{"keep":1,"list":[1]}"#);
        document.restore_all();
        assert_eq!(document.root().len(), 3);
        assert!(!document.is_edited());
    }

    #[test]
    fn the_root_cannot_be_dropped() {
        let mut document = read("[]");
        document.drop_value(0);
        assert!(document.root().is_array());
        assert!(!document.is_edited());
    }
}
