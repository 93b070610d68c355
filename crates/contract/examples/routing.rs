//! How long it takes to find an operation among many: `routing [OPERATIONS]`, 10,000 by default.
//! Run it with `--release`; the figure is nanoseconds for one lookup.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::time::Instant;

use portcullis_contract::{CanonicalPath, Find};
use portcullis_model::{Method, Sources};

/// Lookups that are measured.
const LOOKUPS: usize = 1_000_000;

fn main() -> io::Result<()> {
    let wanted = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let (document, requests) = document(wanted);
    let mut sources = Sources::default();
    let main = sources.add("many.yaml", document);
    let started = Instant::now();
    let contract = portcullis_contract::read(&mut sources, main, &mut portcullis_contract::NoFiles)
        .map_err(|problems| io::Error::other(format!("{problems:?}")))?;
    let read = started.elapsed();
    let paths: Vec<CanonicalPath> =
        requests.iter().filter_map(|request| CanonicalPath::parse(request).ok()).collect();

    let started = Instant::now();
    let mut found = 0;
    for path in paths.iter().cycle().take(LOOKUPS) {
        let operation = contract.find(Method::Get, black_box(path));
        found += usize::from(matches!(operation, Find::Operation(_)));
    }
    let took = started.elapsed();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} operations read in {} ms; {found} of {LOOKUPS} requests found, {} ns for each",
        contract.operations.len(),
        read.as_millis(),
        took.as_nanos() / LOOKUPS as u128,
    )
}

/// A document of so many operations, and a request for each: names and parameters alternate, every
/// fourth path has a literal twin beside its parameter, every eighth two values in one segment.
fn document(wanted: usize) -> (String, Vec<String>) {
    let mut text = "openapi: 3.1.0\ninfo: { title: Many, version: '1' }\npaths:\n".to_owned();
    let mut requests = Vec::new();
    for index in 0..wanted {
        let (group, item) = (index / 16, index % 16);
        let (template, request) = match item % 8 {
            0 => (format!("/g{group}/r{item}"), format!("/g{group}/r{item}")),
            3 => (format!("/g{group}/r{item}/{{id}}"), format!("/g{group}/r{item}/77")),
            4 => (format!("/g{group}/r{}/me", item - 1), format!("/g{group}/r{}/me", item - 1)),
            7 => (
                format!("/g{group}/r{item}/{{a}}-{{b}}.json"),
                format!("/g{group}/r{item}/x-y.json"),
            ),
            _ => (
                format!("/g{group}/{{id}}/r{item}/{{part}}/end"),
                format!("/g{group}/some-id/r{item}/some-part/end"),
            ),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {template}: {{ get: {{ responses: {{}} }} }}");
        requests.push(request);
    }
    (text, requests)
}
