//! Which values of a JSON document does a pointer mean, in which `*` stands for any item of a list?

use serde_json::Value;

/// They, in the order of the document. In an object `*` is a name like others.
pub(crate) fn values<'v>(body: &'v Value, pointer: &str) -> Vec<&'v Value> {
    let mut found = vec![body];
    let mut rest = pointer;
    while let Some((before, behind)) = split(rest) {
        let lists = found.into_iter().filter_map(|one| one.pointer(before));
        found = lists.flat_map(any).collect();
        rest = behind;
    }
    found.into_iter().filter_map(|one| one.pointer(rest)).collect()
}

/// What stands before the first `*`, and what behind it.
fn split(pointer: &str) -> Option<(&str, &str)> {
    let is_whole = |at: &usize| {
        pointer.get(at + 2..).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let at = pointer.match_indices("/*").map(|(at, _)| at).find(is_whole)?;
    Some((pointer.get(..at)?, pointer.get(at + 2..)?))
}

fn any(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(members) => members.get("*").into_iter().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_star_is_any_item_of_a_list() {
        let body = json!({ "items": [{ "id": 1, "tags": [7, 8] }, { "n": 2 }, { "id": 3, "tags": [9] }], "*": 4, "a*": 5 });
        for (pointer, expected) in [
            ("/items/*/id", json!([1, 3])),
            ("/items/*/tags/*", json!([7, 8, 9])),
            ("/items/0/id", json!([1])),
            ("/items/*/none", json!([])),
            ("/none/*", json!([])),
            ("/*", json!([4])),
            ("/a*", json!([5])),
            ("/items/0/id/*", json!([])),
        ] {
            assert_eq!(json!(values(&body, pointer)), expected, "{pointer}");
        }
        let list = json!([[1], [2, 3]]);
        assert_eq!(json!(values(&list, "/*/*")), json!([1, 2, 3]));
        assert_eq!(values(&list, ""), [&list]);
    }
}
