//! How long it takes to check a file of evidence: `verifying [RECORDS]`.

#![expect(clippy::print_stdout, reason = "a program that prints a figure")]

use std::time::Instant;

use portcullis_evidence::{
    Digests, Kind, Outcome, Record, Sha256Hex, SigningKey, State, append, verify,
};
use portcullis_model::UnixMillis;

fn main() -> Result<(), String> {
    let count = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10_000_u32);
    let at = UnixMillis(1_790_000_000_000);
    let record = |number: u32| Record {
        id: format!("gen-a1-get-order-bob-answer-{number}"),
        title: "getOrder: bob reaches what is another one's (answer)".to_owned(),
        kind: Kind::Attack {
            item: "A1".to_owned(),
            cwe: 639,
            threats: Vec::new(),
            aimed_at: Vec::new(),
            direct: Outcome::Succeeded,
            through: Outcome::Stopped,
            stopped_by: vec!["object_ownership".to_owned()],
            knock_out: Some(true),
            twin: None,
            state: State::Closed,
        },
        operations: vec!["getOrder".to_owned()],
        digests: Digests {
            contract: Sha256Hex::of(&number.to_be_bytes()),
            policy: Sha256Hex::of(b"policy"),
            suite: Sha256Hex::of(b"suite"),
            binary: Sha256Hex::of(b"binary"),
        },
        at,
        expires: at,
    };
    let records: Vec<Record> = (0..count).map(record).collect();
    let key = SigningKey::generate().ok_or("no randomness")?;
    let begin = Instant::now();
    let text = append(None, &records, &key, at)?;
    let written = begin.elapsed();
    let begin = Instant::now();
    let found = verify(&text, Some(&key.public()), None).map_err(|fault| fault.to_string())?;
    let checked = begin.elapsed();
    println!(
        "{} records, {:.1} MB: written in {} ms, checked in {} ms",
        found.records.len(),
        text.len() as f64 / 1e6,
        written.as_millis(),
        checked.as_millis()
    );
    Ok(())
}
