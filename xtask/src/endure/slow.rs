//! Honest requests beside clients that are slow on purpose.

mod clients;
mod tool;

use std::fmt::Write as _;
use std::time::Duration;

use crate::bench::folder::Folder;
use crate::bench::load::{self, Load, Seen, Shape};
use crate::bench::processes::{Process, pause};
use crate::endure::documents::{self, LONG_BYTES, PLAIN, PLAIN_PORT};
use clients::{Clients, Manner};
use tool::Tool;

/// Rounds alone, and as many beside the slow.
const ROUNDS: usize = 3;
const SECONDS: u64 = 4;
const CONNECTIONS: usize = 16;
/// Until all slow clients are there.
const RAMP: Duration = Duration::from_secs(8);

/// Connections of each manner.
const SLOW: usize = 10_000;
/// Answers are long here; so many of them have room in `buffered_bytes`.
const SLOW_READERS: usize = 500;
const OF_TOOL: usize = 4_000;

/// Honest requests alone and beside slow clients.
struct Row {
    name: String,
    alone: Vec<Seen>,
    beside: Vec<Seen>,
    /// Connections that were open at the end, and how often one was cut off; of our own clients.
    slow: Option<(usize, u64)>,
    resident: u64,
}

pub(crate) fn measure(folder: &Folder) -> Result<String, String> {
    let gateway = documents::gateway(folder, PLAIN)?;
    let mut rows = Vec::new();
    for (manner, count) in
        [(Manner::Head, SLOW), (Manner::Body, SLOW), (Manner::Reader, SLOW_READERS)]
    {
        rows.push(row(manner.name(count), &gateway, || {
            let clients = Clients::start(manner, count);
            move || Some(clients.count())
        })?);
    }
    for tool in Tool::ALL {
        rows.push(row(tool.name(OF_TOOL), &gateway, || {
            let running = tool.start(OF_TOOL);
            move || running.as_ref().err().map(|_| (0, 0))
        })?);
    }
    Ok(table(&rows))
}

/// Measures alone, then beside what `start` starts; what that gives lives until the end of it.
fn row<C: Fn() -> Option<(usize, u64)>>(
    name: String,
    gateway: &Process,
    start: impl FnOnce() -> C,
) -> Result<Row, String> {
    let alone = rounds()?;
    let slow = start();
    pause(RAMP);
    let beside = rounds()?;
    let row = Row { name, alone, beside, slow: slow(), resident: gateway.resident_bytes()? };
    drop(slow);
    // What the slow left behind is over before the next begin.
    pause(Duration::from_secs(2));
    Ok(row)
}

fn rounds() -> Result<Vec<Seen>, String> {
    let url = format!("http://127.0.0.1:{PLAIN_PORT}/items/7");
    let (connections, seconds) = (CONNECTIONS, SECONDS);
    let load = Load { shape: Shape::Get, url: &url, field: None, connections, seconds };
    (0..ROUNDS).map(|_| load::with_wrk(&load)).collect()
}

fn median(rounds: &[Seen], of: impl Fn(&Seen) -> f64) -> f64 {
    let mut values: Vec<f64> = rounds.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn table(rows: &[Row]) -> String {
    let mut page = format!(
        "Honest requests (`wrk`, {CONNECTIONS} connections, GET, 1 KB of JSON back, as many as are \
         answered) first alone, then beside slow clients; medians of {ROUNDS} rounds of {SECONDS} \
         seconds each, the two side by side in time. The gateway has its default limits but for \
         `connections: 20000`. A slow client that is cut off comes again. *Slow heads*: a byte of a \
         head every 5 seconds; *slow bodies*: a byte of a body every 5 seconds; *slow readers*: ask \
         for an answer of {} KB and take a byte every 5 seconds. Rows with `slowhttptest` are that \
         tool's slow heads (`-H`), slow bodies (`-B`) and slow reading (`-X`). *Errors* are honest \
         requests that were not answered 200. Aim: p99 beside them at most 2 times p99 alone, and no \
         error.\n\n| beside | p50 alone | p50 beside | p99 alone | p99 beside | times (aim: 2) | \
         requests/s alone | beside | errors | slow ones open at the end | cut off | RSS |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        LONG_BYTES >> 10
    );
    for row in rows {
        let p50 = |rounds: &[Seen]| median(rounds, |seen| seen.p50_micros) / 1e3;
        let p99 = |rounds: &[Seen]| median(rounds, |seen| seen.p99_micros) / 1e3;
        let rate = |rounds: &[Seen]| median(rounds, |seen| seen.per_second);
        let errors: u64 = row.alone.iter().chain(&row.beside).map(|seen| seen.errors).sum();
        let (open, cut) = row.slow.map_or_else(
            || ("not counted".to_owned(), "not counted".to_owned()),
            |(open, cut)| (open.to_string(), cut.to_string()),
        );
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| {} | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} | {:.0} | {:.0} | {errors} | \
             {open} | {cut} | {:.0} MB |",
            row.name,
            p50(&row.alone),
            p50(&row.beside),
            p99(&row.alone),
            p99(&row.beside),
            p99(&row.beside) / p99(&row.alone),
            rate(&row.alone),
            rate(&row.beside),
            row.resident as f64 / 1e6,
        );
    }
    page
}
