//! How does the owner look at an object again?

use portcullis_model::Method;
use portcullis_policy::{InputPlace, RequestPlace, Verb};
use serde_json::{Map, Value, json};

use super::Generator;
use super::canary::Canary;
use super::request::Wanted;
use super::shown::shown;

/// How an object is read again.
pub(super) struct Reading {
    /// The operation, by its index.
    pub(super) operation: usize,
    /// The step, at the API itself.
    pub(super) step: Map<String, Value>,
}

impl Generator<'_> {
    /// How an object is read again, by its owner or by whoever else may.
    pub(super) fn reading(&self, canary: &Canary, by: &str) -> Result<Reading, String> {
        let model = self.model;
        let resource = self.resource(canary.resource)?;
        let declared = resource.read_by.iter().flatten().copied();
        let all = model.authorization.operations.iter().enumerate();
        let reads = all.filter(|(_, touched)| touched.verb(canary.resource) == Some(Verb::Read));
        let all = declared.chain(reads.map(|(operation, _)| operation));
        for operation in self.nearest(all, canary.from) {
            let Some(touched) = model.authorization.operations.get(operation) else { continue };
            let one = model.contract.operation(operation);
            let shows = one.is_some_and(|one| {
                one.method == Method::Get && shown(&model.contract, one, resource).is_some()
            });
            let [input] = touched.inputs.as_slice() else { continue };
            let is_path = matches!(input.place, InputPlace::One(RequestPlace::Path(_)));
            let id = canary.id(input.id).filter(|_| input.resource == canary.resource);
            let Some(id) = id.filter(|_| shows && is_path) else { continue };
            let objects = vec![(input, vec![id])];
            let wanted = Wanted { by: Some(by), objects, ..Wanted::default() };
            if let Ok(mut written) = self.requests.write(operation, &wanted) {
                written.step.insert("at_api".to_owned(), json!(true));
                return Ok(Reading { operation, step: written.step });
            }
        }
        Err(format!("nothing reads a {} again, so an effect could not be seen", resource.name))
    }
}
