//! Stories: how a breach of a kind goes, step by step, directly and through the gateway.

pub(crate) mod drawing;
pub(crate) mod form;
pub(crate) mod found;
pub(crate) mod record;
pub(crate) mod set;
pub(crate) mod stage;
pub(crate) mod tell;
pub(crate) mod text;

pub use drawing::drawing;
pub use form::{Scene, Story};
pub use found::{Direct, SceneFound, StoryFound, Through};
pub use set::{names, stories};
pub use tell::tell;
