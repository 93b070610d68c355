//! The keys of issuers: those that the policy pins, and those that are fetched.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use portcullis_credential::keys::KeySet;
use portcullis_credential::metadata;
use portcullis_policy::{Endpoint, JwtIssuer, KeySource};
use sha2::{Digest, Sha256};

use crate::ask::{Question, ask};
use crate::callers::{Current, Fetched, Step, Unfinished, waited};
use crate::worker::Worker;

/// Which keys of an issuer are in force.
pub(super) fn generation(worker: &Worker, issuer: &JwtIssuer) -> u64 {
    match &issuer.keys {
        KeySource::Pinned(source) => worker.site().keys(source).map_or(0, |pinned| pinned.mark),
        _ => worker.shared.callers.keys_of(issuer).generation(),
    }
}

/// The keys of an issuer; or why there are none.
pub(super) async fn known(
    worker: &Rc<Worker>,
    issuer: &JwtIssuer,
    deadline: Instant,
) -> Result<Current<KeySet>, String> {
    if let KeySource::Pinned(source) = &issuer.keys {
        let site = worker.site();
        let pinned = site.keys(source).ok_or("its keys were not read")?;
        return Ok(Current { value: pinned.keys.clone(), generation: pinned.mark });
    }
    let keys = worker.shared.callers.keys_of(issuer);
    had(worker, issuer, &keys, deadline, |now| keys.step(now)).await
}

/// The keys of an issuer, asked for again if those of this generation lack one.
pub(super) async fn newer(
    worker: &Rc<Worker>,
    issuer: &JwtIssuer,
    key: &str,
    lacking: u64,
    deadline: Instant,
) -> Result<Current<KeySet>, String> {
    if let KeySource::Pinned(_) = issuer.keys {
        return known(worker, issuer, deadline).await;
    }
    let keys = worker.shared.callers.keys_of(issuer);
    let digest: [u8; 32] = Sha256::digest(key).into();
    let name = digest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    had(worker, issuer, &keys, deadline, |now| keys.step_for_absent(name, lacking, now)).await
}

async fn had(
    worker: &Rc<Worker>,
    issuer: &JwtIssuer,
    keys: &Arc<Fetched<KeySet>>,
    deadline: Instant,
    step: impl Fn(Instant) -> Step<KeySet>,
) -> Result<Current<KeySet>, String> {
    let begin = || begin(worker, issuer, keys);
    let had = waited(keys, deadline, step, begin).await;
    had.ok_or_else(|| "its keys cannot be had".to_owned())
}

/// Fetches beside the request: a client that leaves ends no fetch that others wait for.
fn begin(worker: &Rc<Worker>, issuer: &JwtIssuer, keys: &Arc<Fetched<KeySet>>) {
    let (worker, issuer, keys) = (worker.clone(), issuer.clone(), keys.clone());
    tokio::task::spawn_local(async move {
        let unfinished = Unfinished::new(&keys);
        match fetch(&worker, &issuer).await {
            Ok((set, digest)) => unfinished.finish(set, digest),
            Err(detail) => {
                drop(unfinished);
                if let Some(watch) = &worker.shared.watch {
                    watch.issuer_fails(&issuer.issuer, &detail);
                }
            }
        }
    });
}

async fn fetch(worker: &Worker, issuer: &JwtIssuer) -> Result<(KeySet, [u8; 32]), String> {
    let at = match &issuer.keys {
        KeySource::At(endpoint) => endpoint.clone(),
        KeySource::Discovered(endpoint) => discover(worker, issuer, endpoint).await?,
        KeySource::Pinned(_) => return Err("its keys are pinned".to_owned()),
    };
    let asked = ask(worker, &at, Question::Get).await;
    let bytes = asked.map_err(|fault| format!("its keys: {fault}"))?;
    let digest = Sha256::digest(&bytes).into();
    let read = KeySet::from_jwks(bytes);
    let (set, skipped) = read.map_err(|fault| format!("its keys cannot be read: {fault}"))?;
    if let (Some(watch), Some(first)) = (&worker.shared.watch, skipped.first()) {
        let which = first.key_id.as_deref().unwrap_or("without a name");
        let detail = format!("its key `{which}` is not used: {}", first.why);
        watch.issuer_fails(&issuer.issuer, &detail);
    }
    Ok((set, digest))
}

/// Where an issuer's own metadata says that its keys are. It may name another host, and none that is
/// asked in the clear unless the issuer itself is.
async fn discover(
    worker: &Worker,
    issuer: &JwtIssuer,
    endpoint: &Endpoint,
) -> Result<Endpoint, String> {
    let mut last = "it names no place for its metadata".to_owned();
    for url in metadata::well_known(&issuer.issuer) {
        let Some(mut place) = Endpoint::parse(&url) else { continue };
        place.instance.tls.clone_from(&endpoint.instance.tls);
        let bytes = match ask(worker, &place, Question::Get).await {
            Ok(bytes) => bytes,
            Err(fault) => {
                last = format!("its metadata: {fault}");
                continue;
            }
        };
        let read = metadata::read(bytes, &issuer.issuer);
        let found = read.map_err(|fault| format!("its metadata cannot be used: {fault}"))?;
        let keys = found.jwks_uri.as_deref().and_then(Endpoint::parse);
        let mut keys = keys.ok_or("its metadata names no place of keys that may be asked")?;
        if !keys.instance.is_tls && endpoint.instance.is_tls {
            return Err("its metadata leads to keys in the clear".to_owned());
        }
        if keys.instance.is_tls {
            keys.instance.tls.clone_from(&endpoint.instance.tls);
        }
        return Ok(keys);
    }
    Err(last)
}
