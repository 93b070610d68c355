//! The page of agreements and disagreements.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::differential::adjudicated::adjudicated;
use crate::differential::{Case, DOCUMENTS};

/// Examples that are shown of each class.
const SHOWN_MAX: usize = 1;
/// Characters of one verdict that are shown.
const SHOWN_CHARS_MAX: usize = 110;

impl Case {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.request.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn verdicts(&self) -> [&str; 3] {
        [self.text("ours"), &self.core, &self.express]
    }

    fn is_agreed(&self) -> bool {
        let passes = self.verdicts().map(|verdict| verdict == "pass");
        passes.iter().all(|pass| *pass == passes[0])
    }
}

pub(crate) fn page(cases: &[Case], silent: &[&str]) -> String {
    let agreed = cases.iter().filter(|case| case.is_agreed()).count();
    let mut page = format!(
        "# Other validators\n\nWritten by `cargo xtask differential`: {} requests for {} documents, \
         made from the documents' own schemas, judged by our controls, by PyPI `openapi-core` and \
         by npm `express-openapi-validator`. Base paths and credentials are left out. On {agreed} of \
         them all three agree.\n\n",
        cases.len(),
        DOCUMENTS.len() - silent.len(),
    );
    if !silent.is_empty() {
        let _ = writeln!(page, "Not read by one of the others: {}.\n", silent.join(", "));
    }
    requests(cases, &mut page);
    disagreements(cases, &mut page);
    page
}

fn requests(cases: &[Case], page: &mut String) {
    let mut rows: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for case in cases {
        let row = rows.entry(case.text("change")).or_default();
        row[0] += 1;
        for (count, verdict) in row.iter_mut().skip(1).zip(case.verdicts()) {
            *count += usize::from(verdict == "pass");
        }
    }
    page.push_str(
        "| what is wrong with the request | requests | pass with us | openapi-core | \
         express-openapi-validator |\n|---|---:|---:|---:|---:|\n",
    );
    for (change, [all, ours, core, express]) in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| {change} | {all} | {ours} | {core} | {express} |");
    }
}

fn disagreements(cases: &[Case], page: &mut String) {
    let mut classes: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in cases.iter().filter(|case| !case.is_agreed()) {
        classes.entry(adjudicated(case)).or_default().push(case);
    }
    let mut classes: Vec<_> = classes.into_iter().collect();
    classes.sort_by_key(|(_, cases)| std::cmp::Reverse(cases.len()));
    page.push_str("\n## Where they do not agree\n\n| requests | who is right | for instance |\n");
    page.push_str("|---:|---|---|\n");
    for (text, cases) in classes {
        let shown: Vec<String> = cases.iter().take(SHOWN_MAX).map(|case| instance(case)).collect();
        let _ = writeln!(page, "| {} | {text} | {} |", cases.len(), shown.join("; "));
    }
}

fn instance(case: &Case) -> String {
    let short = |text: &str| {
        let text: String = text.chars().take(SHOWN_CHARS_MAX).collect();
        text.replace(['|', '`', '\n'], " ")
    };
    let [ours, core, express] = case.verdicts().map(short);
    format!(
        "{}, `{} {}`, {}. Ours: `{ours}`; openapi-core: `{core}`; express: `{express}`",
        case.document,
        case.text("method"),
        case.text("template"),
        case.text("change"),
    )
}
