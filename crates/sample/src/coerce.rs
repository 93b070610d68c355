//! JSON values as the type one would like them to be, in the manner of loosely typed languages.

use serde_json::Value;

/// Anything as text; of a list its first.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.first().map(text).unwrap_or_default(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// Anything as a number; what is none is "not a number", which compares as nothing.
pub(crate) fn number(value: &Value) -> f64 {
    // FLAW(f1-type-confusion): every comparison with "not a number" is false.
    match value {
        Value::Null => 0.0,
        Value::Bool(yes) => f64::from(u8::from(*yes)),
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN),
        Value::String(text) if text.trim().is_empty() => 0.0,
        Value::String(text) => text.trim().parse().unwrap_or(f64::NAN),
        Value::Array(items) => items.first().map_or(0.0, number),
        Value::Object(_) => f64::NAN,
    }
}

/// Whether there is anything there; `"false"` is.
pub(crate) fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}
