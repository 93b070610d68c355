//! Members of objects that the policy names, looked for in the schemas.

use portcullis_contract::{Member, ShapeId, Shapes, Types};
use portcullis_model::did_you_mean;

/// What is declared at a pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Declared {
    /// A value of this shape.
    At(ShapeId),
    /// Nothing is declared there, and anything may stand there.
    Open,
    /// Nothing.
    Nothing,
}

/// What is declared at a JSON Pointer below a shape; `*` is any item or any value of a map.
pub(in super::super) fn declared(shapes: &Shapes, root: ShapeId, pointer: &str) -> Declared {
    let mut at = root;
    for token in pointer.split('/').skip(1) {
        let here = shapes.get(at);
        if token == "*"
            && let Some(inner) = any(shapes, at)
        {
            at = inner;
            continue;
        }
        let is_list = here.types.contains(Types::ARRAY) && !here.types.contains(Types::OBJECT);
        if is_list && let Some(items) = here.items {
            // Lists are looked through: `/items/price` is that of each.
            at = items;
        }
        let name = token.replace("~1", "/").replace("~0", "~");
        match shapes.get(at).object.member(&name, &mut 0) {
            Member::Property(property) => at = property.shape,
            Member::Pattern(shape) | Member::Map(shape) => at = shape,
            Member::FreeForm => return Declared::Open,
            Member::Undeclared | Member::Closed => return Declared::Nothing,
        }
    }
    Declared::At(at)
}

fn any(shapes: &Shapes, at: ShapeId) -> Option<ShapeId> {
    let here = shapes.get(at);
    let map = match here.object.rest {
        portcullis_contract::Rest::Map(values) => Some(values),
        _ => None,
    };
    here.items.or(map)
}

/// A declared member of one of these shapes that is written almost so.
pub(in super::super) fn near<'a>(
    shapes: &'a Shapes,
    roots: impl Iterator<Item = ShapeId>,
    pointer: &str,
) -> Option<String> {
    let (before, last) = pointer.rsplit_once('/')?;
    let mut names: Vec<&'a str> = Vec::new();
    for root in roots {
        if let Declared::At(at) = declared(shapes, root, before) {
            names.extend(shapes.get(at).object.properties().map(|(name, _)| name));
        }
    }
    did_you_mean(last, names).map(|near| format!("{before}/{near}"))
}
