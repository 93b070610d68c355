//! sqlmap: every parameter of the document, and what its table of results says.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::bounded;
use super::document::Document;
use super::finding::{Finding, Found};
use super::place::Place;
use super::records::OF_THE_API;
use super::subjects::{Subject, write};
use super::tools::Tools;

const TOOL: &str = "sqlmap";
/// Seconds after which it is ended.
const SECONDS: u64 = 150;
/// Boolean, error-based and by union: what shows without waiting for the clock.
const TECHNIQUES: &str = "BEU";

pub(crate) fn judge(
    subject: &Subject,
    tools: &Tools,
    place: &Place,
    folder: &Path,
) -> Result<Found, String> {
    let document = place.document.shown(subject.examples).without(subject.ends).only(subject.sql);
    // In a path with a mark it tries the mark alone: what stands in the query is tried in paths without one.
    let given = document.filled(subject.examples);
    write(&folder.join("openapi.json"), &given.at(place.address).to_string())?;
    let mut command = Command::new(tools.tool("sqlmap"));
    command.current_dir(folder).args(["--openapi", "openapi.json", "--batch", "--flush-session"]);
    command.args(["--level", "2", "--risk", "2", "--technique", TECHNIQUES, "--threads", "1"]);
    command.args(["--timeout", "10", "--retries", "0", "--ignore-code", "*", "--disable-coloring"]);
    // Where one parameter is open, others and other operations are still tried.
    command.args(["--answers", "skip further tests=N,keep testing=Y"]);
    command.args(["--output-dir", "output", "--results-file", "results.csv"]);
    if let Some((name, value)) = &place.credential {
        command.arg("--header").arg(format!("{name}: {value}"));
    }
    let longest = Duration::from_secs(SECONDS);
    let in_time = bounded::run(command, longest, &folder.join("sqlmap.log"))?;
    let log = std::fs::read_to_string(folder.join("sqlmap.log")).unwrap_or_default();
    if !log.contains("target(s) from the OpenAPI") {
        return Err(format!("sqlmap took nothing from the document: {log}"));
    }
    let results = std::fs::read_to_string(folder.join("results.csv")).unwrap_or_default();
    let mut found = Found::default();
    for finding in read(&results, &document) {
        found.add(finding, OF_THE_API.to_owned(), String::new());
    }
    found.requests = place.relay.seen();
    found.is_cut = !in_time || place.relay.is_spent();
    Ok(found)
}

/// `Target URL,Place,Parameter,Technique(s),Note(s)`; a URL has no comma that is not escaped.
fn read(results: &str, document: &Document) -> Vec<Finding> {
    let rows = results.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        let (url, place, parameter) = (cells.next()?, cells.next()?, cells.next()?);
        let (techniques, note) = (cells.next()?, cells.next().unwrap_or_default());
        let path =
            url.split_once("://").and_then(|(_, rest)| Some(rest.split_at(rest.find('/')?).1))?;
        let method = method(document, place, path);
        // What it withdraws itself is no finding.
        let is_meant = !techniques.is_empty() && !note.starts_with("false positive");
        is_meant.then(|| Finding {
            tool: TOOL,
            check: "SQL injection".to_owned(),
            operation: document.operation(method, &path.replace('*', "")),
            what: parameter.to_owned(),
        })
    });
    rows.collect()
}

/// The table does not say the method: what has a body is none of `GET`.
fn method(document: &Document, place: &str, path: &str) -> &'static str {
    let is_in_body = place.contains("POST") || place.contains("JSON");
    let writes = ["POST", "PUT", "PATCH"];
    let declared = |method: &&&str| document.has(method, path);
    if is_in_body { writes.iter().find(declared).copied().unwrap_or("POST") } else { "GET" }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_a_parameter_of_an_operation() {
        let document = Document(json!({ "swagger": "2.0", "paths": {
            "/tables/{name}/rows": { "get": {}, "put": {} },
        } }));
        let results = "Target URL,Place,Parameter,Technique(s),Note(s)\n\
                       http://127.0.0.1:1/tables/books/rows?_search=Dune,GET,_search,BEU,\n\
                       http://127.0.0.1:1/tables/books/rows,(custom) POST,JSON title,B,\n\
                       http://127.0.0.1:1/tables/books/rows,URI,#1*,B,false positive or unexploitable\n\
                       http://127.0.0.1:1/tables/books/rows,,,,\n";
        let found = read(results, &document);
        let shown: Vec<_> =
            found.iter().map(|one| (one.operation.as_str(), one.what.as_str())).collect();
        let rows = "GET /tables/{name}/rows";
        assert_eq!(shown, [(rows, "_search"), ("PUT /tables/{name}/rows", "JSON title")]);
    }
}
