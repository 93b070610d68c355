//! The objects of a tree, each with the shape that describes it.

use portcullis_contract::{Member, ShapeId, Shapes, Types};
use portcullis_json::{Kind, Value};

/// Tells `visit` of each object in a value of this shape, the outer one before those in it. `leads` says where
/// it is worth looking. A list where one object was declared, and the other way round, is looked into.
pub(crate) fn each<'d>(
    value: Value<'d>,
    shape: ShapeId,
    shapes: &Shapes,
    leads: &dyn Fn(ShapeId) -> bool,
    visit: &mut dyn FnMut(Value<'d>, ShapeId),
) {
    if !leads(shape) {
        return;
    }
    match value.kind() {
        Kind::Object => {
            let shape = as_object(shape, shapes);
            visit(value, shape);
            let object = &shapes.get(shape).object;
            let mut hint = 0;
            for (name, member) in value.members() {
                let name = name.as_str().unwrap_or_default();
                let inner = match object.member(name, &mut hint) {
                    Member::Property(property) => property.shape,
                    Member::Pattern(shape) | Member::Map(shape) => shape,
                    Member::FreeForm | Member::Undeclared | Member::Closed => continue,
                };
                each(member, inner, shapes, leads, visit);
            }
        }
        Kind::Array => {
            let items = shapes.item_of(shape).unwrap_or(shape);
            value.items().for_each(|item| each(item, items, shapes, leads, visit));
        }
        _ => {}
    }
}

fn as_object(shape: ShapeId, shapes: &Shapes) -> ShapeId {
    let declared = shapes.get(shape);
    match declared.items {
        Some(items) if !declared.types.contains(Types::OBJECT) => items,
        _ => shapes.object_of(shape),
    }
}
