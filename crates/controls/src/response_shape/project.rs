//! The projection of an answer to what is declared.

use portcullis_contract::{Member, ObjectShape, Property, Shape, ShapeId, Shapes, Types};
use portcullis_json::{Document, Kind, Value};
use portcullis_model::Pointer;

use crate::sensitive::secret_name;
use crate::xml::Stray;

/// Why a property does not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nothing declares it.
    Undeclared,
    /// It is declared `writeOnly`.
    WriteOnly,
    /// An object or array where the document declares neither.
    WrongType,
    /// Nothing is declared here, and its name is that of a secret.
    SensitiveName,
}

impl Why {
    /// The short word for the ledger.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Undeclared => "undeclared_property",
            Self::WriteOnly => "write_only_property",
            Self::WrongType => "wrong_type",
            Self::SensitiveName => "sensitive_name",
        }
    }
}

/// A property that does not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Where it stands, items of arrays as `*`: `/items/*/cost`.
    pub at: Pointer,
    /// Why.
    pub why: Why,
    /// How many times.
    pub count: u32,
}

/// What the projection finds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Projection {
    /// The values that do not leave, by their place in the document.
    pub drop: Vec<u32>,
    /// The same for people, equal places counted once.
    pub removed: Vec<Removed>,
    /// The whole answer is of a type that is not declared.
    pub is_root_undeclared: bool,
    /// The document describes nothing of it.
    pub is_not_described: bool,
    /// A list stands where one was declared, or the other way round; both are filtered.
    pub is_of_other_type: bool,
}

impl Projection {
    /// Adds what has no place in the tree of an XML answer: nothing declares it.
    pub fn add_stray(&mut self, index: u32, stray: &Stray) {
        self.drop.push(index);
        let (at, why) = (stray.at.clone(), Why::Undeclared);
        let known = self.removed.iter_mut().find(|one| one.why == why && one.at == at);
        if let Some(known) = known {
            known.count = known.count.saturating_add(1);
        } else if self.removed.len() < REMOVED_MAX {
            self.removed.push(Removed { at, why, count: 1 });
        }
    }
}

const SCALARS: Types = Types::BOOLEAN.or(Types::NUMBER).or(Types::STRING);

/// How many different places are reported.
const REMOVED_MAX: usize = 16;

/// What becomes of a value whose type is not the declared one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherType {
    /// It does not leave.
    Removed,
    /// It leaves like a value that nobody described. Errors are told in more ways than documents
    /// say, and clients depend on what they tell (rule 22).
    Kept,
}

/// Projects a document to a shape; `None` is "nothing is described".
pub fn project(
    document: &Document,
    shapes: &Shapes,
    shape: Option<ShapeId>,
    other_type: OtherType,
) -> Projection {
    let projection = Projection::default();
    let mut walk = Walk { shapes, other_type, removed: Vec::new(), projection };
    let root = document.root();
    let at = Step { up: None, name: None };
    let Some(shape) = shape.map(|shape| shapes.get(shape)) else {
        walk.projection.is_not_described = true;
        walk.free_form(root, &at);
        return walk.finish();
    };
    walk.projection.is_not_described = shape.types.contains(Types::OBJECT)
        && !shape.object.is_described()
        && shape.items.is_none();
    if !walk.value(root, shape, &at) && !walk.keeps(root, &at) {
        walk.projection.is_root_undeclared = true;
    }
    walk.finish()
}

/// Names of members; `None` is any item of an array.
type Place<'a> = Vec<Option<&'a str>>;

/// One step on the way from the root, and those before it. The root's own step counts for nothing.
struct Step<'s, 'a> {
    up: Option<&'s Step<'s, 'a>>,
    name: Option<&'a str>,
}

impl<'a> Step<'_, 'a> {
    const fn member<'n>(&'n self, name: &'a str) -> Step<'n, 'a> {
        Step { up: Some(self), name: Some(name) }
    }

    const fn item(&self) -> Step<'_, 'a> {
        Step { up: Some(self), name: None }
    }

    fn place(&self) -> Place<'a> {
        let mut place = Vec::new();
        let mut step = self;
        while let Some(up) = step.up {
            place.push(step.name);
            step = up;
        }
        place.reverse();
        place
    }
}

struct Walk<'a> {
    shapes: &'a Shapes,
    other_type: OtherType,
    removed: Vec<(Place<'a>, Why, u32)>,
    projection: Projection,
}

impl<'a> Walk<'a> {
    /// Looks at a value; false if it is of a type that may not leave here at all.
    fn value(&mut self, value: Value<'a>, shape: &'a Shape, at: &Step<'_, 'a>) -> bool {
        match value.kind() {
            Kind::Object if shape.types.contains(Types::OBJECT) => {
                self.object(value, &shape.as_object(self.shapes).object, at);
                true
            }
            Kind::Object if self.other_type == OtherType::Kept => false,
            // Declared a list, sent one: filtered as an item (documents are wrong in places).
            Kind::Object => match self.items_of(shape) {
                Some(items) => {
                    self.projection.is_of_other_type = true;
                    self.value(value, items, at)
                }
                None => false,
            },
            Kind::Array if shape.types.contains(Types::ARRAY) => {
                match shape.item(self.shapes) {
                    Some(items) => self.items(value, items, at),
                    None => value.items().for_each(|item| self.free_item(item, at)),
                }
                true
            }
            // Declared one, sent a list: each is filtered as the one, or as an item, if there are
            // items without a list.
            Kind::Array if shape.types.contains(Types::OBJECT) => {
                self.projection.is_of_other_type = true;
                self.items(value, shape.items.map_or(shape, |items| self.shapes.get(items)), at);
                true
            }
            Kind::Array => false,
            Kind::Null => true,
            // A text where only an object or a list is declared could hold anything.
            _ => shape.types.intersects(SCALARS),
        }
    }

    fn items_of(&self, shape: &Shape) -> Option<&'a Shape> {
        if !shape.types.contains(Types::ARRAY) {
            return None;
        }
        // Only one step: an item that is itself a list does not stand for an object.
        let items = self.shapes.get(shape.items?);
        items.types.contains(Types::OBJECT).then_some(items)
    }

    fn items(&mut self, value: Value<'a>, shape: &'a Shape, at: &Step<'_, 'a>) {
        let at = at.item();
        for item in value.items() {
            // An array in an array where only objects are declared would recurse on one shape;
            // its depth is bounded by the document's.
            self.declared(item, shape, &at);
        }
    }

    /// A value for which a shape is declared.
    fn declared(&mut self, value: Value<'a>, shape: &'a Shape, at: &Step<'_, 'a>) {
        if shape.write_only {
            self.remove(value, Why::WriteOnly, at);
        } else if !self.value(value, shape, at) && !self.keeps(value, at) {
            self.remove(value, Why::WrongType, at);
        }
    }

    /// Whether a value of another type than the declared one leaves.
    fn keeps(&mut self, value: Value<'a>, at: &Step<'_, 'a>) -> bool {
        if self.other_type == OtherType::Removed {
            return false;
        }
        self.projection.is_of_other_type = true;
        self.free_form(value, at);
        true
    }

    fn object(&mut self, value: Value<'a>, shape: &'a ObjectShape, at: &Step<'_, 'a>) {
        let mut hint = 0;
        for (name, member) in value.members() {
            let name = name.as_str().unwrap_or_default();
            self.member(member, shape, &mut hint, &at.member(name));
        }
    }

    fn member(
        &mut self,
        member: Value<'a>,
        shape: &'a ObjectShape,
        hint: &mut usize,
        at: &Step<'_, 'a>,
    ) {
        let name = at.name.unwrap_or_default();
        match shape.member(name, hint) {
            Member::Property(property) if property.write_only => {
                self.remove(member, Why::WriteOnly, at);
            }
            Member::Property(Property { shape, .. })
            | Member::Pattern(shape)
            | Member::Map(shape) => self.declared(member, self.shapes.get(shape), at),
            Member::FreeForm if secret_name(name) => {
                self.remove(member, Why::SensitiveName, at);
            }
            Member::FreeForm => self.free_form(member, at),
            Member::Undeclared | Member::Closed => self.remove(member, Why::Undeclared, at),
        }
    }

    /// Nothing is declared here: only names of secrets are taken out.
    fn free_form(&mut self, value: Value<'a>, at: &Step<'_, 'a>) {
        for (name, member) in value.members() {
            let name = name.as_str().unwrap_or_default();
            let at = at.member(name);
            if secret_name(name) {
                self.remove(member, Why::SensitiveName, &at);
            } else {
                self.free_form(member, &at);
            }
        }
        value.items().for_each(|item| self.free_item(item, at));
    }

    fn free_item(&mut self, item: Value<'a>, at: &Step<'_, 'a>) {
        self.free_form(item, &at.item());
    }

    fn remove(&mut self, member: Value<'_>, why: Why, at: &Step<'_, 'a>) {
        self.projection.drop.push(member.index());
        let place = at.place();
        let is_known = |(at, known, _): &&mut (Place<'a>, Why, u32)| *known == why && *at == place;
        if let Some((_, _, count)) = self.removed.iter_mut().find(is_known) {
            *count = count.saturating_add(1);
        } else if self.removed.len() < REMOVED_MAX {
            self.removed.push((place, why, 1));
        }
    }

    fn finish(mut self) -> Projection {
        for (place, why, count) in self.removed {
            let mut at = Pointer::root();
            place.iter().for_each(|step| at.push(step.unwrap_or("*")));
            self.projection.removed.push(Removed { at, why, count });
        }
        self.projection
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_contract::NoFiles;
    use portcullis_json::Limits;
    use portcullis_model::Sources;

    /// What leaves of an answer that this schema declares.
    fn left(schema: &str, answer: &str) -> String {
        let mut sources = Sources::default();
        let text = format!(
            r#"{{"openapi": "3.0.3", "info": {{"title": "t", "version": "1"}}, "paths": {{"/t":
            {{"get": {{"responses": {{"200": {{"content": {{"application/json":
            {{"schema": {schema}}}}}}}}}}}}}}}}}"#
        );
        let main = sources.add("t.json", text);
        let contract = portcullis_contract::read(&mut sources, main, &mut NoFiles).unwrap();
        let schema = contract.operations[0].responses[0].media[0].schema.as_ref();
        let mut document = Document::parse(answer.into(), &Limits::default()).unwrap();
        let shape = schema.map(|schema| schema.shape);
        let found = project(&document, &contract.shapes, shape, OtherType::Removed);
        found.drop.iter().for_each(|index| document.drop_value(*index));
        let mut out = Vec::new();
        document.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_list_where_only_members_are_declared_is_filtered_like_one() {
        let schema = r#"{"properties": {"id": {}}}"#;
        assert_eq!(
            left(schema, r#"[{"id": 1, "hash": 2}, [{"hash": 3}], 4]"#),
            r#"[{"id":1},[{}],4]"#
        );
        let schema = r#"{"properties": {"in": {"properties": {"id": {}}}}}"#;
        assert_eq!(left(schema, r#"{"in": [{"hash": 2}]}"#), r#"{"in":[{}]}"#);
        let schema = r#"{"type": "object", "items": {"properties": {"id": {}}}}"#;
        assert_eq!(left(schema, r#"[{"id": 1, "hash": 2}]"#), r#"[{"id":1}]"#);
        let schema = r#"{"type": ["array", "object"], "properties": {"id": {}}}"#;
        assert_eq!(
            left(schema, r#"[{"any": 1}]"#),
            r#"[{"any":1}]"#,
            "a list of anything is declared"
        );
    }

    #[test]
    fn an_object_where_only_items_are_declared_is_filtered_like_one_of_them() {
        let schema = r#"{"items": {"properties": {"id": {}}}}"#;
        assert_eq!(left(schema, r#"{"id": 1, "hash": 2}"#), r#"{"id":1}"#);
    }

    #[test]
    fn password_like_names_are_known_in_every_spelling() {
        for name in ["password", "Password_Hash", "passwordHash", "card-number", "CVV", "pwd"] {
            assert!(secret_name(name), "{name}");
        }
        for name in ["encrypted_password", "user_pass", "passwordConfirmation"] {
            assert!(secret_name(name), "{name}");
        }
        for name in ["access_token", "password_changed_at", "pass", "card_last4", ""] {
            assert!(!secret_name(name), "{name}");
        }
    }
}
