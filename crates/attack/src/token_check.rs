//! What one value of a token alone cannot tell: that the names it uses exist, and what goes together.

use std::collections::HashSet;

use serde_saphyr::Spanned;

use crate::problem::Problem;
use crate::token::{Token, Tokens};
use crate::variables::GIVEN;
use crate::{forge, identity, variables};

/// Tokens of one file.
const TOKENS_MAX: usize = 20;

/// What was found.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) problems: Vec<Problem>,
    /// What the tokens save.
    pub(crate) given: HashSet<String>,
}

/// Checks the tokens of a file, in their order.
pub(crate) fn tokens(tokens: &Tokens, is_sample: bool) -> Found {
    let mut found = Found::default();
    if let Some((_, beyond)) = tokens.0.get(TOKENS_MAX) {
        found.say(beyond, format!("a file has at most {TOKENS_MAX} tokens"));
    }
    for (name, token) in &tokens.0 {
        if !variables::is_name(name) || GIVEN.contains(&name.as_str()) {
            found.say(token, variables::not_a_name(name));
        }
        if token.value.is_of_sample() && !is_sample {
            let message = "`from`, `sign: issuer`, `hmac_with` and `encrypted` mean the sample's \
                           issuers; against another API log in with a step of `before`";
            found.say(token, message.to_owned());
        } else if let Some(fault) = token.value.from.as_deref().and_then(identity::fault) {
            found.say(token, fault);
        }
        for fault in token.value.faults() {
            found.say(token, fault);
        }
        found.uses(token);
        let parts = forge::PARTS.map(|part| format!("{name}_{part}"));
        found.given.extend(parts.into_iter().chain([name.clone()]));
    }
    found
}

impl Found {
    /// What a token uses must be there before it.
    fn uses(&mut self, token: &Spanned<Token>) {
        for text in token.value.texts() {
            for used in variables::names(&text) {
                // A time stands in a text like a variable.
                let is_given =
                    GIVEN.contains(&used) || forge::GIVEN.contains(&used) || used == "now";
                if !is_given && !self.given.contains(used) {
                    self.say(token, format!("no token before this one is called `{used}`"));
                }
            }
        }
    }

    fn say(&mut self, at: &Spanned<Token>, message: String) {
        self.problems.push(Problem::at(at.referenced, message));
    }
}
