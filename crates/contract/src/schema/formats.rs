//! Which formats are enforced, and how.

use jsonschema::ValidationOptions;

use super::numbers::NumberFormat;
use super::representation::Representation;

/// What becomes of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Values are held to it.
    Enforced,
    /// It says nothing that could be checked: `password`.
    Empty,
    /// Nobody here knows it.
    Unknown,
}

/// Formats that the schema library checks in texts, with their source.
const OF_THE_LIBRARY: [&str; 17] = [
    "date",                  // RFC 3339
    "date-time",             // RFC 3339
    "duration",              // RFC 3339 appendix A
    "email",                 // RFC 5321
    "hostname",              // RFC 1123, RFC 5890
    "ipv4",                  // RFC 2673
    "ipv6",                  // RFC 4291
    "iri",                   // RFC 3987
    "iri-reference",         // RFC 3987
    "json-pointer",          // RFC 6901
    "regex",                 // ECMA-262
    "relative-json-pointer", // draft-bhutton-relative-json-pointer
    "time",                  // RFC 3339
    "uri",                   // RFC 3986
    "uri-reference",         // RFC 3986
    "uri-template",          // RFC 6570
    "uuid",                  // RFC 4122
];

/// A format of texts, and what it asks of them.
type Check = (&'static str, fn(&str) -> bool);

/// Formats that are checked here, in texts.
const OF_OUR_OWN: [Check; 5] = [
    ("byte", is_base64),
    ("base64url", is_base64url),
    ("char", is_one_character),
    ("idn-email", is_international_email),
    ("idn-hostname", is_international_hostname),
];

/// Formats that only say how a value is shown or handled.
const EMPTY: [&str; 4] = ["binary", "password", "double", "html"];

/// What becomes of the format of this name.
pub(super) fn treatment(name: &str) -> Treatment {
    let is_enforced = OF_THE_LIBRARY.contains(&name)
        || OF_OUR_OWN.iter().any(|(known, _)| *known == name)
        || NumberFormat::named(name).is_some();
    if is_enforced {
        Treatment::Enforced
    } else if EMPTY.contains(&name) {
        Treatment::Empty
    } else {
        Treatment::Unknown
    }
}

/// Adds the formats that the library does not know.
pub(super) fn add<R>(
    mut options: ValidationOptions<'_, R, Representation>,
) -> ValidationOptions<'_, R, Representation> {
    for (name, check) in OF_OUR_OWN {
        options = options.with_format(name, check);
    }
    // A number may be written as a text, for clients whose numbers are doubles.
    for name in ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"] {
        options = options.with_format(name, move |text: &str| is_whole_text(name, text));
    }
    options
}

fn is_whole_text(format: &str, text: &str) -> bool {
    crate::scalar::is_integer(text)
        && NumberFormat::named(format).is_some_and(|format| format.holds(text))
}

/// RFC 4648 section 4, with its padding and without line ends.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
}

/// RFC 4648 section 5; the padding may be left out.
fn is_base64url(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    digits.len() % 4 != 1
        && (padding == 0 || padding <= 2 && text.len().is_multiple_of(4))
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn is_one_character(text: &str) -> bool {
    text.chars().count() == 1
}

/// The structure of RFC 6531: something, one `@`, a host name. Which letters a local part may hold
/// is its host's to say; what ends or splits an address elsewhere is refused.
fn is_international_email(text: &str) -> bool {
    const LOCAL_BYTES_MAX: usize = 64;
    let Some((local, host)) = text.rsplit_once('@') else {
        return false;
    };
    let splits = |character: char| {
        character.is_control() || character.is_whitespace() || "()<>[]:;@\\,\"".contains(character)
    };
    !local.is_empty()
        && local.len() <= LOCAL_BYTES_MAX
        && !local.contains(splits)
        && local.split('.').all(|atom| !atom.is_empty())
        && is_international_hostname(host)
}

/// The structure of RFC 5890: labels of letters, digits and hyphens, of any script. The tables of
/// IDNA, which say for each character whether it may stand in a name, are not carried here.
fn is_international_hostname(text: &str) -> bool {
    const LABEL_CHARS_MAX: usize = 63;
    const NAME_CHARS_MAX: usize = 253;
    let is_letter = |character: char| match character {
        '-' => true,
        _ if character.is_ascii() => character.is_ascii_alphanumeric(),
        // Other dots separate labels, too, for some readers: such a name has two readings.
        '\u{3002}' | '\u{FF0E}' | '\u{FF61}' => false,
        _ => !character.is_control() && !character.is_whitespace(),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().count() <= LABEL_CHARS_MAX
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(is_letter)
    };
    text.chars().count() <= NAME_CHARS_MAX && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_base64_in_its_one_alphabet() {
        for text in ["", "QQ==", "QUI=", "QUJD", "+/+/"] {
            assert!(is_base64(text), "{text}");
        }
        for text in ["QQ", "QQ=", "QQ===", "====", "Q=Q=", "Q-_=", "QUJD\n", "QU JD"] {
            assert!(!is_base64(text), "{text}");
        }
        for text in ["QQ", "QQ==", "-_-_", ""] {
            assert!(is_base64url(text), "{text}");
        }
        for text in ["Q", "Q===", "+/+/", "QQ="] {
            assert!(!is_base64url(text), "{text}");
        }
    }

    #[test]
    fn a_number_in_a_text_has_one_spelling_and_a_range() {
        for text in ["0", "-128", "127"] {
            assert!(is_whole_text("int8", text), "{text}");
        }
        for text in ["128", "-129", "07", "+7", "7.0", "7e0", " 7", ""] {
            assert!(!is_whole_text("int8", text), "{text}");
        }
    }

    #[test]
    fn international_names_are_held_to_their_structure() {
        for text in ["例え.jp", "xn--r8jz45g.jp", "a-b.example"] {
            assert!(is_international_hostname(text), "{text}");
            assert!(is_international_email(&format!("用户@{text}")), "{text}");
        }
        for text in ["", "a..b", "-a.b", "a b.c", "a\u{3002}b", "a/b", "a@b", "a\nb"] {
            assert!(!is_international_hostname(text), "{text:?}");
            assert!(!is_international_email(&format!("用户@{text}")), "{text:?}");
        }
        assert!(!is_international_email("a\r\nBcc: b@c.d"));
    }

    #[test]
    fn every_format_of_the_library_is_known_to_it() {
        let options = jsonschema::options_for::<Representation>();
        for name in OF_THE_LIBRARY {
            assert!(options.is_known_format(jsonschema::Draft::Draft202012, name), "{name}");
        }
    }
}
