//! The page that says how the suites went.

use std::fmt::Write as _;

use super::Suite;

const HEAD: &str = "\
# Public test suites

Written by `cargo xtask suites --data FOLDER`: the suites of others, unchanged, through the code that
the gateway runs. JSON texts go through the parser of request bodies. A schema is placed into an
OpenAPI document, the document is read as any contract is, and each value is checked as a request
body would be.

";

/// The whole page.
pub(super) fn page(suites: &[Suite]) -> String {
    let mut out = HEAD.to_owned();
    out.push_str("| suite | version | passed | failed | not applicable |\n");
    out.push_str("|---|---|---:|---:|---:|\n");
    for suite in suites {
        line(
            &mut out,
            format_args!(
                "| {} | {} | {} | {} | {} |",
                suite.name,
                suite.source,
                suite.passed,
                suite.failed.len(),
                suite.inapplicable_count()
            ),
        );
    }
    for suite in suites {
        section(&mut out, suite);
    }
    out
}

fn section(out: &mut String, suite: &Suite) {
    if suite.failed.is_empty() && suite.inapplicable.is_empty() && suite.chosen.is_empty() {
        return;
    }
    line(out, format_args!("\n## {}", suite.name));
    if !suite.failed.is_empty() {
        out.push_str("\nFailed:\n\n");
        for name in &suite.failed {
            line(out, format_args!("- {name}"));
        }
    }
    for (reason, count, names) in &suite.inapplicable {
        line(out, format_args!("\nNot applicable, {count} tests: {reason}.\n"));
        for name in names {
            line(out, format_args!("- {name}"));
        }
    }
    if !suite.chosen.is_empty() {
        out.push_str(
            "\nWhere the suite leaves the choice:\n\n| text | what is done |\n|---|---|\n",
        );
        for (name, choice) in &suite.chosen {
            line(out, format_args!("| `{name}` | {} |", choice.replace('|', "\\|")));
        }
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}
