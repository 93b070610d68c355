//! The Core Rule Set's own regression cases: what one of its rules must, or must not, fire on.
//!
//! A case is a request. What is judged here is its arguments: pairs of the query, of a form, or members of
//! JSON. Requests that carry their text elsewhere are left out.

use std::path::{Path, PathBuf};

use portcullis_contract::as_json;
use portcullis_model::Sources;
use serde_json::Value;

use crate::injection::case::{Case, Row, Side};
use crate::injection::encode;

const SOURCE: &str = "coreruleset/coreruleset 2cbd1d01 (Apache-2.0)";
const FOLDER: &str = "tests/regression/tests";

/// The classes of rules on attacks on applications: files, inclusion, commands, PHP, other languages,
/// script, SQL, sessions, Java.
const CLASSES: std::ops::RangeInclusive<u64> = 930..=944;

/// What stands in the query where the suite puts its text into a header, a cookie or XML.
const PLACEHOLDER: (&str, &str) = ("test", "value");

/// The cases on which a rule must fire, and those on which it must not.
pub(crate) fn read(folder: &Path) -> Result<(Row, Row), String> {
    let (mut fires, mut silent) = (Vec::new(), Vec::new());
    for path in files(&folder.join(FOLDER))? {
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("`{}`: {error}", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        for (must_fire, case) in cases(&name, &text)? {
            if must_fire { &mut fires } else { &mut silent }.push(case);
        }
    }
    let row = |side, name: &str, cases| {
        let name = format!("CRS regression, {name}");
        Row { side, name, source: SOURCE, is_shown: true, cases }
    };
    Ok((
        row(Side::Fragment, "a rule of 930 to 944 must fire", fires),
        row(Side::HonestToOneRule, "a rule of 930 to 944 must not fire", silent),
    ))
}

/// The cases of a file that have arguments, and whether its rule must fire on them.
fn cases(name: &str, text: &str) -> Result<Vec<(bool, Case)>, String> {
    let mut sources = Sources::default();
    let source = sources.add(format!("{name}.yaml"), text);
    let json = as_json(&sources, source).map_err(|problem| format!("`{name}`: {problem:?}"))?;
    let file: Value = serde_json::from_str(&json).map_err(|error| format!("`{name}`: {error}"))?;
    let rule = file.get("rule_id").map(ToString::to_string).unwrap_or_default();
    let tests = file.get("tests").and_then(Value::as_array).into_iter().flatten();
    let mut cases = Vec::new();
    for test in tests {
        let number = test.get("test_id").map(ToString::to_string).unwrap_or_default();
        let stages = test.get("stages").and_then(Value::as_array).into_iter().flatten();
        for stage in stages {
            let Some(must_fire) = stage.pointer("/output/log").and_then(must_fire) else {
                continue;
            };
            let Some(case) = stage.get("input").and_then(case) else { continue };
            let shown = format!("{rule}-{number}: {}", case.shown);
            cases.push((must_fire, Case { shown, ..case }));
        }
    }
    Ok(cases)
}

/// Whether a rule must fire; nothing, if the suite says neither.
fn must_fire(log: &Value) -> Option<bool> {
    let has = |key| log.get(key).and_then(Value::as_array).is_some_and(|ids| !ids.is_empty());
    if has("expect_ids") { Some(true) } else { has("no_expect_ids").then_some(false) }
}

/// The arguments of a request.
fn case(input: &Value) -> Option<Case> {
    let text = |key: &str| input.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = input.get("headers").and_then(Value::as_object).and_then(|headers| {
        let named = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        named.and_then(|(_, value)| value.as_str()).map(str::to_ascii_lowercase)
    });
    let query = text("uri").split_once('?').map(|(_, query)| query).unwrap_or_default();
    let query = query.split('#').next().unwrap_or_default();
    let mut pairs = encode::pairs(query);
    pairs.retain(|(name, value)| (name.as_str(), value.as_str()) != PLACEHOLDER);
    let body = text("data");
    match kind.as_deref() {
        Some(kind) if kind.contains("json") => {
            if let (true, Ok(body)) = (pairs.is_empty(), serde_json::from_str::<Value>(body)) {
                return Some(Case::of_body(
                    &crate::injection::case::shown(&body.to_string()),
                    &body,
                ));
            }
        }
        // The suite's own client says `x-www-form-urlencoded` where a case says nothing.
        None => pairs.extend(encode::pairs(body)),
        Some(kind) if kind.contains("urlencoded") => pairs.extend(encode::pairs(body)),
        Some(_) => {}
    }
    (!pairs.is_empty()).then(|| Case::of_pairs(&pairs))
}

/// The files of the classes.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let list = |folder: &Path| -> Result<Vec<PathBuf>, String> {
        let entries = std::fs::read_dir(folder)
            .map_err(|error| format!("`{}`: {error}; is `--data` right?", folder.display()))?;
        Ok(entries.filter_map(|entry| entry.ok().map(|one| one.path())).collect())
    };
    let mut files = Vec::new();
    for class in list(folder)? {
        let name = class.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let number = name.strip_prefix("REQUEST-").and_then(|rest| rest.get(..3));
        let number = number.and_then(|digits| digits.parse::<u64>().ok());
        if number.is_some_and(|number| CLASSES.contains(&number)) {
            files.extend(list(&class)?);
        }
    }
    files.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"---
rule_id: 942100
tests:
  - test_id: 1
    stages:
      - input:
          uri: "/post?a=b"
          data: "var=1234%20OR+1=1"
        output: {log: {expect_ids: [942100]}}
  - test_id: 2
    stages:
      - input:
          uri: "/post"
          headers: {Content-Type: application/json}
          data: '{"a": "select"}'
        output: {log: {no_expect_ids: [942100]}}
  - test_id: 3
    stages:
      - input: {uri: "/get?test=value", headers: {User-Agent: "x"}}
        output: {log: {expect_ids: [942100]}}
"#;

    #[test]
    fn a_case_is_its_arguments_and_what_must_come_of_them() {
        let cases = cases("942100", FILE).unwrap();
        let seen: Vec<_> = cases.iter().map(|(fire, case)| (*fire, case.json.as_str())).collect();
        let wanted = [(true, r#"[{"a":"b"},{"var":"1234 OR 1=1"}]"#), (false, r#"{"a":"select"}"#)];
        assert_eq!(seen, wanted);
        assert_eq!(
            cases.first().map(|(_, case)| case.shown.as_str()),
            Some("942100-1: a=b&var=1234 OR 1=1")
        );
    }
}
