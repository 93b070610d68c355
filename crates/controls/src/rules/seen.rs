//! How much of an object has been seen.

use std::borrow::Cow;

use portcullis_json::Value;
use portcullis_policy::Resource;

use super::truth::Truth;
use super::values::Values;

/// An object, as far as it is known.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    /// Its id, and which of the resource's ids that is.
    pub id: Option<(usize, Cow<'a, str>)>,
    /// What was seen of it.
    pub seen: Seen<'a>,
    /// Whether the caller holds it: they made it, or one of their own lists showed it. It counts where the
    /// object itself names no owner.
    pub held: Truth,
}

/// What was seen of an object.
#[derive(Debug, Clone, Copy)]
pub enum Seen<'a> {
    /// Nothing but its id.
    Nothing,
    /// All of it, in an answer of the API.
    Whole(Value<'a>),
    /// What was seen of it, and what a request says of whose it shall be from now on: conditions are asked of
    /// what is.
    Changed(Value<'a>, Value<'a>),
    /// What a request says that it should be: what it leaves out is for the API to set.
    New(Option<Value<'a>>),
    /// What a request says of one that exists: whose it shall be. The rest of it is as it was.
    Given(Value<'a>),
}

impl<'a> Object<'a> {
    /// One of which an answer shows all.
    pub const fn whole(value: Value<'a>, held: Truth) -> Self {
        Self { id: None, seen: Seen::Whole(value), held }
    }

    /// One that a request would make.
    pub const fn new(value: Option<Value<'a>>) -> Self {
        Self { id: None, seen: Seen::New(value), held: Truth::Yes }
    }

    /// One that a request changes.
    pub const fn given(value: Value<'a>) -> Self {
        Self { id: None, seen: Seen::Given(value), held: Truth::Unknown }
    }

    /// One that a request names.
    pub const fn named(kind: usize, id: Cow<'a, str>, held: Truth) -> Self {
        Self { id: Some((kind, id)), seen: Seen::Nothing, held }
    }

    pub(super) const fn held(&self) -> Truth {
        self.held
    }

    pub(super) const fn is_new(&self) -> bool {
        matches!(self.seen, Seen::New(_))
    }

    /// What stands at one of its members. An id is known before anything else is.
    pub(super) fn at(&self, pointer: &str, resource: &Resource) -> Values<'_> {
        match (self.seen, &self.id) {
            (Seen::Whole(value) | Seen::New(Some(value)), _) => Values::at(value, pointer),
            (Seen::Changed(was, said), _) => {
                let is_given = is_whose(pointer, resource) && says(said, pointer);
                Values::at(if is_given { said } else { was }, pointer)
            }
            (Seen::New(None), _) => Values::Missing,
            (Seen::Given(value), _) if is_whose(pointer, resource) => {
                match Values::at(value, pointer) {
                    Values::Missing => Values::Unknown,
                    known => known,
                }
            }
            (Seen::Nothing, Some((kind, id)))
                if resource.ids.get(*kind).is_some_and(|own| own == pointer) =>
            {
                Values::one(Cow::Borrowed(id))
            }
            (Seen::Given(_) | Seen::Nothing, _) => Values::Unknown,
        }
    }
}

/// Whether a member says whose an object is: its owner, its tenant, whom it is related to.
fn is_whose(pointer: &str, resource: &Resource) -> bool {
    resource.owners.iter().any(|owner| owner.at == pointer)
        || resource.relations.iter().any(|(_, at)| at == pointer)
        || resource.tenant.as_deref() == Some(pointer)
}

/// Whether a body says something of what stands at a pointer.
fn says(body: Value<'_>, pointer: &str) -> bool {
    let mut level = body;
    for token in pointer.split('/').skip(1) {
        if !level.is_object() {
            return true;
        }
        match level.get(&token.replace("~1", "/").replace("~0", "~")) {
            Some(member) => level = member,
            None => return false,
        }
    }
    true
}
