//! The files of a model. Those that a contract refers to are opened by [`Folder`].

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use portcullis_contract::codes::UNREADABLE as CONTRACT_NOT_UTF8;
use portcullis_model::{Code, Diagnostic, SourceId, Sources, Span, UnixMillis};

use crate::codes;
use crate::failure::{Failure, Unreadable};
use crate::file::Api;
use crate::folder::Folder;
use crate::join::{self, Input, Overrides, Text, Texts};
use crate::model::{Model, Policy};
use crate::notes::Notes;
use crate::ordinary;

/// Bytes of a file. The largest published contract has 47 MB.
const FILE_BYTES_MAX: u64 = 96 << 20;

impl Policy {
    /// A policy file, and the contracts that it names.
    pub fn from_policy(
        policy: &Path,
        overrides: &Overrides,
        now: UnixMillis,
    ) -> Result<Self, Failure> {
        let mut sources = Sources::default();
        let mut notes = Notes::default();
        let source = match load(&mut sources, policy, &codes::NOT_UTF8, &mut notes) {
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
            let loaded = ordinary::file(&path)
                .and_then(|()| load(&mut sources, &path, &CONTRACT_NOT_UTF8, &mut notes));
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
        let mut notes = Notes::default();
        match load(&mut sources, contract, &CONTRACT_NOT_UTF8, &mut notes) {
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

/// Adds a file to the sources. Whether it is text; if it is not UTF-8, that is noted, and nothing
/// else of it is worth saying.
pub(crate) fn load(
    sources: &mut Sources,
    path: &Path,
    code: &'static Code,
    notes: &mut Notes,
) -> io::Result<(SourceId, bool)> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it has more than {FILE_BYTES_MAX} bytes"),
        ));
    }
    let name = path.display().to_string();
    if is_utf16(&bytes) {
        let source = sources.add(name, "");
        notes.push(|| {
            Diagnostic::error(code, "the file is UTF-16, not UTF-8")
                .at(Span { source, start: 0, end: 0 })
                .help("save it as UTF-8: `iconv -f UTF-16 -t UTF-8 FILE > NEW`")
        });
        return Ok((source, false));
    }
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok((sources.add(name, text), true)),
        Err(error) => error,
    };
    let start = error.utf8_error().valid_up_to() as u32;
    let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
    let source = sources.add(name, text);
    notes.push(|| {
        Diagnostic::error(code, "the file is not UTF-8")
            .at(Span { source, start, end: start })
            .label("the first byte that is not")
            .help("save the file as UTF-8")
    });
    Ok((source, false))
}

/// Whether a text begins as UTF-16 does: with its mark, or with a zero byte beside a letter.
fn is_utf16(bytes: &[u8]) -> bool {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        [0, one, 0, two, ..] | [one, 0, two, 0, ..] => one.is_ascii() && two.is_ascii(),
        _ => false,
    }
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
