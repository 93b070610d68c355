//! Where a name that stands twice in one object stands first.

use portcullis_json::string_end;
use portcullis_model::Diagnostic;

/// Says the first place, where it is known.
pub(crate) fn help(problem: Diagnostic, text: &str, first: Option<usize>) -> Diagnostic {
    let Some(before) = first.and_then(|first| text.get(..first)) else {
        return problem.help("keep one of them");
    };
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    let column = last.chars().count() + 1;
    problem.help(format!("it stands first in line {line}, column {column}: keep one of them"))
}

/// The first name like the one that begins at a byte of a JSON text, in the same object. The text
/// up to there is known to be JSON.
pub(crate) fn first(text: &str, second: u32) -> Option<usize> {
    let bytes = text.as_bytes();
    let second = second as usize;
    let name = text.get(second..string_end(bytes, second))?;
    // The strings of each object and list that is open, by where they begin.
    let mut open: Vec<Vec<usize>> = Vec::new();
    let mut at = 0;
    while at < second {
        match bytes.get(at)? {
            b'{' | b'[' => open.push(Vec::new()),
            b'}' | b']' => drop(open.pop()),
            b'"' => {
                let end = string_end(bytes, at);
                let is_name = text.get(end..)?.trim_start().starts_with(':');
                if is_name && let Some(names) = open.last_mut() {
                    names.push(at);
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    let mut names = open.pop()?.into_iter();
    names.find(|start| text.get(*start..string_end(bytes, *start)) == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_is_that_of_the_same_object() {
        let text = r#"{"a": {"b": 1, "c\"}": "b"}, "b": ["b", {"x": 1}], "b": 2}"#;
        let (expected, second) = (text.find("\"b\": [").unwrap(), text.rfind("\"b\"").unwrap());
        assert_eq!(first(text, second as u32), Some(expected));
        assert_eq!(first("{\"\\u0061\": 1, \"a\": 2}", 14), None, "another spelling");
        for at in [0, 1, 7, 4_000_000_000] {
            let _ = first(text, at);
        }
    }
}
