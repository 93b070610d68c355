//! The elements of an application: derived from plans, corrected by people, drawn by the forms.
//!
//! Elements refer to one another by their place in the lists of [`System`]. Each has an `id` that is stable from run to
//! run (lower-case letters, digits and `-`, one of its kind) and says where it is known from.

mod access;
mod classes;
mod derive;
mod element;
mod entry;
mod facts;
mod unserved;

pub use access::{Access, Authentication};
pub use classes::{DataClass, DataClasses};
pub use derive::Sources;
pub(crate) use derive::{filters, is_administrative, says_how_much, versionless};
pub use element::{
    Actor, ActorKind, Asset, AssetKind, Boundary, Component, ComponentKind, DataSet, Flow, Known,
    Node, Origin, Placement, Scope, Store, StoreKind, Zone,
};
pub use entry::{Entry, EntryKind, OperationRef, Reach};
pub use facts::{Fact, Facts};
pub use unserved::Unserved;

/// All that the model knows of an application.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct System {
    /// What it is about.
    pub scope: Scope,
    /// From the least trusted to the most.
    pub zones: Vec<Zone>,
    /// Between zones that speak with one another.
    pub boundaries: Vec<Boundary>,
    /// Who acts from outside.
    pub actors: Vec<Actor>,
    /// What runs.
    pub components: Vec<Component>,
    /// What keeps data.
    pub stores: Vec<Store>,
    /// What data there is.
    pub data: Vec<DataSet>,
    /// What goes from one to another.
    pub flows: Vec<Flow>,
    /// Where somebody can come in: operations, ports, files.
    pub entries: Vec<Entry>,
    /// What is worth protecting.
    pub assets: Vec<Asset>,
    /// Operations that are declared, and that nobody is served through what is modelled.
    pub unserved: Vec<Unserved>,
}

/// An element, by its place in the lists of [`System`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is an element of that kind")]
pub enum Element {
    /// The application as a whole.
    Whole,
    Actor(usize),
    Component(usize),
    Store(usize),
    Data(usize),
    Flow(usize),
    Entry(usize),
}

impl System {
    /// The stable id of an element, with its kind before it: `entry/get-orders-id`.
    pub fn id(&self, element: Element) -> String {
        let (kind, id) = match element {
            Element::Whole => return "whole".to_owned(),
            Element::Actor(at) => ("actor", self.actors.get(at).map(|one| &one.id)),
            Element::Component(at) => ("component", self.components.get(at).map(|one| &one.id)),
            Element::Store(at) => ("store", self.stores.get(at).map(|one| &one.id)),
            Element::Data(at) => ("data", self.data.get(at).map(|one| &one.id)),
            Element::Flow(at) => ("flow", self.flows.get(at).map(|one| &one.id)),
            Element::Entry(at) => ("entry", self.entries.get(at).map(|one| &one.id)),
        };
        format!("{kind}/{}", id.map_or("", String::as_str))
    }

    /// What people call an element: `GET /orders/{id}`.
    pub fn title(&self, element: Element) -> &str {
        let title = match element {
            Element::Whole => Some(&self.scope.title),
            Element::Actor(at) => self.actors.get(at).map(|one| &one.title),
            Element::Component(at) => self.components.get(at).map(|one| &one.title),
            Element::Store(at) => self.stores.get(at).map(|one| &one.title),
            Element::Data(at) => self.data.get(at).map(|one| &one.title),
            Element::Flow(at) => self.flows.get(at).map(|one| &one.title),
            Element::Entry(at) => self.entries.get(at).map(|one| &one.title),
        };
        title.map_or("", String::as_str)
    }
}

/// Whether a name in `threats.yaml` means an element: none means each.
pub(crate) fn names(name: Option<&str>, system: &System, element: Element) -> bool {
    let Some(name) = name else { return true };
    if name == system.title(element) || name == system.id(element) {
        return true;
    }
    match element {
        Element::Entry(at) => system.entries.get(at).is_some_and(|entry| entry.name == name),
        _ => false,
    }
}
