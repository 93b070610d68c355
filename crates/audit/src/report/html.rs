//! An audit as one page: no script, nothing from elsewhere, readable on paper.

use std::fmt::Write as _;

use super::alike::alike;
use super::escaped::{Escaped, Marked};
use super::{Report, SEVERITIES};
use crate::answer::{Answer, Verdict, many};
use crate::told::{Part, Told, ToldScore};

/// All of the page's look.
const STYLE: &str = include_str!("page.css");
/// Places of one finding that are shown.
const PLACES_MAX: usize = 20;
/// What regains most, as far as it is shown of a document.
const FIXES_MAX: usize = 10;
/// Files that the heading names.
const NAMED_MAX: usize = 3;

impl Report {
    /// As a page. Writing to a String cannot fail.
    pub fn html(&self) -> String {
        let mut out = String::with_capacity(64 << 10);
        let (at, heading) = (self.at.rfc3339(), heading(self));
        let heading = Escaped(&heading);
        let _ = write!(
            out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
             'unsafe-inline'\">\n<title>{heading}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n\
             <p class=\"kind\">Portcullis {}, {}</p>\n<h1>{heading}</h1>\n",
            Escaped(self.version),
            Escaped(&at)
        );
        numbers(self, &mut out);
        out.push_str("</header>\n<main>\n");
        for part in Part::ALL {
            let mut found = self.findings.iter().filter(|one| one.part == part).peekable();
            if found.peek().is_some() {
                let _ = writeln!(out, "<h2>Findings: {}</h2>", part.name());
                found.for_each(|one| finding(one, &mut out));
            }
        }
        out.push_str("<h2>Checklist</h2>\n");
        for (items, one) in alike(&self.answers) {
            if items.len() < 2 {
                answer(one, self, &mut out);
            } else {
                unknown(&items, one, &mut out);
            }
        }
        if !self.not_looked_at.is_empty() {
            out.push_str("<h2>Not looked at</h2>\n<ul>\n");
            for one in &self.not_looked_at {
                let (what, why) = (Escaped(&one.what), Marked(&one.why));
                let _ = writeln!(out, "<li><code>{what}</code>: {why}</li>");
            }
            out.push_str("</ul>\n");
        }
        let looked = self.looked_at.join(", ");
        let _ = write!(
            out,
            "<p class=\"at\">Looked at: {}</p>\n</main>\n</body>\n</html>\n",
            Marked(&looked)
        );
        out
    }
}

/// What was audited: the policy and the documents.
fn heading(report: &Report) -> String {
    let documents = report.scores.iter().map(|one| one.document.as_str());
    let mut names: Vec<&str> = report.policy.as_deref().into_iter().chain(documents).collect();
    if names.is_empty() {
        // A document that could not be read whole has no score.
        let found = report.findings.iter().filter(|one| one.part == Part::Contract);
        names.extend(found.filter_map(|one| one.places.first()?.file()).take(1));
    }
    let more = match names.len().saturating_sub(NAMED_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    names.truncate(NAMED_MAX);
    if names.is_empty() {
        "Audit".to_owned()
    } else {
        format!("Audit of {}{more}", names.join(", "))
    }
}

fn numbers(report: &Report, out: &mut String) {
    let answers = [
        (Verdict::Yes, "good", "yes"),
        (Verdict::No, "bad", "no"),
        (Verdict::NotCheckable, "", "not checkable"),
    ];
    let answers = answers.map(|(verdict, class, word)| (report.count(verdict), class, word));
    let found = SEVERITIES.map(|severity| {
        let class = if severity >= report.deny { "bad" } else { "" };
        (report.count_of(severity), class, severity.name())
    });
    out.push_str("<ul class=\"numbers\">\n");
    for (count, class, word) in
        answers.into_iter().chain(found).chain([(report.enforced(), "good", "enforced")])
    {
        let class = if count == 0 { "" } else { class };
        let _ = writeln!(out, "<li class=\"{class}\"><b>{count}</b> {word}</li>");
    }
    out.push_str("</ul>\n");
    if let Some(closed) = report.told_closed() {
        let _ = writeln!(out, "<p>{}</p>", Marked(&closed));
    }
    for one in &report.scores {
        let (whole, tenth, document) = (one.tenths / 10, one.tenths % 10, Escaped(&one.document));
        let _ = writeln!(
            out,
            "<p><code>{document}</code>: {whole}.{tenth} of 100 points, {}</p>",
            many(one.operations, "operation")
        );
        fixes(one, out);
    }
}

/// What regains most when all findings of a rule are mended.
fn fixes(of: &ToldScore, out: &mut String) {
    let mut all = of.urgent().take(FIXES_MAX).peekable();
    if all.peek().is_none() {
        return;
    }
    out.push_str("<ul>\n");
    for one in all {
        let (whole, tenth) = (one.regains / 10, one.regains % 10);
        let (rule, fix) = (Escaped(&one.rule), Marked(&one.fix));
        let _ = writeln!(out, "<li>+{whole}.{tenth} <code>{rule}</code>: {fix}</li>");
    }
    out.push_str("</ul>\n");
}

fn answer(one: &Answer, report: &Report, out: &mut String) {
    let class = match one.verdict {
        Verdict::Yes => "good",
        Verdict::No => "bad",
        Verdict::NotCheckable => "part",
    };
    let _ = writeln!(
        out,
        "<section class=\"{class}\">\n<h3>{} <span class=\"word\">{}</span> {}</h3>",
        one.item,
        one.verdict.name(),
        Marked(one.question)
    );
    if one.parts.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", Marked(&one.evidence));
    } else {
        out.push_str("<ul>\n");
        for part in &one.parts {
            let (about, word) = (Escaped(part.about), part.verdict.name());
            let _ = writeln!(out, "<li>{about}: {word}: {}</li>", Marked(&part.evidence));
        }
        out.push_str("</ul>\n");
    }
    if let Some(next) = one.next() {
        let word = if one.verdict == Verdict::No { "Do" } else { "Supply" };
        let _ = writeln!(out, "<p class=\"do\">{word}: {}</p>", Marked(next));
    }
    // What nobody can tell holds until nothing.
    let until = match one.verdict {
        Verdict::NotCheckable => String::new(),
        _ => format!(". Until {} at most", report.until(one).rfc3339()),
    };
    let (again, until) = (Escaped(&one.repeat), Escaped(&until));
    let _ = writeln!(out, "<p class=\"at\">Again: <code>{again}</code>{until}.</p>\n</section>");
}

/// What nobody can tell for one and the same reason.
fn unknown(items: &[&str], one: &Answer, out: &mut String) {
    let (items, word) = (items.join(", "), one.verdict.name());
    let (evidence, supply) = (Marked(&one.evidence), Marked(one.next().unwrap_or_default()));
    let _ = writeln!(
        out,
        "<section class=\"part\">\n<h3>{items} <span class=\"word\">{word}</span></h3>\n<p>{evidence}</p>\n\
         <p class=\"do\">Supply: {supply}</p>\n</section>"
    );
}

fn finding(one: &Told, out: &mut String) {
    let (class, word) =
        if one.is_open() { ("bad", one.severity.name()) } else { ("good", "enforced") };
    let _ = writeln!(
        out,
        "<section class=\"{class}\">\n<h3><span class=\"word\">{word}</span> {}</h3>\n<p>rule: {}</p>",
        Marked(&one.message),
        Marked(&one.rule.title)
    );
    let _ = match &one.enforced {
        Some(by) => {
            let shown = match by.evidence.len() {
                0 => "configured, not shown by an attack".to_owned(),
                count => format!("seen to stop {}", many(count, "attack")),
            };
            let control = Escaped(&by.control);
            writeln!(out, "<p class=\"do\">Answered by <code>{control}</code>: {shown}</p>")
        }
        None => writeln!(out, "<p class=\"do\">Do: {}</p>", Marked(&one.fix)),
    };
    out.push_str("<ul class=\"at\">\n");
    for spot in one.places.iter().take(PLACES_MAX) {
        let _ = writeln!(out, "<li><code>{}</code></li>", Escaped(&spot.told()));
    }
    if one.places.len() > PLACES_MAX {
        let _ = writeln!(out, "<li>and {} more places</li>", one.places.len() - PLACES_MAX);
    }
    let cwe: Vec<String> = one.rule.cwe.iter().map(|cwe| format!("CWE-{cwe}")).collect();
    let (id, item) = (Escaped(&one.rule.id), Escaped(&one.rule.item));
    let _ = writeln!(
        out,
        "</ul>\n<p class=\"at\"><code>{id}</code> {item} {}</p>\n</section>",
        cwe.join(" ")
    );
}
