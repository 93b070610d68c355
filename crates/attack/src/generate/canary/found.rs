//! Where does somebody see an object of their own, where none can be made?

use portcullis_model::Method;
use portcullis_policy::naming::words;

use super::super::Generator;
use super::super::left_alone;
use super::super::may::{Known, Person, opens};
use super::super::request::Wanted;
use super::super::shown::shown;
use super::Canary;

impl Generator<'_> {
    /// By an operation that shows the caller's own.
    pub(super) fn found(
        &self,
        (index, near): (usize, usize),
        person: &Person,
        prefix: &str,
    ) -> Option<Canary> {
        let model = self.model;
        let resource = self.resource(index).ok()?;
        let is_account = Some(index) == left_alone::account(model);
        let whoami = model.callers.whoami.as_ref().map(|whoami| whoami.operation);
        let whoami = whoami.filter(|_| is_account);
        let own = |operation: &usize| {
            let declared = model.contract.operation(*operation);
            declared.is_some_and(|declared| {
                let segments = declared.template.split('/').chain(declared.id.as_deref());
                segments.flat_map(words).any(|word| matches!(word.as_str(), "my" | "me" | "own"))
            })
        };
        let named = (0..model.contract.operations.len()).filter(own);
        let all = self.nearest(whoami.into_iter().chain(resource.own_list).chain(named), near);
        all.into_iter().filter(|operation| opens(model, *operation, person) != Known::No).find_map(
            |operation| {
                let declared = model.contract.operation(operation)?;
                let touched = model.authorization.operations.get(operation)?;
                let is_plain = declared.method == Method::Get && touched.inputs.is_empty();
                let shown = shown(&model.contract, declared, resource).filter(|_| is_plain)?;
                let wanted = Wanted { by: Some(&person.name), ..Wanted::default() };
                let written = self.requests.write(operation, &wanted).ok()?;
                let mut canary = self.kept(
                    (index, resource, operation),
                    written.step,
                    Vec::new(),
                    &shown,
                    (prefix, false),
                );
                canary.is_made = false;
                Some(canary)
            },
        )
    }
}
