//! What every control has, and the list of them.

use portcullis_model::{ControlId, Diagnostic, Refusal, Room};
use portcullis_policy::Model;

use crate::{
    api_inventory, caller_identity, content_type, input_shape, resource_limits, response_shape,
    safe_configuration, writable_properties,
};

/// The faces of one control beside its judgement.
#[derive(Debug)]
pub struct Face {
    /// Which control.
    pub id: ControlId,
    /// The mission's row: `A6`.
    pub item: &'static str,
    /// The guarantee, in one sentence.
    pub guarantee: &'static str,
    /// The weaknesses it answers (CWE numbers).
    pub cwe: &'static [u16],
    /// What happens where it is missing: the threat.
    pub threat: &'static str,
    /// The rooms that ask it.
    pub rooms: &'static [Room],
    /// What it expects of an operation, or why it cannot.
    pub expectation: fn(&Model, usize) -> Expectation,
    /// Its own source text, whose first comment is its page.
    pub source: &'static str,
}

/// What a control expects of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// It is enforced: in one line, what is expected.
    Required(String),
    /// There is nothing to protect here, and why.
    NotApplicable(&'static str),
    /// It should exist and cannot be derived: a finding.
    Missing(Diagnostic),
}

/// What a control says of a request or an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Judgement<T> {
    /// Yes, and what it learned.
    Pass(T),
    /// No; and what the request goes on with if the control only observes.
    Refuse(Refusal, T),
}

impl<T> Judgement<T> {
    /// No, or the value.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub fn enforce(self) -> Result<T, Refusal> {
        match self {
            Self::Pass(value) => Ok(value),
            Self::Refuse(refusal, _) => Err(refusal),
        }
    }
}

/// Every control: one line each.
pub const CONTROLS: [&Face; ControlId::ALL.len()] = [
    &resource_limits::FACE,
    &api_inventory::FACE,
    &safe_configuration::FACE,
    &caller_identity::FACE,
    &content_type::FACE,
    &input_shape::FACE,
    &writable_properties::FACE,
    &response_shape::FACE,
];

/// The faces of this control.
pub fn face(id: ControlId) -> &'static Face {
    match id {
        ControlId::ApiInventory => &api_inventory::FACE,
        ControlId::CallerIdentity => &caller_identity::FACE,
        ControlId::ContentType => &content_type::FACE,
        ControlId::InputShape => &input_shape::FACE,
        ControlId::WritableProperties => &writable_properties::FACE,
        ControlId::ResponseShape => &response_shape::FACE,
        ControlId::ResourceLimits => &resource_limits::FACE,
        ControlId::SafeConfiguration => &safe_configuration::FACE,
    }
}

impl Face {
    /// The page: the first comment of the control's file, as Markdown.
    pub fn page(&self) -> String {
        self.source
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_has_a_page_a_room_and_a_threat() {
        for (face, id) in CONTROLS.iter().zip(ControlId::ALL) {
            assert_eq!(face.id, id, "the registry and the nouns have one order");
            assert_eq!(super::face(id).id, id);
            let page = face.page();
            assert!(page.starts_with(&format!("# `{id}`")), "{id}: the page has a title");
            for part in ["## Why", "## Example", "## Limits"] {
                assert!(page.contains(part), "{id}: the page has no `{part}`");
            }
            assert!(!face.rooms.is_empty(), "{id} is asked in no room");
            assert!(!face.cwe.is_empty(), "{id} names no weakness");
            assert!(!face.threat.is_empty());
        }
    }
}
