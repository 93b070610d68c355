//! How are ids put into a body?

use portcullis_policy::Pattern;
use serde_json::{Map, Value};

/// Puts ids where a pointer leads: `*` stands for every item of a list, and there is one item for each id.
/// `names` puts them as the names of an object's members. A pattern says which part of a text is the id.
pub(super) fn set(
    body: &mut Value,
    pointer: &str,
    ids: &[Value],
    names: bool,
    pattern: Option<&Pattern>,
) {
    let parts: Vec<String> =
        pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    let parts: Vec<&str> =
        parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    at(body, &parts, &Filling { ids, names, pattern });
}

struct Filling<'a> {
    ids: &'a [Value],
    names: bool,
    pattern: Option<&'a Pattern>,
}

fn at(value: &mut Value, parts: &[&str], filling: &Filling<'_>) {
    match parts {
        [] if filling.names => *value = named(value, filling.ids),
        [] => {
            if let Some(id) = filling.ids.first() {
                *value = one(value, id, filling.pattern);
            }
        }
        ["*", rest @ ..] => {
            let model = match value {
                Value::Array(items) => items.first().cloned(),
                Value::Object(members) => members.values().next().cloned(),
                _ => None,
            };
            let items = filling.ids.iter().map(|id| {
                let mut item = model.clone().unwrap_or_default();
                let own = Filling { ids: std::slice::from_ref(id), ..*filling };
                at(&mut item, rest, &own);
                item
            });
            *value = Value::Array(items.collect());
        }
        [name, rest @ ..] => {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            if let Value::Object(members) = value {
                at(members.entry(*name).or_insert(Value::Null), rest, filling);
            }
        }
    }
}

/// An object with ids as the names of its members.
fn named(value: &Value, ids: &[Value]) -> Value {
    let model = value.as_object().and_then(|members| members.values().next().cloned());
    let names = ids.iter().filter_map(Value::as_str);
    Value::Object(names.map(|id| (id.to_owned(), model.clone().unwrap_or_default())).collect())
}

/// An id, or the text that stood there with the id in it.
fn one(value: &Value, id: &Value, pattern: Option<&Pattern>) -> Value {
    let found = pattern.and_then(|pattern| {
        let text = value.as_str()?;
        let known = pattern.find(text).last()?;
        let place = text.rfind(known)?;
        let (before, after) = (text.get(..place)?, text.get(place + known.len()..)?);
        Some(Value::String(format!("{before}{}{after}", id.as_str()?)))
    });
    found.unwrap_or_else(|| id.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_stand_where_the_pointer_leads() {
        let ids = [json!("${a}"), json!("${b}")];
        for (body, pointer, names, expected) in [
            (json!({ "ids": [1] }), "/ids/*", false, json!({ "ids": ["${a}", "${b}"] })),
            (
                json!({ "items": [{ "id": 1, "n": 2 }] }),
                "/items/*/id",
                false,
                json!({ "items": [{ "id": "${a}", "n": 2 }, { "id": "${b}", "n": 2 }] }),
            ),
            (json!({ "x": 1 }), "/order/id", false, json!({ "x": 1, "order": { "id": "${a}" } })),
            (
                json!({ "1": { "n": 1 } }),
                "/",
                true,
                json!({ "${a}": { "n": 1 }, "${b}": { "n": 1 } }),
            ),
        ] {
            let mut body = body;
            set(&mut body, pointer, &ids, names, None);
            assert_eq!(body, expected, "{pointer}");
        }
    }
}
