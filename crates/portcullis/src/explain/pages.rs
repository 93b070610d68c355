//! The pages that are in the code: of problem codes, of controls, of rules for documents, and of threats.

use portcullis_controls::{CONTROLS, face};
use portcullis_model::{Code, ControlId, did_you_mean};

/// Every code of every crate, for pages and suggestions.
pub(crate) fn codes() -> impl Iterator<Item = &'static Code> {
    portcullis_contract::codes::ALL
        .iter()
        .chain(portcullis_policy::codes::ALL)
        .chain(portcullis_threat::codes::ALL)
        .copied()
        .chain(portcullis_controls::api_inventory::CODES)
        .chain(portcullis_controls::business_flow::CODES)
        .chain(portcullis_controls::caller_identity::CODES)
        .chain(portcullis_controls::content_type::CODES)
        .chain(portcullis_controls::cross_site::CODES)
        .chain(portcullis_controls::input_shape::CODES)
        .chain(portcullis_controls::resource_limits::CODES)
        .chain(portcullis_controls::outbound_target::CODES)
        .chain(portcullis_controls::upstream_answer::CODES)
        .chain(portcullis_controls::response_shape::CODES)
        .chain(portcullis_controls::secret_in_url::CODES)
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

/// The page of a code, of a control, of a rule of the audit, of a threat, of a mission item (`A6`), or of the file of what
/// people say.
pub(super) fn page(what: &str) -> Option<String> {
    if what == THREATS_FILE {
        return Some(portcullis_threat::reference_page());
    }
    if let Some(control) = ControlId::from_name(what) {
        return Some(format!("{}\n", face(control).page()));
    }
    if let Some(threat) = portcullis_threat::rules::rule(what) {
        return Some(threat.page());
    }
    let of_item = CONTROLS.iter().filter(|face| face.item == what);
    let pages: Vec<String> = of_item.map(|face| face.page() + "\n").collect();
    if !pages.is_empty() {
        return Some(pages.concat());
    }
    if let Some(rule) = portcullis_audit::rules().find(|rule| rule.id == what) {
        return Some(portcullis_audit::contract::rule_page(rule));
    }
    let code = codes().find(|code| code.name == what)?;
    Some(format!("# `{}`\n\n{}\n", code.name, body(code)))
}

/// How the file of what people say is called.
const THREATS_FILE: &str = "threats.yaml";

/// The name that was meant, if one is near.
pub(super) fn near(what: &str) -> Option<&'static str> {
    let rules = portcullis_audit::rules().map(|rule| rule.id);
    let threats = portcullis_threat::rules::RULES.iter().map(|threat| threat.id);
    let controls = CONTROLS.iter().map(|face| face.id.name());
    let known = codes().map(|code| code.name).chain(controls).chain(rules).chain(threats);
    let known = known.chain([THREATS_FILE]);
    did_you_mean(what, known)
}
