//! By what is an attack on an object judged: by what became of the object, or by the answer?

use portcullis_model::Method;
use portcullis_policy::Verb;
use portcullis_policy::naming::words;

use super::Generator;
use super::canary::Canary;
use super::effects::Judge;

/// By what an attack is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// By the answer.
    Reads,
    /// By the effect.
    Changes,
    /// By either, each for itself.
    Both,
}

impl Generator<'_> {
    pub(super) fn is_unsafe(&self, operation: usize) -> bool {
        let touched = self.model.authorization.operations.get(operation);
        touched.is_some_and(|touched| touched.is_unsafe)
    }

    /// Whether an operation with an unsafe method only reads, as far as names tell.
    pub(super) fn only_reads(&self, operation: usize) -> bool {
        self.manner(operation, None) == Manner::Reads
    }

    /// Each way to judge it, or why there is none. `several`: the request names further objects beside this one.
    pub(super) fn judges(
        &self,
        operation: usize,
        canary: Option<&Canary>,
        owner: &str,
        several: bool,
    ) -> Vec<Result<Judge, String>> {
        let touched = self.model.authorization.operations.get(operation);
        let (Some(canary), Some(touched)) = (canary, touched) else {
            return vec![Err("it touches nothing".to_owned())];
        };
        if !touched.is_unsafe {
            return vec![self.by_answer(operation, canary, several)];
        }
        let verb = touched.verb(canary.resource);
        if verb == Some(Verb::Delete) && !canary.is_made && !self.permits_destruction {
            return vec![Err("it would delete what was not made for this".to_owned())];
        }
        let changes = |(other, verb): &(usize, Verb)| {
            *other != canary.resource && matches!(verb, Verb::Update | Verb::Delete)
        };
        if verb.is_none() && touched.does.iter().any(changes) {
            return vec![Err("what it changes is another object".to_owned())];
        }
        let mut all = Vec::new();
        let manner = self.manner(operation, verb);
        if manner != Manner::Reads {
            all.push(self.by_effect(canary, owner));
        }
        let is_shown = touched.shows.contains(&canary.resource) && canary.known_by.is_some();
        if manner != Manner::Changes && (is_shown || manner == Manner::Reads) {
            // What it makes of an object may be a copy, which has another id.
            all.push(self.by_answer(operation, canary, true));
        }
        all
    }

    /// What an operation with an unsafe method does to an object that its request names, as far as names tell.
    fn manner(&self, operation: usize, verb: Option<Verb>) -> Manner {
        const READING: [&str; 8] =
            ["lookup", "search", "find", "query", "list", "export", "copy", "preview"];
        let Some(declared) = self.model.contract.operation(operation) else { return Manner::Both };
        let mut said = declared.template.split('/').chain(declared.id.as_deref()).flat_map(words);
        match (verb, declared.method) {
            (Some(Verb::Update | Verb::Delete), _)
            | (_, Method::Put | Method::Patch | Method::Delete) => Manner::Changes,
            (Some(Verb::Read | Verb::List | Verb::Create), _) => Manner::Reads,
            _ if said.any(|word| READING.contains(&word.as_str())) => Manner::Reads,
            _ => Manner::Both,
        }
    }
}
