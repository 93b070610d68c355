//! The page of the audit: what it finds in document and policy, and the checklist of a deployment made for it.

use std::fmt::Write as _;

use serde_json::Value;

use super::{cell, list, text};

/// No page of its own: its links are those of the page.
const WORDS: &str = include_str!("audit.txt");

/// The page. `documents` is the audit of the document alone: no gateway stands in front of our own doors, so nothing is
/// answered by one. `deployment` is that of the policy and of the folder.
pub(super) fn page(documents: &Value, deployment: &Value) -> String {
    let mut page = WORDS.to_owned();
    page.push_str("## The document\n\n");
    for one in list(documents, "scores") {
        let score = one.get("score").and_then(Value::as_f64).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(page, "Score: {score:.1} of 100.\n");
    }
    findings(&mut page, list(documents, "findings").iter().filter(|one| is_of(one, "contract")));
    page.push_str("\n## The policy\n\n");
    findings(&mut page, list(deployment, "findings").iter().filter(|one| is_of(one, "policy")));
    page.push_str(
        "\n## The checklist\n\nOf a deployment in an empty folder, with keys of chance and a certificate of its own.\n\n\
         | | question | answer | what is to be done, or missing |\n|---|---|---|---|\n",
    );
    for one in list(deployment, "checklist") {
        let further = [text(one, "fix"), text(one, "supply")].concat();
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} |",
            text(one, "id"),
            cell(text(one, "question")),
            text(one, "verdict"),
            cell(&further)
        );
    }
    page
}

fn is_of(finding: &Value, part: &str) -> bool {
    text(finding, "part") == part
}

fn findings<'v>(page: &mut String, all: impl Iterator<Item = &'v Value>) {
    page.push_str("| severity | rule | operation | what was found | what the audit says to do |\n|---|---|---|---|---|\n");
    for one in all {
        let first = list(one, "places").first();
        let of = first.map(|place| text(place, "operation")).filter(|of| !of.is_empty());
        let _ = writeln!(
            page,
            "| {} | `{}` | {} | {} | {} |",
            text(one, "severity"),
            text(one, "rule"),
            of.map_or_else(String::new, |of| format!("`{of}`")),
            cell(text(one, "message")),
            cell(text(one, "fix"))
        );
    }
}
