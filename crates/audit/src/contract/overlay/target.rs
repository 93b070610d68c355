//! A place as a JSONPath.

use std::fmt::Write as _;

use portcullis_contract::outline::Step;

/// The normalised path (RFC 9535 section 2.7): `$['paths']['/a']['get']`.
pub(super) fn json_path(steps: &[Step]) -> String {
    let mut path = String::from("$");
    for step in steps {
        match step {
            Step::Member(name) => {
                path.push_str("['");
                name.chars().for_each(|character| push(&mut path, character));
                path.push_str("']");
            }
            // Writing to a String cannot fail.
            Step::Item(index) => {
                let _ = write!(path, "[{index}]");
            }
        }
    }
    path
}

fn push(path: &mut String, character: char) {
    match character {
        '\'' => path.push_str("\\'"),
        '\\' => path.push_str("\\\\"),
        '\u{8}' => path.push_str("\\b"),
        '\u{c}' => path.push_str("\\f"),
        '\n' => path.push_str("\\n"),
        '\r' => path.push_str("\\r"),
        '\t' => path.push_str("\\t"),
        other if u32::from(other) < 0x20 => {
            let _ = write!(path, "\\u{:04x}", u32::from(other));
        }
        other => path.push(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_rfc_9535_asks_and_items_are_counted() {
        let member = |name: &str| Step::Member(name.into());
        for (steps, expected) in [
            (vec![], "$"),
            (
                vec![member("paths"), member("/a/{id}"), member("200")],
                "$['paths']['/a/{id}']['200']",
            ),
            (vec![member("servers"), Step::Item(0)], "$['servers'][0]"),
            (vec![member("it's \\ \u{1}\n")], "$['it\\'s \\\\ \\u0001\\n']"),
        ] {
            assert_eq!(json_path(&steps), expected);
        }
    }
}
