//! What `cargo xtask secrets` measures: samples of each rule, folders that should be clean, and speed on one thread.

mod made;
mod samples;

use std::io::Write as _;
use std::path::Path;

use portcullis_secrets::{Bounds, Rules, Salt, Scanner, tree};
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let scanner = Scanner::new(Rules::built_in()?)?;
    let told = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["samples"] => samples::measured(&scanner),
        ["folder", folder] => {
            let listed = tree::files(Path::new(folder));
            // The first time warms the files of the system and the automata of the rules.
            let (salt, bounds) =
                (Salt::new().map_err(|error| error.to_string())?, Bounds::default());
            tree::look(&scanner, tree::files(Path::new(folder)), salt, &bounds, 1);
            // Of this thread's processor: what others do on the machine does not count.
            let started = cpu();
            let report = tree::look(&scanner, listed, salt, &bounds, 1);
            let seconds = cpu() - started;
            let judged = report.judged(None);
            json!({ "seconds": seconds, "peak_kib": peak(), "report": judged.json(&report) })
        }
        _ => return Err("usage: measure samples | folder FOLDER".into()),
    };
    writeln!(std::io::stdout(), "{told}")?;
    Ok(())
}

/// Seconds of this process.
fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// KiB of memory, at most, as the system counts them.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
