//! A JSON document that came in one line, in lines: people and `git diff` read it so. Strings,
//! numbers and the order of members stay as they were written.

use serde_json::Value;

/// One level.
const INDENT: &str = "  ";

/// The same document in lines; `None` if it has lines already, or is no JSON.
pub(super) fn indented(text: &str) -> Option<String> {
    let text = text.trim();
    let is_one_line = text.starts_with('{') && !text.contains('\n');
    if !is_one_line || serde_json::from_str::<Value>(text).is_err() {
        return None;
    }
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let (mut is_string, mut is_escape, mut is_fresh) = (false, false, false);
    for character in text.chars() {
        if is_string {
            out.push(character);
            is_string = is_escape || character != '"';
            is_escape = !is_escape && character == '\\';
            continue;
        }
        if character.is_ascii_whitespace() {
            continue;
        }
        let is_end = matches!(character, '}' | ']');
        depth = depth.saturating_sub(usize::from(is_end));
        if is_fresh != is_end {
            line(&mut out, depth);
        }
        is_fresh = matches!(character, '{' | '[');
        depth += usize::from(is_fresh);
        out.push(character);
        match character {
            ',' => line(&mut out, depth),
            ':' => out.push(' '),
            '"' => is_string = true,
            _ => {}
        }
    }
    out.push('\n');
    Some(out)
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    (0..depth).for_each(|_| out.push_str(INDENT));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_a_pretty_printer_and_lexemes_stay() {
        let text = r#"{"b":[], "a": {"x\"}":[1,{},[true,null],"{:,\\"],"é/":"a  b"},"e":{}}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        let pretty = serde_json::to_string_pretty(&value).unwrap() + "\n";
        assert_eq!(indented(text).unwrap(), pretty);
        let text = r#"{"n":[1.50,-0,90071992547409931234],"u":"\u00e9"}"#;
        let lines = indented(text).unwrap();
        assert_eq!(lines.split_whitespace().collect::<String>(), text);
    }

    #[test]
    fn what_has_lines_or_is_no_json_stays() {
        for text in ["{\n}", "openapi: 3.1.0", "{a: 1}", "{} {}", "[1]", "", "{"] {
            assert_eq!(indented(text), None, "{text}");
        }
    }
}
