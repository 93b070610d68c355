//! Edits: what is dropped, what stands in the place of a value, what is added.
//!
//! The nodes themselves say what the value is after an edit, so reading and writing need not look
//! anywhere else; what they said before lies beside them until it is restored.

#[cfg(test)]
mod tests;

use std::fmt;

use crate::document::Document;
use crate::node::{ADDED, Edits, Kind, Node};
use crate::scalar::Scalar;

/// Members that can be added to one object: they are compared by name, one by one.
const ADDED_TO_OBJECT_MAX: usize = 64;
/// Members that can be added to one document.
const ADDED_MEMBERS_MAX: usize = 1 << 20;
/// Bytes of what was unescaped and what was put in, together: places in them are 32 bits.
const CHARACTERS_BYTES_MAX: usize = 2 << 30;

/// Why a document stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotEdited {
    /// No value has this index: nothing has, or it is the name of a member.
    NoSuchValue,
    /// Only objects have members.
    NotAnObject,
    /// The object has a member of this name, and it is not dropped.
    NameTaken,
    /// More would be put in than a document takes: 64 members for each object, 2^20 in all, 2 GiB of
    /// text.
    TooMuch,
}

impl fmt::Display for NotEdited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSuchValue => "there is no such value",
            Self::NotAnObject => "only an object has members",
            Self::NameTaken => "the object has a member of this name",
            Self::TooMuch => "too much would be put into one document",
        })
    }
}

impl std::error::Error for NotEdited {}

impl Document {
    /// Whether anything was dropped, replaced or added since it was read.
    pub fn is_edited(&self) -> bool {
        self.dropped > 0 || !self.edits.is_none()
    }

    /// Drops a member (with its name) or an item: it is no longer seen or written, whatever stands in
    /// its place or was added to it. `index` is [`Value::index`](crate::Value::index) of the member's
    /// or item's value; the root stays.
    pub fn drop_value(&mut self, index: u32) {
        if let Some(node) = self.node_mut(index)
            && index > 0
            && !node.dropped
            && !node.name
        {
            node.dropped = true;
            self.dropped += 1;
        }
    }

    /// Puts a scalar in the place of a value of any kind, with all that is in it. From now on it is
    /// what is seen and written there; a value that is dropped stays so.
    pub fn replace_value(&mut self, index: u32, scalar: &Scalar) -> Result<(), NotEdited> {
        match self.node_mut(index) {
            Some(node) if !node.name => {}
            _ => return Err(NotEdited::NoSuchValue),
        }
        let new = self.put_in(scalar.kind(), scalar.characters())?;
        self.keep_original(index);
        if let Some(node) = self.node_mut(index) {
            *node = Node { dropped: node.dropped, next: node.next, ..new };
        }
        Ok(())
    }

    /// Adds a member behind the last one of an object, and gives the index of its value: it is seen
    /// and written, and can be dropped or replaced as any other.
    pub fn insert_member(
        &mut self,
        object_index: u32,
        name: &str,
        scalar: &Scalar,
    ) -> Result<u32, NotEdited> {
        let Some(object) = self.node_mut(object_index).copied() else {
            return Err(NotEdited::NoSuchValue);
        };
        if object.kind != Kind::Object {
            return Err(NotEdited::NotAnObject);
        }
        if self.value(object_index).get(name).is_some() {
            return Err(NotEdited::NameTaken);
        }
        let before = self.added_to(object.last);
        if before.len() >= ADDED_TO_OBJECT_MAX || self.edits.added.len() / 2 >= ADDED_MEMBERS_MAX {
            return Err(NotEdited::TooMuch);
        }
        let name = Node { name: true, ..self.put_in(Kind::String, name)? };
        let value = self.put_in(scalar.kind(), scalar.characters())?;
        let index = ADDED + self.edits.added.len() as u32;
        self.edits.added.extend([name, value]);
        self.keep_original(object_index);
        if let Some(previous) = before.last().and_then(|last| self.node_mut(last + 1)) {
            previous.next = index;
        }
        if let Some(object) = self.node_mut(object_index) {
            object.first += 1;
            if before.is_empty() {
                object.last = index;
            }
        }
        Ok(index + 1)
    }

    /// Undoes every edit: the document is again as it was read.
    pub fn restore_all(&mut self) {
        let edits = std::mem::replace(&mut self.edits, Edits::NONE);
        if let Some(from) = edits.characters_from {
            self.unescaped.truncate(from);
        }
        for (index, original) in edits.originals {
            if let Some(node) = self.nodes.get_mut(index as usize) {
                *node = original;
            }
        }
        if self.dropped > 0 {
            self.nodes.iter_mut().for_each(|node| node.dropped = false);
            self.dropped = 0;
        }
    }

    fn node_mut(&mut self, index: u32) -> Option<&mut Node> {
        match index.checked_sub(ADDED) {
            None => self.nodes.get_mut(index as usize),
            Some(added) => self.edits.added.get_mut(added as usize),
        }
    }

    /// The names of the members that were added to an object, from its first one.
    fn added_to(&self, first: u32) -> Vec<u32> {
        let next = |name: &u32| self.edits.added(*name + 1).map(|value| value.next);
        let is_there = |name: &u32| *name >= ADDED;
        std::iter::successors(Some(first).filter(is_there), |name| next(name).filter(is_there))
            .collect()
    }

    /// A node that was never read, and stands nowhere in the text.
    fn put_in(&mut self, kind: Kind, characters: &str) -> Result<Node, NotEdited> {
        let first = self.unescaped.len();
        let last = first + characters.len();
        if last > CHARACTERS_BYTES_MAX {
            return Err(NotEdited::TooMuch);
        }
        self.edits.characters_from.get_or_insert(first);
        self.unescaped.push_str(characters);
        Ok(Node {
            kind,
            escaped: true,
            dropped: false,
            name: false,
            start: 0,
            end: 0,
            next: 0,
            first: first as u32,
            last: last as u32,
        })
    }

    fn keep_original(&mut self, index: u32) {
        if let Some(node) = self.nodes.get(index as usize) {
            self.edits.originals.entry(index).or_insert(*node);
        }
    }
}
