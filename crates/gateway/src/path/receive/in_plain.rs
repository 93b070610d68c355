//! An API key of ours that came over a plain hop, wherever in the head: it is known to others from now on.

use portcullis_controls::transport_encryption::plain_key;
use portcullis_model::{ControlId, Mode};

use super::super::context::{Context, Exit};
use crate::head::RequestHead;
use crate::plain_keys::{revoke, seen, until_it_lasts};
use crate::sender::Sender;

/// Refuses a request with a key of ours in it; one that is good is recorded by its name, and revoked where the policy
/// says so.
pub(super) async fn refuse_keys(
    head: &RequestHead,
    sender: &Sender,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    let mode = context.mode(ControlId::TransportEncryption);
    let plan = context.plan;
    let Some(rule) = &plan.model.callers.api_keys else { return Ok(()) };
    if !sender.hop.is_plain() || mode == Mode::NotAsked {
        return Ok(());
    }
    let shared = &context.worker.shared;
    let site = context.worker.site();
    let seen = seen(head, rule, site.pepper(), shared.store.as_ref(), context.now());
    if seen.count == 0 {
        return Ok(());
    }
    if let Some(first) = seen.genuine.first() {
        context.entry.key(*first);
    }
    // How it came to a proxy is the proxy's word: one that says nothing would end every key. What comes to
    // a loopback listener, also where TLS is spoken, is known to nobody (rule 20).
    let is_over = rule.ends_in_plain
        && mode == Mode::Enforce
        && !sender.is_from_proxy
        && !plan.model.listen.ip().is_loopback()
        && !seen.genuine.is_empty();
    if is_over {
        let (worker, keys, id) =
            (context.worker.clone(), seen.genuine.clone(), context.request_id());
        until_it_lasts(async move {
            let _under_way = worker.begin();
            revoke(worker.shared.clone(), keys, id).await;
        })
        .await;
    }
    context.refuse(plain_key(sender.hop, &seen.genuine, is_over))
}
