//! Whether a text may be an OpenAPI document: a look at the keys of its root, wherever in the text they stand.
//!
//! Generators sort keys, and write megabytes of schemas before `openapi`; other files speak of it deep inside.

/// Keys that say so, with a version behind them.
const WORDS: [&str; 2] = ["openapi", "swagger"];

/// Whether a text may be an OpenAPI document: `openapi` or `swagger` as a key of its root, with a version behind it.
pub fn may_be_document(text: &str) -> bool {
    // Editors put it there.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let begins = beginning(text);
    if begins.starts_with('{') {
        in_braces(begins)
    } else {
        in_lines(text, indent_of(text, begins))
    }
}

/// What stands behind comments, directives and the mark of a document in YAML.
fn beginning(text: &str) -> &str {
    let mut rest = text;
    loop {
        let at = rest.trim_start();
        rest = if at.starts_with(['#', '%']) {
            at.split_once('\n').map_or("", |(_, behind)| behind)
        } else if let Some(behind) = at.strip_prefix("---") {
            behind
        } else {
            return at;
        };
    }
}

/// What stands before the first key of a document in YAML: spaces, if it is indented as a whole.
fn indent_of<'t>(text: &'t str, begins: &str) -> &'t str {
    let before = text.strip_suffix(begins).unwrap_or_default();
    let spaces = before.len() - before.trim_end_matches(' ').len();
    before.get(before.len() - spaces..).unwrap_or_default()
}

/// Whether such a key begins a line, as deep as the first one stands.
fn in_lines(text: &str, indent: &str) -> bool {
    WORDS.into_iter().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let before = text.get(..at).unwrap_or_default();
            let behind = text.get(at + word.len()..).unwrap_or_default();
            let quote = before.chars().next_back().filter(|one| matches!(one, '"' | '\''));
            let (before, behind) = match quote {
                Some(quote) => {
                    (before.strip_suffix(quote).unwrap_or_default(), behind.strip_prefix(quote))
                }
                None => (before, Some(behind)),
            };
            let line = before.strip_suffix(indent);
            line.is_some_and(|before| before.is_empty() || before.ends_with(['\n', '\r']))
                && behind.is_some_and(leads_to_version)
        })
    })
}

/// Whether such a key stands in the outermost braces: of JSON, or of YAML that is written so.
fn in_braces(text: &str) -> bool {
    let bytes = text.as_bytes();
    // How many braces and brackets are open, whether a key may follow, and what stood before.
    let (mut depth, mut is_key, mut before, mut at) = (0_usize, false, b' ', 0);
    while let Some(byte) = bytes.get(at).copied() {
        let is_root_key = depth == 1 && is_key;
        let ends = match byte {
            b'"' => end_of_quoted(bytes, at, byte),
            // Elsewhere it is an apostrophe.
            b'\'' if b" \t\r\n{[,:".contains(&before) => end_of_quoted(bytes, at, byte),
            _ => at + 1,
        };
        let is_quoted = ends > at + 1;
        let behind = text.get(ends..).unwrap_or_default();
        if is_root_key && is_quoted {
            let key = text.get(at..ends).unwrap_or_default();
            if is_word(key) && leads_to_version(behind) {
                return true;
            }
        } else if is_root_key && byte.is_ascii_alphabetic() {
            let plain = text.get(at..).unwrap_or_default();
            let mut words = WORDS.into_iter().filter_map(|word| plain.strip_prefix(word));
            if words.any(leads_to_version) {
                return true;
            }
        }
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            // Where something follows, it is a template: the reader tells what is wrong with it.
            return in_lines(behind, "");
        }
        is_key = matches!(byte, b'{' | b',') || (is_key && byte.is_ascii_whitespace());
        (before, at) = (byte, ends);
    }
    false
}

/// Where a text in quotes ends, the last of them included.
fn end_of_quoted(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from + 1;
    while let Some(byte) = bytes.get(at).copied() {
        at += 1;
        if byte == b'\\' && quote == b'"' {
            at += 1;
        } else if byte == quote {
            // Two of them are one that is meant.
            if quote == b'"' || bytes.get(at) != Some(&quote) {
                break;
            }
            at += 1;
        }
    }
    at
}

/// Whether a key in quotes is such a word, however it is escaped.
fn is_word(quoted: &str) -> bool {
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    WORDS.contains(&inner)
        || inner.contains('\\')
            && serde_json::from_str::<String>(quoted)
                .is_ok_and(|text| WORDS.contains(&text.as_str()))
}

/// Whether a colon follows, and a digit.
fn leads_to_version(behind: &str) -> bool {
    let value = behind.trim_start().strip_prefix(':').map(str::trim_start);
    let version = value.map(|value| value.trim_start_matches(['"', '\'']));
    version.is_some_and(|version| version.starts_with(|one: char| one.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More than is looked at by anything that looks at the beginning and the end alone.
    const LARGE_BYTES: usize = 300_000;

    #[test]
    fn a_document_is_told_from_what_only_speaks_of_one() {
        for text in [
            "openapi: 3.1.0\n",
            "# ours\nswagger: '2.0'\n",
            "{\"openapi\":\"3.0.3\"}",
            "{ \"paths\": {}, \"swagger\" : \"2.0\" }",
            "{\"op\\u0065napi\":\"3.0.3\"}",
            "{\"a\\\\\":\"\\\"{\",\"openapi\":\"3.0.3\"}",
            "{ info: { title: it's, note: 'a''}' }, openapi: 3.1.0 }",
            "# ours\n---\n{ 'openapi': 3.1.0 }",
            "info: {}\n\"openapi\": 3.0.0",
            "info: {}\r\nopenapi: 3.0.0\r\n",
            "\u{feff}openapi: 3.1.0\n",
            "\u{feff}{\"openapi\":\"3.0.3\"}",
            "---\n# ours\n  info: {}\n  openapi: 3.1.0\n",
            "openapi : 4.0.0\n",
            "{{ if .Values.api }}\nopenapi: 3.0.3\n",
            // It ends in the midst of it: that is for the reader to tell.
            "{\"openapi\":\"3.0.3\",\"info\":{",
        ] {
            assert!(may_be_document(text), "{text}");
        }
        for text in [
            "",
            "an openapi: 3.1 document",
            "{\"x-openapi\": 3}",
            "{\"depends\":{\"swagger\":\"2.1.0\"}}",
            "{\"note\":\"openapi\",\"a\":\"\\\"openapi\\\":3\"}",
            "[{\"openapi\":\"3.0.3\"}]",
            "{} {\"openapi\":\"3.0.3\"}",
            "{\"a",
            "openapi-generator: 3",
            "openapi:",
            "openapi: yes",
            "depends:\n  swagger: 2.1.0\n",
        ] {
            assert!(!may_be_document(text), "{text}");
        }
    }

    #[test]
    fn a_document_is_one_wherever_in_it_the_key_stands() {
        let large = "é{".repeat(LARGE_BYTES / 3);
        for (json, yaml) in [
            ("\"openapi\":\"3.1.0\"", "openapi: 3.1.0"),
            ("\"swagger\": \"2.0\"", "'swagger': '2.0'"),
        ] {
            let around = format!("{{\"a\":{{\"b\":\"{large}\"}},{json},\"z\":[\"{large}\"]}}");
            assert!(may_be_document(&around), "{json}");
            let around = format!("a:\n  b: '{large}'\n{yaml}\nz:\n  - '{large}'\n");
            assert!(may_be_document(&around), "{yaml}");
            // Of something else, however large it is.
            let inside = format!("{{\"a\":{{\"b\":\"{large}\",{json}}},\"z\":[\"{large}\"]}}");
            assert!(!may_be_document(&inside), "{json}");
            let inside = format!("a:\n  b: '{large}'\n  {yaml}\nz:\n  - '{large}'\n");
            assert!(!may_be_document(&inside), "{yaml}");
        }
    }
}
