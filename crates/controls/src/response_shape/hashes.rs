//! Values that look like hashes of passwords: they do not leave, whatever they are called.

use portcullis_json::{Document, Kind, Value};

use crate::sensitive::hash_shape;

/// A text that looks like such a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hash {
    /// Its place in the document.
    pub index: u32,
    /// Which family: `bcrypt`.
    pub family: &'static str,
}

/// All of them but the values at these places, in the order of the document.
pub fn hashes(document: &Document, but: &[u32]) -> Vec<Hash> {
    let mut found = Vec::new();
    walk(document.root(), but, &mut found);
    found
}

fn walk(value: Value<'_>, but: &[u32], found: &mut Vec<Hash>) {
    match value.kind() {
        Kind::Object => value.members().for_each(|(_, member)| walk(member, but, found)),
        Kind::Array => value.items().for_each(|item| walk(item, but, found)),
        Kind::String => {
            let family = value.as_str().and_then(hash_shape);
            let family = family.filter(|_| !but.contains(&value.index()));
            found.extend(family.map(|family| Hash { index: value.index(), family }));
        }
        Kind::Null | Kind::False | Kind::True | Kind::Number => {}
    }
}
