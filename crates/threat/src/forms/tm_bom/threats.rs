//! Personas, threats, controls and risks of TM-BOM.

use std::collections::BTreeMap;

use portcullis_controls::face;
use portcullis_model::Date;
use serde_json::{Value, json};

use super::super::grouped::{ByRule, by_rule, touched};
use super::super::words::Explained;
use super::super::{Shown, names};
use super::elements::zone;
use super::sheet::Sheet;
use crate::answers::{Mitigation, State};
use crate::risk::Level;
use crate::system::{Element, Node, Reach, System};
use crate::threat::Threat;

/// What somebody must be, and know, to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Persona {
    access: &'static str,
    skill: &'static str,
    is_person: bool,
}

impl Persona {
    fn of(system: &System, threat: &Threat) -> Self {
        let outside = if system.scope.is_external { "anonymous" } else { "user" };
        let access = match threat.element {
            Element::Entry(at) => match system.entries.get(at).map(|entry| entry.reach) {
                Some(Reach::Anyone) => "anonymous",
                Some(Reach::Callers | Reach::Some) => "user",
                Some(Reach::Administrators | Reach::Host) => "admin",
                Some(Reach::Nobody) | None => outside,
            },
            Element::Store(_) => "admin",
            Element::Data(_) => "user",
            Element::Whole | Element::Actor(_) | Element::Component(_) | Element::Flow(_) => {
                outside
            }
        };
        let skill = match threat.rule.factors.skill {
            0..=2 => "expert_engineer",
            3..=5 => "engineer",
            _ => "script_kid",
        };
        // What needs no skill and is exploited by tools is done by tools.
        Self { access, skill, is_person: skill != "script_kid" || threat.rule.factors.exploit < 9 }
    }

    fn name(self) -> String {
        let who = if self.is_person { "person" } else { "program" };
        format!("{}-{}-{who}", self.access, self.skill.replace('_', "-"))
    }

    const fn title(self) -> &'static str {
        match (self.is_person, self.access.as_bytes()) {
            (false, b"anonymous") => "a program that tries everything, without a credential",
            (false, b"user") => "a program with the credential of an ordinary caller",
            (false, _) => "a program with rights of an administrator or of the host",
            (true, b"anonymous") => "somebody without a credential",
            (true, b"user") => "a caller with ordinary rights",
            (true, _) => "somebody with rights of an administrator or of the host",
        }
    }
}

pub(super) fn personas(shown: &Shown<'_>, sheet: &mut Sheet) -> Vec<Value> {
    let mut motives: BTreeMap<Persona, u8> = BTreeMap::new();
    for threat in &shown.model.threats {
        let motive = motives.entry(Persona::of(&shown.model.system, threat)).or_default();
        *motive = (*motive).max(threat.rule.factors.motive);
    }
    let mut told = Vec::new();
    for (one, motive) in motives {
        let degree = match motive {
            0..=2 => "minimal",
            3..=4 => "low",
            5..=6 => "moderate",
            7..=8 => "high",
            _ => "maximal",
        };
        let text = format!("{}; knows as much as is called {}", one.title(), one.skill);
        let object = sheet
            .object("threat_personas[]")
            .derived("symbolic_name", one.name())
            .derived("title", one.title())
            .derived("description", text)
            .derived("is_person", one.is_person)
            .derived("skill_level", one.skill)
            .derived("access_level", one.access)
            .taken("malicious_intent", true)
            .derived("applicability_to_org", degree);
        told.push(object.done());
    }
    told
}

pub(super) fn threats(shown: &Shown<'_>, sheet: &mut Sheet) -> Vec<Value> {
    shown.model.threats.iter().map(|one| threat(shown, sheet, one)).collect()
}

fn threat(shown: &Shown<'_>, sheet: &mut Sheet, one: &Threat) -> Value {
    let (system, rule) = (&shown.model.system, one.rule);
    let mut patterns = Vec::new();
    for id in rule.capec {
        let object = sheet.object("threats[].attack_mechanisms[]").derived("capec_id", *id);
        patterns.push(object.maybe("capec_title", names::capec(*id)).done());
    }
    let mut weaknesses = Vec::new();
    for id in rule.cwe {
        let object = sheet.object("threats[].weaknesses[]").derived("cwe_id", *id);
        weaknesses.push(object.maybe("cwe_title", names::cwe(*id)).done());
    }
    let title = format!("{}: {}", rule.title, system.title(one.element));
    sheet
        .object("threats[]")
        .derived("symbolic_name", name(system, one))
        .derived("title", title)
        .derived("description", format!("{} ({})", rule.text, one.why))
        .list("components_affected", affected(system, one.element))
        .derived("threat_persona", Persona::of(system, one).name())
        .derived("event", rule.text)
        .derived("sources", sources(rule.item))
        .nested("attack_mechanisms", patterns.into())
        .nested("weaknesses", weaknesses.into())
        .done()
}

/// The components and stores that a threat touches; those that an actor's flows lead to, where it is of an actor.
fn affected(system: &System, element: Element) -> Vec<Value> {
    let nodes = match element {
        Element::Actor(at) => {
            let own = system.flows.iter().filter(|flow| flow.from == Node::Actor(at));
            own.map(|flow| flow.to).collect()
        }
        other => touched(system, other),
    };
    let mut ids: Vec<&str> = nodes
        .into_iter()
        .filter_map(|node| match node {
            Node::Actor(_) => None,
            Node::Component(at) => system.components.get(at).map(|one| one.id.as_str()),
            Node::Store(at) => system.stores.get(at).map(|one| one.id.as_str()),
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(Value::from).collect()
}

/// Who or what sets a threat off (NIST SP 800-30, table D-2), by the row of the mission: what is left open by mistake harms
/// without anybody's intent, and so do clients that fail and ask again and again.
fn sources(item: &str) -> Value {
    match item {
        "A4" => json!(["adversary", "failure"]),
        "A7" | "A9" => json!(["adversary", "human_error"]),
        _ => json!(["adversary"]),
    }
}

fn name(system: &System, threat: &Threat) -> String {
    format!("{}--{}", threat.rule.id, system.id(threat.element).replace('/', "-"))
}

/// Threats that one control answers, or is to answer, in one way.
#[derive(Default)]
struct Answering<'a> {
    title: &'a str,
    threats: Vec<String>,
    worst: Option<Level>,
    boundary: Option<(usize, usize)>,
    proof: Option<String>,
}

pub(super) fn controls(shown: &Shown<'_>, sheet: &mut Sheet) -> Vec<Value> {
    let system = &shown.model.system;
    let mut all: BTreeMap<(String, &str), Answering<'_>> = BTreeMap::new();
    for threat in &shown.model.threats {
        for one in &threat.mitigations {
            let control = one.control.map_or_else(
                || format!("{}-otherwise", threat.rule.id),
                |control| control.name().replace('_', "-"),
            );
            let known = all.entry((control, status(threat, one))).or_default();
            known.title = one.control.map_or(threat.rule.advice, |control| face(control).guarantee);
            known.threats.push(name(system, threat));
            known.worst = known.worst.max(Some(threat.inherent.level));
            known.boundary = known.boundary.or_else(|| boundary(system, threat.element));
            known.proof = known.proof.take().or_else(|| proof(one));
        }
    }
    all.into_iter().map(|(key, one)| control(system, sheet, key, one)).collect()
}

fn control(
    system: &System,
    sheet: &mut Sheet,
    (id, status): (String, &str),
    mut one: Answering<'_>,
) -> Value {
    one.threats.dedup();
    let proof = one.proof.map_or_else(String::new, |proof| format!("; {proof}"));
    let text = format!("{}; it concerns {} threats{proof}", one.title, one.threats.len());
    let threats = one.threats.into_iter().map(Value::from).collect();
    let priority = match one.worst {
        None | Some(Level::Note) => "none",
        Some(Level::Low) => "low",
        Some(Level::Medium) => "medium",
        Some(Level::High) => "high",
        Some(Level::Critical) => "critical",
    };
    let object = sheet
        .object("controls[]")
        .derived("symbolic_name", format!("{id}--{}", status.replace('_', "-")))
        .derived("title", one.title)
        .derived("description", text)
        .list("threats", threats)
        .counted("trust_boundary.trust_zone_a", one.boundary.is_some())
        .counted("trust_boundary.trust_zone_b", one.boundary.is_some())
        .derived("status", status)
        .derived("priority", priority);
    match one.boundary {
        Some((outer, inner)) => object.nested(
            "trust_boundary",
            json!({ "trust_zone_a": zone(system, outer), "trust_zone_b": zone(system, inner) }),
        ),
        None => object,
    }
    .done()
}

const fn status(threat: &Threat, one: &Mitigation) -> &'static str {
    match one.state {
        State::ComesThrough | State::Missing if threat.accepted.is_some() => "wont_do",
        State::Missing => "suggested",
        State::ComesThrough | State::Stale => "under_review",
        State::Stated => "assumed",
        State::Configured | State::Seen | State::Withstands | State::Proven => "active",
    }
}

fn proof(one: &Mitigation) -> Option<String> {
    let proof = one.proofs.first().filter(|_| one.state == State::Proven)?;
    Some(format!("proven by the attack {} on {}", proof.attack, Date::of(proof.at)))
}

/// The boundary at which an element is protected.
fn boundary(system: &System, element: Element) -> Option<(usize, usize)> {
    let zone = |node: Node| match node {
        Node::Actor(at) => system.actors.get(at).map(|one| one.zone),
        Node::Component(at) => system.components.get(at).map(|one| one.zone),
        Node::Store(at) => system.stores.get(at).map(|one| one.zone),
    };
    let is_of = |outer: Option<usize>, inner: Option<usize>| {
        let both = (outer, inner);
        system.boundaries.iter().find(|one| {
            both == (Some(one.outer), Some(one.inner)) || both == (Some(one.inner), Some(one.outer))
        })
    };
    let found = match element {
        // The first one on the way in: that is where callers are known.
        Element::Entry(at) => {
            let from = system.entries.get(at)?.from;
            system.boundaries.iter().find(|one| one.outer == from)
        }
        Element::Flow(at) => {
            let flow = system.flows.get(at)?;
            is_of(zone(flow.from), zone(flow.to))
        }
        _ => None,
    };
    found.map(|one| (one.outer, one.inner))
}

pub(super) fn risks(shown: &Shown<'_>, sheet: &mut Sheet) -> Vec<Value> {
    by_rule(shown.model).iter().map(|group| risk(shown, sheet, group)).collect()
}

/// One for each rule: that of the element where it is worst after all answers.
fn risk(shown: &Shown<'_>, sheet: &mut Sheet, group: &ByRule<'_>) -> Value {
    let (system, rule) = (&shown.model.system, group.rule);
    let rating = group.residual;
    let (likelihood, impact) = (step(rating.likelihood), step(rating.impact));
    let lines = group.worst().map(|one| Explained::of(shown, one).impact);
    let harm = lines
        .iter()
        .flatten()
        .map(|line| format!("{} {} of 9 ({})", line.factor, line.value, line.why));
    let threats = group.threats.iter().map(|one| name(system, one).into()).collect();
    let score = (likelihood + 1) * (impact + 1);
    let text =
        format!("{}; of {} threats, {} are open", rule.text, group.threats.len(), group.open());
    sheet
        .object("risks[]")
        .derived("symbolic_name", rule.id)
        .derived("title", rule.title)
        .derived("description", text)
        .list("threats", threats)
        .derived("likelihood", LIKELIHOOD.get(likelihood).copied().unwrap_or("certain"))
        .derived("impact", IMPACT.get(impact).copied().unwrap_or("severe"))
        .derived("impact_description", harm.collect::<Vec<_>>().join("; "))
        .derived("score", score)
        .derived("level", band(score))
        .done()
}

const LIKELIHOOD: [&str; 5] = ["rare", "unlikely", "possible", "likely", "certain"];
const IMPACT: [&str; 5] = ["negligible", "minor", "moderate", "major", "severe"];

/// Tenths from 0 to 90, in five steps of the same size.
fn step(tenths: u8) -> usize {
    usize::from(tenths / 18).min(4)
}

/// The bands of the specification of OWASP's Threat Model Library.
const fn band(score: usize) -> &'static str {
    match score {
        0..=2 => "very_low",
        3..=4 => "low",
        5..=9 => "medium",
        10..=12 => "high",
        13..=16 => "very_high",
        _ => "critical",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_has_the_band_of_the_specification() {
        let bands: Vec<&str> = [1, 4, 5, 9, 10, 12, 15, 16, 20, 25].map(band).to_vec();
        let told = "very_low low medium medium high high very_high very_high critical critical";
        assert_eq!(bands.join(" "), told);
        assert_eq!([0, 17, 18, 53, 54, 72, 90].map(step), [0, 0, 1, 2, 3, 4, 4]);
    }
}
