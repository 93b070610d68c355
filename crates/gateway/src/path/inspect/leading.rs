//! The head of an answer, before anything of it is used: where it leads, and what its fields do to whoever reads them.

use portcullis_controls::outbound_target::Own;
use portcullis_controls::safe_configuration::Sides;
use portcullis_controls::upstream_answer::{self, Lead, Leading, Unfit, Wrong};
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode};
use portcullis_policy::{Model, Posture, Redirects, Targets};

use super::super::context::{Context, Exit};
use super::super::forward::{Parts, Sent};
use crate::head::{Essential, Fields};

/// Names of fields that one record tells of.
const NAMES_MAX: usize = 8;

/// Ends an answer that leads where it may not; takes out of any other what may not leave.
pub(super) fn judge(mut parts: Parts, context: &mut Context<'_>) -> Result<Parts, Exit> {
    if context.mode(ControlId::UpstreamAnswer) == Mode::NotAsked {
        return Ok(parts);
    }
    let sent = parts.sent.take();
    if is_redirect(parts.head.status) {
        redirect(&parts, sent.as_ref(), context)?;
    }
    if let Some(fields) = fitting(&parts, sent.as_ref(), context) {
        parts.head.fields = fields;
    }
    Ok(parts)
}

/// Whether clients follow its `Location` by themselves (RFC 9110 section 15.4).
const fn is_redirect(status: u16) -> bool {
    // A 304 is followed by nobody.
    matches!(status, 300..=303 | 305..=399)
}

fn redirect(parts: &Parts, sent: Option<&Sent>, context: &mut Context<'_>) -> Result<(), Exit> {
    let fields = &parts.head.fields;
    let Some(location) = fields.first(Essential::Location) else { return Ok(()) };
    let lead = if fields.is_repeated(Essential::Location) {
        Lead::Refused(Wrong::Twice)
    } else {
        Judging::new(parts.operation, sent, context).of(location)
    };
    let is_unsaid = matches!(lead, Lead::Unsaid(_));
    let request = sent.map_or(&[][..], |sent| &sent.bytes);
    let wrong = match lead {
        Lead::Stays | Lead::Allowed => return Ok(()),
        Lead::Refused(wrong) => wrong.beside(request),
        Lead::Unsaid(host) => Wrong::Away(host).beside(request),
    };
    // Nobody could have said where: what the request did not choose passes.
    if is_unsaid && !matches!(wrong, Wrong::Repeated(_)) {
        context.entry.drift_beside("redirect_away");
        return Ok(());
    }
    context.refuse(wrong.refusal(&context.operation_name()))
}

/// The fields without those that may not leave; `None` if all may.
fn fitting(parts: &Parts, sent: Option<&Sent>, context: &mut Context<'_>) -> Option<Fields> {
    let fields = &parts.head.fields;
    let judging = Judging::new(parts.operation, sent, context);
    let led = |name: &str, value: &str| match name {
        "location" if is_redirect(parts.head.status) => None,
        "location" | "content-location" => {
            judging.leads_inside(value).then_some(Unfit::LeadsInside)
        }
        "link" => judging.link(value),
        // What scripts of pages follow at once, as a browser does a redirect.
        "hx-location" | "hx-redirect" | "turbo-location" | "x-inertia-location" => {
            (!judging.stays(value)).then_some(Unfit::LoadsForeign)
        }
        _ => None,
    };
    let mut unfit: Vec<(&str, Unfit)> = Vec::new();
    for (name, value) in fields.iter() {
        let why =
            led(name, value).or_else(|| upstream_answer::unfit(name, value, fields.all(name)));
        if let Some(why) = why.filter(|_| !unfit.iter().any(|(known, _)| *known == name)) {
            unfit.push((name, why));
        }
    }
    let mut gone: Vec<String> = Vec::new();
    for (name, why) in unfit.iter().take(NAMES_MAX) {
        let detail = format!("header `{name}`");
        let noted = Noted { control: ControlId::UpstreamAnswer, reason: why.reason(), detail };
        if context.may_remove(noted) {
            gone.push((*name).to_owned());
        }
    }
    if context.mode(ControlId::UpstreamAnswer) == Mode::Enforce {
        gone.extend(unfit.iter().skip(NAMES_MAX).map(|(name, _)| (*name).to_owned()));
    }
    let stays = |name: &str, value: &str| {
        let is_gone = gone.iter().any(|known| known == name);
        (!is_gone).then(|| value.to_owned())
    };
    (!gone.is_empty()).then(|| fields.rewritten(stays))
}

/// What decides where answers may lead.
struct Judging<'a> {
    sides: Sides<'a>,
    leading: Leading<'a>,
}

/// What counts where nobody said anything.
static UNDECIDED: Redirects = Redirects::Undecided;
static NO_TARGETS: Targets = Targets { places: Vec::new() };

impl<'a> Judging<'a> {
    fn new(operation: Option<usize>, sent: Option<&'a Sent>, context: &Context<'a>) -> Self {
        let plan = context.plan;
        let Model { upstream, base_path, hosts, origins, redirects, targets, posture, .. } =
            &*plan.model;
        let listeners = &context.worker.shared.own;
        Self {
            sides: Sides { upstream, base_path, hosts },
            leading: Leading {
                rule: operation.and_then(|index| redirects.get(index)).unwrap_or(&UNDECIDED),
                targets: operation.and_then(|index| targets.get(index)).unwrap_or(&NO_TARGETS),
                own: Own { listeners, hosts, origins },
                asked: sent.and_then(|sent| sent.host.as_deref()),
                is_decided: *posture == Posture::Policy,
            },
        }
    }

    /// Where a `Location` leads once it is one that clients can follow.
    fn of(&self, location: &str) -> Lead {
        let public = self.sides.public_link(location);
        upstream_answer::lead(public.as_deref().unwrap_or(location), &self.leading)
    }

    fn leads_inside(&self, location: &str) -> bool {
        matches!(self.of(location), Lead::Refused(Wrong::Inner(_) | Wrong::Doubt(_) | Wrong::Twice))
    }

    fn stays(&self, target: &str) -> bool {
        matches!(self.of(target), Lead::Stays | Lead::Allowed)
    }

    /// What a browser fetches unasked may lead where a redirect may.
    fn link(&self, links: &str) -> Option<Unfit> {
        if upstream_answer::link_targets(links).any(|target| self.leads_inside(target)) {
            return Some(Unfit::LeadsInside);
        }
        (!upstream_answer::loaded_targets(links).all(|target| self.stays(target)))
            .then_some(Unfit::LoadsForeign)
    }
}
