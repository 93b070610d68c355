//! Answers to questions that name no object: what they show of the other caller.

use std::collections::BTreeSet;

use portcullis_policy::names_an_owner;
use serde_json::Value;

use super::known::id;

/// Values of one answer that are looked at.
const VALUES_MAX: usize = 50_000;

/// Where an answer holds an object that names somebody as its owner.
pub(super) fn of_somebody(answer: &Value, identity: &BTreeSet<String>) -> Option<String> {
    let mut waiting = vec![(String::new(), answer, false)];
    let mut count = 0;
    while let Some((at, value, is_owner)) = waiting.pop() {
        count += 1;
        if count > VALUES_MAX {
            return None;
        }
        match value {
            Value::Array(items) => {
                let items = items.iter().map(|item| (format!("{at}/*"), item, is_owner));
                waiting.extend(items);
            }
            Value::Object(members) => {
                for (name, inner) in members {
                    // `customer: { id }` names one as `customer_id` does.
                    let is_id =
                        is_owner && matches!(name.as_str(), "id" | "email" | "username" | "uuid");
                    let is_owner = is_id || names_an_owner(name);
                    waiting.push((format!("{at}/{name}"), inner, is_owner));
                }
            }
            single if is_owner && id(single).is_some_and(|id| identity.contains(&id)) => {
                return Some(at);
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_object_of_somebody_is_found_by_who_owns_it() {
        let identity: BTreeSet<String> = ["2".to_owned()].into();
        let found = |answer: Value| of_somebody(&answer, &identity);
        assert_eq!(
            found(json!([{ "id": 4, "customer_id": 2 }])).as_deref(),
            Some("/*/customer_id")
        );
        assert_eq!(
            found(json!({ "items": [{ "customer": { "id": 2 } }] })).as_deref(),
            Some("/items/*/customer/id")
        );
        assert_eq!(found(json!([{ "id": 2, "customer_id": 1, "count": 2 }])), None);
    }
}
