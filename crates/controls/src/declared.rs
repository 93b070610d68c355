//! Every value of a body, with where it stands and what is declared of it and of what it stands in.

use portcullis_contract::{Member, ShapeId, Shapes};
use portcullis_json::{Kind, Value};
use portcullis_model::Pointer;

/// One step on the way from the root of a body.
#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

/// A value where it stands.
pub(crate) struct Standing<'a, 'w> {
    /// The value.
    pub(crate) value: Value<'a>,
    /// What is declared of it, if anything.
    pub(crate) shape: Option<ShapeId>,
    /// The member that it is, if it is one.
    pub(crate) member: Option<InObject<'a>>,
    at: &'w [Step<'a>],
}

/// A member's name, and the object that it is in.
#[derive(Clone, Copy)]
pub(crate) struct InObject<'a> {
    pub(crate) name: &'a str,
    pub(crate) object: Value<'a>,
    pub(crate) shape: Option<ShapeId>,
}

impl<'a> Standing<'a, '_> {
    /// The name of the member that holds the object in which it is a member, if one does.
    pub(crate) fn holder(&self) -> Option<&'a str> {
        match self.at {
            [.., Step::Name(holder), Step::Name(_)] => Some(holder),
            _ => None,
        }
    }

    /// Where it stands, as policies write it: `body./items/0`, in a body.
    pub(crate) fn place(&self, root: &str) -> String {
        let mut at = Pointer::root();
        for step in self.at {
            match step {
                Step::Name(name) => at.push(name),
                Step::Index(index) => at.push_index(*index),
            }
        }
        format!("{root}.{at}")
    }
}

/// Shows every value, the root first, until one is not taken. The reader of the body has bounded how many there are,
/// and how deep they stand.
pub(crate) fn each<'a, E>(
    shapes: &Shapes,
    value: Value<'a>,
    shape: Option<ShapeId>,
    see: &mut impl FnMut(&Standing<'a, '_>) -> Result<(), E>,
) -> Result<(), E> {
    Walk { shapes, at: Vec::new(), see }.value(value, shape, None)
}

struct Walk<'a, 's, F> {
    shapes: &'s Shapes,
    at: Vec<Step<'a>>,
    see: &'s mut F,
}

impl<'a, F> Walk<'a, '_, F> {
    fn value<E>(
        &mut self,
        value: Value<'a>,
        shape: Option<ShapeId>,
        member: Option<InObject<'a>>,
    ) -> Result<(), E>
    where
        F: FnMut(&Standing<'a, '_>) -> Result<(), E>,
    {
        (self.see)(&Standing { value, shape, member, at: &self.at })?;
        match value.kind() {
            Kind::Object => self.members(value, shape),
            Kind::Array => {
                let items = shape.and_then(|id| self.shapes.item_of(id));
                for (index, item) in value.items().enumerate() {
                    self.at.push(Step::Index(index));
                    self.value(item, items, None)?;
                    self.at.pop();
                }
                Ok(())
            }
            Kind::String | Kind::Null | Kind::True | Kind::False | Kind::Number => Ok(()),
        }
    }

    fn members<E>(&mut self, object: Value<'a>, shape: Option<ShapeId>) -> Result<(), E>
    where
        F: FnMut(&Standing<'a, '_>) -> Result<(), E>,
    {
        let shape = shape.map(|id| self.shapes.object_of(id));
        let declared = shape.map(|id| self.shapes.get(id));
        let mut hint = 0;
        for (name, value) in object.members() {
            let name = name.as_str().unwrap_or_default();
            let inner = match declared.map(|shape| shape.object.member(name, &mut hint)) {
                Some(Member::Property(property)) => Some(property.shape),
                Some(Member::Pattern(inner) | Member::Map(inner)) => Some(inner),
                Some(Member::FreeForm | Member::Undeclared | Member::Closed) | None => None,
            };
            self.at.push(Step::Name(name));
            self.value(value, inner, Some(InObject { name, object, shape }))?;
            self.at.pop();
        }
        Ok(())
    }
}
