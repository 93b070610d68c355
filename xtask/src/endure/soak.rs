//! Memory over many requests.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::bench::folder::Folder;
use crate::bench::processes::{Process, pause};
use crate::endure::documents::{self, INSIDE, PLAIN};
use crate::endure::traffic::{Kind, Tally};

const SAMPLES: u64 = 10;
/// Of these, the last, memory is to be flat.
const LAST: usize = 5;
/// It ends then, however many requests there were.
const TIME_MAX: Duration = Duration::from_hours(3);

/// Requests so far, and the memory of each gateway.
#[derive(Debug, Clone, Copy)]
struct Sample {
    requests: u64,
    resident: [u64; 2],
}

pub(crate) fn measure(folder: &Folder, requests: u64) -> Result<String, String> {
    let gateways = [documents::gateway(folder, PLAIN)?, documents::gateway(folder, INSIDE)?];
    let started = Instant::now();
    let mut tallies = Kind::ALL.map(Kind::tally);
    let mut samples = vec![sample(0, &gateways)?];
    let mut sent = 0;
    'all: while sent < requests && started.elapsed() < TIME_MAX {
        for tally in &mut tallies {
            sent += tally.turn()?;
            let due = (samples.len() as u64 * requests).div_ceil(SAMPLES);
            if sent >= due {
                // What is given back lazily has a moment to be given back.
                pause(Duration::from_millis(500));
                samples.push(sample(sent, &gateways)?);
            }
            if sent >= requests {
                break 'all;
            }
        }
    }
    Ok(table(&tallies, &samples, started.elapsed()))
}

fn sample(requests: u64, gateways: &[Process; 2]) -> Result<Sample, String> {
    let [plain, inside] = gateways;
    Ok(Sample { requests, resident: [plain.resident_bytes()?, inside.resident_bytes()?] })
}

fn table(tallies: &[Tally], samples: &[Sample], time: Duration) -> String {
    let mut page =
        "Requests in turns of 5 seconds, GET and POST, over HTTP/1.1 to a plain gateway, \
        over HTTP/1.1 and HTTP/2 to one inside TLS (`wrk` with 64 connections, `h2load` with 8 \
        connections of 8 streams). The ledger goes to `/dev/null`. Aim: the last five samples lie \
        within 5 % of one another, and do not rise.\n\n\
        | requests so far | RSS of the plain gateway | RSS of the one in TLS |\n|---:|---:|---:|\n"
            .to_owned();
    // Writing to a String cannot fail.
    for one in samples {
        let [plain, inside] = one.resident.map(|bytes| bytes as f64 / 1e6);
        let _ = writeln!(page, "| {} | {plain:.1} MB | {inside:.1} MB |", one.requests);
    }
    page.push_str("\n| the last five samples | aim | plain | in TLS |\n|---|---:|---:|---:|\n");
    let last = samples.get(samples.len().saturating_sub(LAST)..).unwrap_or_default();
    let of = |gateway: usize| -> Vec<(f64, f64)> {
        let value = |one: &Sample| one.resident.get(gateway).copied().unwrap_or_default() as f64;
        last.iter().map(|one| (one.requests as f64 / 1e6, value(one))).collect()
    };
    let (plain, inside) = (of(0), of(1));
    let _ = writeln!(
        page,
        "| largest above smallest | at most 5 % | {:.1} % | {:.1} % |",
        spread(&plain) * 100.0,
        spread(&inside) * 100.0
    );
    let _ = writeln!(
        page,
        "| rise (least squares) for a million requests | none | {:.0} KB | {:.0} KB |",
        slope(&plain) / 1e3,
        slope(&inside) / 1e3
    );
    let errors: u64 = tallies.iter().map(|one| one.errors).sum();
    let _ = writeln!(page, "\nThe run took {:.0} s; {errors} requests failed.", time.as_secs_f64());
    page
}

/// How far the largest value is above the smallest.
fn spread(samples: &[(f64, f64)]) -> f64 {
    let values = || samples.iter().map(|(_, value)| *value);
    let smallest = values().fold(f64::INFINITY, f64::min);
    if samples.is_empty() { 0.0 } else { values().fold(0.0, f64::max) / smallest - 1.0 }
}

/// The slope of the line that fits best.
fn slope(samples: &[(f64, f64)]) -> f64 {
    let count = samples.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| samples.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|one| one.0), mean(|one| one.1));
    let along: f64 = samples.iter().map(|one| (one.0 - x) * (one.1 - y)).sum();
    let wide: f64 = samples.iter().map(|one| (one.0 - x).powi(2)).sum();
    if wide == 0.0 { 0.0 } else { along / wide }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_and_a_spread_are_told_from_noise() {
        let rising = [(1.0, 100.0), (2.0, 110.0), (3.0, 120.0)];
        assert!((slope(&rising) - 10.0).abs() < 1e-9);
        assert!((spread(&rising) - 0.2).abs() < 1e-9);
        let flat = [(1.0, 100.0), (2.0, 101.0), (3.0, 100.0)];
        assert!(slope(&flat).abs() < 1e-9);
        assert_eq!((slope(&[]), spread(&[])), (0.0, 0.0));
    }
}
