//! The page of the threat model: words of ours, the picture, what is open, what was accepted, what answers the rest.

use std::fmt::Write as _;

use serde_json::Value;

use super::{cell, list, text};

/// No page of its own: its links are those of the page.
const WORDS: &str = include_str!("threats.txt");
/// Sections of the Markdown form that are not on the page: the picture stands in the place of one, and the questions are
/// for whoever writes `threats.yaml`; what answers the rest stands there in a table, by what people say.
const LEFT_OUT: [&str; 3] = ["## Data flows", "## Answered", "## Questions"];

/// The page.
pub(super) fn page(markdown: &str, model: &Value) -> Result<String, String> {
    let (head, sections) = parted(markdown);
    let mut page = WORDS.to_owned();
    // The first line is the title; the day is not on the page.
    for line in head.lines().skip(1) {
        let line = line.split_once("; derived on ").map_or(line, |(line, _)| line);
        page.push_str(line);
        page.push_str(if line.ends_with("operations") { ".\n" } else { "\n" });
    }
    page.push_str(
        "![Data flows of our own doors, with the number of open threats](img/own-threats.svg)\n\n",
    );
    for section in sections {
        if LEFT_OUT.iter().any(|left| section.starts_with(left)) {
            continue;
        }
        if section.starts_with("## All threats") {
            answered(&mut page, model)?;
        }
        page.push_str(section);
    }
    while page.ends_with("\n\n") {
        page.pop();
    }
    Ok(page)
}

/// What stands before the first section, and the sections.
fn parted(markdown: &str) -> (&str, Vec<&str>) {
    let begins = markdown.match_indices("\n## ").map(|(at, _)| at + 1);
    let mut cuts: Vec<usize> = begins.collect();
    cuts.push(markdown.len());
    let first = cuts.first().copied().unwrap_or_default();
    let sections = cuts.windows(2).filter_map(|pair| match pair {
        [begin, end] => markdown.get(*begin..*end),
        _ => None,
    });
    (markdown.get(..first).unwrap_or_default(), sections.collect())
}

/// What people say answers threats, which the form counts and does not print.
fn answered(page: &mut String, model: &Value) -> Result<(), String> {
    let stated = model.get("stated").ok_or("the model does not say what people stated")?;
    page.push_str(
        "## What answers the rest\n\nEach line is what the maintainers say (`docs/own/threats.yaml`), with where to see it. \
         Probes are those of [Our own doors](doors.md).\n\n| threat | of | what answers it |\n|---|---|---|\n",
    );
    let mut last = String::new();
    for one in list(stated, "answered") {
        let (threat, how) = (text(one, "threat"), text(one, "how"));
        let said = format!("{threat} {how}");
        // The same of several acts stands there once.
        if said == last {
            continue;
        }
        last = said;
        let of = Some(text(one, "of")).filter(|of| !of.is_empty());
        let of = of.map_or_else(|| "wherever it is".to_owned(), |of| format!("`{of}`"));
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| `{threat}` | {of} | {} |", cell(how));
    }
    page.push('\n');
    Ok(())
}

/// The picture of the page for browsers, with its own style.
pub(super) fn picture(html: &str) -> Result<String, String> {
    let missing = || "the page for browsers has no picture".to_owned();
    let style = between(html, "<style>", "</style>").ok_or_else(missing)?;
    let figure = between(html, "<figure", "</figure>").ok_or_else(missing)?;
    let drawn = between(figure, "<svg", "</svg>").ok_or_else(missing)?;
    let (head, body) = drawn.split_once('>').ok_or_else(missing)?;
    // There is no figure around it here, and no ground below it.
    let style = style.replace("figure {", "div {").replace("figure ", "")
        + "svg { background: var(--ground); }\n";
    Ok(format!("<svg{head}>\n<style>{style}</style>{body}</svg>\n"))
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    let (_, behind) = text.split_once(begin)?;
    behind.split_once(end).map(|(inside, _)| inside)
}
