//! # `caller_identity`
//!
//! An operation that needs a caller is reached only by one: with a credential that its contract takes
//! and that was verified, by its signature, by who issued it, by the API itself, or by us. An operation
//! of which nobody says who may call it is closed. Guessing is slow.
//!
//! ## Why
//!
//! The most frequent hole is not a weak check but none: an operation that somebody forgot to
//! protect (OWASP API2; CWE-306, CWE-862). The next ones are checks that take a token for genuine
//! which is not (`alg: none`, a public key for a secret, no audience, no end; CWE-347, CWE-290, CWE-613),
//! and logins that may be tried a million times (CWE-307) or tell which accounts exist (CWE-204).
//!
//! ## Example
//!
//! ```yaml
//! callers:
//!   jwt: { issuer: "https://login.example.com", audience: shop }
//!   attributes: { role: { claim: /roles } }
//! ```
//!
//! The contract says `security: [{ bearer: [] }]` for `getOrder`. Without `Authorization: Bearer ...`, or
//! with a token that this issuer did not sign for this audience, the answer is 401 and the API is not
//! asked. What is not verified does not go on to the API on open operations either. An operation without
//! any statement is closed as soon as there is a policy file; `access: [{ anyone: [getHealth] }]` or
//! `access: [{ callers: [getHealth] }]` opens it. A stranger gets the same 401 for every path that is not
//! open to anyone, whether it exists or not; an API that is public anyway says `published: true`.
//!
//! Ten wrong passwords of an account in a quarter of an hour, or five wrong codes, are answered 429 from
//! then on, over all versions of the operation, except to whoever was right from the same network before.
//!
//! ## Limits
//!
//! What no line of `callers` verifies is asked for its presence alone: the ledger then says `caller not
//! verified`, and on a listener that is not loopback such an operation is closed. A token that its issuer
//! revokes before its end holds on, unless its issuer is asked (`introspection`). What the caller may do is
//! not asked here. Counts of wrong attempts are this process's own, and lost with a restart.

mod api_keys;
mod basic_passwords;
mod caller_token;
mod certificates;
mod challenge;
mod guarded;
mod guessing;
mod key_function;
mod resource;
mod tokens;

use std::sync::Arc;

use portcullis_contract::{Operation, SchemePlace, Security, SecurityRequirement, SecurityScheme};
use portcullis_model::{
    Caller, Code, ControlId, Diagnostic, Identity, Refusal, Room, Status, shown,
};
use portcullis_policy::{Model, Posture};

use crate::face::{Expectation, Face, Judgement, Stride, Threat};

pub use api_keys::{KeyUse, key_fault, key_holder};
pub use basic_passwords::basic_passwords;
pub use caller_token::{CALLER_TOKEN_TYPE, claims, said};
pub use certificates::{Presented, holder};
pub use challenge::Told;
pub use guarded::{Guarded, api, is_met, takes_basic};
pub use guessing::{Counted, Guessed, rates, too_busy, too_many};
pub use key_function::{KeyAsk, judge_key};
pub use resource::{ResourceMetadata, WELL_KNOWN};
pub use tokens::{IntrospectionRule, NoRule, TokenRule};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::CallerIdentity,
    item: "A2",
    guarantee: "an operation that needs a caller is reached only with a declared credential that is genuine",
    threat: Threat {
        id: "broken-authentication",
        text: "somebody calls as nobody or as somebody else: without a credential, with a forged, stolen \
               or guessed one",
        stride: Stride::Spoofing,
        cwe: &[204, 287, 290, 306, 307, 347, 613, 862],
    },
    rooms: &[Room::Authenticate, Room::Reserve, Room::Inspect],
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
           operation\n  - callers: [getStatus]  # or every verified caller\n```\n\nOn a listener that is not \
           loopback, operations that need a caller are closed, too, where nothing in `callers` \
           verifies one: name the issuer of its tokens (`jwt`), the API's own login (`login`), or an \
           operation that tells who calls (`whoami`).",
};

static NOT_VERIFIED: Code = Code {
    name: "caller-not-verified",
    page: "Nobody verifies credentials of this scheme. On a loopback listener, an operation that takes it is \
           reached with anything that looks like one, and the ledger says `caller not verified`; on any \
           other listener it is closed.\n\nThe API may well verify it. But then only the API knows who \
           calls, guessing is counted by address alone, and nothing here can ask whose an object is.\n\n\
           ```yaml\ncallers:\n  jwt: { issuer: \"https://login.example.com\", audience: shop }   # tokens of \
           an issuer\n  whoami: { operation: getProfile, subject: /email, schemes: [apiKey] }     # what \
           only the API knows\n```\n\nWhere another line of `callers` verifies the other schemes of an \
           operation, this one is a way around them: verify it, or take it out of the document.",
};

static OTHER_VERSION: Code = Code {
    name: "caller-other-version",
    page: "An operation that is open to anyone looks like another version of a login that the policy names: \
           the same method and path, but for `v1`, `v2` and the like. Wrong attempts at it are counted \
           together with those at the named one. But its answer is not looked into: the API's own token \
           leaves there. That token opens nothing here; it does wherever the API can be reached.\n\n\
           ```yaml\ncallers:\n  login:\n    - { operation: login, account: body./email, secret: body./password, \
           token: answer./token, issuer: customers }\n    - { operation: loginV1, account: body./email, secret: \
           body./password, token: answer./token, issuer: customers }\n```",
};

/// The codes of this control.
pub const CODES: [&Code; 4] =
    [&CLOSED, &NOT_VERIFIED, &OTHER_VERSION, &basic_passwords::BASIC_PASSWORDS];

/// Who may call an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Anybody.
    Anyone,
    /// Somebody with all credentials of one of these alternatives.
    Callers(Vec<Alternative>),
    /// Nobody, and why.
    Closed(&'static str),
}

/// Credentials that are enough together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The schemes, by their index in the contract.
    pub schemes: Vec<usize>,
    /// What each of them must be good for.
    pub scopes: Vec<(usize, String)>,
    /// Whether every one of them can be verified. If not, their presence is all that is asked.
    pub is_verified: bool,
}

/// What a request proved by one scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// No credential is there.
    Absent,
    /// One is there, and nobody here can verify it.
    Present,
    /// It is genuine, and this is whose it is.
    Verified(Arc<Identity>),
    /// It is not genuine, or not good any more: why, for the ledger alone.
    Rejected(&'static str),
}

impl Expected {
    /// What contract, policy and listener say together (rules 7 and 26).
    pub fn derive(model: &Model, operation: usize) -> Self {
        const NOT_STATED: &str = "neither contract nor policy says who may call it";
        const NOT_VERIFIED: &str = "it needs a caller, nothing in `callers` verifies one for it, and \
                                    the listener is not loopback";
        const NO_CALLERS: &str =
            "the policy wants a verified caller, and `callers` verifies nobody";
        let says = |list: &[bool]| list.get(operation).copied().unwrap_or(false);
        if says(&model.access.anyone) {
            return Self::Anyone;
        }
        let is_loopback = model.listen.ip().is_loopback();
        match model.contract.operation(operation).map(|operation| &operation.security) {
            Some(Security::Required { any_of, .. }) => {
                let alternative = |one: &SecurityRequirement| Alternative::of(one, model);
                let all = any_of.iter().map(alternative);
                // Where the API's login is exchanged, its own credential would pass by another scheme.
                let is_guarded = !model.callers.logins.is_empty();
                let is_possible = |one: &Alternative| {
                    one.is_verified || is_loopback && (!is_guarded || one.verifies_any(model))
                };
                let possible: Vec<_> = all.filter(is_possible).collect();
                if possible.is_empty() {
                    Self::Closed(NOT_VERIFIED)
                } else {
                    Self::Callers(possible)
                }
            }
            Some(_) if says(&model.access.callers) => {
                let verified: Vec<_> = Alternative::each_verified(model).collect();
                if verified.is_empty() { Self::Closed(NO_CALLERS) } else { Self::Callers(verified) }
            }
            Some(Security::Anonymous { .. }) => Self::Anyone,
            Some(Security::NotStated) if is_loopback && model.posture == Posture::ContractOnly => {
                Self::Anyone
            }
            Some(Security::NotStated) | None => Self::Closed(NOT_STATED),
        }
    }

    /// The schemes that matter, each once.
    pub fn schemes(&self) -> Vec<usize> {
        let Self::Callers(any_of) = self else { return Vec::new() };
        let mut schemes: Vec<usize> = any_of.iter().flat_map(|one| &one.schemes).copied().collect();
        schemes.sort_unstable();
        schemes.dedup();
        schemes
    }

    /// Who is calling. `proof` tells what a request proved by a scheme.
    pub fn judge(&self, told: Told<'_>, proof: impl Fn(usize) -> Proof) -> Judgement<Caller> {
        let any_of = match self {
            Self::Anyone => return Judgement::Pass(Caller::Anonymous),
            Self::Closed(why) => {
                let refusal =
                    Refusal::new(ControlId::CallerIdentity, Status::FORBIDDEN, "closed", *why);
                return Judgement::Refuse(refusal, Caller::Anonymous);
            }
            Self::Callers(any_of) => any_of,
        };
        let mut nearest = Outcome::Missing;
        for alternative in any_of {
            match alternative.outcome(&proof) {
                Outcome::Met(caller) => return Judgement::Pass(caller),
                outcome => nearest = nearest.or(outcome),
            }
        }
        let challenges = challenge::challenges(told, &nearest);
        Judgement::Refuse(nearest.refusal().with_field(CHALLENGE, challenges), Caller::Anonymous)
    }
}

/// What a stranger is told of every path that is not open to anyone, declared or not (rule 8): what is
/// there is for callers to know. `is_rejected`: a credential was shown, and is not good.
pub fn stranger(told: Told<'_>, is_rejected: bool, detail: String) -> Refusal {
    let outcome = if is_rejected { Outcome::Rejected("stranger") } else { Outcome::Missing };
    Refusal { detail, ..outcome.refusal() }
        .with_field(CHALLENGE, challenge::challenges(told, &outcome))
}

/// How far a request came with one alternative; what is nearer to being met wins.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Missing,
    Rejected(&'static str),
    Insufficient(String),
    Met(Caller),
}

impl Outcome {
    fn or(self, other: Self) -> Self {
        let rank = |outcome: &Self| match outcome {
            Self::Missing => 0,
            Self::Rejected(_) => 1,
            Self::Insufficient(_) => 2,
            Self::Met(_) => 3,
        };
        if rank(&other) > rank(&self) { other } else { self }
    }

    /// What is said of a request that met none: that a credential is not good, and never why
    /// (RFC 6750 section 3.1).
    fn refusal(&self) -> Refusal {
        let refuse = |status, reason, detail: String| {
            Refusal::new(ControlId::CallerIdentity, status, reason, detail)
        };
        match self {
            Self::Missing | Self::Met(_) => refuse(
                Status::UNAUTHORIZED,
                "no_credential",
                "no credential of a declared kind was shown".to_owned(),
            ),
            Self::Rejected(why) => refuse(
                Status::UNAUTHORIZED,
                "bad_credential",
                format!("the credential is not good: {why}"),
            ),
            Self::Insufficient(scopes) => refuse(
                Status::FORBIDDEN,
                "insufficient_scope",
                format!("the token is not good for `{scopes}`"),
            ),
        }
    }
}

impl Alternative {
    fn of(requirement: &SecurityRequirement, model: &Model) -> Self {
        let SecurityRequirement { mut schemes, scopes } = requirement.clone();
        // Beside a token, a certificate says which program calls: the token says for whom.
        let is_certificate = |scheme: &usize| {
            let scheme = model.contract.schemes.get(*scheme);
            scheme.is_some_and(|scheme| scheme.place == SchemePlace::MutualTls)
        };
        schemes.sort_by_key(is_certificate);
        let is_verified = schemes.iter().all(|scheme| model.callers.verifies(*scheme));
        Self { schemes, scopes, is_verified }
    }

    fn verifies_any(&self, model: &Model) -> bool {
        self.schemes.iter().any(|scheme| model.callers.verifies(*scheme))
    }

    /// Each scheme that can be verified, alone.
    fn each_verified(model: &Model) -> impl Iterator<Item = Self> {
        let schemes = 0..model.contract.schemes.len();
        let verified = schemes.filter(|scheme| model.callers.verifies(*scheme));
        verified.map(|scheme| Self { schemes: vec![scheme], scopes: Vec::new(), is_verified: true })
    }

    fn outcome(&self, proof: impl Fn(usize) -> Proof) -> Outcome {
        let mut caller: Option<Arc<Identity>> = None;
        let mut is_missing = false;
        for scheme in &self.schemes {
            match proof(*scheme) {
                Proof::Absent => is_missing = true,
                Proof::Rejected(why) => return Outcome::Rejected(why),
                Proof::Present if self.is_verified => return Outcome::Rejected("not_verified"),
                Proof::Present => {}
                Proof::Verified(identity) => {
                    let asked = self.scopes.iter().filter(|(of, _)| of == scheme);
                    let has = |scope: &str| identity.scopes.iter().any(|known| **known == *scope);
                    if let Some((_, missing)) = asked.into_iter().find(|(_, scope)| !has(scope)) {
                        return Outcome::Insufficient(missing.clone());
                    }
                    // Several together: the first one says who it is, the others stand for it.
                    caller.get_or_insert(identity);
                }
            }
        }
        match caller {
            _ if is_missing => Outcome::Missing,
            Some(identity) if self.is_verified => Outcome::Met(Caller::Verified(identity)),
            _ => Outcome::Met(Caller::NotVerified),
        }
    }
}

const CHALLENGE: &str = "WWW-Authenticate";

/// A login that the policy does not know beside one that it does: its token would leave.
fn other_version(model: &Model, index: usize, declared: &Operation) -> Option<Diagnostic> {
    let logins = &model.callers.logins;
    let is_known = logins.iter().any(|login| login.operation == index);
    let same = Guarded::same_function(model, declared).filter(|_| !is_known)?;
    let login = logins.iter().find(|login| login.operation == same)?;
    let named = model.contract.operation(login.operation)?;
    let (own, named) = (shown(&declared.name()), shown(&named.name()));
    let message =
        format!("{own} looks like another version of the login {named}, and is not named");
    let problem = Diagnostic::warning(&OTHER_VERSION, message).at(declared.span);
    Some(
        problem
            .label("its answer would hand out the API's own token")
            .help("add it to `login`, with the same `issuer`; or close it"),
    )
}

/// The same for every operation that takes it.
fn presence_only(scheme: &SecurityScheme) -> Diagnostic {
    let name = shown(&scheme.name);
    let message = format!("nobody verifies {name}: that something is shown is all that is asked");
    Diagnostic::warning(&NOT_VERIFIED, message)
        .at(scheme.span)
        .label("a credential of this scheme")
        .help(
            "say under `callers` how: `jwt` or `introspection` for tokens of an issuer, `login` for the \
             API's own, `whoami` for what only the API knows",
        )
}

fn expectation(model: &Model, operation: usize) -> Expectation {
    let Some(declared) = model.contract.operation(operation) else {
        return Expectation::NotApplicable("no such operation");
    };
    match Expected::derive(model, operation) {
        Expected::Anyone => match other_version(model, operation, declared) {
            Some(problem) => Expectation::Missing(vec![problem]),
            None => Expectation::NotApplicable("anyone may call it"),
        },
        Expected::Callers(any_of) if any_of.iter().all(|one| one.is_verified) => {
            Expectation::Required("a declared credential is there, and genuine".to_owned())
        }
        // Without a policy nobody decided anything; that is said once, at the start.
        Expected::Callers(_) if model.posture == Posture::ContractOnly => {
            Expectation::Required("a declared credential is present (not verified)".to_owned())
        }
        Expected::Callers(any_of) => {
            let schemes = any_of.iter().flat_map(|one| &one.schemes);
            let unverified = schemes.filter(|scheme| !model.callers.verifies(**scheme));
            let unverified = unverified.filter_map(|index| model.contract.schemes.get(*index));
            Expectation::Missing(unverified.map(presence_only).collect())
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
