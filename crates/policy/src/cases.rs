//! Cases that are kept beside a policy: who asks for what, and what shall become of it.

mod file;
mod free;

use std::path::Path;

use portcullis_model::{Diagnostic, SourceId, Sources, Span, did_you_mean};
use portcullis_yaml::{Notes, Read as _, load, shown, tree};
use serde_json::Value;

use crate::codes;
use crate::failure::{Failure, Unreadable};
use crate::open::FILE_BYTES_MAX;
use file::{CaseSection, CasesFile};

/// Cases of one file.
const CASES_MAX: usize = 10_000;

/// A file of cases.
#[derive(Debug)]
pub struct Cases {
    /// In the order of the file.
    pub all: Vec<Case>,
    /// The file.
    pub sources: Sources,
}

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What it promises.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// Who asks; none: somebody who shows nothing.
    pub caller: Option<CaseCaller>,
    /// What is asked.
    pub request: CaseRequest,
    /// What the API answers, by the line of the request that reaches it: `GET /orders/4`.
    pub api: Vec<(String, CaseAnswer)>,
    /// What shall become of it.
    pub expected: CaseExpected,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseCaller {
    /// What the gateway knows them by.
    pub subject: String,
    /// What is known of them beside that.
    pub attributes: Vec<(String, Value)>,
    /// What their token is good for.
    pub scopes: Vec<String>,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRequest {
    /// The method.
    pub method: String,
    /// The path as clients send it, base path and query included.
    pub target: String,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// The body; a text is sent as it is, all else as JSON.
    pub body: Option<Value>,
}

/// What the API answers.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseAnswer {
    /// The status.
    pub status: u16,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// The body; a text is sent as it is, all else as JSON.
    pub body: Option<Value>,
}

/// What shall become of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseExpected {
    /// In a word.
    pub verdict: CaseVerdict,
    /// The control that refuses.
    pub control: Option<String>,
    /// Its reason.
    pub reason: Option<String>,
    /// The status that the caller reads.
    pub status: Option<u16>,
    /// The body that the caller reads.
    pub body: Option<Value>,
    /// The body that the API reads.
    pub sent: Option<Value>,
}

/// What becomes of a request, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseVerdict {
    /// It reaches the API, and the caller gets its answer.
    Allowed,
    /// It is refused.
    Refused,
    /// The caller reads that there is no such thing.
    NotFound,
}

impl CaseVerdict {
    /// The word in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::NotFound => "not_found",
        }
    }
}

impl Cases {
    /// Reads a file. `attributes` are those that the policy knows of callers.
    pub fn from_file(path: &Path, attributes: &[&str]) -> Result<Self, Failure> {
        let (mut sources, mut notes) = (Sources::default(), Notes::new(&codes::FILE));
        let read = load(&mut sources, path, FILE_BYTES_MAX, &codes::NOT_UTF8, &mut notes);
        let all = match read {
            Ok((source, true)) => of(source, &sources, attributes, &mut notes),
            Ok((_, false)) => Vec::new(),
            Err(error) => {
                let unreadable = Some(Unreadable { path: path.to_owned(), error });
                return Err(Failure { sources, diagnostics: notes.into_diagnostics(), unreadable });
            }
        };
        if notes.has_error() {
            let diagnostics = notes.into_diagnostics();
            return Err(Failure { sources, diagnostics, unreadable: None });
        }
        Ok(Self { all, sources })
    }
}

fn of(source: SourceId, sources: &Sources, attributes: &[&str], notes: &mut Notes) -> Vec<Case> {
    let Some(tree) = tree::read(source, sources.text(source), notes) else { return Vec::new() };
    let cases = CasesFile::read(&tree, notes).and_then(|file| file.cases.0).unwrap_or_default();
    if let Some(further) = cases.get(CASES_MAX) {
        let message = format!("there are more than {CASES_MAX} cases");
        let at = further.span;
        notes.push(|| Diagnostic::error(&codes::TOO_LARGE, message).at(at).help("use more files"));
    }
    let cases = cases.into_iter().take(CASES_MAX);
    cases.filter_map(|case| self::case(case.value, case.span, attributes, notes)).collect()
}

fn case(case: CaseSection, span: Span, known: &[&str], notes: &mut Notes) -> Option<Case> {
    let caller = match case.caller {
        None => None,
        Some(named) => Some(caller(named, span, known, notes)?),
    };
    let request = case.request.0?.case(notes)?;
    let api = case.api.into_iter().flat_map(|named| named.0);
    let api = api.filter_map(|(key, answer)| {
        let is_line = key.text.split_once(' ').is_some_and(|(_, target)| target.starts_with('/'));
        if !is_line {
            notes.push(|| {
                Diagnostic::error(
                    &codes::UNKNOWN_WORD,
                    format!("{} is no request", shown(&key.text)),
                )
                .at(key.span)
                .help("write method and path as the API reads them: `GET /orders/4: { status: 200, body: ... }`")
            });
            return None;
        }
        Some((key.text, answer.case(notes)?))
    });
    let api = api.collect();
    let expected = case.expect.0?.case(notes)?;
    Some(Case { name: case.name.0?, span, caller, request, api, expected })
}

/// `subject`, `scopes`, and attributes of the policy.
fn caller(
    named: portcullis_yaml::Named<free::Free>,
    span: Span,
    known: &[&str],
    notes: &mut Notes,
) -> Option<CaseCaller> {
    let mut caller =
        CaseCaller { subject: String::new(), attributes: Vec::new(), scopes: Vec::new() };
    for (key, free::Free(value)) in named.0 {
        match (key.text.as_str(), value) {
            ("subject", Value::String(text)) => caller.subject = text,
            ("subject", Value::Number(number)) => caller.subject = number.to_string(),
            ("scopes", Value::Array(all)) => {
                caller.scopes.extend(all.iter().filter_map(|one| one.as_str().map(str::to_owned)));
            }
            (name, value) if known.contains(&name) => {
                caller.attributes.push((key.text, value));
            }
            (name, _) => {
                let near = did_you_mean(name, known.iter().copied().chain(["subject", "scopes"]));
                notes.push(|| {
                    let message =
                        format!("the policy knows no attribute {} of callers", shown(name));
                    Diagnostic::error(&codes::UNKNOWN_ATTRIBUTE, message).at(key.span).help(
                        match near {
                            Some(near) => format!("did you mean {}?", shown(near)),
                            None => {
                                "write `subject`, `scopes: [...]`, or an attribute of `callers`"
                                    .to_owned()
                            }
                        },
                    )
                });
                return None;
            }
        }
    }
    if caller.subject.is_empty() {
        notes.push(|| {
            Diagnostic::error(&codes::MISSING_KEY, "a caller has no `subject`")
                .at(span)
                .label("in this case")
                .help("add `subject: alice`, or leave out `caller` for somebody who shows nothing")
        });
        return None;
    }
    Some(caller)
}
