//! Flows, boundaries, data, acceptances, guesses and questions in the page.

use std::fmt::Write as _;

use super::super::escaped::Html;
use super::super::marks::Touched;
use super::super::{Shown, words};
use crate::system::{Known, Origin};

/// Rows of one table; the JSON form has all.
const ROWS_MAX: usize = 300;

pub(super) fn accepted(shown: &Shown<'_>, out: &mut String) {
    let all = &shown.model.stated.accepted;
    if all.is_empty() {
        return;
    }
    let threats = &shown.model.threats;
    let rows = all.iter().enumerate().map(|(at, one)| {
        let count = threats.iter().filter(|threat| threat.accepted == Some(at)).count();
        vec![
            Html(&one.threat).to_string(),
            Html(one.of.as_deref().unwrap_or("wherever it is")).to_string(),
            Html(&one.by).to_string(),
            Html(&one.reason).to_string(),
            one.until.to_string(),
            count.to_string(),
        ]
    });
    table("Accepted", &["Threat", "Of", "By", "Why", "Until", "Threats now"], rows.collect(), out);
}

pub(super) fn flows(shown: &Shown<'_>, out: &mut String) {
    let system = &shown.model.system;
    let touched = Touched::of(shown.model);
    let rows = system.flows.iter().enumerate().map(|(at, flow)| {
        vec![
            Html(&flow.title).to_string(),
            Html(system.title(words::element(flow.from))).to_string(),
            Html(system.title(words::element(flow.to))).to_string(),
            format!("{}, {}", flow.protocol, words::encrypted(flow)),
            flow.classes.to_string(),
            touched.flow(at).words(),
        ]
    });
    table("Flows", &["Flow", "From", "To", "By", "Data", "Threats"], rows.collect(), out);
}

pub(super) fn boundaries(shown: &Shown<'_>, out: &mut String) {
    let system = &shown.model.system;
    let zone = |at: usize| {
        system
            .zones
            .get(at)
            .map_or_else(String::new, |zone| format!("{} ({})", Html(&zone.title), zone.trust))
    };
    let rows = system.boundaries.iter().map(|one| {
        let access: Vec<&str> = one.access.iter().map(|way| way.name()).collect();
        let known: Vec<&str> = one.authentication.iter().map(|way| way.name()).collect();
        let ttl = one.credential_ttl.map_or_else(String::new, |ttl| format!("{ttl} s"));
        vec![
            zone(one.outer),
            zone(one.inner),
            access.join(", "),
            known.join(", "),
            ttl,
            Html(&one.known.why).to_string(),
        ]
    });
    let heads = [
        "From (trust)",
        "To (trust)",
        "Access by",
        "Callers known by",
        "Credentials last",
        "Because",
    ];
    table("Trust boundaries", &heads, rows.collect(), out);
}

pub(super) fn data(shown: &Shown<'_>, out: &mut String) {
    let system = &shown.model.system;
    let rows = system.data.iter().map(|one| {
        let stores = one.placed.iter().filter_map(|placed| system.stores.get(placed.store));
        let stores: Vec<String> = stores.map(|store| Html(&store.title).to_string()).collect();
        vec![
            Html(&one.title).to_string(),
            one.classes.to_string(),
            Html(&one.witnesses.join(", ")).to_string(),
            stores.join(", "),
            one.shown_by.len().to_string(),
            one.written_by.len().to_string(),
        ]
    });
    table(
        "Data",
        &["Data", "Classes", "Because of", "Lies in", "Shown by", "Written by"],
        rows.collect(),
        out,
    );
}

/// What is declared and not served.
pub(super) fn unserved(shown: &Shown<'_>, out: &mut String) {
    let rows = shown.model.system.unserved.iter().map(|one| {
        vec![
            Html(&one.title).to_string(),
            Html(&one.why).to_string(),
            Html(&shown.at(one.at).unwrap_or_default()).to_string(),
        ]
    });
    table("Declared, not served", &["Operation", "Because", "Where"], rows.collect(), out);
}

/// What nothing says, and is taken to be so.
pub(super) fn guessed(shown: &Shown<'_>, out: &mut String) {
    let system = &shown.model.system;
    let named: Vec<(&str, &Known)> = std::iter::empty()
        .chain(system.zones.iter().map(|one| (one.title.as_str(), &one.known)))
        .chain(system.actors.iter().map(|one| (one.title.as_str(), &one.known)))
        .chain(system.components.iter().map(|one| (one.title.as_str(), &one.known)))
        .chain(system.stores.iter().map(|one| (one.title.as_str(), &one.known)))
        .chain(system.flows.iter().map(|one| (one.title.as_str(), &one.known)))
        .collect();
    let guessed = named.into_iter().filter(|(_, known)| known.from == Origin::Guessed);
    let rows =
        guessed.map(|(title, known)| vec![Html(title).to_string(), Html(&known.why).to_string()]);
    table("Guessed: correct it in threats.yaml", &["What", "Because"], rows.collect(), out);
}

pub(super) fn questions(shown: &Shown<'_>, out: &mut String) {
    let rows = shown.questions.iter().map(|one| {
        vec![
            Html(&one.text).to_string(),
            Html(&one.taken).to_string(),
            Html(&one.because).to_string(),
            Html(&format!("`{}`", one.line)).to_string(),
        ]
    });
    table("Questions", &["Question", "Taken", "Because", "In threats.yaml"], rows.collect(), out);
}

/// A table, unless it is empty. Each cell names its column where the page is narrow.
fn table(title: &str, heads: &[&str], rows: Vec<Vec<String>>, out: &mut String) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(out, "<h2>{title}</h2>\n<table class=\"elements\">\n<tr>");
    for head in heads {
        let _ = write!(out, "<th>{head}</th>");
    }
    out.push_str("</tr>\n");
    let count = rows.len();
    for row in rows.into_iter().take(ROWS_MAX) {
        out.push_str("<tr>");
        for (head, cell) in heads.iter().zip(row) {
            let _ = write!(out, "<td data-head=\"{head}\">{cell}</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
    if count > ROWS_MAX {
        let _ = writeln!(
            out,
            "<p class=\"name\">and {} more; <code>--format json</code> has all</p>",
            count - ROWS_MAX
        );
    }
}
