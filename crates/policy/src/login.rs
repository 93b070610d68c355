//! The API's own login, as the policy decided: where its credentials are, and how long ours last.

use std::sync::Arc;
use std::time::Duration;

use portcullis_model::Date;

/// One operation by which callers log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The operation, by its index.
    pub operation: usize,
    /// Whose callers these are: logins of one issuer share their callers.
    pub issuer: Arc<str>,
    /// Where the request says which account is meant. A key for limits, never an identity (rule 1).
    pub account: Option<RequestPlace>,
    /// Where the request has the password.
    pub secret: Option<RequestPlace>,
    /// Where the answer has the API's credentials; at least one.
    pub tokens: Vec<Issued>,
    /// The member of the answer that names the caller: a JSON Pointer.
    pub subject: Option<String>,
    /// The member of the answer that says for how many seconds the credential is good: a JSON
    /// Pointer.
    pub expires_in: String,
    /// What an answer looks like that refuses, beside its status.
    pub failure: Option<AnswerTest>,
    /// How the credential is renewed.
    pub refresh: Option<Refresh>,
    /// What completes the login.
    pub second_step: Option<SecondStep>,
    /// How long a session lasts at most.
    pub lifetime: Duration,
    /// How long it lasts without a request.
    pub idle: Option<Duration>,
    /// The last day on which credentials of the API pass that did not come through a login here.
    pub adopt_until: Option<Date>,
}

/// A credential that the API gives out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Where the answer has it.
    pub at: AnswerPlace,
    /// The security schemes that take it, by index.
    pub schemes: Vec<usize>,
}

/// How a credential is renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    /// The operation, by its index.
    pub operation: usize,
    /// Where its request has the refresh token.
    pub sent: RequestPlace,
    /// Where the answers of login and refresh have it.
    pub issued: AnswerPlace,
    /// Where its answer has the new credentials: for each of the login's, in its order.
    pub tokens: Vec<AnswerPlace>,
}

/// A second operation that a login needs before anybody is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondStep {
    /// The operation, by its index.
    pub operation: usize,
    /// Where the login's answer has what is good for this operation alone.
    pub issued: AnswerPlace,
    /// Which answers of the login ask for it; none: each that has it.
    pub when: Option<AnswerTest>,
    /// Where the second request has it; none: where the scheme of the login's credential says.
    pub sent: Option<RequestPlace>,
    /// Where its answer has the credentials: for each of the login's, in its order.
    pub tokens: Vec<AnswerPlace>,
}

/// Where a request has something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestPlace {
    /// A member of its body, JSON or form: a JSON Pointer.
    Body(String),
    /// A parameter of its path.
    Path(String),
    /// A parameter of its query.
    Query(String),
    /// A cookie.
    Cookie(String),
}

/// Where an answer has something.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AnswerPlace {
    /// A member of its JSON body: a JSON Pointer.
    Member(String),
    /// A cookie that it sets.
    Cookie(String),
}

/// A question about an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerTest {
    /// What is looked at.
    pub of: Tested,
    /// What it is compared with; none: whether it is there at all.
    pub with: Option<Literal>,
    /// Whether the two must be equal, or must not.
    pub is_equal: bool,
}

/// What a question looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tested {
    /// The status.
    Status,
    /// Where it redirects to.
    Location,
    /// A member of its JSON body: a JSON Pointer.
    Member(String),
}

/// One JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// A text.
    Text(String),
    /// A number, as it is written.
    Number(String),
    /// Yes or no.
    Truth(bool),
    /// `null`.
    Null,
}

/// An operation after whose success sessions end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndsSessions {
    /// The operation, by its index.
    pub operation: usize,
    /// Whose.
    pub whose: Whose,
    /// What an answer looks like that refuses, beside its status.
    pub failure: Option<AnswerTest>,
}

/// Whose sessions end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// The one that the request came with.
    Own,
    /// All of the caller's account.
    Caller,
    /// All of the account that stands there.
    Account(RequestPlace),
}

impl Login {
    /// Whether a credential that comes by a scheme, by its index, may be of this login.
    pub fn takes(&self, scheme: usize) -> bool {
        self.tokens.iter().any(|token| token.schemes.contains(&scheme))
    }
}

impl AnswerPlace {
    /// The name under which such a credential is kept.
    pub fn name(&self) -> String {
        match self {
            Self::Member(pointer) => format!("answer.{pointer}"),
            Self::Cookie(name) => format!("cookie.{name}"),
        }
    }
}
