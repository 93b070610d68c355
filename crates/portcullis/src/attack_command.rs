//! `portcullis attack`: does it hold? The built-in sample, or an API of one's own.

mod generated;
mod people;

use std::io::IsTerminal as _;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::Path;
use std::sync::Arc;

use portcullis_attack::{
    Against, Folder, Identity, Place, Report, Runner, Upstream, folder, registry,
};
use portcullis_controls::{Plan, PlanOptions};

use crate::arguments::{AttackOptions, Format, ModelOptions};
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::{load, talk};

/// Gateways that attack themselves listen where nobody else can reach them (rule 35).
const LISTEN: &str = "127.0.0.1:0";

pub(crate) fn attack(options: &AttackOptions) -> Exit {
    let report = match &options.upstream {
        None => of_sample(options),
        Some(url) => of_upstream(url, options),
    };
    match report {
        Ok(report) => finish(&report, options.format),
        Err(exit) => exit,
    }
}

fn of_sample(options: &AttackOptions) -> Result<Report, Exit> {
    if options.generate {
        return generated::of_sample(options);
    }
    let set = match &options.attacks {
        Some(path) => own_set(path, Against::Sample)?,
        None => built_in_set()?,
    };
    Ok(run(Place::Sample, &set))
}

fn of_upstream(url: &str, options: &AttackOptions) -> Result<Report, Exit> {
    let (upstream, plan) = upstream(url, options)?;
    let names: Vec<String> = upstream.identities.iter().map(|one| one.name.clone()).collect();
    if let (Some(path), false) = (&options.attacks, options.generate) {
        let set = own_set(path, Against::Upstream(&names))?;
        return Ok(run(Place::Upstream(Box::new(upstream)), &set));
    }
    let model = &plan.model;
    if model.upstream.path.trim_end_matches('/') != model.base_path.trim_end_matches('/') {
        let (theirs, ours) = (&model.upstream.path, &model.base_path);
        return Err(unusable(&format!(
            "the API lies below `{theirs}` and the gateway below `{ours}`; attacks are sent to both alike"
        )));
    }
    let people: Result<Vec<_>, String> = options
        .people
        .iter()
        .zip(&upstream.identities)
        .map(|(named, identity)| people::person(named, model, upstream.address, identity))
        .collect();
    let people = people.map_err(|why| unusable(&why))?;
    generated::of(options, model, &people, None, Place::Upstream(Box::new(upstream)))
}

/// The built-in set, read.
pub(crate) fn built_in_set() -> Result<Folder, Exit> {
    let read = || Ok(Folder { attacks: registry::attacks()?, journeys: registry::journeys()? });
    read().map_err(|bad: portcullis_attack::BadFile| {
        talk::say(&bad.to_string());
        Exit::Unusable
    })
}

fn own_set(path: &Path, against: Against<'_>) -> Result<Folder, Exit> {
    folder(path, against).map_err(|files| {
        files.iter().for_each(|bad| talk::say(&bad.to_string()));
        Exit::Unusable
    })
}

/// Runs a set; progress goes to standard error.
pub(crate) fn run(place: Place, set: &Folder) -> Report {
    let runner = Runner { place, clock: Arc::new(SystemClock) };
    let is_terminal = std::io::stderr().is_terminal();
    let progress = |line: &str| {
        if is_terminal {
            // One line that is written over; the last one is wiped below.
            talk::say_text(&format!("\r\u{1b}[K{line}"));
        }
    };
    let attacks = set.attacks.len();
    let journeys = set.journeys.len();
    talk::say(&format!("trying {attacks} attacks and {journeys} journeys, directly and through"));
    let report = runner.run(&set.attacks, &set.journeys, &progress);
    if is_terminal {
        talk::say_text("\r\u{1b}[K");
    }
    report
}

/// Prints a report; 0 if everything is as promised.
pub(crate) fn finish(report: &Report, format: Format) -> Exit {
    match format {
        Format::Text => talk::print(&report.text()),
        Format::Json => match serde_json::to_string_pretty(report) {
            Ok(json) => talk::print(&(json + "\n")),
            Err(error) => {
                talk::say(&format!("the report cannot be written: {error}"));
                return Exit::Unusable;
            }
        },
    }
    if report.is_as_promised() { Exit::Success } else { Exit::Failure }
}

/// The user's API, once document and policy make a model.
fn upstream(url: &str, options: &AttackOptions) -> Result<(Upstream, Arc<Plan>), Exit> {
    let address = loopback(url).map_err(|why| {
        talk::say(&format!("`{url}` {why}"));
        talk::say("help: attacks go to this machine only; write http://127.0.0.1:PORT");
        Exit::Unusable
    })?;
    let model = ModelOptions {
        config: options.config.clone(),
        contract: options.contract.clone(),
        upstream: Some(url.to_owned()),
        listen: Some(LISTEN.to_owned()),
    };
    let (equipment, plan) = load::one(&model, &PlanOptions::default())?;
    let mut identities: Vec<Identity> = Vec::new();
    for named in &options.people {
        if identities.iter().any(|known| known.name == named.name) {
            return Err(unusable(&format!("`{}` is given twice", named.name)));
        }
        identities.push(people::identity(named, &plan.model).map_err(|why| unusable(&why))?);
    }
    let upstream = Upstream {
        address,
        url: url.to_owned(),
        contract: options.contract.clone(),
        policy: options.config.clone(),
        equipment,
        identities,
    };
    Ok((upstream, plan))
}

fn unusable(why: &str) -> Exit {
    talk::say(why);
    Exit::Unusable
}

/// The address of an `http` URL without a path, if it is one of this machine.
fn loopback(url: &str) -> Result<SocketAddr, &'static str> {
    let rest = url.strip_prefix("http://").ok_or("is not an `http` URL")?;
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#', '@']) {
        return Err("has more than host and port; targets are sent as the files write them");
    }
    let has_port = authority.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok())
        && !authority.ends_with(']');
    let authority = if has_port { authority.to_owned() } else { format!("{authority}:80") };
    let mut addresses = authority.to_socket_addrs().map_err(|_| "is no address")?;
    let address = addresses.next().ok_or("is no address")?;
    let all_here = address.ip().is_loopback() && addresses.all(|one| one.ip().is_loopback());
    if all_here { Ok(address) } else { Err("is not on this machine") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_attacked() {
        for (url, address) in [
            ("http://127.0.0.1:3000", "127.0.0.1:3000"),
            ("http://127.0.0.1:3000/", "127.0.0.1:3000"),
            ("http://127.9.9.9", "127.9.9.9:80"),
            ("http://[::1]:3000", "[::1]:3000"),
        ] {
            assert_eq!(loopback(url), Ok(address.parse().unwrap()), "{url}");
        }
        for url in [
            "https://127.0.0.1:3000",
            "127.0.0.1:3000",
            "http://10.0.0.1:3000",
            "http://0.0.0.0:3000",
            "http://[2001:db8::1]:80",
            "http://127.0.0.1:3000/api",
            "http://127.0.0.1@10.0.0.1/",
            "http://",
        ] {
            assert!(loopback(url).is_err(), "{url}");
        }
    }
}
