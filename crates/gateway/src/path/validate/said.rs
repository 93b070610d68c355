//! What a checked request says at a place that the policy names.

use portcullis_contract::PathPart;
use portcullis_controls::urlencoded;
use portcullis_json::Value;
use portcullis_policy::RequestPlace;

use super::super::context::Context;
use super::super::find_operation::Matched;
use super::super::payload::Payload;

/// The one value that stands there; a text, or a number as it is written.
pub(in crate::path) fn value_of(
    place: &RequestPlace,
    matched: &Matched,
    body: &Payload,
    context: &Context<'_>,
) -> Option<String> {
    let head = matched.received().head();
    match place {
        RequestPlace::Body(pointer) => {
            let value = body.tree()?.lookup(pointer)?;
            value.as_str().or_else(|| Value::as_number(value)).map(str::to_owned)
        }
        RequestPlace::Path(name) => {
            let (index, path) = (matched.operation()?, matched.path()?);
            let mut parts = Vec::new();
            context.plan.model.contract.path_parts(index, path, &mut parts);
            parts.into_iter().find_map(|part| match part {
                PathPart::Value(value) if value.name == *name && value.others.is_empty() => {
                    Some(value.text.to_owned())
                }
                _ => None,
            })
        }
        RequestPlace::Query(name) => {
            let pairs = urlencoded::pairs(head.query().unwrap_or_default());
            let is_it = |shown: &str| urlencoded::decode(shown).is_ok_and(|shown| shown == *name);
            let mut values = pairs.filter(|(shown, _)| is_it(shown));
            let (_, value) = values.next()?;
            let value = urlencoded::decode(value).ok()?.into_owned();
            values.next().is_none().then_some(value)
        }
        RequestPlace::Cookie(name) => {
            let mut values = head.fields.cookies().filter(|(shown, _)| shown == name);
            let (_, value) = values.next()?;
            // Browsers send one of the same name and value for each path it was set for.
            values.all(|(_, other)| other == value).then(|| value.to_owned())
        }
    }
}
