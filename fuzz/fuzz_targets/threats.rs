//! What people write and what a run wrote: `threats.yaml` is read or refused with places inside it, and an earlier model
//! is read or refused with words.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_model::{Sources, UnixMillis};
use portcullis_threat::Stated;
use portcullis_threat::diff::Baseline;

/// 2026-11-27.
const NOW: UnixMillis = UnixMillis(1_795_737_600_000);

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    let source = sources.add("threats.yaml", text);
    if let Err(failure) = Stated::from_text(source, &sources, NOW) {
        assert!(!failure.diagnostics.is_empty());
        for span in failure.diagnostics.iter().filter_map(|one| one.span) {
            assert!(span.start <= span.end && span.end as usize <= text.len());
            let _ = failure.sources.line_column(span);
        }
    }
    let _ = Baseline::from_json(text.as_bytes());
});
