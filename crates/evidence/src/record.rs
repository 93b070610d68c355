//! What one line of a file of evidence says.

use portcullis_model::UnixMillis;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::digest::Sha256Hex;
use crate::key::PublicKey;
use crate::verdict::{Outcome, Passage, State};

/// A line: what was seen, or a signature under what stands above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "lowercase")]
pub enum Line {
    /// What was seen.
    Record {
        /// The digest of the line above.
        previous: Sha256Hex,
        /// What was seen.
        seen: Box<Record>,
    },
    /// A signature.
    Seal(Seal),
}

/// What was seen of one attack or one journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The name of the attack or journey.
    pub id: String,
    /// What the attacker gets, or what honest clients do.
    pub title: String,
    /// Which of both it is, and how it ended.
    pub kind: Kind,
    /// The operations that it asks, by name; none: what the document does not have.
    pub operations: Vec<String>,
    /// Of what it was taken.
    pub digests: Digests,
    /// When.
    #[serde(with = "instant")]
    pub at: UnixMillis,
    /// From when on it says nothing any more, whatever has not changed.
    #[serde(with = "instant")]
    pub expires: UnixMillis,
}

/// What it is, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Kind {
    /// An attack.
    Attack {
        /// The row of the mission: `A6`.
        item: String,
        /// The weakness (CWE number).
        cwe: u16,
        /// The threats that it speaks of, by their names, as its text said then; none: it did not say.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        threats: Vec<String>,
        /// The operations whose answers, or effects, are the harm; none: it did not say, or what the document does not have.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        aimed_at: Vec<String>,
        /// Directly at the API.
        direct: Outcome,
        /// Through the gateway.
        through: Outcome,
        /// The controls without which it succeeds again.
        stopped_by: Vec<String>,
        /// Whether it did succeed without them; none where nothing stopped it.
        knock_out: Option<bool>,
        /// The same attack where the API does it right; none where no such place is known.
        twin: Option<Outcome>,
        /// What follows.
        state: State,
    },
    /// What honest clients do.
    Journey {
        /// Directly at the API.
        direct: Passage,
        /// Through the gateway.
        through: Passage,
    },
}

impl Record {
    /// The operations of which it shows that something holds: those that it was aimed at, and not all that it asked on
    /// its way. One from before attacks said that shows it where it asked one alone.
    pub fn shows_at(&self) -> &[String] {
        match &self.kind {
            Kind::Attack { aimed_at, .. } if !aimed_at.is_empty() => aimed_at,
            _ if self.operations.len() == 1 => &self.operations,
            _ => &[],
        }
    }
}

/// Of what evidence was taken. It says something of the same things alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// What the document says of its operations.
    pub contract: Sha256Hex,
    /// What the policy says of them; the digest of nothing where there is no policy.
    pub policy: Sha256Hex,
    /// The text of the attack or journey: the suite is all of them.
    pub suite: Sha256Hex,
    /// The program.
    pub binary: Sha256Hex,
}

/// A signature under all lines above it, seals included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// The digest of the line above.
    pub previous: Sha256Hex,
    /// How many lines stand above.
    pub lines: u64,
    /// When it was signed.
    #[serde(with = "instant")]
    pub at: UnixMillis,
    /// Whose signature it is.
    pub key: PublicKey,
    /// Ed25519 over [`Seal::signed_text`], in base64.
    pub signature: String,
}

impl Seal {
    /// What is signed: a first line that says for what, so that no signature means something else elsewhere.
    pub(crate) fn signed_text(lines: u64, previous: Sha256Hex, at: UnixMillis) -> String {
        format!("portcullis evidence v1\n{lines}\n{previous}\n{}\n", at.rfc3339())
    }
}

/// A time as RFC 3339 writes it.
mod instant {
    use super::{Deserialize, Deserializer, Serializer, UnixMillis, de};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
    pub(super) fn serialize<S: Serializer>(
        time: &UnixMillis,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&time.rfc3339())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<UnixMillis, D::Error> {
        let text = String::deserialize(deserializer)?;
        UnixMillis::from_rfc3339(&text)
            .ok_or_else(|| de::Error::custom("a time looks like 2026-11-27T03:00:00.000Z"))
    }
}
