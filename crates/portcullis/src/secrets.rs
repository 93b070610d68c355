//! Keys, peppers and other secrets, from the places that the policy names.

use std::sync::Arc;

use portcullis_controls::cross_site::{TOKEN_KEY_BYTES_MIN, TokenKey};
use portcullis_controls::derived::{DerivationKey, KEY_BYTES_MIN};
use portcullis_credential::api_key::Pepper;
use portcullis_credential::password;
use portcullis_credential::reporter::ReporterKeys;
use portcullis_credential::signer::Signer;
use portcullis_model::{Diagnostic, Secret, Span};
use portcullis_policy::{Failure, KeySource, Model, SecretSource, codes};

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
    if let Some(rule) = &model.page_token {
        let failed = |message| unusable(model, rule.key_span, message);
        let secret = Secret::new(private(&rule.key).map_err(failed)?);
        if TokenKey::new(&secret).is_none() {
            let least = TOKEN_KEY_BYTES_MIN;
            return Err(failed(format!("`{}` has fewer than {least} bytes", rule.key)));
        }
        all.push((rule.key.clone(), secret));
    }
    Ok(all)
}

/// A secret that cannot be used, at the policy's line.
fn unusable(model: &Model, at: Option<Span>, message: String) -> Failure {
    let problem = Diagnostic::error(&codes::UNUSABLE_SECRET, message)
        .at(at)
        .help("look at the file that the policy names, and whether this user may read it");
    Failure { sources: model.sources.clone(), diagnostics: vec![problem], unreadable: None }
}

/// The environment, asked for one variable.
#[expect(clippy::disallowed_methods, reason = "the command is where the environment is read")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
