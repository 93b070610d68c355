//! C8: can restricted keys give least access, and do they?

use crate::answer::{Answer, DEPLOYMENT, Question, many};
use crate::asked::{Asked, KnownKeys};

/// Names of keys that are shown.
const SHOWN_MAX: usize = 3;

pub(super) const QUESTION: Question = Question {
    item: "C8",
    text: "do keys give least access?",
    about: DEPLOYMENT,
    repeat: "portcullis keys list -c CONFIG; portcullis keys suggest -c CONFIG --days 30",
    lasts_days: 7,
};

pub(super) fn answer(asked: &Asked<'_>) -> Answer {
    match asked.keys {
        KnownKeys::NotIssued => QUESTION.not_checkable(
            "no keys are issued here",
            "what the keys of whoever issues them may do; or `api_keys`, to issue restricted ones here",
        ),
        KnownKeys::Unknown(why) => {
            QUESTION.not_checkable(why.clone(), "a store that can be read by this user, or its gateway")
        }
        KnownKeys::Known { count, unrestricted, has_more } => {
            let of = if *has_more { "the newest " } else { "" };
            let seen = format!("of {of}{}, {} may all that the owner may", many(*count, "key"), unrestricted.len());
            let Some(first) = unrestricted.first() else { return QUESTION.yes(seen) };
            let names = unrestricted.iter().take(SHOWN_MAX).map(String::as_str);
            QUESTION.no(
                format!("{seen}: {}", names.collect::<Vec<_>>().join(", ")),
                format!("portcullis keys roll -c CONFIG --id {first} --operation NAME (`keys suggest` says what it uses)"),
            )
        }
    }
}
