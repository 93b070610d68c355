//! Requests and event streams while the gateway reloads once a second.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::bench::folder::Folder;
use crate::bench::processes::{Process, pause};
use crate::endure::documents::{self, INSIDE, PLAIN};
use crate::endure::events::{Origin, Readers, STREAMS, Seen};
use crate::endure::traffic::{Kind, Tally};

const EVERY: Duration = Duration::from_secs(1);
/// It ends then, however many requests there were.
const TIME_MAX: Duration = Duration::from_hours(1);

pub(crate) fn measure(folder: &Folder, requests: u64) -> Result<String, String> {
    let origin = Origin::start()?;
    let gateways = [documents::gateway(folder, PLAIN)?, documents::gateway(folder, INSIDE)?];
    let readers = Readers::open(&origin)?;
    let stop = AtomicBool::new(false);
    let started = Instant::now();
    let (tallies, asked) = std::thread::scope(|scope| {
        let reloads = scope.spawn(|| reload(folder, &gateways, &stop));
        let tallies = send(requests, started);
        stop.store(true, Ordering::Relaxed);
        let asked = reloads.join().map_err(|_| "the thread that reloads has failed".to_owned());
        Ok::<_, String>((tallies?, asked??))
    })?;
    let seconds = started.elapsed().as_secs_f64();
    let seen = readers.close()?;
    let told = [told(folder, PLAIN.0)?, told(folder, INSIDE.0)?];
    Ok(table(&tallies, &seen, asked, told, seconds))
}

/// Reloads both gateways once a second; how often that was asked of each.
fn reload(folder: &Folder, gateways: &[Process], stop: &AtomicBool) -> Result<u64, String> {
    let mut asked = 0;
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        for (one, gateway) in [PLAIN, INSIDE].into_iter().zip(gateways) {
            documents::policy(folder, one, asked % 2 == 0)?;
            gateway.hang_up()?;
        }
        asked += 1;
        pause(EVERY.saturating_sub(begun.elapsed()));
    }
    Ok(asked)
}

fn send(requests: u64, started: Instant) -> Result<Vec<Tally>, String> {
    let mut tallies = Kind::ALL.map(Kind::tally).to_vec();
    loop {
        for tally in &mut tallies {
            tally.turn()?;
        }
        let sent: u64 = tallies.iter().map(|one| one.requests).sum();
        if sent >= requests || started.elapsed() > TIME_MAX {
            return Ok(tallies);
        }
    }
}

/// Reloads that a gateway told of.
fn told(folder: &Folder, name: &str) -> Result<usize, String> {
    let text = std::fs::read_to_string(folder.path().join(format!("{name}.told")));
    Ok(reloads(&text.map_err(|error| format!("{name}.told: {error}"))?))
}

fn reloads(told: &str) -> usize {
    told.lines().filter(|line| line.contains("reloaded: model ")).count()
}

fn table(tallies: &[Tally], seen: &Seen, asked: u64, told: [usize; 2], seconds: f64) -> String {
    let mut page = format!(
        "Two gateways with the same contract, one plain, one inside TLS, each told once a second \
         (SIGHUP) to read its policy file, in which a limit had changed, back and forth. Meanwhile \
         requests came in turns of 5 seconds: `wrk` with 64 connections, and `h2load` with 8 \
         connections of 8 streams for HTTP/2; and {STREAMS} event streams stayed open through the \
         plain gateway, on each of which the API wrote a numbered event twice a second. An *error* \
         is an answer that is not 200, or a connection that failed. A *missed* event is a number \
         that did not arrive in its order.\n\n| what | count | errors | aim |\n|---|---:|---:|---:|\n"
    );
    // Writing to a String cannot fail.
    for one in tallies {
        let name = one.kind.protocol.name();
        let _ = writeln!(
            page,
            "| {} over {name} | {} | {} | 0 |",
            one.verb(),
            one.requests,
            one.errors
        );
    }
    let (requests, errors) =
        tallies.iter().fold((0, 0), |(all, bad), one| (all + one.requests, bad + one.errors));
    let _ = writeln!(page, "| **all requests** | **{requests}** | **{errors}** | **0** |");
    let _ = writeln!(page, "| streams that ended early | {STREAMS} | {} | 0 |", seen.ended);
    let _ = writeln!(
        page,
        "| events, and those that were missed | {} | {} | 0 |",
        seen.events, seen.missed
    );
    let [plain, inside] = told;
    let _ = writeln!(
        page,
        "\nThe run took {seconds:.0} s. Each gateway was told to reload {asked} times; the plain one \
         said of {plain} that another model came into force, the one in TLS of {inside}."
    );
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reloads_that_changed_the_model_count() {
        let told = "portcullis: reloaded: model a -> b; 1 lets more through, 0 less\n  wider: x\n\
                    portcullis: model b stays in force; its files were read again\n";
        assert_eq!(reloads(told), 1);
    }
}
