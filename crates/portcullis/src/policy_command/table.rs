//! Rows of rules, for people and for programs.

use serde_json::{Map, Value, json};

use super::rows::Row;
use crate::talk::clean;

/// For people: columns as wide as what stands in them, but for the last one.
pub(super) fn text(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "no rule says who may do anything\n".to_owned();
    }
    let has_api = rows.iter().any(|row| !row.api.is_empty());
    let head = ["API", "WHO", "", "WHAT", "ON", "WHEN", "HIDES AND KEEPS", "LINE"];
    let mut lines: Vec<Vec<String>> = vec![head.map(str::to_owned).to_vec()];
    lines.extend(rows.iter().map(cells));
    if !has_api {
        lines.iter_mut().for_each(|line| drop(line.remove(0)));
    }
    let count = lines.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn cells(row: &Row) -> Vec<String> {
    let mut when = row.when.clone().unwrap_or_default();
    if row.across_tenants {
        when.push_str(if when.is_empty() { "across tenants" } else { ", across tenants" });
    }
    let masks = row.masks.iter().map(|(word, list)| format!("{word} {}", list.join(" ")));
    let masks: Vec<String> = masks.collect();
    let at = row.at.as_deref().unwrap_or("-");
    let all = [
        row.api.as_str(),
        &row.who,
        if row.forbids { "may not" } else { "may" },
        &row.what.join(", "),
        &row.on.join(", "),
        &when,
        &masks.join("; "),
        at,
    ];
    all.map(clean).to_vec()
}

/// For programs.
pub(super) fn json(rows: &[Row]) -> String {
    let one = |row: &Row| {
        let masks: Map<String, Value> =
            row.masks.iter().map(|(word, list)| ((*word).to_owned(), json!(list))).collect();
        json!({
            "api": (!row.api.is_empty()).then_some(&row.api),
            "at": row.at,
            "who": row.who,
            "forbids": row.forbids,
            "what": row.what,
            "on": row.on,
            "when": row.when,
            "across_tenants": row.across_tenants,
            "masks": masks,
        })
    };
    let rules: Vec<Value> = rows.iter().map(one).collect();
    format!("{:#}\n", json!({ "rules": rules }))
}
