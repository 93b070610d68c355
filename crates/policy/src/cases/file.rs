//! A file of cases as its sections are written.

use portcullis_model::{ControlId, Diagnostic};
use portcullis_yaml::{
    Content, Named, Needed, Node, Notes, Read, Spanned, inline_schemas, section, shown, word,
};

use super::free::Free;
use super::{CaseAnswer, CaseExpected, CaseRequest, CaseVerdict};
use crate::codes;
use crate::word::ControlName;

section! {
    /// Cases that are kept beside a policy.
    struct CasesFile, later [], {
        /// The cases.
        cases: Needed<Vec<Spanned<CaseSection>>>,
    }
}

section! {
    /// One case.
    struct CaseSection, later [], {
        /// What it promises.
        name: Needed<String>,
        /// Who asks: `subject`, `scopes`, and attributes of the policy. Default: nobody.
        caller: Option<Named<Free>>,
        /// What is asked.
        request: Needed<RequestSection>,
        /// What the API answers, by the line of the request that reaches it.
        api: Option<Named<AnswerSection>>,
        /// What shall become of it.
        expect: Needed<Expect>,
    }
}

section! {
    /// A request.
    struct RequestSection, later [], {
        /// The method. Default: `GET`.
        method: Option<String>,
        /// The path as clients send it, base path and query included.
        path: Needed<Spanned<String>>,
        /// Header fields.
        headers: Option<Named<String>>,
        /// The body: a text is sent as it is, all else as JSON.
        body: Option<Free>,
    }
}

section! {
    /// An answer of the API.
    struct AnswerSection, later [], {
        /// Its status. Default: 200.
        status: Option<Spanned<String>>,
        /// Header fields.
        headers: Option<Named<String>>,
        /// The body: a text is sent as it is, all else as JSON.
        body: Option<Free>,
    }
}

section! {
    /// What shall become of a request.
    struct ExpectSection, later [], {
        /// `allowed`, `refused` or `not_found`.
        verdict: Needed<VerdictWord>,
        /// The control that refuses.
        control: Option<ControlName>,
        /// Its reason.
        reason: Option<String>,
        /// The status that the caller reads.
        status: Option<Spanned<String>>,
        /// The body that the caller reads.
        body: Option<Free>,
        /// The body that the API reads.
        sent: Option<Free>,
    }
}

/// A verdict alone, or with more.
#[derive(Debug)]
pub(super) struct Expect(ExpectSection);

/// A verdict.
#[derive(Debug, Clone, Copy)]
pub(super) struct VerdictWord(CaseVerdict);

inline_schemas! {
    VerdictWord: { "enum": ["allowed", "refused", "not_found"] },
    Expect: {},
}

impl Read for VerdictWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let all = [CaseVerdict::Allowed, CaseVerdict::Refused, CaseVerdict::NotFound];
        word(node, notes, &all.map(|one| (one.name(), Self(one))), None)
    }
}

impl Read for Expect {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if matches!(node.content, Content::Mapping(_)) {
            return Read::read(node, notes).map(Self);
        }
        let verdict = Needed(Some(VerdictWord::read(node, notes)?));
        let section = ExpectSection {
            verdict,
            control: None,
            reason: None,
            status: None,
            body: None,
            sent: None,
        };
        Some(Self(section))
    }
}

impl Expect {
    pub(super) fn case(self, notes: &mut Notes) -> Option<CaseExpected> {
        let Self(section) = self;
        let VerdictWord(verdict) = section.verdict.0?;
        let status = section.status.map(|status| self::status(&status, notes));
        Some(CaseExpected {
            verdict,
            control: section
                .control
                .map(|ControlName(id): ControlName| ControlId::name(id).to_owned()),
            reason: section.reason,
            status: status.flatten(),
            body: section.body.map(|Free(value)| value),
            sent: section.sent.map(|Free(value)| value),
        })
    }
}

impl RequestSection {
    pub(super) fn case(self, notes: &mut Notes) -> Option<CaseRequest> {
        let path = self.path.0?;
        let method = self.method.unwrap_or_else(|| "GET".to_owned());
        let is_word =
            |text: &str| !text.contains(|one: char| one.is_whitespace() || one.is_control());
        if !path.value.starts_with('/') || !is_word(&path.value) || !is_word(&method) {
            notes.push(|| {
                let message = format!("{} is no path of a request", shown(&path.value));
                Diagnostic::error(&codes::UNKNOWN_WORD, message)
                    .at(path.span)
                    .help("write it as clients send it: `/api/orders/4?page=2`")
            });
            return None;
        }
        let headers = headers(self.headers, notes);
        let body = self.body.map(|Free(value)| value);
        Some(CaseRequest { method, target: path.value, headers, body })
    }
}

impl AnswerSection {
    pub(super) fn case(self, notes: &mut Notes) -> Option<CaseAnswer> {
        let status = match self.status {
            None => 200,
            Some(text) => status(&text, notes)?,
        };
        let body = self.body.map(|Free(value)| value);
        Some(CaseAnswer { status, headers: headers(self.headers, notes), body })
    }
}

fn headers(named: Option<Named<String>>, notes: &mut Notes) -> Vec<(String, String)> {
    let all = named.into_iter().flat_map(|named| named.0);
    let is_line = |text: &str| !text.contains(char::is_control);
    all.filter_map(|(key, value)| {
        if key.text.is_empty()
            || key.text.contains([':', ' '])
            || !is_line(&key.text)
            || !is_line(&value)
        {
            notes.push(|| {
                let message = format!("{} is no header field", shown(&key.text));
                Diagnostic::error(&codes::UNKNOWN_WORD, message)
                    .at(key.span)
                    .help("write `Name: value`, on one line")
            });
            return None;
        }
        Some((key.text, value))
    })
    .collect()
}

fn status(text: &Spanned<String>, notes: &mut Notes) -> Option<u16> {
    let found = text.value.parse().ok().filter(|status| (200..=599).contains(status));
    if found.is_none() {
        notes.push(|| {
            let message = format!("{} is no status of an answer", shown(&text.value));
            Diagnostic::error(&codes::UNKNOWN_WORD, message)
                .at(text.span)
                .help("write a number from 200 to 599")
        });
    }
    found
}
