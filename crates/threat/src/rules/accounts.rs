//! A2: ways to somebody's account that are no login: a reset, a changed address, a step that is left out.

use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::{Hit, Looked, Probe, Rule};
use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::system::{Element, Entry, EntryKind, Fact};

/// Whoever is in has all that its owner has.
const IS_ITS_OWNER: Harm =
    Harm { confidentiality: 7, integrity: 7, availability: 5, accountability: 7 };

pub(super) const RESET_OPENS_ACCOUNT: Rule = Rule {
    id: "reset-opens-account",
    title: "a password reset is guessed, or used after its time",
    text: "somebody asks for a reset of another one's password, and tries its numbers, or finds it in a mailbox of last year",
    item: "A2",
    stride: &[Stride::Spoofing],
    cwe: &[640],
    capec: &[50],
    d3fend: &["D3-OTP"],
    controls: &[ControlId::CallerIdentity],
    advice: "a reset is long and random, ends within the hour, opens the account once that asked for it, and ends its sessions",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 5, awareness: 9 },
    harm: IS_ITS_OWNER,
    probe: Probe::Attacks,
    find: |looked| {
        let resets = looked.entries(|entry| entry.facts.has(Fact::ResetsPassword));
        let hits = resets.map(|(at, entry)| {
            let (element, why) = (Element::Entry(at), "a lost password is made good by it");
            let is_guarded = looked.planned(entry).is_some_and(|one| one.guarded.is_some());
            if !looked.system.scope.has_gateway {
                Hit::new(element, why)
            } else if is_guarded {
                let because = "wrong guesses are counted by account, address and secret";
                Hit::known(element, why, State::Configured, because)
            } else {
                let because = "nobody says what can be guessed there: `guesses` of the policy";
                Hit::known(element, why, State::Missing, because)
            }
        });
        hits.collect()
    },
};

pub(super) const ACCOUNT_TAKEN_BY_ADDRESS: Rule = Rule {
    id: "account-taken-by-address",
    title: "an account is taken over by a changed address, number or password",
    text: "somebody with a session for a minute sets their own address, asks for a reset, and keeps the account",
    item: "A2",
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[306, 620],
    capec: &[50],
    d3fend: &["D3-MFA", "D3-PWA"],
    controls: &[],
    advice: "the password or a second proof is asked for anew, the old address is told, and a new one counts once it answered",
    factors: Factors { skill: 9, motive: 9, discovery: 7, exploit: 9, awareness: 6 },
    harm: IS_ITS_OWNER,
    probe: Probe::People(
        "with a session alone, set another address: is a password asked for, and who gets a message?",
    ),
    find: |looked| {
        let why = "it changes where messages about an account go, or its password, and asks for no password";
        looked.each(Fact::ChangesReach, why)
    },
};

pub(super) const SECOND_STEP_SKIPPED: Rule = Rule {
    id: "second-step-skipped",
    title: "the second proof of a login is left out",
    text: "somebody with a password alone uses what the first step answered, or calls what comes after the second",
    item: "A2",
    stride: &[Stride::Spoofing],
    cwe: &[304],
    capec: &[115],
    d3fend: &["D3-MFA"],
    controls: &[ControlId::CallerIdentity],
    advice: "what the first step answers opens the second step and nothing else, for minutes, a few tries, one account",
    factors: Factors { skill: 9, motive: 9, discovery: 7, exploit: 9, awareness: 6 },
    harm: IS_ITS_OWNER,
    probe: Probe::People(
        "log in with the password alone, and use what it answered at each operation: nothing opens",
    ),
    find: |looked| {
        let asks = looked.entries(|entry| entry.facts.has(Fact::TakesFactor));
        let hits = asks.map(|(at, entry)| {
            let (element, why) = (Element::Entry(at), "a second proof is asked for there");
            if !looked.system.scope.has_gateway {
                Hit::new(element, why)
            } else if is_second_step(looked, entry) {
                let because = "callers get a credential of the gateway behind the second step";
                Hit::known(element, why, State::Configured, because)
            } else {
                let because = "no `second_step` of a login of the policy names it";
                Hit::known(element, why, State::Missing, because)
            }
        });
        hits.collect()
    },
};

/// Whether a login of the policy ends there.
fn is_second_step(looked: &Looked<'_>, entry: &Entry) -> bool {
    let EntryKind::Operation { of, .. } = &entry.kind else { return false };
    let logins = looked.plans.get(of.api).map(|plan| &plan.model.callers.logins);
    let mut steps = logins.into_iter().flatten().filter_map(|login| login.second_step.as_ref());
    steps.any(|step| step.operation == of.operation)
}
