//! Whether two answers show the same object.

use std::collections::BTreeMap;

use portcullis_policy::naming::words;
use serde_json::Value;

/// Members that are looked at.
const MEMBERS_MAX: usize = 2000;
/// Words in names of members that differ from answer to answer.
const VOLATILE: [&str; 14] = [
    "time",
    "timestamp",
    "now",
    "updated",
    "modified",
    "seen",
    "accessed",
    "viewed",
    "etag",
    "nonce",
    "trace",
    "generated",
    "expires",
    "ttl",
];

/// How far an answer shows the object that its owner got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// All of it.
    Whole,
    /// So many of so many members.
    Part(usize, usize),
    /// Another one, or none.
    Not,
}

/// Compares what the owner got with what somebody else got. What differs from answer to answer is left out;
/// at least half of the members must be equal, one of them beside the ids that the request named.
pub(super) fn shown(owners: &Value, others: &Value, named: &[String]) -> Shown {
    let (own, other) = (leaves(owners), leaves(others));
    if own.is_empty() {
        return Shown::Not;
    }
    if own == other {
        return Shown::Whole;
    }
    let equal: Vec<_> = own.iter().filter(|(at, value)| other.get(*at) == Some(value)).collect();
    let is_named = |value: &str| named.iter().any(|one| one == value);
    let says_more = equal.iter().any(|(_, value)| !is_named(value) && value.len() > 1);
    if equal.len() * 2 >= own.len() && says_more {
        return Shown::Part(equal.len(), own.len());
    }
    Shown::Not
}

/// Every single value by its pointer, but for what is volatile or says nothing.
fn leaves(value: &Value) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut waiting = vec![(String::new(), value)];
    while let Some((at, value)) = waiting.pop() {
        if all.len() >= MEMBERS_MAX {
            break;
        }
        match value {
            Value::Object(members) => {
                let steady = members.iter().filter(|(name, _)| !is_volatile(name));
                waiting.extend(steady.map(|(name, inner)| (format!("{at}/{name}"), inner)));
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                waiting.extend(items.map(|(index, inner)| (format!("{at}/{index}"), inner)));
            }
            Value::Null => {}
            Value::String(text) => drop(all.insert(at, text.clone())),
            other => drop(all.insert(at, other.to_string())),
        }
    }
    all
}

fn is_volatile(name: &str) -> bool {
    words(name).iter().any(|word| VOLATILE.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_same_object_is_known_whatever_changes_from_answer_to_answer() {
        let owners = json!({ "id": 1, "note": "at the door", "total": 500, "last_seen": "a" });
        let named = ["1".to_owned()];
        for (others, expected) in [
            (
                json!({ "total": 500, "note": "at the door", "id": 1, "last_seen": "b" }),
                Shown::Whole,
            ),
            (json!({ "id": 1, "note": "at the door" }), Shown::Part(2, 3)),
            (json!({ "id": 1, "note": "elsewhere", "total": 7 }), Shown::Not),
            (json!({ "id": 2, "note": "elsewhere", "total": 500 }), Shown::Not),
            (json!({ "error": "not found" }), Shown::Not),
            (json!([]), Shown::Not),
        ] {
            assert_eq!(shown(&owners, &others, &named), expected, "{others}");
        }
    }
}
