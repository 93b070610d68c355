//! A2: who is calling.

use std::borrow::Cow;
use std::collections::BTreeSet;

use portcullis_controls::Stride;
use portcullis_controls::caller_identity::Expected as Caller;
use portcullis_model::ControlId;

use super::{Hit, Looked, Probe, Rule};
use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::system::{Element, Entry, EntryKind, Fact, Reach};

pub(super) const NOBODY_ASKED_WHO: Rule = Rule {
    id: "nobody-asked-who",
    title: "an operation answers without a genuine credential",
    text: "somebody leaves the credential out, or makes one up, and is served",
    item: "A2",
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[287, 306],
    capec: &[36, 115],
    d3fend: &["D3-TBA", "D3-PWA"],
    controls: &[ControlId::CallerIdentity],
    advice: "the API refuses every request whose credential is missing or not genuine",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 5, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        let needs =
            looked.entries(Entry::is_operation).filter(|(_, entry)| needs_caller(looked, entry));
        needs
            .map(|(at, entry)| {
                let why = why(looked, entry);
                if is_unverified(looked, entry) {
                    let because = "a credential must be there, and nothing verifies it";
                    Hit::known(Element::Entry(at), why, State::Missing, because)
                } else {
                    Hit::new(Element::Entry(at), why)
                }
            })
            .collect()
    },
};

pub(super) const CALLER_NAMED_IN_A_FIELD: Rule = Rule {
    id: "caller-named-in-a-field",
    title: "a caller writes the field in which the API is told who calls",
    text: "somebody sends the header field by which the gateway names callers, and is taken for another",
    item: "A2",
    stride: &[Stride::Spoofing],
    cwe: &[290],
    capec: &[151, 22],
    d3fend: &["D3-MAN"],
    controls: &[ControlId::CallerIdentity],
    advice: "the API takes that field from the gateway alone, best as a signed token",
    factors: Factors { skill: 6, motive: 9, discovery: 3, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 9, integrity: 9, availability: 1, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        let has = looked.system.scope.has_gateway && looked.has_operations();
        looked.whole(has, "the API behind the gateway learns from it who calls")
    },
};

pub(super) const CREDENTIAL_OUTLIVES: Rule = Rule {
    id: "credential-outlives",
    title: "a credential works after it ended",
    text: "somebody goes on with a credential that expired, was revoked, or whose owner logged out",
    item: "A2",
    stride: &[Stride::Spoofing],
    cwe: &[613],
    capec: &[60, 593],
    d3fend: &["D3-ANCI", "D3-CR", "D3-ST"],
    controls: &[ControlId::CallerIdentity],
    advice: "credentials end soon, and an end is asked for at each request",
    factors: Factors { skill: 9, motive: 9, discovery: 7, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let any = &[Fact::ByToken, Fact::ByKey, Fact::ByCookie, Fact::ByPassword];
        credentials(looked, any, "callers show credentials that end")
    },
};

pub(super) const STOLEN_CREDENTIAL_USED: Rule = Rule {
    id: "stolen-credential-used",
    title: "a stolen token or key is used by its finder",
    text: "somebody who found a token or key uses it from elsewhere, and nothing asks whose it is",
    item: "A2",
    stride: &[Stride::Spoofing],
    cwe: &[294, 522, 940],
    capec: &[21, 60],
    d3fend: &["D3-TB", "D3-CTS"],
    controls: &[ControlId::CallerIdentity],
    advice: "tokens are bound to a key of their owner (DPoP, mutual TLS), keys to the networks of theirs",
    factors: Factors { skill: 9, motive: 9, discovery: 3, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        credentials(looked, &[Fact::ByToken, Fact::ByKey], "whoever has its credential may use it")
    },
};

pub(super) const CREDENTIAL_IN_ANOTHER_PLACE: Rule = Rule {
    id: "credential-in-another-place",
    title: "a credential is taken from a place that the document does not name",
    text: "somebody sends a token as a cookie, a form field or in the URL, where others can put or read it",
    item: "A2",
    stride: &[Stride::Spoofing, Stride::InformationDisclosure],
    cwe: &[352, 598],
    capec: &[31, 62],
    d3fend: &["D3-CTS"],
    controls: &[ControlId::CallerIdentity, ControlId::SecretInUrl, ControlId::ContentType],
    advice: "the API reads credentials in the one declared place, and nowhere else",
    factors: Factors { skill: 6, motive: 4, discovery: 7, exploit: 5, awareness: 4 },
    harm: Harm { confidentiality: 6, integrity: 5, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        credentials(looked, &[Fact::ByToken, Fact::ByKey], "its credential has one declared place")
    },
};

pub(super) const KEY_OF_ANOTHER_ENVIRONMENT: Rule = Rule {
    id: "key-of-another-environment",
    title: "a key of a test system opens the real one",
    text: "somebody takes a key that was made for tests, and it is good where it counts",
    item: "A2",
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[863],
    capec: &[114],
    d3fend: &["D3-CTS"],
    controls: &[ControlId::CallerIdentity],
    advice: "keys say for which system they are, and each system refuses those of others",
    factors: Factors { skill: 9, motive: 9, discovery: 3, exploit: 9, awareness: 4 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| credentials(looked, &[Fact::ByKey], "keys open it, and keys lie in tests"),
};

pub(super) const CERTIFICATE_NOT_CHECKED: Rule = Rule {
    id: "certificate-not-checked",
    title: "a client's certificate is taken without being checked",
    text: "somebody shows a certificate that ended, was signed by another authority, or is only claimed in a header field",
    item: "A2",
    stride: &[Stride::Spoofing],
    cwe: &[295],
    capec: &[151, 475],
    d3fend: &["D3-CBAN"],
    controls: &[ControlId::CallerIdentity],
    advice: "one named authority signs clients, the end of TLS checks names and dates, and says so to nobody by a header field",
    factors: Factors { skill: 3, motive: 9, discovery: 3, exploit: 3, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 1, accountability: 9 },
    probe: Probe::People(
        "connect with an ended certificate, with one of another authority, and with none and a header field of one",
    ),
    find: |looked| credentials(looked, &[Fact::ByCertificate], "certificates say who calls"),
};

pub(super) const PASSWORD_IN_EVERY_REQUEST: Rule = Rule {
    id: "password-in-every-request",
    title: "a password goes along with each request",
    text: "somebody who sees one request of thousands, in any log or program, has the password itself, which does not end",
    item: "N2",
    stride: &[Stride::Spoofing, Stride::InformationDisclosure],
    cwe: &[522],
    capec: &[21],
    d3fend: &["D3-TBA", "D3-PR"],
    controls: &[],
    advice: "a login exchanges the password for a token that ends, and Basic is given up",
    factors: Factors { skill: 9, motive: 9, discovery: 7, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::People(
        "list who still calls with Basic, and what each of them could use in its place",
    ),
    find: |looked| {
        let basic = |entry: &Entry| {
            entry.facts.has(Fact::ByPassword) && !entry.facts.has(Fact::TakesSecret)
        };
        let takes = looked.entries(basic).next().is_some();
        looked.whole(takes, "a password opens its operations")
    },
};

pub(super) const WEBHOOK_FORGED: Rule = Rule {
    id: "webhook-forged",
    title: "an event is told by somebody who is not its sender",
    text: "somebody posts to the address where a partner reports events: a payment that nobody made",
    item: "A2",
    stride: &[Stride::Spoofing, Stride::Tampering],
    cwe: &[294, 347],
    capec: &[151, 148],
    d3fend: &["D3-MAN"],
    controls: &[ControlId::CallerIdentity],
    advice: "the sender signs body and time with a shared secret, and old or repeated ones are refused",
    factors: Factors { skill: 6, motive: 9, discovery: 7, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 0, integrity: 7, availability: 0, accountability: 7 },
    probe: Probe::People(
        "post an event with a wrong signature, then a right one twice: both are refused",
    ),
    find: |looked| looked.each(Fact::IsWebhook, "others report events to it"),
};

/// Why it concerns an operation, and what nobody does there.
fn why(looked: &Looked<'_>, entry: &Entry) -> Cow<'static, str> {
    if entry.facts.has(Fact::CallerUndecided) {
        return Cow::Borrowed("the document does not say who may call it");
    }
    if !looked.system.scope.has_gateway {
        return Cow::Borrowed("it is not for everybody, and nothing in front asks who calls");
    }
    let schemes = unverified(looked, entry);
    if schemes.is_empty() {
        return Cow::Borrowed("it is not for everybody");
    }
    Cow::Owned(format!("it is not for everybody, and nobody verifies {}", schemes.join(", ")))
}

/// The security schemes of an operation that nothing verifies, by their names, where nothing verifies a whole alternative.
fn unverified(looked: &Looked<'_>, entry: &Entry) -> Vec<String> {
    let EntryKind::Operation { of, .. } = &entry.kind else { return Vec::new() };
    let Some(plan) = looked.plans.get(of.api) else { return Vec::new() };
    let Some(Caller::Callers(any_of)) = looked.planned(entry).map(|planned| &planned.caller) else {
        return Vec::new();
    };
    let of_them = any_of.iter().filter(|one| !one.is_verified).flat_map(|one| &one.schemes);
    let model = &plan.model;
    let theirs = of_them.filter(|scheme| !model.callers.verifies(**scheme));
    let named: BTreeSet<String> = theirs
        .filter_map(|scheme| model.contract.schemes.get(*scheme))
        .map(|scheme| format!("`{}`", scheme.name))
        .collect();
    named.into_iter().collect()
}

/// Whether an operation is not for everybody, as far as document and policy say.
fn needs_caller(looked: &Looked<'_>, entry: &Entry) -> bool {
    match looked.planned(entry).map(|planned| &planned.caller) {
        // Without a policy, nobody has said that anyone may.
        Some(Caller::Anyone) => entry.facts.has(Fact::CallerUndecided) && !looked.has_policy(entry),
        Some(_) => true,
        None => entry.reach != Reach::Anyone || entry.facts.has(Fact::CallerUndecided),
    }
}

/// A hit for the application, if such credentials open one of its operations. Where nothing verifies them, no control
/// answers what is done with them.
pub(super) fn credentials(looked: &Looked<'_>, any: &[Fact], why: &'static str) -> Vec<Hit> {
    let mut taking =
        looked.system.entries.iter().filter(|entry| entry.facts.has_any(any)).peekable();
    if taking.peek().is_none() {
        return Vec::new();
    }
    match taking.find(|entry| is_unverified(looked, entry)) {
        Some(entry) => {
            let because = format!("nothing verifies the credential of `{}`", entry.title);
            vec![Hit::known(Element::Whole, why, State::Missing, because)]
        }
        None => vec![Hit::new(Element::Whole, why)],
    }
}

/// Whether a credential opens an operation that nothing verifies.
fn is_unverified(looked: &Looked<'_>, entry: &Entry) -> bool {
    match looked.planned(entry).map(|planned| &planned.caller) {
        Some(Caller::Callers(any_of)) => !any_of.iter().all(|one| one.is_verified),
        _ => false,
    }
}
