//! C2: can keys be regenerated?

use super::issuer::{self, Asked as Probes};
use crate::answer::{Answer, DEPLOYMENT, Question};
use crate::asked::Asked;
use crate::drill::Outcome;
use crate::seen::Seen;

pub(super) const QUESTION: Question = Question {
    item: "C2",
    text: "can keys be regenerated, so that the old ones open nothing?",
    about: DEPLOYMENT,
    repeat: "portcullis keys roll -c CONFIG --id ID --overlap 24h; portcullis keys revoke -c CONFIG --id ID",
    lasts_days: 90,
};

pub(super) const PROBES: Probes = Probes {
    any_of: &["revoke-refresh", "revoke-still-active"],
    needed: &["revoke-refresh"],
    fix: "at the issuer: a revoked refresh token opens nothing, and takes its access tokens with it (RFC 7009 section 2.1)",
};

/// What an issuer gives out.
pub(super) fn at_issuer(seen: &Seen) -> Option<Answer> {
    issuer::answer(QUESTION, seen.issuer.as_ref(), &PROBES)
}

pub(super) fn answer(asked: &Asked<'_>, drilled: Option<&Outcome>) -> Answer {
    let is_ours = asked.models().map(|model| &model.callers).any(|callers| {
        callers.api_keys.is_some() || callers.passwords.is_some() || !callers.logins.is_empty()
    });
    let Some(drilled) = drilled.filter(|_| is_ours) else {
        return QUESTION.not_checkable(
            "no credential of callers is given out here",
            "how whoever gives them out exchanges and revokes them; or `api_keys`, to give out keys here",
        );
    };
    let drilled = match drilled {
        Ok(drilled) => &drilled.exchanged,
        Err(why) => {
            return QUESTION
                .not_checkable(why, "a folder for drills that this user may write to: `TMPDIR`");
        }
    };
    let (tries, ms) = (drilled.tries, drilled.took.as_millis());
    if let Some(first) = drilled.wrong.first() {
        let evidence = format!("{} of {tries} tries went wrong: {first}", drilled.wrong.len());
        return QUESTION.no(evidence, "report it: this is a flaw of the gateway");
    }
    QUESTION.yes(format!(
        "a canary key was issued, exchanged, used and revoked, a session ended, a password exchanged, in {ms} ms: in \
         {tries} tries nothing old opened, nor after the store was opened again"
    ))
}
