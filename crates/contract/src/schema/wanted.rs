//! What a keyword asks for, in words of the document: for whoever was refused and must know what
//! would have been right.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value as Data;

/// Characters of a declared value that are shown.
const SHOWN_MAX: usize = 100;
/// Unions inside unions that are followed to the only alternative that counts.
const UNIONS_MAX: usize = 16;

/// What would have been right; empty where there is nothing to add to the keyword. Never holds
/// anything of the value.
#[cold]
pub(super) fn wanted(error: &ValidationError<'_>) -> String {
    use ValidationErrorKind as Kind;
    match error.kind() {
        Kind::Required { property } => format!("the property {} is missing", cut(property)),
        Kind::Type { kind } => format!("declared is {}", types(kind)),
        Kind::Format { format } => of_format(format, error),
        Kind::Enum { options } => of_choices(options.as_array().map_or(&[], Vec::as_slice)),
        Kind::Pattern { pattern } => of_pattern(pattern),
        Kind::MaxLength { limit } => format!("at most {limit} long"),
        Kind::MinLength { limit } => format!("at least {limit} long"),
        Kind::MaxItems { limit } => format!("at most {limit} of them"),
        Kind::MinItems { limit } => format!("at least {limit} of them"),
        Kind::MaxProperties { limit } => format!("at most {limit} properties"),
        Kind::MinProperties { limit } => format!("at least {limit} properties"),
        Kind::UniqueItems => "each item once".to_owned(),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            "a property stands there that is not declared".to_owned()
        }
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => "no alternative fits".to_owned(),
        Kind::OneOfMultipleValid { .. } => "more than one alternative fits".to_owned(),
        // Only keywords of our own say it so.
        Kind::Custom { message, .. } => message.clone(),
        _ => String::new(),
    }
}

/// The failure that counts: of a union in which all but one alternative is `null`, that of the
/// one.
#[cold]
pub(super) fn decisive<'a, 'i>(error: &'a ValidationError<'i>) -> &'a ValidationError<'i>
where
    'static: 'i,
{
    let mut error = error;
    for _ in 0..UNIONS_MAX {
        let (ValidationErrorKind::AnyOf { context }
        | ValidationErrorKind::OneOfNotValid { context }) = error.kind()
        else {
            break;
        };
        let mut others = context.iter().filter(|errors| !is_null(errors));
        match (others.next().and_then(|errors| errors.first()), others.next()) {
            (Some(only), None) => error = only,
            _ => break,
        }
    }
    error
}

/// Whether an alternative only allows `null`.
fn is_null(errors: &[ValidationError<'_>]) -> bool {
    match errors {
        [only] => matches!(
            only.kind(),
            ValidationErrorKind::Type { kind: TypeKind::Single(JsonType::Null) }
        ),
        _ => false,
    }
}

pub(super) fn of_pattern(pattern: &str) -> String {
    format!("the pattern {}", shown(pattern))
}

fn of_format(format: &str, error: &ValidationError<'_>) -> String {
    let wanted = format!("declared is {}", shown(format));
    let text = error.instance().as_str().map(str::to_owned);
    match text {
        Some(text) if format == "date-time" && is_local_time(&text) => {
            format!("{wanted}: the offset is missing, `Z` or one such as `+01:00`")
        }
        _ => wanted,
    }
}

/// Whether a text is a date and a time, without an offset.
fn is_local_time(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00";
    let fits = |(form, byte): (&u8, u8)| match form {
        b'0' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't' | b' '),
        other => *other == byte,
    };
    let Some((time, fraction)) = text.split_at_checked(FORM.len()) else {
        return false;
    };
    let digits = fraction.strip_prefix('.').unwrap_or(fraction);
    FORM.iter().zip(time.bytes()).all(fits) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(several) => {
            let names: Vec<String> = several.iter().map(|one| one.to_string()).collect();
            names.join(" or ")
        }
    }
}

/// What a list of declared values is called in a message.
pub(super) fn of_choices(values: &[Data]) -> String {
    // Thousands of values are cut off behind the first few anyway.
    let shown: Vec<String> = values.iter().take(SHOWN_MAX).map(Data::to_string).collect();
    format!("one of {}", cut_text(&shown.join(", ")))
}

fn cut(value: &Data) -> String {
    cut_text(&value.to_string())
}

fn shown(text: &str) -> String {
    cut(&Data::from(text))
}

fn cut_text(text: &str) -> String {
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What a declared value is called in a message.
pub(super) fn of_value(value: &Data) -> String {
    format!("only {}", cut(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_offset_is_known() {
        for text in ["2024-01-02T03:04:05", "2024-01-02 03:04:05", "2024-01-02T03:04:05.123"] {
            assert!(is_local_time(text), "{text}");
        }
        for text in ["", "2024-01-02", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05+01:00", "é"] {
            assert!(!is_local_time(text), "{text}");
        }
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        assert_eq!(cut_text(&"é".repeat(300)).chars().count(), SHOWN_MAX + 3);
    }
}
