//! C10: are authorization codes short-lived and refresh tokens one-time?

use super::bound_to_their_browser::issuers;
use super::issuer::{self, Asked as Probes};
use crate::answer::{Answer, DEPLOYMENT, Question, many};
use crate::asked::Asked;
use crate::seen::Seen;

/// Seconds for which the token before a renewal is honoured, for requests that were under way.
const GRACE_S: u64 = 10;

pub(super) const QUESTION: Question = Question {
    item: "C10",
    text: "are codes short-lived and refresh tokens used once?",
    about: "the issuer",
    repeat: "portcullis audit --issuer URL --client FILE",
    lasts_days: 30,
};

pub(super) const PROBES: Probes = Probes {
    any_of: &[
        "token-code-replay",
        "token-code-lifetime",
        "token-code-other-client",
        "token-replay-revokes",
        "refresh-rotation",
        "refresh-reuse-revokes",
    ],
    needed: &["token-code-replay", "token-code-lifetime", "refresh-rotation"],
    fix: "at the issuer: a code is good once and for a minute, a refresh token of a public client once, and its second use \
          ends what came of the first (RFC 6749 section 4.1.2, RFC 9700 section 4.14.2)",
};

const SUPPLY: &str = "--issuer URL --client FILE: an issuer on this machine, a client that is registered there, a user who \
                      can log in, and `code_lifetime_s`";

pub(super) fn answer(asked: Option<&Asked<'_>>, seen: &Seen) -> Answer {
    let ours = asked.and_then(ours);
    if let Some(shown) = issuer::answer(QUESTION, seen.issuer.as_ref(), &PROBES) {
        return shown.beside(ours);
    }
    let named = asked.map_or(0, issuers);
    let flows = seen.documents.as_ref().map_or(0, |documents| documents.code_flows);
    match ours {
        // Nobody else gives out codes or refresh tokens.
        Some(ours) if named == 0 && flows == 0 => ours,
        ours => {
            let refreshed = seen.documents.as_ref().map_or(0, |documents| documents.refreshed);
            let evidence = format!(
                "no issuer was asked; the policy names {named}, documents declare {} with codes ({refreshed} of \
                 them with refresh), and none of them says how often or how long these are good",
                many(flows, "flow")
            );
            QUESTION.not_checkable(evidence, SUPPLY).beside(ours)
        }
    }
}

/// The logins whose tokens the gateway exchanges for its own.
fn ours(asked: &Asked<'_>) -> Option<Answer> {
    let logins: Vec<_> = asked.models().flat_map(|model| &model.callers.logins).collect();
    let longest = logins.iter().map(|login| login.lifetime).max()?;
    let refreshed = logins.iter().filter(|login| login.refresh.is_some()).count();
    let question = QUESTION.of(DEPLOYMENT, "portcullis sessions list -c CONFIG");
    let seen = format!(
        "{} exchanged for tokens of the gateway, which live for {} at most; no codes are given out",
        if logins.len() == 1 {
            "1 login is".to_owned()
        } else {
            format!("{} logins are", logins.len())
        },
        many(usize::try_from(longest.as_secs().div_ceil(3600)).unwrap_or(usize::MAX), "hour")
    );
    if refreshed == 0 {
        return Some(question.yes(format!("{seen}, and no refresh tokens")));
    }
    // Ours goes with the API's: where that one stays, so does ours.
    Some(question.not_checkable(
        format!(
            "{seen}; {refreshed} of them give refresh tokens: one is replaced whenever the API replaces its own, is then \
             honoured for {GRACE_S} s more, and ends the session when it comes later"
        ),
        "whether the API gives another refresh token at each use: its answer to the operation under `refresh`",
    ))
}
