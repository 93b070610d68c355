//! Members of objects that a rule hides, or keeps from being written.

use portcullis_contract::ShapeId;
use portcullis_model::Diagnostic;
use portcullis_yaml::{Spanned, shown};

use super::super::pointers::{Declared, declared, near};
use super::One;
use crate::authorization::Hidden;
use crate::claim::ClaimPointer;
use crate::codes;
use crate::file::AccessRule;

/// Members that one rule names.
const MEMBERS_MAX: usize = 128;

/// What is hidden, and what is not written, of the objects of a resource.
pub(super) fn of(rule: &AccessRule, resource: usize, one: &mut One<'_, '_>) -> (Hidden, Hidden) {
    let mut list = |list: &Option<Vec<Spanned<ClaimPointer>>>| {
        list.as_ref().map(|list| {
            let known = list.iter().take(MEMBERS_MAX).filter(|at| one.has_member(at, resource));
            known.map(|at| at.value.0.clone()).collect::<Vec<_>>()
        })
    };
    let mut either = |these, all_but| match (list(these), list(all_but)) {
        (Some(these), _) => Hidden::These(these),
        (None, Some(shown)) => Hidden::AllBut(shown),
        (None, None) => Hidden::Nothing,
    };
    (either(&rule.hide, &rule.only), either(&rule.readonly, &rule.writable))
}

impl One<'_, '_> {
    /// Whether a schema of the resource has such a member; told where no resource of the rule has.
    fn has_member(&mut self, at: &Spanned<ClaimPointer>, resource: usize) -> bool {
        let shapes = &self.contract().shapes;
        let roots = |index: usize| {
            let resource = self.resources.get(index);
            let named = resource.into_iter().flat_map(|resource| &resource.schemas);
            let shapes_of = named.flat_map(|name| shapes.shapes_of(*name));
            let unnamed = resource.into_iter().flat_map(|resource| resource.shapes.iter().copied());
            shapes_of.chain(unnamed).collect::<Vec<ShapeId>>()
        };
        let has = |index: usize| {
            let found = |root: &ShapeId| declared(shapes, *root, &at.value.0) != Declared::Nothing;
            roots(index).iter().any(found)
        };
        if has(resource) {
            return true;
        }
        let all = self.on(false);
        if all.first() == Some(&resource) && !all.iter().any(|index| has(*index)) {
            let near = near(shapes, roots(resource).into_iter(), &at.value.0);
            let name = self.resources.get(resource).map(|one| one.name.clone()).unwrap_or_default();
            self.notes.push(|| {
                let message = format!("no schema of {} has {}", shown(&name), shown(&at.value.0));
                Diagnostic::error(&codes::BAD_POINTER, message)
                    .at(at.span)
                    .label("nothing is hidden by this")
                    .help(match near {
                        Some(near) => format!("did you mean {}?", shown(&near)),
                        None => {
                            "name a member that the contract declares; others do not pass at all"
                                .to_owned()
                        }
                    })
            });
        }
        false
    }
}
