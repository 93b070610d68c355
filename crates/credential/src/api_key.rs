//! API keys of our own: `<brand>_<environment>_<id>_<secret><checksum>`.
//!
//! | part | characters |
//! |---|---|
//! | brand | 2 to 16, `[a-z][a-z0-9]*`: one of each deployment, so that scanners know whose a key is |
//! | environment | 2 to 12, the same: `live`, `test` |
//! | id | 16 digits of base 62 (`0-9A-Za-z`, the most significant first): the key's public name |
//! | secret | 43 such digits, 256 bits of chance |
//! | checksum | 6 such digits: the CRC-32 (ISO-HDLC) of all that stands before it |
//!
//! Brand and checksum let scanners of repositories find a leaked key without false alarms and
//! without asking anybody; neither protects anything. What is kept of a key is [`Pepper::mac`].

mod checksum;
mod generate;
mod imported;
mod pepper;

use std::fmt;

use portcullis_model::KeyId;
use portcullis_model::key::{BRAND_MAX, ENVIRONMENT_MAX, NAME_MIN, is_brand, is_environment};

pub use self::generate::{GenerateFault, generate};
pub use self::imported::{IMPORTED_BYTES_MAX, Imported, Weak};
pub use self::pepper::Pepper;

const ID: usize = 16;
const SECRET: usize = 43;
/// Characters of a key, at most.
pub const LENGTH_MAX: usize =
    BRAND_MAX + 1 + ENVIRONMENT_MAX + 1 + ID + 1 + SECRET + checksum::DIGITS;

/// A text that has the form of a key. Whether anybody issued it is another question.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiKey<'a> {
    /// Whose keys begin with this.
    pub brand: &'a str,
    /// What it is for.
    pub environment: &'a str,
    /// Its public name.
    pub id: KeyId,
    /// All of it, as it was shown: the secret is in it.
    pub text: &'a str,
}

/// Why a text is no key. Nothing of the text is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyFault {
    /// Not of this form.
    Form,
    /// Of this form, with another checksum: mistyped, cut and filled, or made up.
    Checksum,
}

/// Reads a key. It has one spelling.
pub fn parse(text: &str) -> Result<ApiKey<'_>, KeyFault> {
    read(text).ok_or(KeyFault::Form)?.checked()
}

fn read(text: &str) -> Option<ApiKey<'_>> {
    // What cannot be a key costs nothing, however long it is.
    if text.len() > LENGTH_MAX {
        return None;
    }
    let mut parts = text.split('_');
    let (brand, environment) = (parts.next()?, parts.next()?);
    let (id, rest) = (parts.next()?, parts.next()?);
    let is_whole = parts.next().is_none()
        && is_brand(brand)
        && is_environment(environment)
        && rest.len() == SECRET + checksum::DIGITS
        && rest.bytes().all(|character| character.is_ascii_alphanumeric());
    let id = KeyId::parse(id).ok()?;
    is_whole.then_some(ApiKey { brand, environment, id, text })
}

impl ApiKey<'_> {
    fn checked(self) -> Result<Self, KeyFault> {
        // The form says that there are more characters than these, all of them ASCII.
        let at = self.text.len().saturating_sub(checksum::DIGITS);
        match self.text.split_at_checked(at) {
            Some((before, stated)) if checksum::of(before) == stated.as_bytes() => Ok(self),
            _ => Err(KeyFault::Checksum),
        }
    }
}

/// Whether a text may be meant as a key of this brand: it begins like one.
pub fn looks_like(text: &str, brand: &str) -> bool {
    text.strip_prefix(brand).is_some_and(|rest| rest.starts_with('_'))
}

/// Whether a whole key of this brand stands anywhere in a text.
pub fn is_in(text: &str, brand: &str) -> bool {
    all_in(text, brand).next().is_some()
}

/// The whole keys of this brand in a text, whatever stands around them.
pub fn all_in<'t>(text: &'t str, brand: &'t str) -> impl Iterator<Item = ApiKey<'t>> {
    // By what ends the brand: a brand may overlap itself, and what stands before it may be letters.
    text.match_indices('_').filter_map(move |(end, _)| {
        let at = text.get(..end)?.ends_with(brand).then(|| end - brand.len())?;
        let environment = text.get(end + 1..)?.bytes().take(ENVIRONMENT_MAX + 1);
        let environment = environment.take_while(|byte| *byte != b'_').count();
        let length = brand.len() + 1 + environment + 1 + ID + 1 + SECRET + checksum::DIGITS;
        parse(text.get(at..at + length)?).ok()
    })
}

/// Whether a text that a scanner found is a key, and no chance find.
pub fn has_good_checksum(text: &str) -> bool {
    parse(text).is_ok()
}

/// A regular expression that finds the keys of a brand in any text, for scanners: one that every
/// dialect reads. What it finds must be held against [`has_good_checksum`]. `brand` is one that
/// [`is_brand`] accepts, and `environment` likewise; without it all are found.
///
/// No word boundary stands around it: what precedes a key in a repository is often the `n` of an
/// escaped line end.
pub fn pattern(brand: &str, environment: Option<&str>) -> String {
    let rest = SECRET + checksum::DIGITS;
    let any = format!("[a-z][a-z0-9]{{{},{}}}", NAME_MIN - 1, ENVIRONMENT_MAX - 1);
    let environment = environment.unwrap_or(&any);
    format!("{brand}_{environment}_[0-9A-Za-z]{{{ID}}}_[0-9A-Za-z]{{{rest}}}")
}

impl KeyFault {
    /// For records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Checksum => "checksum",
        }
    }
}

impl fmt::Debug for ApiKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({}_{}_{}_..)", self.brand, self.environment, self.id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A key that nobody issued: made by hand from the format's description.
    const FAKE: &str =
        "acme_test_0000000000000042_obviouslyFakeObviouslyFakeObviouslyFake12303kqHof";

    #[test]
    fn a_key_has_its_parts_and_does_not_print() {
        let key = parse(FAKE).unwrap();
        assert_eq!((key.brand, key.environment, key.text), ("acme", "test", FAKE));
        assert_eq!(key.id, KeyId::parse("0000000000000042").unwrap());
        assert_eq!(format!("{key:?}"), "ApiKey(acme_test_0000000000000042_..)");
    }

    #[test]
    fn what_is_not_of_the_form_is_told_from_what_was_mistyped() {
        let mistyped = FAKE.replacen("Fake", "fake", 1);
        assert_eq!(parse(&mistyped), Err(KeyFault::Checksum));
        assert!(!has_good_checksum(&mistyped) && has_good_checksum(FAKE));
        let long = format!("{}{FAKE}", "a".repeat(BRAND_MAX));
        for text in [
            "",
            "acme",
            "____",
            &FAKE[..FAKE.len() - 1],
            &format!("{FAKE}0"),
            &format!("{FAKE}_"),
            &format!("{FAKE}_x"),
            &format!(" {FAKE}"),
            &FAKE.replacen("acme", "Acme", 1),
            &FAKE.replacen("acme", "4cme", 1),
            &FAKE.replacen("acme", "a", 1),
            &FAKE.replacen("test", "te-t", 1),
            &FAKE.replacen('_', "__", 1),
            &FAKE.replacen("Fake", "F_ke", 1),
            &FAKE.replacen("Fake", "Fäe", 1),
            &long,
        ] {
            assert_eq!(parse(text), Err(KeyFault::Form), "{text}");
        }
    }

    #[test]
    fn a_text_looks_like_a_key_of_its_brand_alone() {
        assert!(looks_like(FAKE, "acme") && looks_like("acme_", "acme"));
        for brand in ["acm", "acmee", "other", ""] {
            assert!(!looks_like(FAKE, brand), "{brand}");
        }
        assert!(!looks_like("acme", "acme") && !looks_like("Acme_test", "acme"));
    }

    #[test]
    fn a_scanner_finds_keys_wherever_they_stand() {
        for environment in [None, Some("test")] {
            let pattern = regex::Regex::new(&pattern("acme", environment)).unwrap();
            for text in [FAKE, &format!("KEY=\\n{FAKE}\\n"), &format!("x{FAKE}%0A{FAKE}")] {
                let found: Vec<&str> =
                    pattern.find_iter(text).map(|found| found.as_str()).collect();
                assert_eq!(found.len(), text.matches(FAKE).count());
                assert!(found.iter().all(|found| has_good_checksum(found)));
            }
            assert!(!pattern.is_match(&FAKE.replacen("test", "Test", 1)));
        }
        let live = regex::Regex::new(&pattern("acme", Some("live"))).unwrap();
        assert!(!live.is_match(FAKE));
    }

    #[test]
    fn all_keys_in_a_text_are_found_whatever_stands_around_them() {
        let (other, double) =
            (generate("acme", "live").unwrap().1, generate("aa", "live").unwrap().1);
        let text = format!("é{FAKE}{other}_{FAKE}\nacme_{other}é acme_test_x_");
        let found: Vec<&str> = all_in(&text, "acme").map(|key| key.text).collect();
        assert_eq!(found, [FAKE, &other, FAKE, &other]);
        assert_eq!(all_in(&format!("a{double}"), "aa").count(), 1, "a brand that overlaps itself");
        let mistyped = FAKE.replacen("Fake", "fake", 1);
        assert_eq!(all_in(&format!("{mistyped} acme_ acme"), "acme").count(), 0);
    }

    fn key() -> impl Strategy<Value = String> {
        let parts = ("[a-z][a-z0-9]{1,15}", "[a-z][a-z0-9]{1,11}");
        parts.prop_map(|(brand, environment)| generate(&brand, &environment).unwrap().1)
    }

    proptest! {
        #[test]
        fn what_is_made_is_read(brand in "[a-z][a-z0-9]{1,15}", environment in "[a-z][a-z0-9]{1,11}") {
            let (id, text) = generate(&brand, &environment).unwrap();
            let key = parse(&text).unwrap();
            prop_assert_eq!((key.brand, key.environment), (brand.as_str(), environment.as_str()));
            prop_assert_eq!((key.id, key.text), (id, text.as_str()));
            prop_assert!(text.len() <= LENGTH_MAX && looks_like(&text, &brand));
            let pattern = regex::Regex::new(&pattern(&brand, None)).unwrap();
            prop_assert_eq!(pattern.find(&text).map(|found| found.as_str()), Some(text.as_str()));
        }

        #[test]
        fn one_other_character_is_noticed(text in key(), place in any::<proptest::sample::Index>(), by in "[0-9A-Za-z_é]") {
            let place = place.index(text.len());
            let other = format!("{}{by}{}", &text[..place], &text[place + 1..]);
            prop_assert_eq!(parse(&other).is_ok(), other == text);
        }

        #[test]
        fn no_text_panics(text in "[a-z0-9_é]{0,120}", any in any::<String>()) {
            for text in [text, any] {
                prop_assert!(parse(&text).is_err());
                looks_like(&text, "acme");
                assert_eq!(all_in(&text, "acme").count(), 0);
            }
        }
    }
}
