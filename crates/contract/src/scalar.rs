//! One text, read as a declared type.

use std::borrow::Cow;

use crate::shape::Types;

/// One value that came as text, read as its declared type.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// A number, as its JSON lexeme.
    Number(Cow<'a, str>),
    /// `true` or `false`.
    Boolean(bool),
    /// Nothing, where the schema is nullable and the text is empty.
    Null,
}

/// Why a text is not a value of its declared type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarFault {
    /// Nothing stands where a number is declared.
    Empty,
    /// Declared an integer: `seven`, `1.5`.
    NotAnInteger,
    /// Declared a number: `seven`.
    NotANumber,
    /// A number that 64-bit floating point does not hold, or that is longer than numbers are read.
    Range,
    /// Declared one number, and several stand there: `1,2`.
    Several,
    /// A number, but not in its one spelling: `07`, `+7`, ` 7`, `.5`.
    OtherSpelling,
    /// Declared a boolean, and neither `true` nor `false` in any case that clients write.
    NotABoolean,
}

impl ScalarFault {
    /// What would have been right.
    pub const fn wanted(self) -> &'static str {
        match self {
            Self::Empty => "empty, and a number is declared",
            Self::NotAnInteger => "not an integer",
            Self::NotANumber => "not a number",
            Self::Range => {
                "a number that is larger than 64-bit floating point holds, or longer than 64 characters"
            }
            Self::Several => {
                "several numbers where one is read: lists are written as `style` and `explode` say, \
                 by default with the name once for each item"
            }
            Self::OtherSpelling => {
                "a number is written without `+`, leading zeros or spaces, and with digits on both \
                 sides of its point"
            }
            Self::NotABoolean => {
                "a boolean is written `true` or `false` (`True`, `TRUE`, `False` and `FALSE` are taken \
                 for them; `1`, `0`, `yes` and `on` are not)"
            }
        }
    }
}

impl<'a> Scalar<'a> {
    /// Reads one text as one of these types, in its one spelling: integers without sign `+`,
    /// leading zero or fraction, numbers as JSON writes them, `true` or `false`. Text only where
    /// text is declared; where it is not, `True`, `TRUE`, `False` and `FALSE` are booleans, too.
    /// What goes on is [`Scalar::text`].
    pub fn read(text: Cow<'a, str>, types: Types) -> Result<Self, ScalarFault> {
        let is_number = types.contains(Types::NUMBER) && is_number(&text)
            || types.contains(Types::INTEGER) && is_integer(&text);
        if is_number && is_in_range(&text) {
            return Ok(Self::Number(text));
        }
        if types.contains(Types::BOOLEAN) && (text == "true" || text == "false") {
            return Ok(Self::Boolean(text == "true"));
        }
        if types.contains(Types::STRING) {
            return Ok(Self::Text(text));
        }
        if types.contains(Types::BOOLEAN)
            && let Some(value) = capitalised(&text)
        {
            return Ok(Self::Boolean(value));
        }
        if types.contains(Types::NULL) && text.is_empty() {
            return Ok(Self::Null);
        }
        if is_number {
            return Err(ScalarFault::Range);
        }
        if types.contains(Types::INTEGER) {
            return Err(fault_of_number(&text, types));
        }
        if types.contains(Types::BOOLEAN) {
            return Err(ScalarFault::NotABoolean);
        }
        // Only a container is declared: the schema says whether a text will do.
        Ok(Self::Text(text))
    }

    /// Its one spelling; nothing for [`Scalar::Null`].
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
            Self::Boolean(true) => "true",
            Self::Boolean(false) => "false",
            Self::Null => "",
        }
    }
}

/// Characters of one number: as many as in a body of JSON.
const NUMBER_CHARS_MAX: usize = 64;

/// What every number in a body of JSON is held to.
fn is_in_range(number: &str) -> bool {
    number.len() <= NUMBER_CHARS_MAX
        && (!number.contains(['e', 'E']) || number.parse::<f64>().is_ok_and(f64::is_finite))
}

/// Booleans as Python, Excel and others print them.
fn capitalised(text: &str) -> Option<bool> {
    match text {
        "True" | "TRUE" => Some(true),
        "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Why a text is no number of these types.
#[cold]
fn fault_of_number(text: &str, types: Types) -> ScalarFault {
    let is_whole = |text: &str| {
        let digits = text.trim().trim_start_matches(['+', '-']);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_real = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE ".contains(&byte))
            && text.trim().parse::<f64>().is_ok()
    };
    let is_wanted = |text: &str| {
        if types.contains(Types::NUMBER) { is_real(text) } else { is_whole(text) }
    };
    if text.is_empty() {
        ScalarFault::Empty
    } else if is_wanted(text) {
        ScalarFault::OtherSpelling
    } else if text.contains(',') && text.split(',').all(is_wanted) {
        ScalarFault::Several
    } else if types.contains(Types::NUMBER) {
        ScalarFault::NotANumber
    } else {
        ScalarFault::NotAnInteger
    }
}

/// `0|-?[1-9][0-9]*`: `-0` would be a second spelling.
pub(crate) fn is_integer(text: &str) -> bool {
    text != "-0" && is_whole_part(text)
}

/// `-?(0|[1-9][0-9]*)`, the part of a number before its fraction.
fn is_whole_part(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits == "0"
        || digits.bytes().all(|byte| byte.is_ascii_digit())
            && digits.bytes().next().is_some_and(|first| first != b'0')
}

/// The number grammar of RFC 8259 section 6.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_whole_part(whole)
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(|text| is_digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        let read = |text: &'static str, types| Scalar::read(Cow::Borrowed(text), types);
        for text in ["0", "7", "-12", "9007199254740993"] {
            assert_eq!(read(text, Types::INTEGER), Ok(Scalar::Number(text.into())), "{text}");
        }
        for text in ["07", "+7", " 7", "7 ", "-0"] {
            assert_eq!(read(text, Types::INTEGER), Err(ScalarFault::OtherSpelling), "{text}");
        }
        for text in ["7.0", "7.", "0x7", "1e5", "-", "-0x", "٧", "abc", "1.5", " ", "1,b"] {
            assert_eq!(read(text, Types::INTEGER), Err(ScalarFault::NotAnInteger), "{text}");
        }
        assert_eq!(read("", Types::INTEGER), Err(ScalarFault::Empty));
        assert_eq!(read("1,2", Types::INTEGER), Err(ScalarFault::Several));
        assert_eq!(read("1.5,2", Types::NUMBER), Err(ScalarFault::Several));
        for text in ["1.5", "1e5", "-0.1E-3"] {
            assert_eq!(read(text, Types::NUMBER), Ok(Scalar::Number(text.into())), "{text}");
        }
        for text in [".5", "1.", "+1", "01.5"] {
            assert_eq!(read(text, Types::NUMBER), Err(ScalarFault::OtherSpelling), "{text}");
        }
        for text in ["1e", "NaN", "Infinity", "1_000"] {
            assert_eq!(read(text, Types::NUMBER), Err(ScalarFault::NotANumber), "{text}");
        }
        let long: &'static str = "1".repeat(65).leak();
        for text in ["1e400", "-1e309", long] {
            assert_eq!(read(text, Types::NUMBER), Err(ScalarFault::Range), "{text}");
            assert_eq!(read(text, Types::ANY), Ok(Scalar::Text(text.into())), "{text}");
        }
        assert_eq!(read(long, Types::INTEGER), Err(ScalarFault::Range));
        assert_eq!(read("", Types::INTEGER.or(Types::NULL)), Ok(Scalar::Null));
        assert_eq!(read("07", Types::INTEGER.or(Types::STRING)), Ok(Scalar::Text("07".into())));
    }

    #[test]
    fn booleans_have_one_spelling_and_are_taken_as_clients_capitalise_them() {
        let read = |text: &'static str, types| Scalar::read(Cow::Borrowed(text), types);
        for (texts, value) in
            [(["true", "True", "TRUE"], true), (["false", "False", "FALSE"], false)]
        {
            for text in texts {
                let scalar = read(text, Types::BOOLEAN).unwrap();
                assert_eq!(scalar, Scalar::Boolean(value), "{text}");
                assert_eq!(scalar.text(), texts[0]);
            }
        }
        for text in ["1", "0", "yes", "on", "off", "t", "tRUE", "truE", "", " true", "True "] {
            assert_eq!(read(text, Types::BOOLEAN), Err(ScalarFault::NotABoolean), "{text}");
        }
        let text = Types::BOOLEAN.or(Types::STRING);
        assert_eq!(read("True", text), Ok(Scalar::Text("True".into())));
        assert_eq!(read("true", text), Ok(Scalar::Boolean(true)));
        let number = Types::BOOLEAN.or(Types::INTEGER);
        assert_eq!(read("True", number), Ok(Scalar::Boolean(true)));
        assert_eq!(read("1", number), Ok(Scalar::Number("1".into())));
    }
}
