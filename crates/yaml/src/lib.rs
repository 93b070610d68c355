//! What does a file that people write for us say, section by section, and where?
//!
//! YAML with one reading only ([`tree`]), read strictly into a struct per section ([`section`](mod@section)): unknown keys, words
//! and kinds are located problems with a suggestion. JSON Schema and reference page come from the same structs. Each
//! file has codes of its own for what can be wrong with any ([`FileCodes`]).

mod codes;
mod day;
mod load;
mod notes;
pub mod ordinary;
pub mod reference;
pub mod section;
pub mod tree;
mod word;

pub use codes::FileCodes;
pub use day::Day;
pub use load::load;
pub use notes::{Notes, shown};
pub use section::{
    EVERY_MAPPING, Field, Named, Needed, Read, Section, Several, Spanned, scalar, wrong_kind,
};
pub use tree::{Content, Key, Node};
pub use word::word;

#[doc(hidden)]
pub use schemars;
