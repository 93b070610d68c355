//! Objects of TM-BOM, written field by field, each with where its value comes from.
//!
//! So the writer itself counts what it derives: a field that is forgotten is missing in both.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::system::{Known, Origin};

/// How often a field of the schema was written, and how often its value was derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filled {
    /// Objects that have the field in the schema.
    pub objects: usize,
    /// Of those, whose value is derived: not absent, empty, guessed or the same for every API.
    pub derived: usize,
}

/// The tally of all fields, by their path in the schema: `trust_zones[].title`.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) fields: BTreeMap<String, Filled>,
}

impl Sheet {
    /// Begins an object at a path: `trust_zones[]`.
    pub(super) fn object(&mut self, path: &'static str) -> Object<'_> {
        Object { sheet: self, path, is_guessed: false, value: Map::new() }
    }

    /// Begins an object whose values are as good as what it is known from.
    pub(super) fn known(&mut self, path: &'static str, known: &Known) -> Object<'_> {
        Object { is_guessed: known.from == Origin::Guessed, ..self.object(path) }
    }
}

/// An object that is being written.
pub(super) struct Object<'s> {
    sheet: &'s mut Sheet,
    path: &'static str,
    is_guessed: bool,
    value: Map<String, Value>,
}

impl Object<'_> {
    /// A value that follows from contract, policy, evidence or traffic.
    pub(super) fn derived(self, name: &'static str, value: impl Into<Value>) -> Self {
        let is_derived = !self.is_guessed;
        self.with(name, Some(value.into()), is_derived)
    }

    /// A list that follows, if something is in it.
    pub(super) fn list(self, name: &'static str, values: Vec<Value>) -> Self {
        let is_derived = !self.is_guessed && !values.is_empty();
        self.with(name, Some(values.into()), is_derived)
    }

    /// A value that follows, if anything is known of it.
    pub(super) fn maybe(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        let is_derived = !self.is_guessed && value.is_some();
        self.with(name, value.map(Into::into), is_derived)
    }

    /// What nobody said and nothing shows, as the schema asks for it; or what is the same for every API.
    pub(super) fn taken(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with(name, Some(value.into()), false)
    }

    /// A field that only people could fill.
    pub(super) fn absent(self, name: &'static str) -> Self {
        self.with(name, None, false)
    }

    /// A value whose own fields are counted as they are written.
    pub(super) fn nested(mut self, name: &'static str, value: Value) -> Self {
        self.value.insert(name.to_owned(), value);
        self
    }

    /// Counts a field of an object inside this one: `source.type`.
    pub(super) fn counted(self, name: &str, is_derived: bool) -> Self {
        let is_derived = is_derived && !self.is_guessed;
        self.sheet.count(format!("{}.{name}", self.path), is_derived);
        self
    }

    pub(super) fn done(self) -> Value {
        Value::Object(self.value)
    }

    fn with(mut self, name: &'static str, value: Option<Value>, is_derived: bool) -> Self {
        let path =
            if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        self.sheet.count(path, is_derived);
        if let Some(value) = value {
            self.value.insert(name.to_owned(), value);
        }
        self
    }
}

impl Sheet {
    fn count(&mut self, path: String, is_derived: bool) {
        let filled = self.fields.entry(path).or_default();
        filled.objects += 1;
        filled.derived += usize::from(is_derived);
    }
}
