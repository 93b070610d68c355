//! What was found, for people and programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::found::Findings;
use crate::report::many;
use crate::talk::clean;

/// A table, then what is well, then what is not known.
pub(super) fn text(findings: &Findings) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    if findings.given_away.is_empty() {
        out.push_str("Nothing gave one caller what belongs to the other.\n");
    } else {
        out.push_str("These give one caller what belongs to the other:\n");
        let names = findings.given_away.iter().map(|one| one.operation.chars().count());
        let width = names.max().unwrap_or_default().min(40);
        for one in &findings.given_away {
            let name = clean(&one.operation);
            let (reader, owner) = (clean(&one.reader), clean(&one.owner));
            let _ = writeln!(
                out,
                "\n  {name:<width$}  {reader} reads what is {owner}'s: {}\n    {}",
                clean(&one.proof),
                clean(&one.curl)
            );
        }
    }
    for (what, names) in [
        ("kept apart", &findings.apart),
        ("anybody gets the same, without a token", &findings.open),
    ] {
        if !names.is_empty() {
            let _ = writeln!(out, "\n{what}: {}", clean(&names.join(", ")));
        }
    }
    if !findings.not_judged.is_empty() {
        out.push_str("\nnot judged:\n");
        for (name, why) in &findings.not_judged {
            let _ = writeln!(out, "  {}: {}", clean(name), clean(why));
        }
    }
    let _ = writeln!(
        out,
        "\n{} in {} s, nothing but GET; writes are not tried here",
        many(findings.asked, "request"),
        findings.seconds
    );
    out
}

pub(super) fn json(findings: &Findings) -> Value {
    let given_away = findings.given_away.iter().map(|one| {
        json!({
            "operation": one.operation,
            "reader": one.reader,
            "owner": one.owner,
            "path": one.path,
            "proof": one.proof,
            "curl": one.curl,
        })
    });
    let not_judged = findings.not_judged.iter();
    let not_judged = not_judged.map(|(name, why)| json!({ "operation": name, "why": why }));
    json!({
        "given_away": given_away.collect::<Vec<_>>(),
        "kept_apart": findings.apart,
        "open_to_anybody": findings.open,
        "not_judged": not_judged.collect::<Vec<_>>(),
        "requests": findings.asked,
        "seconds": findings.seconds,
    })
}
