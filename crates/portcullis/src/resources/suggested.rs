//! Suggested resources, as lines of a policy file. `##` explains.

use std::fmt::Write as _;

use portcullis_contract::{Contract, Operation};
use portcullis_policy::{SuggestedResource, suggest_resources};

use crate::quoted::quoted;
use crate::report::Places;
use crate::talk::clean;

/// All of it, with what to do about it.
pub(super) fn text(contract: &Contract, places: &mut Places<'_>) -> String {
    let lines = suggested_lines(contract, places);
    if lines.is_empty() {
        return "## No path leads to an object with an id that an answer describes: nothing is suggested.\n"
            .to_owned();
    }
    let mut out = String::from(
        "## What the document looks like; nothing is decided by it. Correct it, then write rules under\n\
         ## `access`: - { may: [read, update, delete], on: Order, when: mine }\n",
    );
    for line in lines {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{line}");
    }
    out
}

/// The section `resources`; no line where nothing is suggested.
pub(crate) fn suggested_lines(contract: &Contract, places: &mut Places<'_>) -> Vec<String> {
    let all = suggest_resources(contract);
    let (owned, others): (Vec<_>, Vec<_>) = all.iter().partition(|one| !one.owners.is_empty());
    let mut lines = Vec::new();
    if let Some(line) = tenant(&owned) {
        lines.push(line);
    }
    if !owned.is_empty() {
        lines.push("resources:".to_owned());
    }
    for one in &owned {
        let read = contract.operation(one.read_by);
        let at = read.map(|read| format!("{} ({})", clean(&read.title()), places.at(read.span)));
        lines.push(format!("  {}:  ## {}", quoted(&one.name), at.unwrap_or_default()));
        lines.push(format!("    schema: {}", several(&one.schemas)));
        lines.push(format!("    id: {}", several(&one.ids)));
        if let [first, others @ ..] = one.owners.as_slice() {
            lines.push(format!("    owner: {}{}", quoted(first), or(others)));
        }
        lines.extend(list(contract, one));
    }
    if !others.is_empty() {
        lines.push(
            "## No member of these looks like an owner. Where everybody may see them, write"
                .to_owned(),
        );
        lines.push("## `objects: none` with a `reason` under `operations`; else name the owner, or give rules by role:".to_owned());
    }
    for one in others {
        let title = contract.operation(one.read_by).map(Operation::title).unwrap_or_default();
        let title = clean(&title);
        lines.push(format!("##   {} {{ id: {} }}: {title}", quoted(&one.name), several(&one.ids)));
    }
    lines
}

/// The line for tenants, where several resources name one in the same place.
fn tenant(all: &[&SuggestedResource]) -> Option<String> {
    let at = all.iter().find_map(|one| one.tenants.first())?;
    let count = all.iter().filter(|one| one.tenants.contains(at)).count();
    Some(format!(
        "## In {count} of them {at} looks like a tenant: `tenant: {}` keeps them apart.",
        quoted(at)
    ))
}

fn list(contract: &Contract, one: &SuggestedResource) -> Option<String> {
    let name = quoted(&contract.operation(one.list?)?.name());
    Some(if one.is_own_list {
        format!("    own_list: {name}")
    } else {
        format!("    ## own_list: {name}  ## if it lists only the caller's own")
    })
}

fn or(others: &[String]) -> String {
    if others.is_empty() {
        return String::new();
    }
    let others: Vec<String> = others.iter().map(|one| clean(one)).collect();
    format!("  ## or {}", others.join(", "))
}

/// One, or a list.
fn several(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    match texts.as_slice() {
        [only] => only.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}
