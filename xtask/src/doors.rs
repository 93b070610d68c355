//! Attacks on our own doors: the program itself, with its listeners, its socket and its files, tried from outside.
//!
//! All of them: `cargo xtask doors`, which writes `docs/src/doors.md`. The quick ones that need no rights run in
//! `cargo xtask check`, and write nothing.

mod admin;
mod beside;
mod command;
mod files;
mod http;
mod inside;
mod lab;
mod page;
mod probe;
mod tls;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::shell;
use lab::Lab;
use probe::{Probe, Verdict};

/// Probes that are under way at a time in `check`: most of them wait.
const AT_A_TIME: usize = 3;

/// A probe and what came of it.
pub(crate) struct Tried {
    probe: &'static Probe,
    verdict: Verdict,
    /// Its set-up or its honest use failed: nothing is known.
    is_unclear: bool,
}

fn all() -> impl Iterator<Item = &'static Probe> {
    let tables: [&'static [Probe]; 6] = [
        &admin::PROBES,
        &http::PROBES,
        &tls::PROBES,
        &beside::PROBES,
        &files::PROBES,
        &command::PROBES,
    ];
    tables.into_iter().flatten()
}

/// All probes, those of `check` (`--smoke`), or those whose name begins with one of `arguments`; writes the page if
/// all were tried.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    if arguments == ["--smoke"] {
        return smoke();
    }
    let is_meant = |probe: &&Probe| {
        arguments.is_empty() || arguments.iter().any(|begin| probe.id.starts_with(begin.as_str()))
    };
    let probes: Vec<_> = all().filter(is_meant).collect();
    if probes.iter().any(|probe| probe.id == "h2-floods") {
        tls::floods::build()?;
    }
    let begun = Instant::now();
    let tried = tried(probes, 1)?;
    if arguments.is_empty() {
        page::write(&tried, begun.elapsed())?;
    }
    concluded(&tried)
}

/// The quick ones. Nothing is written.
pub(crate) fn smoke() -> Result<(), String> {
    let begun = Instant::now();
    let tried = tried(all().filter(|probe| probe.is_smoke).collect(), AT_A_TIME)?;
    shell::say(&format!(
        "  {} of our own doors tried, {:.0} s",
        tried.len(),
        begun.elapsed().as_secs_f32()
    ));
    concluded(&tried)
}

fn tried(probes: Vec<&'static Probe>, at_a_time: usize) -> Result<Vec<Tried>, String> {
    shell::run("cargo", &["build", "--locked", "--quiet", "--package", "portcullis"])?;
    let lab = Lab::new(shell::root().join("target/debug/portcullis"))?;
    let waiting = std::sync::Mutex::new(probes.into_iter().enumerate());
    let done = std::sync::Mutex::new(Vec::new());
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.next());
    std::thread::scope(|scope| {
        for _ in 0..at_a_time {
            scope.spawn(|| {
                while let Some((place, probe)) = next() {
                    let one = try_out(probe, &lab);
                    if let Ok(mut done) = done.lock() {
                        done.push((place, one));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().map_err(|_| "a probe could not be tried".to_owned())?;
    done.sort_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, one)| one).collect())
}

fn try_out(probe: &'static Probe, lab: &Lab) -> Tried {
    let begun = Instant::now();
    // Clients of the testkit give up with a panic.
    let judged = catch_unwind(AssertUnwindSafe(|| (probe.judge)(lab)));
    let judged = judged.unwrap_or_else(|_| Err("a client gave up".to_owned()));
    let is_unclear = judged.is_err();
    let verdict = judged.unwrap_or_else(|why| Verdict::NotTried(format!("set-up failed: {why}")));
    let time = begun.elapsed();
    let Probe { id, .. } = probe;
    if !matches!(verdict, Verdict::Holds(_)) || time > Duration::from_secs(5) {
        shell::say(&format!(
            "{id}: {} ({:.1} s): {}",
            verdict.word(),
            time.as_secs_f32(),
            verdict.words()
        ));
    }
    Tried { probe, verdict, is_unclear }
}

fn concluded(tried: &[Tried]) -> Result<(), String> {
    let is_bad = |one: &&Tried| one.is_unclear || matches!(one.verdict, Verdict::Broken(_));
    let bad: Vec<&str> = tried.iter().filter(is_bad).map(|one| one.probe.id).collect();
    if bad.is_empty() {
        Ok(())
    } else {
        Err(format!("doors that do not hold, or are unclear: {}", bad.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_probe_has_a_name_of_its_own_and_each_door_has_one_in_check() {
        let names: HashSet<&str> = all().map(|probe| probe.id).collect();
        assert_eq!(names.len(), all().count());
        for door in probe::Door::ALL {
            assert!(all().any(|probe| probe.door == door && probe.is_smoke), "{}", door.name());
        }
    }
}
