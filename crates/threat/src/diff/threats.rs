//! One threat, as it was and as it is: what of it is worse.
//!
//! The cause is told and not what follows from it: a control that is lost opens threats and raises risks. What has nothing
//! to do with that is told beside it, so that who allows the one has not allowed the other.

use super::baseline::{Answer, Held};
use super::{Change, Compared, Worse};
use crate::answers::State;
use crate::rules::rule;
use crate::system::names;
use crate::threat::Threat;

type Told = Option<(Change, String)>;

/// What is worse of all threats that are there now.
pub(super) fn threats(of: &Compared<'_>) -> Vec<Worse> {
    let mut all = Vec::new();
    for (name, now) in &of.now.threats {
        let told = match of.before.threats.get(name) {
            None => vec![found(now)],
            Some(before) => vec![
                answered_less(of, before, now)
                    .or_else(|| higher(before, now))
                    .or_else(|| opened(before, now)),
                taken_no_more(before, now),
            ],
        };
        for (change, what) in told.into_iter().flatten() {
            let (name, title) = (name.clone(), now.title.clone());
            all.push(Worse { change, name, title, level: Some(now.level), what });
        }
    }
    all.extend(of_nothing(of));
    all
}

/// One that was not there. What people say of it is told with what they say.
fn found(now: &Held) -> Told {
    let what = || format!("it was not there; now it is {}", now.state.name());
    now.is_open.then(|| (Change::NewOpen, what()))
}

/// What answered it does so less, or that is not shown any more.
fn answered_less(of: &Compared<'_>, before: &Held, now: &Held) -> Told {
    if let Some(what) = not_refuted(of, before, now) {
        return Some((Change::LostEvidence, what));
    }
    if now.state == State::Stale && before.state > State::Stale {
        let over: Vec<&str> = now.proofs().flat_map(|one| &one.over).map(String::as_str).collect();
        let over = if over.is_empty() { String::new() } else { listed(" of another ", &over) };
        return Some((Change::StaleEvidence, format!("it was {}{over}", was(before))));
    }
    if rank(now.state) < rank(before.state) {
        let is_unshown = is_shown(before.state) && rank(now.state) == State::Configured;
        let is_unshown = is_unshown && now.answers.iter().all(|one| one.holding().is_empty());
        let change = if is_unshown { Change::LostEvidence } else { Change::LostControl };
        let what = format!("it was {}, now it is {}", was(before), now.state.name());
        return Some((change, what));
    }
    of_controls(before, now)
}

/// Why it is not known to be mended that attacks came through: none of them was seen to fail since.
fn not_refuted(of: &Compared<'_>, before: &Held, now: &Held) -> Option<String> {
    if before.state != State::ComesThrough || now.state == State::ComesThrough {
        return None;
    }
    let came = before.answers.iter().filter(|one| one.state == State::ComesThrough);
    let attacks: Vec<&str> =
        came.clone().flat_map(|one| &one.proofs).map(|one| one.attack.as_str()).collect();
    // Not all of many are kept by name: then as many must speak of it now.
    let count: usize = came.map(|one| one.proof_count).sum();
    let spoken: usize = now.answers.iter().map(|one| one.proof_count).sum();
    let left: Vec<&str> =
        attacks.iter().copied().filter(|attack| !of.tried.has_failed(attack)).collect();
    if left.is_empty() && !attacks.is_empty() && spoken >= count {
        return None;
    }
    let came = listed("it came through by ", if left.is_empty() { &attacks } else { &left });
    Some(if of.tried.is_given {
        format!("{came}, and no evidence shows that it does not any more")
    } else {
        format!("{came}; no evidence is given, so nothing shows that it does not any more")
    })
}

/// A control that did answer it, or the API itself, though another does so as well as before.
fn of_controls(before: &Held, now: &Held) -> Told {
    // What people say, and what the element is, has neither control nor attack.
    let is_told = |one: &Answer| one.control.is_some() || !one.proofs.is_empty();
    for old in before.answers.iter().filter(|one| is_told(one)) {
        let is_same = |one: &&Answer| one.control == old.control && is_told(one);
        let new = now.answers.iter().find(is_same);
        let state = new.map_or(State::Missing, |one| one.state);
        let holding = old.holding();
        let control = old.control.as_deref().unwrap_or("the API itself");
        if old.state > State::Stale && state < State::Configured {
            let change =
                if state == State::Stale { Change::StaleEvidence } else { Change::LostControl };
            let (was, is) = (old.state.name(), state.name());
            return Some((change, format!("`{control}` was {was}, now it is {is}")));
        }
        let is_unshown = new.is_none_or(|one| one.holding().is_empty());
        if old.state > State::Stale && !holding.is_empty() && is_unshown {
            let what = format!("what showed `{control}` is not there any more");
            return Some((Change::LostEvidence, listed(&format!("{what}: "), &holding)));
        }
    }
    None
}

fn higher(before: &Held, now: &Held) -> Told {
    let what = || format!("it was {}, now it is {}", before.level.name(), now.level.name());
    (before.level < now.level).then(|| (Change::HigherRisk, what()))
}

fn opened(before: &Held, now: &Held) -> Told {
    let is_opened = now.is_open && !before.is_open && before.accepted.is_none();
    is_opened.then(|| (Change::NewOpen, format!("it was {}", was(before))))
}

fn taken_no_more(before: &Held, now: &Held) -> Told {
    let until = before.accepted.filter(|_| now.accepted.is_none())?;
    let state = now.state.name();
    let what = format!("it was taken until {until}; now nobody takes it, and it is {state}");
    Some((Change::LostAcceptance, what))
}

/// Traffic that did not come is no loss of a control.
const fn rank(state: State) -> State {
    match state {
        State::Seen => State::Configured,
        other => other,
    }
}

const fn is_shown(state: State) -> bool {
    matches!(state, State::Proven | State::Withstands)
}

/// How far it was answered, and what showed that.
fn was(before: &Held) -> String {
    let proofs: Vec<&str> = before.proofs().map(|one| one.attack.as_str()).collect();
    let by = if is_shown(before.state) && !proofs.is_empty() {
        listed(" by ", &proofs)
    } else {
        String::new()
    };
    format!("{}{by}", before.state.name())
}

/// Some words, each once, behind others.
pub(super) fn listed(before: &str, words: &[&str]) -> String {
    /// More are counted.
    const TOLD_MAX: usize = 3;
    let mut unique: Vec<&str> = Vec::new();
    for word in words {
        if !unique.contains(word) {
            unique.push(word);
        }
    }
    let more = unique.len().saturating_sub(TOLD_MAX);
    unique.truncate(TOLD_MAX);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{before}{}{more}", unique.join(", "))
}

/// Acceptances of what is not there any more, though it was in the earlier model.
fn of_nothing(of: &Compared<'_>) -> Vec<Worse> {
    let (before, model) = (of.before, of.model);
    let mut all = Vec::new();
    for one in &model.stated.accepted {
        let is_it = |threat: &&Threat| {
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
        let (name, title) = (name.clone(), held.title.clone());
        all.push(Worse { change: Change::LostAcceptance, name, title, level: None, what });
    }
    all
}
