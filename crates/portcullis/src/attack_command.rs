//! `portcullis attack`: does it hold? The built-in sample, an API of one's own, or an issuer.

mod generated;
mod issuer;
mod people;
mod places;
mod target;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) use issuer::{Trying, report as probed};
use people::Caller;
use places::Places;
use portcullis_attack::{
    Against, Attack, Budget, Folder, Place, Report, Runner, Upstream, folder, registry,
};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_evidence::Severity;
use portcullis_model::did_you_mean;
use portcullis_policy::is_like;
use portcullis_threat::rules::{RULES, rule};

use crate::arguments::{AttackFormat, AttackOptions, ModelOptions};
use crate::clock::SystemClock;
use crate::evidence_command::{keep, keepable};
use crate::exit::Exit;
use crate::ran::Ran;
use crate::{load, talk};

/// Gateways that attack themselves listen where nobody else can reach them (rule 35).
const LISTEN: &str = "127.0.0.1:0";
/// The policy file where none is named.
const POLICY: &str = "portcullis.yaml";

pub(crate) fn attack(options: &AttackOptions) -> Exit {
    if let (Some(url), Some(client)) = (&options.issuer, &options.client) {
        return issuer::attack(url, client, options);
    }
    if let Err(why) = keepable(&options.keep) {
        return unusable(&why);
    }
    let ran = match &options.upstream {
        None => of_sample(options),
        Some(url) => of_upstream(url, options),
    };
    let mut ran = match ran {
        Ok(ran) => ran,
        Err(exit) => return exit,
    };
    let kept = keep(&ran, &options.keep);
    let least = options.fail_from.into();
    match kept {
        Ok(kept) => ran.report.evidence = kept,
        Err(why) => {
            // What was found is told all the same.
            let _ = finish(&ran, options.format, least);
            return unusable(&why);
        }
    }
    finish(&ran, options.format, least)
}

fn of_sample(options: &AttackOptions) -> Result<Ran, Exit> {
    if options.generate {
        return generated::of_sample(options);
    }
    let set = match &options.attacks {
        Some(path) => own_set(path, Against::Sample)?,
        None => built_in_set()?,
    };
    Ok(ran(Place::Sample, only(set, &options.only)?, Budget::default()))
}

fn of_upstream(url: &str, options: &AttackOptions) -> Result<Ran, Exit> {
    let (upstream, plan, callers) = upstream(url, options)?;
    let names: Vec<String> = upstream.identities.iter().map(|one| one.name.clone()).collect();
    if let (Some(path), false) = (&options.attacks, options.generate) {
        let set = own_set(path, Against::Upstream(&names))?;
        let set = only(set, &options.only)?;
        return Ok(ran(Place::Upstream(Box::new(upstream)), set, budget(options)));
    }
    let model = &plan.model;
    if model.upstream.path.trim_end_matches('/') != model.base_path.trim_end_matches('/') {
        let (theirs, ours) = (&model.upstream.path, &model.base_path);
        return Err(unusable(&format!(
            "the API lies below `{theirs}` and the gateway below `{ours}`; attacks are sent to both alike"
        )));
    }
    let people: Result<Vec<_>, String> =
        callers.iter().map(|one| people::person(one, model, upstream.address)).collect();
    let people = people.map_err(|why| unusable(&why))?;
    generated::of(options, model, &people, None, Place::Upstream(Box::new(upstream)))
}

/// What of a set is wanted.
pub(crate) fn only(set: Folder, patterns: &[String]) -> Result<Folder, Exit> {
    if patterns.is_empty() {
        return Ok(set);
    }
    let is_wanted = |id: &str, item: Option<&str>| {
        patterns.iter().any(|pattern| item == Some(&**pattern) || is_like(id, pattern))
    };
    let Folder { mut attacks, mut journeys } = set;
    attacks.retain(|one| is_wanted(&one.id.value, Some(&one.item.value)));
    journeys.retain(|one| is_wanted(&one.id.value, None));
    if attacks.is_empty() && journeys.is_empty() {
        return Err(unusable(&format!("nothing is like `{}`", patterns.join("` or `"))));
    }
    Ok(Folder { attacks, journeys })
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
    let set = folder(path, against).map_err(|files| {
        files.iter().for_each(|bad| talk::say(&bad.to_string()));
        Exit::Unusable
    })?;
    let unknown: Vec<String> = set.attacks.iter().filter_map(unknown_threat).collect();
    unknown.iter().for_each(|problem| talk::say(problem));
    if unknown.is_empty() { Ok(set) } else { Err(Exit::Unusable) }
}

/// What an attack speaks of that nobody knows: evidence of it would be about nothing.
fn unknown_threat(attack: &Attack) -> Option<String> {
    let named = attack.threats.iter().map(|one| one.value.as_str());
    let name = named.into_iter().find(|name| rule(name).is_none())?;
    let near = did_you_mean(name, RULES.iter().map(|rule| rule.id));
    let hint = near.map_or_else(
        || "the page of threats lists them".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Some(format!("`{}` names the threat `{name}`, which is none; {hint}", attack.id.value))
}

/// Lines of progress where nobody watches, as in the log of a build.
const PROGRESS_LINES: usize = 20;
/// Attacks from one of these lines to the next, at the least.
const PROGRESS_LEAST: usize = 25;

/// Runs a set; progress goes to standard error.
pub(crate) fn ran(place: Place, set: Folder, budget: Budget) -> Ran {
    let budget = Arc::new(budget);
    let runner = Runner::new(place, Arc::new(SystemClock)).within(budget);
    let is_terminal = std::io::stderr().is_terminal();
    let attacks = set.attacks.len();
    let journeys = set.journeys.len();
    let every = ((attacks + journeys) / PROGRESS_LINES).max(PROGRESS_LEAST);
    let done = AtomicUsize::new(0);
    let progress = |line: &str| {
        let count = done.fetch_add(1, Ordering::Relaxed) + 1;
        if is_terminal {
            // One line that is written over; the last one is wiped below.
            talk::say_text(&format!("\r\u{1b}[K{line}"));
        } else if count.is_multiple_of(every) {
            talk::say(line);
        }
    };
    talk::say(&format!("trying {attacks} attacks and {journeys} journeys, directly and through"));
    let report = runner.run(&set.attacks, &set.journeys, &progress);
    if is_terminal {
        talk::say_text("\r\u{1b}[K");
    }
    Ran { place: runner.place, set, report }
}

/// Prints a report; 0 if everything is as promised, or what is not is less bad than asked for.
pub(crate) fn finish(ran: &Ran, format: AttackFormat, least: Severity) -> Exit {
    let Ran { place, report, .. } = ran;
    let json = match format {
        AttackFormat::Text => Ok(report.text()),
        AttackFormat::Html => Ok(report.page()),
        AttackFormat::Json => serde_json::to_string_pretty(report).map(|json| json + "\n"),
        AttackFormat::Sarif => {
            let places = Places::of(place);
            let log = report.sarif(env!("CARGO_PKG_VERSION"), &|name| places.declared(name));
            serde_json::to_string_pretty(&log).map(|json| json + "\n")
        }
    };
    match json {
        Ok(text) => talk::print(&text),
        Err(error) => {
            talk::say(&format!("the report cannot be written: {error}"));
            return Exit::Unusable;
        }
    }
    exit_of(report, least)
}

/// How a run ends, by what it found.
pub(crate) fn exit_of(report: &Report, least: Severity) -> Exit {
    if !report.says_something() {
        talk::say(
            "nothing could be shown: every attack is inconclusive, or there is none. Does the API answer?",
        );
        return Exit::Unusable;
    }
    if report.is_as_promised_from(least) { Exit::Success } else { Exit::Failure }
}

/// The user's API, once document and policy make a model.
fn upstream(
    url: &str,
    options: &AttackOptions,
) -> Result<(Upstream, Arc<Plan>, Vec<Caller>), Exit> {
    let owned = options.owner_token.as_deref();
    let address = target::address(url, owned).map_err(|why| unusable(&why))?;
    let running = options.through.as_ref().map(|url| target::address(url, owned));
    let running = running.transpose().map_err(|why| unusable(&why))?;
    // The address that was looked at, and no name: asked again, it may lead to somebody who did not agree.
    let url = format!("http://{address}");
    let config = config(options)?;
    let model = ModelOptions {
        config: config.clone(),
        contract: options.contract.clone(),
        upstream: Some(url.clone()),
        listen: Some(LISTEN.to_owned()),
    };
    let (equipment, plan) = load::one(&model, &PlanOptions::default())?;
    let callers = people::all(options, &plan.model, address).map_err(|why| unusable(&why))?;
    let identities = callers.iter().map(|one| one.identity.clone()).collect();
    let upstream =
        Upstream { address, model: Arc::clone(&plan.model), equipment, running, identities };
    Ok((upstream, plan, callers))
}

/// What a run may send to an API of the user's own.
fn budget(options: &AttackOptions) -> Budget {
    Budget::of(options.requests, options.per_second)
}

/// The policy file: the one that is named, or where nothing describes the API the one in this folder.
fn config(options: &AttackOptions) -> Result<Option<PathBuf>, Exit> {
    if options.config.is_some() || options.contract.is_some() {
        return Ok(options.config.clone());
    }
    let here = PathBuf::from(POLICY);
    if here.is_file() {
        return Ok(Some(here));
    }
    Err(unusable(&format!(
        "nothing describes the API: name its policy with -c, or its document with --contract; there is no `{POLICY}` here"
    )))
}

pub(crate) fn unusable(why: &str) -> Exit {
    talk::say(why);
    Exit::Unusable
}
