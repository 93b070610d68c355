//! `portcullis contract report`: what an OpenAPI document is worth to the gateway.

mod facts;
mod html;
mod json;
mod text;

use crate::arguments::{ReportFormat, ReportOptions};
use crate::exit::Exit;
use crate::{load, talk};
use facts::Facts;
pub(crate) use facts::credential_place;
use portcullis_controls::{Plan, PlanOptions};

/// Prints the report; 1 if the document cannot be enforced, 2 if it cannot be read.
pub(crate) fn contract_report(options: &ReportOptions) -> Exit {
    let failure = match load::explained(None, Some(&options.file)) {
        Ok(model) => {
            let plan = Plan::compile(model, PlanOptions::default());
            let facts = Facts::of(&plan, &options.file);
            talk::print(&match options.format {
                ReportFormat::Text => text::write(&facts),
                ReportFormat::Json => format!("{:#}\n", json::of(&facts)),
                ReportFormat::Html => html::write(&facts),
            });
            return Exit::Success;
        }
        Err(failure) => failure,
    };
    if options.format == ReportFormat::Json {
        talk::print(&format!("{:#}\n", json::of_failure(&failure)));
    } else {
        load::refuse(&failure);
        let file = options.file.display();
        talk::say(&format!("`{file}` cannot be enforced, so there is no report"));
    }
    if failure.unreadable.is_some() { Exit::Unusable } else { Exit::Failure }
}
