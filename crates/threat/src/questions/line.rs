//! Words of foreign files as YAML that says just them.

use std::fmt::Write as _;

use portcullis_model::acts;

/// One word or sentence: as it is where that is safe, else in quotes with escapes.
pub(super) fn quoted(text: &str) -> String {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_word = text.starts_with(|first: char| first.is_ascii_alphabetic());
    // What other readers of YAML take for a truth or for nothing.
    let folded = text.to_ascii_lowercase();
    let is_other = matches!(
        folded.as_str(),
        "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
    );
    if is_word && !is_other && text.bytes().all(is_safe) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            acting if acts(acting) => _ = write!(out, "\\U{:08x}", u32::from(acting)),
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}

/// A list of them.
pub(super) fn words<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<String> = all.map(quoted).collect();
    format!("[{}]", all.join(", "))
}
