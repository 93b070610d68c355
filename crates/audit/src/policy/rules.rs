//! The rules that a policy is held against, beside what `check` says.

use crate::finding::{Rule, Severity};

const fn rule(
    id: &'static str,
    title: &'static str,
    (item, cwe): (&'static str, &'static [u16]),
    severity: Severity,
    page: &'static str,
) -> Rule {
    Rule { id, title, item, cwe, severity, page }
}

pub(super) static RELAXATION_HOLDS: Rule = rule(
    "relaxation-holds",
    "what is relaxed is known",
    ("A8", &[693]),
    Severity::Info,
    "A relaxation is a decision: who, why, until when. As long as it holds, its control records what it would have refused, \
     and refuses nothing.\n\nTake it out of `relax` when its reason is gone.",
);

pub(super) static RELAXATION_EXPIRED: Rule = rule(
    "relaxation-expired",
    "no relaxation is over its end",
    ("A8", &[1164]),
    Severity::Low,
    "Its control enforces again. The line says something that is no longer so, and whoever reads it is misled.\n\nTake it \
     out, or decide anew.",
);

pub(super) static RELAXATION_WITHOUT_END: Rule = rule(
    "relaxation-without-end",
    "each relaxation ends",
    ("A8", &[693]),
    Severity::Medium,
    "What has no end is forgotten. `until: 2027-01-31` makes the control enforce again on the day after; `check` warns two \
     weeks before.",
);

pub(super) static RELAXATION_WIDE: Rule = rule(
    "relaxation-wide",
    "relaxations name an operation and a control",
    ("A8", &[693]),
    Severity::Medium,
    "A relaxation of one control for all operations, or of all controls for one, opens more than its reason speaks of. \
     Without either, nothing is enforced at all.\n\nName the operation and the control that the reason is about.",
);

pub(super) static ANYONE_CHANGES: Rule = rule(
    "anyone-changes",
    "who changes something is known",
    ("A5", &[306]),
    Severity::Medium,
    "An operation under `anyone` that changes something does so for whoever asks, and no record says who it was. Logins and \
     what belongs to them are left out.\n\nName it under `callers`, or give it a limit per address.",
);

pub(super) static NOT_INSPECTED: Rule = rule(
    "answer-streams",
    "answers are held against the contract",
    ("A3", &[200]),
    Severity::Low,
    "`answers: stream` lets an answer leave before it is read: properties that are not declared, objects of others and \
     secrets in it are not seen.\n\nUse it for downloads alone, and decide whose they are before.",
);

pub(super) static OBJECTS_NONE: Rule = rule(
    "objects-none",
    "whose an object is decides who changes it",
    ("A1", &[639]),
    Severity::Low,
    "`objects: none` says that nobody owns what the operation names. Where it changes something, every caller whom the \
     function is open to changes everybody's.\n\nKeep it for catalogues and the like; else name the resource.",
);

pub(super) static ALL_FUNCTIONS: Rule = rule(
    "one-role-may-everything",
    "no rule opens every operation",
    ("A5", &[269]),
    Severity::Medium,
    "Whoever steals one credential of such a role has the whole API. Split it: what it needs daily, and what it needs in an \
     emergency, under two roles.",
);

pub(super) static CROSSES_TENANTS: Rule = rule(
    "rule-crosses-tenants",
    "tenants stay apart",
    ("A1", &[639]),
    Severity::Low,
    "`across_tenants: true` lets a rule speak of objects of every tenant. Support needs it; a customer's role never does.",
);

pub(super) static RECORDS_LOST: Rule = rule(
    "records-lost",
    "no request passes without a record",
    ("A8", &[778]),
    Severity::Medium,
    "`when_full: lose` serves requests whose records can be neither written nor kept: whoever fills the disk is not seen \
     afterwards.",
);

pub(super) static BOUND_WIDE: Rule = rule(
    "bound-raised-tenfold",
    "bounds are near what the API needs",
    ("A4", &[770]),
    Severity::Low,
    "A bound of `limits` is ten times its default or more. For one operation that needs it, its own bound in the contract \
     (`maxItems`, `maxLength`) or under `operations` leaves the others as they are.",
);

pub(super) static WAY_AROUND: Rule = rule(
    "api-cannot-tell-the-gateway",
    "the API refuses what does not come through the gateway",
    ("A8", &[923]),
    Severity::Medium,
    "Whoever reaches the API's address needs no gateway. An API on another host should take requests of the gateway alone: by \
     its network, and by a proof that they carry.\n\n`upstream_credential`, `upstream_signature`, or a certificate that \
     the gateway shows under `tls` of the upstream.",
);

pub(super) static ALL: [&Rule; 12] = [
    &RELAXATION_HOLDS,
    &RELAXATION_EXPIRED,
    &RELAXATION_WITHOUT_END,
    &RELAXATION_WIDE,
    &ANYONE_CHANGES,
    &NOT_INSPECTED,
    &OBJECTS_NONE,
    &ALL_FUNCTIONS,
    &CROSSES_TENANTS,
    &RECORDS_LOST,
    &BOUND_WIDE,
    &WAY_AROUND,
];
