//! The page of figures.

use std::fmt::Write as _;

use crate::bench::load::{Round, Shape};
use crate::bench::{Measured, Memory, ROUNDS};

pub(crate) fn page(
    measured: &[Measured],
    memory: &[Memory],
    compile: Option<&(f64, u64)>,
) -> String {
    let mut page = format!(
        "# Figures\n\nWritten by `cargo xtask bench`: medians of {ROUNDS} interleaved rounds of 3 \
         seconds, 64 requests at a time (connections; of HTTP/2, 8 connections of 8 streams), one worker each, origin and load on the same machine. Cost is \
         processor time of the proxy per request, from the kernel's accounting.\n\n\
         | protocol | request | proxy | CPU us/request | to nginx | requests/s | to nginx | p50 us | p99 us | \
         p99 to nginx |\n|---|---|---|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    for one in measured {
        let Some(peer) = measured.iter().find(|peer| is_peer(peer, one)) else { continue };
        let (cpu, per_second) = (median(one, |r| r.cpu_micros), median(one, |r| r.per_second));
        let (p50, p99) = (median(one, |r| r.p50_micros), median(one, |r| r.p99_micros));
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| {} | {} | {} | {cpu:.1} | {:.2} | {per_second:.0} | {:.2} | {p50:.0} | {p99:.0} | {:.2} |",
            one.protocol.name(),
            shape(one.shape),
            one.name,
            cpu / median(peer, |r| r.cpu_micros),
            per_second / median(peer, |r| r.per_second),
            p99 / median(peer, |r| r.p99_micros),
        );
    }
    page.push_str(
        "\n| memory | resident, idle | per idle connection of HTTP/1.1 | in TLS | of HTTP/2 in TLS \
         |\n|---|---:|---:|---:|---:|\n",
    );
    for one in memory {
        let _ = write!(page, "| {} | {:.1} MB |", one.name, one.idle as f64 / 1e6);
        for (_, bytes) in &one.per_connection {
            let _ = write!(page, " {:.1} KB |", *bytes as f64 / 1e3);
        }
        page.push('\n');
    }
    if let Some((seconds, operations)) = compile {
        let _ = writeln!(
            page,
            "\nGitHub's document ({operations} operations, npm `@octokit/openapi`): read, compiled \
             and checked in {seconds:.2} s, median of 5."
        );
    }
    page
}

fn is_peer(peer: &Measured, one: &Measured) -> bool {
    (peer.protocol, peer.shape) == (one.protocol, one.shape)
}

const fn shape(shape: Shape) -> &'static str {
    match shape {
        Shape::Raw => "GET, 1 KB of bytes",
        Shape::Get => "GET, 1 KB of JSON",
        Shape::Post => "POST 1 KB of JSON, 53 leaves; 1 KB of JSON back",
    }
}

fn median(measured: &Measured, of: impl Fn(&Round) -> f64) -> f64 {
    let mut values: Vec<f64> = measured.rounds.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
