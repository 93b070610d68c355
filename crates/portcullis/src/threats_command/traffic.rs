//! What a ledger says of refusals and requests, line by line: memory does not grow with it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use portcullis_contract::Operation;
use portcullis_controls::Plan;
use portcullis_model::{ControlId, UnixMillis};
use portcullis_threat::Seen;
use serde::Deserialize;

use crate::exit::Exit;
use crate::ledger_lines::{LINE_BYTES_MAX, next_line};
use crate::report::many;
use crate::talk;

/// What records show. Only operations of the document are counted apart, so it is as large as that.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    /// Requests, by the names of operations.
    pub(super) requests: HashMap<String, u64>,
    refused: HashMap<(ControlId, Option<String>), (u64, UnixMillis)>,
    /// Records of operations that the document does not have.
    of_others: u64,
    /// Records of operations whose name several APIs have.
    of_several: u64,
    unreadable: u64,
    lost: u64,
}

/// Names of operations.
#[derive(Debug, Default)]
struct Names {
    /// Of one API.
    one: HashSet<String>,
    /// Of several: nothing of the model would say which.
    several: HashSet<String>,
}

impl Names {
    fn of(plans: &[Plan]) -> Self {
        let mut names = Self::default();
        for plan in plans {
            let own: HashSet<String> =
                plan.model.contract.operations.iter().map(Operation::name).collect();
            names.several.extend(own.intersection(&names.one).cloned());
            names.one.extend(own);
        }
        names
    }
}

/// What of a record counts.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event: Option<Cow<'a, str>>,
    #[serde(borrow)]
    operation: Option<Cow<'a, str>>,
    #[serde(borrow)]
    verdict: Option<Cow<'a, str>>,
    #[serde(borrow)]
    control: Option<Cow<'a, str>>,
    records_lost: Option<u64>,
}

impl Line<'_> {
    /// When it was: other programs that pass records on write times in their own way.
    fn at(&self) -> Option<UnixMillis> {
        self.time.as_deref().and_then(UnixMillis::from_any_rfc3339)
    }
}

impl Traffic {
    /// Reads these ledgers; none where none is named. What could not be read is said.
    pub(super) fn of(ledgers: &[PathBuf], plans: &[Plan]) -> Result<Option<Self>, Exit> {
        if ledgers.is_empty() {
            return Ok(None);
        }
        let known = Names::of(plans);
        let mut traffic = Self::default();
        for path in ledgers {
            let failed = |error: std::io::Error| {
                talk::say(&format!("`{}` cannot be read: {error}", path.display()));
                talk::say("help: name the ledger of the gateway with --ledger FILE");
                Exit::Unusable
            };
            // A pipe would be waited for until somebody writes.
            if !std::fs::metadata(path).map_err(failed)?.is_file() {
                return Err(failed(std::io::Error::other("it is no ordinary file")));
            }
            let file = File::open(path).map_err(failed)?;
            traffic.read(BufReader::new(file), &known).map_err(failed)?;
        }
        traffic.say();
        Ok(Some(traffic))
    }

    /// Refusals, in an order that does not change from run to run.
    pub(super) fn seen(self) -> Vec<Seen> {
        let all = self.refused.into_iter();
        let made = |((control, operation), (count, last))| Seen { control, operation, count, last };
        let mut seen: Vec<Seen> = all.map(made).collect();
        seen.sort_by(|a, b| {
            (a.control.name(), &a.operation).cmp(&(b.control.name(), &b.operation))
        });
        seen
    }

    fn read(&mut self, mut ledger: impl BufRead, known: &Names) -> std::io::Result<()> {
        let mut line = Vec::new();
        loop {
            line.clear();
            if !next_line(&mut ledger, &mut line)? {
                return Ok(());
            }
            let is_whole = line.len() < LINE_BYTES_MAX && line.starts_with(b"{");
            match is_whole.then(|| serde_json::from_slice::<Line<'_>>(&line)) {
                Some(Ok(record)) => match record.at() {
                    Some(at) => self.add(&record, at, known),
                    None => self.unreadable += 1,
                },
                _ => self.unreadable += 1,
            }
        }
    }

    fn add(&mut self, record: &Line<'_>, at: UnixMillis, known: &Names) {
        match record.event.as_deref() {
            Some("overflow") => {
                self.lost = self.lost.saturating_add(record.records_lost.unwrap_or(1));
                return;
            }
            Some(_) => return,
            None => {}
        }
        let operation = match record.operation.as_deref() {
            Some(name) if known.several.contains(name) => {
                self.of_several += 1;
                return;
            }
            Some(name) if known.one.contains(name) => Some(name),
            Some(_) => {
                self.of_others += 1;
                return;
            }
            None => None,
        };
        if let Some(name) = operation {
            match self.requests.get_mut(name) {
                Some(count) => *count += 1,
                None => _ = self.requests.insert(name.to_owned(), 1),
            }
        }
        let control = record.control.as_deref().and_then(ControlId::from_name);
        if let (Some("refused"), Some(control)) = (record.verdict.as_deref(), control) {
            let key = (control, operation.map(str::to_owned));
            let (count, last) = self.refused.entry(key).or_insert((0, at));
            *count += 1;
            *last = (*last).max(at);
        }
    }

    fn say(&self) {
        for (count, what) in [
            (self.unreadable, "line|could not be read as a record"),
            (self.of_others, "record|of operations that the document does not have"),
            (
                self.of_several,
                "record|of operations whose name several APIs have: they say nothing of one",
            ),
            (self.lost, "record|lost when the gateway's queue was full"),
        ] {
            let (noun, rest) = what.split_once('|').unwrap_or((what, ""));
            if count > 0 {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                talk::say(&format!("note: {} {rest}", many(count, noun)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_and_requests_are_counted_and_lines_that_only_look_like_them_are_told() {
        let known = Names {
            one: HashSet::from(["getOrder".to_owned(), "list".to_owned()]),
            several: HashSet::from(["list".to_owned()]),
        };
        let mut traffic = Traffic::default();
        let ledger = concat!(
            "{\"time\":\"2026-01-01T00:00:00.000Z\",\"operation\":\"getOrder\",\"verdict\":\"allowed\"}\n",
            "{\"time\":\"2026-01-02T00:00:00.000Z\",\"operation\":\"getOrder\",\"verdict\":\"refused\",\"control\":\"input_shape\"}\n",
            "{\"time\":\"2026-01-01T01:00:00+01:00\",\"operation\":\"getOrder\",\"verdict\":\"refused\",\"control\":\"input_shape\"}\n",
            "{\"time\":\"2026-01-01T00:00:00Z\",\"operation\":\"getOrder\",\"verdict\":\"refused\",\"control\":\"input_shape\"}\n",
            "{\"time\":\"2026-01-01T00:00:00Z\",\"operation\":\"list\",\"verdict\":\"refused\",\"control\":\"input_shape\"}\n",
            "{\"time\":\"2026-01-01T00:00:00.000Z\",\"operation\":\"getOrder\",\"verdict\":\"allowed\",\"would_refuse\":[{\"control\":\"input_shape\"}]}\n",
            "{\"time\":\"2026-01-01T00:00:00.000Z\",\"verdict\":\"refused\",\"control\":\"api_inventory\"}\n",
            "{\"time\":\"2026-01-01T00:00:00.000Z\",\"operation\":\"gone\",\"verdict\":\"refused\",\"control\":\"input_shape\"}\n",
            "{\"time\":\"2026-01-01T00:00:00.000Z\",\"verdict\":\"refused\",\"control\":\"no_such\"}\n",
            "{\"time\":\"2026-01-01T00:00:00.000Z\",\"event\":\"overflow\",\"records_lost\":3}\n",
            "{\"time\":\"2026-01-01T00:00:00.000Z\",\"event\":\"reload\"}\n",
            "nonsense\n\n{\"time\":\"2026\n{}\n[1]\n{\"time\":\"yesterday\",\"operation\":\"getOrder\"}\n",
        );
        traffic.read(ledger.as_bytes(), &known).unwrap();
        assert_eq!(traffic.requests, HashMap::from([("getOrder".to_owned(), 5)]));
        assert_eq!((traffic.unreadable, traffic.lost, traffic.of_others), (6, 3, 1));
        assert_eq!(traffic.of_several, 1);
        let seen = traffic.seen();
        assert_eq!(seen.len(), 2);
        let shape = seen.iter().find(|one| one.control == ControlId::InputShape).unwrap();
        assert_eq!((shape.count, shape.operation.as_deref()), (3, Some("getOrder")));
        assert_eq!(shape.last.rfc3339(), "2026-01-02T00:00:00.000Z");
    }

    #[test]
    fn a_line_without_end_costs_no_more_than_the_longest_record() {
        let mut traffic = Traffic::default();
        let endless = std::io::Read::take(std::io::repeat(b'{'), 64 << 20);
        traffic.read(BufReader::new(endless), &Names::default()).unwrap();
        assert_eq!(traffic.unreadable, 1);
    }
}
