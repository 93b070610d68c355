//! Names that others wrote break no form.

use proptest::prelude::*;

use super::super::{json, markdown, mermaid, tm_bom};
use super::programs::tm_bom_faults;
use super::{model, with};

/// What means something to one of the syntaxes.
const SIGNS: [&str; 22] = [
    "<script>",
    "</svg>",
    "]]>",
    "<!--",
    "-->",
    "&amp;",
    "\"",
    "'",
    "`",
    "```\n",
    "|",
    "\r\n# ",
    "\u{1b}[2J",
    "\u{202e}",
    "\u{0}",
    "%%{init: {}}%%",
    "end",
    "]",
    "\"] --> b",
    ";",
    "\\",
    "\u{ffff}",
];

fn names() -> impl Strategy<Value = String> {
    let sign = (0..SIGNS.len()).prop_map(|at| SIGNS[at].to_owned());
    let part = prop_oneof![3 => sign, 1 => any::<String>()];
    let name = prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat());
    prop_oneof![9 => name.clone(), 1 => name.prop_map(|name| name.repeat(1 + 10_000 / name.len().max(1)))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn forms_for_programs_stay_what_they_are(name in names()) {
        let model = model::named(&name);
        let told = with(&model, json);
        let text = serde_json::to_string(&told).unwrap();
        prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&text).unwrap(), &told);
        prop_assert_eq!(tm_bom_faults(&with(&model, tm_bom)), Vec::<String>::new());
    }

    #[test]
    fn a_diagram_has_the_same_lines_whatever_names_are(name in names()) {
        let lines = |name: &str| -> Vec<String> {
            let told = mermaid(&model::named(name));
            // Labels stand between quotes, and nothing in them is one.
            told.lines().map(|line| line.split('"').step_by(2).collect()).collect()
        };
        prop_assert_eq!(lines(&name), lines("plain"));
    }

    #[test]
    fn markdown_has_the_same_lines_whatever_names_are(name in names()) {
        let begins = |name: &str| -> Vec<String> {
            let told = with(&model::named(name), markdown);
            told.lines().map(|line| line.chars().take_while(|one| "#-|`*0123456789".contains(*one)).collect()).collect()
        };
        let cells = |name: &str| -> Vec<usize> {
            let told = with(&model::named(name), markdown);
            let rows = told.lines().filter(|line| line.starts_with('|'));
            rows.map(|row| row.replace("\\\\", "").replace("\\|", "").matches('|').count()).collect()
        };
        prop_assert_eq!(begins(&name).len(), begins("plain").len());
        prop_assert_eq!(cells(&name), cells("plain"));
    }
}
