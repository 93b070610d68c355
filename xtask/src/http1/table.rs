//! The page: per section a table of what each subject answered and let through.

use std::fmt::Write as _;

use portcullis_testkit::http1::{Case, Group, Outcome, Then};

use crate::http1::Row;

/// What the tables show, in words.
const WORDS: &str = include_str!("words.md");
/// Characters of a shown request or target.
const SHOWN_MAX: usize = 72;
/// Requests that reached the API, in one cell.
const REACHED_MAX: usize = 2;

type Asked = fn(&Case, &Outcome) -> bool;

pub(crate) fn page(groups: &[(String, Group)], rows: &[Row<'_>], names: &[&str]) -> String {
    let mut out = WORDS.to_owned();
    totals(rows, names, &mut out);
    for (_, group) in groups {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(out, "\n## {}\n\n| case | {} |", group.about, names.join(" | "));
        let _ = writeln!(out, "|---|{}", "---|".repeat(names.len()));
        let ids: Vec<&str> = group.cases.iter().map(|case| case.id.as_str()).collect();
        for row in rows.iter().filter(|row| ids.contains(&row.case.id.as_str())) {
            let cells: Vec<String> =
                row.outcomes.iter().map(|outcome| cell(row.case, outcome)).collect();
            let Case { id, rfc, .. } = row.case;
            let _ = writeln!(out, "| `{id}` {rfc} | {} |", cells.join(" | "));
        }
        let why: Vec<&Case> = group.cases.iter().filter(|case| case.why.is_some()).collect();
        if !why.is_empty() {
            out.push('\n');
        }
        for case in why {
            let _ = writeln!(out, "- `{}`: {}.", case.id, case.why.as_deref().unwrap_or_default());
        }
    }
    out
}

/// How many cases came out how.
fn totals(rows: &[Row<'_>], names: &[&str], out: &mut String) {
    let _ = writeln!(out, "| {} cases | {} |", rows.len(), names.join(" | "));
    let _ = writeln!(out, "|---|{}", "---:|".repeat(names.len()));
    let questions: [(&str, Asked); 5] = [
        ("something reached the API", |_, outcome| !outcome.reached.is_empty()),
        ("refused here, and reached the API there", |case, outcome| {
            case.api.is_empty() && !outcome.reached.is_empty()
        }),
        ("served here, and not there", |case, outcome| {
            !case.api.is_empty() && outcome.reached.is_empty()
        }),
        (
            "the connection was out of step, or more reached the API than was served here",
            |case, outcome| {
                outcome.then == Then::OutOfStep
                    || !case.api.is_empty() && outcome.reached.len() > case.api.len()
            },
        ),
        ("no answer at all", |case, outcome| outcome.answers.is_empty() && !case.answer.is_empty()),
    ];
    for (question, is_so) in questions {
        let counts: Vec<String> = (0..names.len())
            .map(|place| {
                let so = rows.iter().filter(|row| {
                    row.outcomes.get(place).is_some_and(|outcome| is_so(row.case, outcome))
                });
                so.count().to_string()
            })
            .collect();
        let _ = writeln!(out, "| {question} | {} |", counts.join(" | "));
    }
}

/// `200 open: GET /items`
fn cell(case: &Case, outcome: &Outcome) -> String {
    let statuses: Vec<String> = outcome
        .answers
        .iter()
        .map(|answer| match answer.status {
            9 => "bytes without a head".to_owned(),
            status => status.to_string(),
        })
        .collect();
    let mut statuses_shown = statuses.join(", ");
    if statuses.len() > 3 {
        let first = statuses.first().cloned().unwrap_or_default();
        statuses_shown = format!("{first}, ... ({})", statuses.len());
    }
    if statuses.is_empty() {
        statuses_shown.push_str("no answer");
    }
    let then = match outcome.then {
        Then::Open => "",
        Then::Closed => ", closed",
        Then::Waits => ", waits for more",
        Then::OutOfStep => ", **out of step**",
    };
    let mut out = format!("{statuses_shown}{then}");
    for (place, reached) in outcome.reached.iter().take(REACHED_MAX).enumerate() {
        let _ = write!(out, "{} {}", if place == 0 { ":" } else { " +" }, code(&reached.line));
    }
    if outcome.reached.len() > REACHED_MAX {
        let _ = write!(out, " ... ({})", outcome.reached.len());
    }
    let passed = outcome.reached.iter().zip(&case.api).flat_map(|(reached, wanted)| {
        let head = reached.head.to_ascii_lowercase();
        wanted.lacks.iter().filter(move |text| head.contains(&text.to_ascii_lowercase()))
    });
    let passed: Vec<String> = passed.map(|text| code(text)).collect();
    if !passed.is_empty() {
        let _ = write!(out, " with {}", passed.join(", "));
    }
    out
}

/// Code in a cell of a table.
fn code(text: &str) -> String {
    let short: String = text.chars().take(SHOWN_MAX).collect();
    let more = if short.len() < text.len() { "..." } else { "" };
    let short = short.replace('|', "\\|");
    if short.contains('`') { format!("`` {short}{more} ``") } else { format!("`{short}{more}`") }
}
