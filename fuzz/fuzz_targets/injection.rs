//! Texts that may be more than text: no look panics, none costs more than in proportion, none without fuel
//! says that a text is harmless.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_injection::{Fuel, LAYERS_MAX, Sinks, TextKind, Verdict, look, look_at_name};

/// Steps a byte may cost with all its layers, and what any text may cost.
const STEPS_PER_BYTE: u64 = 1200;
const STEPS_FREE: u64 = 800_000;

fuzz_target!(|text: &str| {
    let enough = STEPS_PER_BYTE * text.len() as u64 + STEPS_FREE;
    let mut fuel = Fuel::new(enough);
    let verdict = look(text, Sinks::ALL, &mut fuel);
    if let Verdict::Hostile(found) = &verdict {
        assert!(found.layers.len() <= LAYERS_MAX);
        assert!(!found.layers.is_empty() || text.get(found.span.clone()).is_some());
    }
    // A text may be read in more ways than are bounded, and then nobody knows; but not for want of fuel.
    assert!(verdict != Verdict::Unknown || fuel.left() > 0);
    let _ = look_at_name(text, Sinks::ALL, &mut Fuel::new(enough));
    // Half of what was burnt is not enough to be sure.
    if verdict == Verdict::Harmless {
        let half = (enough - fuel.left()) / 2;
        assert_eq!(look(text, Sinks::ALL, &mut Fuel::new(half)), Verdict::Unknown);
    }
    for kind in TextKind::ALL {
        let _ = look(text, kind.sinks(), &mut Fuel::new(enough));
    }
});
