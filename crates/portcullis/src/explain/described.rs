//! A request that somebody describes: it walks the rooms of a real gateway, and the API is not
//! called.

use std::sync::Arc;

use portcullis_controls::Plan;
use portcullis_gateway::Site;

use super::request::Request;
use super::stand_in;
use super::walk::Walk;
use crate::arguments::{ExplainOptions, ExplainedFiles, Format};
use crate::exit::Exit;
use crate::{load, talk};

/// What a client calls a gateway whose APIs name no host.
const HOST: &str = "gateway";

pub(super) fn explain(options: &ExplainOptions) -> Exit {
    // Two of them: one moves to loopback and away from the API, one knows where things are.
    let (sent, kept) = match (plans(&options.files), plans(&options.files)) {
        (Ok(sent), Ok(kept)) => (sent, kept),
        (Err(exit), _) | (_, Err(exit)) => return exit,
    };
    let kept: Vec<Arc<Plan>> = kept.into_iter().map(Arc::new).collect();
    let path = options.path.as_deref().unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default();
    let host = Request::host(options).unwrap_or_else(|| likely_host(&kept, path));
    let request = match Request::described(options, host) {
        Ok(request) => request,
        Err(why) => {
            talk::say(&why);
            return Exit::Unusable;
        }
    };
    let place = place(&kept, host, path);
    let (Some(kept), Some(sent)) = (kept.get(place), sent.into_iter().nth(place)) else {
        talk::say("the files change while they are read: ask again");
        return Exit::Unusable;
    };
    let outcome = match stand_in::send(sent, &request.bytes) {
        Ok(outcome) => outcome,
        Err(why) => {
            talk::say(&why);
            return Exit::Unusable;
        }
    };
    let walk = Walk::new(kept, &request, &outcome);
    talk::print(&match options.format {
        Format::Text => walk.text(),
        Format::Json => format!("{:#}\n", walk.json()),
    });
    if walk.is_refused() { Exit::Failure } else { Exit::Success }
}

/// Where nobody says which host is asked: one under which an API with this path is called.
fn likely_host<'a>(plans: &'a [Arc<Plan>], path: &str) -> &'a str {
    let is_behind = |plan: &&Arc<Plan>| {
        let rest = path.strip_prefix(plan.model.base_path.as_str());
        rest.is_some_and(|rest| rest.starts_with('/'))
    };
    let longest = |plan: &&Arc<Plan>| plan.model.base_path.len();
    let likely = plans.iter().filter(is_behind).max_by_key(longest).or(plans.first());
    likely.and_then(|plan| plan.model.hosts.first()).map_or(HOST, String::as_str)
}

/// The place of the API that a request is for; if it is for none, of the first, which refuses it.
fn place(plans: &[Arc<Plan>], host: &str, path: &str) -> usize {
    let site = Site::of(plans.iter().cloned());
    let chosen = site.as_ref().and_then(|site| site.choose(Some(host), path));
    let is_chosen = |plan: &Arc<Plan>| chosen.is_some_and(|chosen| Arc::ptr_eq(chosen, plan));
    plans.iter().position(is_chosen).unwrap_or(0)
}

fn plans(files: &ExplainedFiles) -> Result<Vec<Plan>, Exit> {
    load::explained_plans(
        files.config.as_deref(),
        files.contract.as_deref(),
        files.upstream.as_deref(),
        files.listen.as_deref(),
    )
}
