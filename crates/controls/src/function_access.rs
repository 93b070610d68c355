//! # `function_access`
//!
//! A caller uses only the operations that a rule opens to them. Once a rule of the policy grants something,
//! what no rule grants is closed.
//!
//! ## Why
//!
//! Administrative operations are hidden by nothing but their address: whoever guesses `DELETE
//! /users/{id}` or `/staff/...` and has any token at all becomes an administrator (broken function level
//! authorization; OWASP API5; CWE-285, CWE-862, CWE-863). Many APIs check who calls and forget to check what
//! for.
//!
//! ## Example
//!
//! ```yaml
//! roles: { customer: [], staff: [customer], admin: [staff] }
//! access:
//!   - { callers: [getProfile, logout] }
//!   - { role: customer, may: [read, create], on: Order, when: mine }
//!   - { role: staff, may: [restockMedicine] }
//!   - { role: admin, may: "*" }
//!   - { forbid: [closeAccount], group: interns }
//! ```
//!
//! A customer who calls `restockMedicine` gets 403, and the API is not asked. `admin` includes `staff`, and
//! so may restock. What `forbid` says wins over every grant. An operation that no rule names is closed to
//! everybody, and `check` lists it.
//!
//! An operation that speaks GraphQL is many functions behind one name, so it is closed until the policy says
//! `graphql: uninspected`, whatever opens it otherwise.
//!
//! ## Limits
//!
//! Inside of GraphQL nothing is looked into. One that looks like something else (a JSON body without a schema at a path
//! of another name) is not known.
//!
//! Without a rule that says `may`, every verified caller may call what the contract opens to callers.
//! Roles are as fresh as what says them: a claim holds as long as its token, what `whoami` says for its
//! `cache`. What a function does inside is not seen: one operation that does different things by a value of
//! its body needs a condition on that value.

mod graphql;
mod reach;

use portcullis_model::{Caller, Code, ControlId, Diagnostic, Refusal, Room, Status, shown};
use portcullis_policy::{Model, Posture};

pub use graphql::{
    judge_graphql, judge_graphql_body, judge_graphql_bytes, judge_graphql_query, undecided_graphql,
};

use crate::face::{Expectation, Face, Judgement, Stride, Threat};
use crate::rules::{Asked, Function, Rules};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::FunctionAccess,
    item: "A5",
    guarantee: "a caller uses only the operations that a rule opens to them",
    threat: Threat {
        id: "broken-function-authorization",
        text: "a caller uses functions that are meant for others: those of staff and administrators",
        stride: Stride::ElevationOfPrivilege,
        cwe: &[285, 863, 269],
    },
    rooms: &[Room::AuthorizeFunction, Room::Validate, Room::AuthorizeObject],
    expectation,
    source: include_str!("function_access.rs"),
};

static CLOSED: Code = Code {
    name: "function-closed",
    page: "The policy has rules that grant something (`may`), and none of them opens this operation: it is \
           closed to everybody.\n\n```yaml\naccess:\n  - { callers: [getProfile] }                # every verified \
           caller\n  - { role: staff, may: [restockMedicine] }   # callers with a role\n  - { role: customer, may: \
           read, on: Order, when: mine }\n```\n\nIf nobody should call it, take it out of the document.",
};

static ADMINISTRATIVE: Code = Code {
    name: "function-administrative",
    page: "The path, tag or name of this operation says that it is for administrators, or it deletes without \
           saying what; and everybody may call it, or every caller with a role that others build on (one that \
           includes no other and that others include).\n\nGive it to the role that needs it:\n\n```yaml\naccess:\n  - { role: \
           admin, may: [listLogins] }\n```\n\nand take it out of `anyone`, `callers`, `may: \"*\"` or the rule that \
           opens it to others. If it is meant for everybody, the name misleads: nothing is refused because of it.",
};

/// The codes of this control.
pub const CODES: [&Code; 4] =
    [&CLOSED, &ADMINISTRATIVE, &graphql::UNDECIDED, &graphql::UNINSPECTED];

/// What is said of operations that speak GraphQL, whoever may call them.
pub fn graphql(model: &Model) -> Vec<Diagnostic> {
    (0..model.contract.operations.len())
        .filter_map(|operation| graphql::finding(model, operation))
        .collect()
}

/// Whether rules say who may use an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Only whom a rule opens it to.
    Granted,
    /// Every caller that its credentials let in, but for those whom a rule forbids it.
    Callers,
    /// Anybody: the policy says so.
    Anyone,
}

impl Expected {
    /// What is expected of an operation.
    pub fn derive(model: &Model, operation: usize) -> Self {
        let says = |list: &[bool]| list.get(operation).copied().unwrap_or_default();
        if says(&model.access.anyone) {
            return Self::Anyone;
        }
        // What a rule opens to somebody is not for anyone, although the contract says so.
        if is_open(model, operation) {
            return if is_named(model, operation) { Self::Granted } else { Self::Anyone };
        }
        if model.authorization.is_exhaustive && !says(&model.access.callers) {
            return Self::Granted;
        }
        Self::Callers
    }

    /// Whether this caller may use it, as far as that is known without its body; in the end (`is_last`)
    /// what is not known opens nothing.
    pub fn judge(
        self,
        rules: &Rules,
        asked: &Asked<'_>,
        caller: &Caller,
        operation: usize,
        is_last: bool,
    ) -> Judgement<()> {
        match (rules.function(asked, operation, is_last), self) {
            (Function::Forbidden(_), _) => Judgement::Refuse(
                refusal("function_forbidden", "a rule forbids it to this caller"),
                (),
            ),
            (Function::Closed, Self::Granted) => {
                let detail = match caller {
                    Caller::Verified(_) => "no rule opens it to this caller",
                    Caller::Anonymous | Caller::NotVerified => {
                        "no rule opens it to somebody who is not known"
                    }
                };
                Judgement::Refuse(refusal("function_not_granted", detail), ())
            }
            (Function::Open | Function::OpenForObjects | Function::Closed, _) => {
                Judgement::Pass(())
            }
        }
    }
}

/// Whether a rule that does not open everything opens it.
fn is_named(model: &Model, operation: usize) -> bool {
    let count = model.contract.operations.len();
    model.authorization.rules.iter().any(|rule| {
        !rule.forbids
            && rule.functions.len() < count
            && rule.functions.binary_search(&operation).is_ok()
    })
}

/// Whether the contract itself opens it to anyone, and it touches no object of a resource.
fn is_open(model: &Model, operation: usize) -> bool {
    let security = model.contract.operation(operation).map(|operation| &operation.security);
    let is_anonymous = matches!(security, Some(portcullis_contract::Security::Anonymous { .. }));
    let says = model.access.callers.get(operation).copied().unwrap_or_default();
    is_anonymous && !says
}

/// The refusal of a request for no object, where rules open the operation for some objects alone.
pub fn no_object(detail: &str) -> Refusal {
    refusal("function_without_object", detail)
}

fn refusal(reason: &'static str, detail: &str) -> Refusal {
    Refusal::new(ControlId::FunctionAccess, Status::FORBIDDEN, reason, detail)
}

fn expectation(model: &Model, operation: usize) -> Expectation {
    if model.posture == Posture::ContractOnly {
        return Expectation::NotApplicable("there is no policy: nobody says who may use what");
    }
    let Some(declared) = model.contract.operation(operation) else {
        return Expectation::NotApplicable("there is no such operation");
    };
    if let Some(found) = reach::administrative(model, operation) {
        return Expectation::Missing(vec![found]);
    }
    match Expected::derive(model, operation) {
        Expected::Anyone => Expectation::NotApplicable("anyone may call it"),
        Expected::Callers => Expectation::NotApplicable(
            "every verified caller may call it: the policy says so, or grants nothing to anybody",
        ),
        Expected::Granted => {
            let opens = |rule: &&portcullis_policy::Rule| {
                !rule.forbids && rule.functions.binary_search(&operation).is_ok()
            };
            let rules: Vec<String> =
                model.authorization.rules.iter().filter(opens).map(who).take(8).collect();
            if rules.is_empty() {
                let message = format!("no rule opens {} to anybody", shown(&declared.name()));
                return Expectation::Missing(vec![
                    Diagnostic::warning(&CLOSED, message)
                        .at(declared.span)
                        .help("add it to a rule of `access`, as `callers: [...]` or `may: [...]`"),
                ]);
            }
            Expectation::Required(format!("only {}", rules.join(", or ")))
        }
    }
}

/// Whom a rule means, in words.
fn who(rule: &portcullis_policy::Rule) -> String {
    let mut parts = Vec::new();
    for (what, list) in
        [("role", &rule.who.roles), ("group", &rule.who.groups), ("scope", &rule.who.scopes)]
    {
        if !list.is_empty() {
            let names: Vec<&str> = list.iter().map(|name| &**name).collect();
            parts.push(format!("{what} {}", names.join(" or ")));
        }
    }
    if parts.is_empty() { "every verified caller".to_owned() } else { parts.join(" with ") }
}
