//! Whether GitHub signed a list of leaked keys: with keys that the policy pins, or that are fetched.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use portcullis_credential::reporter::ReporterKeys;
use portcullis_model::{ControlId, Refusal, Status};
use portcullis_policy::{Endpoint, KeySource};
use sha2::{Digest, Sha256};

use super::super::context::{Context, Exit};
use crate::ask::{Question, ask};
use crate::callers::{Fetched, Unfinished, waited};
use crate::head::RequestHead;
use crate::worker::Worker;

/// The fields that carry it; names in lower case.
const KEY: &str = "github-public-key-identifier";
const SIGNATURE: &str = "github-public-key-signature";

/// A signature as it was sent: not verified.
pub(super) struct Signature {
    key: String,
    text: String,
}

/// The signature of a request; none, if it says nothing of one.
pub(super) fn of(head: &RequestHead) -> Result<Option<Signature>, Refusal> {
    let (mut keys, mut texts) = (head.fields.all(KEY), head.fields.all(SIGNATURE));
    match (keys.next(), texts.next(), keys.next(), texts.next()) {
        (None, None, None, None) => Ok(None),
        (Some(key), Some(text), None, None) => {
            Ok(Some(Signature { key: key.to_owned(), text: text.to_owned() }))
        }
        _ => Err(not_signed("report_signature", "half a signature, or several")),
    }
}

/// Whether it is of these bytes, by one whom the policy believes.
pub(super) async fn verify(
    signature: &Signature,
    bytes: &[u8],
    believed: Option<&KeySource>,
    context: &Context<'_>,
) -> Result<(), Exit> {
    let keys = match believed {
        Some(KeySource::Pinned(_)) => context.worker.site().reporter().cloned(),
        Some(KeySource::At(endpoint)) => {
            fetched(context.worker, endpoint, &signature.key, context.deadline).await
        }
        Some(KeySource::Discovered(_)) | None => {
            return Err(not_signed("report_signature", "no signatures are taken").into());
        }
    };
    let Some(keys) = keys else {
        let detail = "the keys of its signer cannot be had".to_owned();
        return Err(Exit::Failed { status: Status::UNAVAILABLE, detail });
    };
    if keys.signed(&signature.key, &signature.text, bytes) {
        return Ok(());
    }
    Err(not_signed("report_forged", "no key of the reporter signed it").into())
}

fn not_signed(reason: &'static str, detail: &'static str) -> Refusal {
    Refusal::new(ControlId::CallerIdentity, Status::FORBIDDEN, reason, detail)
}

/// The keys that are published; asked for again if they lack the one that is named.
async fn fetched(
    worker: &Rc<Worker>,
    endpoint: &Endpoint,
    name: &str,
    deadline: Instant,
) -> Option<Arc<ReporterKeys>> {
    let keys = worker.shared.callers.reporter(endpoint);
    let begin = || fetch(worker, endpoint, &keys);
    let current = waited(&keys, deadline, |now| keys.step(now), begin).await?;
    if current.value.has(name) {
        return Some(current.value);
    }
    let digest: [u8; 32] = Sha256::digest(name).into();
    let hash = digest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let step = |now| keys.step_for_absent(hash, current.generation, now);
    let newer = waited(&keys, deadline, step, begin).await;
    Some(newer.map_or(current.value, |newer| newer.value))
}

fn fetch(worker: &Rc<Worker>, endpoint: &Endpoint, keys: &Arc<Fetched<ReporterKeys>>) {
    let (worker, endpoint, keys) = (worker.clone(), endpoint.clone(), keys.clone());
    tokio::task::spawn_local(async move {
        let unfinished = Unfinished::new(&keys);
        let asked = ask(&worker, &endpoint, Question::Get).await;
        let read = asked.map_err(|fault| fault.to_string()).and_then(|bytes| {
            let digest = Sha256::digest(&bytes).into();
            let keys = ReporterKeys::read(bytes).map_err(|fault| fault.to_string())?;
            Ok((keys, digest))
        });
        match read {
            Ok((value, digest)) => unfinished.finish(value, digest),
            Err(detail) => {
                drop(unfinished);
                if let Some(watch) = &worker.shared.watch {
                    watch.issuer_fails(&endpoint.instance.to_string(), &detail);
                }
            }
        }
    });
}
