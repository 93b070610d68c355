//! Requests in every parameter style: no panic, and what goes on is taken again as it is.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

#[path = "../src/styles.rs"]
mod styles;

static STYLES: LazyLock<styles::Styles> = LazyLock::new(styles::Styles::new);

fuzz_target!(|bytes: &[u8]| STYLES.hold_bytes(bytes));
