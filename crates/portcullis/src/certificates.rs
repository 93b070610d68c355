//! Certificates and the keys of issuers, from the places that the policy names.

mod doubtful;

use std::sync::Arc;

use portcullis_credential::keys::KeySet;
use portcullis_gateway::{
    ClientIssuers, ClientIssuersFault, ClientTls, PinnedKeys, ServerTls, TlsFault,
};
use portcullis_model::{Diagnostic, Span};
use portcullis_policy::{
    ClientCertificates, Failure, InstanceTls, KeySource, Model, SecretSource, codes,
};
use sha2::{Digest as _, Sha256};

pub(crate) use self::doubtful::{diagnostics, is_due, tell};
use crate::secrets::{private, variable};

/// What clients are spoken to with, from files; none, where the policy has no `tls`. Problems stand at the
/// policy's line.
pub(crate) fn of(model: &Model) -> Result<Option<ServerTls>, Failure> {
    let Some(files) = &model.tls else { return Ok(None) };
    let at = model.lines.tls;
    let read = |source: &SecretSource| {
        source.read(variable).map_err(|error| unusable(model, at, error.to_string()))
    };
    let (certificate, key) = (read(&files.certificate)?, read(&files.key)?);
    let clients = clients(model)?;
    match ServerTls::asking(&certificate, &key, clients) {
        Ok(tls) => Ok(Some(tls)),
        Err(fault) => {
            let place = match fault {
                TlsFault::Key(_) => &files.key,
                _ => &files.certificate,
            };
            Err(unusable(model, at, format!("`{place}`: {fault}")))
        }
    }
}

/// Which certificates clients may show.
pub(crate) fn clients(model: &Model) -> Result<Option<ClientIssuers>, Failure> {
    let asked = model.tls.as_ref().and_then(|tls| tls.clients.as_ref());
    asked.map(|clients| issuers(model, clients)).transpose()
}

/// Whom certificates of clients must come from.
fn issuers(model: &Model, clients: &ClientCertificates) -> Result<ClientIssuers, Failure> {
    let at = model.lines.client_ca.or(model.lines.tls);
    let failed = |message| unusable(model, at, message);
    let read =
        |source: &SecretSource| source.read(variable).map_err(|error| failed(error.to_string()));
    let Some(ca) = &clients.ca else { return Ok(ClientIssuers::of_nobody()) };
    let (roots, lists) = (read(ca)?, clients.crl.as_ref().map(read).transpose()?);
    let issuers = ClientIssuers::from_pem(&roots, lists.as_deref(), clients.takes_any);
    issuers.map_err(|fault| {
        let place = match (&fault, &clients.crl) {
            (ClientIssuersFault::Lists(_), Some(crl)) => crl,
            _ => ca,
        };
        failed(format!("`{place}`: {fault}"))
    })
}

/// Whom the certificates of an API's instances, and of those who vouch for its callers, must come
/// from; and what they are shown: for each that the policy names.
pub(crate) fn trust(model: &Model) -> Result<Vec<(InstanceTls, ClientTls)>, Failure> {
    let mut all: Vec<(InstanceTls, ClientTls)> = Vec::new();
    let vouching = model.callers.endpoints().map(|endpoint| &endpoint.instance);
    let instances = model.upstream.instances().chain(vouching);
    for instance in instances.filter(|instance| instance.is_tls) {
        if all.iter().any(|(terms, _)| *terms == instance.tls) {
            continue;
        }
        let failed = |message| unusable(model, model.lines.contract, message);
        let tls = trusted(&instance.tls).map_err(failed)?;
        let tls = match &instance.tls.shows {
            None => tls,
            Some(own) => {
                let text = own.certificate.read(variable);
                let text = text.map_err(|error| failed(error.to_string()))?;
                let key = private(&own.key).map_err(failed)?;
                let shown = tls.showing(&text, &key);
                shown.map_err(|fault| failed(format!("`{}`: {fault}", own.certificate)))?
            }
        };
        all.push((instance.tls.clone(), tls));
    }
    Ok(all)
}

/// Whom a certificate must come from.
pub(crate) fn trusted(terms: &InstanceTls) -> Result<ClientTls, String> {
    let Some(source) = &terms.roots else {
        return ClientTls::of_system().map_err(|fault| fault.to_string());
    };
    let roots = source.read(variable).map_err(|error| error.to_string())?;
    ClientTls::from_pem(&roots).map_err(|fault| format!("`{source}`: {fault}"))
}

/// The keys of issuers that the policy pins.
pub(crate) fn keys(model: &Model) -> Result<Vec<PinnedKeys>, Failure> {
    let mut all = Vec::new();
    for issuer in &model.callers.jwt {
        let KeySource::Pinned(source) = &issuer.keys else { continue };
        let failed = |message| unusable(model, model.lines.contract, message);
        let text = source.read(variable).map_err(|error| failed(error.to_string()))?;
        let mark = Sha256::digest(&text).first_chunk().map_or(0, |mark| u64::from_le_bytes(*mark));
        let read = KeySet::from_jwks(text);
        let (keys, skipped) = read.map_err(|fault| failed(format!("`{source}`: {fault}")))?;
        if let Some(first) = skipped.first() {
            let which = first.key_id.as_deref().map_or_else(
                || format!("the key at place {}", first.index),
                |id| format!("the key `{id}`"),
            );
            return Err(failed(format!("`{source}`: {which} cannot be used: {}", first.why)));
        }
        if keys.is_empty() {
            return Err(failed(format!("`{source}` has no key")));
        }
        all.push(PinnedKeys { source: source.clone(), keys: Arc::new(keys), mark });
    }
    Ok(all)
}

/// A problem of what lies outside of the policy, at its line.
pub(crate) fn unusable(model: &Model, at: Option<Span>, message: String) -> Failure {
    let problem = Diagnostic::error(&codes::UNUSABLE_CERTIFICATE, message)
        .at(at)
        .help("look at the file that the policy names, and whether this user may read it");
    Failure { sources: model.sources.clone(), diagnostics: vec![problem], unreadable: None }
}
