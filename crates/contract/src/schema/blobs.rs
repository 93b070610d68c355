//! Bytes that stand where a document can only hold text: the files of a body of several parts.

use portcullis_json::Value;

/// Which values of a document stand for bytes. Only members of the root, and items of lists that
/// are members of it, can.
#[derive(Debug, Clone, Default)]
pub struct Blobs<'a> {
    /// By the place of the value, ascending.
    by_index: Vec<(u32, &'a [u8])>,
}

impl<'a> Blobs<'a> {
    /// From the places of values ([`Value::index`]) and what they stand for.
    pub fn new(blobs: impl IntoIterator<Item = (u32, &'a [u8])>) -> Self {
        let mut by_index: Vec<(u32, &'a [u8])> = blobs.into_iter().collect();
        by_index.sort_unstable_by_key(|(index, _)| *index);
        Self { by_index }
    }

    /// The bytes that a value stands for.
    pub(super) fn get(&self, value: Value<'_>) -> Option<&'a [u8]> {
        let place = self.by_index.binary_search_by_key(&value.index(), |(index, _)| *index).ok()?;
        self.by_index.get(place).map(|(_, bytes)| *bytes)
    }
}
