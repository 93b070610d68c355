//! Whose objects is an operation tried with, and who does it honestly?

use portcullis_policy::ObjectInput;

use super::Generator;
use super::canary::Canary;
use super::may::Person;

/// The objects of one operation, and whose they are.
pub(super) struct Scene<'s> {
    pub(super) operation: usize,
    pub(super) inputs: Vec<&'s ObjectInput>,
    /// What the answer shows beside what the request names.
    pub(super) listed: Option<usize>,
    pub(super) owner: &'s Person,
    pub(super) doer: &'s Person,
    /// One for each input, then one for what is listed.
    pub(super) canaries: Vec<Canary>,
}

impl Generator<'_> {
    /// The first one who has all these objects, and for whom somebody may do it.
    pub(super) fn scene<'s>(
        &'s self,
        operation: usize,
        inputs: Vec<&'s ObjectInput>,
        listed: Option<usize>,
    ) -> Result<Scene<'s>, String> {
        let resources = resources(&inputs, listed);
        let mut why = None;
        for owner in self.people {
            let Some(doer) = self.doer(operation, &resources, owner) else { continue };
            let canaries: Result<Vec<Canary>, String> = inputs
                .iter()
                .map(|input| input.resource)
                .chain(listed)
                .enumerate()
                .map(|(place, resource)| {
                    self.canary(resource, owner, &format!("canary{place}"), operation)
                })
                .collect();
            match canaries {
                Ok(canaries) => {
                    return Ok(Scene { operation, inputs, listed, owner, doer, canaries });
                }
                Err(reason) => why = why.or(Some(reason)),
            }
        }
        Err(why.unwrap_or_else(|| "the rules let nobody of those who are given do it".to_owned()))
    }
}

impl Scene<'_> {
    /// The canary that an operation is about.
    pub(super) fn meant(&self, generator: &Generator<'_>) -> usize {
        if self.listed.is_some() {
            return self.inputs.len();
        }
        let touched = generator.model.authorization.operations.get(self.operation);
        let about = touched.and_then(|touched| touched.does.first()).map(|(resource, _)| *resource);
        self.inputs.iter().position(|input| Some(input.resource) == about).unwrap_or(0)
    }
}

/// The resources that an operation is tried with, each once.
pub(super) fn resources(inputs: &[&ObjectInput], listed: Option<usize>) -> Vec<usize> {
    let mut all: Vec<usize> = inputs.iter().map(|input| input.resource).chain(listed).collect();
    all.sort_unstable();
    all.dedup();
    all
}
