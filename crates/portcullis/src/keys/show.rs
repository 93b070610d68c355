//! `portcullis keys show`: one key, and what stands around it.

use std::fmt::Write as _;

use portcullis_admin::{KeyRequest, Request};
use serde_json::{Value, json};

use crate::desk::{Desk, concluded, number};
use crate::exit::Exit;
use crate::key_arguments::KeysShowOptions;
use crate::keys::known::id;
use crate::keys::words::words;
use crate::report::many;
use crate::talk;

pub(crate) fn show(options: &KeysShowOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let request = KeyRequest::Show { id: id(&options.id)? };
        let mut answer = desk.ask(Request::Keys(request))?;
        if let Some(end) = end(&answer).map(|(end, _)| end.to_owned())
            && let Value::Object(members) = &mut answer
        {
            members.insert("holds_until".to_owned(), json!(end));
        }
        Ok((desk.way, answer))
    });
    concluded(made, options.format, |answer| talk::print(&text(answer)))
}

/// The earliest end of it and of those above it, and whose that is.
fn end(answer: &Value) -> Option<(&str, &str)> {
    let above = answer.get("above").and_then(Value::as_array);
    let all = answer.get("key").into_iter().chain(above.into_iter().flatten());
    let ends = all.filter_map(|key| {
        let text = |name: &str| key.get(name).and_then(Value::as_str);
        Some((text("expires")?, text("id")?))
    });
    // Times of one form sort as texts.
    ends.min_by_key(|(end, _)| *end)
}

fn text(answer: &Value) -> String {
    let key = answer.get("key").unwrap_or(&Value::Null);
    let of = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).map(talk::clean);
    let id = of(key, "id").unwrap_or_default();
    let mut out = format!("key {id} of {}", of(key, "owner").unwrap_or_default());
    if let Some(label) = of(key, "label").filter(|label| !label.is_empty()) {
        let _ = write!(out, ", {label}");
    }
    out.push('\n');
    let mut line = |name: &str, said: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {name:<12} {said}");
    };
    let is_imported = key.get("imported").and_then(Value::as_bool) == Some(true);
    line(if is_imported { "imported" } else { "issued" }, &of(key, "created").unwrap_or_default());
    match end(answer) {
        Some((end, whose)) if whose == id => line("ends", end),
        Some((end, whose)) => line("ends", &format!("{end}, with {whose} above it")),
        None => line("ends", "never"),
    }
    line("last used", &of(key, "last_used").unwrap_or_else(|| "never".to_owned()));
    if let Some(replaced) = of(key, "replaces") {
        line("replaces", &replaced);
    }
    for by in answer.get("replaced_by").and_then(Value::as_array).into_iter().flatten() {
        line("replaced by", &talk::clean(by.as_str().unwrap_or_default()));
    }
    let rules = words(key);
    if rules.is_empty() {
        line("may", "whatever its owner may");
    }
    rules.iter().for_each(|rule| line("may", rule));
    for above in answer.get("above").and_then(Value::as_array).into_iter().flatten() {
        let id = of(above, "id").unwrap_or_default();
        line("below", &id);
        words(above).iter().for_each(|rule| line("", &format!("which is {rule}")));
    }
    match number(answer, "below") {
        0 => {}
        below => line("above", &format!("{}: they end with it", many(below as usize, "key"))),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_with_the_first_of_those_above_it() {
        let key = |id: &str, expires: Option<&str>| json!({ "id": id, "expires": expires });
        let answer = json!({
            "key": key("c", Some("2027-02-01T00:00:00.000Z")),
            "above": [key("b", None), key("a", Some("2027-01-01T00:00:00.000Z"))],
        });
        assert_eq!(end(&answer), Some(("2027-01-01T00:00:00.000Z", "a")));
        assert!(text(&answer).contains("with a above it"));
        assert_eq!(end(&json!({ "key": key("c", None), "above": [] })), None);
    }
}
