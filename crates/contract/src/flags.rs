//! Booleans of the document that are written as something else: `required: yes`, `explode: "no"`.
//! Each is told, and none is read as if it were not there.

use portcullis_model::{Diagnostic, Span};

use crate::codes;
use crate::document::Node;
use crate::notes::shown;
use crate::reader::Reader;

impl<'a> Reader<'a> {
    /// A boolean under a fixed name, false where it is left out. What is none counts as `closed`:
    /// what lets less through.
    pub(crate) fn flag(&mut self, holder: Node<'a>, name: &'static str, closed: bool) -> bool {
        let Some(value) = holder.get(name).filter(|value| !value.is_null()) else {
            return false;
        };
        value.as_bool().unwrap_or_else(|| {
            self.tell_flag(value.span(), name, if closed { "`true`" } else { "`false`" });
            closed
        })
    }

    /// A boolean that changes how values are written, so that neither reading lets less through: a
    /// word that other readers of YAML take for one is taken as it is meant.
    pub(crate) fn explode(&mut self, holder: Node<'a>) -> Option<bool> {
        let value = holder.get("explode").filter(|value| !value.is_null())?;
        if let Some(known) = value.as_bool() {
            return Some(known);
        }
        let meant = value.as_str().and_then(meant);
        let outcome = match meant {
            Some(true) => "`true`",
            Some(false) => "`false`",
            None => "if it were left out",
        };
        self.tell_flag(value.span(), "explode", outcome);
        meant
    }

    fn tell_flag(&mut self, at: Span, name: &'static str, outcome: &str) {
        let message = format!("{} must be a boolean: it is taken as {outcome}", shown(name));
        self.notes.push(
            Diagnostic::warning(&codes::STRUCTURE, message)
                .at(at)
                .help("write `true` or `false`, without quotes"),
        );
    }
}

/// What YAML 1.1 took for a boolean.
fn meant(word: &str) -> Option<bool> {
    let is_one_of = |words: [&str; 4]| words.iter().any(|one| one.eq_ignore_ascii_case(word));
    match word {
        _ if is_one_of(["true", "yes", "on", "y"]) => Some(true),
        _ if is_one_of(["false", "no", "off", "n"]) => Some(false),
        _ => None,
    }
}
