//! C9: are `state` and PKCE used, so that a login ends in the browser where it began?

use super::issuer::{self, Asked as Probes};
use crate::answer::{Answer, Question, many};
use crate::asked::Asked;
use crate::seen::Seen;

pub(super) const QUESTION: Question = Question {
    item: "C9",
    text: "are `state` and PKCE used against CSRF?",
    about: "the issuer",
    repeat: "portcullis audit --issuer URL --client FILE",
    lasts_days: 30,
};

pub(super) const PROBES: Probes = Probes {
    any_of: &[
        "authorize-state",
        "authorize-no-pkce",
        "authorize-pkce-plain",
        "authorize-implicit",
        "authorize-token-query",
        "token-verifier-wrong",
        "token-verifier-missing",
        "token-pkce-downgrade",
    ],
    needed: &["authorize-state", "token-verifier-wrong", "token-verifier-missing"],
    fix: "at the issuer: PKCE with `S256` for every client, no implicit flow, `state` sent back as it came (RFC 9700 \
          section 2.1)",
};

const SUPPLY: &str =
    "--issuer URL --client FILE: an issuer on this machine, and a client that is registered there";

pub(super) fn answer(asked: Option<&Asked<'_>>, seen: &Seen) -> Answer {
    let declared = declared(seen);
    if let Some(shown) = issuer::answer(QUESTION, seen.issuer.as_ref(), &PROBES) {
        return shown.beside(declared);
    }
    if let Some(declared) = declared {
        return declared;
    }
    let flows = seen.documents.as_ref().map_or(0, |documents| documents.code_flows);
    let issuers = asked.map_or(0, issuers);
    let evidence = match (issuers, flows) {
        (0, 0) => "no issuer was asked, and neither policy nor document names one".to_owned(),
        (issuers, flows) => format!(
            "no issuer was asked; the policy names {issuers}, documents declare {} with codes, and none of \
             them says whether `state` and PKCE are used",
            many(flows, "flow")
        ),
    };
    QUESTION.not_checkable(evidence, SUPPLY)
}

/// Issuers that the policy names.
pub(super) fn issuers(asked: &Asked<'_>) -> usize {
    asked.models().map(|model| model.callers.jwt.len() + model.callers.introspection.len()).sum()
}

/// What documents say against it: a flow without a code has no PKCE.
fn declared(seen: &Seen) -> Option<Answer> {
    let documents = seen.documents.as_ref()?;
    let first = documents.weak_flows.first()?;
    let question = QUESTION.of("documents", "portcullis audit PATH");
    Some(question.no(
        format!("documents declare {} without PKCE: {}", many(documents.weak_flows.len(), "flow"), first.told),
        "declare and use `authorizationCode` with PKCE in the place of `implicit` and `password` (RFC 9700 section 2.1.2)",
    ))
}
