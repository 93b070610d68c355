//! Places of texts that may not stand in the policy file.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use portcullis_model::Diagnostic;
use portcullis_yaml::{Node, Notes, Read, inline_schemas, ordinary, scalar};

use crate::codes;
use crate::source::SecretSource;

/// `file:NAME`, `env:NAME` or `credential:NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Secret {
    File(String),
    Variable(String),
    Credential(String),
}

impl Secret {
    /// A file is meant from this folder.
    pub(crate) fn source(&self, folder: &Path) -> SecretSource {
        match self {
            Self::File(name) => SecretSource::File(folder.join(name)),
            Self::Variable(name) => SecretSource::Variable(name.clone()),
            Self::Credential(name) => SecretSource::Credential(name.clone()),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once(':')?;
        let is_word = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
        let is_name = !name.is_empty() && name.bytes().all(is_word) && !name.starts_with('.');
        match kind {
            "file" if !name.is_empty() => Some(Self::File(name.to_owned())),
            "env" if is_name => Some(Self::Variable(name.to_owned())),
            // One name in one folder: no path leads out of it.
            "credential" if is_name => Some(Self::Credential(name.to_owned())),
            _ => None,
        }
    }
}

impl Read for Secret {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let secret = Self::parse(text);
        if secret.is_none() {
            // Not shown: it may be the secret itself.
            notes.push(|| {
                Diagnostic::error(&codes::BAD_SECRET, "this does not say where the text is")
                    .at(node.span)
                    .label("a place is expected here")
                    .help(
                        "write `file:NAME`, `env:NAME` or `credential:NAME`; the text itself never \
                         stands in this file",
                    )
            });
        }
        secret
    }
}

inline_schemas! {
    Secret: { "type": "string", "pattern": "^(file|env|credential):.+$", "examples": ["file:cert.pem", "credential:key"] },
}

/// Why a text cannot be read from its place.
#[derive(Debug)]
pub enum SecretError {
    /// A file of this name.
    File(PathBuf, std::io::Error),
    /// The environment has no such variable, or it is not Unicode.
    Variable(String),
    /// Nobody handed over credentials.
    NoCredentials(String),
    /// It is larger than any certificate or key.
    TooLarge(SecretSource),
}

impl std::fmt::Display for SecretError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path, error) => write!(f, "`{}` cannot be read: {error}", path.display()),
            Self::Variable(name) => write!(f, "the environment has no variable `{name}`"),
            Self::NoCredentials(name) => {
                write!(f, "no credential `{name}`: `CREDENTIALS_DIRECTORY` is not set")
            }
            Self::TooLarge(source) => write!(f, "`{source}` has more than {BYTES_MAX} bytes"),
        }
    }
}

impl std::error::Error for SecretError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File(_, error) => Some(error),
            _ => None,
        }
    }
}

impl std::fmt::Display for SecretSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Variable(name) => write!(f, "env:{name}"),
            Self::Credential(name) => write!(f, "credential:{name}"),
        }
    }
}

/// Bytes of one such text: a chain of certificates has a few thousand.
const BYTES_MAX: u64 = 1 << 20;

impl SecretSource {
    /// `file:NAME`, from this folder, `env:NAME` or `credential:NAME`.
    pub fn parse(text: &str, folder: &Path) -> Option<Self> {
        Secret::parse(text).map(|secret| secret.source(folder))
    }

    /// The text, from its place. `variable` reads the environment.
    pub fn read(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Vec<u8>, SecretError> {
        match (self, self.path(&variable)) {
            (_, Some(path)) => self.read_file(&path),
            (Self::Credential(name), None) => Err(SecretError::NoCredentials(name.clone())),
            (Self::Variable(name), None) => {
                let text = variable(name).ok_or_else(|| SecretError::Variable(name.clone()))?;
                Ok(text.into_bytes())
            }
            (Self::File(path), None) => self.read_file(path),
        }
    }

    /// The file behind it, if there is one: whoever watches for changes looks there.
    pub fn path(&self, variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(path.clone()),
            Self::Variable(_) => None,
            Self::Credential(name) => {
                variable("CREDENTIALS_DIRECTORY").map(|folder| Path::new(&folder).join(name))
            }
        }
    }

    fn read_file(&self, path: &Path) -> Result<Vec<u8>, SecretError> {
        let failed = |error| SecretError::File(path.to_owned(), error);
        ordinary::file(path).map_err(failed)?;
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > BYTES_MAX {
            return Err(SecretError::TooLarge(self.clone()));
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_kind_and_a_name() {
        assert_eq!(Secret::parse("file:a/b.pem"), Some(Secret::File("a/b.pem".to_owned())));
        assert_eq!(Secret::parse("env:KEY"), Some(Secret::Variable("KEY".to_owned())));
        let credential = Secret::Credential("tls.key".to_owned());
        assert_eq!(Secret::parse("credential:tls.key"), Some(credential));
        for text in
            ["", "key.pem", "file:", "env:A B", "credential:../key", "credential:a/b", "x:y"]
        {
            assert_eq!(Secret::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_credential_lies_in_the_folder_that_the_service_manager_names() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "obviously-fake").unwrap();
        let path = folder.path().display().to_string();
        let variable = |name: &str| (name == "CREDENTIALS_DIRECTORY").then(|| path.clone());
        let source = SecretSource::Credential("key".to_owned());
        assert_eq!(source.read(variable).unwrap(), b"obviously-fake");
        assert!(matches!(source.read(|_| None), Err(SecretError::NoCredentials(_))));
        let source = SecretSource::Variable("KEY".to_owned());
        assert!(matches!(source.read(|_| None), Err(SecretError::Variable(_))));
        assert_eq!(source.read(|_| Some("x".to_owned())).unwrap(), b"x");
    }
}
