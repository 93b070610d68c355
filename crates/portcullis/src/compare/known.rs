//! What a caller's own answers tell: ids of objects, and who the caller is.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_policy::names_an_owner;
use portcullis_policy::naming::{folded, words};
use serde_json::Value;

/// Ids that are kept of one caller.
const IDS_MAX: usize = 4000;
/// Objects inside one another that are looked at.
const DEPTH_MAX: usize = 12;
/// Bytes of an id.
const ID_BYTES_MAX: usize = 200;
/// Names that say nothing of what they are the id of.
const GENERIC: [&str; 8] = ["id", "uuid", "guid", "gid", "number", "code", "key", "slug"];
/// Members that wrap what an answer is about.
const WRAPS: [&str; 12] = [
    "data", "items", "item", "results", "result", "content", "entries", "records", "rows",
    "values", "list", "embedded",
];
/// By which members of a profile somebody is known.
const KNOWN_BY: [&str; 14] = [
    "id",
    "uuid",
    "guid",
    "sub",
    "email",
    "mail",
    "username",
    "login",
    "userid",
    "customerid",
    "accountid",
    "memberid",
    "patientid",
    "number",
];

/// What is known of one caller.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// What of, the member's name as one word, and the value; with those whom its object names as owners.
    ids: BTreeMap<(String, String, String), BTreeSet<String>>,
    /// Values that name the caller.
    pub(super) identity: BTreeSet<String>,
}

impl Known {
    /// Learns ids from an answer about something.
    pub(super) fn learn(&mut self, about: &str, answer: &Value) {
        self.value(about, answer, 0);
    }

    /// Learns who the caller is from a profile.
    pub(super) fn learn_identity(&mut self, answer: &Value, depth: usize) {
        let Value::Object(members) = answer else { return };
        for (name, value) in members {
            match id(value) {
                Some(id) if KNOWN_BY.contains(&words(name).concat().as_str()) => {
                    self.identity.insert(id);
                }
                None if depth == 0 => self.learn_identity(value, 1),
                _ => {}
            }
        }
    }

    fn value(&mut self, about: &str, value: &Value, depth: usize) {
        if depth > DEPTH_MAX {
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.value(about, item, depth + 1)),
            Value::Object(members) => {
                let owners = owners(members);
                for (name, inner) in members {
                    if let Some(id) = id(inner) {
                        if self.ids.len() < IDS_MAX {
                            let key = (about.to_owned(), words(name).concat(), id);
                            self.ids.entry(key).or_default().extend(owners.iter().cloned());
                        }
                        continue;
                    }
                    let own = folded(name);
                    let is_wrap = WRAPS.contains(&words(name).concat().as_str());
                    self.value(if is_wrap { about } else { &own }, inner, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// The values that may stand for a parameter behind a segment of this word, with whom their objects
    /// name as owners.
    pub(super) fn for_parameter(
        &self,
        parameter: &str,
        word: &str,
    ) -> BTreeMap<String, BTreeSet<String>> {
        let own = words(parameter).concat();
        let last = words(parameter).pop().unwrap_or_default();
        let is_generic = GENERIC.contains(&own.as_str());
        let of_word = format!("{word}id");
        let fits = |about: &str, name: &str| {
            name == own && !is_generic
                || name == of_word
                || about == word && (name == own || name == last || name == "id" && is_generic)
        };
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for ((about, name, value), owners) in &self.ids {
            if fits(about, name) {
                // What stands beside a mere mention of it says nothing of whose it is.
                let is_its_own = about == word;
                let owners = owners.iter().filter(|_| is_its_own).cloned();
                found.entry(value.clone()).or_default().extend(owners);
            }
        }
        found
    }
}

/// Whom an object names as its owners.
fn owners(members: &serde_json::Map<String, Value>) -> BTreeSet<String> {
    let named = members.iter().filter(|(name, _)| names_an_owner(name));
    let values = named.flat_map(|(_, value)| {
        let inner = value.as_object().into_iter().flatten();
        let known_by = inner.filter(|(name, _)| KNOWN_BY.contains(&words(name).concat().as_str()));
        known_by.map(|(_, value)| value).chain([value])
    });
    values.filter_map(id).collect()
}

/// A value that may be an id.
pub(super) fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() && text.len() <= ID_BYTES_MAX => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_known_by_where_they_stand() {
        let mut known = Known::default();
        let answer = serde_json::json!({ "items": [{ "id": 1, "payment": { "id": "p" }, "medicine_id": 7, "note": "n" }] });
        known.learn("order", &answer);
        let found = |parameter, word| -> Vec<String> {
            known.for_parameter(parameter, word).into_keys().collect()
        };
        assert_eq!(found("id", "order"), ["1"]);
        assert_eq!(found("orderId", "order"), ["1"]);
        assert_eq!(found("id", "payment"), ["p"]);
        assert_eq!(found("id", "medicine"), ["7"]);
        assert_eq!(found("medicine_id", "shelf"), ["7"]);
        assert!(found("id", "customer").is_empty());
    }
}
