//! Values as conditions compare them: texts, character by character. The number 7 and the text "7" are the
//! same name to an API; `07`, `+7` and `7.0` are not.

use std::borrow::Cow;

use portcullis_json::{Kind, Value};

/// Values of one list that are compared; what has more is not known.
const LIST_MAX: usize = 1_000;

/// What stands somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Values<'a> {
    /// These; at least one, but for an empty list.
    Known(Vec<Cow<'a, str>>),
    /// Nothing, or null, or something that names nothing.
    Missing,
    /// Nobody has looked yet.
    Unknown,
}

impl<'a> Values<'a> {
    pub(super) fn one(text: Cow<'a, str>) -> Self {
        Self::Known(vec![text])
    }

    /// The values at a JSON Pointer below a value; lists on the way are looked through.
    pub(super) fn at(value: Value<'a>, pointer: &str) -> Self {
        let mut found = Vec::new();
        let mut tokens = pointer.split('/');
        tokens.next();
        let tokens: Vec<&str> = tokens.collect();
        if !gather(value, &tokens, &mut found) || found.is_empty() {
            return Self::Missing;
        }
        Self::Known(found)
    }
}

/// The one text, or number as it is written, at a JSON Pointer.
pub fn text_at<'a>(value: Value<'a>, pointer: &str) -> Option<&'a str> {
    let value = value.lookup(pointer)?;
    value.as_str().or_else(|| value.as_number()).filter(|text| !text.is_empty())
}

/// False if there are too many, or one names nothing.
fn gather<'a>(value: Value<'a>, tokens: &[&str], found: &mut Vec<Cow<'a, str>>) -> bool {
    if value.is_array() {
        return value.items().all(|item| gather(item, tokens, found));
    }
    let Some((token, rest)) = tokens.split_first() else { return text(value, found) };
    let member = if token.contains('~') {
        value.get(&token.replace("~1", "/").replace("~0", "~"))
    } else {
        value.get(token)
    };
    member.is_some_and(|member| gather(member, rest, found))
}

fn text<'a>(value: Value<'a>, found: &mut Vec<Cow<'a, str>>) -> bool {
    let text = match value.kind() {
        Kind::String => value.as_str(),
        Kind::Number => value.as_number(),
        Kind::True => Some("true"),
        Kind::False => Some("false"),
        Kind::Null | Kind::Array | Kind::Object => None,
    };
    let text = text.filter(|text| !text.is_empty() && found.len() < LIST_MAX);
    found.extend(text.map(Cow::Borrowed));
    text.is_some()
}
