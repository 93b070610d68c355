//! The header fields of an answer: which of the API's go on, and which are no longer true.

use portcullis_controls::Plan;
use portcullis_controls::safe_configuration::is_leak;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode, Status};
use portcullis_policy::Model;

use super::super::context::Context;
use crate::answer::{Answer, Body};
use crate::decision::Act;
use crate::head::Fields;

/// Which fields of the API's answer are still true of ours.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    /// The body is still coded as it came.
    pub(super) coding: bool,
    /// The body is the API's own: its entity tag holds (rule 23).
    pub(super) validators: bool,
}

/// An answer with this body, and the fields of the API that go on.
pub(super) fn pass(
    status: Status,
    body: Vec<u8>,
    fields: &Fields,
    is_private: bool,
    kept: Kept,
    context: &mut Context<'_>,
) -> Answer {
    let mut answer = Answer::new(status, Body::Whole(body));
    answer.is_private = is_private;
    copy_fields(fields, &mut answer, kept, context);
    answer
}

/// Copies the API's fields but those of the connection, those that tell how it is built, and
/// those that the gateway sets.
pub(super) fn copy_fields(
    fields: &Fields,
    answer: &mut Answer,
    kept: Kept,
    context: &mut Context<'_>,
) {
    let mode = context.mode(ControlId::SafeConfiguration);
    let removes_leaks = mode == Mode::Enforce;
    let mut leaks = Vec::new();
    for (name, value) in fields.iter() {
        let is_connection = matches!(
            name,
            "connection"
                | "content-length"
                | "date"
                | "keep-alive"
                | "proxy-authenticate"
                | "te"
                | "trailer"
                | "transfer-encoding"
                | "upgrade"
        ) || name.starts_with("portcullis-")
            || fields.is_hop_by_hop(name);
        let is_stale = match name {
            "content-encoding" => !kept.coding,
            "etag" | "last-modified" | "accept-ranges" | "content-md5" | "digest" => {
                !kept.validators
            }
            "cache-control" | "expires" | "pragma" => answer.is_private && removes_leaks,
            _ => false,
        };
        if is_connection || is_stale {
            continue;
        }
        if mode != Mode::NotAsked && is_leak(name) {
            // Every server names itself: not worth a line in every record.
            if name == "server" {
                context.acted_if(removes_leaks, Act::Removed(ControlId::SafeConfiguration));
            } else {
                leaks.push(name);
            }
            if removes_leaks {
                continue;
            }
        }
        let is_link = matches!(name, "location" | "content-location");
        match is_link.then(|| public_path(value, &context.plan)).flatten() {
            Some(path) if removes_leaks => answer.push_field(name, &path),
            _ => answer.push_field(name, value),
        }
    }
    if !leaks.is_empty() {
        let detail = leaks.join(", ");
        context.may_remove(Noted {
            control: ControlId::SafeConfiguration,
            reason: "telling_header",
            detail,
        });
    } else if removes_leaks && fields.get("x-content-type-options").is_none() {
        context.acted(Act::Removed(ControlId::SafeConfiguration));
    }
}

/// A link to the API itself, as clients can follow it: the path behind the gateway's base path.
fn public_path(link: &str, plan: &Plan) -> Option<String> {
    let Model { upstream, base_path, .. } = &plan.model;
    let own = format!("http://{}:{}", upstream.host, upstream.port);
    let path = link.strip_prefix(&own).filter(|rest| rest.starts_with('/'))?;
    Some(match path.strip_prefix(upstream.path.as_str()) {
        Some(rest) if rest.starts_with('/') => format!("{base_path}{rest}"),
        _ => path.to_owned(),
    })
}
