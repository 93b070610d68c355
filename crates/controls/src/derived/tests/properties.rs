//! What holds for every value.

use portcullis_model::UnixMillis;
use proptest::prelude::*;

use super::*;

const DAY_MS: u64 = 86_400_000;

fn on(derivation: &Derivation, source: &str, day: u64) -> Derived {
    of(
        derivation,
        &serde_json::to_string(source).unwrap(),
        &Date::of(UnixMillis(day * DAY_MS)).to_string(),
    )
}

fn string(derived: Derived) -> Option<String> {
    match derived {
        Derived::Value(Scalar::String(text)) => Some(text),
        Derived::Nothing(_) => None,
        Derived::Value(other) => panic!("{other:?} is no string"),
    }
}

proptest! {
    #[test]
    fn nobody_becomes_too_young_again(
        birth in 0_u64..25_000,
        first in 0_u64..40_000,
        later in 0_u64..20_000,
        years in 0_u8..60,
    ) {
        let birth = Date::of(UnixMillis(birth * DAY_MS)).to_string();
        let derivation = Derivation::AgeAtLeast(years);
        if on(&derivation, &birth, first) == is(true) {
            let later = on(&derivation, &birth, first + later);
            prop_assert!(matches!(later, Derived::Nothing(Unread::TooLongAgo)) || later == is(true));
        }
    }

    #[test]
    fn an_age_is_reached_on_one_day_and_never_a_day_before(
        birth in 0_u64..25_000,
        years in 1_u8..60,
    ) {
        let date = Date::of(UnixMillis(birth * DAY_MS));
        let derivation = Derivation::AgeAtLeast(years);
        let year = date.year() + u16::from(years);
        let birthday = Date::parse(&format!("{year}-{:02}-{:02}", date.month(), date.day()))
            .or_else(|_| Date::parse(&format!("{year}-03-01")))
            .unwrap();
        let day = birthday.start().0 / DAY_MS;
        prop_assert_eq!(on(&derivation, &date.to_string(), day - 1), is(false));
        prop_assert_eq!(on(&derivation, &date.to_string(), day), is(true));
    }

    #[test]
    fn an_address_never_shows_more_than_its_first_character_and_its_domain(
        local in "[a-z0-9é.+*]{1,12}",
        domain in "[a-z]{1,8}\\.(example|test)",
    ) {
        let masked = string(of_text(&Derivation::MaskedEmail, &format!("{local}@{domain}"))).unwrap();
        let before = masked.strip_suffix(&format!("***@{domain}")).unwrap();
        let mut characters = local.chars();
        let first = characters.next().unwrap().to_string();
        let has_more = characters.next().is_some();
        prop_assert_eq!(before, if has_more { first.as_str() } else { "" });
    }

    #[test]
    fn no_text_is_shown_that_is_no_address(text in "[a-z@. <>\"é\\PC]{0,16}") {
        if let Some(masked) = string(of_text(&Derivation::MaskedEmail, &text)) {
            prop_assert_eq!(text.matches('@').count(), 1);
            let (local, domain) = text.split_once('@').unwrap();
            let end = format!("***@{domain}");
            prop_assert!(masked.ends_with(&end));
            prop_assert!(masked.chars().count() <= 4 + 1 + domain.chars().count());
            prop_assert!(!local.contains(char::is_whitespace));
        }
    }

    #[test]
    fn the_last_characters_are_at_most_half_of_those_that_count(
        text in "[0-9a-zA-Z é日()+-]{0,24}",
        count in 1_u8..12,
    ) {
        let count = NonZeroU8::new(count).unwrap();
        let counted: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        match string(of_text(&Derivation::LastCharacters(count), &text)) {
            Some(last) => {
                prop_assert_eq!(last.len(), usize::from(count.get()));
                prop_assert!(2 * last.len() <= counted.len());
                prop_assert!(counted.ends_with(&last));
            }
            None => prop_assert!(counted.len() < 2 * usize::from(count.get())),
        }
    }

    #[test]
    fn a_hash_says_only_what_is_equal(a in ".{0,6}", b in ".{0,6}", purpose in "[a-c]{0,2}") {
        let (one, other) = (of_text(&hash(&purpose), &a), of_text(&hash(&purpose), &b));
        prop_assert_eq!(one == other, a == b);
        prop_assert_eq!(string(one).unwrap().len(), 22);
    }

    #[test]
    fn nothing_makes_it_panic(text in "\\PC{0,24}", number in any::<f64>(), years in any::<u8>()) {
        let sources = [serde_json::to_string(&text).unwrap(), serde_json::to_string(&number).unwrap()];
        for source in sources {
            for derivation in [
                Derivation::AgeAtLeast(years),
                Derivation::LastCharacters(NonZeroU8::new(years.max(1)).unwrap()),
                Derivation::MaskedEmail,
                Derivation::YearOnly,
                Derivation::Presence,
                hash(&text),
            ] {
                let _ = of(&derivation, &source, "2026-11-26");
            }
        }
    }
}
