//! Who can call what is not for them? Operations that touch no object of anybody.

use portcullis_model::Method;
use serde_json::{Value, json};

use super::danger::Danger;
use super::draft::Draft;
use super::effects::by_status;
use super::kind::Kind;
use super::may::{Known, opens};
use super::request::Wanted;
use super::{Found, Generator};

impl Generator<'_> {
    /// One who may calls it, and everybody who may not does, too.
    pub(super) fn functions(&self, operation: usize, found: &mut Found) {
        let Some(declared) = self.model.contract.operation(operation) else { return };
        let deletes = declared.method == Method::Delete;
        if deletes && !self.permits_destruction {
            return found.leave("call", "it would delete what was not made for this");
        }
        let touched = self.model.authorization.operations.get(operation);
        if touched.is_some_and(|touched| touched.is_unsafe && !touched.inputs.is_empty()) {
            return found
                .leave("call", "it changes an object, and there is none that may be changed");
        }
        let may = |known| self.people.iter().find(|one| opens(self.model, operation, one) == known);
        let Some(doer) = may(Known::Yes).or_else(|| may(Known::Unknown)) else {
            return found.leave("call", "the rules let nobody of those who are given call it");
        };
        let attackers = self.attackers(operation, &[], &[doer.name.as_str()], found);
        if attackers.is_empty() {
            return found.leave("call", "everybody may call it");
        }
        let write = |by: Option<&str>| {
            self.requests.write(operation, &Wanted { by, ..Wanted::default() }).map(|one| one.step)
        };
        for attacker in attackers {
            let steps =
                write(Some(&doer.name)).and_then(|honest| Ok((honest, write(attacker.name())?)));
            let (mut honest, attack) = match steps {
                Ok(steps) => steps,
                Err(why) => return found.leave("call", why),
            };
            let judge = by_status();
            honest.insert("expect".to_owned(), json!(judge.expect));
            debug_assert!(attacker.kind != Kind::Object, "no object is touched");
            found.drafts.push(Draft {
                worst: deletes.then_some(Danger::Destroys),
                operation,
                name: self.name(operation),
                kind: attacker.kind,
                by: attacker.name().map(str::to_owned),
                act: judge.word.to_owned(),
                at: None,
                before: Vec::new(),
                honest: vec![Value::Object(honest)],
                attack: vec![Value::Object(attack)],
                look: Vec::new(),
                harm: judge.harm,
            });
        }
    }
}
