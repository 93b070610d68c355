//! # `caller_identity`
//!
//! First part: an operation that needs a caller is not reached without a credential of a declared
//! kind, and an operation of which nobody says who may call it is closed.
//!
//! ## Why
//!
//! The most frequent hole is not a weak check but none: an operation that somebody forgot to
//! protect (OWASP API2; CWE-306, CWE-862).
//!
//! ## Example
//!
//! The contract says `security: [{ bearer: [] }]` for `getOrder`. A request without
//! `Authorization: Bearer ...` is answered 401 and never reaches the API. An operation without
//! any statement is closed as soon as there is a policy file; `access: [{ anyone: [getHealth] }]`
//! opens it.
//!
//! ## Limits
//!
//! Credentials are **not verified** in this version: their presence is checked, the ledger says
//! `caller not verified`, and on a listener that is not loopback every operation that needs a
//! caller is closed.

use portcullis_contract::{SchemePlace, Security, SecurityRequirement, SecurityScheme};
use portcullis_model::{Caller, Code, ControlId, Diagnostic, Refusal, Room, Status};
use portcullis_policy::{Model, Posture};

use crate::face::{Expectation, Face, Judgement, Stride, Threat};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::CallerIdentity,
    item: "A2",
    guarantee: "an operation that needs a caller is not reached without a declared credential",
    threat: Threat {
        id: "missing-authentication",
        text: "an operation that nobody protects is called by anybody",
        stride: Stride::Spoofing,
        cwe: &[306, 862],
    },
    rooms: &[Room::Authenticate],
    expectation,
    source: include_str!("caller_identity.rs"),
};

static CLOSED: Code = Code {
    name: "caller-operation-closed",
    page: "Nobody says who may call this operation, so it is closed and answered 403.\n\nA \
           statement is: `security` on the operation (`security: []` there means anyone), a \
           `security` list with at least one scheme at the root of the contract, or a line in \
           the policy. `security: []` at the root is a default that generators write, and states \
           nothing.\n\n```yaml\naccess:\n  - anyone: [getHealth]   # or \"*\" for every \
           operation\n```\n\nOn a listener that is not loopback, operations that need a caller \
           are closed too, because this version does not verify credentials.",
};

/// The codes of this control.
pub const CODES: [&Code; 1] = [&CLOSED];

/// Who may call an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Anybody.
    Anyone,
    /// Somebody with all credentials of one of these alternatives.
    Present(Vec<SecurityRequirement>),
    /// Nobody, and why.
    Closed(&'static str),
}

impl Expected {
    /// What contract, policy and listener say together (rules 7 and 26).
    pub fn derive(model: &Model, operation: usize) -> Self {
        const NOT_STATED: &str = "neither contract nor policy says who may call it";
        const NOT_LOOPBACK: &str =
            "it needs a caller, credentials are not verified yet, and the listener is not loopback";
        if model.access.anyone.get(operation).copied().unwrap_or(false) {
            return Self::Anyone;
        }
        let is_loopback = model.listen.ip().is_loopback();
        match model.contract.operation(operation).map(|operation| &operation.security) {
            Some(Security::Anonymous { .. }) => Self::Anyone,
            Some(Security::Required { any_of, .. }) if is_loopback => Self::Present(any_of.clone()),
            Some(Security::Required { .. }) => Self::Closed(NOT_LOOPBACK),
            Some(Security::NotStated) if is_loopback && model.posture == Posture::ContractOnly => {
                Self::Anyone
            }
            Some(Security::NotStated) | None => Self::Closed(NOT_STATED),
        }
    }

    /// Who is calling. `is_shown` tells whether a credential stands at a place.
    pub fn judge(
        &self,
        schemes: &[SecurityScheme],
        is_shown: impl Fn(&SchemePlace) -> bool,
    ) -> Judgement<Caller> {
        match self {
            Self::Anyone => Judgement::Pass(Caller::Anonymous),
            Self::Closed(why) => Judgement::Refuse(
                Refusal::new(ControlId::CallerIdentity, Status::FORBIDDEN, "closed", *why),
                Caller::Anonymous,
            ),
            Self::Present(any_of) => {
                let is_met = |requirement: &SecurityRequirement| {
                    requirement
                        .schemes
                        .iter()
                        .all(|index| schemes.get(*index).is_some_and(|one| is_shown(&one.place)))
                };
                if any_of.iter().any(is_met) {
                    Judgement::Pass(Caller::NotVerified)
                } else {
                    Judgement::Refuse(missing(any_of, schemes), Caller::Anonymous)
                }
            }
        }
    }
}

/// 401 with the challenges of the declared schemes (RFC 9110 section 11.6.1).
fn missing(any_of: &[SecurityRequirement], schemes: &[SecurityScheme]) -> Refusal {
    let mut challenges: Vec<&str> = any_of
        .iter()
        .flat_map(|requirement| &requirement.schemes)
        .filter_map(|index| schemes.get(*index))
        .map(|scheme| match &scheme.place {
            SchemePlace::Authorization(auth) if auth == "basic" => {
                "Basic realm=\"api\", charset=\"UTF-8\""
            }
            SchemePlace::Authorization(auth) if auth == "digest" => "Digest realm=\"api\"",
            SchemePlace::Authorization(_) => "Bearer",
            _ => "ApiKey",
        })
        .collect();
    challenges.sort_unstable();
    challenges.dedup();
    Refusal::new(
        ControlId::CallerIdentity,
        Status::UNAUTHORIZED,
        "no_credential",
        "no credential of a declared kind was shown",
    )
    .with_field("WWW-Authenticate", challenges.join(", "))
}

fn expectation(model: &Model, operation: usize) -> Expectation {
    let Some(declared) = model.contract.operation(operation) else {
        return Expectation::NotApplicable("no such operation");
    };
    match Expected::derive(model, operation) {
        Expected::Anyone => Expectation::NotApplicable("anyone may call it"),
        Expected::Present(_) => {
            Expectation::Required("a declared credential is present (not verified)".to_owned())
        }
        Expected::Closed(why) => Expectation::Missing(vec![
            Diagnostic::warning(&CLOSED, format!("`{}` is closed: {why}", declared.name()))
                .at(declared.span)
                .help(format!(
                    "if anybody may call it, say so in the policy: access: [{{ anyone: [\"{}\"] }}]",
                    declared.name()
                )),
        ]),
    }
}
