//! The files of a model. Those that a contract refers to are opened by [`Folder`].

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use portcullis_model::{Diagnostic, SourceId, Sources, Span, UnixMillis};

use crate::codes;
use crate::failure::{Failure, Unreadable};
use crate::file::PolicyFile;
use crate::folder::Folder;
use crate::join::{self, Input, Overrides};
use crate::model::Model;
use crate::notes::Notes;

/// Bytes of a file. The largest published contract has 47 MB.
const FILE_BYTES_MAX: u64 = 96 << 20;

impl Model {
    /// A contract without a policy file (rule 26). `overrides` must name the upstream.
    pub fn from_contract(
        contract: &Path,
        overrides: &Overrides,
        now: UnixMillis,
    ) -> Result<Self, Failure> {
        let mut sources = Sources::default();
        let mut notes = Notes::default();
        match load(&mut sources, contract, &mut notes) {
            Ok(source) => join::join_parsed(
                Input {
                    sources,
                    contract: source,
                    policy: None,
                    folder: PathBuf::new(),
                    overrides: overrides.clone(),
                    now,
                },
                None,
                &mut Folder::of(contract),
                notes,
            ),
            Err(error) => Err(unreadable(sources, contract, None, error, notes)),
        }
    }

    /// A policy file, and the contract that it names.
    pub fn from_policy(
        policy: &Path,
        overrides: &Overrides,
        now: UnixMillis,
    ) -> Result<Self, Failure> {
        let mut sources = Sources::default();
        let mut notes = Notes::default();
        let source = match load(&mut sources, policy, &mut notes) {
            Ok(source) => source,
            Err(error) => return Err(unreadable(sources, policy, None, error, notes)),
        };
        let file = join::parse(&sources, source, &mut notes);
        let folder = policy.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let Some((name, span)) = file.as_ref().and_then(contract_name) else {
            return Err(Failure {
                sources,
                diagnostics: notes.into_diagnostics(),
                unreadable: None,
            });
        };
        let path = folder.join(name);
        match load(&mut sources, &path, &mut notes) {
            Ok(contract) => join::join_parsed(
                Input {
                    sources,
                    contract,
                    policy: Some(source),
                    folder,
                    overrides: overrides.clone(),
                    now,
                },
                file.as_ref(),
                &mut Folder::of(&path),
                notes,
            ),
            Err(error) => Err(unreadable(sources, &path, Some(span), error, notes)),
        }
    }

    /// Texts in memory.
    pub fn join(input: Input) -> Result<Self, Failure> {
        join::join(input)
    }
}

fn contract_name(file: &PolicyFile) -> Option<(String, Span)> {
    let contract = file.apis.0.as_ref()?.0.contract.0.as_ref()?;
    Some((contract.value.clone(), contract.span))
}

/// Adds a file to the sources. What is not UTF-8 in it is noted.
fn load(sources: &mut Sources, path: &Path, notes: &mut Notes) -> io::Result<SourceId> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it has more than {FILE_BYTES_MAX} bytes"),
        ));
    }
    let name = path.display().to_string();
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(sources.add(name, text)),
        Err(error) => error,
    };
    let start = error.utf8_error().valid_up_to() as u32;
    let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
    let source = sources.add(name, text);
    notes.push(|| {
        Diagnostic::error(&codes::NOT_UTF8, "the file is not UTF-8")
            .at(Span { source, start, end: start })
            .label("the first byte that is not")
            .help("save the file as UTF-8")
    });
    Ok(source)
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
