//! What came of a case, held against what it wants.

use super::case::{Case, Reached};
use super::play::Outcome;
use super::recorder::Received;

impl Case {
    /// What came of it otherwise than it wants; nothing: it is met.
    pub fn differences(&self, outcome: &Outcome) -> Vec<String> {
        let mut faults = Vec::new();
        let statuses: Vec<u16> = outcome.answers.iter().map(|answer| answer.status).collect();
        if statuses != self.answer {
            faults.push(format!("answered {statuses:?}, not {:?}", self.answer));
        }
        if outcome.then != self.then {
            faults.push(format!("then {:?}, not {:?}", outcome.then, self.then));
        }
        if let Some(wanted) = &self.has {
            let (name, value) = wanted.split_once(": ").unwrap_or((wanted, ""));
            let last = outcome.answers.last();
            let found = last.and_then(|answer| answer.field(&name.to_ascii_lowercase()));
            if found != Some(value) {
                faults.push(format!("`{name}` is {found:?}, not `{value}`"));
            }
        }
        let lines: Vec<&str> = outcome.reached.iter().map(|one| one.line.as_str()).collect();
        let wanted: Vec<&str> = self.api.iter().map(|one| one.line.as_str()).collect();
        if lines != wanted {
            faults.push(format!("reached the API: {lines:?}, not {wanted:?}"));
            return faults;
        }
        for (reached, wanted) in outcome.reached.iter().zip(&self.api) {
            faults.extend(heads(reached, wanted));
        }
        faults
    }
}

fn heads(reached: &Received, wanted: &Reached) -> Vec<String> {
    let mut faults = Vec::new();
    if reached.body != wanted.body {
        faults.push(format!("the API's body is `{}`", reached.body.escape_ascii()));
    }
    let lower = reached.head.to_ascii_lowercase();
    for line in &wanted.has {
        if !lower.contains(&line.to_ascii_lowercase()) {
            faults.push(format!("`{line}` is not in {:?}", reached.head));
        }
    }
    for text in &wanted.lacks {
        if lower.contains(&text.to_ascii_lowercase()) {
            faults.push(format!("`{text}` is in {:?}", reached.head));
        }
    }
    faults
}
