//! Whether a request in the clear is led to `https`, and where that is.

use std::sync::Arc;

use portcullis_controls::Judgement;
use portcullis_controls::api_inventory::misdirected;
use portcullis_controls::transport_encryption::{Credentials, Hop, judge_redirect, plain_key};
use portcullis_ledger::Entry;
use portcullis_model::{Method, Refusal};

use crate::head::{Essential, RequestHead};
use crate::plain_keys::{revoke, seen, until_it_lasts};
use crate::site::{Site, claimed};
use crate::worker::Shared;

/// The port that `https` needs not name.
const HTTPS: u16 = 443;

/// Refuses a request with a key of ours in it. What came over loopback is known to nobody, so no key ends there.
pub(super) async fn keys(
    head: &RequestHead,
    site: &Site,
    shared: &Arc<Shared>,
    hop: Hop,
    entry: &mut Entry,
) -> Result<(), Refusal> {
    // They are the policy's: every API has the same.
    let rule = site.plans().find_map(|plan| plan.model.callers.api_keys.as_ref());
    let Some(rule) = rule else { return Ok(()) };
    let seen = seen(head, rule, site.pepper(), shared.store.as_ref(), entry.time());
    if seen.count == 0 {
        return Ok(());
    }
    if let Some(first) = seen.genuine.first() {
        entry.key(*first);
    }
    let is_over = rule.ends_in_plain && hop.is_plain() && !seen.genuine.is_empty();
    if is_over {
        let revocation = revoke(shared.clone(), seen.genuine.clone(), entry.request_id());
        until_it_lasts(revocation).await;
    }
    Err(plain_key(hop, &seen.genuine, is_over))
}

/// Where a request is led to: the same path and query, at a host that the policy names. `port` is that of the
/// gateway's own listener.
pub(super) fn place(head: &RequestHead, site: &Site, port: u16) -> Result<String, Refusal> {
    let host = head.fields.first(Essential::Host);
    let named = site.plans().find_map(|plan| claimed(host?, &plan.model.hosts));
    let name = named.map(|(name, _)| name);
    let port = port_of(site).unwrap_or(port);
    let port = if port == HTTPS { String::new() } else { format!(":{port}") };
    let location = format!("https://{}{port}{}", name.unwrap_or("host"), head.target());
    let shown = credentials(site).shown(&location, head.fields.iter());
    // What has no reading could be anything.
    let unread = || head.fields.unreadable().next();
    let shown = shown.or_else(|| unread().map(|name| format!("in the header field `{name}`")));
    let is_only_reading = matches!(head.method, Some(Method::Get | Method::Head))
        && !head.has_body()
        && !head.wants_websocket;
    if let Judgement::Refuse(refusal, ()) = judge_redirect(is_only_reading, shown) {
        return Err(refusal);
    }
    if name.is_none() {
        return Err(misdirected(host));
    }
    Ok(location)
}

fn port_of(site: &Site) -> Option<u16> {
    site.first().model.tls.as_ref()?.redirect?.port
}

/// What counts as a credential for any of the APIs.
fn credentials(site: &Site) -> Credentials<'_> {
    Credentials {
        schemes: site.plans().flat_map(|plan| &plan.model.contract.schemes).collect(),
        paths: site.plans().map(|plan| &plan.secret_paths).collect(),
    }
}
