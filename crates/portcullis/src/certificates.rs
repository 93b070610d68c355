//! Certificates and keys, from the places that the policy names.

use portcullis_gateway::{ClientTls, ServerTls, TlsFault};
use portcullis_model::{Diagnostic, Span};
use portcullis_policy::{Failure, Model, SecretSource, codes};

/// What clients are spoken to with; none, where the policy has no `tls`. Problems stand at the
/// policy's line.
pub(crate) fn of(model: &Model) -> Result<Option<ServerTls>, Failure> {
    let Some(files) = &model.tls else { return Ok(None) };
    let at = model.lines.tls;
    let read = |source: &SecretSource| {
        source.read(variable).map_err(|error| unusable(model, at, error.to_string()))
    };
    let (certificate, key) = (read(&files.certificate)?, read(&files.key)?);
    match ServerTls::from_pem(&certificate, &key) {
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

/// Whom the certificates of an API's instances must come from, for each place that the policy names.
pub(crate) fn trust(model: &Model) -> Result<Vec<(Option<SecretSource>, ClientTls)>, Failure> {
    let mut all: Vec<(Option<SecretSource>, ClientTls)> = Vec::new();
    for instance in model.upstream.instances().filter(|instance| instance.is_tls) {
        if all.iter().any(|(roots, _)| *roots == instance.roots) {
            continue;
        }
        let failed = |message| unusable(model, model.lines.contract, message);
        let tls = match &instance.roots {
            None => ClientTls::of_system().map_err(|fault| failed(fault.to_string()))?,
            Some(source) => {
                let roots = source.read(variable).map_err(|error| failed(error.to_string()))?;
                let read = ClientTls::from_pem(&roots);
                read.map_err(|fault| failed(format!("`{source}`: {fault}")))?
            }
        };
        all.push((instance.roots.clone(), tls));
    }
    Ok(all)
}

fn unusable(model: &Model, at: Option<Span>, message: String) -> Failure {
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
