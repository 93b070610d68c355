//! How the credentials of an API's callers are known: what holds for the worst of them holds for all.

use std::collections::BTreeSet;

use portcullis_contract::{SchemeKind, SchemePlace};
use portcullis_controls::Plan;
use portcullis_controls::caller_identity::Expected as Caller;
use portcullis_policy::Callers;

use super::part::Part;
use super::said::{Said, held};

pub(super) fn said(part: Part, plan: &Plan) -> Said {
    let used = Used::of(plan);
    let callers = &plan.model.callers;
    let own_tokens = || used.tokens().all(|scheme| is_ours(callers, scheme));
    let own_keys = || used.keys().all(|scheme| is_ours(callers, scheme));
    match part {
        Part::Tokens => {
            held(own_tokens(), "only the API knows whether a token is genuine: `whoami`")
        }
        Part::Keys => held(own_keys(), "its keys are not given out here: `api_keys`"),
        Part::TokensAndKeys => held(
            own_tokens() && own_keys(),
            "only the API knows for what a token or key was given: `jwt`, `introspection`, `login`, `api_keys`",
        ),
        Part::Certificates => {
            let signed =
                |scheme| callers.certificates.iter().any(|one| one.schemes.contains(&scheme));
            held(
                used.certificates().all(signed),
                "nobody names the authority that signs clients: `certificates`",
            )
        }
        Part::Ends => held(
            used.all().all(|scheme| ends(plan, scheme)),
            "a credential works until it expires, whatever was said before: `introspection`, `ends_sessions`, or a \
             `store` for what is revoked",
        ),
        Part::Bound => held(
            callers.takes_bound_only() && callers.whoami.iter().all(|one| one.schemes.is_empty()),
            "a credential is good for whoever has it: `sender_constrained` in `jwt`, and nothing else that is taken",
        ),
        Part::Fresh => {
            let is_asked = callers.attributes.iter().all(|one| {
                one.whoami.is_some()
                    && one.claim.is_none()
                    && one.login.is_empty()
                    && one.learned.is_none()
            });
            let by_scope =
                plan.model.authorization.rules.iter().any(|rule| !rule.who.scopes.is_empty());
            held(
                is_asked && !callers.attributes.is_empty() && !by_scope,
                "rights are read from what callers show, or showed once: `attributes` by `whoami`",
            )
        }
        Part::Guesses => held(
            used.passwords().all(|one| callers.takes_passwords(one) || !callers.verifies(one)),
            "nobody counts wrong passwords there: `passwords`",
        ),
        _ => held(
            own_keys() && is_restricted(plan, &used),
            "a token that is for some things is taken for all: scopes in the document, or `scope` in `access`",
        ),
    }
}

/// Whether the gateway itself knows what comes by a scheme to be genuine.
fn is_ours(callers: &Callers, scheme: usize) -> bool {
    (callers.has_issuer(scheme)
        || callers.takes_keys(scheme)
        || callers.logins.iter().any(|login| login.takes(scheme)))
        && !told(callers, scheme)
}

/// Whether the API is asked about what nobody else knows.
fn told(callers: &Callers, scheme: usize) -> bool {
    callers.is_told_by_the_api(scheme)
}

/// Whether what comes by a scheme ends when somebody says so, and not only with its time.
fn ends(plan: &Plan, scheme: usize) -> bool {
    let callers = &plan.model.callers;
    let by_login = callers.logins.iter().any(|login| login.takes(scheme));
    let by_jwt = callers.jwt.iter().any(|one| one.schemes.contains(&scheme));
    callers.verifies(scheme)
        && !told(callers, scheme)
        && (!by_login || !callers.ends_sessions.is_empty())
        && (!by_jwt || plan.model.store.is_some())
        && !callers.certificates.iter().any(|one| one.schemes.contains(&scheme))
}

/// Whether each operation that takes a token of an issuer asks what it is for. What a login gave out is for all that its
/// owner may do.
fn is_restricted(plan: &Plan, used: &Used<'_>) -> bool {
    let callers = &plan.model.callers;
    if used.tokens().any(|scheme| told(callers, scheme) || !is_ours(callers, scheme)) {
        return false;
    }
    let asks = |operation: usize| {
        let rules = plan.model.authorization.rules.iter();
        let opening =
            rules.filter(|rule| !rule.forbids && rule.functions.binary_search(&operation).is_ok());
        let mut opening = opening.peekable();
        opening.peek().is_some() && opening.all(|rule| !rule.who.scopes.is_empty())
    };
    plan.operations.iter().enumerate().all(|(at, operation)| {
        let Caller::Callers(any_of) = &operation.caller else { return true };
        let by_issuer = any_of
            .iter()
            .filter(|one| one.schemes.iter().any(|scheme| callers.has_issuer(*scheme)));
        by_issuer.into_iter().all(|one| !one.scopes.is_empty()) || asks(at)
    })
}

/// The schemes of the document that open an operation, by their index.
struct Used<'a> {
    plan: &'a Plan,
    schemes: BTreeSet<usize>,
}

impl<'a> Used<'a> {
    fn of(plan: &'a Plan) -> Self {
        let schemes = plan.operations.iter().flat_map(|operation| operation.caller.schemes());
        Self { plan, schemes: schemes.collect() }
    }

    fn all(&self) -> impl Iterator<Item = usize> {
        self.schemes.iter().copied()
    }

    fn those(&self, is_it: fn(SchemeKind, &SchemePlace) -> bool) -> impl Iterator<Item = usize> {
        self.all().filter(move |at| {
            let scheme = self.plan.model.contract.schemes.get(*at);
            scheme.is_some_and(|scheme| is_it(scheme.kind, &scheme.place))
        })
    }

    fn tokens(&self) -> impl Iterator<Item = usize> {
        self.those(|_, place| matches!(place, SchemePlace::Authorization(word) if word != "basic"))
    }

    fn passwords(&self) -> impl Iterator<Item = usize> {
        self.those(|_, place| matches!(place, SchemePlace::Authorization(word) if word == "basic"))
    }

    fn keys(&self) -> impl Iterator<Item = usize> {
        self.those(|kind, _| kind == SchemeKind::ApiKey)
    }

    fn certificates(&self) -> impl Iterator<Item = usize> {
        self.those(|_, place| *place == SchemePlace::MutualTls)
    }
}
