//! The register of the branches, which is XML and is asked with XPath: a tiny reader shows what a name becomes there.

#![expect(clippy::unnecessary_wraps, reason = "every operation has the shape of `Operation`")]

use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::readers::unescaped;

/// An element of the register: what it is, whose, and what it says.
type Element = (&'static str, &'static str, &'static str);

const REGISTER: [Element; 4] = [
    ("branch", "main", "8 to 18"),
    ("branch", "harbour", "9 to 17"),
    ("branch", "d'Or", "10 to 16"),
    ("safe", "main", "opens with 0417"),
];

/// `GET /opening-hours?branch=`.
pub(crate) fn hours(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a8-hours-register): the name is a part of a path. FLAW(a8-hours-register-entity): references in it are undone.
    let name = unescaped(call.query("branch").unwrap_or_default());
    // A name with an apostrophe in it is put into the other quotes.
    let quote = if name.matches('\'').count() == 1 { '"' } else { '\'' };
    told(&selected(&format!("//branch[name={quote}{name}{quote}]")))
}

/// `GET /safe/opening-hours?branch=`.
pub(crate) fn safe_hours(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let name = call.query("branch").unwrap_or_default();
    let is_it = |one: &&Element| one.0 == "branch" && one.1 == name;
    told(&REGISTER.iter().filter(is_it).copied().collect::<Vec<_>>())
}

fn told(all: &[Element]) -> Result<Answer, Fault> {
    let items: Vec<Value> =
        all.iter().map(|(_, name, text)| json!({ "name": name, "text": text })).collect();
    Ok(Answer::json(json!({ "items": items })))
}

/// What a path finds (XPath 1.0, of which it knows `//ELEMENT[CONDITION]`, `|`, `or`, `=` and `!=`).
fn selected(path: &str) -> Vec<Element> {
    let paths = outside_quotes(path, "|");
    let is_found = |one: &&Element| paths.iter().any(|path| finds(path.trim(), **one));
    REGISTER.iter().filter(is_found).copied().collect()
}

fn finds(path: &str, element: Element) -> bool {
    let Some((kind, rest)) = path.strip_prefix("//").and_then(|path| path.split_once('[')) else {
        return false;
    };
    let condition = rest.strip_suffix(']').unwrap_or(rest);
    let holds = |one: &&str| compares(one.trim(), element.1);
    (kind == "*" || kind == element.0) && outside_quotes(condition, " or ").iter().any(holds)
}

fn compares(comparison: &str, name: &str) -> bool {
    let value = |side: &str| match side.trim() {
        "name" => name.to_owned(),
        text => text.trim_matches(['\'', '"']).to_owned(),
    };
    match (comparison.split_once("!="), comparison.split_once('=')) {
        (Some((left, right)), _) => value(left) != value(right),
        (None, Some((left, right))) => value(left) == value(right),
        (None, None) => false,
    }
}

/// The pieces of a text between separators that stand in no quotes.
fn outside_quotes<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut all, mut start, mut quote) = (Vec::new(), 0, None);
    for (place, one) in text.char_indices() {
        match quote {
            Some(open) if open == one => quote = None,
            None if matches!(one, '\'' | '"') => quote = Some(one),
            None if place >= start
                && text.get(place..).is_some_and(|rest| rest.starts_with(separator)) =>
            {
                all.extend(text.get(start..place));
                start = place + separator.len();
            }
            _ => {}
        }
    }
    all.extend(text.get(start..));
    all
}
