//! `Content-Disposition: form-data; name="..."; filename="..."`, in its only reading.

use std::borrow::Cow;

use super::Fault;
use super::parameters::{is_token, parameters};
use crate::urlencoded::{self, without_percent};

/// What file systems take.
const FILE_NAME_BYTES_MAX: usize = 255;

/// How often a name may be escaped: what is deeper is meant for nobody.
const ESCAPES_MAX: usize = 4;
/// What Windows takes for a device, whatever follows the first dot.
const DEVICES: [&str; 6] = ["aux", "con", "conin$", "conout$", "nul", "prn"];

/// The name of a part, and of its file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Disposition {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
}

/// Reads the field.
///
/// Names are the characters between their quotes, as they are: percent escapes and encoded words
/// (RFC 2047) are not undone, and the latter are a fault. `filename*` (RFC 8187), which RFC 7578
/// section 4.2 forbids and clients send, is decoded; beside `filename` both must say the same.
pub(super) fn disposition(field: &str) -> Result<Disposition, Fault> {
    let (kind, rest) =
        field.split_at_checked(field.find(';').unwrap_or(field.len())).unwrap_or(("", ""));
    if !kind.trim_matches([' ', '\t']).eq_ignore_ascii_case("form-data") {
        return Err(Fault::Syntax("a part that is no `form-data`"));
    }
    let (mut name, mut plain, mut extended) = (None, None, None);
    for (parameter, value) in parameters(rest)? {
        match parameter.as_str() {
            "name" => name = Some(value),
            "filename" => plain = Some(Cow::Borrowed(value)),
            "filename*" => extended = Some(extended_value(value)?),
            // `name*`, `filename*0`, and what no reader knows.
            _ => return Err(Fault::Shape("part_parameter")),
        }
    }
    let name = name.filter(|name| !name.is_empty()).ok_or(Fault::Shape("part_name"))?;
    if !is_plain(name) {
        return Err(Fault::Shape("part_name"));
    }
    let file_name = match (plain, extended) {
        (Some(plain), Some(extended)) if plain != extended => {
            return Err(Fault::Shape("two_file_names"));
        }
        (plain, extended) => extended.or(plain),
    };
    if let Some(file_name) = &file_name
        && !is_safe_file_name(file_name)
    {
        return Err(Fault::Shape("file_name"));
    }
    Ok(Disposition { name: name.to_owned(), file_name: file_name.map(Cow::into_owned) })
}

/// `utf-8''na%C3%AFve.txt` (RFC 8187 section 3.2).
fn extended_value(value: &str) -> Result<Cow<'_, str>, Fault> {
    let mut parts = value.splitn(3, '\'');
    let (Some(charset), Some(_language), Some(text)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(Fault::Shape("file_name"));
    };
    if !charset.eq_ignore_ascii_case("utf-8") || text.contains('+') {
        return Err(Fault::Shape("file_name"));
    }
    urlencoded::decode(text).map_err(|_| Fault::Shape("file_name"))
}

/// Whether a text has the same characters for every reader. Browsers write quotes and line ends as
/// `%22`, `%0D` and `%0A`; some readers undo that, and others do not, and there is no spelling of
/// them that all read alike (decision 0048).
fn is_plain(text: &str) -> bool {
    let is_encoded_word = text.contains("=?") && text.contains("?=");
    let is_escaped = has_escape(text, |byte| byte == b'"' || byte.is_ascii_control());
    !is_encoded_word && !is_escaped && !text.contains(is_odd) && !is_like_parameter(text)
}

/// Whether a text holds `; name=`, which readers that look for parameters without minding quotes take
/// for one: Rack finds the name of a part in the name of its file.
fn is_like_parameter(text: &str) -> bool {
    let mut behind = text.split(';').skip(1);
    behind.any(|rest| {
        let name = rest.trim_start().split_once('=').map(|(name, _)| name.trim_end());
        name.is_some_and(|name| is_token(name.trim_end_matches('*')))
    })
}

/// Whether a text holds a percent escape of such a byte, however often its escapes are undone; `%u002f`, which some
/// readers undo, counts as one of any.
fn has_escape(text: &str, is_such: impl Fn(u8) -> bool) -> bool {
    let mut text = Cow::Borrowed(text.as_bytes());
    for _ in 0..ESCAPES_MAX {
        if holds_escape(&text, &is_such) {
            return true;
        }
        match without_percent(&text) {
            Cow::Borrowed(_) => return false,
            Cow::Owned(undone) if undone == *text => return false,
            Cow::Owned(undone) => text = Cow::Owned(undone),
        }
    }
    true
}

fn holds_escape(text: &[u8], is_such: impl Fn(u8) -> bool) -> bool {
    let number = |digits: &[u8]| {
        str::from_utf8(digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok())
    };
    let is_wide = |six: &[u8]| {
        let digits = six.strip_prefix(b"%u").or_else(|| six.strip_prefix(b"%U"));
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    let mut threes = text.windows(3);
    threes.any(|three| three.strip_prefix(b"%").and_then(number).is_some_and(&is_such))
        || text.windows(6).any(is_wide)
}

/// Characters that end a quoted text, move the cursor, or turn the direction of what follows.
fn is_odd(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '"' | '\\' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// Whether a file may be called so on any system: no folder, no device of dots, nothing that is
/// cut off. The empty name stands for "no file was chosen".
fn is_safe_file_name(name: &str) -> bool {
    name.len() <= FILE_NAME_BYTES_MAX
        && is_plain(name)
        && !name.contains('/')
        && !name.ends_with(['.', ' '])
        // A reader that undoes percent escapes sees a folder, or dots.
        && !has_escape(name, |byte| b"/\\.".contains(&byte))
        && !acts_in_a_command(name)
        // A stream of a file (NTFS) is the file itself.
        && !name.contains("::$")
        && !is_device(name)
}

/// Whether a shell would run a part of it, or a program would take it for an option: `$(id).png`, `-rf`. Whoever
/// turns pictures smaller or unpacks archives calls programs with names.
fn acts_in_a_command(name: &str) -> bool {
    let undone = without_percent(name.as_bytes());
    let name = String::from_utf8_lossy(&undone);
    name.starts_with('-') || ["$(", "${", "`"].iter().any(|sign| name.contains(sign))
}

/// `con`, `NUL.txt`, `com1`: on Windows no file, wherever it lies.
fn is_device(name: &str) -> bool {
    let stem = name.split(['.', ':']).next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let is_port =
        stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt")).is_some_and(|port| {
            matches!(port.as_bytes(), [digit] if digit.is_ascii_digit())
                || "¹²³".contains(port) && !port.is_empty()
        });
    is_port || DEVICES.contains(&stem.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_stands_between_their_quotes() {
        for (field, name, file_name) in [
            ("form-data; name=\"a\"", "a", None),
            ("form-data; name=a; filename=b.txt", "a", Some("b.txt")),
            ("Form-Data;name=\"a b\";FILENAME=\"naïve; x.txt\"", "a b", Some("naïve; x.txt")),
            ("form-data; name=\"a%20b\"", "a%20b", None),
            ("form-data; name=\"a\"; filename=\"\"", "a", Some("")),
            ("form-data; name=\"a\"; filename=\"100%.txt\"", "a", Some("100%.txt")),
            ("form-data; name=\"a\"; filename*=UTF-8''na%C3%AFve.txt", "a", Some("naïve.txt")),
            ("form-data; name=\"a\"; filename=\"b\"; filename*=utf-8'en'b", "a", Some("b")),
        ] {
            let file_name = file_name.map(str::to_owned);
            let expected = Disposition { name: name.to_owned(), file_name };
            assert_eq!(disposition(field), Ok(expected), "{field}");
        }
    }

    #[test]
    fn a_field_with_two_readings_is_a_fault() {
        for (field, reason) in [
            ("form-data", "part_name"),
            ("form-data; filename=\"a\"", "part_name"),
            ("form-data; name=\"\"", "part_name"),
            ("form-data; name=a; name=role", "repeated_parameter"),
            ("form-data; name=\"a\"; filename=\"b\"; filename=\"c\"", "repeated_parameter"),
            ("form-data; name=\"a\\\"; name=\\\"role\"", "escaped_parameter"),
            ("form-data; name=\"a\"; filename=\"C:\\x\"", "escaped_parameter"),
            ("form-data; name=\"a%22b\"", "part_name"),
            ("form-data; name=\"a%2522b\"", "part_name"),
            ("form-data; name=\"a\"; filename=\"my %22file%22.txt\"", "file_name"),
            ("form-data; name*=utf-8''role", "part_parameter"),
            ("form-data; name=a; filename*0=\"a\"", "part_parameter"),
            ("form-data; name=a; size=1", "part_parameter"),
            ("form-data; name=\"=?utf-8?B?cm9sZQ==?=\"", "part_name"),
            ("form-data; name=\"a\tb\"", "part_name"),
            ("form-data; name=\"a; name=role\"", "part_name"),
            ("form-data; name=\"a;\tNAME=role\"", "part_name"),
            ("form-data; name=\"a\"; filename=\"b; name=role\"", "file_name"),
            ("form-data; name=\"a\"; filename*=utf-8''b%3B%20name%3Drole", "file_name"),
            ("form-data; name=a; filename=b.png; filename*=utf-8''b.php", "two_file_names"),
            ("form-data; name=a; filename*=latin1''b", "file_name"),
            ("form-data; name=a; filename*=b", "file_name"),
            ("form-data; name=a; filename*=utf-8''%ff", "file_name"),
            ("form-data; name=a; filename*=utf-8''a%22b", "file_name"),
            ("form-data; name=a; filename*=utf-8''a%0d%0ab", "file_name"),
        ] {
            assert_eq!(disposition(field), Err(Fault::Shape(reason)), "{field}");
        }
        assert!(matches!(disposition("attachment; name=a"), Err(Fault::Syntax(_))));
    }

    #[test]
    fn a_file_name_leads_nowhere() {
        for name in [
            "../etc/passwd",
            "a/b",
            "..",
            ".",
            "a.php.",
            "a.php ",
            "a\0b",
            "a\u{202e}gpj.exe",
            "a%2fb",
            "%2e%2e",
            "a%00.png",
            "a%0d%0ax",
            "%-%5c",
            "=?utf-8?Q?a?=",
            "=?utf-8?B?Li4vYQ==?=.png",
            "%252e%252e%252fa",
            "a%25252fb",
            "a%2500.png",
            "a%u002fb",
            "%2525252525252e",
            "a.php::$DATA",
            "a\u{2028}b",
            "NUL",
            "con.txt",
            "Com1.png",
            "lpt9",
            "-rf",
            "--output=x",
            "-",
            "$(id).png",
            "${IFS}a.png",
            "`id`.png",
            "%24(id).png",
            "%2drf",
        ] {
            assert!(!is_safe_file_name(name), "{name:?}");
        }
        assert!(!is_safe_file_name(&"x".repeat(256)));
        let honest = [
            "",
            "a.png",
            ".env",
            "50%.txt",
            "a..b",
            "文件.pdf",
            "it's (1) & more.txt",
            "a; b.txt",
            "x=1.txt",
            "a=b; c.txt",
            "100%25.txt",
            "50%20off.png",
            "console.log",
            "com10.txt",
            "10:20.png",
            "aux-data.csv",
            "a-rf.txt",
            "– 5 €.txt",
            "$5 (net).txt",
            "costs $.txt",
        ];
        for name in honest {
            assert!(is_safe_file_name(name), "{name:?}");
        }
    }
}
