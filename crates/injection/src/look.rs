//! The question itself: a text, as it is and behind its layers, asked of every language of its sinks.

use std::collections::{HashSet, VecDeque};

use crate::LAYERS_MAX;
use crate::classes::Classes;
use crate::found::{Found, Look, Verdict};
use crate::fuel::{Fuel, OutOfFuel};
use crate::language::{Language, Sinks};
use crate::{html, layers, line, path, prototype, template, xml};

/// All that is decoded of one text may have this many times its bytes, and then some. A text that can be
/// read in more ways is not judged.
pub const DECODED_TIMES_MAX: usize = 12;
/// The "some".
pub const DECODED_BYTES_FREE: usize = 4096;

/// What a variant of a text costs besides its bytes.
const VARIANT_STEPS: usize = 16;

/// Looks at a text.
pub fn look(text: &str, sinks: Sinks, fuel: &mut Fuel) -> Verdict {
    judge(text, false, sinks, fuel)
}

/// Looks at a name of a member, a parameter, a field.
pub fn look_at_name(name: &str, sinks: Sinks, fuel: &mut Fuel) -> Verdict {
    judge(name, true, sinks, fuel)
}

fn judge(text: &str, is_name: bool, sinks: Sinks, fuel: &mut Fuel) -> Verdict {
    match search(text, is_name, sinks, fuel) {
        Ok(None) => Verdict::Harmless,
        Ok(Some(found)) => Verdict::Hostile(found),
        Err(OutOfFuel) => Verdict::Unknown,
    }
}

/// A text behind some layers, still to be looked at.
struct Variant {
    text: String,
    layers: Vec<&'static str>,
    is_name: bool,
}

/// Breadth first, so that what is found is found behind as few layers as possible.
fn search(text: &str, is_name: bool, sinks: Sinks, fuel: &mut Fuel) -> Result<Option<Found>, OutOfFuel> {
    let mut left = text.len().saturating_mul(DECODED_TIMES_MAX).saturating_add(DECODED_BYTES_FREE);
    let mut seen: HashSet<String> = HashSet::new();
    let mut queue = VecDeque::new();
    if let Some(found) = ask_each(text, is_name, &[], sinks, fuel)? {
        return Ok(Some(found));
    }
    let mut current = Variant { text: text.to_owned(), layers: Vec::new(), is_name };
    loop {
        if current.layers.len() < LAYERS_MAX {
            for undone in layers::undone(&current.text, fuel)? {
                left = left.checked_sub(undone.text.len()).ok_or(OutOfFuel)?;
                if undone.text == text || !seen.insert(undone.text.clone()) {
                    continue;
                }
                let layers = current.layers.iter().copied().chain([undone.layer]).collect();
                let is_name = undone.is_name || (current.is_name && !undone.is_part);
                queue.push_back(Variant { text: undone.text, layers, is_name });
            }
        }
        let Some(variant) = queue.pop_front() else { return Ok(None) };
        if let Some(found) = ask_each(&variant.text, variant.is_name, &variant.layers, sinks, fuel)? {
            return Ok(Some(found));
        }
        current = variant;
    }
}

fn ask_each(
    text: &str,
    is_name: bool,
    layers: &[&'static str],
    sinks: Sinks,
    fuel: &mut Fuel,
) -> Result<Option<Found>, OutOfFuel> {
    fuel.burn(text.len() + VARIANT_STEPS)?;
    let classes = Classes::of(text);
    for language in Language::ALL {
        if !sinks.has(language) || !classes.concern(language) {
            continue;
        }
        let answer = match language {
            Language::Prototype if is_name => prototype::look_at_name(text, fuel)?,
            _ => ask(language, text, fuel)?,
        };
        if let Some((reason, span)) = answer {
            return Ok(Some(Found { language, reason, layers: layers.to_vec(), span }));
        }
    }
    Ok(None)
}

/// One language, one text.
fn ask(language: Language, text: &str, fuel: &mut Fuel) -> Look {
    match language {
        Language::Path => path::look(text, fuel),
        Language::Template => template::look(text, fuel),
        Language::Html => html::look(text, fuel),
        Language::Line => line::look(text, fuel),
        Language::Prototype => prototype::look(text, fuel),
        Language::Xml => xml::look(text, fuel),
        Language::Sql | Language::Shell | Language::Ldap | Language::Xpath => Ok(None),
    }
}
