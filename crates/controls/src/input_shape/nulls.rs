//! `null_means: absent`: members that an owner takes for absent where they are `null`.

use portcullis_contract::{ObjectShape, Shape, ShapeId, Shapes, Types};
use portcullis_json::{Document, Kind, Value};
use portcullis_model::Pointer;

/// A member that is `null` where its declaration allows no null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NullMember {
    /// Its value's place in the document.
    pub index: u32,
    /// Where it stands.
    pub at: Pointer,
}

/// The declared properties of a body that are `null` and may not be. One that is required is missing
/// without its null, which the schema refuses.
pub fn null_members(
    document: &Document,
    shapes: &Shapes,
    shape: Option<ShapeId>,
) -> Vec<NullMember> {
    let mut found = Vec::new();
    if let Some(shape) = shape {
        walk(document.root(), shapes.get(shape), shapes, &Pointer::root(), &mut found);
    }
    found
}

/// Recurses within the depth of bodies.
fn walk(
    value: Value<'_>,
    shape: &Shape,
    shapes: &Shapes,
    at: &Pointer,
    found: &mut Vec<NullMember>,
) {
    match value.kind() {
        Kind::Object => {
            let object = &shape.as_object(shapes).object;
            for (name, member) in value.members() {
                let name = name.as_str().unwrap_or_default();
                let Some(declared) = declared(object, name, shapes) else { continue };
                let mut at = at.clone();
                at.push(name);
                if !member.is_null() {
                    walk(member, declared, shapes, &at, found);
                } else if !declared.types.contains(Types::NULL) {
                    found.push(NullMember { index: member.index(), at });
                }
            }
        }
        Kind::Array => {
            let Some(items) = shape.item(shapes) else { return };
            for (index, item) in value.items().enumerate() {
                let mut at = at.clone();
                at.push_index(index);
                walk(item, items, shapes, &at, found);
            }
        }
        _ => {}
    }
}

fn declared<'s>(object: &ObjectShape, name: &str, shapes: &'s Shapes) -> Option<&'s Shape> {
    object.property(name, &mut 0).map(|property| shapes.get(property.shape))
}

/// Whether what stands there is a member that is `null`: then an owner may take it for absent.
pub(super) fn is_null_member(document: &Document, at: &Pointer) -> bool {
    let Some((parent, _)) = at.as_str().rsplit_once('/') else {
        return false;
    };
    let root = document.root();
    let is_null = root.lookup(at.as_str()).is_some_and(Value::is_null);
    is_null && root.lookup(parent).is_some_and(Value::is_object)
}
