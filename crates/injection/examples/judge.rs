//! What is found in bodies of JSON, and what that costs: a line that is read is
//! `{"case": N, "json": TEXT}`, the line that is written is
//! `{"case": N, "found": TEXT or null, "leaf": TEXT, "is_judged": true, "read_ns": CPU, "look_ns": CPU,
//! "names_ns": CPU}`.
//!
//! The strings are looked at first, then the names. `cargo xtask injection` builds and asks it. The time is the processor time of the thread, so that others
//! on the machine count little.

use std::io::{self, BufRead as _, Write as _};

use portcullis_injection::{Fuel, Sinks, Verdict, look, look_at_name};
use portcullis_json::{Document, Limits, Rejected, Value};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

/// Steps that a body may cost: more than any of the suites needs, so that what is not judged is so because
/// it can be read in too many ways.
const FUEL: u64 = 1 << 32;
/// Characters of a text that are told.
const LEAF_CHARS_MAX: usize = 160;

/// What came of a body.
#[derive(Default)]
struct Judged {
    found: Option<String>,
    leaf: String,
    is_unknown: bool,
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let asked: serde_json::Value = serde_json::from_str(&line?)?;
        let text = asked.get("json").and_then(serde_json::Value::as_str).unwrap_or_default();
        let bytes = text.as_bytes().to_vec();
        let started = cpu_ns();
        let document = Document::parse(bytes, &Limits::GENEROUS);
        let read = cpu_ns();
        let mut fuel = Fuel::new(FUEL);
        let root = document.as_ref().map(Document::root);
        let of_texts =
            root.map_or_else(|rejected| Some(unread(rejected)), |root| texts(root, &mut fuel));
        let looked = cpu_ns();
        let of_names = || root.ok().and_then(|root| names(root, &mut fuel));
        let judged = of_texts.or_else(of_names).unwrap_or_default();
        let named = cpu_ns();
        let answer = json!({
            "case": asked.get("case"),
            "found": judged.found,
            "leaf": judged.leaf,
            "is_judged": !judged.is_unknown,
            "read_ns": read.saturating_sub(started),
            "look_ns": looked.saturating_sub(read),
            "names_ns": named.saturating_sub(looked),
        });
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

/// Looks at every string until something is found.
fn texts(root: Value<'_>, fuel: &mut Fuel) -> Option<Judged> {
    let mut waiting = vec![root];
    while let Some(value) = waiting.pop() {
        let judged = value.as_str().and_then(|text| judged(look(text, Sinks::ALL, fuel), text));
        if judged.is_some() {
            return judged;
        }
        waiting.extend(value.members().map(|(_, member)| member));
        waiting.extend(value.items());
    }
    None
}

/// Looks at every name until something is found.
fn names(root: Value<'_>, fuel: &mut Fuel) -> Option<Judged> {
    let mut waiting = vec![root];
    while let Some(value) = waiting.pop() {
        for (name, member) in value.members() {
            let name = name.as_str().unwrap_or_default();
            let judged = judged(look_at_name(name, Sinks::ALL, fuel), name);
            if judged.is_some() {
                return judged;
            }
            waiting.push(member);
        }
        waiting.extend(value.items());
    }
    None
}

/// What is no JSON is refused before anybody looks.
fn unread(rejected: &Rejected) -> Judged {
    Judged { found: Some(format!("json {}", rejected.fault)), ..Judged::default() }
}

fn judged(verdict: Verdict, text: &str) -> Option<Judged> {
    let leaf = text.chars().take(LEAF_CHARS_MAX).collect();
    match verdict {
        Verdict::Harmless => None,
        Verdict::Unknown => Some(Judged { found: None, leaf, is_unknown: true }),
        Verdict::Hostile(found) => {
            let mut told = format!("{} {}", found.language.word(), found.reason.name);
            if !found.layers.is_empty() {
                told = format!("{told} behind {}", found.layers.join(", "));
            }
            Some(Judged { found: Some(told), leaf, is_unknown: false })
        }
    }
}

/// The processor time of this thread.
fn cpu_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    seconds * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or_default()
}
