//! What is worse than in an earlier model.
//!
//! Threats are compared by name (rule and element), ways in by their ids. A control that was seen in traffic counts as
//! one that is configured: that nobody came is no loss. What got better is only counted.

mod baseline;

pub use baseline::{BASELINE_BYTES_MAX, Baseline};

use self::baseline::Held;
use crate::answers::State;
use crate::found::ThreatModel;
use crate::risk::Level;
use crate::rules::rule;
use crate::system::names;

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A threat is open that was not there.
    NewOpen,
    /// What answered a threat does so less, or not any more.
    LostControl,
    /// What was shown says nothing of what is there now.
    StaleEvidence,
    /// A risk that somebody took is taken by nobody, or is of nothing any more.
    LostAcceptance,
    /// A threat is worse than it was, after what answers it.
    HigherRisk,
    /// More can use a way in.
    WiderEntry,
    /// There is a way in that was not there.
    NewEntry,
}

impl Change {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::NewOpen,
        Self::LostControl,
        Self::StaleEvidence,
        Self::LostAcceptance,
        Self::HigherRisk,
        Self::WiderEntry,
        Self::NewEntry,
    ];

    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewOpen => "new-open",
            Self::LostControl => "lost-control",
            Self::StaleEvidence => "stale-evidence",
            Self::LostAcceptance => "lost-acceptance",
            Self::HigherRisk => "higher-risk",
            Self::WiderEntry => "wider-entry",
            Self::NewEntry => "new-entry",
        }
    }
}

/// Something that is worse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worse {
    /// Of which kind.
    pub change: Change,
    /// The threat (`others-objects-read entry/get-orders-id`), or the way in (`entry/get-orders-id`).
    pub name: String,
    /// What people call the element.
    pub title: String,
    /// How bad it is now; none for ways in.
    pub level: Option<Level>,
    /// In words.
    pub what: String,
}

/// What is worse now than it was: the worst kind first, in each the highest level first.
pub fn diff(before: &Baseline, now: &Baseline, model: &ThreatModel) -> Vec<Worse> {
    let mut all = Vec::new();
    for (name, held) in &now.threats {
        all.extend(threat(name, before.threats.get(name), held));
    }
    for (id, way) in &now.entries {
        let name = format!("entry/{id}");
        let (change, what) = match before.entries.get(id) {
            None => (Change::NewEntry, format!("{} can use it", way.reach.name())),
            Some(old) if old.reach < way.reach => {
                let what = format!("{} could use it, now {}", old.reach.name(), way.reach.name());
                (Change::WiderEntry, what)
            }
            Some(_) => continue,
        };
        all.push(Worse { change, name, title: way.title.clone(), level: None, what });
    }
    all.extend(of_nothing(before, model));
    all.sort_by(|a, b| (a.change, b.level, &a.name).cmp(&(b.change, a.level, &b.name)));
    all
}

fn threat(name: &str, before: Option<&Held>, now: &Held) -> Option<Worse> {
    let worse = |change, what| {
        let (name, title) = (name.to_owned(), now.title.clone());
        Some(Worse { change, name, title, level: Some(now.level), what })
    };
    let Some(before) = before else {
        return if now.is_open {
            worse(Change::NewOpen, format!("it was not there; now it is {}", now.state.name()))
        } else {
            None
        };
    };
    if now.state == State::Stale && before.state != State::Stale && before.state > State::Stale {
        let over =
            if now.over.is_empty() { String::new() } else { listed(" of another ", &now.over) };
        return worse(Change::StaleEvidence, format!("it was {}{over}", was(before)));
    }
    if rank(now.state) < rank(before.state) {
        return worse(
            Change::LostControl,
            format!("it was {}, now it is {}", was(before), now.state.name()),
        );
    }
    if let (Some(until), None) = (&before.accepted, &now.accepted) {
        return worse(
            Change::LostAcceptance,
            format!(
                "it was taken until {until}; now nobody takes it, and it is {}",
                now.state.name()
            ),
        );
    }
    if before.level < now.level {
        let what = format!("it was {}, now it is {}", before.level.name(), now.level.name());
        return worse(Change::HigherRisk, what);
    }
    if now.is_open && !before.is_open {
        return worse(Change::NewOpen, format!("it was {}", was(before)));
    }
    None
}

/// Traffic that did not come is no loss of a control.
const fn rank(state: State) -> State {
    match state {
        State::Seen => State::Configured,
        other => other,
    }
}

/// How far it was answered, and what showed that.
fn was(before: &Held) -> String {
    let shown = matches!(before.state, State::Proven | State::Withstands);
    let by = if shown && !before.proofs.is_empty() {
        listed(" by ", &before.proofs)
    } else {
        String::new()
    };
    format!("{}{by}", before.state.name())
}

fn listed(before: &str, words: &[String]) -> String {
    /// More are not told.
    const TOLD_MAX: usize = 3;
    let mut unique: Vec<&str> = Vec::new();
    for word in words {
        if !unique.contains(&word.as_str()) && unique.len() < TOLD_MAX {
            unique.push(word);
        }
    }
    format!("{before}{}", unique.join(", "))
}

/// Acceptances of what is not there any more, though it was in the earlier model.
fn of_nothing(before: &Baseline, model: &ThreatModel) -> Vec<Worse> {
    let mut all = Vec::new();
    for one in &model.stated.accepted {
        let is_it = |threat: &&crate::threat::Threat| {
            threat.rule.id == one.threat && names(one.of.as_deref(), &model.system, threat.element)
        };
        if model.threats.iter().any(|threat| is_it(&threat)) {
            continue;
        }
        let gone = before.threats.iter().find(|(_, held)| {
            held.rule == one.threat
                && held.accepted.is_some()
                && one.of.as_ref().is_none_or(|of| *of == held.title)
        });
        // Said under a name that never was anybody's: `held` says so.
        let Some((name, held)) = gone else { continue };
        let what = match rule(&one.threat) {
            Some(_) => format!("{} takes it, and it is not found any more", one.by),
            None => format!("{} takes it, and there is no threat of this name any more", one.by),
        };
        all.push(Worse {
            change: Change::LostAcceptance,
            name: name.clone(),
            title: held.title.clone(),
            level: None,
            what,
        });
    }
    all
}
