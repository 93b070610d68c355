//! The rules of a key in words, one line for each kind of rule.

use portcullis_model::UnixMillis;
use serde_json::Value;

use crate::talk;

/// What a key that is listed may be used for. Without a line, it may whatever its owner may.
pub(crate) fn words(listed: &Value) -> Vec<String> {
    let rules = listed.get("rules").and_then(Value::as_object);
    let seconds = rules.and_then(|rules| rules.get("rate_seconds")).and_then(Value::as_u64);
    let rules = rules.into_iter().flatten().filter(|(name, _)| *name != "rate_seconds");
    rules.map(|(name, said)| line(name, said, seconds)).collect()
}

fn line(name: &str, said: &Value, seconds: Option<u64>) -> String {
    let list = || {
        let items = said.as_array().map_or(&[][..], Vec::as_slice);
        let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
        talk::clean(&texts.join(", "))
    };
    let text = || talk::clean(said.as_str().unwrap_or_default());
    match name {
        "operations" => format!("for the operations {} alone", list()),
        "scopes" => format!("good for the scopes {}", list()),
        "apis" => format!("for the APIs {} alone", list()),
        "networks" => format!("from the networks {} alone", list()),
        "attributes" => format!("its owner has {}", pairs(said, " = ")),
        "may" => format!("with resources, this alone: {}", pairs(said, ": ")),
        "objects" => format!("of those, these objects alone: {}", pairs(said, " ")),
        "origins" => format!("for pages of {} alone", list()),
        "dpop" => format!("with a proof of the key {} alone", text()),
        "certificate" => format!("with the client certificate {} alone", text()),
        "rate" => {
            let each = seconds.map_or_else(String::new, |seconds| format!(" in {seconds} s"));
            format!("{said} times{each} at most")
        }
        "day" | "month" => format!("{said} times a {name} at most"),
        "not_before" => {
            let begin = UnixMillis(said.as_u64().unwrap_or_default());
            format!("not before {}", begin.rfc3339())
        }
        // What has no words here is shown as it is, rather than left out.
        other => talk::clean(&format!("{other}: {said}")),
    }
}

fn pairs(said: &Value, between: &str) -> String {
    let pairs = said.as_array().map_or(&[][..], Vec::as_slice).iter().map(|pair| {
        let text = |at| pair.get(at).and_then(Value::as_str).unwrap_or_default();
        format!("{}{between}{}", text(0), text(1))
    });
    talk::clean(&pairs.collect::<Vec<_>>().join(", "))
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
            "not_before": 0, "moon": "full\u{1b}", "may": [["Order", "read,list"]],
            "objects": [["Order", "7"]], "origins": ["https://shop.example"], "dpop": "abc",
            "certificate": "sha256:00", "rate": 10, "rate_seconds": 60, "day": 1000,
        }}));
        let mut expected = [
            "for the operations a, GET /b alone",
            "good for the scopes read",
            "for the APIs shop alone",
            "from the networks 10.0.0.0/8 alone",
            "its owner has role = partner",
            "not before 1970-01-01T00:00:00.000Z",
            "moon: \"full?\"",
            "with resources, this alone: Order: read,list",
            "of those, these objects alone: Order 7",
            "for pages of https://shop.example alone",
            "with a proof of the key abc alone",
            "with the client certificate sha256:00 alone",
            "10 times in 60 s at most",
            "1000 times a day at most",
        ];
        let mut said: Vec<_> = said.iter().map(|line| line.replace("\\u001b", "?")).collect();
        said.sort_unstable();
        expected.sort_unstable();
        assert_eq!(said, expected);
        assert!(words(&json!({ "rules": {} })).is_empty());
    }
}
