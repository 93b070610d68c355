//! The files of a model. Those that a contract refers to are opened by [`Folder`].

use std::io;
use std::path::{Component, Path, PathBuf};

use portcullis_contract::codes::UNREADABLE as CONTRACT_NOT_UTF8;
use portcullis_model::{Diagnostic, SourceId, Sources, Span, UnixMillis};
use portcullis_yaml::{Notes, load, ordinary};

use crate::codes;
use crate::failure::{Failure, Unreadable};
use crate::file::Api;
use crate::folder::Folder;
use crate::join::{self, Input, Overrides, Text, Texts};
use crate::model::{Model, Policy};

/// Bytes of a file. The largest published contract has 47 MB.
pub(crate) const FILE_BYTES_MAX: u64 = 96 << 20;

impl Policy {
    /// A policy file, and the contracts that it names.
    pub fn from_policy(
        policy: &Path,
        overrides: &Overrides,
        now: UnixMillis,
    ) -> Result<Self, Failure> {
        let mut sources = Sources::default();
        let mut notes = Notes::new(&codes::FILE);
        let source = match load(&mut sources, policy, FILE_BYTES_MAX, &codes::NOT_UTF8, &mut notes)
        {
            Ok((_, false)) => return Err(failure(sources, notes)),
            Ok((source, true)) => source,
            Err(error) => return Err(unreadable(sources, policy, None, error, notes)),
        };
        let file = join::parse(&sources, source, &mut notes);
        let folder = policy.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let names: Option<Vec<_>> =
            file.as_ref().and_then(|file| file.apis().iter().map(contract_name).collect());
        let Some(names) = names.filter(|names| !names.is_empty()) else {
            return Err(failure(sources, notes));
        };
        let mut contracts = Vec::new();
        for (name, span) in names {
            let path = plain(&folder.join(name));
            let loaded = ordinary::file(&path).and_then(|()| {
                load(&mut sources, &path, FILE_BYTES_MAX, &CONTRACT_NOT_UTF8, &mut notes)
            });
            match loaded {
                Ok((_, false)) => return Err(failure(sources, notes)),
                Ok((source, true)) => {
                    contracts.push(Text { source, files: Box::new(Folder::of(&path)) });
                }
                Err(error) => return Err(unreadable(sources, &path, Some(span), error, notes)),
            }
        }
        let overrides = overrides.clone();
        let texts = Texts { contracts, policy: Some(source), folder, overrides, now };
        join::join_parsed(sources, texts, file.as_ref(), notes)
    }

    /// A contract without a policy file (rule 26). `overrides` must name the upstream.
    pub fn from_contract(
        contract: &Path,
        overrides: &Overrides,
        now: UnixMillis,
    ) -> Result<Self, Failure> {
        let mut sources = Sources::default();
        let mut notes = Notes::new(&codes::FILE);
        match load(&mut sources, contract, FILE_BYTES_MAX, &CONTRACT_NOT_UTF8, &mut notes) {
            Ok((_, false)) => Err(failure(sources, notes)),
            Ok((source, true)) => {
                let text = Text { source, files: Box::new(Folder::of(contract)) };
                let texts = Texts {
                    contracts: vec![text],
                    policy: None,
                    folder: PathBuf::new(),
                    overrides: overrides.clone(),
                    now,
                };
                join::join_parsed(sources, texts, None, notes)
            }
            Err(error) => Err(unreadable(sources, contract, None, error, notes)),
        }
    }

    /// Texts in memory. `further` are the contracts of the second API and those behind it.
    pub fn join(input: Input, further: Vec<SourceId>) -> Result<Self, Failure> {
        join::join(input, further)
    }

    /// The one API, where a command takes one only.
    pub fn only(self) -> Result<Model, Failure> {
        let Self { mut apis, sources, mut warnings } = self;
        match (apis.pop(), apis.is_empty()) {
            (Some(api), true) => Ok(api),
            (last, _) => {
                warnings.insert(0, join::several(last.and_then(|api| api.lines.contract)));
                Err(Failure { sources, diagnostics: warnings, unreadable: None })
            }
        }
    }
}

impl Model {
    /// A contract without a policy file, as [`Policy::from_contract`].
    pub fn from_contract(
        contract: &Path,
        overrides: &Overrides,
        now: UnixMillis,
    ) -> Result<Self, Failure> {
        Policy::from_contract(contract, overrides, now)?.only()
    }

    /// A policy file of one API, and the contract that it names.
    pub fn from_policy(
        policy: &Path,
        overrides: &Overrides,
        now: UnixMillis,
    ) -> Result<Self, Failure> {
        Policy::from_policy(policy, overrides, now)?.only()
    }

    /// Texts in memory, of one API.
    pub fn join(input: Input) -> Result<Self, Failure> {
        Policy::join(input, Vec::new())?.only()
    }
}

fn contract_name(api: &Api) -> Option<(String, Span)> {
    let contract = api.contract.0.as_ref()?;
    Some((contract.value.clone(), contract.span))
}

fn failure(sources: Sources, notes: Notes) -> Failure {
    Failure { sources, diagnostics: notes.into_diagnostics(), unreadable: None }
}

/// A path without `.` and without `a/..`. Links are not followed: where one stands before `..`, the
/// path stays as it is.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        let is_named = matches!(out.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if is_named => {
                if out.is_symlink() {
                    return path.to_path_buf();
                }
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

fn unreadable(
    sources: Sources,
    path: &Path,
    named_at: Option<Span>,
    error: io::Error,
    mut notes: Notes,
) -> Failure {
    notes.push(|| {
        let message = format!("`{}` cannot be read: {error}", path.display());
        Diagnostic::error(&codes::UNREADABLE_FILE, message).at(named_at).help(match named_at {
            Some(_) if path.to_string_lossy().contains("://") => {
                "a contract is a file: fetch it once, and name the file"
            }
            Some(_) => "a contract is named from the folder of the policy file",
            None => "look at the path, and whether this user may read the file",
        })
    });
    Failure {
        sources,
        diagnostics: notes.into_diagnostics(),
        unreadable: Some(Unreadable { path: path.to_owned(), error }),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use crate::{Overrides, Policy, SecretSource};
    use portcullis_model::UnixMillis;

    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let secret = SecretSource::File(pipe).read(|_| None);
        assert!(secret.unwrap_err().to_string().contains(portcullis_yaml::ordinary::NO_FILE));
        let policy = folder.path().join("portcullis.yaml");
        std::fs::write(&policy, "apis: [{ contract: pipe, upstream: \"http://127.0.0.1:1\" }]\n")
            .unwrap();
        let failure =
            Policy::from_policy(&policy, &Overrides::default(), UnixMillis(0)).unwrap_err();
        let why = failure.unreadable.unwrap().error.to_string();
        assert!(why.contains(portcullis_yaml::ordinary::NO_FILE), "{why}");
    }
}
