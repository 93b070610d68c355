//! A7: what is set up so that it tells or trusts too much.

use portcullis_controls::Stride;
use portcullis_model::{ControlId, Method};

use super::{Hit, Probe, Rule};
use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::system::{ComponentKind, Element, Entry, EntryKind, Fact, Reach, StoreKind};

pub(super) const ANY_SITE_READS: Rule = Rule {
    id: "any-site-reads",
    title: "any web site may read answers in a user's browser",
    text: "a page of another site asks the API with the visitor's credentials, and the browser lets it read",
    item: "A7",
    stride: &[Stride::InformationDisclosure],
    cwe: &[942],
    capec: &[111],
    d3fend: &["D3-ACH"],
    controls: &[ControlId::SafeConfiguration],
    advice: "origins that may read are listed whole, and no answer repeats the one that asked",
    factors: Factors { skill: 6, motive: 4, discovery: 9, exploit: 5, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 1, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_operations(), "browsers ask it, or may"),
};

pub(super) const ERRORS_TELL_INSIDES: Rule = Rule {
    id: "errors-tell-insides",
    title: "errors tell what is inside",
    text: "somebody provokes an error, and reads statements, files and lines of the program in it",
    item: "A7",
    stride: &[Stride::InformationDisclosure],
    cwe: &[209],
    capec: &[215, 54],
    d3fend: &["D3-ACH"],
    controls: &[ControlId::SafeConfiguration],
    advice: "callers get a number, and what happened stands under it in the log",
    factors: Factors { skill: 9, motive: 4, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 6, integrity: 0, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_operations(), "every program fails at some request"),
};

pub(super) const ANSWERS_TELL_VERSIONS: Rule = Rule {
    id: "answers-tell-versions",
    title: "answers tell what runs here, or what was sent",
    text: "somebody reads names and versions in header fields, or has a request sent back with its cookies",
    item: "A7",
    stride: &[Stride::InformationDisclosure],
    cwe: &[200, 497],
    capec: &[107, 170],
    d3fend: &["D3-ACH"],
    controls: &[ControlId::SafeConfiguration],
    advice: "answers have the header fields that clients need, and `TRACE` is off",
    factors: Factors { skill: 9, motive: 1, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 2, integrity: 0, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        looked.whole(looked.has_operations(), "servers and frameworks tell their names unasked")
    },
};

pub(super) const ANSWERS_KEPT_BY_CACHES: Rule = Rule {
    id: "answers-kept-by-caches",
    title: "caches and browsers keep answers that are for one person",
    text: "somebody at the same computer or behind the same cache reads what another one was answered",
    item: "A7",
    stride: &[Stride::InformationDisclosure],
    cwe: &[524, 525, 693],
    capec: &[204],
    d3fend: &["D3-ACH"],
    controls: &[ControlId::SafeConfiguration],
    advice: "what depends on the caller says `private, no-store`",
    factors: Factors { skill: 9, motive: 4, discovery: 7, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 6, integrity: 0, availability: 0, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        let sensitive = looked.system.entries.iter().any(|entry| entry.gives.is_sensitive());
        looked.whole(sensitive, "its answers have sensitive data")
    },
};

pub(super) const ANSWER_CACHED_AS_A_FILE: Rule = Rule {
    id: "answer-cached-as-a-file",
    title: "a cache takes a person's answer for a public file",
    text: "somebody has a victim open `/me/x.css`, the API answers with the victim's data, and the cache keeps it for all as a style sheet",
    item: "A7",
    stride: &[Stride::InformationDisclosure],
    cwe: &[436, 524],
    capec: &[204],
    d3fend: &["D3-ACH"],
    controls: &[ControlId::SafeConfiguration],
    advice: "caches go by what the API says and not by the end of a path, and a path with more behind it is not found",
    factors: Factors { skill: 6, motive: 9, discovery: 7, exploit: 5, awareness: 4 },
    harm: Harm { confidentiality: 7, integrity: 0, availability: 0, accountability: 9 },
    probe: Probe::People(
        "open `/me/x.css` as a caller through the cache, then the same address without a credential",
    ),
    find: |looked| {
        let is_for_one = |entry: &Entry| {
            matches!(entry.kind, EntryKind::Operation { method: Method::Get, .. })
                && matches!(entry.reach, Reach::Callers | Reach::Some | Reach::Administrators)
                && entry.gives.is_sensitive()
        };
        let gives = looked.entries(is_for_one).next().is_some();
        looked.whole(gives, "who may read it gets sensitive data at an address of its own")
    },
};

pub(super) const ANSWERS_FRAMED: Rule = Rule {
    id: "answers-framed",
    title: "a browser shows an answer inside another site, or guesses what it is",
    text: "another site frames an answer, or has the browser take it for a page, and clicks and scripts run there",
    item: "A7",
    stride: &[Stride::Tampering, Stride::Spoofing],
    cwe: &[693, 1021],
    capec: &[103, 209],
    d3fend: &["D3-ACH"],
    controls: &[ControlId::SafeConfiguration],
    advice: "every answer forbids frames, scripts and guesses of its type",
    factors: Factors { skill: 6, motive: 4, discovery: 9, exploit: 5, awareness: 9 },
    harm: Harm { confidentiality: 2, integrity: 5, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_operations(), "browsers show its answers, or may"),
};

pub(super) const REQUEST_RENAMED: Rule = Rule {
    id: "request-renamed",
    title: "a header field makes a request another one",
    text: "somebody names another method or path in a header field, behind the place where it was decided about",
    item: "A7",
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[441, 650],
    capec: &[274],
    d3fend: &["D3-ACH", "D3-PMAD"],
    controls: &[ControlId::SafeConfiguration, ControlId::InputShape],
    advice: "header fields that override method or path are off in the API's framework",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 5, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_operations(), "frameworks read such header fields"),
};

pub(super) const ADDRESS_CLAIMED: Rule = Rule {
    id: "address-claimed",
    title: "a caller claims another network address",
    text: "somebody writes an office's address into a forwarding header field, and is trusted or not counted",
    item: "A7",
    stride: &[Stride::Spoofing],
    cwe: &[290],
    capec: &[22],
    d3fend: &["D3-NTF"],
    controls: &[ControlId::SafeConfiguration],
    advice: "forwarding header fields count from named proxies alone, and only what these added",
    factors: Factors { skill: 9, motive: 4, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 6, integrity: 5, availability: 1, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_operations(), "rights, limits or records go by address"),
};

pub(super) const LED_TO_ANOTHER_SITE: Rule = Rule {
    id: "led-to-another-site",
    title: "a parameter leads people to another site",
    text: "somebody sends around a link of this site that ends, by its parameter, at a copy of its login page",
    item: "A7",
    stride: &[Stride::Spoofing],
    cwe: &[601],
    capec: &[98],
    d3fend: &["D3-UA"],
    controls: &[ControlId::UpstreamAnswer, ControlId::OutboundTarget, ControlId::InputShape],
    advice: "where to go afterwards is chosen from a list, or is a path of this site",
    factors: Factors { skill: 9, motive: 4, discovery: 9, exploit: 5, awareness: 9 },
    harm: Harm { confidentiality: 6, integrity: 1, availability: 0, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        let leads = |entry: &Entry| {
            let facts = entry.facts;
            facts.has(Fact::GivesRedirect) && facts.has_any(&[Fact::TakesUrl, Fact::TakesText])
        };
        looked.each_of(leads, "it answers with a redirect, and takes text")
    },
};

pub(super) const REQUESTS_SMUGGLED: Rule = Rule {
    id: "requests-smuggled",
    title: "two servers disagree where a request ends",
    text: "somebody hides a second request in the first: one server sees one, the next sees two, as another caller",
    item: "A7",
    stride: &[Stride::Spoofing, Stride::Tampering],
    cwe: &[444],
    capec: &[33, 273],
    d3fend: &["D3-PMAD"],
    controls: &[],
    advice: "each server refuses what can be read two ways, and writes anew what it passes on",
    factors: Factors { skill: 3, motive: 9, discovery: 9, exploit: 5, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 5, accountability: 9 },
    probe: Probe::People("send lengths twice, chunked and not, through all that stands in front"),
    find: |looked| {
        let components = looked.system.components.iter().enumerate();
        let between = components.filter(|(_, component)| {
            matches!(component.kind, ComponentKind::Gateway | ComponentKind::Proxy)
        });
        let hits = between.map(|(at, component)| {
            let element = Element::Component(at);
            if component.kind == ComponentKind::Gateway {
                let because = "it refuses what has two readings, and writes each request anew";
                Hit::known(element, "it stands between callers and the API", State::Configured, because)
            } else {
                let because = "what the proxy refuses is not known; the gateway behind it refuses what has two readings";
                Hit::known(element, "it stands in front of the gateway", State::Configured, because)
            }
        });
        hits.collect()
    },
};

pub(super) const HOST_DECIDES_LINKS: Rule = Rule {
    id: "host-decides-links",
    title: "a mailed link leads where the request's `Host` says",
    text: "somebody asks for a reset of another one's password with a `Host` of their own, and gets the token by the click",
    item: "A7",
    stride: &[Stride::Spoofing, Stride::InformationDisclosure],
    cwe: &[807],
    capec: &[50],
    d3fend: &["D3-ACH"],
    controls: &[],
    advice: "links in messages begin with a configured address",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::People(
        "ask for a reset with another `Host` and `X-Forwarded-Host`, and read the mail",
    ),
    find: |looked| {
        let has_gateway = looked.system.scope.has_gateway;
        let sending = looked.entries(|entry| entry.facts.has(Fact::SendsMessages));
        let hits = sending.map(|(at, _)| {
            let why = "somebody gets a message with a link";
            if has_gateway {
                let because = "the gateway tells the API its configured host, and drops forwarding header fields";
                Hit::known(Element::Entry(at), why, State::Configured, because)
            } else {
                Hit::new(Element::Entry(at), why)
            }
        });
        hits.collect()
    },
};

pub(super) const STORAGE_LEFT_OPEN: Rule = Rule {
    id: "storage-left-open",
    title: "files in storage are open to everybody",
    text: "somebody lists or guesses the address of a storage container, and reads what lies in it",
    item: "A7",
    stride: &[Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[552, 732],
    capec: &[150, 639],
    d3fend: &["D3-RFAM", "D3-UAP"],
    controls: &[],
    advice: "storage is closed to all but the API, and files are given out by links that end",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 5, availability: 1, accountability: 9 },
    probe: Probe::People(
        "`portcullis audit` asks the storage links that it finds, without a credential",
    ),
    find: |looked| {
        let stores = looked.system.stores.iter().enumerate();
        let open = stores.filter(|(_, store)| store.kind == StoreKind::Object);
        let mut hits: Vec<Hit> = open
            .map(|(at, _)| {
                Hit::new(Element::Store(at), "it keeps files under addresses of their own")
            })
            .collect();
        let uploads = looked.has_any(&[Fact::TakesFile]) && hits.is_empty();
        hits.extend(looked.whole(uploads, "it takes files, and nobody said where they lie"));
        hits
    },
};

pub(super) const KNOWN_HOLES_KEPT: Rule = Rule {
    id: "known-holes-kept",
    title: "something that runs has a hole that everybody knows",
    text: "somebody looks up what runs here, and uses a published fault of that version",
    item: "A7",
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[1104, 1395],
    capec: &[310],
    d3fend: &["D3-SU", "D3-SWI", "D3-AVE"],
    controls: &[],
    advice: "dependencies are listed, compared with advisories each day, and replaced within days",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 9, availability: 9, accountability: 7 },
    probe: Probe::People(
        "compare the versions of runtime, framework and libraries with their advisories",
    ),
    find: |looked| {
        let components = looked.system.components.iter().enumerate();
        let ours = components.filter(|(_, component)| {
            component.is_in_scope
                && matches!(component.kind, ComponentKind::Api | ComponentKind::Gateway)
        });
        ours.map(|(at, _)| Hit::new(Element::Component(at), "it is made of parts of others"))
            .collect()
    },
};
