//! A threat to one element, with what answers it and how bad it is.

use std::borrow::Cow;

use crate::answers::{Mitigation, State};
use crate::rating::Rating;
use crate::rules::Rule;
use crate::system::Element;

/// A threat to one element.
#[derive(Debug, Clone)]
pub struct Threat {
    /// What it is.
    pub rule: &'static Rule,
    /// To what.
    pub element: Element,
    /// Why it concerns that.
    pub why: Cow<'static, str>,
    /// What answers it: the best first; one at least, which says what is missing.
    pub mitigations: Vec<Mitigation>,
    /// How far it is answered.
    pub state: State,
    /// Before anything answers it.
    pub inherent: Rating,
    /// After.
    pub residual: Rating,
    /// Who takes the rest, by the place in [`Stated::accepted`], while that holds.
    pub accepted: Option<usize>,
}

impl Threat {
    /// Whether somebody has something to do: open, and taken by nobody.
    pub const fn is_open(&self) -> bool {
        self.state.is_open() && self.accepted.is_none()
    }
}
