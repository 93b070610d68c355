//! `portcullis explain`: the page of a code or a control, the record of a request, or what would
//! happen to a request that somebody describes.

mod declared;
mod described;
mod ground;
mod pages;
mod recorded;
mod remedy;
mod request;
mod seen;
mod stand_in;
mod trace;
mod walk;

use portcullis_controls::Plan;
use portcullis_ledger::Noted;
use portcullis_model::RequestId;

use crate::arguments::{ExplainOptions, Format};
use crate::exit::Exit;
use crate::talk;

pub(crate) use pages::{body, codes};

/// Where the contract speaks of what a control did: `openapi.yaml:14:9`.
pub(crate) fn place(plan: &Plan, operation: &str, noted: &Noted) -> Option<String> {
    let index = plan.model.contract.operation_named(operation);
    let Noted { control, reason, detail } = noted;
    let act = ground::Act { operation: index, control: *control, reason, detail, target: "" };
    let grounds = index.map(|_| ground::Grounds::new(plan).contract(act))?;
    grounds.into_iter().rev().find_map(|ground| ground.at)
}

pub(crate) fn explain(options: &ExplainOptions) -> Exit {
    let what = match (&options.what, &options.method) {
        (_, Some(_)) => return described::explain(options),
        (Some(what), None) => what,
        (None, None) => {
            talk::say("say what to explain: a code, a control or a request id");
            talk::say(
                "help: or describe a request, as in portcullis explain -c portcullis.yaml \
                 --method GET --path /orders",
            );
            return Exit::Unusable;
        }
    };
    if let Some(page) = pages::page(what) {
        talk::print(&match options.format {
            Format::Text => page,
            Format::Json => format!("{:#}\n", serde_json::json!({ "name": what, "page": page })),
        });
        return Exit::Success;
    }
    if let Ok(id) = RequestId::parse(what) {
        return recorded::explain(id, options);
    }
    let near = pages::near(what).map(|near| format!("; did you mean `{near}`?"));
    talk::say(&format!(
        "`{what}` is no code, control, threat or request id{}",
        near.unwrap_or_default()
    ));
    Exit::Unusable
}
