//! What stands where a credential may.

use portcullis_contract::SchemePlace;
use portcullis_controls::urlencoded;

use crate::head::{Essential, RequestHead};

/// What stands at the place of a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown<'h> {
    /// Nothing, or something empty.
    Nothing,
    /// This; of `Authorization` the whole value.
    One(&'h str),
    /// Several of them, or one in a form that could be read otherwise.
    Unclear,
}

/// What stands at this place. An empty credential is none.
pub(super) fn shown<'h>(head: &'h RequestHead, place: &SchemePlace) -> Shown<'h> {
    match place {
        SchemePlace::Authorization(scheme) => {
            let value = head.fields.first(Essential::Authorization);
            let value = value.filter(|value| is_of_scheme(value, scheme));
            value.map_or(Shown::Nothing, Shown::One)
        }
        SchemePlace::Header(name) => one(head.fields.all(name)),
        SchemePlace::Cookie(name) => {
            let pairs = head.fields.cookies().filter(|(shown, _)| shown == name);
            one(pairs.map(|(_, value)| value))
        }
        SchemePlace::Query(name) => {
            let mut pairs = urlencoded::pairs(head.query().unwrap_or_default());
            let is_there = pairs.any(|(shown, value)| {
                !value.is_empty() && urlencoded::decode(shown).is_ok_and(|shown| shown == *name)
            });
            if is_there { Shown::Unclear } else { Shown::Nothing }
        }
        SchemePlace::MutualTls | SchemePlace::NotUnderstood => Shown::Nothing,
    }
}

fn one<'h>(mut values: impl Iterator<Item = &'h str>) -> Shown<'h> {
    match (values.next(), values.next()) {
        (None, _) | (Some(""), None) => Shown::Nothing,
        (Some(value), None) => Shown::One(value),
        (Some(_), Some(_)) => Shown::Unclear,
    }
}

/// Whether a value of `Authorization` is of this auth-scheme, and not the scheme alone. A token that
/// is bound to a key (RFC 9449) is a bearer token with a proof beside it.
fn is_of_scheme(value: &str, scheme: &str) -> bool {
    value.split_once(' ').is_some_and(|(shown, credential)| {
        let is_it = shown.eq_ignore_ascii_case(scheme)
            || scheme == "bearer" && shown.eq_ignore_ascii_case("dpop");
        is_it && !credential.trim().is_empty()
    })
}
