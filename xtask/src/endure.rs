//! What the gateway endures: reloads under load, slow clients, floods, and ten million requests.
//!
//! Each part can be run alone, is bounded in count and time, and touches loopback and its own
//! processes only. What it measures takes the place of its section in `docs/src/endurance.md`.

mod documents;
mod events;
pub(crate) mod floods;
mod page;
mod places;
mod reload;
mod slow;
mod soak;
mod traffic;

use crate::bench::folder::Folder;
use crate::shell;

/// Requests of `reload` and `soak`, unless `--requests` says less.
const RELOAD_REQUESTS: u64 = 1_000_000;
const SOAK_REQUESTS: u64 = 10_000_000;

/// What is measured, in the page's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Reload,
    Slow,
    Floods,
    Soak,
}

impl Part {
    pub(crate) const ALL: [Self; 4] = [Self::Reload, Self::Slow, Self::Floods, Self::Soak];

    const fn name(self) -> &'static str {
        match self {
            Self::Reload => "reload",
            Self::Slow => "slow",
            Self::Floods => "floods",
            Self::Soak => "soak",
        }
    }
}

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (parts, requests) = asked(arguments)?;
    places::raise(arguments)?;
    let tools = [("nginx", "-v"), ("h2load", "--version"), ("curl", "--version")];
    // `wrk` and `slowhttptest` print their usage and fail.
    let there = |tool| std::process::Command::new(tool).arg("-h").output().is_ok();
    if !tools.iter().all(|(tool, flag)| shell::has(tool, flag))
        || !there("wrk")
        || !there("slowhttptest")
    {
        shell::install(&["nginx", "wrk", "nghttp2-client", "openssl", "curl", "slowhttptest"])?;
    }
    shell::run("cargo", &["build", "--release", "--locked", "--package", "portcullis"])?;
    let flood =
        ["build", "--release", "--locked", "-p", "portcullis-gateway", "--example", "flood"];
    shell::run("cargo", &flood)?;
    let folder = Folder::new()?;
    documents::write(&folder)?;
    let _origin = documents::origin(&folder)?;
    for part in parts {
        let load = page::load_average();
        let measured = match part {
            Part::Reload => reload::measure(&folder, requests.unwrap_or(RELOAD_REQUESTS)),
            Part::Slow => slow::measure(&folder),
            Part::Floods => floods::measure(&folder),
            Part::Soak => soak::measure(&folder, requests.unwrap_or(SOAK_REQUESTS)),
        }?;
        page::write(part, &measured, &load)?;
        shell::say(&measured);
    }
    Ok(())
}

/// The parts that are named, or all, and how many requests they send.
fn asked(arguments: &[String]) -> Result<(Vec<Part>, Option<u64>), String> {
    let mut parts = Vec::new();
    let mut requests = None;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--requests" {
            let number = words.next().and_then(|number| number.parse().ok());
            requests =
                Some(number.filter(|number| *number > 0).ok_or("`--requests` needs a number")?);
        } else {
            let part = Part::ALL.into_iter().find(|part| part.name() == word);
            let names = "reload, slow, floods, soak";
            parts.push(
                part.ok_or_else(|| format!("no part is called `{word}`; there are {names}"))?,
            );
        }
    }
    Ok((if parts.is_empty() { Part::ALL.to_vec() } else { parts }, requests))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_chosen_by_name_and_requests_by_number() {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(asked(&[]), Ok((Part::ALL.to_vec(), None)));
        let chosen = asked(&words("soak --requests 5000 slow"));
        assert_eq!(chosen, Ok((vec![Part::Soak, Part::Slow], Some(5000))));
        for wrong in ["sok", "--requests", "soak --requests 0", "soak --requests many"] {
            assert!(asked(&words(wrong)).is_err(), "{wrong}");
        }
    }
}
