//! What one key or user of a file alone cannot tell: that the names it uses exist, and that no two things have one name.

use std::collections::HashSet;

use portcullis_model::did_you_mean;
use serde_saphyr::Spanned;

use crate::given_key::{GivenKey, Keys, Users};
use crate::problem::Problem;
use crate::variables::{self, GIVEN};

/// Keys of one file, and users.
const GIVEN_MAX: usize = 20;
/// What stands for a secret that nobody knows.
pub(crate) const CHANCE: &str = "chance";

/// Checks keys and users. `given` are names that are taken already, and becomes all of them.
pub(crate) fn given(
    keys: &Keys,
    users: &Users,
    is_sample: bool,
    given: &mut HashSet<String>,
) -> Vec<Problem> {
    let mut found = Found { problems: Vec::new(), given };
    for (place, (name, key)) in keys.0.iter().enumerate() {
        found.name(place, name, key, is_sample);
        for fault in key.value.faults() {
            found.say(key, fault);
        }
        let before = keys.0.get(..place).unwrap_or_default();
        let known: Vec<&str> = before
            .iter()
            .filter(|(_, one)| one.value.like.is_none())
            .map(|(name, _)| name.as_str())
            .collect();
        let GivenKey { parent, replaces, like, secret, .. } = &key.value;
        let secret = secret.as_ref().filter(|secret| *secret != CHANCE);
        for used in parent.iter().chain(replaces).chain(like).chain(secret) {
            if !known.contains(&used.as_str()) {
                found.say(key, unknown("key that is issued before this one", used, &known));
            }
        }
    }
    for (place, (name, user)) in users.0.iter().enumerate() {
        found.name(place, name, user, is_sample);
    }
    found.problems
}

/// What is said of a name that means no issued key.
pub(crate) fn not_a_key(name: &str, keys: &Keys) -> Option<String> {
    let issued = keys.0.iter().filter(|(_, key)| key.value.like.is_none());
    let known: Vec<&str> = issued.map(|(name, _)| name.as_str()).collect();
    (!known.contains(&name)).then(|| unknown("key that is issued", name, &known))
}

/// The same of a user.
pub(crate) fn not_a_user(name: &str, users: &Users) -> Option<String> {
    let known: Vec<&str> = users.0.iter().map(|(name, _)| name.as_str()).collect();
    (!known.contains(&name)).then(|| unknown("user of this file", name, &known))
}

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    let hint = did_you_mean(name, known.iter().copied())
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!("`{}` is no {what}{hint}", name.escape_default())
}

struct Found<'a> {
    problems: Vec<Problem>,
    given: &'a mut HashSet<String>,
}

impl Found<'_> {
    fn name<T>(&mut self, place: usize, name: &str, at: &Spanned<T>, is_sample: bool) {
        if place == GIVEN_MAX {
            self.say(at, format!("a file has at most {GIVEN_MAX} keys, and as many users"));
        }
        if !is_sample {
            let message = "`keys` and `users` exist in the gateway of a try alone, and an API of your own does not \
                           know them; log in with a step of `before`, or give a credential that it knows with `--as`";
            self.say(at, message.to_owned());
        }
        if !variables::is_name(name) || GIVEN.contains(&name) {
            self.say(at, variables::not_a_name(name));
        } else if !self.given.insert(name.to_owned()) {
            self.say(at, format!("`{name}` is there twice among tokens, keys and users"));
        }
    }

    fn say<T>(&mut self, at: &Spanned<T>, message: String) {
        self.problems.push(Problem::at(at.referenced, message));
    }
}
