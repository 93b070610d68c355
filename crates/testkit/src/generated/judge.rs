//! What was wrong with an answer.

use serde_json::Value;

use super::oracle::{Act, number};
use super::request::Request;
use super::shape::Api;
use super::world::World;

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The answer shows an object of somebody else, or a hidden note: by its mark.
    Shown(String),
    /// An object of somebody else was changed, taken away, or made: by its number.
    Changed(usize),
    /// What the rules permit was not done, or not shown as it is: what was expected.
    Refused(Value),
    /// What the rules do not permit looks as if it were done.
    Served,
    /// Something broke.
    Failed(u16),
}

/// Judges what a caller got, and what became of the objects. `is_allowed` is what the oracle said before.
pub fn judge(
    api: &Api,
    world: &World,
    request: &Request,
    is_allowed: bool,
    answer: (u16, &str),
) -> Vec<Found> {
    let caller = api.callers.get(request.caller).expect("a caller");
    let act = Act { api, caller, operation: request.operation };
    let (status, body) = answer;
    let mut found: Vec<Found> = shown(act, world, body).collect();
    for change in &world.told.changes {
        let Some(object) = world.objects.get(change.number) else { continue };
        let was =
            change.before.as_ref().is_none_or(|before| act.may(object.kind, before).is_some());
        let is = object.is_gone || act.may(object.kind, &object.value).is_some();
        if !was || !is {
            found.push(Found::Changed(change.number));
        }
    }
    if status >= 500 || status == 0 {
        found.push(Found::Failed(status));
    } else if is_allowed && request.is_plain {
        let (expected, answer) = &world.told.answer;
        let visible = act.visible(world, answer).unwrap_or_default();
        let said: Value = serde_json::from_str(body).unwrap_or_default();
        // Of what was done, and may not be shown, nothing is said.
        let is_withheld = body.is_empty()
            && request.method != "GET"
            && visible.as_object().is_some_and(serde_json::Map::is_empty);
        let is_shown = request.method == "HEAD" || is_withheld || visible == said;
        if status != *expected || !is_shown {
            found.push(Found::Refused(visible));
        }
    } else if !is_allowed && status < 400 && !request.names_none() {
        found.push(Found::Served);
    }
    found
}

/// Marks in an answer that the caller may not see.
fn shown<'a>(act: Act<'a>, world: &'a World, body: &'a str) -> impl Iterator<Item = Found> + 'a {
    let marks = body.match_indices(['m', 'h']).filter_map(|(at, _)| body.get(at..at + 9));
    let marks = marks
        .filter(|mark| mark.ends_with('.') && (mark.starts_with("mk") || mark.starts_with("hd")));
    marks.filter_map(move |mark| {
        let object = world.objects.get(number(mark)?)?;
        let may = act.may_see(object.kind, &object.value);
        let is_seen = may.is_some_and(|is_hidden| !is_hidden || mark.starts_with("mk"));
        (!is_seen).then(|| Found::Shown(mark.to_owned()))
    })
}
