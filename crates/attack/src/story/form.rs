//! What story files say, as they are written. `FORMAT.md` is their reference.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;

use crate::condition::Condition;
use crate::form::{Document, Step};
use crate::given_key::{Keys, Users};
use crate::scalar::ExpectedControl;
use crate::token::Tokens;

/// One story.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of a story")]
pub struct Story {
    /// Its name, in lower case with hyphens.
    pub id: Spanned<String>,
    /// The mission's row: `S4`.
    pub item: Spanned<String>,
    /// The kind of breach, in a few words.
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
    /// Steps that go before the first scene, of people who are no attackers.
    #[serde(default)]
    pub before: Vec<Spanned<Step>>,
    /// What the attacker does, one scene after the other.
    pub scenes: Vec<Spanned<Scene>>,
    /// What helps when something was stolen all the same. Each scene stands alone.
    #[serde(default)]
    pub containment: Vec<Spanned<Scene>>,
    /// What no gateway does about it, in sentences.
    pub cannot: Vec<Spanned<String>>,
}

/// One step of the attacker's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of a scene")]
pub struct Scene {
    /// What the attacker does.
    pub does: Spanned<String>,
    /// What they hold afterwards.
    pub holds: Spanned<String>,
    /// Who should stop it, or `none`.
    pub control: ExpectedControl,
    /// Why nothing stops it, where nothing does.
    pub not_stopped: Option<Spanned<String>>,
    /// How the attacker goes on all the same where it was stopped; without it, the story is over.
    pub goes_on: Option<Spanned<String>>,
    /// What they then go on with, instead of what the steps would have saved.
    #[serde(default)]
    pub guesses: BTreeMap<String, Value>,
    /// What others do before it.
    #[serde(default)]
    pub meanwhile: Vec<Spanned<Step>>,
    /// The requests, in order.
    pub steps: Vec<Spanned<Step>>,
    /// What holds, all of it, when they got what they wanted.
    pub gains: Vec<Spanned<Condition>>,
}

impl Scene {
    /// Whether no request of it passes the gateway.
    pub(crate) fn is_around(&self) -> bool {
        self.steps.iter().all(|step| step.value.at_api)
    }
}
