//! What is known of objects, for people.

use std::fmt::Write as _;

use super::facts::{ApiFacts, Asked, InputFacts, OperationFacts, ResourceFacts};
use crate::report::many;
use crate::talk::clean;

/// Operations without objects that are named; more are counted.
const NAMED_MAX: usize = 12;

/// All APIs. Writing to a String cannot fail.
pub(super) fn write(apis: &[ApiFacts]) -> String {
    let mut out = String::new();
    for api in apis {
        if apis.len() > 1 {
            let _ = writeln!(out, "API `{}`\n", clean(&api.name));
        }
        if api.resources.is_empty() {
            out.push_str(
                "the policy names no resources; `portcullis resources --contract FILE` suggests some\n\n",
            );
        }
        api.resources.iter().for_each(|one| resource(one, &mut out));
        let (with, without): (Vec<_>, Vec<_>) =
            api.operations.iter().partition(|one| one.is_told());
        with.iter().for_each(|one| operation(one, &mut out));
        let closed = with.iter().filter(|one| matches!(one.asked, Asked::Closed { .. })).count();
        let names: Vec<&str> =
            without.iter().map(|one| one.name.as_str()).take(NAMED_MAX).collect();
        if !names.is_empty() {
            let more = without.len() - names.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let _ = writeln!(out, "without objects: {}{more}\n", clean(&names.join(", ")));
        }
        let _ = writeln!(
            out,
            "{}, {}, {closed} of them closed because of their objects",
            many(api.resources.len(), "resource"),
            many(api.operations.len(), "operation")
        );
    }
    out
}

impl OperationFacts {
    /// Whether there is anything to say of its objects.
    fn is_told(&self) -> bool {
        let is_empty = self.inputs.is_empty() && self.does.is_empty() && self.shows.is_empty();
        !is_empty
            || !self.undecided.is_empty()
            || self.is_none
            || matches!(self.asked, Asked::Closed { .. })
    }
}

fn resource(one: &ResourceFacts, out: &mut String) {
    let _ = writeln!(out, "{}  ({})", clean(&one.name), one.at);
    let mut schemas = one.schemas.clone();
    if one.further_shapes > 0 {
        schemas.push(format!("{} without a name", many(one.further_shapes, "shape")));
    }
    let schemas = if schemas.is_empty() { "none".to_owned() } else { schemas.join(", ") };
    line("schema", &schemas, out);
    for (id, read_by) in one.ids.iter().zip(&one.read_by) {
        let read_by = match read_by.as_slice() {
            [] => String::new(),
            names => format!(", read by {}", names.join(" or ")),
        };
        line("id", &format!("{id}{read_by}"), out);
    }
    for (at, is) in &one.owners {
        line("owner", &format!("{at} is {is}"), out);
    }
    if one.owners.is_empty() {
        line("owner", "nobody: `mine` holds of none", out);
    }
    for (name, at) in &one.relations {
        line("relation", &format!("{name} at {at}"), out);
    }
    let further = [("tenant", &one.tenant), ("own list", &one.own_list)];
    for (what, text) in further {
        if let Some(text) = text {
            line(what, text, out);
        }
    }
    out.push('\n');
}

fn operation(one: &OperationFacts, out: &mut String) {
    let title =
        if one.title == one.name { String::new() } else { format!("  {}", clean(&one.title)) };
    let _ = writeln!(out, "{}{title}  ({})", clean(&one.name), one.at);
    if !one.does.is_empty() {
        let does: Vec<String> = one.does.iter().map(|(verb, of)| format!("{verb} {of}")).collect();
        line("does", &does.join(", "), out);
    }
    for input in &one.inputs {
        line("takes", &taken(input), out);
    }
    for (at, place) in &one.belongs {
        line("needs", &format!("{at} of the object equals {place}"), out);
    }
    if !one.shows.is_empty() {
        line("shows", &one.shows.join(", "), out);
    }
    if !one.undecided.is_empty() {
        line("undecided", &format!("{}: an id of what?", one.undecided.join(", ")), out);
    }
    if one.is_none {
        line("objects", "none, says the policy", out);
    }
    match &one.asked {
        Asked::Each => {}
        Asked::Not(why) => line("not asked", why, out),
        Asked::Closed { why, line: help } => {
            line("CLOSED", why, out);
            line("", help, out);
        }
    }
    out.push('\n');
}

fn taken(input: &InputFacts) -> String {
    let pattern = input.pattern.as_deref().map(|pattern| format!(", what `{pattern}` finds in it"));
    format!("{} as {} {}{}", input.place, input.resource, input.id, pattern.unwrap_or_default())
}

fn line(what: &str, text: &str, out: &mut String) {
    let _ = writeln!(out, "  {what:<10}{}", clean(text));
}
