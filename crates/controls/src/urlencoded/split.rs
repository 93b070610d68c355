//! Several values in one text: told apart by their delimiter, and joined by it again.
//!
//! A delimiter that is escaped (`%2C`) is a delimiter like a raw one as long as no raw one stands
//! beside it: most clients escape everything, and most servers decode before they split. Where
//! both stand in one text, the sender meant two things, and readers would take them for one.

use std::borrow::Cow;

use portcullis_contract::Delimiter;

use super::{self as urlencoded, Fault};

/// The items of a value in a query, which is still encoded.
pub(crate) fn in_query(raw: &str, delimiter: Delimiter) -> Result<Vec<Cow<'_, str>>, Fault> {
    split_encoded(raw, delimiter, urlencoded::decode)
}

/// The items of a value in a cookie, where `+` is itself. Some servers take quotes off.
pub(crate) fn in_cookie(raw: &str, delimiter: Delimiter) -> Result<Vec<Cow<'_, str>>, Fault> {
    if raw.contains(['"', '\\']) {
        return Err(Fault::TwoReadings);
    }
    split_encoded(raw, delimiter, urlencoded::unescape)
}

fn split_encoded<'r>(
    raw: &'r str,
    delimiter: Delimiter,
    decode: impl Fn(&'r str) -> Result<Cow<'r, str>, Fault>,
) -> Result<Vec<Cow<'r, str>>, Fault> {
    let character = delimiter.character();
    let decoded = decode(raw)?;
    // A space has two spellings, both of which are escapes.
    if delimiter != Delimiter::Space {
        let in_text = decoded.matches(character).count();
        let in_raw = raw.matches(character).count();
        if in_raw > 0 && in_raw < in_text {
            return Err(Fault::TwoReadings);
        }
    }
    Ok(match decoded {
        Cow::Borrowed(text) => text.split(character).map(Cow::Borrowed).collect(),
        Cow::Owned(text) => text.split(character).map(|item| Cow::Owned(item.to_owned())).collect(),
    })
}

/// The items of a value in a header, which knows no escapes. Spaces beside a comma belong to no
/// item, and empty items are none (RFC 9110 section 5.6.1).
pub(crate) fn in_header<'v>(
    values: &[&'v str],
    delimiter: Delimiter,
) -> Result<Vec<&'v str>, Fault> {
    if delimiter != Delimiter::Comma {
        let [value] = values else {
            return Err(Fault::Repeated);
        };
        return Ok(value.trim().split(delimiter.character()).collect());
    }
    // Inside quotes a comma is none to those who know quotes.
    if values.iter().any(|value| value.contains('"')) {
        return Err(Fault::TwoReadings);
    }
    let items = values.iter().flat_map(|value| value.split(','));
    Ok(items.map(str::trim).filter(|item| !item.is_empty()).collect())
}

/// Names and values of an object that is written as a list: `name,value`.
pub(crate) fn alternating<T>(items: Vec<T>) -> Result<Vec<(T, T)>, Fault> {
    let mut items = items.into_iter();
    let mut pairs = Vec::with_capacity(items.len() / 2);
    while let Some(name) = items.next() {
        pairs.push((name, items.next().ok_or(Fault::Unpaired)?));
    }
    Ok(pairs)
}

/// Names and values of an object that is written with assignments: `name=value`.
pub(crate) fn assigned<'t>(items: &[&'t str]) -> Result<Vec<(&'t str, &'t str)>, Fault> {
    let assigned = |item: &&'t str| {
        let (name, value) = item.split_once('=').ok_or(Fault::Unpaired)?;
        // Not everybody cuts at the first one.
        if value.contains('=') { Err(Fault::TwoReadings) } else { Ok((name, value)) }
    };
    items.iter().map(assigned).collect()
}

/// Appends items with their delimiter between them, as a path or query holds them.
pub(crate) fn join_encoded<'t>(
    items: impl Iterator<Item = &'t str>,
    delimiter: Delimiter,
    out: &mut Vec<u8>,
) {
    for (place, item) in items.enumerate() {
        if place > 0 {
            push_delimiter(delimiter, out);
        }
        urlencoded::push_encoded(item, out);
    }
}

/// Appends a delimiter: raw where a URL allows that.
pub(crate) fn push_delimiter(delimiter: Delimiter, out: &mut Vec<u8>) {
    out.extend_from_slice(match delimiter {
        Delimiter::Comma => b",",
        Delimiter::Space => b"%20",
        Delimiter::Tab => b"%09",
        Delimiter::Pipe => b"%7C",
        Delimiter::Dot => b".",
        Delimiter::Semicolon => b";",
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DELIMITERS: [Delimiter; 4] =
        [Delimiter::Comma, Delimiter::Space, Delimiter::Tab, Delimiter::Pipe];

    #[test]
    fn delimiters_are_raw_or_escaped_and_not_both() {
        for (raw, delimiter, items) in [
            ("1,2", Delimiter::Comma, Ok(&["1", "2"][..])),
            ("1%2C2%2c3", Delimiter::Comma, Ok(&["1", "2", "3"])),
            ("1,2%2C3", Delimiter::Comma, Err(Fault::TwoReadings)),
            ("a%252Cb,c", Delimiter::Comma, Ok(&["a%2Cb", "c"])),
            ("a+b%20c", Delimiter::Space, Ok(&["a", "b", "c"])),
            ("a%2Bb+c", Delimiter::Space, Ok(&["a+b", "c"])),
            ("a|b", Delimiter::Pipe, Ok(&["a", "b"])),
            ("a%7cb", Delimiter::Pipe, Ok(&["a", "b"])),
            ("a%7Cb|c", Delimiter::Pipe, Err(Fault::TwoReadings)),
            ("a%09b%20c", Delimiter::Tab, Ok(&["a", "b c"])),
            ("", Delimiter::Comma, Ok(&[""])),
            ("a,,b", Delimiter::Comma, Ok(&["a", "", "b"])),
            ("a%", Delimiter::Comma, Err(Fault::BadEscape)),
        ] {
            let split = in_query(raw, delimiter);
            let split = split.as_deref().map_err(|fault| *fault);
            let expected = items.map(|items| items.iter().map(|item| (*item).into()));
            assert_eq!(split.map(<[_]>::to_vec), expected.map(Iterator::collect), "{raw}");
        }
        assert_eq!(in_cookie("a+b,c", Delimiter::Comma).unwrap(), ["a+b", "c"]);
        assert_eq!(in_cookie("\"a,b\"", Delimiter::Comma), Err(Fault::TwoReadings));
    }

    #[test]
    fn a_header_is_a_list_of_what_stands_between_commas() {
        assert_eq!(in_header(&["a, b\t,c", "d"], Delimiter::Comma).unwrap(), ["a", "b", "c", "d"]);
        assert_eq!(in_header(&[" , ,"], Delimiter::Comma).unwrap(), [""; 0]);
        assert_eq!(in_header(&["\"a,b\""], Delimiter::Comma), Err(Fault::TwoReadings));
        assert_eq!(in_header(&["a|b"], Delimiter::Pipe).unwrap(), ["a", "b"]);
        assert_eq!(in_header(&["a", "b"], Delimiter::Pipe), Err(Fault::Repeated));
    }

    #[test]
    fn members_have_names_and_values() {
        assert_eq!(alternating(vec!["a", "1", "b", "2"]), Ok(vec![("a", "1"), ("b", "2")]));
        assert_eq!(alternating(vec!["a", "1", "b"]), Err(Fault::Unpaired));
        assert_eq!(assigned(&["a=1", "b="]), Ok(vec![("a", "1"), ("b", "")]));
        assert_eq!(assigned(&["a"]), Err(Fault::Unpaired));
        assert_eq!(assigned(&["a=1=2"]), Err(Fault::TwoReadings));
    }

    proptest! {
        #[test]
        fn what_is_joined_splits_into_the_same_items(
            items in prop::collection::vec("[^,|\t ]{0,6}", 1..5),
            which in 0..4_usize,
        ) {
            let mut out = Vec::new();
            join_encoded(items.iter().map(String::as_str), DELIMITERS[which], &mut out);
            let out = String::from_utf8(out).unwrap();
            prop_assert_eq!(in_query(&out, DELIMITERS[which]).unwrap(), items);
        }

        #[test]
        fn no_text_makes_a_split_panic(text in any::<String>(), which in 0..4_usize) {
            let _ = in_query(&text, DELIMITERS[which]);
            let _ = in_cookie(&text, DELIMITERS[which]);
            let _ = in_header(&[text.as_str(), ""], DELIMITERS[which]);
        }
    }
}
