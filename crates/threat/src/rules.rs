//! The threats to an API: one file for each row of the mission, one value for each threat.
//!
//! A rule finds the elements that a threat concerns, whether or not something answers it: what answers is decided
//! elsewhere ([`crate::answers`]), so that a threat that is mitigated stays in the model with its proof.

mod object;

use std::borrow::Cow;

use portcullis_controls::{Plan, Stride};
use portcullis_evidence::{Kind, Record};
use portcullis_model::{ControlId, UnixMillis};

use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::stated::Stated;
use crate::system::{Element, Entry, Fact, System};

/// A threat.
#[derive(Debug)]
pub struct Rule {
    /// Kebab case and stable: `others-objects-read`.
    pub id: &'static str,
    /// What it is called, in a few words.
    pub title: &'static str,
    /// What an attacker does and gains, in one sentence.
    pub text: &'static str,
    /// The row of the mission: `A1`.
    pub item: &'static str,
    /// The categories of STRIDE, the first one first of all.
    pub stride: &'static [Stride],
    /// The weaknesses behind it (CWE numbers).
    pub cwe: &'static [u16],
    /// The patterns of attack (CAPEC numbers).
    pub capec: &'static [u16],
    /// The techniques that answer it (MITRE D3FEND ids: `D3-UAP`).
    pub d3fend: &'static [&'static str],
    /// The controls of which each alone answers it; none: people do.
    pub controls: &'static [ControlId],
    /// What people do about it, with or without the gateway: one sentence.
    pub advice: &'static str,
    /// How likely it is where nothing is known of the element.
    pub factors: Factors,
    /// What it does where the data is sensitive.
    pub harm: Harm,
    /// What shows whether it comes through.
    pub probe: Probe,
    /// Which elements it concerns.
    pub find: fn(&Looked<'_>) -> Vec<Hit>,
}

/// What shows whether a threat comes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Attacks whose row is the rule's and whose weakness is among its own (`demo`, `attack`).
    Attacks,
    /// Nothing that runs: people look at it, and how.
    People(&'static str),
}

/// What rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Looked<'a> {
    /// The elements.
    pub system: &'a System,
    /// The plans that they were derived from.
    pub plans: &'a [Plan],
    /// What people said.
    pub stated: &'a Stated,
    /// What time it is.
    pub now: UnixMillis,
}

/// That a threat concerns an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub element: Element,
    /// Why, in words.
    pub why: Cow<'static, str>,
    /// What answers it there.
    pub by: By,
}

/// What answers a threat at an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The rule's controls, as far as the plan expects and enforces them there.
    Controls,
    /// The rule knows it from the element itself: a flow that is encrypted, a store that is not.
    Known(State, Cow<'static, str>),
}

impl Hit {
    /// Answered by the rule's controls.
    pub fn new(element: Element, why: impl Into<Cow<'static, str>>) -> Self {
        Self { element, why: why.into(), by: By::Controls }
    }

    /// Answered by what the element is.
    pub fn known(
        element: Element,
        why: impl Into<Cow<'static, str>>,
        state: State,
        because: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { element, why: why.into(), by: By::Known(state, because.into()) }
    }
}

impl Rule {
    /// Whether a record speaks of this threat.
    pub fn is_shown_by(&self, record: &Record) -> bool {
        matches!(&record.kind, Kind::Attack { item, cwe, .. }
            if item == self.item && self.cwe.contains(cwe))
    }
}

impl<'a> Looked<'a> {
    /// The entries of which something is so, each with its place.
    pub fn entries(self, is_so: fn(&Entry) -> bool) -> impl Iterator<Item = (usize, &'a Entry)> {
        self.system.entries.iter().enumerate().filter(move |(_, entry)| is_so(entry))
    }

    /// A hit for each entry with a fact.
    pub fn each(self, fact: Fact, why: &'static str) -> Vec<Hit> {
        let found = self.system.entries.iter().enumerate();
        let found = found.filter(|(_, entry)| entry.facts.has(fact));
        found.map(|(at, _)| Hit::new(Element::Entry(at), why)).collect()
    }
}

/// Every threat: one line each.
pub const RULES: &[&Rule] = &[&object::OTHERS_OBJECTS_READ];

/// The threat of this name.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}
