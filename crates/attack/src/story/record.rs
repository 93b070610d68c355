//! Records of the ledger: which belong to a scene, and what of them is shown to people.

use serde_json::{Map, Value};

use crate::sequence::Played;

/// Events that tell of what a story is about.
const EVENTS: [&str; 3] = ["key_reported", "key_revoked", "canary_read"];
/// Members that are shown, in this order.
const SHOWN: [&str; 16] = [
    "event",
    "operation",
    "path",
    "subject",
    "key",
    "owner",
    "by",
    "revoked",
    "client",
    "verdict",
    "control",
    "reason",
    "edits",
    "would_refuse",
    "status",
    "upstream_status",
];

/// The records of each scene: those of its requests, and the events before the first of them.
pub(crate) fn of_scenes(records: &[Value], scenes: &[Played]) -> Vec<Vec<Value>> {
    let mut all = vec![Vec::new(); scenes.len()];
    let mut events = Vec::new();
    for record in records {
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        if text("event").is_some_and(|event| EVENTS.contains(&event)) {
            events.push(record.clone());
        }
        let Some(id) = text("request_id") else { continue };
        let own = scenes.iter().position(|played| played.request_ids.iter().any(|one| one == id));
        if let Some(found) = own.and_then(|at| all.get_mut(at)) {
            found.append(&mut events);
            found.push(record.clone());
        }
    }
    all
}

/// A record in a few words: who, what, and what became of it.
pub(crate) fn shortened(record: &Value) -> String {
    let mut short = Vec::new();
    for name in SHOWN {
        let Some(value) = record.get(name) else { continue };
        // What the operation is called says more than its path.
        if name == "path" && record.get("operation").is_some() {
            continue;
        }
        short.push(format!("\"{name}\":{}", without_details(value)));
    }
    format!("{{{}}}", short.join(","))
}

/// A record in a few words, for a picture: no time, no id, no address. `control` is who acted.
pub(crate) fn in_a_line(record: &Value, control: &str) -> String {
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    if let Some(event) = text("event") {
        return format!("ledger: {event}");
    }
    let what = text("operation").or(text("path")).unwrap_or_default();
    let verdict = text("verdict").unwrap_or_default();
    let status = record.get("status").and_then(Value::as_u64).unwrap_or_default();
    let edits = record.get("edits").and_then(Value::as_array);
    let is_own = |edit: &&Value| edit.get("control").and_then(Value::as_str) == Some(control);
    let edit = edits.and_then(|edits| edits.iter().find(is_own));
    let edit = edit.and_then(|edit| edit.get("reason")?.as_str());
    match (text("reason"), edit) {
        (Some(reason), _) => format!("ledger: {what} {verdict} {status}, {reason}"),
        (None, Some(reason)) => format!("ledger: {what} {verdict} {status}, without {reason}"),
        (None, None) => format!("ledger: {what} {verdict} {status}"),
    }
}

/// Lists of notes without what each says at length, and without what was said already.
fn without_details(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut kept: Vec<Value> = Vec::new();
            for item in items.iter().map(without_details) {
                if !kept.contains(&item) {
                    kept.push(item);
                }
            }
            Value::Array(kept)
        }
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "detail");
            Value::Object(
                kept.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>(),
            )
        }
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sequence::End;

    fn played(id: &str) -> Played {
        Played { end: End::Missed, acts: Vec::new(), request_ids: vec![id.to_owned()] }
    }

    #[test]
    fn an_event_belongs_to_the_scene_that_it_comes_before() {
        let records = [
            json!({ "event": "store_opened" }),
            json!({ "request_id": "a", "verdict": "allowed" }),
            json!({ "event": "key_reported", "key": "k" }),
            json!({ "request_id": "somebody else's" }),
            json!({ "request_id": "b", "verdict": "refused" }),
        ];
        let of = of_scenes(&records, &[played("a"), played("b"), Played::not_reached()]);
        let counts: Vec<usize> = of.iter().map(Vec::len).collect();
        assert_eq!(counts, [1, 2, 0]);
    }

    #[test]
    fn what_is_shown_is_short_and_in_one_order() {
        let record = json!({
            "request_id": "x", "status": 200, "path": "/a", "operation": "getA", "verdict": "allowed",
            "edits": [
                { "control": "response_shape", "reason": "r", "detail": "long" },
                { "control": "response_shape", "reason": "r", "detail": "longer" },
            ],
            "micros": 7,
        });
        assert_eq!(
            shortened(&record),
            r#"{"operation":"getA","verdict":"allowed","edits":[{"control":"response_shape","reason":"r"}],"status":200}"#
        );
    }

    #[test]
    fn a_picture_gets_no_time_and_no_id() {
        let line = |record: Value| in_a_line(&record, "response_shape");
        assert_eq!(
            line(
                json!({ "time": "t", "operation": "getA", "verdict": "refused", "reason": "rate", "status": 429 })
            ),
            "ledger: getA refused 429, rate"
        );
        let edits = json!([{ "control": "other", "reason": "x" }, { "control": "response_shape", "reason": "y" }]);
        assert_eq!(
            line(json!({ "path": "/a", "verdict": "allowed", "status": 200, "edits": edits })),
            "ledger: /a allowed 200, without y"
        );
        assert_eq!(line(json!({ "event": "key_reported", "key": "k" })), "ledger: key_reported");
    }
}
