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
        Kind::Object => {
            for (name, member) in value.members() {
                let Some(text) = member.as_str() else {
                    walk(member, but, is_error, found);
                    continue;
                };
                let is_password = !is_error && password_name(name.as_str().unwrap_or_default());
                look(member.index(), text, is_password, but, found);
            }
        }
        Kind::Array => value.items().for_each(|item| walk(item, but, is_error, found)),
        Kind::String => {
            look(value.index(), value.as_str().unwrap_or_default(), false, but, found);
        }
        Kind::Null | Kind::False | Kind::True | Kind::Number => {}
    }
}

/// Looks at one text. What says nothing tells nothing: forms show an empty password.
fn look(index: u32, text: &str, is_password: bool, but: &[u32], found: &mut Found) {
    if text.is_empty() || but.contains(&index) {
        return;
    }
    let named = is_password.then_some("password");
    if let Some(family) = hash_shape(text).or(named) {
        found.hashes.push(Hash { index, family });
    }
    // What does not leave is told as that alone.
    found.cards += usize::from(!is_password && card_number(text).is_some());
}
