//! Bodies: what is accepted is written so that it reads back as itself, also after edits.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_json::{Document, Limits, Scalar};

/// Edits that are tried on one document.
const EDITS_MAX: usize = 32;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    match Document::parse(bytes.to_vec(), &limits) {
        Ok(mut document) => {
            let written = reads_back(&document, &limits);
            let again = Document::parse(written.clone(), &limits).expect("what is written reads");
            assert_eq!(document.node_count(), again.node_count());
            // Members that were added do not count towards the limits of what comes from outside.
            let wider =
                Limits { object_members_max: limits.object_members_max + EDITS_MAX, ..limits };
            edit(&mut document, bytes);
            reads_back(&document, &wider);
            document.restore_all();
            assert!(!document.is_edited());
            assert_eq!(reads_back(&document, &wider), written);
        }
        Err(rejected) => {
            assert_eq!(rejected.bytes, bytes, "nothing is lost");
            assert!(rejected.fault.at as usize <= bytes.len().max(limits.text_bytes_max));
        }
    }
});

fn reads_back(document: &Document, limits: &Limits) -> Vec<u8> {
    let mut written = Vec::new();
    document.write(&mut written);
    let again = Document::parse(written.clone(), limits).expect("what is written reads");
    let mut twice = Vec::new();
    again.write(&mut twice);
    assert_eq!(written, twice);
    written
}

/// The bytes themselves choose the edits: as good as any others.
fn edit(document: &mut Document, bytes: &[u8]) {
    for (place, byte) in bytes.iter().take(EDITS_MAX).enumerate() {
        let index = (usize::from(*byte) * 31 + place) % document.node_count();
        let text: String = bytes.iter().skip(place).take(2).copied().map(char::from).collect();
        // What cannot be edited says so, and stays.
        match byte % 4 {
            0 => document.drop_value(index as u32),
            1 => drop(document.replace_value(index as u32, &Scalar::String(text))),
            2 => drop(document.replace_value(index as u32, &Scalar::Number(7.into()))),
            _ => drop(document.insert_member(index as u32, &text, &Scalar::Bool(true))),
        }
    }
}
