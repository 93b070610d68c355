//! Certificates and keys, from the places that the policy names.

mod doubtful;

use std::sync::Arc;

use portcullis_controls::derived::{DerivationKey, KEY_BYTES_MIN};
use portcullis_credential::api_key::Pepper;
use portcullis_credential::keys::KeySet;
use portcullis_credential::password;
use portcullis_credential::reporter::ReporterKeys;
use portcullis_credential::signer::Signer;
use portcullis_gateway::{
    ClientIssuers, ClientIssuersFault, ClientTls, PinnedKeys, ServerTls, TlsFault,
};
use portcullis_model::{Diagnostic, Secret, Span};
use portcullis_policy::{
    ClientCertificates, Failure, InstanceTls, KeySource, Model, SecretSource, codes,
};
use sha2::{Digest as _, Sha256};

pub(crate) use self::doubtful::{diagnostics, is_due, tell};

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

/// A key that nobody but its owner may read: whoever has a copy opens a copy of the store with it, or
/// signs as whomever they like.
pub(crate) fn private(source: &SecretSource) -> Result<Vec<u8>, String> {
    use std::os::unix::fs::MetadataExt as _;
    if let SecretSource::File(path) = source
        && std::fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o077 != 0)
    {
        let path = path.display();
        return Err(format!("`{path}` can be read by others: `chmod 600 {path}`"));
    }
    source.read(variable).map_err(|error| error.to_string())
}

/// The key that signs who calls, for the API: one for all of a policy. It signs nothing else, so it is no
/// other key of the policy under another name.
pub(crate) fn signer(model: &Model) -> Result<Option<Arc<Signer>>, Failure> {
    let forward = model.callers.forward.as_ref();
    let Some(token) = forward.and_then(|forward| forward.token.as_ref()) else { return Ok(None) };
    let failed = |message| unusable(model, model.lines.caller_token, message);
    let text = Secret::new(private(&token.key).map_err(failed)?);
    let source = &token.key;
    if let Some(tls) = &model.tls
        && tls.key.read(variable).is_ok_and(|other| other == text.expose_secret())
    {
        return Err(failed(format!("`{source}`: this is the key of the certificate")));
    }
    let text = std::str::from_utf8(text.expose_secret());
    let text = text.map_err(|_| failed(format!("`{source}`: it is no text")))?;
    let signer = Signer::from_pem(text).map_err(|fault| failed(format!("`{source}`: {fault}")))?;
    Ok(Some(Arc::new(signer)))
}

/// The keys that the policy pins of whoever signs lists of leaked API keys.
pub(crate) fn reporter(model: &Model) -> Result<Option<Arc<ReporterKeys>>, Failure> {
    let Some(KeySource::Pinned(source)) = model.callers.reporter() else { return Ok(None) };
    let failed = |message| unusable(model, model.lines.pepper, message);
    let text = source.read(variable).map_err(|error| failed(error.to_string()))?;
    let keys = ReporterKeys::read(text);
    keys.map(|keys| Some(Arc::new(keys))).map_err(|fault| failed(format!("`{source}`: {fault}")))
}

/// What digests of API keys are made with. It is no other key of the policy under another name: whoever has the store and
/// its key must not have this.
pub(crate) fn pepper(model: &Model) -> Result<Option<Arc<Pepper>>, Failure> {
    let Some(keys) = &model.callers.api_keys else { return Ok(None) };
    let source = &keys.pepper;
    let failed = |message| unusable(model, model.lines.pepper, message);
    let text = Secret::new(private(source).map_err(failed)?);
    if let Some(key) = model.store.as_ref().and_then(|store| store.key.as_ref())
        && key.read(variable).is_ok_and(|other| other == text.expose_secret())
    {
        return Err(failed(format!("`{source}`: this is the key of the store")));
    }
    let pepper = Pepper::parse(text.expose_secret());
    let pepper = pepper.map_err(|fault| failed(format!("`{source}`: {fault}")))?;
    Ok(Some(Arc::new(pepper)))
}

/// What passwords are hashed with. It is no other key of the policy either.
pub(crate) fn password_pepper(model: &Model) -> Result<Option<Arc<password::Pepper>>, Failure> {
    let Some(passwords) = &model.callers.passwords else { return Ok(None) };
    let source = &passwords.pepper;
    let failed = |message| unusable(model, model.lines.password_pepper, message);
    let text = Secret::new(private(source).map_err(failed)?);
    let others = [
        (model.store.as_ref().and_then(|store| store.key.as_ref()), "the key of the store"),
        (model.callers.api_keys.as_ref().map(|keys| &keys.pepper), "the pepper of API keys"),
    ];
    for (other, what) in others {
        let same =
            |other: &SecretSource| other.read(variable).is_ok_and(|other| text.matches(&other));
        if other.is_some_and(same) {
            return Err(failed(format!("`{source}`: this is {what}")));
        }
    }
    let pepper = password::Pepper::parse(text.expose_secret());
    let pepper = pepper.map_err(|fault| failed(format!("`{source}`: {fault}")))?;
    Ok(Some(Arc::new(pepper)))
}

/// What the gateway proves itself with to those whom it asks, and the key of hashes that stand in the place
/// of values. A line's end behind it is not part of it.
pub(crate) fn secrets(model: &Model) -> Result<Vec<(SecretSource, Secret)>, Failure> {
    let mut all = Vec::new();
    for server in &model.callers.introspection {
        let failed = |message| unusable(model, model.lines.contract, message);
        let text = server.secret.read(variable).map_err(|error| failed(error.to_string()))?;
        let text = text.strip_suffix(b"\n").unwrap_or(&text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.is_empty() {
            return Err(failed(format!("`{}` is empty", server.secret)));
        }
        all.push((server.secret.clone(), Secret::new(text)));
    }
    if let Some(source) = &model.answers.key {
        let failed = |message| unusable(model, model.answers.key_span, message);
        let secret = Secret::new(private(source).map_err(failed)?);
        if DerivationKey::new(&secret).is_none() {
            return Err(failed(format!("`{source}` has fewer than {KEY_BYTES_MIN} bytes")));
        }
        all.push((source.clone(), secret));
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

/// The environment, asked for one variable.
#[expect(clippy::disallowed_methods, reason = "the command is where the environment is read")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
