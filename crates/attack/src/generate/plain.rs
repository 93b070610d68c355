//! How does a value look as text, in forms, parts and XML?

use serde_json::Value;

pub(super) fn text(one: &Value) -> String {
    one.as_str().map_or_else(|| one.to_string(), str::to_owned)
}
