//! What a refusal was about, read back from what the record says of it.
//!
//! The record keeps one sentence, without any value. Whoever explains a refusal later needs its
//! parts: this is the inverse of the sentences that this control writes.

use portcullis_contract::Place;

/// What stands for the body in a refusal of a null that an owner may take for absent.
pub(super) const NULL_IN_BODY: &str =
    "body, null where none is allowed (`null_means: absent` takes it for absent if it is optional)";

/// What a refusal was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concerned<'a> {
    /// A parameter; `None`: the body.
    pub parameter: Option<(Place, &'a str)>,
    /// The keyword of the schema that was not met.
    pub unmet: Option<Unmet<'a>>,
}

/// A keyword that was not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unmet<'a> {
    /// `minimum`.
    pub keyword: &'a str,
    /// A JSON Pointer to the value, in what was sent.
    pub at: &'a str,
    /// A JSON Pointer to the keyword: see [`portcullis_contract::Mismatch::schema_at`].
    pub schema_at: &'a str,
}

impl<'a> Concerned<'a> {
    /// Reads the detail of a refusal; `None` if it speaks of neither parameter nor body.
    pub fn of(detail: &'a str) -> Option<Self> {
        match unmet(detail) {
            Some((what, unmet)) => {
                let parameter = if what == "body" || what == NULL_IN_BODY {
                    None
                } else {
                    Some(parameter(what)?)
                };
                Some(Self { parameter, unmet: Some(unmet) })
            }
            None => Some(Self { parameter: Some(parameter(detail)?), unmet: None }),
        }
    }
}

/// `body: ` and the rest of the sentence, taken apart from its end: names come from outside and
/// stand before it, and what would have been right has no backtick.
fn unmet(detail: &str) -> Option<(&str, Unmet<'_>)> {
    let (rest, wanted) = detail.rsplit_once("`)")?;
    if !wanted.is_empty() && !wanted.starts_with(": ") {
        return None;
    }
    let (rest, schema_at) = rest.rsplit_once(" (schema `")?;
    let (rest, at) = match rest.strip_suffix("` is not met") {
        Some(rest) => (rest, ""),
        None => rest.strip_suffix('`')?.rsplit_once("` is not met at `")?,
    };
    let (what, keyword) = rest.rsplit_once(": `")?;
    Some((what, Unmet { keyword, at, schema_at }))
}

/// `query parameter `x``, and what may follow behind a colon.
fn parameter(text: &str) -> Option<(Place, &str)> {
    let (place, name) = text.split_once(" parameter `")?;
    let places = [Place::Path, Place::Query, Place::Header, Place::Cookie];
    let place = places.into_iter().find(|known| known.name() == place)?;
    let (name, rest) = name.split_once('`')?;
    (rest.is_empty() || rest.starts_with(": ")).then_some((place, name))
}

#[cfg(test)]
mod tests {
    use portcullis_contract::Mismatch;
    use portcullis_model::Pointer;
    use proptest::prelude::*;

    use super::super::{mismatch, parameter_refusal};
    use super::*;

    fn places() -> impl Strategy<Value = Option<Place>> {
        prop_oneof![
            Just(None),
            Just(Some(Place::Path)),
            Just(Some(Place::Query)),
            Just(Some(Place::Header)),
            Just(Some(Place::Cookie)),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            place in places(),
            is_null in any::<bool>(),
            name in "[^`]{1,20}",
            at in "(/[^`]{0,8}){0,3}",
            schema_at in "(/[^`]{0,8}){0,3}",
            wanted in ".{0,20}",
        ) {
            let found = Mismatch {
                at: Pointer::from_text(at.as_str()),
                keyword: "minimum",
                schema_at: Pointer::from_text(schema_at.as_str()),
                wanted,
            };
            let what = match place {
                None if is_null => NULL_IN_BODY.to_owned(),
                None => "body".to_owned(),
                Some(place) => format!("{} parameter `{name}`", place.name()),
            };
            let detail = mismatch(&what, &found).detail;
            let unmet = Unmet { keyword: "minimum", at: &at, schema_at: &schema_at };
            let parameter = place.map(|place| (place, name.as_str()));
            prop_assert_eq!(Concerned::of(&detail), Some(Concerned { parameter, unmet: Some(unmet) }));
            if let Some(place) = place {
                let detail = format!("{} parameter `{name}`: a boolean is `true`", place.name());
                let concerned = Concerned { parameter, unmet: None };
                prop_assert_eq!(Concerned::of(&detail), Some(concerned));
                let detail = parameter_refusal("missing", place, &name).detail;
                prop_assert_eq!(Concerned::of(&detail), Some(Concerned { parameter, unmet: None }));
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(detail in ".{0,60}") {
            let _ = Concerned::of(&detail);
        }
    }
}
