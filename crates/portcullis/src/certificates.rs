//! The certificate and its key, from the places that the policy names.

use portcullis_gateway::ServerTls;
use portcullis_model::Diagnostic;
use portcullis_policy::{Failure, Model, SecretSource, codes};

/// What clients are spoken to with; none, where the policy has no `tls`. Problems stand at the
/// policy's line.
pub(crate) fn of(model: &Model) -> Result<Option<ServerTls>, Failure> {
    let Some(files) = &model.tls else { return Ok(None) };
    let unusable = |message: String| {
        let problem = Diagnostic::error(&codes::UNUSABLE_CERTIFICATE, message)
            .at(model.lines.tls)
            .help("look at the file that `tls` names, and whether this user may read it");
        Failure { sources: model.sources.clone(), diagnostics: vec![problem], unreadable: None }
    };
    let read =
        |source: &SecretSource| source.read(variable).map_err(|error| unusable(error.to_string()));
    let (certificate, key) = (read(&files.certificate)?, read(&files.key)?);
    match ServerTls::from_pem(&certificate, &key) {
        Ok(tls) => Ok(Some(tls)),
        Err(fault) => Err(unusable(format!("`{}`: {fault}", files.certificate))),
    }
}

/// The environment, asked for one variable.
#[expect(clippy::disallowed_methods, reason = "the command is where the environment is read")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
