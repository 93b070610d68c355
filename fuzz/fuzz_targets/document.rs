//! Contracts in JSON: every text is read or refused, and every problem has its place.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_model::Sources;

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    let main = sources.add("api.json", text);
    let problems =
        match portcullis_contract::read(&mut sources, main, &mut portcullis_contract::NoFiles) {
            Ok(contract) => contract.warnings,
            Err(problems) => {
                assert!(!problems.is_empty());
                problems
            }
        };
    for span in problems.iter().filter_map(|problem| problem.span) {
        assert!(span.start <= span.end);
        let _ = sources.line_column(span);
    }
});
