//! Measures what one check of a body costs in contracts of 10, 100 and 1,000 operations, and what
//! each contract holds in memory. One line per size; the memory is read from `/proc`, so it is 0
//! where there is none.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use portcullis_contract::{Contract, NoFiles};
use portcullis_json::{Document, Limits};
use portcullis_model::Sources;

const SIZES: [usize; 4] = [1, 10, 100, 1_000];
/// Rounds over all sizes; the fastest of each counts, because noise only adds.
const ROUNDS: usize = 15;
const CHECKS: usize = 20_000;

const BODY: &str = r#"{"id": 7, "name": "Paracetamol 500 mg", "price": 3.95, "tags": ["pain", "fever"],
    "maker": {"name": "Acme", "country": "DE", "mail": "info@acme.example"}, "stock": [
    {"place": "north", "count": 12}, {"place": "south", "count": 0}, {"place": "east", "count": 3}],
    "created": "2026-02-03T04:05:06Z", "note": null}"#;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut contracts = Vec::new();
    for size in SIZES {
        let text = document(size);
        let before = anonymous_kib();
        let start = Instant::now();
        let mut sources = Sources::default();
        let main = sources.add("api.json", text);
        let contract = portcullis_contract::read(&mut sources, main, &mut NoFiles)
            .map_err(|problems| io::Error::other(format!("{problems:?}")))?;
        let took = start.elapsed();
        drop(sources);
        let grown = anonymous_kib().saturating_sub(before);
        writeln!(out, "{size} operations: read in {} ms, {grown} KiB", took.as_millis())?;
        contracts.push(contract);
    }
    let body = Document::parse(BODY.as_bytes().to_vec(), &Limits::default())
        .map_err(|rejected| io::Error::other(rejected.fault))?;
    let mut fastest = [(u128::MAX, u128::MAX); SIZES.len()];
    for _ in 0..ROUNDS {
        for (contract, (one, all)) in contracts.iter().zip(&mut fastest) {
            *one = nanoseconds(contract, 1, &body).min(*one);
            *all = nanoseconds(contract, usize::MAX, &body).min(*all);
        }
    }
    for (size, (one, all)) in SIZES.iter().zip(fastest) {
        writeln!(out, "{size} operations: {one} ns for a check of one, {all} ns in turn over all")?;
    }
    Ok(())
}

/// A check of the body against so many operations in turn. Over all of a large contract, each
/// check finds its schemas outside the processor's caches.
fn nanoseconds(contract: &Contract, count: usize, body: &Document) -> u128 {
    let schemas: Vec<_> = contract
        .operations
        .iter()
        .take(count)
        .filter_map(|operation| operation.body.as_ref()?.media.first()?.schema.as_ref())
        .collect();
    let start = Instant::now();
    for schema in schemas.iter().cycle().take(CHECKS) {
        assert!(black_box(schema.check(black_box(body.root()))).is_ok());
    }
    start.elapsed().as_nanos() / CHECKS as u128
}

/// As many operations, each with a schema of its own; the parts of a product are shared.
fn document(size: usize) -> String {
    let (mut paths, mut schemas) = (String::new(), String::new());
    for index in 0..size {
        let comma = if index > 0 { "," } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(
            paths,
            r##"{comma}"/products{index}": {{"post": {{"requestBody": {{"content": {{"application/json":
                {{"schema": {{"$ref": "#/components/schemas/Product{index}"}}}}}}}}}}}}"##
        );
        let _ = write!(
            schemas,
            r##""Product{index}": {{"type": "object", "required": ["id", "name"], "properties": {{
                "id": {{"type": "integer", "format": "int64", "minimum": 1}},
                "name": {{"type": "string", "minLength": 1, "maxLength": 80}},
                "price": {{"type": "number", "minimum": 0, "multipleOf": 0.01}},
                "tags": {{"type": "array", "maxItems": 20, "items": {{"type": "string", "pattern": "^[a-z]+$"}}}},
                "maker": {{"$ref": "#/components/schemas/Maker"}},
                "stock": {{"type": "array", "items": {{"$ref": "#/components/schemas/Stock"}}}},
                "created": {{"type": "string", "format": "date-time"}},
                "note": {{"type": ["string", "null"]}}}}}},"##
        );
    }
    format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "T", "version": "1"}}, "paths": {{{paths}}},
        "components": {{"schemas": {{{schemas}
            "Maker": {{"type": "object", "properties": {{"name": {{"type": "string"}},
                "country": {{"enum": ["DE", "FR", "AT"]}}, "mail": {{"type": "string", "format": "email"}}}}}},
            "Stock": {{"type": "object", "required": ["place"], "properties": {{"place": {{"type": "string"}},
                "count": {{"type": "integer", "minimum": 0, "maximum": 1000}}}}}}}}}}}}"#
    )
}

/// Memory of this process that no file backs.
fn anonymous_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
