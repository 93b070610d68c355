//! Suites that are lists: a text a line, or sayings between lines of `%`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::injection::case::{Case, Row, Side};
use crate::injection::encode;

const LIBINJECTION: &str = "libinjection/libinjection 85e252a (BSD-3-Clause)";
const PAYLOADS: &str = "swisskyrepo/PayloadsAllTheThings f9fa514 (MIT)";
const FORTUNES: &str = "Debian `fortunes`, `fortunes-min` 1:1.99.1-7.3 (BSD, texts of many)";

/// Lists of names, not of payloads: of files that exist, headers, attributes, management pages, and links to
/// other sites. A name that is asked for is no language, and a link is a link.
const NAMES: [&str; 15] = [
    "BSD-files",
    "Linux-files",
    "Mac-files",
    "Windows-files",
    "Web-files",
    "List_Of_File_To_Include",
    "LFI-FD-check",
    "LFI-WindowsFileCheck",
    "JHADDIX_LFI",
    "simple-check",
    "LDAP_attributes",
    "param_miner",
    "springboot_actuator",
    "Open_Redirect_Intruder",
    "jsonp_endpoint",
];

/// The strings of libinjection that must be found, SQL and script.
pub(crate) fn libinjection(folder: &Path) -> Result<Vec<Row>, String> {
    [("sqli-", "libinjection SQL"), ("xss-", "libinjection script")]
        .into_iter()
        .map(|(start, name)| {
            let mut cases = Vec::new();
            for path in files(folder)?.iter().filter(|path| stem(path).starts_with(start)) {
                cases.extend(form_lines(&text(path)?));
            }
            let (side, name) = (Side::Attack, name.to_owned());
            Ok(Row { side, name, source: LIBINJECTION, is_shown: true, cases })
        })
        .collect()
}

/// The strings that libinjection once took for SQL.
pub(crate) fn false_positives(folder: &Path) -> Result<Row, String> {
    let cases = form_lines(&text(&folder.join("false_positives.txt"))?);
    let name = "libinjection false positives".to_owned();
    Ok(Row { side: Side::Honest, name, source: LIBINJECTION, is_shown: true, cases })
}

/// The lists of payloads by category.
pub(crate) fn payloads(folder: &Path) -> Result<Vec<Row>, String> {
    let mut categories: BTreeMap<(bool, String), Vec<Case>> = BTreeMap::new();
    for path in files(folder)? {
        let stem = stem(&path);
        let Some((category, _)) = stem.split_once("_Intruder") else { continue };
        let is_names = NAMES.iter().any(|name| stem.contains(name));
        let suffix = if is_names { ", names and links" } else { "" };
        let name = format!("payloads {}{suffix}", category.replace('_', " "));
        categories.entry((is_names, name)).or_default().extend(plain_lines(&text(&path)?));
    }
    let rows = categories.into_iter().map(|((is_names, name), cases)| {
        let side = if is_names { Side::NotClaimed } else { Side::Attack };
        Row { side, name, source: PAYLOADS, is_shown: true, cases }
    });
    Ok(rows.collect())
}

/// The sayings in a folder.
pub(crate) fn fortunes(folder: &Path) -> Result<Row, String> {
    let mut cases = Vec::new();
    for path in files(folder)?.iter().filter(|path| path.extension().is_none()) {
        cases.extend(sayings(&text(path)?));
    }
    let name = "Debian fortunes".to_owned();
    Ok(Row { side: Side::Honest, name, source: FORTUNES, is_shown: false, cases })
}

/// Lines as they stand in a query: empty ones and comments are none.
fn form_lines(text: &str) -> Vec<Case> {
    let lines = text.lines().map(|line| line.trim_end_matches('\r'));
    let texts =
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(encode::form_decoded);
    texts.map(|text| in_query(&text)).collect()
}

fn plain_lines(text: &str) -> Vec<Case> {
    let lines = text.lines().map(|line| line.trim_end_matches('\r'));
    lines.filter(|line| !line.trim().is_empty()).map(in_query).collect()
}

fn sayings(text: &str) -> Vec<Case> {
    let sayings = text.split("\n%\n").map(str::trim_end).filter(|saying| !saying.is_empty());
    sayings.map(Case::of_text).collect()
}

fn in_query(text: &str) -> Case {
    Case::of_text(text).with_query(&[("value".to_owned(), text.to_owned())])
}

/// A list, whatever its bytes are.
fn text(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("`{}`: {error}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn stem(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("`{}`: {error}; is `--data` right?", folder.display()))?;
    let mut files: Vec<PathBuf> =
        entries.filter_map(|entry| entry.ok().map(|one| one.path())).collect();
    files.retain(|path| path.is_file());
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cases: &[Case]) -> Vec<&str> {
        cases.iter().map(|case| case.shown.as_str()).collect()
    }

    #[test]
    fn comments_and_empty_lines_are_no_cases() {
        assert_eq!(shown(&form_lines("# from\n\n1%20or+1\r\n")), ["1 or 1"]);
        assert_eq!(shown(&plain_lines("#a\n \n%20\r\n")), ["#a", "%20"]);
    }

    #[test]
    fn a_saying_may_have_lines() {
        let cases = sayings("one\ntwo\n%\nthree % four\n%\n");
        let sent: Vec<_> = cases.iter().map(|case| case.json.as_str()).collect();
        assert_eq!(sent, [r#"{"value":"one\ntwo"}"#, r#"{"value":"three % four"}"#]);
    }
}
