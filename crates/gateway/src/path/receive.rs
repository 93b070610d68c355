//! Room 1: strict HTTP within limits, for a host that is ours, with a path of one reading; and who
//! sent it.
//!
//! The head itself was read strictly by the connection (`head.rs`); what is left is what may be
//! relaxed for an API: its hosts, the length of the target and the spelling of the path.

mod in_plain;

use std::time::Instant;

use portcullis_contract::CanonicalPath;
use portcullis_controls::api_inventory::misdirected;
use portcullis_controls::input_shape::path_refusal;
use portcullis_controls::resource_limits::{Breach, in_penalty_box};
use portcullis_controls::safe_configuration::{Forwarding, client, is_forwarding};
use portcullis_controls::transport_encryption::{self, Hop};
use portcullis_counting::Place;
use portcullis_model::{Room, Status};

use super::context::{Context, Exit};
use super::loops;
use crate::answer::{Answer, Body};
use crate::head::{Essential, RequestHead};
use crate::sender::{Peer, Sender};

/// A request as it came.
pub(crate) struct Request {
    head: RequestHead,
    peer: Peer,
    /// Whether an API claims its host.
    is_claimed: bool,
}

impl Request {
    pub(crate) const fn new(head: RequestHead, peer: Peer, is_claimed: bool) -> Self {
        Self { head, peer, is_claimed }
    }

    pub(crate) const fn head(&self) -> &RequestHead {
        &self.head
    }
}

/// A request whose head is HTTP and within limits.
pub(super) struct Received {
    head: RequestHead,
    sender: Sender,
    path: Option<CanonicalPath>,
}

impl Received {
    pub(super) const fn head(&self) -> &RequestHead {
        &self.head
    }

    pub(super) const fn sender(&self) -> &Sender {
        &self.sender
    }

    /// The path in its one spelling; none if it has several and nobody refused that.
    pub(super) const fn path(&self) -> Option<&CanonicalPath> {
        self.path.as_ref()
    }
}

pub(super) async fn enter(request: Request, context: &mut Context<'_>) -> Result<Received, Exit> {
    context.enter(Room::Receive);
    let Request { head, peer, is_claimed } = request;
    loops::refuse(&head, &context.worker.shared.stamp, &context.plan.model.name)?;
    let sender = sender(&head, &peer, context)?;
    context.hop = sender.hop;
    context.place = sender.address.map(Place::of);
    if let Some(place) = context.place {
        listens_to(place, context)?;
    }
    in_plain::refuse_keys(&head, &sender, context).await?;
    context.ask(transport_encryption::judge_hop(sender.hop))?;
    if !is_claimed {
        context.refuse(misdirected(head.fields.first(Essential::Host)))?;
    } else if !context.plan.model.name.is_empty() {
        context.entry.api(context.plan.model.name.clone());
    }
    if head.is_of_server() {
        // RFC 9110 section 9.3.7: a sign of life, which says nothing about the API.
        return Err(Exit::Answered(Answer::new(Status(204), Body::Nothing)));
    }
    let limits = &context.plan.limits;
    if head.target().len() > limits.target_bytes_max {
        return Err(Breach::TargetBytes.refusal(limits).into());
    }
    let path = match CanonicalPath::parse(head.path()) {
        Ok(path) => Some(path),
        Err(fault) => {
            context.refuse(path_refusal(fault))?;
            None
        }
    };
    Ok(Received { head, sender, path })
}

/// Whether an address is listened to at all, before anything else is asked.
fn listens_to(place: Place, context: &mut Context<'_>) -> Result<(), Exit> {
    let callers = &context.worker.shared.callers;
    if let Some(left) = callers.penalties.of(place, Instant::now()) {
        context.refuse(in_penalty_box(left))?;
    }
    let listens = callers.guesses.listens_to(place, Instant::now());
    listens.or_else(|refusal| context.refuse(refusal))
}

/// Who sent it: the peer, or whom trusted proxies name.
fn sender(head: &RequestHead, peer: &Peer, context: &mut Context<'_>) -> Result<Sender, Exit> {
    let proxies = &context.plan.model.proxies;
    let mut sender = Sender::peer(peer);
    sender.is_from_proxy = proxies.trusted.iter().any(|network| network.contains(peer.address));
    if sender.is_from_proxy {
        sender.certificate = None;
        let said = Forwarding {
            forwarded: head.fields.all("forwarded").collect(),
            x_forwarded_for: head.fields.all("x-forwarded-for").collect(),
            x_forwarded_proto: head.fields.all("x-forwarded-proto").collect(),
        };
        let client = context.ask(client(peer.address, proxies, &said))?;
        sender.address = client.is_vouched.then_some(client.address);
        if client.is_vouched {
            sender.client = client.address.to_string().into();
            context.entry.client(sender.client.clone());
        }
        sender.hop = match (client.is_https, proxies.end_tls) {
            (true, _) => Hop::Asserted,
            // It ends TLS, and does not say that there was any.
            (false, true) => Hop::Plain,
            (false, false) => sender.hop,
        };
    } else if !proxies.are_decided && head.fields.iter().any(|(name, _)| is_forwarding(name)) {
        // It says that it asks for somebody, and nobody decided whether it may.
        sender.address = None;
    }
    Ok(sender)
}
