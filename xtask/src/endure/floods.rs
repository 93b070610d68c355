//! Floods: what one hostile client costs the gateway, beside what it costs the client.

mod honest;
mod table;

use std::process::{Child, Command, Stdio};

use crate::bench::folder::Folder;
use crate::bench::processes::{Process, pause};
use crate::endure::documents::{self, INSIDE, LONG_BYTES, PLAIN};
use crate::shell;
use honest::Honest;

/// Seconds of each.
const SECONDS: &str = "3";
/// What one connection may make the gateway hold by its limits, where nothing says more: a body.
const MAY_HOLD: u64 = 1 << 20;

/// A kind of flood.
pub(crate) struct Kind {
    name: &'static str,
    what: &'static str,
    place: (&'static str, u16),
    may_hold: u64,
}

const fn inside(name: &'static str, what: &'static str) -> Kind {
    Kind { name, what, place: INSIDE, may_hold: MAY_HOLD }
}

const fn plain(name: &'static str, what: &'static str) -> Kind {
    Kind { name, what, place: PLAIN, may_hold: MAY_HOLD }
}

const KINDS: [Kind; 17] = [
    inside("resets", "HTTP/2: streams opened and reset at once"),
    inside("endless_continuation", "HTTP/2: a head in CONTINUATION frames without end"),
    inside("endless_ping", "HTTP/2: PING"),
    inside("endless_settings", "HTTP/2: SETTINGS"),
    inside("endless_empty_data", "HTTP/2: empty DATA"),
    inside("small_data", "HTTP/2: DATA of one byte each"),
    inside("endless_window_update", "HTTP/2: WINDOW_UPDATE of one byte each"),
    inside("header_bomb", "HTTP/2: heads that name one long field 12,000 times (HPACK)"),
    Kind {
        may_hold: 100 * LONG_BYTES as u64,
        ..inside("stalled_window", "HTTP/2: 100 long answers asked for and not taken")
    },
    inside("tls_hello", "TLS: handshakes begun and left"),
    inside("tls_full", "TLS: whole handshakes, then left"),
    plain("pipelined", "HTTP/1.1: pipelined requests that are refused (404)"),
    plain("gzip", "bodies of gzip, 20 MiB unpacked"),
    plain("deep", "JSON of 900 KB, nested as deep as it is long"),
    plain("wide", "JSON of 900 KB, 460,800 numbers in one array"),
    plain("chunk_extensions", "chunks with extensions of 900 bytes"),
    plain("long_head", "heads without end"),
];

/// The names of all, and whether each goes inside TLS.
pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, bool)> {
    KINDS.iter().map(|kind| (kind.name, kind.place == INSIDE))
}

/// What one flood did.
pub(crate) struct Measured {
    kind: &'static Kind,
    sent: Sent,
    gateway_micros: u64,
    grown_bytes: u64,
    honest: Honest,
}

/// What the program that floods says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    micros: u64,
    bytes: u64,
    connections: u64,
    /// Milliseconds that the first connection lived that was cut off.
    cut_ms: Option<u64>,
}

pub(crate) fn measure(folder: &Folder) -> Result<String, String> {
    let mut all = Vec::new();
    for kind in &KINDS {
        let gateway = documents::gateway(folder, kind.place)?;
        // A first one finds everything cold.
        honest::ask(folder, kind.place)?;
        let (quiet, each_micros) = quiet(folder, kind, &gateway)?;
        let one = one(folder, kind, &gateway, each_micros)?;
        shell::say(&format!("{}: {:?}; honest alone: {quiet:?}", kind.name, one.sent));
        all.push(one);
    }
    Ok(table::page(&all))
}

/// Honest requests alone, and what each costs the gateway.
fn quiet(folder: &Folder, kind: &Kind, gateway: &Process) -> Result<(Honest, u64), String> {
    let before = gateway.cpu_micros()?;
    let mut honest = Honest::default();
    for _ in 0..4 {
        honest.add(honest::ask(folder, kind.place)?);
    }
    Ok((honest, (gateway.cpu_micros()? - before) / 4))
}

fn one(
    folder: &Folder,
    kind: &'static Kind,
    gateway: &Process,
    each_micros: u64,
) -> Result<Measured, String> {
    let resident = gateway.resident_bytes()?;
    let before = gateway.cpu_micros()?;
    let mut flood = start(kind)?;
    let (honest, largest) = std::thread::scope(|scope| {
        let honest = scope.spawn(|| Honest::beside(folder, kind.place));
        let mut largest = resident;
        while !matches!(flood.try_wait(), Ok(Some(_)) | Err(_)) {
            largest = largest.max(gateway.resident_bytes()?);
            pause(std::time::Duration::from_millis(20));
        }
        let honest = honest.join().map_err(|_| "the honest client has failed".to_owned())??;
        Ok::<_, String>((honest, largest))
    })?;
    let output = flood.wait_with_output().map_err(|error| format!("flood: {error}"))?;
    let sent = said(&String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| format!("flood {}: it failed", kind.name))?;
    let all_micros = gateway.cpu_micros()? - before;
    let gateway_micros = all_micros.saturating_sub(each_micros * honest.asked);
    Ok(Measured { kind, sent, gateway_micros, grown_bytes: largest - resident, honest })
}

fn start(kind: &Kind) -> Result<Child, String> {
    Command::new(shell::root().join("target/release/examples/flood"))
        .args([&format!("127.0.0.1:{}", kind.place.1), kind.name, SECONDS])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("flood: {error}"))
}

fn said(text: &str) -> Option<Sent> {
    let number = |name: &str| {
        text.lines().find_map(|line| line.strip_prefix(name)).and_then(|word| word.parse().ok())
    };
    Some(Sent {
        micros: number("micros:")?,
        bytes: number("bytes:")?,
        connections: number("connections:")?,
        cut_ms: number("cut:"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_flood_says_of_itself_is_read() {
        let sent = Sent { micros: 5, bytes: 7, connections: 2, cut_ms: Some(9) };
        assert_eq!(said("micros:5\nbytes:7\nconnections:2\ncut:9\n"), Some(sent));
        let uncut = Sent { cut_ms: None, ..sent };
        assert_eq!(said("micros:5\nbytes:7\nconnections:2\n"), Some(uncut));
        assert_eq!(said("bytes:7\n"), None);
    }
}
