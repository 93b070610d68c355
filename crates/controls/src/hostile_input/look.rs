//! One text after the other, within what one request may cost.

use std::fmt;

use portcullis_contract::{ShapeId, Shapes, Types};
use portcullis_injection::{Found, Fuel, Language, Sinks, TextKind, Verdict, look, look_at_name};
use portcullis_model::{ControlId, Refusal, Status};

use super::said::Said;

/// Steps that a request may cost for each byte that is looked at. Honest texts need a fifth of it.
const STEPS_PER_BYTE: u64 = 600;
/// Steps that every request has.
const STEPS_FREE: u64 = 400_000;

/// The look at one request.
#[derive(Debug)]
pub struct Looking<'a> {
    pub(super) shapes: &'a Shapes,
    pub(super) said: &'a Said,
    /// Values are held to their schemas: what is confined there needs no look.
    is_held: bool,
    fuel: u64,
}

/// Why a text, or a name, does not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    Hostile(Found),
    Unknown,
}

impl<'a> Looking<'a> {
    /// `is_held`: whether values that are not as declared are refused.
    pub const fn new(shapes: &'a Shapes, said: &'a Said, is_held: bool) -> Self {
        Self { shapes, said, is_held, fuel: STEPS_FREE }
    }

    /// What is looked for in a text of this shape.
    pub(super) fn sinks(&self, shape: Option<ShapeId>) -> Sinks {
        let Some(shape) = shape.map(|id| self.shapes.get(id)) else { return Sinks::ALL };
        let is_never_hostile = shape.text.is_confined || !shape.types.contains(Types::STRING);
        if self.is_held && is_never_hostile { Sinks::NONE } else { shape.text.sinks }
    }

    /// Looks at a value.
    pub(super) fn text(&mut self, text: &str, sinks: Sinks) -> Option<Why> {
        if text.is_empty() || sinks.is_empty() {
            return None;
        }
        self.spend(text, |fuel| look(text, sinks, fuel))
    }

    /// Looks at a name that nothing declares.
    pub(super) fn name(&mut self, name: &str) -> Option<Why> {
        self.spend(name, |fuel| look_at_name(name, Sinks::ALL, fuel))
    }

    fn spend(&mut self, text: &str, look: impl FnOnce(&mut Fuel) -> Verdict) -> Option<Why> {
        let mut fuel = Fuel::new(self.fuel.saturating_add(STEPS_PER_BYTE * text.len() as u64));
        let verdict = look(&mut fuel);
        self.fuel = fuel.left();
        match verdict {
            Verdict::Harmless => None,
            Verdict::Hostile(found) => Some(Why::Hostile(found)),
            Verdict::Unknown => Some(Why::Unknown),
        }
    }
}

/// What stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A value.
    Value,
    /// The name of a member or a parameter.
    Name,
    /// The name of a file.
    FileName,
}

/// The refusal of what stands at this place, written as policies write places. No part of the text is in it.
pub(super) fn refusal(what: What, at: &dyn fmt::Display, why: &Why) -> Refusal {
    let thing = match what {
        What::Value => "the text",
        What::Name => "a name",
        What::FileName => "the name of a file",
    };
    let found = match why {
        Why::Hostile(found) => found,
        Why::Unknown => {
            let detail = format!(
                "{thing} at `{at}` can be read in more ways than are looked at{}",
                unnecessary(what, at, None)
            );
            return refused("too_many_readings", detail);
        }
    };
    let Found { language, reason, layers, span } = found;
    let behind =
        if layers.is_empty() { String::new() } else { format!(", behind {}", layers.join(", ")) };
    let detail = format!(
        "{thing} at `{at}` is more than text to `{}`: {} (`{}`, bytes {} to {}{behind}){}",
        language.word(),
        reason.text,
        reason.name,
        span.start,
        span.end,
        unnecessary(what, at, Some(*language)),
    );
    refused(language.word(), detail)
}

fn refused(reason: &'static str, detail: String) -> Refusal {
    Refusal::new(ControlId::HostileInput, Status::BAD_REQUEST, reason, detail)
        .saying("the request holds a text that is not accepted")
}

/// What would have made the look unnecessary, and what would say that such a text belongs there.
fn unnecessary(what: What, at: &dyn fmt::Display, language: Option<Language>) -> String {
    if what != What::Value {
        return String::new();
    }
    let pattern = "; a `pattern` such as `^[\\w .,-]{1,80}$` in its schema leaves no room for it";
    let kind = match language {
        Some(Language::Html | Language::Xml) => Some(TextKind::Html),
        Some(language) => TextKind::ALL.into_iter().find(|kind| !kind.sinks().has(language)),
        None => None,
    };
    match kind {
        Some(kind) => {
            format!("{pattern}, `texts: {{ {at}: {} }}` says that it is meant", kind.word())
        }
        None => pattern.to_owned(),
    }
}
