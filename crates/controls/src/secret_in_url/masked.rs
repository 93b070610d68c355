//! What a record says of a request in words, without what may be a credential in them.

use super::HIDDEN;
use super::forms::{FORM_BYTES_MIN, credential_form};

/// Bytes of a word that was cut (`abc...`) from which on it is hidden: its form cannot be seen any more.
const CUT_BYTES_MIN: usize = 60;

/// A detail for records and standard error. Names that a request invents (members of a body, fields, parameters) stand in
/// details, and somebody may have pasted a credential where a name belongs.
pub fn masked(detail: String) -> String {
    if detail.len() < FORM_BYTES_MIN {
        return detail;
    }
    let is_of_word = |one: char| one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '.');
    let mut out = String::with_capacity(detail.len());
    let mut rest = detail.as_str();
    while !rest.is_empty() {
        let word = rest.split(|one| !is_of_word(one)).next().unwrap_or_default();
        let is_cut = word.ends_with("...") && word.len() >= CUT_BYTES_MIN;
        out.push_str(if is_cut || credential_form(word).is_some() { HIDDEN } else { word });
        rest = rest.get(word.len()..).unwrap_or_default();
        let between = rest.split(is_of_word).next().unwrap_or_default();
        out.push_str(between);
        rest = rest.get(between.len()..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_credential_in_the_place_of_a_name_is_hidden_and_the_rest_stays() {
        let key = format!("npm_{}", "0aB1cD2eF3".repeat(4).get(..36).unwrap());
        for (detail, shown) in [
            (format!("the property `{key}` is not declared"), "the property `***` is not declared"),
            (format!("/a/{key}/b, {key}"), "/a/***/b, ***"),
            (format!("`{}...` is too long", "x".repeat(80)), "`***` is too long"),
        ] {
            assert_eq!(masked(detail), shown);
        }
        let plain =
            "the property `a_rather_long_name_of_a_member` of `/items/0` is not declared, ü";
        assert_eq!(masked(plain.to_owned()), plain);
    }

    proptest! {
        #[test]
        fn what_is_no_credential_stays_as_it_is(detail in "[a-z ü`/.]{0,200}") {
            prop_assume!(!detail.contains("..."));
            prop_assert_eq!(masked(detail.clone()), detail);
        }
    }
}
