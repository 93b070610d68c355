//! Names of files in `Content-Disposition` (RFC 6266), as anybody who undoes their encodings reads them.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_model::plain;

use crate::urlencoded::without_percent;

/// How often an encoding is undone.
const LAYERS_MAX: usize = 3;

/// Whether a name has characters that act, once its escapes (RFC 8187) and encoded words (RFC 2047) are undone.
pub(super) fn acts(value: &str) -> bool {
    let mut text = value.to_owned();
    for _ in 0..LAYERS_MAX {
        let percent = without_percent(text.as_bytes());
        let next = words(&String::from_utf8_lossy(&percent));
        if next == text {
            return false;
        }
        if matches!(plain(&next), Cow::Owned(_)) {
            return true;
        }
        text = next;
    }
    // What is still hidden then is meant for nobody.
    words(&String::from_utf8_lossy(&without_percent(text.as_bytes()))) != text
}

/// Whether two names are told, of two kinds: `a.txt` to those who read `filename`, `a.exe` to those who read
/// `filename*`. A plainer name beside the real one is what the standard is for.
pub(super) fn is_of_two_kinds(value: &str) -> bool {
    let mut kinds: Vec<String> = Vec::new();
    let (mut plain_names, mut extended_names) = (0, 0);
    // Readers that look for parameters without minding quotes find a second name inside of the first; others put
    // a name together from pieces (RFC 2231).
    let lower = value.to_ascii_lowercase();
    let lower: String = lower.chars().filter(|one| !one.is_whitespace()).collect();
    let is_pieces = |rest: &str| rest.starts_with(|one: char| one.is_ascii_digit());
    if lower.matches("filename=").count() > 1 || lower.split("filename*").skip(1).any(is_pieces) {
        return true;
    }
    for part in parts(value) {
        let Some((name, text)) = part.split_once('=') else { continue };
        let text = text.trim().trim_matches('"');
        let text = match name.trim().to_ascii_lowercase().as_str() {
            "filename" => {
                plain_names += 1;
                words(text)
            }
            "filename*" => {
                extended_names += 1;
                let encoded = text.splitn(3, '\'').nth(2).unwrap_or(text);
                String::from_utf8_lossy(&without_percent(encoded.as_bytes())).into_owned()
            }
            _ => continue,
        };
        let kind = text.rsplit_once('.').map_or("", |(_, kind)| kind).to_ascii_lowercase();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds.len() > 1 || plain_names > 1 || extended_names > 1
}

/// What stands between the semicolons that are in no quotes.
fn parts(value: &str) -> impl Iterator<Item = &str> {
    let (mut in_quotes, mut is_escaped) = (false, false);
    value.split(move |one| {
        let is_end = one == ';' && !in_quotes;
        if one == '"' && !is_escaped {
            in_quotes = !in_quotes;
        }
        is_escaped = one == '\\' && !is_escaped && in_quotes;
        is_end
    })
}

/// A text without its encoded words: `=?utf-8?B?YQ==?=`, `=?utf-8?Q?=61?=`.
fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("=?") {
        out.push_str(before);
        let mut fields = behind.splitn(3, '?');
        let (_charset, kind, coded) = (fields.next(), fields.next(), fields.next());
        let word = coded.and_then(|coded| coded.split_once("?="));
        let decoded = word.and_then(|(coded, after)| Some((decoded(kind?, coded)?, after)));
        if let Some((decoded, after)) = decoded {
            out.push_str(&decoded);
            rest = after;
        } else {
            out.push_str("=?");
            rest = behind;
        }
    }
    out + rest
}

fn decoded(kind: &str, coded: &str) -> Option<String> {
    let bytes = if kind.eq_ignore_ascii_case("b") {
        STANDARD.decode(coded).ok()?
    } else if kind.eq_ignore_ascii_case("q") {
        // The same escapes with another sign before them.
        without_percent(coded.replace('%', "%25").replace('=', "%").as_bytes()).into_owned()
    } else {
        return None;
    };
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_act_are_found_behind_every_encoding() {
        for value in [
            "attachment; filename*=utf-8''a%E2%80%AEgpj.exe",
            "attachment; filename*=utf-8''a%25E2%2580%25AEgpj.exe",
            "attachment; filename=\"=?utf-8?B?YeKArmdwai5leGU=?=\"",
            "attachment; filename=\"=?UTF-8?q?a=E2=80=AEgpj.exe?=\"",
            "attachment; filename=\"a%0d%0aSet-Cookie: b\"",
            "attachment; filename=\"=?utf-8?Q?a=0D=0Ab?=\"",
            "attachment; filename=a%2525252541",
        ] {
            assert!(acts(value), "{value}");
        }
        for value in [
            "attachment; filename=\"100%.txt\"",
            "attachment; filename=\"naive.txt\"; filename*=UTF-8''na%C3%AFve%20plan.txt",
            "attachment; filename=\"=?utf-8?B?bmHDr3ZlLnR4dA==?=\"",
            "attachment; filename=\"what=?is this?=.txt\"",
            "inline",
        ] {
            assert!(!acts(value), "{value}");
        }
    }

    #[test]
    fn a_file_of_two_kinds_is_found() {
        for value in [
            "attachment; filename=\"a.txt\"; filename*=UTF-8''a.exe",
            "attachment; filename=\"a.txt\"; filename=\"b.txt\"",
            "attachment; filename=\"=?utf-8?Q?a=2Eexe?=\"; filename*=utf-8''a.txt",
            "attachment; filename=\"a.txt\\\"; filename=\\\"b.exe\"",
            "attachment; filename=\"a; filename=b.exe; c.txt\"",
            "attachment; filename=\"a.txt\"; filename*0=\"a.exe\"",
            "attachment; FILENAME = a.txt; filename*=utf-8''a.txt%2eexe",
        ] {
            assert!(is_of_two_kinds(value), "{value}");
        }
        for value in [
            "attachment; filename=\"naive.txt\"; filename*=UTF-8''na%C3%AFve.txt",
            "attachment; filename=\"a; b.exe; c.TXT\"; filename*=UTF-8''a.txt",
            "attachment; filename=a",
            "form-data; name=a; filename=b.png",
        ] {
            assert!(!is_of_two_kinds(value), "{value}");
        }
    }
}
