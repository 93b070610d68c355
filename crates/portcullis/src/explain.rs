//! `portcullis explain`: the page of a code or a control, or the record of a request.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use portcullis_controls::{CONTROLS, face};
use portcullis_model::{Code, ControlId, RequestId, did_you_mean};

use crate::arguments::ExplainOptions;
use crate::exit::Exit;
use crate::talk;

/// Every code of every crate, for pages and suggestions.
pub(crate) fn codes() -> impl Iterator<Item = &'static Code> {
    portcullis_contract::codes::ALL
        .iter()
        .chain(portcullis_policy::codes::ALL)
        .copied()
        .chain(portcullis_controls::api_inventory::CODES)
        .chain(portcullis_controls::caller_identity::CODES)
        .chain(portcullis_controls::content_type::CODES)
        .chain(portcullis_controls::response_shape::CODES)
        .chain(portcullis_controls::writable_properties::CODES)
}

pub(crate) fn explain(options: &ExplainOptions) -> Exit {
    let what = options.what.as_str();
    if let Some(control) = ControlId::from_name(what) {
        talk::print(&format!("{}\n", face(control).page()));
        return Exit::Success;
    }
    if let Some(code) = codes().find(|code| code.name == what) {
        talk::print(&format!("# `{}`\n\n{}\n", code.name, code.page.trim()));
        return Exit::Success;
    }
    if let Ok(id) = RequestId::parse(what) {
        return explain_request(id, &options.ledger);
    }
    let known = codes().map(|code| code.name).chain(CONTROLS.iter().map(|face| face.id.name()));
    let hint = did_you_mean(what, known)
        .map(|near| format!("; did you mean `{near}`?"))
        .unwrap_or_default();
    talk::say(&format!("`{what}` is no code, control or request id{hint}"));
    Exit::Unusable
}

fn explain_request(id: RequestId, ledger: &Path) -> Exit {
    let file = match File::open(ledger) {
        Ok(file) => file,
        Err(error) => {
            talk::say(&format!("`{}` cannot be read: {error}", ledger.display()));
            talk::say("help: name the ledger of the gateway with --ledger FILE");
            return Exit::Unusable;
        }
    };
    let wanted = id.to_string();
    let record = BufReader::new(file)
        .lines()
        .map_while(Result::ok)
        .filter(|line| line.contains(&wanted))
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(&line).ok())
        .find(|record| record.get("request_id").and_then(|id| id.as_str()) == Some(&wanted));
    let Some(record) = record else {
        talk::say(&format!("`{}` has no record of request `{wanted}`", ledger.display()));
        return Exit::Failure;
    };
    talk::print(&format!("{record:#}\n"));
    let control = record.get("control").and_then(|name| name.as_str());
    if let Some(control) = control.and_then(ControlId::from_name) {
        let operation = record.get("operation").and_then(|name| name.as_str());
        talk::print(&relaxation(control, operation));
    }
    Exit::Success
}

/// The line that would let such a request pass (rule 31), with what it costs.
fn relaxation(control: ControlId, operation: Option<&str>) -> String {
    let face = face(control);
    let scope = operation.map(|name| format!("operation: \"{name}\", ")).unwrap_or_default();
    format!(
        "\n`{control}` guarantees: {}.\nMore: portcullis explain {control}\n\nTo observe instead \
         of refusing, write into the policy file (and say who and why):\n\nrelax:\n  - {{ {scope}\
         control: {control}, mode: observe, by: \"...\", reason: \"...\", until: YYYY-MM-DD }}\n",
        face.guarantee
    )
}
