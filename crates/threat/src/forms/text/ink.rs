//! What a terminal is shown: with colours or without, all of it or the worst.

use std::fmt;

use crate::risk::{Level, Rating};

/// How it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextOptions {
    /// With colours of a terminal; all of it can be read without.
    pub has_colour: bool,
    /// With every element, and with what is answered.
    pub is_verbose: bool,
}

/// A word in a colour, where there are colours.
pub(super) struct Painted<'a>(pub(super) &'a str, pub(super) &'static str, pub(super) bool);

pub(super) const RED: &str = "31";
const YELLOW: &str = "33";
pub(super) const GREEN: &str = "32";
pub(super) const BOLD: &str = "1";

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(word, colour, has_colour) = self;
        if *has_colour { write!(f, "\u{1b}[{colour}m{word}\u{1b}[0m") } else { f.write_str(word) }
    }
}

pub(super) fn level(rating: Rating, options: TextOptions) -> Painted<'static> {
    let colour = match rating.level {
        Level::Critical | Level::High => RED,
        Level::Medium => YELLOW,
        Level::Low | Level::Note => GREEN,
    };
    Painted(rating.level.name(), colour, options.has_colour)
}
