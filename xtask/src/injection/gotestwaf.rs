//! The cases of gotestwaf: payloads, each in the encodings that its file names.

use std::path::Path;

use portcullis_contract::as_json;
use portcullis_model::Sources;
use serde_json::Value;

use crate::injection::case::{Case, Row, Side, shown};
use crate::injection::encode::{self, ENCODERS};

const SOURCE: &str = "wallarm/gotestwaf 67dfd7a (MIT)";

/// Files whose payloads no language reads as more than text: names of scanners, and the questions by which
/// a GraphQL schema is read. Other controls answer for them.
const NOT_CLAIMED: [&str; 3] =
    ["community/community-user-agent", "owasp-api/graphql", "owasp-api/graphql-post"];

/// A row for each file of attacks, and one for each encoding with every payload in it.
pub(crate) fn attacks(folder: &Path) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    let mut payloads = Vec::new();
    for set in ["owasp", "owasp-api", "community"] {
        for path in files(&folder.join(set))? {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let name = format!("{set}/{stem}");
            let file = File::read(&name, &text(&path)?)?;
            let is_claimed = !NOT_CLAIMED.contains(&name.as_str());
            let side = if is_claimed { Side::Attack } else { Side::NotClaimed };
            let cases = file.cases();
            if is_claimed && !name.contains("kb-") {
                payloads.extend(file.payloads);
            }
            let name = format!("gotestwaf {name}");
            rows.push(Row { side, name, source: SOURCE, is_shown: true, cases });
        }
    }
    payloads.sort();
    payloads.dedup();
    rows.extend(ENCODERS.iter().map(|encoder| Row {
        side: Side::Attack,
        name: format!("gotestwaf, every payload as {encoder}"),
        source: SOURCE,
        is_shown: true,
        cases: payloads.iter().filter_map(|payload| case(encoder, payload, false)).collect(),
    }));
    Ok(rows)
}

/// The texts that are no attacks.
pub(crate) fn honest(folder: &Path) -> Result<Row, String> {
    let path = folder.join("false-pos/texts.yml");
    let file = File::read("false-pos/texts", &text(&path)?)?;
    let name = "gotestwaf false-pos".to_owned();
    let plain = File { encoders: vec!["Plain".to_owned()], ..file };
    Ok(Row { side: Side::Honest, name, source: SOURCE, is_shown: true, cases: plain.cases() })
}

/// The attacks behind the longest padding, as they stand and percent-encoded.
pub(crate) fn padded(folder: &Path) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for kind in ["rce", "sqli", "xss"] {
        let path = folder.join(format!("community/community-128kb-{kind}.yml"));
        let file = File::read("padded", &text(&path)?)?;
        for encoder in ["Plain", "URL"] {
            cases.extend(file.payloads.iter().filter_map(|text| case(encoder, text, false)));
        }
    }
    Ok(cases)
}

/// A file of the suite.
struct File {
    payloads: Vec<String>,
    encoders: Vec<String>,
    is_in_query: bool,
}

impl File {
    fn read(name: &str, text: &str) -> Result<Self, String> {
        let json = parsed(name, text).or_else(|problem| {
            // The suite's own reader takes an escaped apostrophe, which YAML has not.
            parsed(name, &text.replace("\\'", "'")).map_err(|_| problem)
        })?;
        let texts = |key: &str| -> Vec<String> {
            let items = json.get(key).and_then(Value::as_array).into_iter().flatten();
            items
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect()
        };
        let file = Self {
            payloads: texts("payload"),
            encoders: texts("encoder"),
            is_in_query: texts("placeholder").iter().any(|place| place == "URLParam"),
        };
        let is_known = |encoder: &String| ENCODERS.contains(&encoder.as_str());
        if file.payloads.is_empty() || !file.encoders.iter().any(is_known) {
            return Err(format!("`{name}` has no payloads or no encoder that is known"));
        }
        Ok(file)
    }

    fn cases(&self) -> Vec<Case> {
        let each = self.encoders.iter().flat_map(|encoder| {
            self.payloads.iter().filter_map(|payload| case(encoder, payload, self.is_in_query))
        });
        each.collect()
    }
}

/// A payload in an encoding. In a query the encoding `URL` is the query's own.
fn case(encoder: &str, payload: &str, is_in_query: bool) -> Option<Case> {
    let text = encode::encoded(encoder, payload)?;
    let inner = if encoder == "URL" { payload } else { text.as_str() };
    let pair = ("value".to_owned(), inner.to_owned());
    let case = Case::of_text(&text);
    let case = if is_in_query { case.with_query(&[pair]) } else { case };
    Some(Case { shown: format!("{encoder}: {}", shown(payload)), ..case })
}

fn parsed(name: &str, text: &str) -> Result<Value, String> {
    let mut sources = Sources::default();
    let source = sources.add(format!("{name}.yaml"), text);
    let json = as_json(&sources, source).map_err(|problem| format!("`{name}`: {problem:?}"))?;
    serde_json::from_str(&json).map_err(|error| format!("`{name}`: {error}"))
}

fn text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("`{}`: {error}", path.display()))
}

fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>, String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("`{}`: {error}; is `--data` right?", folder.display()))?;
    let mut files: Vec<_> = entries.filter_map(|entry| entry.ok().map(|one| one.path())).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "yml"));
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_payload_comes_in_each_encoding_of_its_file() {
        let text = "payload:\n  - <b>\n  - \"\\'-x\"\nencoder:\n  - URL\n  - Base64Flat\n\
                    placeholder:\n  - URLParam\ntype: XSS\n";
        let cases = File::read("a", text).unwrap().cases();
        let sent: Vec<_> = cases.iter().map(|case| case.json.as_str()).collect();
        let wanted = [r#"{"value":"%3Cb%3E"}"#, r#"{"value":"%27-x"}"#, r#"{"value":"PGI+"}"#];
        assert_eq!(sent.get(..3), Some(&wanted[..]));
        let query = cases.first().and_then(|case| case.query.as_deref());
        assert_eq!(query, Some("value=%3Cb%3E"));
    }

    #[test]
    fn a_file_without_payloads_is_an_error() {
        assert!(File::read("a", "payload: []\nencoder: [URL]\n").is_err());
    }
}
