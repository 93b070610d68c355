//! An audit for programs.

use serde_json::{Value, json};

use super::{Report, SEVERITIES};
use crate::answer::{Answer, Verdict};
use crate::told::{Spot, SpotAt, Told, ToldScore};

impl Report {
    /// As JSON.
    pub fn json(&self) -> Value {
        let mut counts: serde_json::Map<String, Value> = SEVERITIES
            .iter()
            .map(|severity| (severity.name().to_owned(), self.count_of(*severity).into()))
            .collect();
        counts.insert("enforced".to_owned(), self.enforced().into());
        let not_looked_at = self.not_looked_at.iter();
        let not_looked_at = not_looked_at.map(|one| json!({ "what": one.what, "why": one.why }));
        json!({
            "version": self.version,
            "time": self.at.rfc3339(),
            "deny": self.deny.name(),
            "denied": self.is_denied(),
            "yes": self.count(Verdict::Yes),
            "no": self.no(),
            "not_checkable": self.count(Verdict::NotCheckable),
            "checklist": self.answers.iter().map(|one| answer(one, self)).collect::<Vec<_>>(),
            "counts": counts,
            "operations": self.closed.as_ref().map(|of| of.operations),
            "operations_closed": self.closed.as_ref().map(|of| of.closed),
            "findings": self.findings.iter().map(|one| finding(one, self)).collect::<Vec<_>>(),
            "scores": self.scores.iter().map(score).collect::<Vec<_>>(),
            "looked_at": self.looked_at,
            "not_looked_at": not_looked_at.collect::<Vec<_>>(),
        })
    }
}

/// An answer, with its parts. `fix` stands only beside a no, `supply` only where nobody can tell.
pub(super) fn answer(one: &Answer, report: &Report) -> Value {
    json!({
        "id": one.item,
        "question": one.question,
        "about": one.about,
        "verdict": one.verdict.name(),
        "evidence": one.evidence,
        "repeat": one.repeat,
        "fix": one.fix,
        "supply": one.supply,
        "time": report.at.rfc3339(),
        "until": report.until(one).rfc3339(),
        "parts": one.parts.iter().map(|part| answer(part, report)).collect::<Vec<_>>(),
    })
}

fn finding(one: &Told, report: &Report) -> Value {
    json!({
        "rule": one.rule.id,
        "part": one.part.name(),
        "title": one.rule.title,
        "item": one.rule.item,
        "cwe": one.rule.cwe,
        "severity": one.severity.name(),
        "denied": report.denies(one),
        "message": one.message,
        "fix": one.fix,
        "places": one.places.iter().map(place).collect::<Vec<_>>(),
        "enforced": one.enforced.as_ref().map(|by| json!({ "control": by.control, "evidence": by.evidence })),
        "regains": one.regains.map(points),
        "fingerprint": super::sarif::fingerprint(one),
    })
}

fn score(one: &ToldScore) -> Value {
    let fixes = one.fixes.iter().map(|fix| {
        json!({
            "rule": fix.rule,
            "severity": fix.severity.name(),
            "fix": fix.fix,
            "regains": points(fix.regains),
            "findings": fix.findings,
            "operations": fix.operations,
        })
    });
    json!({
        "document": one.document,
        "score": points(one.tenths),
        "operations": one.operations,
        "fixes": fixes.collect::<Vec<_>>(),
    })
}

fn points(tenths: u32) -> f64 {
    f64::from(tenths) / 10.0
}

fn place(spot: &Spot) -> Value {
    let (file, address) = match &spot.at {
        SpotAt::File(file) => (Some(file), None),
        SpotAt::Address(address) => (None, Some(address)),
    };
    json!({
        "file": file,
        "address": address,
        "line": spot.line.map(|(line, _)| line),
        "column": spot.line.map(|(_, column)| column),
        "operation": spot.operation,
    })
}
