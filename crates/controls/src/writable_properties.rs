//! # `writable_properties`
//!
//! Only properties that the contract declares as writable reach the API.
//!
//! ## Why
//!
//! Frameworks bind whatever a body holds: `"role": "admin"` beside a name and an e-mail address
//! makes an administrator (mass assignment; OWASP API3 2023, API6 2019; CWE-915). Schemas do not
//! help as they are written: nearly all published object schemas are open, so a validator accepts
//! every further property.
//!
//! ## Example
//!
//! `register` declares `email`, `name`, `password`. A body with `"role": "staff"` reaches the API
//! without `role`, and the record says so. `id`, declared `readOnly`, is removed likewise. With
//! `operations: { register: { undeclared: refuse } }` the whole request is refused; where the
//! schema says `additionalProperties: false` it always is.
//!
//! ## Limits
//!
//! The declared set is the union over `allOf`, `oneOf`, `anyOf` and conditionals: a property of
//! another alternative is left to the schema. A map (`additionalProperties: {schema}`) and an
//! object without any declared property are kept as they are; `check` lists such bodies. A map takes
//! no other spelling of a name that its object calls read-only (`Role`, `role[]`, ` role`).
//!
//! What a rule calls `readonly` is taken out by what is known of the object before it is written: where that
//! does not show which of several rules permit it, what any of them does not let through is taken out. A PUT
//! that lacks such a property may set it back in an API that replaces whole objects.
//!
//! XML is read by its schema into the same tree: elements and attributes that are no property are
//! cut out, and the rest goes on as it came. An XML body without a schema has no declared
//! properties.

mod by_role;

use portcullis_contract::{
    Media, Member, ObjectShape, Operation, Property, Shape, ShapeId, Shapes, Types,
};
use portcullis_json::{Document, Kind, Value};
use portcullis_model::{Code, ControlId, Diagnostic, Pointer, Refusal, Room, Status};
use portcullis_policy::{Model, Undeclared};

use crate::coverage::{self, Extent};
use crate::face::{Expectation, Face, Stride, Threat};
use crate::labels::may_hold_properties;
use crate::xml::Stray;

pub use by_role::{Sent, find};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::WritableProperties,
    item: "A6",
    guarantee: "only properties that the contract declares as writable reach the API",
    threat: Threat {
        id: "mass-assignment",
        text: "a caller sets what only the API should: a role, a price, an owner",
        stride: Stride::ElevationOfPrivilege,
        cwe: &[915],
    },
    rooms: &[Room::Validate, Room::AuthorizeObject],
    expectation,
    source: include_str!("writable_properties.rs"),
};

static NOT_DESCRIBED: Code = Code {
    name: "writable-body-not-described",
    page: "The request body has no declared properties (no schema, `{}`, a bare object, a list \
           without `items`), or holds such a place: there, `*` stands for any item or name. Every \
           name in it reaches the API.\n\nDescribe the body: `type: object` with `properties`, \
           `type: array` with `items`.",
};

/// The codes of this control.
pub const CODES: [&Code; 1] = [&NOT_DESCRIBED];

/// Why a property is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nothing declares it, and the schema is open or silent.
    Undeclared,
    /// Nothing declares it, and the schema is closed.
    Closed,
    /// It is declared `readOnly`.
    ReadOnly,
    /// No rule of the policy lets this caller write it.
    Role,
}

impl Why {
    const fn reason(self) -> &'static str {
        match self {
            Self::Undeclared => "undeclared_property",
            Self::Closed => "closed_schema",
            Self::ReadOnly => "read_only_property",
            Self::Role => "role_property",
        }
    }

    /// Of a refusal: what is sent is wrong, or who sends it.
    const fn status(self) -> Status {
        match self {
            Self::Role => Status::FORBIDDEN,
            Self::Undeclared | Self::Closed | Self::ReadOnly => Status::BAD_REQUEST,
        }
    }

    /// What stands there, for people.
    const fn words(self) -> &'static str {
        match self {
            Self::Undeclared => "a property that is not declared",
            Self::Closed => "a property that is not declared, in a schema that allows no others,",
            Self::ReadOnly => "a property that is declared `readOnly`",
            Self::Role => "a property that this caller may not write",
        }
    }
}

/// A property that is not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritable {
    /// Its value's place in the document.
    pub index: u32,
    /// Where it stands. Names come from the caller: for the ledger only.
    pub at: Pointer,
    /// Why.
    pub why: Why,
}

/// What becomes of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is written without these.
    Drop(Vec<Unwritable>),
    /// It is refused; an observer would have dropped these.
    Refuse(Refusal, Vec<Unwritable>),
}

/// Judges a body of this shape.
pub fn judge(
    document: &Document,
    shapes: &Shapes,
    shape: Option<ShapeId>,
    undeclared: Undeclared,
    is_undeclared_allowed: bool,
) -> Outcome {
    judge_with(document, Vec::new(), shapes, shape, undeclared, is_undeclared_allowed)
}

/// The same, with what was found beside the tree.
pub fn judge_with(
    document: &Document,
    beside: Vec<Unwritable>,
    shapes: &Shapes,
    shape: Option<ShapeId>,
    undeclared: Undeclared,
    is_undeclared_allowed: bool,
) -> Outcome {
    let mut walk = Walk { shapes, found: Vec::new(), at: Vec::new() };
    if let Some(shape) = shape {
        walk.value(document.root(), shapes.get(shape));
    }
    let mut found = walk.found;
    found.extend(beside);
    if is_undeclared_allowed {
        found.retain(|one| one.why == Why::ReadOnly);
    }
    outcome(found, undeclared)
}

/// What becomes of a body in which this was found.
pub fn outcome(found: Vec<Unwritable>, undeclared: Undeclared) -> Outcome {
    let refused = found
        .iter()
        .find(|one| one.why == Why::Closed || undeclared == Undeclared::Refuse)
        .map(|one| {
            let detail = format!("{} at `{}`", one.why.words(), one.at);
            let status = one.why.status();
            Refusal::new(ControlId::WritableProperties, status, one.why.reason(), detail)
        });
    match refused {
        Some(refusal) => Outcome::Refuse(refusal, found),
        None => Outcome::Drop(found),
    }
}

/// The refusal of a body that this control cannot look into, because it was not read.
pub fn not_read() -> Refusal {
    Refusal::new(
        ControlId::WritableProperties,
        Status::BAD_REQUEST,
        "body_not_read",
        "the body could not be read, so its properties are unknown",
    )
}

/// The refusal of a signed body that would have to be changed (rule 17).
pub fn exact_body() -> Refusal {
    Refusal::new(
        ControlId::WritableProperties,
        Status::BAD_REQUEST,
        "exact_body",
        "the body goes to the API byte for byte, and holds properties that may not be written",
    )
}

impl Unwritable {
    /// What has no place in the tree of an XML body.
    pub fn stray(index: u32, stray: &Stray) -> Self {
        let why = if stray.is_closed { Why::Closed } else { Why::Undeclared };
        Self { index, at: stray.at.clone(), why }
    }

    /// The short word for the ledger.
    pub const fn reason(&self) -> &'static str {
        self.why.reason()
    }
}

enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

struct Walk<'a> {
    shapes: &'a Shapes,
    found: Vec<Unwritable>,
    at: Vec<Step<'a>>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, value: Value<'a>, shape: &'a Shape) {
        match value.kind() {
            Kind::Object => {
                let shape = self.as_object(shape);
                let mut hint = 0;
                for (name, member) in value.members() {
                    let name = name.as_str().unwrap_or_default();
                    self.at.push(Step::Name(name));
                    self.member(name, member, &shape.object, &mut hint);
                    self.at.pop();
                }
            }
            Kind::Array => {
                let Some(items) = self.item(shape) else { return };
                for (index, item) in value.items().enumerate() {
                    self.at.push(Step::Index(index));
                    self.declared(item, items);
                    self.at.pop();
                }
            }
            _ => {}
        }
    }

    /// What an object must be. Where only a list is declared, and the schema lets one pass all the
    /// same (by another alternative), it is held to what is declared of the items.
    fn as_object(&self, shape: &'a Shape) -> &'a Shape {
        match shape.items {
            Some(items) if !shape.types.contains(Types::OBJECT) => self.shapes.get(items),
            _ => shape.as_object(self.shapes),
        }
    }

    /// What an item of a list must be: the same the other way round.
    fn item(&self, shape: &'a Shape) -> Option<&'a Shape> {
        let is_like_one = !shape.types.contains(Types::ARRAY) && shape.object.is_described();
        shape.item(self.shapes).or_else(|| is_like_one.then_some(shape))
    }

    fn member(&mut self, name: &str, member: Value<'a>, object: &ObjectShape, hint: &mut usize) {
        match object.member(name, hint) {
            Member::Property(property) if property.read_only => self.note(member, Why::ReadOnly),
            Member::Property(Property { shape, .. })
            | Member::Pattern(shape)
            | Member::Map(shape) => self.declared(member, self.shapes.get(shape)),
            Member::FreeForm => {}
            Member::Undeclared => self.note(member, Why::Undeclared),
            Member::Closed => self.note(member, Why::Closed),
        }
    }

    /// An item or a member.
    fn declared(&mut self, value: Value<'a>, shape: &'a Shape) {
        if shape.read_only {
            self.note(value, Why::ReadOnly);
        } else {
            self.value(value, shape);
        }
    }

    fn note(&mut self, member: Value<'_>, why: Why) {
        let mut at = Pointer::root();
        for step in &self.at {
            match step {
                Step::Name(name) => at.push(name),
                Step::Index(index) => at.push_index(*index),
            }
        }
        self.found.push(Unwritable { index: member.index(), at, why });
    }
}

fn expectation(model: &Model, operation: usize) -> Expectation {
    let Some(operation) = model.contract.operation(operation) else {
        return Expectation::NotApplicable("no such operation");
    };
    let Some(body) = &operation.body else {
        return Expectation::NotApplicable("it takes no body");
    };
    let shapes = &model.contract.shapes;
    let findings: Vec<Diagnostic> =
        body.media.iter().filter_map(|media| open_body(operation, media, shapes)).collect();
    if !findings.is_empty() {
        return Expectation::Missing(findings);
    }
    let is_tree = |media: &Media| media.is_tree() || media.has_properties(shapes);
    if body.media.iter().any(is_tree) {
        return Expectation::Required("only declared properties are written".to_owned());
    }
    Expectation::NotApplicable("its body has no properties")
}

/// What of this body reaches the API although nothing says what is in it.
fn open_body(operation: &Operation, media: &Media, shapes: &Shapes) -> Option<Diagnostic> {
    let Extent::Partly(why) = coverage::request(operation, media, shapes) else {
        return None;
    };
    let is_told =
        media.is_tree() || media.has_properties(shapes) || may_hold_properties(&media.range);
    let name = operation.name();
    let message = format!("the body of `{name}` is not described: `{}`: {why}", media.range);
    is_told.then(|| {
        Diagnostic::warning(&NOT_DESCRIBED, message)
            .at(media.span)
            .help("describe it with `properties`, and lists with `items`")
    })
}
