//! How detectors are tried: tables of attacks, and of honest twins.

use crate::classes::Classes;
use crate::found::Look;
use crate::fuel::Fuel;

/// What is tried.
type Detector = fn(&str, Classes, &mut Fuel) -> Look;

/// Why a detector counts a text as more than text.
pub(crate) fn name(look: Detector, text: &str) -> Option<&'static str> {
    let found = look(text, Classes::of(text), &mut Fuel::new(u64::MAX));
    found.expect("fuel").map(|(reason, _)| reason.name)
}

/// Each is found.
pub(crate) fn found(look: Detector, texts: &[&str]) {
    for text in texts {
        assert!(name(look, text).is_some(), "not found: {text}");
    }
}

/// None is.
pub(crate) fn passes(look: Detector, texts: &[&str]) {
    for text in texts {
        assert_eq!(name(look, text), None, "{text}");
    }
}
