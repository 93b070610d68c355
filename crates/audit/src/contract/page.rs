//! The rules as a page of the documentation.

use std::fmt::Write as _;

use super::rules;
use crate::finding::Rule;

/// All rules: a table, then a page for each.
pub fn rules_page() -> String {
    let count = rules::all().count();
    let mut page = format!(
        "# Rules for documents\n\nMade from the code by `cargo xtask docs`. {count} rules are held against an OpenAPI \
         document of any version by `portcullis audit` ([how](../guides/audit-documents.md)); `portcullis explain NAME` \
         prints a page. *Answered by* names the control that answers a finding in front of an API that nobody \
         changes, where one can.\n\n| rule | what is right | item | weakness | severity | answered by |\n|---|---|---|---|---|---|\n",
    );
    for check in rules::all() {
        let Rule { id, title, item, severity, .. } = check.rule;
        let answered = check.answered.map_or_else(String::new, |by| format!("`{}`", by.control));
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| [`{id}`](#{id}) | {title} | {item} | {} | {} | {answered} |",
            weaknesses(&check.rule),
            severity.name()
        );
    }
    for check in rules::all() {
        let text = rule_page(&check.rule).replace("\n## ", "\n### ");
        let _ = write!(page, "\n#{text}");
    }
    page
}

/// The page of one rule.
pub fn rule_page(rule: &Rule) -> String {
    let title = capital(rule.title);
    let (item, severity) = (rule.item, rule.severity.name());
    format!(
        "# {}\n\n{title}. ({item}, {}, {severity})\n\n{}\n",
        rule.id,
        weaknesses(rule),
        rule.page.trim()
    )
}

fn weaknesses(rule: &Rule) -> String {
    let all: Vec<String> = rule.cwe.iter().map(|number| format!("CWE-{number}")).collect();
    all.join(", ")
}

fn capital(text: &str) -> String {
    let mut all = text.chars();
    all.next().map_or_else(String::new, |first| first.to_uppercase().chain(all).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_line_and_a_section() {
        let page = rules_page();
        for check in rules::all() {
            let id = check.rule.id;
            assert!(page.contains(&format!("| [`{id}`](#{id}) |")), "{id}");
            assert!(page.contains(&format!("\n## {id}\n")), "{id}");
        }
        assert!(!page.contains("\n# "), "a page has one title");
    }
}
