//! One text for one value: JSON in the canonical form of RFC 8785.
//!
//! Numbers are whole here, and below 2^53, where the RFC's form and the ordinary one are the same.

use serde::Serialize;
use serde_json::Value;

/// The canonical text of something that serialises to JSON without fractions.
pub(crate) fn text(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    write(&serde_json::to_value(value)?, &mut text)?;
    Ok(text)
}

fn write(value: &Value, text: &mut String) -> Result<(), serde_json::Error> {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            // RFC 8785 section 3.2.3: by UTF-16 units.
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            text.push('{');
            for (place, (name, value)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                text.push_str(&serde_json::to_string(name)?);
                text.push(':');
                write(value, text)?;
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(item, text)?;
            }
            text.push(']');
        }
        scalar => text.push_str(&serde_json::to_string(scalar)?),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_sorted_and_nothing_stands_between() {
        let value = json!({ "b": [1, { "d": null, "c": true }], "a": "\u{1f}\"\\/\u{7f}é" });
        assert_eq!(
            text(&value).unwrap(),
            "{\"a\":\"\\u001f\\\"\\\\/\u{7f}é\",\"b\":[1,{\"c\":true,\"d\":null}]}"
        );
    }

    #[test]
    fn names_are_sorted_by_utf_16_units() {
        // U+FB33 is above the surrogates in code points alone (the RFC's own example has this pair).
        let value = json!({ "\u{fb33}": 1, "\u{1f600}": 2, "\u{20ac}": 3 });
        assert_eq!(text(&value).unwrap(), "{\"\u{20ac}\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}");
    }
}
