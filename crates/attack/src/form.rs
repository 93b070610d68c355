//! What attack and journey files say, as they are written. `FORMAT.md` is their reference.
//!
//! Reading is strict: a key that is not known, a value of another kind, or a number beyond its
//! bound is an error at its line. What one value alone cannot tell (names, variables) is checked
//! in `check.rs`.

use std::collections::BTreeMap;

use portcullis_evidence::Sha256Hex;
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::condition::Condition;
use crate::given_key::{Keys, Users};
use crate::payload::Payload;
use crate::scalar::{ExpectedControl, Pairs};
use crate::token::Tokens;

/// One attack.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of an attack")]
pub struct Attack {
    /// Its name, in lower case with hyphens.
    pub id: Spanned<String>,
    /// The mission's row: `A6`.
    pub item: Spanned<String>,
    /// The control that should stop it, or `none` while there is no such control.
    pub control: ExpectedControl,
    /// The weakness (CWE number).
    pub cwe: u16,
    /// The threats that it speaks of, by their names; none: its row and weakness tell, where one threat alone has both.
    #[serde(default)]
    pub threats: Vec<Spanned<String>>,
    /// What the attacker gets, in one line.
    pub title: Spanned<String>,
    /// Which of the sample's documents the gateway enforces.
    pub document: Option<Spanned<Document>>,
    /// Further lines of the policy file.
    pub policy: Option<Spanned<String>>,
    /// Instead of them, the name of a policy that several files share.
    pub policy_file: Option<Spanned<String>>,
    /// Tokens that the steps use.
    #[serde(default)]
    pub tokens: Tokens,
    /// API keys of ours that the steps use.
    #[serde(default)]
    pub keys: Keys,
    /// Users with passwords of ours.
    #[serde(default)]
    pub users: Users,
    /// Steps that go before the positive control and before the attack.
    #[serde(default)]
    pub before: Vec<Spanned<Step>>,
    /// The positive control: the same sequence without the attack's ingredient. It must work.
    pub honest: Vec<Spanned<Step>>,
    /// The attack's own steps.
    pub attack: Vec<Spanned<Step>>,
    /// Steps that look at what happened; they always go to the API itself.
    #[serde(default)]
    pub look: Vec<Spanned<Step>>,
    /// What holds, all of it, when the attack succeeded.
    pub harm: Vec<Spanned<Condition>>,
    /// The line of a policy that closes it.
    pub remedy: Option<String>,
    /// The same attack at an operation that does it right.
    pub twin: Option<Spanned<Twin>>,
    /// The digest of the file.
    #[serde(skip)]
    pub digest: Sha256Hex,
}

/// The same attack, aimed at the safe operation. What is left out is the attack's own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of a twin")]
pub struct Twin {
    /// Method and path that are replaced where a request begins with them.
    #[serde(default)]
    pub swap: BTreeMap<String, String>,
    /// Instead of the attack's `tokens`.
    pub tokens: Option<Tokens>,
    /// Instead of the attack's `before`.
    pub before: Option<Vec<Spanned<Step>>>,
    /// Instead of the attack's `honest`.
    pub honest: Option<Vec<Spanned<Step>>>,
    /// Instead of the attack's `attack`.
    pub attack: Option<Vec<Spanned<Step>>>,
    /// Instead of the attack's `look`.
    pub look: Option<Vec<Spanned<Step>>>,
    /// Instead of the attack's `harm`.
    pub harm: Option<Vec<Spanned<Condition>>>,
}

/// What honest clients do, and what they must get.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of a journey")]
pub struct Journey {
    /// Its name, in lower case with hyphens.
    pub id: Spanned<String>,
    /// What they do, in one line.
    pub title: Spanned<String>,
    /// Which of the sample's documents the gateway enforces.
    pub document: Option<Spanned<Document>>,
    /// Further lines of the policy file.
    pub policy: Option<Spanned<String>>,
    /// Instead of them, the name of a policy that several files share.
    pub policy_file: Option<Spanned<String>>,
    /// Tokens that the steps use.
    #[serde(default)]
    pub tokens: Tokens,
    /// API keys of ours that the steps use.
    #[serde(default)]
    pub keys: Keys,
    /// Users with passwords of ours.
    #[serde(default)]
    pub users: Users,
    /// The requests, in order.
    pub steps: Vec<Spanned<Step>>,
    /// The digest of the file.
    #[serde(skip)]
    pub digest: Sha256Hex,
}

/// The sample API has four documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "lowercase", expecting = "`honest`, `sloppy`, `generated` or `app`")]
pub enum Document {
    /// What a well-meaning team would publish.
    #[default]
    Honest,
    /// What a careless team would publish.
    Sloppy,
    /// What tools write from code: labels that mean anything, alternatives, schemas without types.
    Generated,
    /// What its phone app and programs of partners use.
    App,
}

/// One request.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of a step")]
pub struct Step {
    /// How conditions call it.
    pub name: Option<String>,
    /// One of the sample's users, or of those who were given: their credential is sent along.
    #[serde(rename = "as")]
    pub identity: Option<String>,
    /// Sends their credential as this parameter of the query, and not in a header field.
    pub credential_in: Option<String>,
    /// Sends the step once for each of these texts, as `${each}`.
    #[serde(default)]
    pub each: Vec<String>,
    /// Sends all of `each` at the same time, not one after the other.
    #[serde(default)]
    pub together: bool,
    /// Method and target, as they are sent.
    pub send: Option<String>,
    /// The whole request, byte by byte, instead of `send`.
    pub raw: Option<String>,
    /// Sends the step to the API itself, also when the others go through a gateway.
    #[serde(default)]
    pub at_api: bool,
    /// Header fields, in this order and spelling.
    #[serde(default)]
    pub headers: Pairs,
    /// The body.
    pub body: Option<Payload>,
    /// Whether the body goes in chunks, without a length.
    #[serde(default)]
    pub chunked: bool,
    /// Sends a head or a body that never ends, a few bytes at a time.
    pub slow: Option<Slow>,
    /// Waits so long before the step is sent, as people do.
    pub wait_ms: Option<u16>,
    /// Revokes this key before the step is sent.
    pub revoke: Option<String>,
    /// Sets this user's password before the step is sent.
    pub set_password: Option<String>,
    /// Ends all sessions of this user, whom the policy's login knows by their e-mail address, before the step is sent.
    pub end_sessions: Option<String>,
    /// What the answer must be like, else the sequence is not what it should be.
    #[serde(default)]
    pub expect: Vec<Spanned<Condition>>,
    /// Values of the answer for later steps: a JSON Pointer, the name of a header field, or `cookie.NAME`.
    #[serde(default)]
    pub save: BTreeMap<String, String>,
}

/// A request that takes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of `slow`")]
pub struct Slow {
    /// What never ends.
    pub part: SlowPart,
    /// How many bytes at a time.
    pub bytes_per: u16,
    /// The pause between them.
    pub pause_ms: u16,
    /// When the attacker gives up, and the connection has been held for as long as it matters.
    pub at_most_ms: u16,
}

/// What never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase", expecting = "`head` or `body`")]
pub enum SlowPart {
    /// One header field more, without an end.
    Head,
    /// A body of which a megabyte was announced.
    Body,
}
