//! A walk through the rooms, shown: each room's verdict, the lines behind it, what the API would
//! read, what the caller would.

use std::fmt::Write as _;
use std::sync::Arc;

use portcullis_controls::{CONTROLS, Plan, face};
use portcullis_model::{Refusal, Room};
use serde_json::{Value, json};

use super::ground::{Act, Ground, Grounds};
use super::remedy::what_to_do;
use super::request::Request;
use super::seen::{Body, Seen, shown_target};
use super::stand_in::Outcome;
use super::trace::Step;
use crate::talk::clean;

/// Where a walk ends here: what the API would answer is not known.
const LAST: Room = Room::Forward;
/// The column in which verdicts begin.
const WIDTH: usize = 20;

/// How it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Reaches,
    Refused,
    /// The gateway answers by itself: a preflight.
    Answered,
}

/// One walk.
#[derive(Debug)]
pub(super) struct Walk {
    title: String,
    /// Empty where there is one only.
    api: Arc<str>,
    end: End,
    operation: Option<String>,
    rooms: Vec<RoomVerdict>,
    refusal: Option<(Refusal, Vec<Ground>, Vec<Ground>)>,
    seen: Option<Seen>,
    left_out: Vec<String>,
    answer: (String, String),
}

#[derive(Debug)]
struct RoomVerdict {
    room: Room,
    verdict: &'static str,
    /// What it looked at, and where that is written.
    grounds: Vec<Ground>,
    /// What was removed, or would have been removed or refused, each with the lines behind it.
    notes: Vec<(String, Vec<Ground>)>,
}

impl Walk {
    pub(super) fn new(plan: &Plan, request: &Request, outcome: &Outcome) -> Self {
        let model = &plan.model;
        let mut grounds = Grounds::new(plan);
        let walked = &outcome.walked;
        let end = match (&outcome.sent, &walked.refusal) {
            (Some(_), _) => End::Reaches,
            (None, Some(_)) => End::Refused,
            (None, None) => End::Answered,
        };
        let index = walked.operation;
        let steps: Vec<&Step> = walked.steps.iter().filter(|step| step.room <= LAST).collect();
        let last = steps.last().map(|step| step.room);
        let rooms = steps
            .iter()
            .map(|step| {
                let is_end = end != End::Reaches && Some(step.room) == last;
                verdict(step, is_end.then_some(end), index, plan, &mut grounds)
            })
            .collect();
        let refusal = walked.refusal.as_ref().filter(|_| end == End::Refused).map(|refusal| {
            let act = act(index, refusal, &request.target);
            (refusal.clone(), grounds.contract(act), grounds.policy(act))
        });
        let seen = outcome.sent.as_ref();
        let seen = seen.map(|sent| {
            Seen::of(sent, &model.upstream, &model.contract.schemes, &plan.secret_paths)
        });
        Self {
            title: format!("{} {}", request.method, shown_target(&request.target, plan)),
            api: model.name.clone(),
            end,
            operation: index.and_then(|index| Some(model.contract.operation(index)?.name())),
            rooms,
            refusal,
            left_out: seen.as_ref().map(|seen| left_out(request, seen)).unwrap_or_default(),
            seen,
            answer: answer(&outcome.answer),
        }
    }

    pub(super) fn is_refused(&self) -> bool {
        self.end == End::Refused
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let api =
            if self.api.is_empty() { String::new() } else { format!(" (API `{}`)", self.api) };
        let _ = writeln!(out, "{}{api}\n{}\n", clean(&self.title), self.headline());
        for room in &self.rooms {
            room.text(&mut out);
        }
        match (&self.refusal, &self.seen) {
            (Some((refusal, contract, policy)), _) => {
                self.refused(refusal, contract, policy, &mut out);
            }
            (None, Some(seen)) => self.sent(seen, &mut out),
            (None, None) => {
                let _ = writeln!(out, "\nThe caller would read: {}", self.answer.0);
            }
        }
        out
    }

    fn headline(&self) -> String {
        match (self.end, &self.refusal) {
            (End::Reaches, _) => "would reach the API".to_owned(),
            (End::Answered, _) => "would be answered by the gateway itself".to_owned(),
            (End::Refused, Some((refusal, ..))) => {
                format!("would be refused by `{}`, {}", refusal.control, refusal.status.0)
            }
            (End::Refused, None) => "would be refused".to_owned(),
        }
    }

    fn refused(&self, refusal: &Refusal, contract: &[Ground], policy: &[Ground], out: &mut String) {
        let Refusal { control, reason, detail, .. } = refusal;
        let _ = writeln!(out, "\n{control} ({reason}): {}\n", clean(detail));
        lines("contract", contract, out);
        lines("policy", policy, out);
        let guarantee = face(*control).guarantee;
        let remedy = what_to_do(*control, reason, self.operation.as_deref());
        let _ = writeln!(out, "\n`{control}` guarantees: {guarantee}.\n{remedy}");
        let (status, body) = &self.answer;
        let _ = writeln!(out, "\nThe caller would read: {status}\n{}", clean(body));
    }

    fn sent(&self, seen: &Seen, out: &mut String) {
        let query = seen.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        let _ = writeln!(out, "\nThe API would read:\n\n  {} {}{query}", seen.method, seen.path);
        for (name, value) in &seen.fields {
            let _ = writeln!(out, "  {name}: {}", clean(value));
        }
        match &seen.body {
            Body::Nothing => {}
            Body::Bytes(count) => {
                let _ = writeln!(out, "\n  ({count} bytes that are no text)");
            }
            Body::Text { text, bytes, is_masked } => {
                let _ = writeln!(out, "\n  {}", clean(text));
                if text.len() < *bytes && !is_masked {
                    let _ = writeln!(out, "  (cut; {bytes} bytes)");
                }
            }
        }
        if !self.left_out.is_empty() {
            let names = self.left_out.join("`, `");
            let _ = writeln!(out, "\nHeader fields that are left out: `{}`", clean(&names));
        }
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let list = |grounds: &[Ground]| grounds.iter().map(Ground::json).collect::<Vec<_>>();
        let refusal = self.refusal.as_ref().map(|(refusal, contract, policy)| {
            json!({
                "control": refusal.control.name(),
                "reason": refusal.reason,
                "detail": refusal.detail,
                "status": refusal.status.0,
                "contract": list(contract),
                "policy": list(policy),
                "remedy": what_to_do(refusal.control, refusal.reason, self.operation.as_deref()),
            })
        });
        json!({
            "outcome": match self.end {
                End::Reaches => "reaches",
                End::Refused => "refused",
                End::Answered => "answered",
            },
            "api": (!self.api.is_empty()).then_some(&*self.api),
            "operation": self.operation,
            "rooms": self.rooms.iter().map(RoomVerdict::json).collect::<Vec<_>>(),
            "refusal": refusal,
            "upstream": self.seen.as_ref().map(seen_json),
            "left_out": self.left_out,
            "answer": (self.end != End::Reaches)
                .then(|| json!({ "status": self.answer.0, "body": self.answer.1 })),
        })
    }
}

impl RoomVerdict {
    fn text(&self, out: &mut String) {
        let name = self.room.name();
        let _ = writeln!(out, "  {name:<WIDTH$}{}", self.verdict);
        for ground in &self.grounds {
            let _ = writeln!(out, "  {:WIDTH$}{}", "", clean(&ground.line()));
        }
        for (note, grounds) in &self.notes {
            let _ = writeln!(out, "  {:WIDTH$}{}", "", clean(note));
            for ground in grounds {
                let _ = writeln!(out, "  {:WIDTH$}  {}", "", clean(&ground.line()));
            }
        }
    }

    fn json(&self) -> Value {
        let notes = self.notes.iter().map(|(text, grounds)| {
            json!({ "text": text, "grounds": grounds.iter().map(Ground::json).collect::<Vec<_>>() })
        });
        json!({
            "room": self.room.name(),
            "verdict": self.verdict,
            "grounds": self.grounds.iter().map(Ground::json).collect::<Vec<_>>(),
            "notes": notes.collect::<Vec<_>>(),
        })
    }
}

fn lines(whose: &str, grounds: &[Ground], out: &mut String) {
    for ground in grounds {
        let _ = writeln!(out, "  {whose:<10}{}", clean(&ground.line()));
    }
}

fn act<'a>(operation: Option<usize>, refusal: &'a Refusal, target: &'a str) -> Act<'a> {
    let Refusal { control, reason, detail, .. } = refusal;
    Act { operation, control: *control, reason, detail, target }
}

fn verdict(
    step: &Step,
    end: Option<End>,
    index: Option<usize>,
    plan: &Plan,
    grounds: &mut Grounds<'_>,
) -> RoomVerdict {
    let is_asked = CONTROLS.iter().any(|face| face.rooms.contains(&step.room));
    let verdict = match end {
        Some(End::Refused) => "REFUSED",
        Some(End::Answered) => "answers by itself",
        _ if step.room == LAST => "would be sent",
        _ if is_asked => "passed",
        _ => "passed: nothing is asked here in this version",
    };
    let is_past = end.is_none();
    let facts = match (step.room, index) {
        (Room::FindOperation, Some(index)) => {
            grounds.declared(index).into_iter().chain([grounds.base_path()]).collect()
        }
        (Room::Authenticate, Some(index)) if is_past => grounds.caller(index).into_iter().collect(),
        (Room::Validate, Some(index)) if is_past => {
            let operation = plan.model.contract.operation(index);
            let body = operation.and_then(|one| one.body.as_ref());
            body.map(|body| grounds.ground("the declared body", Some(body.span)))
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    };
    let mut notes: Vec<_> = step
        .notes
        .iter()
        .map(|(noted, is_removed)| {
            let word = if *is_removed { "removed" } else { "only observed" };
            let text = format!("{word} by {} ({}): {}", noted.control, noted.reason, noted.detail);
            let act = Act {
                operation: index,
                control: noted.control,
                reason: noted.reason,
                detail: &noted.detail,
                target: "",
            };
            let mut behind = if index.is_some() { grounds.contract(act) } else { Vec::new() };
            behind.extend(grounds.policy(act));
            (text, behind)
        })
        .collect();
    if step.notes_more > 0 {
        notes.push((format!("and {} more", step.notes_more), Vec::new()));
    }
    RoomVerdict { room: step.room, verdict, grounds: facts, notes }
}

/// Fields that were given and are not sent on.
fn left_out(request: &Request, seen: &Seen) -> Vec<String> {
    let is_sent = |name: &str| seen.fields.iter().any(|(sent, _)| sent.eq_ignore_ascii_case(name));
    request.names.iter().filter(|name| !is_sent(name)).cloned().collect()
}

/// Status line and body of the gateway's own answer.
fn answer(bytes: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.lines().next().unwrap_or_default();
    let status = status.strip_prefix("HTTP/1.1 ").unwrap_or(status);
    (status.to_owned(), body.to_owned())
}

fn seen_json(seen: &Seen) -> Value {
    let (body, bytes) = match &seen.body {
        Body::Nothing => (Value::Null, 0),
        Body::Text { text, bytes, .. } => (text.as_str().into(), *bytes),
        Body::Bytes(bytes) => (Value::Null, *bytes),
    };
    json!({
        "method": seen.method,
        "path": seen.path,
        "query": seen.query,
        "headers": seen.fields,
        "body": body,
        "body_bytes": bytes,
    })
}
