//! Changes that mend a document, as an Overlay (OpenAPI Overlay Specification 1.0.0).
//!
//! What follows from the document itself is an action: an answer that a gateway gives anyway, the bounds of a format.
//! What somebody must decide about, such as how long a name may be, whether an object is closed or a server moves to
//! `https`, is written as a comment: it changes nothing until its sign is taken away.

mod apply;
mod target;

use std::collections::HashMap;
use std::fmt::Write as _;

use portcullis_contract::outline::{Outline, Step};
use serde_json::Value;

use super::raised::{Draft, Mend, Patch};

/// Actions of one Overlay, and as many proposals; a document with more is mended in rounds.
pub const ACTIONS_MAX: usize = 20_000;

/// An Overlay.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// What it is for.
    pub title: String,
    /// Its actions, in the order in which they are applied; proposals among them.
    pub actions: Vec<Action>,
    /// Whether there would be more.
    pub has_more: bool,
}

/// One action, or a proposal.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// The place, as a JSONPath (RFC 9535) that means exactly one.
    pub target: String,
    /// What is changed there.
    pub change: Change,
    /// Whether nobody needs to decide about it.
    pub is_sure: bool,
    /// The rules that ask for it.
    pub rules: Vec<&'static str>,
    steps: Vec<Step>,
}

/// What is changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// This is merged into what is there.
    Update(Value),
    /// What is there goes.
    Remove,
}

impl Overlay {
    /// What mends these findings.
    pub(super) fn of(drafts: &[Draft], outline: &Outline, title: &str) -> Self {
        let mut overlay = Self {
            title: format!("What an audit mends in {title}"),
            actions: Vec::new(),
            has_more: false,
        };
        let mut known = HashMap::new();
        let mut left = (ACTIONS_MAX, ACTIONS_MAX);
        for (rule, mend) in
            drafts.iter().flat_map(|draft| draft.mends.iter().map(|mend| (draft.rule.id, mend)))
        {
            overlay.add(rule, mend, &mut known, &mut left);
        }
        // Items of a list are counted before any goes.
        overlay.actions.sort_by_key(|action| matches!(action.change, Change::Remove));
        overlay.has_more |= !outline.is_whole;
        overlay
    }

    fn add(
        &mut self,
        rule: &'static str,
        mend: &Mend,
        known: &mut HashMap<(Vec<Step>, bool), usize>,
        left: &mut (usize, usize),
    ) {
        let change = match &mend.change {
            Patch::Merge(value) => Change::Update(value.clone()),
            Patch::Remove => Change::Remove,
        };
        // One place is changed by one action.
        let key = (mend.at.clone(), mend.is_sure);
        if let Change::Update(more) = &change
            && let Some(action) = known.get(&key).and_then(|place| self.actions.get_mut(*place))
            && let Change::Update(all) = &mut action.change
        {
            apply::merge(all, more);
            if !action.rules.contains(&rule) {
                action.rules.push(rule);
            }
            return;
        }
        let room = if mend.is_sure { &mut left.0 } else { &mut left.1 };
        let Some(rest) = room.checked_sub(1) else {
            self.has_more = true;
            return;
        };
        *room = rest;
        if matches!(change, Change::Update(_)) {
            known.insert(key, self.actions.len());
        }
        self.actions.push(Action {
            target: target::json_path(&mend.at),
            change,
            is_sure: mend.is_sure,
            rules: vec![rule],
            steps: mend.at.clone(),
        });
    }

    /// How many actions there are that nobody needs to decide about.
    pub fn sure(&self) -> usize {
        self.actions.iter().filter(|action| action.is_sure).count()
    }

    /// The file, in YAML; none where there is nothing to change.
    pub fn to_yaml(&self) -> Option<String> {
        if self.actions.is_empty() {
            return None;
        }
        let mut out = String::from("overlay: 1.0.0\ninfo:\n");
        let title = json(&Value::from(self.title.as_str()));
        // Writing to a String cannot fail.
        let _ = write!(out, "  title: {title}\n  version: 1.0.0\nactions:\n");
        for action in self.actions.iter().filter(|action| action.is_sure) {
            action.write(&mut out, "");
        }
        if self.sure() < self.actions.len() {
            out.push_str(
                "\n# Somebody must decide about these: what is proposed may refuse honest clients.\n\
                 # Correct the value, then take the sign away from the lines of the action.\n",
            );
            for action in self.actions.iter().filter(|action| !action.is_sure) {
                action.write(&mut out, "#");
            }
        }
        Some(out)
    }
}

impl Action {
    fn write(&self, out: &mut String, sign: &str) {
        let target = json(&Value::from(self.target.as_str()));
        let why = json(&Value::from(self.rules.join(", ")));
        let _ = write!(out, "{sign}  - target: {target}\n{sign}    description: {why}\n");
        let _ = match &self.change {
            Change::Update(value) => writeln!(out, "{sign}    update: {}", json(value)),
            Change::Remove => writeln!(out, "{sign}    remove: true"),
        };
    }

    /// The steps that its target takes.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

/// A value as JSON that YAML reads as the same: line ends and signs that do not show are escaped.
fn json(value: &Value) -> String {
    let mut out = String::new();
    for character in value.to_string().chars() {
        match character {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests;
