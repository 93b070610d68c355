//! What shows APIs that requests come through the gateway, from the places that the policy names.

use std::sync::Arc;

use portcullis_credential::message_signature::MessageSigner;
use portcullis_gateway::Prover;
use portcullis_model::{Diagnostic, Secret};
use portcullis_policy::{Failure, Model, SecretSource, UpstreamProof, codes};

use crate::secrets::{private, variable};

/// Characters of the text that API and gateway share: whoever guesses it comes through.
const CREDENTIAL_MIN: usize = 32;
/// And at most: it is with every request.
const CREDENTIAL_MAX: usize = 4096;

/// What one API's policy asks for, with what lies there.
pub(crate) fn of(model: &Model) -> Result<Option<(UpstreamProof, Prover)>, Failure> {
    let proof = &model.upstream.proof;
    if proof.is_empty() {
        return Ok(None);
    }
    let failed = |message| unusable(model, message);
    let credential = proof.credential.as_ref().map(|own| credential(model, &own.value));
    let signer = proof.signature.as_ref().map(|own| {
        let text = alone(model, &own.key)?;
        let signer = MessageSigner::new(text.expose_secret(), &own.key_id);
        signer.map(Arc::new).map_err(|fault| format!("`{}`: {fault}", own.key))
    });
    let credential = credential.transpose().map_err(failed)?;
    let prover = Prover::new(credential, signer.transpose().map_err(failed)?);
    Ok(Some((proof.clone(), prover)))
}

/// The text that both share: one line of visible characters.
fn credential(model: &Model, source: &SecretSource) -> Result<Secret, String> {
    let text = alone(model, source)?;
    let line = text.expose_secret();
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if !(CREDENTIAL_MIN..=CREDENTIAL_MAX).contains(&line.len())
        || !line.iter().all(u8::is_ascii_graphic)
    {
        return Err(format!(
            "`{source}` is not one line of {CREDENTIAL_MIN} to {CREDENTIAL_MAX} visible characters: \
             `openssl rand -hex 32` makes one"
        ));
    }
    Ok(Secret::new(line))
}

/// A secret with no other purpose (rule 6): it travels to the API, or the API has it, and so opens nothing here.
fn alone(model: &Model, source: &SecretSource) -> Result<Secret, String> {
    let text = Secret::new(private(source)?);
    let tls = model.tls.iter().map(|tls| &tls.key);
    let store = model
        .store
        .iter()
        .flat_map(|store| store.key.iter().chain(store.kms.iter().map(|vault| &vault.token)));
    let mut others = tls.chain(store).chain(model.callers.secrets());
    let is_other = |other: &SecretSource| {
        other == source || other.read(variable).is_ok_and(|other| text.matches(&other))
    };
    match others.find(|other| is_other(other)) {
        Some(other) => Err(format!("`{source}`: it is what `{other}` is, too")),
        None => Ok(text),
    }
}

fn unusable(model: &Model, message: String) -> Failure {
    let problem = Diagnostic::error(&codes::BAD_PROOF, message)
        .at(model.lines.upstream_proof)
        .help("look at the file that the policy names, and whether this user may read it");
    Failure { sources: model.sources.clone(), diagnostics: vec![problem], unreadable: None }
}
