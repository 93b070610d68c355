//! What the tree is made of.

use std::collections::BTreeMap;

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

/// One value, or one member name (which stands before its value).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// A string, or a scalar that was put in, whose characters lie in `unescaped`.
    pub(crate) escaped: bool,
    /// A member or item that is no longer part of the value: set on the value's node.
    pub(crate) dropped: bool,
    /// The name of a member.
    pub(crate) name: bool,
    /// Where it stands in the text, quotes and brackets included; nowhere (both are equal) if it
    /// was put in.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// One past the last node of its subtree. Members that were added: the name of the one added
    /// after it, or 0.
    pub(crate) next: u32,
    /// Strings: where their characters start. Containers: how many members or items.
    pub(crate) first: u32,
    /// Strings: where their characters end. Objects: the name of the first member that was added,
    /// or 0.
    pub(crate) last: u32,
}

/// What a node that is not there would be; indices come from the document itself.
pub(crate) const MISSING: &Node = &Node {
    kind: Kind::Null,
    escaped: false,
    dropped: true,
    name: false,
    start: 0,
    end: 0,
    next: u32::MAX,
    first: 0,
    last: 0,
};

/// From this index on, nodes are added ones: a text of at most 1 GiB never has so many.
pub(crate) const ADDED: u32 = 1 << 31;

/// What the nodes of a document do not say themselves.
#[derive(Debug, Clone)]
pub(crate) struct Edits {
    /// Nodes as they were read, where a scalar stands now or members were added.
    pub(crate) originals: BTreeMap<u32, Node>,
    /// Members that were added: the name, then the value.
    pub(crate) added: Vec<Node>,
    /// Where the texts that were put in begin in `unescaped`.
    pub(crate) characters_from: Option<usize>,
}

impl Edits {
    pub(crate) const NONE: Self =
        Self { originals: BTreeMap::new(), added: Vec::new(), characters_from: None };

    #[cold]
    pub(crate) fn added(&self, index: u32) -> Option<&Node> {
        self.added.get(index.checked_sub(ADDED)? as usize)
    }

    pub(crate) fn is_none(&self) -> bool {
        self.originals.is_empty()
    }
}
