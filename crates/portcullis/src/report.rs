//! What `check` and `run` say about files: as text for people, as JSON for programs.
//!
//! Both show the place, one bounded line around it, what to do, and the code whose page
//! `portcullis explain` prints.

mod excerpt;
mod hidden;
mod places;
mod pointers;

use std::collections::HashMap;
use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use portcullis_model::{Diagnostic, Severity, Sources};
use serde_json::{Value, json};

use excerpt::Excerpt;
use hidden::Hidden;
pub(crate) use places::{Places, located};

/// Columns of a terminal that nobody measured.
const WIDTH: usize = 100;

/// Warnings of one kind, which differ in names and places, that are shown.
const KIND_MAX: usize = 3;

/// A problem that is shown, and those that it stands for.
struct Shown {
    problem: Diagnostic,
    /// With the same words at other places.
    elsewhere: usize,
    /// At the same place with other names: a shared body is told for each operation.
    renamed: usize,
    /// Of its kind, with other names at other places.
    alike: usize,
}

/// Each message once, at its first place, with the number of its other places; once for each place
/// what differs in names only; and the first few warnings of a kind.
pub(crate) fn grouped(diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut all: Vec<Shown> = Vec::new();
    let mut by_words = HashMap::new();
    let mut by_place = HashMap::new();
    let mut by_kind: HashMap<_, (usize, usize)> = HashMap::new();
    for one in diagnostics {
        if hidden::hides(one) {
            // Each is needed to know what is not shown.
            let problem = one.clone();
            all.push(Shown { problem, elsewhere: 0, renamed: 0, alike: 0 });
            continue;
        }
        let words = (one.code.name, one.message.as_str());
        let kind = (one.code.name, without_names(&one.message));
        let place = one.span.map(|span| (span, kind.clone()));
        let (count, last) = by_kind.get(&kind).copied().unwrap_or_default();
        let near = place.as_ref().and_then(|place| by_place.get(place).copied());
        if let Some(shown) = by_words.get(&words).and_then(|index: &usize| all.get_mut(*index)) {
            shown.elsewhere += 1;
        } else if let Some(shown) = near.and_then(|index: usize| all.get_mut(index)) {
            shown.renamed += 1;
        } else if one.severity == Severity::Warning && count >= KIND_MAX {
            if let Some(shown) = all.get_mut(last) {
                shown.alike += 1;
            }
        } else {
            by_words.insert(words, all.len());
            by_place.extend(place.map(|place| (place, all.len())));
            by_kind.insert(kind, (count + 1, all.len()));
            let problem = one.clone();
            all.push(Shown { problem, elsewhere: 0, renamed: 0, alike: 0 });
        }
    }
    all.into_iter().map(Shown::told).collect()
}

impl Shown {
    fn told(self) -> Diagnostic {
        let Self { mut problem, elsewhere, renamed, alike } = self;
        let mut add = |words: String| problem.message = format!("{} ({words})", problem.message);
        if elsewhere > 0 {
            let places = if elsewhere == 1 { "place" } else { "places" };
            add(format!("here and in {elsewhere} more {places}"));
        }
        if renamed > 0 {
            add(format!("and {renamed} more, with other names"));
        }
        if alike > 0 {
            add(format!("and {alike} more of this kind; `--verbose` shows each"));
        }
        problem
    }
}

/// A message without what stands between backticks.
fn without_names(message: &str) -> String {
    message.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

/// How many problems there are, those that are counted only included: errors and warnings.
pub(crate) fn count(diagnostics: &[Diagnostic]) -> (usize, usize) {
    let more = [
        portcullis_contract::codes::MORE_PROBLEMS.name,
        portcullis_policy::codes::MORE_PROBLEMS.name,
        portcullis_threat::codes::MORE_PROBLEMS.name,
    ];
    diagnostics.iter().fold((0, 0), |(errors, warnings), one| {
        let untold = one.message.split(' ').next().and_then(|count| count.parse().ok());
        let times = untold.filter(|_| more.contains(&one.code.name)).unwrap_or(1);
        match one.severity {
            Severity::Error => (errors + times, warnings),
            Severity::Warning => (errors, warnings + times),
        }
    })
}

/// Whether a problem is about an option, not about a file.
pub(crate) fn is_of_command_line(one: &Diagnostic) -> bool {
    let more = portcullis_policy::codes::MORE_PROBLEMS.name;
    one.span.is_none() && one.code.name.starts_with("policy-") && one.code.name != more
}

/// `1 error`, `2 errors`.
pub(crate) fn many(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// All of them as text: drawn with colour and line characters, or in plain ASCII.
pub(crate) fn render_text(diagnostics: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::none() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(WIDTH)
        .with_break_words(false)
        .with_context_lines(0)
        .without_cause_chain();
    let (mut places, hidden) = (Places::new(sources), Hidden::of(diagnostics, sources));
    let mut text = String::new();
    for diagnostic in diagnostics {
        let report = Report::new(diagnostic, sources, &mut places, &hidden);
        let footer = format!("portcullis explain {}", diagnostic.code.name);
        // Writing to a String cannot fail, and the excerpt holds every span that is asked for.
        let _ = handler.clone().with_footer(footer).render_report(&mut text, &report);
        text.push('\n');
    }
    text
}

/// All of them as a list of objects; what has no place has `null` there.
pub(crate) fn to_json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let (mut places, hidden) = (Places::new(sources), Hidden::of(diagnostics, sources));
    diagnostics
        .iter()
        .map(|one| {
            let range = one.span.map(|span| places.range(span));
            let start = range.map(|(start, _)| start);
            let end = range.map(|(_, end)| end);
            let snippet =
                one.span.map(|span| Excerpt::new(sources, span, &mut places, &hidden).text);
            json!({
                "code": one.code.name,
                "severity": severity(one),
                "message": one.message,
                "file": one.span.map(|span| sources.name(span.source)),
                "line": start.map(|place| place.line),
                "column": start.map(|place| place.column),
                "end_line": end.map(|place| place.line),
                "end_column": end.map(|place| place.column),
                "pointer": one.span.and_then(|span| places.pointer(span)),
                "snippet": snippet,
                "help": one.help,
            })
        })
        .collect()
}

const fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// One problem as the drawing library wants it.
#[derive(Debug)]
struct Report<'a> {
    diagnostic: &'a Diagnostic,
    excerpt: Option<Excerpt>,
    /// Where that stands in a line that nobody reads.
    pointer: Option<String>,
}

impl<'a> Report<'a> {
    fn new(
        diagnostic: &'a Diagnostic,
        sources: &Sources,
        places: &mut Places<'_>,
        hidden: &Hidden,
    ) -> Self {
        let span = diagnostic.span;
        let pointer = span.and_then(|span| places.pointer(span));
        let excerpt = span.map(|span| Excerpt::new(sources, span, places, hidden));
        Self { diagnostic, excerpt, pointer }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let name = self.diagnostic.code.name;
        let severity = severity(self.diagnostic);
        let place = match (&self.excerpt, &self.pointer) {
            (Some(_), Some(pointer)) => format!(" at {pointer}"),
            (Some(_), None) => String::new(),
            (None, _) if is_of_command_line(self.diagnostic) => " in the command line".to_owned(),
            (None, _) => " in the contract".to_owned(),
        };
        Some(Box::new(format!("{severity}[{name}]{place}")))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.diagnostic.help.as_deref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        let label = self.diagnostic.label.clone().unwrap_or_else(|| "here".to_owned());
        let mark = excerpt.mark.clone();
        let span = LabeledSpan::new(Some(label), mark.start, mark.len());
        Some(Box::new(std::iter::once(span)))
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::{Code, Span};

    use super::*;

    static CODE: Code = Code { name: "policy-unknown-key", page: "" };
    static OTHER: Code = Code { name: "contract-unreadable", page: "" };

    const POLICY: &str = "apis: []\norgins: [https://shop.example.com]\n";

    fn sample() -> (Sources, Vec<Diagnostic>) {
        let mut sources = Sources::default();
        let source = sources.add("portcullis.yaml", POLICY);
        let span = |start, end| Span { source, start, end };
        let all = vec![
            Diagnostic::error(&CODE, "`orgins` is not a key of this section")
                .at(span(9, 15))
                .label("unknown")
                .help("did you mean `origins`?"),
            Diagnostic::warning(&CODE, "the text ends here").at(span(44, 44)),
            Diagnostic::error(&CODE, "`--upstream` is missing").help("say where the API is"),
            Diagnostic::error(&OTHER, "it is a picture"),
        ];
        (sources, all)
    }

    #[test]
    fn plain_text_is_ascii_and_shows_place_help_and_code() {
        let (sources, all) = sample();
        let text = render_text(&all, &sources, false);
        assert!(text.is_ascii());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn colour_is_drawn_only_when_asked() {
        let (sources, all) = sample();
        assert!(!render_text(&all, &sources, false).contains('\u{1b}'));
        let text = render_text(&all, &sources, true);
        assert!(text.contains('\u{1b}') && text.contains('│'));
    }

    #[test]
    fn json_holds_every_part() {
        let (sources, all) = sample();
        let text = serde_json::to_string_pretty(&to_json(&all, &sources)).unwrap();
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_file_in_one_long_line_is_cut_around_the_place() {
        let mut sources = Sources::default();
        let text = format!("{}\"wröng\":1{}", "ab,".repeat(2_000_000), ",ü".repeat(2_000_000));
        let source = sources.add("openapi.json", text.as_str());
        let all: Vec<_> = (0..200)
            .map(|n| {
                let start = 6_000_000 - n * 3;
                Diagnostic::error(&OTHER, "wrong").at(Span { source, start, end: start + 8 })
            })
            .collect();
        let rendered = render_text(&all, &sources, false);
        assert!(rendered.contains("openapi.json:1:6000001"), "{}", rendered.len());
        assert!(rendered.len() < 200 * 800, "{}", rendered.len());
        let first = &to_json(&all, &sources)[0];
        assert_eq!(first["column"], 6_000_001);
        let snippet = first["snippet"].as_str().unwrap();
        assert!(snippet.len() < 200 && snippet.contains("\"wröng\":1"), "{snippet}");
        assert!(snippet.starts_with("...") && snippet.ends_with("..."));
    }

    #[test]
    fn a_file_cannot_drive_the_terminal() {
        let mut sources = Sources::default();
        let text = "a: \u{1b}[31mred\u{202e}\u{7}\n";
        let source = sources.add("a.yaml", text);
        let all = [Diagnostic::error(&OTHER, "wrong").at(Span { source, start: 0, end: 1 })];
        let rendered = render_text(&all, &sources, false);
        assert!(rendered.contains("a: ?[31mred??"), "{rendered}");
        assert!(!rendered.contains(['\u{1b}', '\u{202e}', '\u{7}']));
    }

    #[test]
    fn a_place_outside_the_file_or_inside_a_character_is_drawn() {
        let mut sources = Sources::default();
        let source = sources.add("a.yaml", "é\nb");
        for (start, end) in [(0, 0), (1, 2), (2, 3), (3, 4), (4, 9), (900, 901), (3, 1)] {
            let one = [Diagnostic::error(&OTHER, "wrong").at(Span { source, start, end })];
            assert!(render_text(&one, &sources, false).contains("a.yaml:"), "{start}..{end}");
            assert!(to_json(&one, &sources)[0]["line"].is_u64());
        }
        let empty = sources.add("empty.yaml", "");
        let one = [Diagnostic::error(&OTHER, "wrong").at(Span { source: empty, start: 0, end: 0 })];
        assert!(render_text(&one, &sources, false).contains("empty.yaml:1:1"));
    }
}
