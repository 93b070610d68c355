//! `portcullis explain`: the page of a code or a control, or the record of a request.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use portcullis_controls::{CONTROLS, Remedy, face, remedy};
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

/// The page of a code without its own title.
pub(crate) fn body(code: &Code) -> &'static str {
    let page = code.page.trim();
    match page.split_once('\n') {
        Some((first, rest)) if first.starts_with("# ") => rest.trim(),
        _ => page,
    }
}

pub(crate) fn explain(options: &ExplainOptions) -> Exit {
    let what = options.what.as_str();
    if let Some(control) = ControlId::from_name(what) {
        talk::print(&format!("{}\n", face(control).page()));
        return Exit::Success;
    }
    let of_item: Vec<_> = CONTROLS.iter().filter(|face| face.item == what).collect();
    if !of_item.is_empty() {
        of_item.iter().for_each(|face| talk::print(&format!("{}\n", face.page())));
        return Exit::Success;
    }
    if let Some(code) = codes().find(|code| code.name == what) {
        talk::print(&format!("# `{}`\n\n{}\n", code.name, body(code)));
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
    let word = |name: &str| record.get(name).and_then(|value| value.as_str());
    if let Some(control) = word("control").and_then(ControlId::from_name) {
        let reason = word("reason").unwrap_or_default();
        talk::print(&what_to_do(control, reason, word("operation")));
    }
    Exit::Success
}

/// The guarantee behind a refusal, and what would let such a request pass (rule 31).
fn what_to_do(control: ControlId, reason: &str, operation: Option<&str>) -> String {
    let guarantee = face(control).guarantee;
    let name = operation.unwrap_or("NAME");
    let remedy = match (remedy(control, reason), operation) {
        (Remedy::None, _) => "Nothing lets it pass: HTTP has no other reading.".to_owned(),
        (Remedy::Request, _) => "The request must carry what it lacks.".to_owned(),
        (Remedy::Contract, _) => {
            "If it should exist, declare it in the contract; if a base path is \
             missing or too much, set `base_path` in the policy."
                .to_owned()
        }
        (Remedy::Access, _) => {
            format!(
                "If anybody may call it, write into the policy:\n\naccess:\n  - anyone: [\"{name}\"]"
            )
        }
        (Remedy::Origins, _) => "If pages of that origin may call, write it into the policy:\n\n\
             origins: [\"https://...\"]"
            .to_owned(),
        (Remedy::Limit(key), _) => {
            format!(
                "If such requests are honest, raise the limit in the policy:\n\nlimits: {{ {key}: ... }}"
            )
        }
        (Remedy::Stream, _) => format!(
            "If it may stream uninspected, write into the policy:\n\noperations:\n  \"{name}\": {{ answer: stream }}"
        ),
        (Remedy::Api, _) => {
            "The API's answer must change; the gateway cannot vouch for it.".to_owned()
        }
        (Remedy::Relax, Some(name)) => format!(
            "To observe this operation for a while instead of refusing, write into the policy, \
             with your name and reason:\n\nrelax:\n  - {{ operation: \"{name}\", control: {control}, \
             mode: observe, by: \"...\", reason: \"...\", until: YYYY-MM-DD }}"
        ),
        (Remedy::Relax, None) => "No operation is concerned, so no relaxation fits it.".to_owned(),
    };
    format!(
        "\n`{control}` guarantees: {guarantee}.\n{remedy}\n\nMore: portcullis explain {control}\n"
    )
}
