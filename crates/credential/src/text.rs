//! Texts that go on into logs, fields and databases.

/// Whether a text has a control character (`Cc` of Unicode).
pub(crate) fn has_control_character(text: &str) -> bool {
    // Most are ASCII, where bytes are quicker to ask than characters.
    text.bytes().any(|byte| byte.is_ascii_control())
        || (!text.is_ascii() && text.chars().any(char::is_control))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_control_character_is_one_of_unicode(text in any::<String>(), extra in "[\\x00-\\xff]") {
            let text = text + &extra;
            prop_assert_eq!(has_control_character(&text), text.chars().any(char::is_control));
        }
    }
}
