//! What of a file is not shown with its problems: what may be a secret that was written there by mistake. Messages
//! end up in logs of builds, in the journal and in the record.

use portcullis_model::{Diagnostic, SourceId, Sources, Span};
use portcullis_policy::codes;

/// Stretches of files.
#[derive(Debug, Default)]
pub(super) struct Hidden(Vec<Span>);

impl Hidden {
    /// What stands where the place of a secret should, and who is named in a URL, of all these problems: the line
    /// of one may be that of another, too.
    pub(super) fn of(diagnostics: &[Diagnostic], sources: &Sources) -> Self {
        let mut hidden = Vec::new();
        for one in diagnostics {
            let Some(span) = one.span else { continue };
            if hides(one) {
                hidden.push(span);
            } else if one.code == &codes::BAD_ADDRESS {
                hidden.extend(user_of(span, sources));
            }
        }
        Self(hidden)
    }

    pub(super) fn covers(&self, source: SourceId, at: usize) -> bool {
        let is_in = |span: &Span| (span.start as usize..span.end as usize).contains(&at);
        self.0.iter().any(|span| span.source == source && is_in(span))
    }
}

/// Whether the place of a problem may itself be a secret.
pub(super) fn hides(one: &Diagnostic) -> bool {
    one.code == &codes::BAD_SECRET
}

/// User and password of a URL: all before its `@`, behind the slashes.
fn user_of(span: Span, sources: &Sources) -> Option<Span> {
    let text = sources.text(span.source).get(span.start as usize..span.end as usize)?;
    let end = text.rfind('@')?;
    let start = text.get(..end)?.find("//").map_or(0, |slashes| slashes + 2);
    let at = |offset: usize| span.start + offset as u32;
    Some(Span { start: at(start), end: at(end), ..span })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{grouped, render_text, to_json};

    #[test]
    fn a_secret_that_stands_in_a_file_is_shown_by_no_problem_of_its_line() {
        let text = "a: obviously-fake, wrong: 1, b: http://ann:hunter2@api:80/\n";
        let mut sources = Sources::default();
        let source = sources.add("portcullis.yaml", text);
        let at = |part: &str| {
            let start = text.find(part).unwrap() as u32;
            Span { source, start, end: start + part.len() as u32 }
        };
        let problems = grouped(&[
            Diagnostic::error(&codes::UNKNOWN_KEY, "unknown").at(at("wrong")),
            Diagnostic::error(&codes::BAD_SECRET, "no place").at(at("a: ")),
            Diagnostic::error(&codes::BAD_SECRET, "no place").at(at("obviously-fake")),
            Diagnostic::error(&codes::BAD_ADDRESS, "a user").at(at("http://ann:hunter2@api:80/")),
        ]);
        let shown =
            [render_text(&problems, &sources, false), to_json(&problems, &sources).to_string()];
        for shown in shown {
            assert!(!shown.contains("fake") && !shown.contains("hunter2"), "{shown}");
            assert!(
                shown.contains("wrong: 1, b: http://") && shown.contains("@api:80/"),
                "{shown}"
            );
        }
    }
}
