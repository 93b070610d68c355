//! What of `threats.yaml` is said of nothing, or ended: held against the model that was found.
//!
//! None of it stops anything: a threat that was spoken of under another name is open, which is what it is. That must be
//! told, with what may be meant.

use std::collections::HashSet;

use portcullis_model::{Code, Date, Diagnostic, Span, UnixMillis, did_you_mean, shown};

use crate::answering::taken;
use crate::codes;
use crate::found::ThreatModel;
use crate::rules::{RULES, rule};
use crate::stated::DAYS_MAX;
use crate::system::names;
use crate::system::{Element, System};
use crate::threat::Threat;

/// How long before its end something is spoken of.
const SOON_MS: u64 = 14 * 24 * 3600 * 1000;

/// One entry about a threat.
struct Said<'a> {
    threat: &'a str,
    of: Option<&'a str>,
    until: Option<Date>,
    span: Option<Span>,
}

impl ThreatModel {
    /// Each entry that is said of nothing, or ended, or soon will.
    pub fn held(&self, now: UnixMillis) -> Vec<Diagnostic> {
        let elements = self.system.elements();
        let mut told: Vec<Diagnostic> = Vec::new();
        for said in self.said() {
            match self.said_of(&said, &elements) {
                Some(problem) => told.push(problem),
                None => told.extend(said.until.and_then(|until| ends(until, said.span, now))),
            }
        }
        told.extend(self.without_end());
        told.extend(self.places());
        told
    }

    /// Ratings below the derived ones that say no end: what is lower does not count.
    fn without_end(&self) -> Vec<Diagnostic> {
        let (system, stated) = (&self.system, &self.stated);
        let endless = |at: usize| stated.rated.get(at).filter(|one| one.until.is_none());
        let mut spans: Vec<Option<Span>> = Vec::new();
        // Most people rate nothing.
        let threats = if stated.rated.is_empty() { &[][..] } else { &self.threats };
        for &Threat { rule, element, .. } in threats {
            let Some(one) = taken::rated(stated, system, rule, element).and_then(endless) else {
                continue;
            };
            let derived = taken::derived(system, stated, rule, element);
            if taken::lowers(one, derived) && !spans.contains(&one.span) {
                spans.push(one.span);
            }
        }
        let told = spans.into_iter().map(|span| {
            let message =
                "this rating is lower than derived and has no end: only what is higher counts";
            warning(&codes::NO_END, message.to_owned(), span)
                .help(format!("add `until`, at most {DAYS_MAX} days from today"))
        });
        told.collect()
    }

    fn said(&self) -> Vec<Said<'_>> {
        let stated = &self.stated;
        let accepted = stated.accepted.iter().map(|one| Said {
            threat: &one.threat,
            of: one.of.as_deref(),
            until: Some(one.until),
            span: one.span,
        });
        let answered = stated.answered.iter().map(|one| Said {
            threat: &one.threat,
            of: one.of.as_deref(),
            until: Some(one.until),
            span: one.span,
        });
        let rated = stated.rated.iter().map(|one| Said {
            threat: &one.threat,
            of: one.of.as_deref(),
            until: one.until,
            span: one.span,
        });
        accepted.chain(answered).chain(rated).collect()
    }

    /// What is wrong where an entry is said of nothing.
    fn said_of(&self, said: &Said<'_>, elements: &[Element]) -> Option<Diagnostic> {
        if rule(said.threat).is_none() {
            return Some(unknown_threat(said));
        }
        let found: Vec<Element> = self.found_at(said.threat).collect();
        let means = |element: &Element| names(said.of, &self.system, *element);
        if found.iter().any(means) {
            return None;
        }
        let problem = match said.of {
            Some(of) if !elements.iter().any(means) => {
                let (told, all) = (self.named(&found), self.named(elements));
                let near = did_you_mean(of, told.iter().copied());
                let near = near.or_else(|| did_you_mean(of, all.iter().copied()));
                let message = format!("there is no {} to say that of", shown(of));
                warning(&codes::UNKNOWN_ELEMENT, message, said.span).help(match near {
                    Some(near) => format!(
                        "is it called {} now? until it is named, the threat there is as open as without this",
                        shown(near)
                    ),
                    None => "write method and path, an operationId, or an id as `portcullis threats` prints it"
                        .to_owned(),
                })
            }
            _ => {
                let threat = shown(said.threat);
                let message = match said.of {
                    Some(of) => format!("{threat} is not found at {}", shown(of)),
                    None => format!("{threat} is found nowhere"),
                };
                warning(&codes::NOTHING_THERE, message, said.span)
                    .help("remove the entry, or correct it")
            }
        };
        Some(problem)
    }

    fn found_at(&self, threat: &str) -> impl Iterator<Item = Element> {
        let is_it = move |one: &&Threat| one.rule.id == threat;
        self.threats.iter().filter(is_it).map(|one| one.element)
    }

    /// What people call these elements.
    fn named(&self, elements: &[Element]) -> Vec<&str> {
        let mut all = Vec::with_capacity(elements.len());
        for element in elements {
            all.push(self.system.title(*element));
            if let Element::Entry(at) = element {
                all.extend(self.system.entries.get(*at).map(|entry| entry.name.as_str()));
            }
        }
        all
    }

    /// Stores in zones, and data, that are not there.
    fn places(&self) -> Vec<Diagnostic> {
        let System { zones, data, .. } = &self.system;
        let is_zone = |name: &str| {
            zones.iter().any(|one| one.title.eq_ignore_ascii_case(name) || one.id == name)
        };
        let titles: HashSet<&str> = data.iter().map(|one| one.title.as_str()).collect();
        let mut told = Vec::new();
        for store in &self.stated.stores {
            if let Some(zone) = store.zone.as_deref().filter(|zone| !is_zone(zone)) {
                let near = did_you_mean(zone, zones.iter().map(|one| one.title.as_str()));
                let message = format!("there is no zone {}", shown(zone));
                told.push(warning(&codes::UNKNOWN_ZONE, message, store.span).help(
                    near.map_or_else(
                        || "add it under `zones`".to_owned(),
                        |near| format!("did you mean {}?", shown(near)),
                    ),
                ));
            }
        }
        let held = self
            .stated
            .stores
            .iter()
            .flat_map(|store| store.holds.iter().map(|name| (name.as_str(), store.span)));
        let classed = self.stated.data.iter().map(|one| (one.name.as_str(), one.span));
        for (name, span) in classed.chain(held).filter(|(name, _)| !titles.contains(name)) {
            let near = did_you_mean(name, titles.iter().copied());
            let message = format!("there is no data {}", shown(name));
            told.push(warning(&codes::UNKNOWN_DATA, message, span).help(near.map_or_else(
                || "write the name of a data set as `portcullis threats` prints it".to_owned(),
                |near| format!("did you mean {}?", shown(near)),
            )));
        }
        told
    }
}

impl System {
    /// All elements that a threat can be to.
    fn elements(&self) -> Vec<Element> {
        let mut all = vec![Element::Whole];
        all.extend((0..self.actors.len()).map(Element::Actor));
        all.extend((0..self.components.len()).map(Element::Component));
        all.extend((0..self.stores.len()).map(Element::Store));
        all.extend((0..self.data.len()).map(Element::Data));
        all.extend((0..self.flows.len()).map(Element::Flow));
        all.extend((0..self.entries.len()).map(Element::Entry));
        all
    }
}

fn unknown_threat(said: &Said<'_>) -> Diagnostic {
    let near = did_you_mean(said.threat, RULES.iter().map(|one| one.id));
    let message = format!("there is no threat {}", shown(said.threat));
    warning(&codes::UNKNOWN_THREAT, message, said.span).help(match near {
        Some(near) => format!("did you mean `{near}`? until then, nothing is said of it"),
        None => "`portcullis threats --verbose` shows the names of all that were found".to_owned(),
    })
}

fn ends(until: Date, span: Option<Span>, now: UnixMillis) -> Option<Diagnostic> {
    let end = until.end();
    if end <= now {
        let message = format!("this ended on {until}: the threat is as open as without it");
        let help = "answer the threat, or set a new day with whoever answers for it";
        return Some(warning(&codes::EXPIRED, message, span).help(help));
    }
    (end.0 - now.0 <= SOON_MS).then(|| {
        let help = "on the day after, the threat is open again";
        warning(&codes::ENDS_SOON, format!("this ends on {until}"), span).help(help)
    })
}

fn warning(code: &'static Code, message: String, span: Option<Span>) -> Diagnostic {
    Diagnostic::warning(code, message).at(span)
}
