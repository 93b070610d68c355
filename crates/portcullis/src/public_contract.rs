//! `portcullis contract public`: the document as clients see the API.

use portcullis_controls::public_contract::PublicContract;
use portcullis_controls::{Plan, PlanOptions};

use crate::arguments::PublicContractOptions;
use crate::exit::Exit;
use crate::{load, talk};

/// Prints it; 1 if contract or policy have errors, 2 if they cannot be read or the document stands in several
/// files.
pub(crate) fn public_contract(options: &PublicContractOptions) -> Exit {
    let model = match load::explained(Some(&options.config), None) {
        Ok(model) => model,
        Err(failure) => return load::refuse(&failure),
    };
    let plan = Plan::compile(model, PlanOptions::default());
    match PublicContract::of(&plan.model, &|index| plan.why_closed(index).is_none()) {
        Ok(public) => {
            public.notes.iter().for_each(|note| talk::say(note));
            talk::print(&format!("{:#}\n", public.document));
            Exit::Success
        }
        Err(why) => {
            talk::say(&why);
            Exit::Unusable
        }
    }
}
