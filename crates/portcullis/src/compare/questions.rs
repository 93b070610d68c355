//! Which operations are asked, and which are not and why.

use portcullis_contract::{Contract, Operation, Place};
use portcullis_model::Method;
use portcullis_policy::naming::{folded, words};

/// Words in names of operations that read nothing only.
const CHANGES: [&str; 22] = [
    "logout",
    "signout",
    "delete",
    "remove",
    "cancel",
    "revoke",
    "reset",
    "confirm",
    "verify",
    "unsubscribe",
    "activate",
    "deactivate",
    "approve",
    "reject",
    "send",
    "create",
    "update",
    "set",
    "redeem",
    "rotate",
    "regenerate",
    "shutdown",
];

/// Segments of paths that say who calls.
const PROFILES: [&str; 9] =
    ["me", "profile", "whoami", "account", "self", "myself", "session", "userinfo", "user"];

/// One operation that may be asked.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) name: String,
    pub(super) template: String,
    /// The parameters of its path, each with the word of the segment before it.
    pub(super) parameters: Vec<(String, String)>,
    /// What its answers are about: the last word of its path.
    pub(super) about: String,
    pub(super) is_profile: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Questions {
    /// Those that need nothing.
    pub(super) plain: Vec<Question>,
    /// Those whose path names an object.
    pub(super) objects: Vec<Question>,
    /// Those that are not asked, and why.
    pub(super) not_asked: Vec<(String, String)>,
}

impl Questions {
    pub(super) fn of(contract: &Contract) -> Self {
        let mut all = Self::default();
        for operation in &contract.operations {
            if operation.method != Method::Get {
                continue;
            }
            if let Some(why) = why_not(operation) {
                all.not_asked.push((operation.name(), why));
                continue;
            }
            let question = question(operation);
            let list =
                if question.parameters.is_empty() { &mut all.plain } else { &mut all.objects };
            list.push(question);
        }
        // What is nearer to the root teaches the ids of what is behind it.
        all.objects.sort_by_key(|one| one.parameters.len());
        all
    }
}

fn why_not(operation: &Operation) -> Option<String> {
    let literals = operation.template.split('/').filter(|segment| !segment.contains('{'));
    let texts = literals.chain(operation.id.as_deref());
    let change = texts.flat_map(words).find(|word| CHANGES.contains(&word.as_str()));
    if let Some(word) = change {
        return Some(format!("its name says that it changes something: `{word}`"));
    }
    let mut needed =
        operation.parameters.iter().filter(|one| one.required && one.place != Place::Path);
    needed.next().map(|one| format!("it needs {} `{}`", one.place.name(), one.name))
}

fn question(operation: &Operation) -> Question {
    let mut parameters = Vec::new();
    let mut about = String::new();
    for segment in operation.template.split('/').filter(|segment| !segment.is_empty()) {
        match segment.split_once('{').and_then(|(_, rest)| rest.split_once('}')) {
            Some((name, _)) => parameters.push((name.to_owned(), about.clone())),
            None => about = folded(segment),
        }
    }
    let is_profile = PROFILES.contains(&about.as_str());
    Question {
        name: operation.name(),
        template: operation.template.clone(),
        parameters,
        about,
        is_profile,
    }
}

impl Question {
    /// The path with these values in it.
    pub(super) fn path(&self, values: &[String]) -> String {
        let mut path = self.template.clone();
        for ((name, _), value) in self.parameters.iter().zip(values) {
            path = path.replace(&format!("{{{name}}}"), &encoded(value));
        }
        path
    }
}

/// A value as a path segment has it.
fn encoded(value: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_leave_their_segment() {
        let question = Question {
            name: String::new(),
            template: "/a/{x}/b/{y}.json".to_owned(),
            parameters: vec![("x".to_owned(), "a".to_owned()), ("y".to_owned(), "b".to_owned())],
            about: String::new(),
            is_profile: false,
        };
        let values = ["../q?#".to_owned(), "ä".to_owned()];
        assert_eq!(question.path(&values), "/a/..%2Fq%3F%23/b/%C3%A4.json");
    }
}
