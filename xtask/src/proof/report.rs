//! Reading a report of `portcullis attack`: what was found of each row of the mission.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

/// What was found of the attacks of one row.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) attacks: usize,
    /// Those that harm the API when they are made directly.
    pub(crate) harmful: usize,
    /// Of these: kept from coming through by a control that says so, without which they come through again.
    pub(crate) closed: usize,
    pub(crate) safe: usize,
    pub(crate) inconclusive: usize,
    /// Through the gateway, whatever they do directly.
    pub(crate) through: usize,
    /// Stopped, and no control is named, or leaving it out changed nothing.
    pub(crate) unattributed: usize,
    pub(crate) twins: usize,
    /// Twins that were harmed as well: then what is taken for harm is none.
    pub(crate) twins_harmed: usize,
}

/// A number of a report, by JSON Pointer.
pub(crate) fn number(report: &Value, at: &str) -> u64 {
    report.pointer(at).and_then(Value::as_u64).unwrap_or_default()
}

/// By row of the mission; all of them behind the last.
pub(crate) fn rows(report: &Value) -> BTreeMap<String, Row> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let attacks = report.get("attacks").and_then(Value::as_array);
    for attack in attacks.into_iter().flatten() {
        let item = attack.get("item").and_then(Value::as_str).unwrap_or("?");
        for name in [item, "all"] {
            rows.entry(name.to_owned()).or_default().take(attack);
        }
    }
    rows
}

impl Row {
    fn take(&mut self, attack: &Value) {
        let is = |key: &str, word: &str| attack.get(key).is_some_and(|said| said == word);
        let has = |key: &str| attack.get(key).is_some_and(|said| !said.is_null());
        self.attacks += 1;
        self.harmful += usize::from(is("direct", "succeeded"));
        self.closed += usize::from(is("state", "closed"));
        self.safe += usize::from(is("state", "already_safe"));
        self.inconclusive += usize::from(is("state", "inconclusive"));
        self.through += usize::from(is("through", "succeeded"));
        let is_stopped = is("direct", "succeeded") && is("through", "stopped");
        let is_proven = has("control") && attack.get("knock_out").is_some_and(|held| held == true);
        self.unattributed += usize::from(is_stopped && !is_proven);
        self.twins += usize::from(has("twin"));
        self.twins_harmed += usize::from(is("twin", "succeeded"));
    }
}

/// A table of rows. `twins`: whether the attacks have any.
pub(crate) fn table(rows: &BTreeMap<String, Row>, twins: bool) -> String {
    let mut table = "| row | attacks | harm directly | closed | already safe | inconclusive | come through | stopped by nobody \
                     named |"
        .to_owned();
    table.push_str(if twins { " safe twins | harmed |\n" } else { "\n" });
    table.push_str("|---|---|---|---|---|---|---|---|");
    table.push_str(if twins { "---|---|\n" } else { "\n" });
    for (name, row) in rows {
        let Row { attacks, harmful, closed, safe, inconclusive, through, unattributed, .. } = row;
        let _ = write!(
            table,
            "| {name} | {attacks} | {harmful} | {closed} | {safe} | {inconclusive} | {through} | {unattributed} |"
        );
        if twins {
            let _ = write!(table, " {} | {} |", row.twins, row.twins_harmed);
        }
        table.push('\n');
    }
    table
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_nobody_stopped_is_not_counted_as_closed() {
        let attack = |control: Value, knock_out: Value| {
            json!({ "item": "A1", "direct": "succeeded", "through": "stopped", "state": "closed",
                    "control": control, "knock_out": knock_out, "twin": "failed" })
        };
        let attacks = [
            attack(json!("object_ownership"), json!(true)),
            attack(Value::Null, json!(true)),
            attack(json!("object_ownership"), json!(false)),
        ];
        let rows = rows(&json!({ "attacks": attacks }));
        let all = &rows["all"];
        assert_eq!((all.attacks, all.harmful, all.unattributed, all.twins), (3, 3, 2, 3));
        assert_eq!(rows["A1"], *all);
        assert!(table(&rows, true).contains("| all | 3 | 3 | 3 | 0 | 0 | 0 | 2 | 3 | 0 |"));
    }
}
