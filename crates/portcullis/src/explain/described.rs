//! A request that somebody describes: it walks the rooms of a real gateway, and the API is not
//! called.

use portcullis_controls::{Plan, PlanOptions};
use portcullis_policy::Model;

use super::request::Request;
use super::stand_in;
use super::walk::Walk;
use crate::arguments::{ExplainOptions, ExplainedFiles, Format};
use crate::exit::Exit;
use crate::{load, talk};

pub(super) fn explain(options: &ExplainOptions) -> Exit {
    let request = match Request::described(options) {
        Ok(request) => request,
        Err(why) => {
            talk::say(&why);
            return Exit::Unusable;
        }
    };
    // Two of them: one moves to loopback and away from the API, one knows where things are.
    let (sent, kept) = match (plan(&options.files), plan(&options.files)) {
        (Ok(sent), Ok(kept)) => (sent, kept),
        (Err(exit), _) | (_, Err(exit)) => return exit,
    };
    let outcome = match stand_in::send(sent, &request.bytes) {
        Ok(outcome) => outcome,
        Err(why) => {
            talk::say(&why);
            return Exit::Unusable;
        }
    };
    let walk = Walk::new(&kept, &request, &outcome);
    talk::print(&match options.format {
        Format::Text => walk.text(),
        Format::Json => format!("{:#}\n", walk.json()),
    });
    if walk.is_refused() { Exit::Failure } else { Exit::Success }
}

fn plan(files: &ExplainedFiles) -> Result<Plan, Exit> {
    let model: Model = load::explained(
        files.config.as_deref(),
        files.contract.as_deref(),
        files.upstream.as_deref(),
        files.listen.as_deref(),
    )
    .map_err(|failure| load::refuse(&failure))?;
    Ok(Plan::compile(model, PlanOptions::default()))
}
