//! Bodies: what is accepted is written so that it reads back as itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_json::{Document, Limits};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    match Document::parse(bytes.to_vec(), &limits) {
        Ok(document) => {
            let mut written = Vec::new();
            document.write(&mut written);
            let again = Document::parse(written.clone(), &limits).expect("what is written reads");
            let mut twice = Vec::new();
            again.write(&mut twice);
            assert_eq!(written, twice);
            assert_eq!(document.node_count(), again.node_count());
        }
        Err(rejected) => {
            assert_eq!(rejected.bytes, bytes, "nothing is lost");
            assert!(rejected.fault.at as usize <= bytes.len().max(limits.text_bytes_max));
        }
    }
});
