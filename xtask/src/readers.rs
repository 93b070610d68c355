//! What the parsers that servers use read of mutated requests that the gateway forwards, beside what was checked.
//!
//! Requests are made by chance for one document and broken a little. Those that the gateway forwards are kept as they arrive;
//! then each parser reads all of them in one process, and its readings are compared with those of the controls.

mod elements;
mod judges;
mod known;
mod make;
mod servers;
mod table;
mod tree;
mod wire;

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::Value;

use crate::readers::judges::{JUDGES, Judge, Shape};
use crate::readers::make::{Kind, Request};
use crate::readers::servers::Servers;
use crate::readers::tree::{Likeness, Tree, compare};
use crate::readers::wire::{Answered, Arrived, Recorder};
use crate::shell;

/// How many requests are sent if nobody says.
const REQUESTS: usize = 120_000;
const SEED: u64 = 7;
/// Requests without an answer, of a thousand, before the run says nothing.
const LOST_PER_MILLE_MAX: usize = 1;

/// What became of the requests of one kind.
#[derive(Default)]
pub(crate) struct Count {
    pub(crate) sent: usize,
    pub(crate) forwarded: usize,
    /// Refusals by status.
    pub(crate) refused: BTreeMap<u16, usize>,
}

/// What one reader made of the texts of one kind.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) same: usize,
    /// The same but for whole numbers that its floats do not hold.
    pub(crate) rounded: usize,
    /// The reader refuses the text.
    pub(crate) refused: usize,
    /// What is checked has no tree that this reader could be compared with.
    pub(crate) aside: usize,
    /// Differences with a known cause.
    pub(crate) known: BTreeMap<&'static str, usize>,
    /// Other differences: text, what was checked, what was read.
    pub(crate) different: Vec<[String; 3]>,
    /// Why texts were refused, an example for each reason.
    pub(crate) reasons: BTreeMap<String, (usize, String)>,
}

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (count, seed) = (number(arguments, "--requests")?, number(arguments, "--seed")?);
    let count = count.unwrap_or(REQUESTS as u64) as usize;
    servers::install()?;
    shell::run("cargo", &["build", "--locked", "--package", "portcullis"])?;
    let example = ["build", "--locked", "--package", "portcullis-controls", "--example", "reading"];
    shell::run("cargo", &example)?;
    let requests = make::requests(count, seed.unwrap_or(SEED));
    let recorder = Recorder::start()?;
    let servers = Servers::start(recorder.address)?;
    let started = Instant::now();
    let bytes: Vec<&[u8]> = requests.iter().map(|request| request.bytes.as_slice()).collect();
    let answers = wire::send(servers.gateway, &bytes);
    shell::say(&format!("sent {count} requests in {:.0} s", started.elapsed().as_secs_f32()));
    let arrived = recorder.take();
    let counts = counts(&requests, &answers)?;
    let mut reads = Vec::new();
    for kind in Kind::ALL {
        let texts = forwarded(kind, &requests, &answers, &arrived);
        let ours = judges::ours(kind, &texts)?;
        for judge in JUDGES.iter().filter(|judge| judge.kinds.contains(&kind)) {
            let theirs = judge.ask(kind, &texts, &servers)?;
            let read = compared(judge, kind, &texts, &ours, &theirs);
            let (name, different) = (kind.name(), read.different.len());
            shell::say(&format!("{name}, {}: {different} differences", judge.name));
            reads.push((kind, judge, read));
        }
    }
    let page = table::page(&counts, &reads);
    let path = shell::root().join("docs/src/readers.md");
    std::fs::write(&path, &page).map_err(|error| format!("docs/src/readers.md: {error}"))?;
    shell::say("wrote docs/src/readers.md");
    Ok(())
}

fn number(arguments: &[String], name: &str) -> Result<Option<u64>, String> {
    let Some(place) = arguments.iter().position(|one| one == name) else { return Ok(None) };
    let text = arguments.get(place + 1).ok_or_else(|| format!("`{name}` needs a number"))?;
    text.parse().map(Some).map_err(|_| format!("`{text}` is no number"))
}

fn counts(requests: &[Request], answers: &[Answered]) -> Result<BTreeMap<Kind, Count>, String> {
    let mut counts: BTreeMap<Kind, Count> = BTreeMap::new();
    let mut lost = 0;
    for (request, answer) in requests.iter().zip(answers) {
        let count = counts.entry(request.kind).or_default();
        count.sent += 1;
        match answer.status {
            200 => count.forwarded += 1,
            0 => lost += 1,
            status => *count.refused.entry(status).or_default() += 1,
        }
    }
    if lost * 1000 > requests.len() * LOST_PER_MILLE_MAX {
        return Err(format!("{lost} requests have no answer: the gateway ended connections"));
    }
    Ok(counts)
}

/// What arrived of the requests of one kind, in the order in which they were made.
fn forwarded<'a>(
    kind: Kind,
    requests: &[Request],
    answers: &[Answered],
    arrived: &'a [Arrived],
) -> Vec<&'a Arrived> {
    let of_kind = requests.iter().zip(answers).filter(|(request, _)| request.kind == kind);
    of_kind
        .filter_map(|(_, answer)| {
            let said: Value = serde_json::from_slice(&answer.body).ok()?;
            arrived.get(said.get("record")?.as_u64()? as usize)
        })
        .collect()
}

fn compared(
    judge: &Judge,
    kind: Kind,
    texts: &[&Arrived],
    ours: &[String],
    theirs: &[String],
) -> Read {
    let mut read = Read::default();
    for ((text, ours), theirs) in texts.iter().zip(ours).zip(theirs) {
        let shown = || judges::shown(kind, text);
        let (pairs, tree) = ours.split_once('\t').unwrap_or((ours, ours));
        let mine = if judge.shape == Shape::Pairs { pairs } else { tree };
        if let Some(reason) = theirs.strip_prefix('!') {
            read.refused += 1;
            let reason: String =
                reason.chars().filter(|one| !one.is_ascii_digit()).take(50).collect();
            read.reasons.entry(reason).or_insert_with(|| (0, shown())).0 += 1;
            continue;
        }
        // Brackets may have no reading where no document says so; the pairs have one all the same.
        if mine.starts_with('!') && pairs != tree {
            read.aside += 1;
            continue;
        }
        let theirs_tree = Tree::read(theirs).and_then(|tree| match judge.shape {
            Shape::Elements => elements::meaning(&tree),
            _ => Some(tree),
        });
        let mut different = || read.different.push([shown(), mine.to_owned(), theirs.clone()]);
        let (Some(mine), Some(theirs)) = (Tree::read(mine), theirs_tree) else {
            different();
            continue;
        };
        match compare(&mine, &theirs) {
            Likeness::Same => read.same += 1,
            Likeness::Rounded => read.rounded += 1,
            Likeness::Different => match known::cause(judge, &mine, &theirs) {
                Some(cause) => *read.known.entry(cause).or_default() += 1,
                None => different(),
            },
        }
    }
    read
}
