//! A case of a suite: what is sent, as JSON and, where it fits, as a query.

use serde_json::{Value, json};

use crate::injection::encode;

/// Bytes of a query that are sent as one: what servers take in a request line.
const QUERY_BYTES_MAX: usize = 6000;
/// Characters of a case that are shown.
const SHOWN_CHARS_MAX: usize = 90;

/// What a suite is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Each case is to be found.
    Attack,
    /// Each case is what the suite counts as an attack, but no language reads it as more than text.
    NotClaimed,
    /// Each case is a fragment: the suite says that one rule must fire, not that it is an attack.
    Fragment,
    /// No case is to be found.
    Honest,
    /// The suite says that one rule must not fire, not that the text is honest.
    HonestToOneRule,
    /// No answer is wanted, only that there is one.
    Robustness,
}

/// Cases of one kind: a line of the table.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) side: Side,
    /// `gotestwaf owasp/rce`.
    pub(crate) name: String,
    /// Whose it is, and which version.
    pub(crate) source: &'static str,
    /// Whether the licence lets texts be shown.
    pub(crate) is_shown: bool,
    pub(crate) cases: Vec<Case>,
}

/// What is judged in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    /// A short text for people.
    pub(crate) shown: String,
    /// A body of JSON that holds it.
    pub(crate) json: String,
    /// A query that holds it, if the suite sends it in one.
    pub(crate) query: Option<String>,
}

impl Case {
    /// One text, as the value of a member.
    pub(crate) fn of_text(text: &str) -> Self {
        Self { shown: shown(text), json: json!({ "value": text }).to_string(), query: None }
    }

    /// Names with their values, as an array of objects of one member each: a name may be there twice.
    pub(crate) fn of_pairs(pairs: &[(String, String)]) -> Self {
        let members: Vec<Value> =
            pairs.iter().map(|(name, value)| json!({ name.as_str(): value })).collect();
        let plain: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Self { shown: shown(&plain.join("&")), json: json!(members).to_string(), query: None }
            .with_query(pairs)
    }

    /// A whole body.
    pub(crate) fn of_body(name: &str, body: &Value) -> Self {
        Self { shown: name.to_owned(), json: body.to_string(), query: None }
    }

    /// Sent in a query, too, unless it is too long for one.
    pub(crate) fn with_query(mut self, pairs: &[(String, String)]) -> Self {
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encode::percent(name), encode::percent(value)))
            .collect();
        self.query = Some(pairs.join("&")).filter(|query| query.len() <= QUERY_BYTES_MAX);
        self
    }
}

/// A short text for people, on one line.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (count, one) in text.chars().enumerate() {
        if count == SHOWN_CHARS_MAX {
            shown.push_str("...");
            break;
        }
        if one.is_control() || one == '\u{2028}' || one == '\u{202e}' {
            shown.extend(one.escape_debug());
        } else {
            shown.push(one);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_be_there_twice() {
        let pairs = [("a".to_owned(), "1 2".to_owned()), ("a".to_owned(), "'".to_owned())];
        let case = Case::of_pairs(&pairs);
        assert_eq!(case.json, r#"[{"a":"1 2"},{"a":"'"}]"#);
        assert_eq!(case.query.as_deref(), Some("a=1%202&a=%27"));
        assert_eq!(case.shown, "a=1 2&a='");
    }

    #[test]
    fn what_is_too_long_for_a_query_is_not_sent_in_one() {
        let text = "a".repeat(QUERY_BYTES_MAX);
        let case = Case::of_text(&text).with_query(&[("value".to_owned(), text)]);
        assert_eq!(case.query, None);
        assert!(case.shown.ends_with("..."));
    }
}
