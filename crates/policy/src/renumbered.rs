//! The callers of one model in the numbers of another: indices mean nothing outside of their contract.

use crate::callers::Callers;
use crate::login::Login;

impl Callers {
    /// The same callers, where each operation and each scheme has another index.
    #[must_use]
    pub fn renumbered(
        mut self,
        operation: impl Fn(usize) -> usize,
        scheme: impl Fn(usize) -> usize,
    ) -> Self {
        // What is added does not compile until somebody has looked for numbers in it.
        let Self {
            jwt,
            introspection,
            certificates,
            api_keys,
            passwords,
            logins,
            whoami,
            changes_roles,
            guesses,
            ends_sessions,
            attributes,
            forward: _,
        } = &mut self;
        let schemes = |list: &mut Vec<usize>| {
            list.iter_mut().for_each(|index| *index = scheme(*index));
            list.sort_unstable();
        };
        let one = |index: &mut usize| *index = operation(*index);
        jwt.iter_mut().for_each(|one| schemes(&mut one.schemes));
        introspection.iter_mut().for_each(|one| schemes(&mut one.schemes));
        certificates.iter_mut().for_each(|rule| schemes(&mut rule.schemes));
        api_keys.iter_mut().for_each(|keys| schemes(&mut keys.schemes));
        passwords.iter_mut().for_each(|passwords| schemes(&mut passwords.schemes));
        for Login { operation, tokens, refresh, second_step, .. } in logins {
            one(operation);
            tokens.iter_mut().for_each(|token| schemes(&mut token.schemes));
            refresh.iter_mut().for_each(|refresh| one(&mut refresh.operation));
            second_step.iter_mut().for_each(|step| one(&mut step.operation));
        }
        if let Some(whoami) = whoami {
            one(&mut whoami.operation);
            schemes(&mut whoami.schemes);
            whoami.fresh.iter_mut().for_each(one);
        }
        changes_roles.iter_mut().for_each(one);
        guesses.iter_mut().for_each(|guessed| one(&mut guessed.operation));
        ends_sessions.iter_mut().for_each(|ends| one(&mut ends.operation));
        let learned = attributes.iter_mut().filter_map(|rule| rule.learned.as_mut());
        learned.for_each(|from| one(&mut from.operation));
        self
    }
}
