//! Forms in every declared spelling: no panic, and what is written of one reads as the same tree.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

#[path = "../src/forms.rs"]
mod forms;

static FORMS: LazyLock<forms::Forms> = LazyLock::new(forms::Forms::new);

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        FORMS.hold(text);
    }
});
