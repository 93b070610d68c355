//! The section `rates`: how often requests may come, and how many at a time.

mod frequency;

use std::borrow::Cow;
use std::sync::Arc;

use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{
    Content, Needed, Node, Notes, Read, Spanned, inline_schemas, scalar, section, shown,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use self::frequency::COUNT_MAX;
pub(crate) use self::frequency::{Amount, Frequency, Unit};
use crate::authorization::InputPlace;
use crate::codes;
use crate::login_place::value_place;
use crate::quantity::Count;
use crate::rates::{RateCost, RateKey};
use crate::word::{CountsWord, Names};

section! {
    /// One bound on how often requests come, or on how many are under way at a time. Of several that concern a
    /// request, all must have room, or it takes nothing from any.
    struct RateSection, later [], {
        /// The operations that it counts together, over all versions: `[login, "resetPin*"]`, by operationId or
        /// by `POST /login`; `*` stands for any text. Default: every request; where objects of a resource are counted,
        /// those that name one.
        of: Option<Names>,
        /// What each count is of: `caller`, `address`, `network`, `key`, `role`, `operation`, `everybody`, an
        /// attribute (`caller.tenant`), or a value of the request (`body./email`, `path.id`, `query.q`,
        /// `header.x-shop`, `cookie.cart`), or a resource of the policy (`Order`): the object that the request names,
        /// wherever its id stands. A list is their combination. `address` and `network` count requests
        /// of no verified caller, `caller` and what is said of callers those of one. Requests without the value,
        /// and those with several, count as one.
        per: Needed<RateKeys>,
        /// How many in which time: `100/s`, `5/15min`, `1000/day`; with `cost: bytes` how much, `100MiB/h`, and with
        /// `cost: time` how long, `60s/min`. They come back evenly: of `5/15min` one each three minutes. It begins anew
        /// when the gateway starts, and counts in one process.
        rate: Option<Needed<Spanned<Frequency>>>,
        /// How many of them at once. Default: all that `rate` names, 1000 requests at most.
        burst: Option<Needed<Spanned<Amount>>>,
        /// For how many a request counts: a number, or where the request has one, as `query.page_size`. One that
        /// costs more than `burst` never passes; one without the value counts for 1. `bytes`: for the bytes of its body
        /// and of the answer's. `time`: for the time that the API takes. Both are known when it is over, so a request passes
        /// while anything is left, and is charged then, whatever became of it. Default: `1`.
        cost: Option<Spanned<Cost>>,
        /// Instead of `rate`: how many may be in the API at a time. One more is refused at once.
        at_once: Option<Needed<Spanned<Count>>>,
        /// `true` counts requests of verified callers by `address` and `network`, too. Default: `false`, because
        /// an office of fifty behind one address is no attacker.
        counts_callers: Option<Spanned<bool>>,
        /// `success` counts only requests that the API answers with a status below 400. Each is counted when it
        /// comes, and given back when the API says no or was not asked; where nobody knows what became of it, it
        /// stays counted. Default: `every`, because trying costs, too.
        counts: Option<Spanned<CountsWord>>,
        /// With `rate`: counts only values there (`body./code`, `path.id`) that the same key did not show lately; the
        /// same value again is free. A request without the value, or with several, always counts.
        distinct: Option<Spanned<Distinct>>,
        /// Instead of `rate`: `true` lets one request pass, ever, of each that it counts. It outlives restarts, so it
        /// needs `store`. It counts when the API answered with a status below 400, or nobody knows what became of
        /// it. A request without the value, or with several, is refused.
        once: Option<Spanned<bool>>,
    }
}

/// One key, or several.
#[derive(Debug)]
pub(crate) struct RateKeys(pub(crate) Vec<Spanned<RateKey>>);

impl Read for RateKeys {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if let Content::List(_) = node.content {
            return Read::read(node, notes).map(Self);
        }
        Read::read(node, notes).map(|one| Self(vec![one]))
    }
}

impl JsonSchema for RateKeys {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "RateKeys".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 },
            ],
            "examples": ["caller", "address", ["caller", "query.q"], "body./email"],
        })
    }
}

pub(crate) const WORDS: [(&str, RateKey); 7] = [
    ("caller", RateKey::Caller),
    ("address", RateKey::Address),
    ("network", RateKey::Network),
    ("key", RateKey::Key),
    ("role", RateKey::Role),
    ("operation", RateKey::Operation),
    ("everybody", RateKey::Everybody),
];

impl Read for RateKey {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let key = key(text);
        if key.is_none() {
            notes.push(|| {
                not_counted(
                    text,
                    node.span,
                    did_you_mean(text, WORDS.iter().map(|(word, _)| *word)),
                )
            });
        }
        key
    }
}

/// What no request is counted by.
pub(crate) fn not_counted(text: &str, span: Span, near: Option<&str>) -> Diagnostic {
    let help = near.map_or_else(
        || {
            "write `caller`, `address`, `network`, `key`, `role`, `operation`, `everybody`, \
             `caller.tenant`, a place as `body./email`, `path.id`, `query.q`, or a resource"
                .to_owned()
        },
        |near| format!("did you mean `{near}`?"),
    );
    Diagnostic::error(&codes::UNKNOWN_WORD, format!("{} cannot be counted", shown(text)))
        .at(span)
        .help(help)
}

fn key(text: &str) -> Option<RateKey> {
    if let Some((_, key)) = WORDS.iter().find(|(word, _)| *word == text) {
        return Some(key.clone());
    }
    match text.strip_prefix("caller.") {
        Some("") => None,
        Some("subject") => Some(RateKey::Caller),
        Some("role") => Some(RateKey::Role),
        Some(name) => Some(RateKey::Attribute(Arc::from(name))),
        None if is_name(text) => Some(RateKey::Object(Arc::from(text))),
        None => value_place(text).map(RateKey::Value),
    }
}

/// Whether it may be the name of a resource; whether it is one is known when all is joined.
fn is_name(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    !text.is_empty() && text.bytes().all(is_letter)
}

/// For how many a request counts.
#[derive(Debug)]
pub(crate) struct Cost(pub(crate) RateCost);

impl Read for Cost {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let number = text.parse::<u32>().ok().filter(|number| (1..=COUNT_MAX).contains(number));
        let cost = match text {
            "bytes" => Some(RateCost::Bytes),
            "time" => Some(RateCost::Time),
            _ => number.map(RateCost::Fixed).or_else(|| value_place(text).map(RateCost::Of)),
        };
        if cost.is_none() {
            notes.push(|| {
                Diagnostic::error(&codes::BAD_LIMIT, format!("{} is no cost", shown(text)))
                    .at(node.span)
                    .help(format!(
                        "write a whole number from 1 to {COUNT_MAX}, a place as `query.page_size`, `bytes` or `time`"
                    ))
            });
        }
        cost.map(Self)
    }
}

/// Of which value each is counted once.
#[derive(Debug)]
pub(crate) struct Distinct(pub(crate) InputPlace);

impl Read for Distinct {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let place = value_place(text);
        if place.is_none() {
            notes.push(|| {
                let message = format!("{} is no place of a value", shown(text));
                Diagnostic::error(&codes::UNKNOWN_WORD, message).at(node.span).help(
                    "write `body./code`, `path.id`, `query.q`, `header.x-shop` or `cookie.cart`",
                )
            });
        }
        place.map(Self)
    }
}

inline_schemas! {
    Distinct: { "type": "string", "examples": ["body./code", "path.id"] },
    Cost: { "type": ["string", "integer"], "examples": [10, "query.page_size", "bytes", "time"] },
}
