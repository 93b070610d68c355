//! What the owner decided: the policy file, joined with each contract into a [`Model`], all of them
//! in one [`Policy`].
//!
//! The file is read strictly: unknown keys, unknown operations and unknown controls are located
//! errors with a suggestion. A model that has an error does not exist, so nothing can run on it.

mod acme;
mod address;
mod administrative;
mod amounts;
mod answers;
mod authorization;
mod callers;
mod cases;
mod certificates;
mod claim;
pub mod codes;
mod digest;
mod expression;
mod failure;
mod file;
mod flows;
mod folder;
mod join;
mod kept;
mod login;
mod login_place;
mod model;
pub mod naming;
mod network;
mod open;
mod page_token;
mod pattern;
mod place;
mod quantity;
mod rates;
mod redirects;
mod renumbered;
mod secret;
mod serialized;
mod slice;
mod source;
mod suggested;
mod targets;
mod texts;
mod upstream;
mod word;
mod writable;

pub use acme::Acme;
pub use administrative::{looks_administrative, reads_administrative};
pub use amounts::Amount;
pub use answers::{AnswerMask, Answers, Derivation, DerivedMember};
pub use authorization::{
    Authorization, Hidden, InputPlace, ObjectInput, OnResource, Owner, Pattern, Resource, Rule,
    Touches, Units, Verb, Verbs, Who,
};
pub use callers::{
    ApiKeys, AttributeRule, CallerToken, Callers, Endpoint, Forward, GuessedAt, Introspection,
    JwtIssuer, KeySource, Leaks, LearnedFrom, OfCaller, Passwords, Told, Whoami,
};
pub use cases::{Case, CaseAnswer, CaseCaller, CaseExpected, CaseRequest, CaseVerdict, Cases};
pub use certificates::{CertificateRule, CertificateSubject};
pub use expression::{Expression, How, Operand};
pub use failure::{Failure, Unreadable};
pub use file::{json_schema, reference_page};
pub use flows::{FLOWS_MAX, Flow, FlowStep, STEPS_MAX, ValueMust, ValueRule, WalkPlace};
pub use join::{Input, Overrides};
pub use kept::{StorePlace, Vault};
pub use login::{
    AnswerPlace, AnswerTest, EndsSessions, Issued, Literal, Login, Refresh, RequestPlace,
    SecondStep, Tested, Whose,
};
pub use model::{
    Access, BodyHandling, ClientCertificates, Graphql, LedgerTarget, Limits, Lines, Model,
    NotFound, OperationAmounts, OperationLines, Origin, Policy, Posture, Proxies, Redirect,
    TlsFiles, Undeclared, WhenFull,
};
pub use network::Network;
pub use page_token::PageToken;
pub use pattern::is_like;
pub use rates::{
    BYTES_PER_UNIT, Often, RATES_TOGETHER_MAX, RateBound, RateCost, RateCounts, RateKey, RateLimit,
};
pub use redirects::Redirects;
pub use secret::SecretError;
pub use serialized::{Serialized, SerializedBy};
pub use slice::Slice;
pub use source::SecretSource;
pub use suggested::{SuggestedResource, names_an_owner, suggest_resources};
pub use targets::{TargetHost, TargetName, TargetRule, Targets};
pub use texts::TextPlace;
pub use upstream::{
    Instance, InstanceTls, OwnCertificate, OwnCredential, OwnSignature, Upstream, UpstreamProof,
};
pub use writable::writable_by_others;
