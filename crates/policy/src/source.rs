//! Where texts are that may not stand in the policy file.

use std::path::PathBuf;

/// Where a text is that does not stand in the policy file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SecretSource {
    /// A file.
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
    /// A credential that the service manager hands over: a file of this name in the folder that
    /// `CREDENTIALS_DIRECTORY` names (systemd).
    Credential(String),
}
