//! Encodings in which a text may hide another: each is undone only if it is well-formed and changes the text.

mod base64;
pub(crate) mod entity;
mod escape;
mod parts;
mod percent;
mod width;

use crate::classes::Classes;
use crate::fuel::{Fuel, OutOfFuel};

/// What is behind one layer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Undone {
    /// The layer's name in records.
    pub(crate) layer: &'static str,
    /// The text behind it.
    pub(crate) text: String,
    /// It is a name of a member or of a parameter.
    pub(crate) is_name: bool,
    /// It is one part of a text that has several.
    pub(crate) is_part: bool,
}

impl Undone {
    fn whole(layer: &'static str, text: String) -> Self {
        Self { layer, text, is_name: false, is_part: false }
    }

    fn part(layer: &'static str, text: String, is_name: bool) -> Self {
        Self { layer, text, is_name, is_part: true }
    }
}

/// Plus signs for spaces, at least: fewer are a sum, a tag of an address, a number to call.
const PLUSES_MIN: usize = 2;
/// What splits a word.
const OF_TAGS: Classes = Classes::of_constant(b"<>");
/// Passes over a text, at most: one for each layer, and what it writes.
const PASSES: usize = 11;

/// All that is behind one more layer of this text.
pub(crate) fn undone(
    text: &str,
    classes: Classes,
    fuel: &mut Fuel,
) -> Result<Vec<Undone>, OutOfFuel> {
    let mut found = Vec::new();
    if classes.are_plain() && classes.have_space() {
        return Ok(found);
    }
    fuel.burn(text.len() * PASSES)?;
    let has_plus = classes.have(b'+');
    if classes.have(b'%') {
        found.extend(percent::undo(text).map(|(text, layer)| Undone::whole(layer, text)));
        // A form writes spaces as plus signs, so that a text of one has no space.
        if !classes.have_space() && has_plus {
            let spaced = percent::undo(&text.replace('+', " "));
            found.extend(spaced.map(|(text, _)| Undone::whole("percent-form", text)));
        }
    }
    // Of a form without an escape, its plus signs are all that is left.
    if !classes.have_space()
        && has_plus
        && !classes.have(b'%')
        && text.matches('+').count() >= PLUSES_MIN
    {
        found.push(Undone::whole("plus", text.replace('+', " ")));
    }
    if classes.have(b'&') {
        found.extend(entity::undo(text).map(|text| Undone::whole("entity", text)));
    }
    if classes.have(b'\\') {
        found.extend(escape::undo(text).map(|text| Undone::whole("escape", text)));
    }
    // What stands before it in an address of data ends in a semicolon.
    if !classes.have_space() && (classes.are_of_base64() || classes.have(b';')) {
        found.extend(base64::undo(text).map(|text| Undone::whole("base64", text)));
    }
    if classes.are_not_ascii() {
        found.extend(width::undo(text).map(|text| Undone::whole("width", text)));
    }
    if has_plus && memchr::memmem::find(text.as_bytes(), b"+A").is_some() {
        found.extend(base64::undo_utf7(text).map(|text| Undone::whole("utf-7", text)));
    }
    if classes.have(b'"') {
        parts::json(text, &mut found);
    }
    if classes.have(b'=') {
        parts::form(text, &mut found);
    }
    if classes.have_all(OF_TAGS) {
        parts::split_tags(text, &mut found);
    }
    Ok(found)
}
