//! Names that others wrote break no form.

use proptest::prelude::*;

use super::super::{TextOptions, html, json, markdown, mermaid, text, tm_bom};
use super::programs::{faults_of_others, tm_bom_faults};
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
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn forms_for_programs_stay_what_they_are(name in names()) {
        let model = model::named(&name);
        let told = with(&model, json);
        let text = serde_json::to_string(&told).unwrap();
        prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&text).unwrap(), &told);
        prop_assert_eq!(tm_bom_faults(&with(&model, tm_bom)), Vec::<String>::new());
        prop_assert_eq!(faults_of_others(&model), Vec::<String>::new());
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

    #[test]
    fn a_page_has_the_same_elements_whatever_names_are(name in names()) {
        let page = with(&model::named(&name), html);
        let plain = with(&model::named("plain"), html);
        prop_assert_eq!(elements(&page), elements(&plain));
        prop_assert!(!page.contains(|one: char| portcullis_model::acts(one) && one != '\n'));
    }

    #[test]
    fn text_moves_no_cursor_and_has_the_same_lines(name in names()) {
        let told = |name: &str| with(&model::named(name), |shown| text(shown, TextOptions::default()));
        let shown = told(&name);
        prop_assert!(!shown.contains(|one: char| portcullis_model::acts(one) && one != '\n'));
        prop_assert_eq!(shown.lines().count(), told("plain").lines().count());
    }
}

/// The elements of a page, in order, with the names of their attributes; each must end where it should. Code and
/// lines of a title are as many as the name makes them.
fn elements(page: &str) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), Vec::new());
    let mut rest = page.split_once("</head>").unwrap().1;
    while let Some((text, after)) = rest.split_once('<') {
        assert!(!text.contains('>'), "{text}");
        let (tag, after) = after.split_once('>').unwrap();
        rest = after;
        if tag == "code" || tag == "/code" {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if name != "html" {
                assert_eq!(open.pop(), Some(name.to_owned()), "{tag}");
            }
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap().to_owned();
        let quotes: Vec<&str> = tag.split('"').collect();
        assert_eq!(quotes.len() % 2, 1, "{tag}");
        let attributes: String = quotes.iter().step_by(2).copied().collect();
        if !tag.ends_with('/') {
            open.push(name.clone());
        }
        if !(name == "text" && tag.contains("class=\"title\"")) && name != "h1" {
            found.push(attributes);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    found
}
