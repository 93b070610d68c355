//! Values that few should see, whatever they are called: hashes of passwords, and what is called one, do not
//! leave; numbers of payment cards are told.

use portcullis_json::{Document, Kind, Value};

use crate::sensitive::{card_number, hash_shape, password_name};

/// A value that is a password, or looks like the hash of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hash {
    /// Its place in the document.
    pub index: u32,
    /// Which family of hashes, or `password` for what is only called so.
    pub family: &'static str,
}

/// What was found in an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// What does not leave, in the order of the document.
    pub hashes: Vec<Hash>,
    /// How many texts are numbers of payment cards.
    pub cards: usize,
}

/// All of them but the values at these places. In an error (`is_error`) what is called a password says what is wrong
/// with it.
pub fn hashes(document: &Document, but: &[u32], is_error: bool) -> Found {
    let mut found = Found::default();
    walk(document.root(), but, is_error, &mut found);
    found
}

fn walk(value: Value<'_>, but: &[u32], is_error: bool, found: &mut Found) {
    match value.kind() {
        Kind::Object => value.members().for_each(|(name, member)| {
            let is_password = || password_name(name.as_str().unwrap_or_default());
            let index = member.index();
            // What says nothing tells nothing: forms show an empty one.
            match member.as_str().filter(|text| !text.is_empty()) {
                Some(text) if !is_error && is_password() && !but.contains(&index) => {
                    let family = hash_shape(text).unwrap_or("password");
                    found.hashes.push(Hash { index, family });
                }
                _ => walk(member, but, is_error, found),
            }
        }),
        Kind::Array => value.items().for_each(|item| walk(item, but, is_error, found)),
        Kind::String => {
            let text = value.as_str().filter(|_| !but.contains(&value.index()));
            let family = text.and_then(hash_shape);
            found.hashes.extend(family.map(|family| Hash { index: value.index(), family }));
            found.cards += usize::from(text.and_then(card_number).is_some());
        }
        Kind::Null | Kind::False | Kind::True | Kind::Number => {}
    }
}
