//! A2: what can be guessed or fixed: passwords, codes, sessions.

use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::{Hit, Looked, Probe, Rule};
use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::system::{Element, Entry, Fact};

pub(super) const PASSWORD_GUESSED: Rule = Rule {
    id: "password-guessed",
    title: "a password, code or key is guessed",
    text: "a program tries passwords or codes, many at one account or one at many, until one is right",
    item: "A2",
    stride: &[Stride::Spoofing],
    cwe: &[307],
    capec: &[16, 49, 565],
    d3fend: &["D3-ANET", "D3-AL", "D3-SPP"],
    controls: &[ControlId::CallerIdentity, ControlId::ResourceLimits],
    advice: "tries are counted for the account and the address, in every spelling and version, and slow down",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let mut hits = looked.each(Fact::TakesSecret, "it takes a secret that can be guessed");
        let by_password = |entry: &Entry| {
            entry.facts.has(Fact::ByPassword) && !entry.facts.has(Fact::TakesSecret)
        };
        let basic = looked.entries(by_password).next();
        hits.extend(basic.map(|_| Hit::new(Element::Whole, "a password opens its operations")));
        hits
    },
};

pub(super) const LEAKED_PASSWORDS_TRIED: Rule = Rule {
    id: "leaked-passwords-tried",
    title: "passwords that leaked elsewhere are tried here",
    text: "a program tries names and passwords of another site's leak, each once, and some are right",
    item: "A2",
    stride: &[Stride::Spoofing],
    cwe: &[308],
    capec: &[600],
    d3fend: &["D3-MFA", "D3-ANET"],
    controls: &[],
    advice: "a login asks for a second factor, and refuses passwords that are known to have leaked",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::People(
        "log in from a new place with the right password: a second proof is asked for",
    ),
    find: |looked| looked.each_of(is_login, "people log in with a password"),
};

pub(super) const ACCOUNT_EXISTENCE_TOLD: Rule = Rule {
    id: "account-existence-told",
    title: "an answer tells who has an account",
    text: "somebody learns from a login, a registration or a reset whether a name or address is known",
    item: "A2",
    stride: &[Stride::InformationDisclosure],
    cwe: &[204],
    capec: &[575],
    d3fend: &["D3-ANET"],
    controls: &[ControlId::CallerIdentity],
    advice: "status, words and time are the same whether or not the account exists",
    factors: Factors { skill: 9, motive: 4, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 6, integrity: 0, availability: 0, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| {
        let takes = |entry: &Entry| entry.facts.has_any(&[Fact::TakesSecret, Fact::ResetsPassword]);
        let because = "each failure of it is answered alike, whatever the API says";
        of_logins(looked, takes, "its answers may differ by account", because)
    },
};

pub(super) const OWNER_LOCKED_OUT: Rule = Rule {
    id: "owner-locked-out",
    title: "wrong guesses lock the owner out",
    text: "somebody fails on purpose at an account until it is locked, and its owner cannot get in",
    item: "A2",
    stride: &[Stride::DenialOfService],
    cwe: &[645],
    capec: &[2],
    d3fend: &["D3-ANET"],
    controls: &[],
    advice: "a counter of wrong guesses slows down those who guess, and lets known devices of the owner in",
    factors: Factors { skill: 9, motive: 1, discovery: 9, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 0, integrity: 0, availability: 5, accountability: 7 },
    probe: Probe::People(
        "fail at an account until it is refused, then log in as its owner from another address",
    ),
    find: |looked| looked.each_of(is_login, "wrong guesses at it are counted by account"),
};

pub(super) const SESSION_GUESSED: Rule = Rule {
    id: "session-guessed",
    title: "a session or token can be computed",
    text: "somebody counts on from their own session, or decodes it and changes the name in it",
    item: "A2",
    stride: &[Stride::Spoofing],
    cwe: &[330, 565],
    capec: &[59, 226],
    d3fend: &["D3-TBA"],
    controls: &[ControlId::CallerIdentity],
    advice: "sessions are long random numbers, and what a cookie says is signed",
    factors: Factors { skill: 6, motive: 9, discovery: 7, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 1, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        let gives = |entry: &Entry| entry.facts.has(Fact::GivesCredential);
        let why = "it gives out sessions or tokens of its own";
        let control = ControlId::CallerIdentity;
        let replaced = |entry: &Entry| looked.takes_over_login(entry, control);
        match looked.entries(gives).find(|(_, entry)| !replaced(entry)) {
            Some((_, entry)) => {
                let because = format!("what `{}` gives out reaches callers as it is", entry.title);
                vec![Hit::known(Element::Whole, why, State::Missing, because)]
            }
            None => looked.whole(looked.has_any(&[Fact::GivesCredential]), why),
        }
    },
};

pub(super) const SESSION_FIXED: Rule = Rule {
    id: "session-fixed",
    title: "a login keeps a session that somebody else chose",
    text: "somebody gives a victim a session before the login, and shares it after the login",
    item: "A2",
    stride: &[Stride::Spoofing],
    cwe: &[384],
    capec: &[61],
    d3fend: &["D3-ANCI"],
    controls: &[ControlId::CallerIdentity],
    advice: "a login makes a new session, and forgets what came with the request",
    factors: Factors { skill: 6, motive: 9, discovery: 7, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 1, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        let logs_in = |entry: &Entry| {
            entry.facts.has(Fact::GivesCredential) && entry.facts.has(Fact::TakesSecret)
        };
        let because = "what came with the request is no session: the gateway gives out its own";
        of_logins(looked, logs_in, "a session begins there", because)
    },
};

/// Where somebody logs in beside the policy, its callers get the API's own answers and sessions.
const NO_LOGIN: &str =
    "no `login` of the policy names it: what the API answers reaches callers as it is";

/// A hit for each of these entries; where one is a login of the policy, the gateway answers for it.
fn of_logins(
    looked: &Looked<'_>,
    is_so: fn(&Entry) -> bool,
    why: &'static str,
    because: &'static str,
) -> Vec<Hit> {
    let hit = |(at, entry): (usize, &Entry)| {
        let element = Element::Entry(at);
        if looked.takes_over_login(entry, ControlId::CallerIdentity) {
            Hit::known(element, why, State::Configured, because)
        } else if looked.system.scope.has_gateway {
            Hit::known(element, why, State::Missing, NO_LOGIN)
        } else {
            Hit::new(element, why)
        }
    };
    looked.entries(is_so).map(hit).collect()
}

/// Whether people log in there.
fn is_login(entry: &Entry) -> bool {
    entry.facts.has(Fact::TakesSecret) && entry.facts.has(Fact::GivesCredential)
}
