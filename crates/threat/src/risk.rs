//! How bad a threat is: OWASP Risk Rating, before and after what answers it, line by line.
//!
//! Likelihood is the mean of eight factors from 0 to 9: four of the attacker (skill, motive, opportunity, size) and
//! four of the weakness (ease of discovery, ease of exploit, awareness, intrusion detection). Impact is the worst of four
//! technical factors (loss of confidentiality, integrity, availability, accountability); where people said what the
//! API is worth, the worst of four business factors (financial damage, reputation, non-compliance, privacy), as OWASP
//! asks (and never less than the technical ones where that is much). OWASP takes the mean of four: whoever reads
//! everybody's records would then be harmless, because they change nothing. Both are low below 3, medium below 6, else high; the table of OWASP makes them one level.
//!
//! After: likelihood is multiplied by what an answer in its state leaves over ([`left_over`]). The shares are a
//! decision, not a measurement; people may set both numbers of a threat in `threats.yaml`.

use std::borrow::Cow;

use crate::answers::State;
pub use crate::rating::{Level, Rating};
use crate::stated::{Degree, Stated};
use crate::system::{DataClass, DataClasses, Element, EntryKind, Reach, System};

/// How likely a threat is, as far as the threat alone says (0 to 9 each, as OWASP words them).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factors {
    /// How little an attacker must know: 1 security experts, 9 no skills.
    pub skill: u8,
    /// What it is worth to them: 1 little, 9 much.
    pub motive: u8,
    /// How easily the weakness is found: 1 practically not, 9 by tools.
    pub discovery: u8,
    /// How easily it is used: 1 in theory, 9 by tools.
    pub exploit: u8,
    /// How well it is known: 1 not, 9 to everybody.
    pub awareness: u8,
}

/// What a threat does where the data is sensitive (0 to 9 each, as OWASP words them).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Harm {
    /// What is disclosed: 2 little and not sensitive, 9 everything.
    pub confidentiality: u8,
    /// What is corrupted: 1 little and slightly, 9 everything.
    pub integrity: u8,
    /// What does not answer: 1 little, 9 everything.
    pub availability: u8,
    /// How far it can be traced: 1 fully, 9 not at all.
    pub accountability: u8,
}

/// One factor, as it is explained.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Line {
    /// Its name in OWASP Risk Rating.
    pub factor: &'static str,
    /// From 0 to 9.
    pub value: u8,
    /// Why.
    pub why: Cow<'static, str>,
}

/// What an answer in this state leaves of the likelihood, in percent.
pub const fn left_over(state: State) -> u8 {
    match state {
        State::ComesThrough | State::Missing => 100,
        State::Stale => 60,
        State::Stated => 50,
        State::Configured => 35,
        State::Seen => 25,
        State::Withstands => 15,
        State::Proven => 10,
    }
}

/// The element, as far as ratings ask.
struct Exposed {
    reach: Reach,
    classes: DataClasses,
}

fn exposed(system: &System, element: Element) -> Exposed {
    let outer = if system.scope.is_external { Reach::Anyone } else { Reach::Some };
    match element {
        Element::Entry(at) => {
            let entry = system.entries.get(at);
            // Who comes in by a port or a file is where all of it is.
            let classes = entry.map_or(DataClasses::NONE, |one| match one.kind {
                EntryKind::Operation { .. } => one.takes.with(one.gives),
                EntryKind::Port(_) | EntryKind::Socket(_) | EntryKind::File(_) => {
                    system.scope.classes
                }
            });
            Exposed { reach: entry.map_or(outer, |one| one.reach), classes }
        }
        Element::Data(at) => {
            let classes = system.data.get(at).map_or(DataClasses::NONE, |one| one.classes);
            Exposed { reach: Reach::Callers, classes }
        }
        Element::Flow(at) => {
            let classes = system.flows.get(at).map_or(DataClasses::NONE, |one| one.classes);
            Exposed { reach: outer, classes }
        }
        Element::Store(at) => {
            let placed = |data: &&crate::system::DataSet| {
                data.placed.iter().any(|placement| placement.store == at)
            };
            let held = system.data.iter().filter(placed).map(|data| data.classes);
            Exposed { reach: Reach::Host, classes: held.fold(DataClasses::NONE, DataClasses::with) }
        }
        Element::Whole | Element::Actor(_) | Element::Component(_) => {
            Exposed { reach: outer, classes: system.scope.classes }
        }
    }
}

/// The eight factors of likelihood, before anything answers.
pub fn likelihood(system: &System, factors: Factors, element: Element) -> [Line; 8] {
    let reach = exposed(system, element).reach;
    let (opportunity, size) = match (reach, system.scope.is_external) {
        (Reach::Nobody, _) => (0, 2),
        (Reach::Host, _) => (2, 2),
        (Reach::Administrators, _) => (4, 2),
        (Reach::Some, _) => (6, 5),
        (Reach::Callers, _) => (7, 6),
        (Reach::Anyone, true) => (9, 9),
        (Reach::Anyone, false) => (9, 4),
    };
    let (detection, seen) = if system.scope.has_gateway {
        (8, "the gateway records each request; nobody says that somebody looks")
    } else {
        (9, "nothing says that requests are recorded")
    };
    let line = |factor, value, why: &'static str| Line { factor, value, why: Cow::Borrowed(why) };
    let reached = || Cow::Owned(format!("{} can reach it", reach.name()));
    [
        line("skill level", factors.skill, "of the threat"),
        line("motive", factors.motive, "of the threat"),
        Line { factor: "opportunity", value: opportunity, why: reached() },
        Line { factor: "size", value: size, why: reached() },
        line("ease of discovery", factors.discovery, "of the threat"),
        line("ease of exploit", factors.exploit, "of the threat"),
        line("awareness", factors.awareness, "of the threat"),
        line("intrusion detection", detection, seen),
    ]
}

/// The four factors of impact: business ones where people said what the API is worth, else technical ones.
pub fn impact(system: &System, stated: &Stated, harm: Harm, element: Element) -> [Line; 4] {
    let classes = exposed(system, element).classes;
    let technical = technical(harm, classes);
    let Some(weight) = stated.weight else { return technical };
    let business = business(stated, weight, harm, classes);
    let is_less = worst(&business) < worst(&technical);
    if is_less && weight >= Degree::High { technical } else { business }
}

fn technical(harm: Harm, classes: DataClasses) -> [Line; 4] {
    let why = |value: u8| match (classes.is_sensitive(), value) {
        (_, 0) => Cow::Borrowed("not what this threat does"),
        (true, _) => Cow::Owned(format!("it has {classes} data")),
        (false, _) => Cow::Borrowed("nothing says that its data is sensitive"),
    };
    let of_data = |value: u8| if classes.is_sensitive() { value } else { value.min(2) };
    let line = |factor, value| Line { factor, value, why: why(value) };
    let of_threat = |factor, value| Line { factor, value, why: Cow::Borrowed("of the threat") };
    [
        line("loss of confidentiality", of_data(harm.confidentiality)),
        line("loss of integrity", of_data(harm.integrity).max(harm.integrity.min(5))),
        of_threat("loss of availability", harm.availability),
        of_threat("loss of accountability", harm.accountability),
    ]
}

fn business(stated: &Stated, weight: Degree, harm: Harm, classes: DataClasses) -> [Line; 4] {
    let worst = harm.confidentiality.max(harm.integrity).max(harm.availability);
    let share = |value: u16| (value * u16::from(worst)).div_ceil(9).min(9) as u8;
    let weight_value = weight.value();
    let regime = stated.regimes.iter().find(|regime| regime_covers(regime, classes));
    let is_private = classes.has(DataClass::Personal) || classes.has(DataClass::Health);
    let said = |what: &str| Cow::Owned(format!("somebody said that its weight is {what}"));
    [
        Line { factor: "financial damage", value: share(weight_value), why: said(weight.name()) },
        Line {
            factor: "reputation damage",
            value: share(weight_value.max(if is_private { 5 } else { 1 })),
            why: said(weight.name()),
        },
        Line {
            factor: "non-compliance",
            value: if regime.is_some() { share(7) } else { share(2) },
            why: regime
                .map_or(Cow::Borrowed("no regime that was named speaks of its data"), |one| {
                    Cow::Owned(format!("{one} speaks of its data"))
                }),
        },
        Line {
            factor: "privacy violation",
            value: if is_private { share(7) } else { 0 },
            why: if is_private {
                Cow::Borrowed("its data is of persons")
            } else {
                Cow::Borrowed("nothing says that its data is of persons")
            },
        },
    ]
}

/// Whether a regime, as people name it, speaks of such data.
pub fn regime_covers(regime: &str, classes: DataClasses) -> bool {
    let folded: String =
        regime.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let has = |class| classes.has(class);
    match folded.as_str() {
        "pcidss" | "pci" => has(DataClass::Card),
        "hipaa" => has(DataClass::Health),
        "gdpr" | "dsgvo" | "ccpa" | "lgpd" => has(DataClass::Personal) || has(DataClass::Health),
        "psd2" | "sox" | "dora" | "glba" => has(DataClass::Financial) || has(DataClass::Card),
        _ => classes.is_sensitive(),
    }
}

/// The worst of some lines, in tenths: what an impact comes to.
pub fn worst(lines: &[Line]) -> u8 {
    lines.iter().map(|line| line.value.min(9) * 10).max().unwrap_or_default()
}

/// What some lines come to together, in tenths: a likelihood.
pub fn mean(lines: &[Line]) -> u8 {
    let sum: u16 = lines.iter().map(|line| u16::from(line.value) * 10).sum();
    let count = u16::try_from(lines.len()).unwrap_or(1).max(1);
    (sum / count).min(90) as u8
}

/// Before and after.
pub fn rate(likelihood: u8, impact: u8, state: State) -> (Rating, Rating) {
    let remains = (u16::from(likelihood) * u16::from(left_over(state)) / 100).min(90) as u8;
    let after = if state == State::ComesThrough { likelihood.max(60) } else { remains };
    (Rating::of(likelihood, impact), Rating::of(after, impact))
}
