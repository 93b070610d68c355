//! `portcullis contract public`: the document as clients see the API. Where it is called, what nobody may call, what
//! does not leave, and what stands in its place.

mod document;
mod inner;
mod masks;

use std::collections::BTreeSet;

use portcullis_controls::{Plan, PlanOptions};

use crate::arguments::PublicContractOptions;
use crate::exit::Exit;
use crate::{load, talk};

/// How deep values stand in one another.
const DEPTH_MAX: usize = 512;

/// Prints it; 1 if contract or policy have errors, 2 if they cannot be read or the document stands in several
/// files.
pub(crate) fn public_contract(options: &PublicContractOptions) -> Exit {
    let model = match load::explained(Some(&options.config), None) {
        Ok(model) => model,
        Err(failure) => return load::refuse(&failure),
    };
    let plan = Plan::compile(model, PlanOptions::default());
    let mut notes = BTreeSet::new();
    match document::of(&plan, &mut notes) {
        Ok(document) => {
            notes.iter().for_each(|note| talk::say(note));
            talk::print(&format!("{document:#}\n"));
            Exit::Success
        }
        Err(why) => {
            talk::say(&why);
            Exit::Unusable
        }
    }
}
