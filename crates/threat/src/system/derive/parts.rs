//! Zones and components.

use portcullis_policy::{Instance, KeySource, Model};

use super::reached::directly;
use super::{Ids, Sources, api_name};
use crate::system::{Component, ComponentKind, Known, Origin, System, Zone};

/// The zones that are always there, by their places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Zones {
    pub(super) clients: usize,
    pub(super) outside: usize,
    pub(super) gateway: Option<usize>,
    pub(super) apis: usize,
    pub(super) data: usize,
    pub(super) host: Option<usize>,
}

/// The components that flows begin and end at, by their places.
#[derive(Debug, Clone, Default)]
pub(super) struct Components {
    pub(super) gateway: Option<usize>,
    pub(super) door: Option<usize>,
    /// In the order of plans.
    pub(super) apis: Vec<usize>,
    /// What the gateway asks: issuers, key services, authorities; with what it is asked over TLS.
    pub(super) asked: Vec<(usize, bool)>,
    /// What APIs ask because callers say so.
    pub(super) outside: Option<usize>,
}

pub(super) fn zones(sources: &Sources<'_>, system: &mut System) -> Zones {
    let mut ids = Ids::default();
    let mut add = |title: &str, description: &str, trust, known| {
        system.zones.push(Zone {
            id: ids.of(title),
            title: title.to_owned(),
            description: description.to_owned(),
            trust,
            known,
        });
        system.zones.len() - 1
    };
    let (who, known) = whoever(sources);
    let clients = add("Clients", who, 0, known);
    let outside = add(
        "Third parties",
        "Hosts that belong to others: issuers, key services, whatever URLs of callers name.",
        20,
        Known::new(Origin::Program, "what the gateway or the API asks and does not run"),
    );
    let gateway = sources.has_gateway.then(|| {
        let why = Known::new(Origin::Program, "the gateway is a process of its own");
        add("Gateway", "The process that decides on every request and answer.", 70, why)
    });
    let apis = add(
        "API",
        "The API's own process and network.",
        60,
        Known::new(Origin::Policy, "the `upstream` of the policy"),
    );
    let data = add(
        "Data",
        "Where the API keeps its data.",
        80,
        Known::new(Origin::Guessed, "an API keeps its data somewhere behind it"),
    );
    let host = sources.has_gateway.then(|| {
        let why =
            Known::new(Origin::Program, "policy, keys, store and ledger lie on the gateway's host");
        add(
            "Gateway's host",
            "Files, sockets and accounts of the host that the gateway runs on.",
            90,
            why,
        )
    });
    corrected(sources, &mut ids, system);
    Zones { clients, outside, gateway, apis, data, host }
}

/// What people said of zones: of those that are derived, and of others.
fn corrected(sources: &Sources<'_>, ids: &mut Ids, system: &mut System) {
    for said in &sources.stated.zones {
        let known = Known::new(Origin::Stated, "somebody said so").at(said.span);
        let derived = system
            .zones
            .iter_mut()
            .find(|zone| zone.title.eq_ignore_ascii_case(&said.name) || zone.id == said.name);
        if let Some(zone) = derived {
            zone.trust = said.trust.unwrap_or(zone.trust).min(100);
            if let Some(description) = &said.description {
                zone.description.clone_from(description);
            }
            zone.known = known;
            continue;
        }
        system.zones.push(Zone {
            id: ids.of(&said.name),
            title: said.name.clone(),
            description: said.description.clone().unwrap_or_else(|| said.name.clone()),
            trust: said.trust.unwrap_or(80).min(100),
            known,
        });
    }
}

/// Who clients are, and from where that is known.
fn whoever(sources: &Sources<'_>) -> (&'static str, Known) {
    let of_policy = |why| Known::new(Origin::Policy, why);
    if !sources.has_gateway {
        let known = sources.models().map(|model| directly(model).known);
        // What is only taken of one API is not known of them together.
        let known =
            known.reduce(|one, other| if one.from == Origin::Guessed { one } else { other });
        let nothing = || Known::new(Origin::Guessed, "no document says it");
        return ("Whoever can reach the API, on any network.", known.unwrap_or_else(nothing));
    }
    if sources.is_external() {
        let why = "the listener is not loopback, or a proxy is trusted";
        return ("Whoever can reach the listener, on any network.", of_policy(why));
    }
    let who = "Programs of this host, and what stands before its loopback listener.";
    (who, of_policy("the listener is loopback"))
}

pub(super) fn components(sources: &Sources<'_>, zones: Zones, system: &mut System) -> Components {
    let mut made = Making { ids: Ids::default(), system };
    let mut found = Components::default();
    if let (Some(gateway), Some(host)) = (zones.gateway, zones.host) {
        let what = "Decides on every request and answer, and records them.";
        let known = Known::new(Origin::Program, "it is Portcullis itself");
        found.gateway =
            Some(made.add("Gateway", what, ComponentKind::Gateway, gateway, true, known));
        let what = "Takes administrative commands through a socket of the file system.";
        let has_store = sources.models().find(|model| model.store.is_some());
        found.door = has_store.map(|_| {
            let known = Known::new(Origin::Policy, "the policy has a `store`");
            made.add("Administrative door", what, ComponentKind::AdminDoor, host, true, known)
        });
    }
    for model in sources.models() {
        let places: Vec<String> = model.upstream.instances().map(Instance::to_string).collect();
        let what = format!("Answers what it is asked, at {}.", places.join(", "));
        let known = Known::new(Origin::Contract, "the document describes it");
        let known = known.at(model.contract.base_path_span);
        found.apis.push(made.add(
            &api_name(model),
            &what,
            ComponentKind::Api,
            zones.apis,
            true,
            known,
        ));
    }
    if sources.has_gateway {
        made.asked(sources, zones, &mut found);
    }
    found.outside = outside(sources, zones, &mut made);
    found
}

struct Making<'a> {
    ids: Ids,
    system: &'a mut System,
}

impl Making<'_> {
    fn add(
        &mut self,
        title: &str,
        description: &str,
        kind: ComponentKind,
        zone: usize,
        is_in_scope: bool,
        known: Known,
    ) -> usize {
        self.system.components.push(Component {
            id: self.ids.of(title),
            title: title.to_owned(),
            description: description.to_owned(),
            kind,
            zone,
            is_in_scope,
            known,
        });
        self.system.components.len() - 1
    }

    /// What the gateway asks on the way.
    fn asked(&mut self, sources: &Sources<'_>, zones: Zones, found: &mut Components) {
        let mut told: Vec<(String, &str, ComponentKind, bool)> = Vec::new();
        for model in sources.models() {
            told.extend(issuers(model));
            if let Some(vault) = model.store.as_ref().and_then(|store| store.kms.as_ref()) {
                let at = &vault.endpoint.instance;
                told.push((
                    format!("Key service {at}"),
                    "Holds the key that opens the store, and decrypts with it.",
                    ComponentKind::KeyService,
                    at.is_tls,
                ));
            }
            if let Some(acme) = model.tls.as_ref().and_then(|tls| tls.acme.as_ref()) {
                told.push((
                    format!("Certificate authority {}", acme.directory),
                    "Gives the gateway its certificate.",
                    ComponentKind::CertificateAuthority,
                    true,
                ));
            }
        }
        if let Some(model) = sources.first()
            && !model.proxies.trusted.is_empty()
        {
            let what = "Stands in front, and says who asks.";
            let end = model.proxies.end_tls;
            told.push(("Trusted proxy".to_owned(), what, ComponentKind::Proxy, end));
        }
        told.sort_by(|a, b| a.0.cmp(&b.0));
        told.dedup_by(|a, b| a.0 == b.0);
        for (title, what, kind, is_tls) in told {
            let known = Known::new(Origin::Policy, "the policy names it");
            let at = self.add(&title, what, kind, zones.outside, false, known);
            found.asked.push((at, is_tls));
        }
    }
}

fn issuers(model: &Model) -> Vec<(String, &'static str, ComponentKind, bool)> {
    let callers = &model.callers;
    let tokens = callers.jwt.iter().map(|one| {
        let is_tls = match &one.keys {
            KeySource::Pinned(_) => true,
            KeySource::Discovered(at) | KeySource::At(at) => at.instance.is_tls,
        };
        (&one.issuer, is_tls)
    });
    let asked = callers.introspection.iter().map(|one| (&one.issuer, one.endpoint.instance.is_tls));
    let what = "Gives out the tokens that callers show.";
    tokens
        .chain(asked)
        .map(|(issuer, is_tls)| (format!("Issuer {issuer}"), what, ComponentKind::Issuer, is_tls))
        .collect()
}

/// What callers have the API ask.
fn outside(sources: &Sources<'_>, zones: Zones, made: &mut Making<'_>) -> Option<usize> {
    let taking = sources.models().find_map(|model| {
        let shapes = &model.contract.shapes;
        let takes = |one: &&portcullis_contract::Operation| {
            !portcullis_controls::outbound_target::url_places(shapes, one).is_empty()
        };
        model.contract.operations.iter().find(takes)
    })?;
    let known =
        Known::new(Origin::Contract, format!("`{}` takes a URL", taking.name())).at(taking.span);
    let what = "Whatever host a URL in a request names, which the API may ask.";
    Some(made.add(
        "Hosts named by callers",
        what,
        ComponentKind::Outside,
        zones.outside,
        false,
        known,
    ))
}
