//! What ours says of every text of every suite, kept in a file: whoever makes the detectors quicker compares
//! with what was said before, text by text.
//!
//! Each case is asked as its body, as its query in one text, and with its texts as names of members. Neither
//! the peer nor a page is needed.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::injection::bodies;
use crate::injection::case::{Case, Row};
use crate::injection::cost::Cost;
use crate::injection::judges::{Answer, Judges};
use crate::shell;

/// Differences that are told; more are counted.
const TOLD_MAX: usize = 40;

/// Writes the verdicts, or compares them with those that the file holds.
pub(crate) fn keep_or_compare(rows: &[Row], judges: &Judges, file: &Path) -> Result<(), String> {
    let mut lines = Vec::new();
    for row in rows {
        let cases: Vec<Case> = row.cases.iter().flat_map(forms).collect();
        let asked: Vec<&Case> = cases.iter().collect();
        let answers = judges.ours(&asked)?;
        lines.extend(cases.iter().zip(&answers).map(|(case, answer)| line(row, case, answer)));
    }
    if !file.exists() {
        shell::say(&format!("kept {} verdicts in `{}`", lines.len(), file.display()));
        return std::fs::write(file, lines.join("\n"))
            .map_err(|error| format!("`{}`: {error}", file.display()));
    }
    let before =
        std::fs::read_to_string(file).map_err(|error| format!("`{}`: {error}", file.display()))?;
    compare(&before.lines().collect::<Vec<_>>(), &lines)
}

/// What ours costs, a line for each kind of body.
pub(crate) fn say_costs(costs: &[Cost]) {
    for cost in costs {
        let spread = &cost.ours;
        shell::say(&format!(
            "{}, {} bodies: median {:.1} us, p99 {:.1} us, slowest {:.1} us",
            cost.name, cost.bodies, spread.median, spread.p99, spread.max
        ));
    }
}

/// A case in each form in which it is asked.
fn forms(case: &Case) -> Vec<Case> {
    let mut forms = vec![case.clone()];
    forms.extend(case.query.iter().map(|query| Case::of_text(query)));
    let body: Value = serde_json::from_str(&case.json).unwrap_or_default();
    let mut texts = BTreeSet::new();
    bodies::gather(&body, &mut texts);
    let named: Vec<Value> = texts.iter().map(|text| json!({ text.as_str(): 1 })).collect();
    forms.push(Case::of_body(&case.shown, &Value::Array(named)));
    forms
}

fn line(row: &Row, case: &Case, answer: &Answer) -> String {
    json!([row.name, case.shown, answer.found, answer.leaf, answer.is_judged]).to_string()
}

fn compare(before: &[&str], now: &[String]) -> Result<(), String> {
    if before.len() != now.len() {
        return Err(format!("{} verdicts then, {} now: other suites", before.len(), now.len()));
    }
    let differ: Vec<_> = before.iter().zip(now).filter(|(then, now)| then != now).collect();
    for (then, now) in differ.iter().take(TOLD_MAX) {
        shell::say(&format!("then {then}\nnow  {now}"));
    }
    if differ.is_empty() {
        shell::say(&format!("{} verdicts, all as before", now.len()));
        return Ok(());
    }
    Err(format!("{} of {} verdicts are not as before", differ.len(), now.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_asked_as_a_value_in_a_query_and_as_a_name() {
        let case = Case::of_text("a b").with_query(&[("value".to_owned(), "a b".to_owned())]);
        let asked: Vec<_> = forms(&case).into_iter().map(|form| form.json).collect();
        assert_eq!(asked, [r#"{"value":"a b"}"#, r#"{"value":"value=a%20b"}"#, r#"[{"a b":1}]"#]);
    }

    #[test]
    fn another_verdict_is_an_error() {
        let now = ["a".to_owned(), "b".to_owned()];
        assert!(compare(&["a", "b"], &now).is_ok());
        assert!(compare(&["a", "c"], &now).is_err());
        assert!(compare(&["a"], &now).is_err());
    }
}
