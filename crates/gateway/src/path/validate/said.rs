//! What a valid request says at a place that the policy names.

use portcullis_contract::PathPart;
use portcullis_controls::urlencoded;
use portcullis_json::{Document, Kind};
use portcullis_policy::RequestPlace;

use super::{Payload, Valid};
use crate::path::context::Context;

/// The text that stands there; a number as it is written. Nothing, where nothing stands there or
/// something else does.
pub(in crate::path) fn said(
    valid: &Valid,
    place: &RequestPlace,
    context: &Context<'_>,
) -> Option<String> {
    match place {
        RequestPlace::Body(pointer) => match valid.body() {
            Payload::Json(document) => in_tree(document, pointer),
            Payload::Form(form) => in_tree(form.document(), pointer),
            Payload::Nothing | Payload::Parts { .. } | Payload::Bytes { .. } => None,
        },
        RequestPlace::Path(name) => {
            let matched = valid.admitted().authenticated().matched();
            let (index, path) = (matched.operation()?, matched.path()?);
            let mut parts = Vec::new();
            context.plan.model.contract.path_parts(index, path, &mut parts);
            parts.into_iter().find_map(|part| match part {
                PathPart::Value(value) if value.name == name => Some(value.text.to_owned()),
                _ => None,
            })
        }
        RequestPlace::Query(name) => {
            let query = std::str::from_utf8(&valid.parameters()?.query).ok()?;
            let mut found = urlencoded::pairs(query)
                .filter(|(known, _)| urlencoded::decode(known).is_ok_and(|known| known == *name));
            let (_, value) = found.next()?;
            // Several of them are none: which one counts is the API's to choose.
            found.next().is_none().then(|| urlencoded::decode(value).ok())?.map(Into::into)
        }
        RequestPlace::Cookie(name) => {
            let cookies = std::str::from_utf8(&valid.parameters()?.cookies).ok()?;
            let pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
            let mut found = pairs.filter(|(known, _)| known == name).map(|(_, value)| value);
            let value = found.next()?;
            found.next().is_none().then(|| value.to_owned())
        }
    }
}

fn in_tree(document: &Document, pointer: &str) -> Option<String> {
    let value = document.root().lookup(pointer)?;
    match value.kind() {
        Kind::String => value.as_str().map(str::to_owned),
        Kind::Number => value.as_number().map(str::to_owned),
        _ => None,
    }
}
