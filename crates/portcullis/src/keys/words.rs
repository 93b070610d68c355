//! The rules of a key in words, one line for each kind of rule.

use portcullis_model::UnixMillis;
use serde_json::Value;

use crate::talk;

/// What a key that is listed may be used for. Without a line, it may whatever its owner may.
pub(crate) fn words(listed: &Value) -> Vec<String> {
    let rules = listed.get("rules").and_then(Value::as_object);
    rules.into_iter().flatten().map(|(name, said)| line(name, said)).collect()
}

fn line(name: &str, said: &Value) -> String {
    let list = || {
        let items = said.as_array().map_or(&[][..], Vec::as_slice);
        let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
        talk::clean(&texts.join(", "))
    };
    match name {
        "operations" => format!("for the operations {} alone", list()),
        "scopes" => format!("good for the scopes {}", list()),
        "apis" => format!("for the APIs {} alone", list()),
        "networks" => format!("from the networks {} alone", list()),
        "attributes" => {
            let pairs = said.as_array().map_or(&[][..], Vec::as_slice).iter().map(|pair| {
                let text = |at| pair.get(at).and_then(Value::as_str).unwrap_or_default();
                format!("{} = {}", text(0), text(1))
            });
            talk::clean(&format!("its owner has {}", pairs.collect::<Vec<_>>().join(", ")))
        }
        "not_before" => {
            let begin = UnixMillis(said.as_u64().unwrap_or_default());
            format!("not before {}", begin.rfc3339())
        }
        // What has no words here is shown as it is, rather than left out.
        other => talk::clean(&format!("{other}: {said}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_rule_has_a_line_also_one_that_is_not_known_here() {
        let said = words(&json!({ "rules": {
            "operations": ["a", "GET /b"], "scopes": ["read"], "apis": ["shop"],
            "networks": ["10.0.0.0/8"], "attributes": [["role", "partner"]],
            "not_before": 0, "moon": "full\u{1b}",
        }}));
        let mut expected = [
            "for the operations a, GET /b alone",
            "good for the scopes read",
            "for the APIs shop alone",
            "from the networks 10.0.0.0/8 alone",
            "its owner has role = partner",
            "not before 1970-01-01T00:00:00.000Z",
            "moon: \"full?\"",
        ];
        let mut said: Vec<_> = said.iter().map(|line| line.replace("\\u001b", "?")).collect();
        said.sort_unstable();
        expected.sort_unstable();
        assert_eq!(said, expected);
        assert!(words(&json!({ "rules": {} })).is_empty());
    }
}
