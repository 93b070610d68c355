//! What a ledger says of uses of keys, line by line: memory does not grow with it.

use std::fs::File;
use std::io::BufReader;
use std::net::SocketAddr;
use std::path::PathBuf;

use portcullis_policy::{LedgerTarget, Model};
use serde_json::Value;

use crate::exit::Exit;
use crate::ledger_lines::next_line;
use crate::talk;

/// A request with a key, as it is recorded. A key that was refused as such is nobody's, and not among them.
pub(crate) struct Use {
    record: Value,
}

/// What was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Read {
    /// The time of the earliest record.
    pub(crate) begins: Option<String>,
    /// Lines that are no record: cut, too long, or written by something else.
    pub(crate) unreadable: u64,
    /// Records that the gateway could not write.
    pub(crate) lost: u64,
}

impl Use {
    fn text(&self, name: &str) -> &str {
        self.record.get(name).and_then(Value::as_str).unwrap_or("-")
    }

    pub(crate) fn time(&self) -> &str {
        self.text("time")
    }

    pub(crate) fn key(&self) -> &str {
        self.text("key")
    }

    pub(crate) fn verdict(&self) -> &str {
        self.text("verdict")
    }

    /// The API, where there are several.
    pub(crate) fn api(&self) -> Option<&str> {
        self.record.get("api").and_then(Value::as_str)
    }

    /// Its name; method and path, where none was found.
    pub(crate) fn operation(&self) -> String {
        match self.record.get("operation").and_then(Value::as_str) {
            Some(name) => name.to_owned(),
            None => format!("{} {}", self.text("method"), self.text("path")),
        }
    }

    pub(crate) fn status(&self) -> Option<u64> {
        self.record.get("status").and_then(Value::as_u64)
    }

    /// From where: the client that a trusted proxy named, or the peer, without its port.
    pub(crate) fn address(&self) -> String {
        let client = self.record.get("client").and_then(Value::as_str);
        let said = client.unwrap_or_else(|| self.text("peer"));
        said.parse::<SocketAddr>().map_or_else(|_| said.to_owned(), |peer| peer.ip().to_string())
    }
}

/// The ledgers that are named, or that of the policy.
pub(crate) fn ledgers(named: &[PathBuf], apis: &[Model]) -> Result<Vec<PathBuf>, Exit> {
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    if let Some(LedgerTarget::File(path)) = apis.first().map(|api| &api.ledger) {
        return Ok(vec![path.clone()]);
    }
    talk::say("the policy's records go to standard output: name a file with --ledger FILE");
    Err(Exit::Unusable)
}

/// Each use of a key, of this one where one is wanted, since a time where one is given.
pub(crate) fn each(
    ledgers: &[PathBuf],
    wanted: Option<&str>,
    since: Option<&str>,
    mut used: impl FnMut(&Use),
) -> Result<Read, Exit> {
    let mut read = Read::default();
    for path in ledgers {
        let failed = |error: std::io::Error| {
            talk::say(&format!("`{}` cannot be read: {error}", path.display()));
            talk::say("help: name the ledger of the gateway with --ledger FILE");
            Exit::Unusable
        };
        let file = File::open(path).map_err(failed)?;
        each_of(BufReader::new(file), wanted, since, &mut read, &mut used).map_err(failed)?;
    }
    Ok(read)
}

fn each_of(
    mut ledger: impl std::io::BufRead,
    wanted: Option<&str>,
    since: Option<&str>,
    read: &mut Read,
    used: &mut impl FnMut(&Use),
) -> std::io::Result<()> {
    let (mut line, mut is_first) = (Vec::new(), true);
    // What every record of a key that is meant has in it: most lines need not be taken apart.
    let mark = wanted.map_or_else(|| "\"key\":\"".to_owned(), |id| format!("\"key\":\"{id}\""));
    loop {
        line.clear();
        if !next_line(&mut ledger, &mut line)? {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&line);
        let is_whole = text.starts_with('{') && text.ends_with('}');
        let is_meant = text.contains(&mark);
        let is_overflow = text.contains("\"event\":\"overflow\"");
        if is_whole && !is_meant && !is_overflow && !is_first {
            continue;
        }
        let Some(record) = serde_json::from_str(&text).ok().filter(|_| is_whole) else {
            read.unreadable += 1;
            continue;
        };
        let record = Use { record };
        if is_first && record.time() != "-" {
            is_first = false;
            let begins = read.begins.take().filter(|begins| begins.as_str() <= record.time());
            read.begins = Some(begins.unwrap_or_else(|| record.time().to_owned()));
        }
        // Times of one form sort as texts.
        if since.is_some_and(|since| record.time() < since) {
            continue;
        }
        match record.record.get("event").and_then(Value::as_str) {
            Some("overflow") => {
                let lost = record.record.get("records_lost").and_then(Value::as_u64);
                read.lost = read.lost.saturating_add(lost.unwrap_or(1));
            }
            None if record.key() != "-" && wanted.is_none_or(|id| record.key() == id) => {
                used(&record);
            }
            Some(_) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(ledger: &str, wanted: Option<&str>, since: Option<&str>) -> (Vec<String>, Read) {
        let (mut all, mut read) = (Vec::new(), Read::default());
        let mut used = |one: &Use| all.push(format!("{} {}", one.operation(), one.address()));
        each_of(ledger.as_bytes(), wanted, since, &mut read, &mut used).unwrap();
        (all, read)
    }

    #[test]
    fn uses_of_a_key_are_told_from_lines_that_only_look_like_them() {
        let ledger = concat!(
            "{\"time\":\"2026-01-01T00:00:00.000Z\",\"event\":\"reload\"}\n",
            "{\"time\":\"2026-01-02T00:00:00.000Z\",\"peer\":\"10.0.0.1:5000\",\"operation\":\"a\",\"key\":\"K\"}\n",
            "{\"time\":\"2026-01-03T00:00:00.000Z\",\"event\":\"key_reported\",\"key\":\"K\"}\n",
            "{\"time\":\"2026-01-03T00:00:00.000Z\",\"path\":\"\\\"key\\\":\\\"K\\\"\",\"operation\":\"b\"}\n",
            "{\"time\":\"2026-01-03T00:00:00.000Z\",\"client\":\"10.0.0.9\",\"method\":\"GET\",\"path\":\"/x\",\"key\":\"L\"}\n",
            "{\"time\":\"2026-01-04T00:00:00.000Z\",\"event\":\"overflow\",\"records_lost\":3}\n",
            "{\"time\":\"2026-01-05T00:00:00.000Z\",\"key\":\"K\n",
            "nonsense\n",
            "{\"time\":\"2026-01-06T00:00:00.000Z\",\"peer\":\"[::1]:1\",\"operation\":\"c\",\"key\":\"K\"}",
        );
        let (all, known) = read(ledger, Some("K"), None);
        assert_eq!(all, ["a 10.0.0.1", "c ::1"]);
        let begins = Some("2026-01-01T00:00:00.000Z".to_owned());
        assert_eq!(known, Read { begins, unreadable: 2, lost: 3 });
        let (all, known) = read(ledger, None, Some("2026-01-03"));
        assert_eq!((all.len(), known.lost), (2, 3));
        assert_eq!(all, ["GET /x 10.0.0.9", "c ::1"]);
        assert_eq!(read(ledger, None, Some("2026-01-05")).1.lost, 0, "lost before");
        assert_eq!(read("", None, None), (vec![], Read::default()));
    }
}
