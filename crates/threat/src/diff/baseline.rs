//! What of a model is compared: an earlier one as it was written, or one that was found now.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::answers::State;
use crate::forms::{FORMAT, VERSION};
use crate::found::ThreatModel;
use crate::risk::Level;
use crate::system::Reach;

/// Bytes of an earlier model.
pub const BASELINE_BYTES_MAX: u64 = 512 << 20;
/// Threats, and entries, of an earlier model.
const LISTED_MAX: usize = 1_000_000;

/// What of a model is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// When it was found.
    pub at: String,
    pub(super) threats: BTreeMap<String, Held>,
    pub(super) entries: HashMap<String, Way>,
}

/// A threat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) rule: String,
    pub(super) title: String,
    pub(super) state: State,
    pub(super) level: Level,
    pub(super) is_open: bool,
    /// Until when somebody takes it.
    pub(super) accepted: Option<String>,
    /// Attacks that showed its state.
    pub(super) proofs: Vec<String>,
    /// What is not any more what it was.
    pub(super) over: Vec<String>,
}

/// A way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) title: String,
    pub(super) reach: Reach,
}

#[derive(Deserialize)]
struct Head {
    format: Option<String>,
    version: Option<u64>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    at: String,
    #[serde(default)]
    threats: Vec<FileThreat>,
    #[serde(default)]
    system: FileSystem,
}

#[derive(Deserialize, Default)]
struct FileSystem {
    #[serde(default)]
    entries: Vec<FileEntry>,
}

#[derive(Deserialize)]
struct FileThreat {
    name: String,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    title: String,
    state: String,
    #[serde(default)]
    open: bool,
    #[serde(default)]
    accepted: Option<FileAccepted>,
    residual: FileRating,
    #[serde(default)]
    mitigations: Vec<FileMitigation>,
}

#[derive(Deserialize)]
struct FileAccepted {
    until: String,
}

#[derive(Deserialize)]
struct FileRating {
    level: String,
}

#[derive(Deserialize)]
struct FileMitigation {
    #[serde(default)]
    proofs: Vec<FileProof>,
}

#[derive(Deserialize)]
struct FileProof {
    attack: String,
    #[serde(default)]
    over: Vec<String>,
}

#[derive(Deserialize)]
struct FileEntry {
    id: String,
    #[serde(default)]
    title: String,
    reach: String,
}

impl Baseline {
    /// Reads what `portcullis threats --format json` wrote.
    ///
    /// # Errors
    /// In words, where it is no such file, of a newer form, or too large.
    pub fn from_json(bytes: &[u8]) -> Result<Self, String> {
        let Head { format, version } = serde_json::from_slice(bytes)
            .map_err(|error| format!("it is no JSON object of a threat model: {error}"))?;
        if format.as_deref() != Some(FORMAT) {
            return Err("it is no model of `portcullis threats --format json`".to_owned());
        }
        // Before anything else: what a newer form says is not known here.
        match version {
            Some(version) if version <= u64::from(VERSION) => {}
            Some(version) => {
                return Err(format!(
                    "it is of form {version}, and this program reads up to {VERSION}: use a newer Portcullis, or write it anew"
                ));
            }
            None => return Err("it does not say of which `version` it is".to_owned()),
        }
        let file: File = serde_json::from_slice(bytes)
            .map_err(|error| format!("it is not as it was written: {error}"))?;
        if file.threats.len().max(file.system.entries.len()) > LISTED_MAX {
            return Err(format!("it lists more than {LISTED_MAX} threats or entries"));
        }
        let mut baseline = Self { at: file.at, ..Self::default() };
        for one in file.threats {
            let (name, threat) = held(one)?;
            baseline.threats.insert(name, threat);
        }
        for one in file.system.entries {
            let reach = Reach::from_name(&one.reach)
                .ok_or_else(|| format!("it has an unknown `reach`: `{}`", one.reach))?;
            baseline.entries.insert(one.id, Way { title: one.title, reach });
        }
        Ok(baseline)
    }

    /// A model that was found now.
    pub fn of(model: &ThreatModel, at: portcullis_model::UnixMillis) -> Self {
        let threats = model.threats.iter().map(|one| {
            let proofs = one.mitigations.iter().flat_map(|one| &one.proofs);
            let accepted = one.accepted.and_then(|at| model.stated.accepted.get(at));
            let held = Held {
                rule: one.rule.id.to_owned(),
                title: model.system.title(one.element).to_owned(),
                state: one.state,
                level: one.residual.level,
                is_open: one.is_open(),
                accepted: accepted.map(|one| one.until.to_string()),
                proofs: proofs.clone().map(|one| one.attack.clone()).collect(),
                over: proofs.flat_map(|one| &one.over).map(|one| (*one).to_owned()).collect(),
            };
            (model.name(one), held)
        });
        let entries = model.system.entries.iter();
        let entries =
            entries.map(|one| (one.id.clone(), Way { title: one.title.clone(), reach: one.reach }));
        Self { at: at.rfc3339(), threats: threats.collect(), entries: entries.collect() }
    }

    /// How many threats are open.
    pub fn open(&self) -> usize {
        self.threats.values().filter(|one| one.is_open).count()
    }
}

fn held(one: FileThreat) -> Result<(String, Held), String> {
    let FileThreat { name, rule, title, state, open, accepted, residual, mitigations } = one;
    let state =
        State::from_name(&state).ok_or_else(|| format!("it has an unknown `state`: `{state}`"))?;
    let level = Level::from_name(&residual.level)
        .ok_or_else(|| format!("it has an unknown `level`: `{}`", residual.level))?;
    let (mut proofs, mut over) = (Vec::new(), Vec::new());
    for proof in mitigations.into_iter().flat_map(|one| one.proofs) {
        proofs.push(proof.attack);
        over.extend(proof.over);
    }
    let accepted = accepted.map(|one| one.until);
    Ok((name, Held { rule, title, state, level, is_open: open, accepted, proofs, over }))
}
