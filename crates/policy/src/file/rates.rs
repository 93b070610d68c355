//! The section `rates`: how often requests may come, and how many at a time.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use portcullis_model::{Diagnostic, did_you_mean};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::authorization::InputPlace;
use crate::codes;
use crate::login_place::value_place;
use crate::notes::{Notes, shown};
use crate::quantity::Count;
use crate::rates::{RateCost, RateKey};
use crate::section::{Needed, Read, Spanned, inline_schemas, scalar, section};
use crate::word::{CountsWord, Names};
use crate::yaml::{Content, Node};

section! {
    /// One bound on how often requests come, or on how many are under way at a time. Of several that concern a
    /// request, all must have room, or it takes nothing from any.
    struct RateSection, later [], {
        /// The operations that it counts together, over all versions: `[login, "resetPin*"]`, by operationId or
        /// by `POST /login`; `*` stands for any text. Default: every request.
        of: Option<Names>,
        /// What each count is of: `caller`, `address`, `network`, `key`, `role`, `operation`, `everybody`, an
        /// attribute (`caller.tenant`), or a value of the request (`body./email`, `path.id`, `query.q`,
        /// `header.x-shop`, `cookie.cart`); a list is their combination. `address` and `network` count requests
        /// of no verified caller, `caller` and what is said of callers those of one. Requests without the value,
        /// and those with several, count as one.
        per: Needed<RateKeys>,
        /// How many in which time: `100/s`, `5/15min`, `1000/day`. They come back evenly: of `5/15min` one each
        /// three minutes. It begins anew when the gateway starts, and counts in one process.
        rate: Option<Needed<Spanned<Frequency>>>,
        /// How many of them at once. Default: all that `rate` names, 1000 at most.
        burst: Option<Spanned<Count>>,
        /// For how many a request counts: a number, or where the request has one, as `query.page_size`. One that
        /// costs more than `burst` never passes; one without the value counts for 1. Default: `1`.
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

const WORDS: [(&str, RateKey); 7] = [
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
                let near = did_you_mean(text, WORDS.iter().map(|(word, _)| *word));
                let help = near.map_or_else(
                    || {
                        "write `caller`, `address`, `network`, `key`, `role`, `operation`, `everybody`, \
                         `caller.tenant`, or a place as `body./email`, `path.id`, `query.q`"
                            .to_owned()
                    },
                    |near| format!("did you mean `{near}`?"),
                );
                Diagnostic::error(&codes::UNKNOWN_WORD, format!("{} cannot be counted", shown(text)))
                    .at(node.span)
                    .help(help)
            });
        }
        key
    }
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
        None => value_place(text).map(RateKey::Value),
    }
}

/// For how many a request counts.
#[derive(Debug)]
pub(crate) struct Cost(pub(crate) RateCost);

impl Read for Cost {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let number = text.parse::<u32>().ok().filter(|number| (1..=COUNT_MAX).contains(number));
        let cost = number.map(RateCost::Fixed).or_else(|| value_place(text).map(RateCost::Of));
        if cost.is_none() {
            notes.push(|| {
                Diagnostic::error(&codes::BAD_LIMIT, format!("{} is no cost", shown(text)))
                    .at(node.span)
                    .help(format!(
                        "write a whole number from 1 to {COUNT_MAX}, or a place as `query.page_size`"
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

/// So many in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frequency {
    pub(crate) count: u32,
    pub(crate) per: Duration,
}

/// How many one rate may name.
pub(crate) const COUNT_MAX: u32 = 1_000_000;
/// The longest time of a rate.
const DAYS_MAX: u64 = 366;

const UNITS: [(&str, u64); 7] = [
    ("s", 1),
    ("min", 60),
    ("h", 3600),
    ("day", 86_400),
    ("d", 86_400),
    ("minute", 60),
    ("hour", 3600),
];

impl Frequency {
    /// `100/s`, `5/15min`.
    fn parse(text: &str) -> Option<Self> {
        let (count, time) = text.split_once('/')?;
        let count = count.trim().parse().ok().filter(|count| *count <= COUNT_MAX)?;
        let time = time.trim();
        let (number, unit) = time.split_at(time.find(|c: char| !c.is_ascii_digit())?);
        let number: u64 = if number.is_empty() { 1 } else { number.parse().ok()? };
        let (_, seconds) = UNITS.iter().find(|(known, _)| *known == unit.trim_start())?;
        let seconds = number.checked_mul(*seconds)?;
        let is_meant = (1..=DAYS_MAX * 86_400).contains(&seconds);
        is_meant.then_some(Self { count, per: Duration::from_secs(seconds) })
    }
}

impl std::fmt::Display for Frequency {
    /// In the longest unit without a remainder: `5/15min`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.per.as_secs();
        let units = [("day", 86_400), ("h", 3600), ("min", 60)];
        let unit = units.into_iter().find(|(_, size)| seconds.is_multiple_of(*size));
        let (unit, size) = unit.unwrap_or(("s", 1));
        match seconds / size {
            1 => write!(f, "{}/{unit}", self.count),
            several => write!(f, "{}/{several}{unit}", self.count),
        }
    }
}

impl Read for Frequency {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let rate = Self::parse(text);
        if rate.is_none() {
            notes.push(|| {
                Diagnostic::error(&codes::BAD_LIMIT, format!("{} is no rate", shown(text)))
                    .at(node.span)
                    .label("how many in which time")
                    .help(format!(
                        "write `100/s`, `5/15min`, `20/h` or `1000/day`: at most {COUNT_MAX}, in at most \
                         {DAYS_MAX} days"
                    ))
            });
        }
        rate
    }
}

inline_schemas! {
    Frequency: {
        "type": "string",
        "pattern": "^[0-9]+ */ *[0-9]*(s|min|minute|h|hour|d|day)$",
        "examples": ["100/s", "5/15min", "1000/day"]
    },
    Distinct: { "type": "string", "examples": ["body./code", "path.id"] },
    Cost: { "type": ["string", "integer"], "examples": [10, "query.page_size"] },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_people_write_them() {
        let parse = |text| Frequency::parse(text).map(|rate| (rate.count, rate.per.as_secs()));
        assert_eq!(parse("100/s"), Some((100, 1)));
        assert_eq!(parse("5/15min"), Some((5, 900)));
        assert_eq!(parse("20 / h"), Some((20, 3600)));
        assert_eq!(parse("1000/day"), Some((1000, 86_400)));
        assert_eq!(parse("0/s"), Some((0, 1)));
        for text in ["100/s", "5/15min", "20/h", "1000/day", "7/90s"] {
            assert_eq!(Frequency::parse(text).map(|rate| rate.to_string()).as_deref(), Some(text));
        }
        for text in [
            "100",
            "100/",
            "/s",
            "100/ms",
            "1.5/s",
            "-1/s",
            "100/0s",
            "9999999/s",
            "1/367d",
            "1/s/s",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
