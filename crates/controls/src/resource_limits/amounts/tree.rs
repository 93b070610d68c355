//! Amounts in a body, whatever it was written in.

use portcullis_contract::{Schema, ShapeId, Types};
use portcullis_json::{Kind, Value};
use portcullis_model::Refusal;

use super::names::{Meaning, Sureness, is_paging, meaning, says_page, speaks_of_pages};
use super::{Asking, Excess};
use crate::declared::{InObject, Standing, each};
use crate::face::Judgement;

/// Judges every amount and every list of objects in a body of this schema.
pub fn judge_tree(asking: Asking<'_>, value: Value<'_>, schema: Option<&Schema>) -> Judgement<()> {
    match values(asking, value, schema.map(|schema| schema.shape), ("body", false)) {
        Ok(()) => Judgement::Pass(()),
        Err(refusal) => Judgement::Refuse(*refusal, ()),
    }
}

/// The values of a tree that is called `root`. Where it stands in a query (`is_query`), a limit is one of items,
/// and not of credit.
pub(super) fn values<'a>(
    asking: Asking<'_>,
    value: Value<'a>,
    shape: Option<ShapeId>,
    (root, is_query): (&str, bool),
) -> Result<(), Box<Refusal>> {
    each(
        asking.shapes,
        value,
        shape,
        &mut |standing: &Standing<'a, '_>| match standing.value.kind() {
            Kind::Array => {
                // Numbers and texts cost an API little: vectors and polygons have thousands.
                let objects =
                    standing.value.items().filter(|item| item.kind() == Kind::Object).count();
                asking.items(&|| standing.place(root), objects, asking.bounds(standing.shape))?;
                wrapped(asking, standing, (root, is_query))
            }
            Kind::Object => wrapped(asking, standing, (root, is_query)),
            Kind::Number | Kind::String => match standing.member {
                Some(member) => amount(asking, standing, member, (root, is_query)),
                None => Ok(()),
            },
            Kind::Null | Kind::True | Kind::False => Ok(()),
        },
    )
}

fn amount(
    asking: Asking<'_>,
    standing: &Standing<'_, '_>,
    member: InObject<'_>,
    (root, is_query): (&str, bool),
) -> Result<(), Box<Refusal>> {
    let Some((meaning, sureness)) = meaning(member.name) else { return Ok(()) };
    let is_sure = sureness == Sureness::Alone && (is_query || says_page(member.name));
    let is_paged = || standing.holder().is_some_and(is_paging) || is_paged(asking, member, meaning);
    if !is_sure && !is_paged() {
        return Ok(());
    }
    let text = standing.value.as_number().or_else(|| standing.value.as_str()).unwrap_or_default();
    // What says nothing is what the API does by itself.
    if text.is_empty() {
        return Ok(());
    }
    asking.amount(&|| standing.place(root), (meaning, sureness), (text, standing.shape), &is_paged)
}

/// A page size inside a list or an object, where nothing says that one stands there: `[100000]` is a number to
/// JavaScript.
fn wrapped(
    asking: Asking<'_>,
    standing: &Standing<'_, '_>,
    (root, is_query): (&str, bool),
) -> Result<(), Box<Refusal>> {
    let Some(member) = standing.member else { return Ok(()) };
    let is_size = meaning(member.name) == Some((Meaning::Size, Sureness::Alone));
    let types = standing.shape.map_or(Types::ANY, |id| asking.shapes.get(id).types);
    let is_said = types != Types::ANY;
    if !is_size || !(is_query || says_page(member.name)) || is_said {
        return Ok(());
    }
    Err(Box::new(asking.refusal(&standing.place(root), Excess::NoNumber)))
}

/// Whether another member says that there are pages: one that is declared, or stands there.
fn is_paged(asking: Asking<'_>, member: InObject<'_>, meaning: Meaning) -> bool {
    let speaks = |name: &str| name != member.name && speaks_of_pages(name, meaning);
    let declared = member.shape.map(|id| &asking.shapes.get(id).object);
    declared.is_some_and(|object| object.properties().any(|(name, _)| speaks(name)))
        || member.object.members().any(|(name, _)| speaks(name.as_str().unwrap_or_default()))
}
