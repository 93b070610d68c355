//! F4: what other sites have a user's browser do. N3, C9, C10: logins at an issuer.

use portcullis_contract::SchemeKind;
use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::{Hit, Looked, Probe, Rule};
use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::system::{Element, Entry, Fact, Reach};

pub(super) const OTHER_SITE_WRITES: Rule = Rule {
    id: "other-site-writes",
    title: "another site writes in a user's name",
    text: "a page of another site, or of one whose name looks alike, has the visitor's browser send a request, and the cookie goes along",
    item: "F4",
    stride: &[Stride::Spoofing],
    cwe: &[346, 352],
    capec: &[62],
    d3fend: &["D3-WSAM"],
    controls: &[ControlId::CrossSite],
    advice: "writes with a cookie need a proof that the page is the API's own",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 5, awareness: 9 },
    harm: Harm { confidentiality: 0, integrity: 7, availability: 1, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        let writes =
            |entry: &Entry| entry.facts.has(Fact::ByCookie) && entry.facts.has(Fact::Changes);
        looked.each_of(writes, "a cookie is its credential, and it changes something")
    },
};

pub(super) const LOGGED_IN_AS_ANOTHER: Rule = Rule {
    id: "logged-in-as-another",
    title: "another site logs a user in as somebody else",
    text: "a page of another site sends the attacker's own login, and the victim works on in that account",
    item: "F4",
    stride: &[Stride::Spoofing],
    cwe: &[352],
    capec: &[62],
    d3fend: &["D3-WSAM"],
    controls: &[ControlId::CrossSite],
    advice: "a login that sets a cookie asks where the request comes from",
    factors: Factors { skill: 6, motive: 4, discovery: 7, exploit: 5, awareness: 4 },
    harm: Harm { confidentiality: 6, integrity: 1, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let by_cookie = looked.has_any(&[Fact::ByCookie]);
        let logs_in = |entry: &Entry| {
            entry.facts.has(Fact::TakesSecret) && entry.facts.has(Fact::GivesCredential)
        };
        let logins = looked.entries(logs_in).filter(|_| by_cookie);
        let why = "a session with a cookie begins there";
        let hits = logins.map(|(at, entry)| {
            let element = Element::Entry(at);
            if looked.takes_over_login(entry, ControlId::CrossSite) {
                let because = "a login of the policy is refused to pages of other sites";
                Hit::known(element, why, State::Configured, because)
            } else {
                Hit::new(element, why)
            }
        });
        hits.collect()
    },
};

pub(super) const SOCKET_FROM_ANOTHER_SITE: Rule = Rule {
    id: "socket-from-another-site",
    title: "another site opens a WebSocket with a user's cookie",
    text: "a page of another site opens a connection that no rule about origins keeps from it, and reads and writes",
    item: "F4",
    stride: &[Stride::Spoofing, Stride::InformationDisclosure],
    cwe: &[1385],
    capec: &[62],
    d3fend: &["D3-WSAM"],
    controls: &[ControlId::CrossSite],
    advice: "the origin of an upgrade is compared with the listed ones",
    factors: Factors { skill: 6, motive: 9, discovery: 7, exploit: 5, awareness: 4 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 0, accountability: 9 },
    probe: Probe::People("ask for an upgrade with a cookie and the `Origin` of another site"),
    find: |looked| {
        let upgrades = looked.entries(|entry| entry.facts.has(Fact::Upgrades));
        let hits = upgrades.map(|(at, entry)| {
            let why = "its connection may become a WebSocket";
            if entry.reach == Reach::Nobody {
                let because = "it is closed until the policy names it";
                Hit::known(Element::Entry(at), why, State::Configured, because)
            } else {
                Hit::new(Element::Entry(at), why)
            }
        });
        hits.collect()
    },
};

pub(super) const LOGIN_FINISHED_FOR_ANOTHER: Rule = Rule {
    id: "login-finished-for-another",
    title: "an OAuth login is finished by a browser that did not begin it",
    text: "somebody has a victim's browser finish a login that they began, or finishes one with a stolen code",
    item: "C9",
    stride: &[Stride::Spoofing],
    cwe: &[352],
    capec: &[62, 21],
    d3fend: &["D3-TB"],
    controls: &[],
    advice: "clients send `state` and a code challenge, and the issuer demands both",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 0, accountability: 7 },
    probe: Probe::People(
        "`portcullis attack` with `--issuer` tries an issuer without `state` and without a challenge",
    ),
    find: |looked| {
        looked.whole(has_oauth(looked), "the document says that clients log in with OAuth")
    },
};

pub(super) const CODE_SENT_ELSEWHERE: Rule = Rule {
    id: "code-sent-elsewhere",
    title: "an issuer sends a code or token to another address",
    text: "somebody changes the address to come back to, and the issuer, which compares it in part, sends the code there",
    item: "N3",
    stride: &[Stride::Spoofing, Stride::InformationDisclosure],
    cwe: &[601],
    capec: &[593],
    d3fend: &["D3-TB"],
    controls: &[],
    advice: "addresses to come back to are registered, and are compared letter by letter",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 5, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 0, accountability: 7 },
    probe: Probe::People(
        "`portcullis attack` with `--issuer` tries addresses that begin, end or are nested as the registered one",
    ),
    find: |looked| {
        looked.whole(has_oauth(looked), "the document says that clients log in with OAuth")
    },
};

pub(super) const CODE_USED_AGAIN: Rule = Rule {
    id: "code-used-again",
    title: "a code or refresh token is used a second time",
    text: "somebody who read a code in a URL, or stole a refresh token, uses it after its owner did",
    item: "C10",
    stride: &[Stride::Spoofing],
    cwe: &[294],
    capec: &[60],
    d3fend: &["D3-OTP", "D3-CRO"],
    controls: &[],
    advice: "codes end within a minute, both count once, and a second use ends all that came of the first",
    factors: Factors { skill: 6, motive: 9, discovery: 7, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 0, accountability: 7 },
    probe: Probe::People(
        "`portcullis attack` with `--issuer` redeems a code twice, and a refresh token twice",
    ),
    find: |looked| {
        looked.whole(has_oauth(looked), "the document says that clients log in with OAuth")
    },
};

/// Whether the document of an API says that clients get their tokens by OAuth or OpenID Connect.
fn has_oauth(looked: &Looked<'_>) -> bool {
    let schemes = looked.plans.iter().flat_map(|plan| &plan.model.contract.schemes);
    let mut kinds = schemes.map(|scheme| scheme.kind);
    kinds.any(|kind| matches!(kind, SchemeKind::OAuth2 | SchemeKind::OpenIdConnect))
}
