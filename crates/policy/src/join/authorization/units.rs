//! The units of an organisation: each has one above it, or none.

use std::collections::HashMap;
use std::sync::Arc;

use portcullis_model::Diagnostic;
use portcullis_yaml::{Named, Notes, Spanned, shown};

use crate::authorization::Units;
use crate::codes;

/// Units of one organisation.
const UNITS_MAX: usize = 10_000;
/// Units above one another.
const DEPTH_MAX: usize = 32;

/// For each unit, those above it.
pub(super) fn read(section: Option<&Named<Spanned<String>>>, notes: &mut Notes) -> Units {
    let Some(section) = section else { return Units::default() };
    if let Some((further, _)) = section.0.get(UNITS_MAX) {
        let message = format!("there are more than {UNITS_MAX} units");
        let at = further.span;
        notes.push(|| Diagnostic::error(&codes::BAD_RULE, message).at(at).help("name fewer"));
    }
    let entries = section.0.get(..UNITS_MAX).unwrap_or(&section.0);
    let above: HashMap<&str, &str> =
        entries.iter().map(|(key, above)| (key.text.as_str(), above.value.as_str())).collect();
    let mut units = HashMap::new();
    for (key, _) in entries {
        let mut all: Vec<Arc<str>> = vec![key.text.as_str().into()];
        let mut at = key.text.as_str();
        while let Some(next) = above.get(at) {
            if all.iter().any(|known| **known == **next) || all.len() == DEPTH_MAX {
                notes.push(|| {
                    let message = format!("no unit is above all of those above {}", shown(&key.text));
                    Diagnostic::error(&codes::BAD_RULE, message)
                        .at(key.span)
                        .label("they go round, or there are too many")
                        .help("each unit has one above it, and one has none: `berlin: germany`, `germany: emea`")
                });
                break;
            }
            all.push((*next).into());
            at = next;
        }
        units.insert(key.text.as_str().into(), all);
    }
    Units(units)
}
