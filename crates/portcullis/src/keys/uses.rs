//! `portcullis keys uses`: what a key was used for, from the ledger.

use std::collections::BTreeMap;

use portcullis_model::{Clock as _, UnixMillis};
use serde_json::{Value, json};

use crate::clock::SystemClock;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::format::Format;
use crate::key_arguments::KeysUsesOptions;
use crate::keys::known::id;
use crate::keys::recorded::{Use, each, ledgers};
use crate::report::many;
use crate::talk;
use crate::when::When;

/// Different operations, and different addresses, that are counted apart; what comes beyond them is counted together.
const COUNTED_MAX: usize = 10_000;
/// How the one document of `--format json` begins.
const BEGIN: &str = "{\n\"uses\": [\n";
/// What that is called.
const OTHERS: &str = "(others)";

pub(crate) fn uses(options: &KeysUsesOptions) -> Exit {
    told(options).unwrap_or_else(|exit| exit)
}

fn told(options: &KeysUsesOptions) -> Result<Exit, Exit> {
    let id = id(&options.id)?.to_string();
    let desk = options.config.as_deref().map(Desk::of).transpose()?;
    let apis = desk.map_or_else(Vec::new, |desk| desk.apis);
    let ledgers = ledgers(&options.ledgers, &apis)?;
    let since = options.since.map(|when| match when {
        When::Now => SystemClock.now(),
        When::At(at) => at,
    });
    let since = since.map(UnixMillis::rfc3339);
    let mut totals = Totals::default();
    let read = each(&ledgers, Some(&id), since.as_deref(), |one| {
        match options.format {
            Format::Text => talk::print(&row(one)),
            // One at a time: the list may be longer than memory.
            Format::Json => {
                let before = if totals.uses == 0 { BEGIN } else { ",\n" };
                talk::print(&format!("{before}{}", member(one)));
            }
        }
        totals.add(one);
    });
    let read = read?;
    if options.format == Format::Json {
        if totals.uses == 0 {
            talk::print(BEGIN);
        }
        let rest = json!({
            "total": totals.uses,
            "refused": totals.refused,
            "by_operation": totals.operations,
            "by_address": totals.addresses,
            "ledger_begins": read.begins,
            "unreadable_lines": read.unreadable,
            "records_lost": read.lost,
        });
        let rest = format!("{rest:#}");
        talk::print(&format!("\n],{}\n", rest.strip_prefix('{').unwrap_or_default()));
        return Ok(Exit::Success);
    }
    let (uses, refused) = (many(totals.uses, "use"), totals.refused);
    talk::say(&format!("{uses}, {refused} of them refused"));
    for (what, counts) in [("operation", &totals.operations), ("address", &totals.addresses)] {
        for (name, count) in counts {
            talk::say(&format!("  {count:>8}  {what} {}", talk::clean(name)));
        }
    }
    match read.begins {
        Some(begins) => talk::say(&format!("the ledger begins at {begins}")),
        None => talk::say("the ledger has no record"),
    }
    if read.unreadable > 0 {
        talk::say(&format!("{} could not be read", many(read.unreadable as usize, "line")));
    }
    if read.lost > 0 {
        talk::say(&format!("{} lost when the queue was full", many(read.lost as usize, "record")));
    }
    Ok(Exit::Success)
}

#[derive(Default)]
struct Totals {
    uses: usize,
    refused: usize,
    operations: BTreeMap<String, u64>,
    addresses: BTreeMap<String, u64>,
}

impl Totals {
    fn add(&mut self, one: &Use) {
        self.uses += 1;
        self.refused += usize::from(one.verdict() == "refused");
        count(&mut self.operations, one.operation());
        count(&mut self.addresses, one.address());
    }
}

fn count(counts: &mut BTreeMap<String, u64>, name: String) {
    let is_apart = counts.len() < COUNTED_MAX || counts.contains_key(&name);
    let name = if is_apart { name } else { OTHERS.to_owned() };
    *counts.entry(name).or_default() += 1;
}

fn row(one: &Use) -> String {
    let status = one.status().map_or_else(|| "-".to_owned(), |status| status.to_string());
    let (time, verdict, address) = (one.time(), one.verdict(), one.address());
    let operation = one.operation();
    let line = format!("{time}  {status}  {verdict}  {address}  {operation}");
    format!("{}\n", talk::clean(&line))
}

fn member(one: &Use) -> Value {
    json!({
        "time": one.time(),
        "api": one.api(),
        "operation": one.operation(),
        "address": one.address(),
        "status": one.status(),
        "verdict": one.verdict(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_apart_is_bounded_and_nothing_is_lost() {
        let mut counts = BTreeMap::new();
        for number in 0..COUNTED_MAX + 5 {
            count(&mut counts, number.to_string());
        }
        count(&mut counts, "0".to_owned());
        assert_eq!((counts.len(), counts[OTHERS], counts["0"]), (COUNTED_MAX + 1, 5, 2));
    }
}
