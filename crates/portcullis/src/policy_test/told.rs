//! What became of the cases, for people and programs.

use std::fmt::Write as _;

use portcullis_policy::CaseVerdict;
use serde_json::{Value, json};

use super::Told;
use crate::report::many;
use crate::talk::clean;

/// A line for each case; under one that failed, what is otherwise.
pub(super) fn text(all: &[Told]) -> String {
    let mut out = String::new();
    for Told { name, at, judged } in all {
        let is_well = judged.differences.is_empty();
        let word = if is_well { "ok    " } else { "FAILED" };
        let verdict = judged.verdict.map_or("not known", CaseVerdict::name);
        // Writing to a String cannot fail.
        let status = judged.status.map(|status| format!(", {status}")).unwrap_or_default();
        let _ = writeln!(out, "{word}  {}  ({verdict}{status})", clean(name));
        if is_well {
            continue;
        }
        let _ = writeln!(out, "        at {at}");
        for one in &judged.differences {
            let _ = writeln!(out, "        {}:", one.what);
            let _ = writeln!(out, "          - {}", clean(&one.expected));
            let _ = writeln!(out, "          + {}", clean(&one.found));
        }
        if let Some((control, reason, detail)) = &judged.refusal {
            let _ = writeln!(out, "        refused by {control} ({reason}): {}", clean(detail));
        }
    }
    let failed = all.iter().filter(|one| !one.judged.differences.is_empty()).count();
    let _ = writeln!(out, "{}, {failed} failed", many(all.len(), "case"));
    out
}

pub(super) fn json(all: &[Told]) -> Value {
    let cases = all.iter().map(|Told { name, at, judged }| {
        let refusal = judged.refusal.as_ref().map(|(control, reason, detail)| {
            json!({ "control": control, "reason": reason, "detail": detail })
        });
        let differences = judged
            .differences
            .iter()
            .map(|one| json!({ "what": one.what, "expected": one.expected, "found": one.found }));
        json!({
            "name": name,
            "at": at,
            "ok": judged.differences.is_empty(),
            "verdict": judged.verdict.map(CaseVerdict::name),
            "status": judged.status,
            "refusal": refusal,
            "differences": differences.collect::<Vec<_>>(),
        })
    });
    let failed = all.iter().filter(|one| !one.judged.differences.is_empty()).count();
    json!({ "cases": cases.collect::<Vec<_>>(), "total": all.len(), "failed": failed })
}
