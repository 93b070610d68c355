//! An Overlay, applied.

use super::*;

#[test]
fn merging_is_what_the_specification_says() {
    let mut value = serde_json::json!({"a": {"b": 1, "c": [1]}, "d": 2});
    merge(&mut value, &serde_json::json!({"a": {"c": [2], "e": 3}, "d": {"f": 4}}));
    assert_eq!(value, serde_json::json!({"a": {"b": 1, "c": [1, 2], "e": 3}, "d": {"f": 4}}));
}
