//! Lists of leaked keys and keys of their signers from nowhere, and texts with keys in them: none panics, and what is found
//! stands there.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_credential::api_key;
use portcullis_credential::reporter::{self, ITEMS_MAX, ReporterKeys};

fuzz_target!(|bytes: &[u8]| {
    let _ = ReporterKeys::read(bytes.to_vec());
    if let Ok(leaks) = reporter::leaks(bytes.to_vec()) {
        assert!(!leaks.is_empty() && leaks.len() <= ITEMS_MAX);
        // What is answered is read again.
        let labels = reporter::labels(leaks.iter().map(|leak| (leak, true)));
        assert!(labels.starts_with(b"[{\"token_raw\":"));
    }
    let text = String::from_utf8_lossy(bytes);
    for key in api_key::all_in(&text, "pharm") {
        assert!(text.contains(key.text) && api_key::has_good_checksum(key.text));
    }
});
