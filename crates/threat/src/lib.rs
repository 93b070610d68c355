//! What can go wrong with this API, how bad is it, and what answers it?
//!
//! A [`System`] is derived from plans (contract and policy) and corrected by what people [`Stated`]; [`rules`] find
//! the threats to its elements; each is answered by controls, whose [`State`] comes from the plan, from evidence and
//! from traffic; [`risk`] rates it before and after. Everything is recomputed from its sources each time: the model
//! has no state of its own.

mod answering;
mod answers;
pub mod codes;
mod found;
mod held;
mod questions;
mod rating;
mod said;
mod sealed;
mod stated;
mod system;
mod threat;
mod tries;

pub mod diff;
pub mod forms;
pub mod risk;
pub mod rules;

pub use answers::{Answers, Mitigation, Proof, Seen, State};
pub use found::{Found, ThreatModel, model};
pub use questions::{begun, questions};
pub use stated::{
    Acceptance, Answered, DAYS_MAX as STATED_DAYS_MAX, Degree, Goal, Rated, Stated, StatedAsset,
    StatedData, StatedStore, StatedZone, Tier, json_schema, last_day, reference_page,
};
pub use system::{
    Access, Actor, ActorKind, Asset, AssetKind, Authentication, Boundary, Component, ComponentKind,
    DataClass, DataClasses, DataSet, Element, Entry, EntryKind, Fact, Facts, Flow, Known, Node,
    OperationRef, Origin, Placement, Reach, Scope, Sources, Store, StoreKind, System, Unserved,
    Zone,
};
pub use threat::Threat;
pub use tries::{conclusive, undeclared};
