//! The callers of one model in the numbers of another: indices mean nothing outside of their contract.

use crate::callers::{AttributeRule, Callers, GuessedAt, LearnedFrom, Whoami};
use crate::login::{EndsSessions, Issued, Login};

impl Callers {
    /// The same callers, where each operation and each scheme has another index.
    #[must_use]
    pub fn renumbered(
        &self,
        operation: impl Fn(usize) -> usize,
        scheme: impl Fn(usize) -> usize,
    ) -> Self {
        let operations = |list: &[usize]| list.iter().map(|index| operation(*index)).collect();
        let schemes = |list: &[usize]| -> Vec<usize> {
            let mut list: Vec<usize> = list.iter().map(|index| scheme(*index)).collect();
            list.sort_unstable();
            list
        };
        // What is added does not compile until somebody has looked for numbers in it.
        let Self {
            jwt,
            introspection,
            certificates,
            logins,
            whoami,
            changes_roles,
            guesses,
            ends_sessions,
            attributes,
            forward,
        } = self.clone();
        let login = |login: Login| Login {
            operation: operation(login.operation),
            tokens: login
                .tokens
                .into_iter()
                .map(|token| Issued { schemes: schemes(&token.schemes), ..token })
                .collect(),
            refresh: login.refresh.map(|mut refresh| {
                refresh.operation = operation(refresh.operation);
                refresh
            }),
            second_step: login.second_step.map(|mut step| {
                step.operation = operation(step.operation);
                step
            }),
            ..login
        };
        let attribute = |rule: AttributeRule| AttributeRule {
            learned: rule
                .learned
                .map(|from| LearnedFrom { operation: operation(from.operation), ..from }),
            ..rule
        };
        Self {
            jwt: jwt
                .into_iter()
                .map(|mut one| {
                    one.schemes = schemes(&one.schemes);
                    one
                })
                .collect(),
            introspection: introspection
                .into_iter()
                .map(|mut one| {
                    one.schemes = schemes(&one.schemes);
                    one
                })
                .collect(),
            certificates: certificates.map(|mut rule| {
                rule.schemes = schemes(&rule.schemes);
                rule
            }),
            logins: logins.into_iter().map(login).collect(),
            whoami: whoami.map(|whoami| Whoami {
                operation: operation(whoami.operation),
                schemes: schemes(&whoami.schemes),
                fresh: operations(&whoami.fresh),
                ..whoami
            }),
            changes_roles: operations(&changes_roles),
            guesses: guesses
                .into_iter()
                .map(|one| GuessedAt { operation: operation(one.operation), ..one })
                .collect(),
            ends_sessions: ends_sessions
                .into_iter()
                .map(|one| EndsSessions { operation: operation(one.operation), ..one })
                .collect(),
            attributes: attributes.into_iter().map(attribute).collect(),
            forward,
        }
    }
}
