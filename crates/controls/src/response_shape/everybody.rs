//! What everybody sees of objects: what does not leave, and what leaves in its place.

use std::sync::Arc;

use portcullis_contract::{Operation, ShapeId, Shapes};
use portcullis_json::{Document, Scalar, Value};
use portcullis_model::Date;
use portcullis_policy::{AnswerMask, DerivedMember, Hidden, Model};

use crate::coverage::is_success;
use crate::derived::{DerivationKey, Derived, derive};
use crate::labelled;
use crate::object_ownership::Places;
use crate::rules::members;

/// What becomes of an answer. Values and objects are given by their place in the document.
#[derive(Debug, Default, PartialEq)]
pub struct Edits {
    /// Values that do not leave.
    pub drop: Vec<u32>,
    /// Values in the place of which something else leaves.
    pub replace: Vec<(u32, Scalar)>,
    /// Members that are added to objects, once the others are gone.
    pub insert: Vec<(u32, Arc<str>, Scalar)>,
    /// Values that leave although they look like hashes.
    pub show: Vec<u32>,
    /// What is reported.
    pub told: Vec<Told>,
}

/// Something that happened to several objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The short word for the ledger.
    pub reason: &'static str,
    /// What of which object: `/email of Customer`.
    pub what: String,
    /// How often.
    pub count: u32,
}

/// Where answers have objects of which everybody sees a part.
pub fn masked(model: &Model) -> Places {
    let masks = model.answers.masks.iter();
    let described = masks.map(|one| (one.schemas.as_slice(), one.shapes.as_slice()));
    Places::described(&model.contract.shapes, described)
}

/// The masks that answers of success of an operation come under, by number.
pub fn masks_of(model: &Model, places: &Places, operation: &Operation) -> Vec<usize> {
    let answers = operation.responses.iter().filter(|answer| is_success(answer.status));
    let schemas = answers.flat_map(|answer| &answer.media).filter_map(|one| one.schema.as_ref());
    let reached = schemas.map(|one| places.found(&model.contract.shapes, one.shape));
    let mut found: Vec<usize> = reached.flatten().collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Masks an answer of this shape. Values are derived of what the API sent, and of nothing that was taken out
/// before: whoever does not see a member sees nothing that is derived of it.
pub fn everybody(
    document: &Document,
    shape: ShapeId,
    (shapes, masks, places): (&Shapes, &[AnswerMask], &Places),
    today: Date,
    key: Option<&DerivationKey>,
) -> Edits {
    let mut edits = Edits::default();
    let leads = |shape| places.leads(shape);
    labelled::each(document.root(), shape, shapes, &leads, &mut |object, shape| {
        let own = places.own(shape).iter().filter_map(|index| masks.get(*index));
        own.for_each(|mask| edits.object(object, mask, today, key));
    });
    // Two masks of one object may hide what the other one derives from, and one wins over the other.
    let Edits { drop, replace, .. } = &mut edits;
    drop.sort_unstable();
    drop.dedup();
    replace.retain(|(index, _)| drop.binary_search(index).is_err());
    edits
}

impl Edits {
    fn object(
        &mut self,
        object: Value<'_>,
        mask: &AnswerMask,
        today: Date,
        key: Option<&DerivationKey>,
    ) {
        let mut replaced = Vec::new();
        for member in &mask.derive {
            let source = member.from.as_deref().and_then(|from| object.lookup(from));
            let derived = match derive(&member.how, source, today, key) {
                Derived::Value(scalar) => Some(scalar),
                // Where there was nothing, nothing is missed.
                Derived::Nothing(_) if source.is_none_or(Value::is_null) => None,
                Derived::Nothing(why) => {
                    let what = format!("`{}` of {}: {}", member.name, mask.name, why.name());
                    self.tell("not_derived", what);
                    None
                }
            };
            let Some(scalar) = derived else { continue };
            self.tell("derived_property", format!("`{}` of {}", member.name, mask.name));
            match source.filter(|_| member.replaces_source()) {
                Some(source) => {
                    replaced.push(source.index());
                    self.replace.push((source.index(), scalar));
                }
                None => self.added(object, member, scalar),
            }
        }
        let exactly = members::exactly;
        let hidden = Hidden::These(mask.hide.clone());
        members::meant(object, &hidden, &[], exactly, &mut |at, value| {
            if !replaced.contains(&value.index()) {
                self.drop.push(value.index());
                self.tell("hidden_property", format!("{at} of {}", mask.name));
            }
        });
        let shown = Hidden::These(mask.show.clone());
        members::meant(object, &shown, &[], exactly, &mut |_, value| {
            self.show.push(value.index());
        });
    }

    fn added(&mut self, object: Value<'_>, member: &DerivedMember, scalar: Scalar) {
        // What the API calls so itself is no part of its contract.
        self.drop.extend(object.get(&member.name).map(Value::index));
        self.insert.push((object.index(), Arc::clone(&member.name), scalar));
    }

    fn tell(&mut self, reason: &'static str, what: String) {
        let known = self.told.iter_mut().find(|one| one.reason == reason && one.what == what);
        match known {
            Some(known) => known.count = known.count.saturating_add(1),
            None => self.told.push(Told { reason, what, count: 1 }),
        }
    }
}
