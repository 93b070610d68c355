//! Whether a member of an object is one value or several, as its schema declares it.

use portcullis_contract::{Member, ShapeId, Shapes, Types};
use portcullis_policy::Resource;

/// How many values an attribute has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One: a `String`.
    One,
    /// Several: a `Set<String>`.
    Several,
}

/// Every schema of a resource.
fn roots<'m>(shapes: &'m Shapes, resource: &'m Resource) -> impl Iterator<Item = ShapeId> + 'm {
    let named = resource.schemas.iter().flat_map(|name| shapes.shapes_of(*name));
    named.chain(resource.shapes.iter().copied())
}

/// The members at the top of a resource's objects that are values, or lists of them: JSON Pointers.
pub(crate) fn top(shapes: &Shapes, resource: &Resource) -> Vec<String> {
    let mut pointers = Vec::new();
    for root in roots(shapes, resource) {
        for (name, property) in shapes.get(root).object.properties() {
            let shape = shapes.get(property.shape);
            let items = shape.items.map_or(Types::ANY, |items| shapes.get(items).types);
            let holds = if shape.types.contains(Types::ARRAY) { items } else { shape.types };
            if !property.write_only && holds.intersects(Types::SCALAR) {
                pointers.push(format!("/{}", name.replace('~', "~0").replace('/', "~1")));
            }
        }
    }
    pointers
}

/// What stands at a JSON Pointer: one value only where every schema that declares it says so.
pub(crate) fn of(shapes: &Shapes, resource: &Resource, pointer: &str) -> Kind {
    let kinds: Vec<Kind> =
        roots(shapes, resource).filter_map(|root| below(shapes, root, pointer)).collect();
    if kinds.is_empty() || kinds.contains(&Kind::Several) { Kind::Several } else { Kind::One }
}

/// None: this schema does not declare it.
fn below(shapes: &Shapes, root: ShapeId, pointer: &str) -> Option<Kind> {
    let mut at = root;
    for token in pointer.split('/').skip(1) {
        if shapes.get(at).types.contains(Types::ARRAY) {
            return Some(Kind::Several);
        }
        let name = token.replace("~1", "/").replace("~0", "~");
        match shapes.get(at).object.member(&name, &mut 0) {
            Member::Property(property) => at = property.shape,
            Member::Pattern(shape) | Member::Map(shape) => at = shape,
            Member::FreeForm => return Some(Kind::Several),
            Member::Undeclared | Member::Closed => return None,
        }
    }
    let is_one = !shapes.get(at).types.contains(Types::ARRAY);
    Some(if is_one { Kind::One } else { Kind::Several })
}
