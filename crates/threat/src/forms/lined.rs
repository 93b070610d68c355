//! JSON with a line for each thing: small, and a difference of two files is a list of things.

use serde_json::Value;

/// Characters of what stands on one line. What is longer has a line for each of its parts.
const LINE_MAX: usize = 4_000;

/// Whatever is not deeper than this has a line for each of its parts: the form, and its lists.
const PARTED_DEPTH: usize = 1;

/// The value, with a line for each thing and one at the end.
pub fn lined(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out.push('\n');
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let whole = value.to_string();
    let is_parted = depth <= PARTED_DEPTH || whole.len() > LINE_MAX;
    match value {
        Value::Array(items) if is_parted && !items.is_empty() => {
            let each = items.iter().map(|item| (None, item));
            parts(('[', ']'), each, depth, out);
        }
        Value::Object(members) if is_parted && !members.is_empty() => {
            let each = members.iter().map(|(name, member)| (Some(name.as_str()), member));
            parts(('{', '}'), each, depth, out);
        }
        _ => out.push_str(&whole),
    }
}

fn parts<'a>(
    (begin, end): (char, char),
    all: impl Iterator<Item = (Option<&'a str>, &'a Value)>,
    depth: usize,
    out: &mut String,
) {
    out.push(begin);
    for (at, (name, part)) in all.enumerate() {
        out.push_str(if at == 0 { "\n" } else { ",\n" });
        indent(depth + 1, out);
        if let Some(name) = name {
            out.push_str(&Value::from(name).to_string());
            out.push_str(": ");
        }
        write(part, depth + 1, out);
    }
    out.push('\n');
    indent(depth, out);
    out.push(end);
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', depth));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_item_of_a_list_has_its_line() {
        let value = json!({ "a": [{ "b": [1, 2] }, {}], "c\n": {}, "d": [], "e": { "f": null } });
        let told = "{\n \"a\": [\n  {\"b\":[1,2]},\n  {}\n ],\n \"c\\n\": {},\n \"d\": [],\n \"e\": {\n  \"f\": null\n }\n}\n";
        assert_eq!(lined(&value), told);
        assert_eq!(serde_json::from_str::<Value>(&lined(&value)).unwrap(), value);
    }

    #[test]
    fn what_is_too_long_for_a_line_has_several() {
        let long = json!([[["x".repeat(LINE_MAX), "y"], "z"]]);
        assert_eq!(lined(&long).lines().filter(|line| line.ends_with("\"y\"")).count(), 1);
        assert_eq!(serde_json::from_str::<Value>(&lined(&long)).unwrap(), long);
        for other in [json!("text"), json!(null), json!([])] {
            assert_eq!(lined(&other), format!("{other}\n"));
        }
    }
}
