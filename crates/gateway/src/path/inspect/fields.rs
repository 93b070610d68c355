//! The header fields of an answer: which of the API's go on, and which are no longer true.

use std::borrow::Cow;

use portcullis_contract::MediaRange;
use portcullis_controls::cross_site::Completed;
use portcullis_controls::safe_configuration::{Sides, is_leak};
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode, Status, shown};
use portcullis_policy::Model;

use super::super::context::Context;
use crate::answer::{Answer, Body};
use crate::decision::Act;
use crate::head::{AnswerHead, Fields};

/// Which fields of the API's answer are still true of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// All: the body is as it came.
    Body,
    /// The body is the API's own, and no longer coded.
    Decoded,
    /// Something was taken out of the body: no tag and no digest holds (rule 23).
    Edited,
    /// The body is another one: nothing that describes it holds.
    Head,
}

impl Kept {
    /// Whether a field, by its lower-case name, says something that is no longer true.
    fn is_stale(self, name: &str) -> bool {
        match name {
            // Ranges are not asked for, so none can be had.
            "accept-ranges" | "content-encoding" => self != Self::Body,
            "etag" | "last-modified" | "content-digest" | "content-md5" | "content-range"
            | "digest" | "repr-digest" => matches!(self, Self::Edited | Self::Head),
            name => self == Self::Head && name.starts_with("content-"),
        }
    }
}

/// Whether a field tells caches what to keep, and for how long (RFC 9111, RFC 9213).
fn is_for_caches(name: &str) -> bool {
    matches!(name, "age" | "cache-control" | "expires" | "pragma" | "surrogate-control")
        || name.ends_with("-cache-control")
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
    // Whether clients need it, and what stands in its place for them, is the API's to know.
    if context.plan.inner_links.is_in(&body) {
        context.entry.drift_beside("inner_link");
    }
    let mut answer = Answer::new(status, Body::Whole(body));
    answer.is_private = is_private;
    copy_fields(fields, &mut answer, kept, context);
    answer
}

/// The status of an answer alone: what its fields say may be about what does not leave (`Location`, `Link`).
pub(super) fn status_alone(head: &AnswerHead, is_private: bool) -> Answer {
    let mut answer = Answer::new(Status(head.status), Body::Whole(Vec::new()));
    answer.is_private = is_private;
    answer
}

/// The status and the fields of an answer, without its body.
pub(super) fn head_alone(head: &AnswerHead, is_private: bool, context: &mut Context<'_>) -> Answer {
    let mut answer = Answer::new(Status(head.status), Body::Whole(Vec::new()));
    answer.is_private = is_private;
    copy_fields(&head.fields, &mut answer, Kept::Head, context);
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
        let is_stale = context.objects.has_taken_out && is_count(name)
            || kept.is_stale(name)
            || answer.is_private && removes_leaks && is_for_caches(name);
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
        let public = public(name, value, kept, &context.plan.model);
        let value = public.as_deref().filter(|_| removes_leaks).unwrap_or(value);
        if name == "set-cookie" {
            answer.push_field(name, &completed(value, context));
        } else {
            answer.push_field(name, value);
        }
    }
    // Who may call from other pages is the policy's to say, and told by itself.
    let (cors, leaks): (Vec<&str>, Vec<&str>) =
        leaks.into_iter().partition(|name| name.starts_with("access-control-"));
    let is_any = !cors.is_empty() || !leaks.is_empty();
    for (reason, names) in [("cors_header", cors), ("telling_header", leaks)] {
        if !names.is_empty() {
            let control = ControlId::SafeConfiguration;
            context.may_remove(Noted { control, reason, detail: names.join(", ") });
        }
    }
    if is_any {
        // Told above.
    } else if removes_leaks && fields.get("x-content-type-options").is_none() {
        context.acted(Act::Removed(ControlId::SafeConfiguration));
    }
}

/// A cookie with what keeps it from scripts and from other sites.
fn completed<'v>(value: &'v str, context: &mut Context<'_>) -> Cow<'v, str> {
    let model = &context.plan.model;
    let how = Completed {
        is_tls: context.hop.is_tls(),
        has_origins: !model.origins.is_empty(),
        readable: &model.readable_cookies,
    };
    let Some((cookie, added)) = how.cookie(value) else { return Cow::Borrowed(value) };
    let name = value.split('=').next().unwrap_or_default().trim();
    let detail = format!("cookie {} without {}", shown(name), added.join(", "));
    let noted = Noted { control: ControlId::CrossSite, reason: "cookie_attributes", detail };
    if context.may_remove(noted) { Cow::Owned(cookie) } else { Cow::Borrowed(value) }
}

/// A value as it is true for clients; none if it is so already.
fn public(name: &str, value: &str, kept: Kept, model: &Model) -> Option<String> {
    let Model { upstream, base_path, hosts, .. } = model;
    let sides = Sides { upstream, base_path, hosts };
    match name {
        "location" | "content-location" => sides.public_link(value),
        "link" => sides.public_links(value),
        "set-cookie" => sides.public_cookie(value),
        // What was parsed is UTF-8, whatever its label says.
        "content-type" if kept != Kept::Body => without_other_charset(value),
        _ => None,
    }
}

fn without_other_charset(value: &str) -> Option<String> {
    let mut parameters = value.split(';').skip(1).filter_map(|one| one.split_once('='));
    let is_other = parameters.any(|(name, value)| {
        let value = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("charset")
            && !["utf-8", "utf8", "us-ascii"].iter().any(|known| value.eq_ignore_ascii_case(known))
    });
    is_other.then(|| MediaRange::parse(value).map(|range| range.to_string())).flatten()
}

/// Fields that say how many there are, or where the next ones stand.
fn is_count(name: &str) -> bool {
    const NAMES: [&str; 8] = [
        "content-range",
        "link",
        "x-count",
        "x-pagination",
        "x-total",
        "x-total-count",
        "x-total-pages",
        "x-wp-total",
    ];
    NAMES.contains(&name)
}
