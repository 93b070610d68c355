//! Reads an earlier model: all of it as it was written, or nothing.

use std::collections::BTreeMap;

use portcullis_model::Date;
use serde_json::Number;

use super::baseline::{
    Answer, Baseline, Claim, ClaimKind, Claimed, Classed, Held, Kept, Shown, Way, Weighed, claim,
};
use super::file::{
    File, FileData, FileKnown, FileMitigation, FileProof, FileStated, FileStore, FileSystem,
    FileThreat, Head,
};
use crate::answers::State;
use crate::forms::{FORMAT, VERSION};
use crate::risk::Level;
use crate::sealed::{DIGEST, digest};
use crate::stated::{Degree, tenths};
use crate::system::{Origin, Reach};

/// Bytes of an earlier model.
pub const BASELINE_BYTES_MAX: u64 = 512 << 20;
/// Threats, and elements of one kind, of an earlier model.
const LISTED_MAX: usize = 1_000_000;

impl Baseline {
    /// Reads what `portcullis threats --format json` wrote.
    ///
    /// # Errors
    /// In words with the line, where it is no such file, of a newer form, not as it was written, or too large.
    pub fn from_json(bytes: &[u8]) -> Result<Self, String> {
        let Head { format, version, digest } = serde_json::from_slice(bytes)
            .map_err(|error| format!("it is no JSON object of a threat model: {error}"))?;
        if format.as_deref() != Some(FORMAT) {
            return Err("it is no model of `portcullis threats --format json`".to_owned());
        }
        // Before anything else: what a newer form says is not known here.
        match version {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => {
                return Err(format!(
                    "it is of form {version}, and this program reads {VERSION}: use a newer Portcullis, or write it anew"
                ));
            }
            None => return Err("it does not say of which `version` it is".to_owned()),
        }
        check(bytes, digest.as_deref())?;
        let file: File = serde_json::from_slice(bytes)
            .map_err(|error| format!("it is not as it was written: {error}"))?;
        file.read(bytes)
    }
}

/// Whether it is as it was written.
fn check(bytes: &[u8], said: Option<&str>) -> Result<(), String> {
    let Some(said) = said else {
        return Err(format!("it has no `{DIGEST}`, by which a change of it would be seen"));
    };
    let found = digest(&mut serde_json::Deserializer::from_slice(bytes))
        .map_err(|error| format!("it is not as it was written: {error}"))?;
    if found.to_string() == said {
        return Ok(());
    }
    let line = line(bytes, &format!("\"{DIGEST}\":"), 1);
    Err(format!("{line}it is not as it was written: its `{DIGEST}` is that of another model"))
}

/// `line 12: `, where a text stands for the so many-th time.
fn line(bytes: &[u8], text: &str, time: usize) -> String {
    let at = bytes.windows(text.len()).enumerate();
    let at = at.filter(|(_, found)| *found == text.as_bytes()).nth(time - 1);
    let before = at.and_then(|(at, _)| bytes.get(..at));
    before.map_or_else(String::new, |before| {
        format!("line {}: ", before.split(|byte| *byte == b'\n').count())
    })
}

impl File {
    fn read(self, bytes: &[u8]) -> Result<Baseline, String> {
        let FileSystem { gateway, actors, components, stores, data, flows, entries } = self.system;
        let kinds =
            [actors.len(), components.len(), stores.len(), data.len(), flows.len(), entries.len()];
        if kinds.into_iter().chain([self.threats.len()]).any(|count| count > LISTED_MAX) {
            return Err(format!("it lists more than {LISTED_MAX} threats or elements of one kind"));
        }
        let mut read = Baseline { at: self.at, title: self.title, ..Baseline::default() };
        read.has_gateway = gateway;
        for one in self.threats {
            let (name, threat) = held(one)?;
            if read.threats.contains_key(&name) {
                let line = line(bytes, &serde_json::Value::from(name.as_str()).to_string(), 2);
                return Err(format!("{line}it has the threat `{name}` twice"));
            }
            read.threats.insert(name, threat);
        }
        for (kind, all) in [("actor", actors), ("component", components), ("flow", flows)] {
            for one in all {
                element(&mut read.elements, kind, &one.id, &one.title)?;
            }
        }
        for one in entries {
            element(&mut read.elements, "entry", &one.id, &one.title)?;
            let reach = known("reach", &one.reach, Reach::from_name)?;
            read.entries.insert(one.id, Way { title: one.title, reach });
        }
        for one in &stores {
            element(&mut read.elements, "store", &one.id, &one.title)?;
        }
        for one in &data {
            element(&mut read.elements, "data", &one.id, &one.title)?;
        }
        read.claims = claims(&self.stated)?;
        read.weighed = weighed(self.stated, stores, data)?;
        Ok(read)
    }
}

/// The meaning of a word, or that it has none.
fn known<T>(what: &str, word: &str, meant: fn(&str) -> Option<T>) -> Result<T, String> {
    meant(word).ok_or_else(|| format!("it has an unknown `{what}`: `{word}`"))
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|_| format!("it has an `until` that is no day: `{text}`"))
}

fn element(
    all: &mut BTreeMap<String, String>,
    kind: &str,
    id: &str,
    title: &str,
) -> Result<(), String> {
    let id = format!("{kind}/{id}");
    match all.insert(id.clone(), title.to_owned()) {
        None => Ok(()),
        Some(_) => Err(format!("it has the element `{id}` twice")),
    }
}

fn held(one: FileThreat) -> Result<(String, Held), String> {
    let state = known("state", &one.state, State::from_name)?;
    let day = |until: Option<String>| until.as_deref().map(date).transpose();
    let accepted = day(one.accepted.map(|one| one.until))?;
    if one.open != (state.is_open() && accepted.is_none()) {
        let (name, state) = (&one.name, state.name());
        return Err(format!("it says of `{name}` that it is {state}, and another `open`"));
    }
    let answers = one.mitigations.into_iter().map(answer).collect::<Result<_, String>>()?;
    let held = Held {
        rule: one.rule,
        element: one.element,
        title: one.title,
        state,
        level: known("level", &one.residual.level, Level::from_name)?,
        is_open: one.open,
        accepted,
        answered: day(one.answered_until)?,
        lowered: day(one.lowered_until)?,
        answers,
    };
    Ok((one.name, held))
}

fn answer(one: FileMitigation) -> Result<Answer, String> {
    let FileMitigation { control, state, proofs, proof_count } = one;
    let state = known("state", &state, State::from_name)?;
    let proofs =
        proofs.into_iter().map(|FileProof { attack, over }| Shown { attack, over }).collect();
    Ok(Answer { control, state, proofs, proof_count })
}

fn claims(stated: &FileStated) -> Result<BTreeMap<Claim, Claimed>, String> {
    let mut all = BTreeMap::new();
    for (kind, list) in [
        (ClaimKind::Accepted, &stated.accepted),
        (ClaimKind::Answered, &stated.answered),
        (ClaimKind::Rated, &stated.rated),
    ] {
        for one in list {
            let until = one.until.as_deref().map(date).transpose()?;
            let score = |number: &Number| known("rating", &number.to_string(), tenths);
            let likelihood = one.likelihood.as_ref().map(score).transpose()?;
            let rating = likelihood.zip(one.impact.as_ref().map(score).transpose()?);
            let claimed = Claimed { by: one.by.clone(), until, rating };
            claim(&mut all, Claim::new(kind, &one.threat, one.of.as_ref()), claimed);
        }
    }
    Ok(all)
}

fn weighed(
    stated: FileStated,
    stores: Vec<FileStore>,
    data: Vec<FileData>,
) -> Result<Weighed, String> {
    let weight = stated.weight.as_deref();
    let weight = weight.map(|word| known("weight", word, Degree::from_name)).transpose()?;
    let is_stated = |known: &FileKnown| known.from == Origin::Stated.name();
    let data = data.into_iter().map(|one| {
        let is_stated = is_stated(&one.known);
        let classes = one.classes.into_iter().collect();
        (one.id, Classed { title: one.title, classes, is_stated })
    });
    let stores = stores.into_iter().map(|one| {
        let is_stated = is_stated(&one.known);
        let is_encrypted = one.encrypted == Some(true);
        (one.id, Kept { title: one.title, is_encrypted, is_stated })
    });
    let regimes = stated.regimes.into_iter().collect();
    Ok(Weighed { weight, regimes, data: data.collect(), stores: stores.collect() })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::sealed::sealed;

    fn model() -> Value {
        let known = json!({ "from": "contract" });
        json!({
            "format": FORMAT, "version": VERSION, "at": "2026-11-27T00:00:00.000Z", "title": "Shop",
            "threats": [{
                "name": "a whole", "rule": "a", "element": "whole", "title": "Shop", "state": "missing", "open": true,
                "accepted": null, "residual": { "level": "high" },
                "mitigations": [{ "control": null, "state": "missing", "proofs": [], "proof_count": 0 }],
            }],
            "system": {
                "gateway": true, "actors": [], "components": [], "flows": [],
                "stores": [{ "id": "s", "title": "s", "encrypted": null, "known": known }],
                "data": [{ "id": "d", "title": "d", "classes": ["personal"], "known": known }],
                "entries": [{ "id": "e", "title": "e", "reach": "anyone" }],
            },
            "stated": { "regimes": [], "weight": "low", "accepted": [], "answered": [], "rated": [
                { "threat": "a", "of": null, "by": "ada", "until": "2027-01-31", "likelihood": 4.5, "impact": 9.0 },
            ] },
        })
    }

    fn read(model: Value) -> Result<Baseline, String> {
        Baseline::from_json(sealed(model).to_string().as_bytes())
    }

    #[test]
    fn a_member_that_was_taken_away_is_not_taken_for_nothing() {
        let rated = Claim::new(ClaimKind::Rated, "a", None);
        assert_eq!(read(model()).unwrap().claims[&rated].rating, Some((45, 90)));
        for pointer in [
            "/at",
            "/title",
            "/threats",
            "/system",
            "/stated",
            "/threats/0/open",
            "/threats/0/element",
            "/threats/0/mitigations",
            "/threats/0/residual",
            "/system/gateway",
            "/system/entries",
            "/system/data",
            "/system/data/0/classes",
            "/system/stores/0/known",
            "/stated/regimes",
            "/stated/answered",
            "/stated/rated",
        ] {
            let mut model = model();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let parent = model.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            assert!(parent.remove(name).is_some(), "{pointer}");
            let why = read(model).unwrap_err();
            assert!(why.contains("it is not as it was written: missing field"), "{pointer}: {why}");
        }
    }

    #[test]
    fn a_word_without_a_meaning_is_refused() {
        for (pointer, wrong, told) in [
            ("/threats/0/state", json!("fine"), "`state`: `fine`"),
            ("/threats/0/open", json!(false), "another `open`"),
            ("/threats/0/residual/level", json!("none"), "`level`: `none`"),
            ("/threats/0/accepted", json!({ "until": "ever" }), "no day: `ever`"),
            ("/system/entries/0/reach", json!("all"), "`reach`: `all`"),
            ("/stated/weight", json!("light"), "`weight`: `light`"),
            ("/stated/rated/0/impact", json!(9.5), "`rating`: `9.5`"),
            ("/stated/rated/0/until", json!("2027-02-30"), "no day: `2027-02-30`"),
        ] {
            let mut model = model();
            *model.pointer_mut(pointer).unwrap() = wrong;
            let why = read(model).unwrap_err();
            assert!(why.contains(told), "{pointer}: {why}");
        }
    }
}
