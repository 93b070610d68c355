//! What was found at an issuer, as one page that needs nothing beside it.

use std::fmt::Write as _;

use super::judged::{Found, Result};
use super::report::IssuerReport;
use crate::page::{STYLE, escaped};

impl IssuerReport {
    /// The report as an HTML page.
    pub fn page(&self) -> String {
        let totals = &self.totals;
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>Portcullis: an issuer</title>\n<style>\n{STYLE}</style></head>\n<body>\n<h1>Attacks on {}</h1>\n\
             <p class=\"totals\">\u{25b2} {} open, \u{25a1} {} safe, ? {} inconclusive, \u{2013} {} not tried</p>\n\
             <table>\n<thead><tr><th>probe</th><th>what the attacker gets</th><th>written in</th><th>result</th>\
             </tr></thead>\n<tbody>\n",
            escaped(&self.issuer),
            totals.open,
            totals.safe,
            totals.inconclusive,
            totals.not_tried
        );
        let others = self.probes.iter().filter(|found| found.result != Result::Open);
        self.open().into_iter().chain(others).for_each(|found| row(found, &mut page));
        page.push_str("</tbody></table>\n</body></html>\n");
        page
    }
}

fn row(found: &Found, page: &mut String) {
    let class = if found.result == Result::Open { "open" } else { "closed" };
    let why = found.why.as_deref().map_or_else(String::new, |why| format!("<br>{}", escaped(why)));
    let _ = writeln!(
        page,
        "<tr class=\"{class}\"><td><code>{}</code></td><td>{}<br><small>CWE-{} {}</small>{why}<details>\
         <summary>replay</summary><pre>{}</pre></details></td><td>{}</td><td>{} {}</td></tr>",
        found.id,
        escaped(found.title),
        found.cwe,
        found.severity.name(),
        escaped(&found.replay),
        escaped(found.section),
        mark(found.result),
        found.result.name().replace('_', " ")
    );
}

/// A shape of its own for each result.
const fn mark(result: Result) -> &'static str {
    match result {
        Result::Safe => "\u{25a1}",
        Result::Open => "\u{25b2}",
        Result::Inconclusive => "?",
        Result::NotTried => "\u{2013}",
    }
}
