//! `portcullis explain`: the page of a code or a control, the record of a request, or what would
//! happen to a request that somebody describes.

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

use portcullis_model::RequestId;

use crate::arguments::{ExplainOptions, Format};
use crate::exit::Exit;
use crate::talk;

pub(crate) use pages::{body, codes};

pub(crate) fn explain(options: &ExplainOptions) -> Exit {
    let (Some(what), None) = (&options.what, &options.method) else {
        return described::explain(options);
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
    talk::say(&format!("`{what}` is no code, control or request id{}", near.unwrap_or_default()));
    Exit::Unusable
}
