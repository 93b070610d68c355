//! Models made by hand.

use portcullis_controls::Stride;
use portcullis_model::{ControlId, Date, Method, Sources, Span, UnixMillis};

use crate::answers::{Mitigation, Proof, State};
use crate::found::ThreatModel;
use crate::risk::{self, Factors, Harm};
use crate::rules::{Probe, Rule};
use crate::stated::{Acceptance, Stated};
use crate::system::*;
use crate::threat::Threat;

pub(super) static READ: Rule = Rule {
    id: "others-objects-read",
    title: "objects of others are read by their ids",
    text: "a caller puts the id of somebody else's object where their own belongs, and reads it",
    item: "A1",
    stride: &[Stride::InformationDisclosure],
    cwe: &[284, 639],
    capec: &[58, 122],
    d3fend: &["D3-UAP"],
    controls: &[ControlId::ObjectOwnership],
    advice: "the API asks, for each object that it answers, whether it is the caller's",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 0, availability: 0, accountability: 1 },
    probe: Probe::Attacks,
    find: |_| Vec::new(),
};

static PLAIN: Rule = Rule {
    id: "credentials-in-the-clear",
    title: "credentials are read on the way",
    text: "somebody on the network reads what callers show, and acts as them",
    item: "C6",
    stride: &[Stride::Spoofing, Stride::InformationDisclosure],
    cwe: &[319],
    capec: &[157],
    d3fend: &["D3-ET"],
    controls: &[ControlId::TransportEncryption],
    advice: "every hop that carries a credential is encrypted",
    factors: Factors { skill: 6, motive: 7, discovery: 5, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 9, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::Attacks,
    find: |_| Vec::new(),
};

static STORE: Rule = Rule {
    id: "store-read-as-file",
    title: "data is read where it lies",
    text: "who reads the store's files reads all that is in it, past every rule",
    item: "C3",
    stride: &[Stride::InformationDisclosure],
    cwe: &[311],
    capec: &[],
    d3fend: &["D3-FE"],
    controls: &[],
    advice: "data that is worth it is encrypted at rest, with keys that lie elsewhere",
    factors: Factors { skill: 5, motive: 7, discovery: 3, exploit: 3, awareness: 6 },
    harm: Harm { confidentiality: 9, integrity: 5, availability: 1, accountability: 5 },
    probe: Probe::People("look whether the volume of the store is encrypted"),
    find: |_| Vec::new(),
};

/// One API, a gateway, an API's store; a threat of each kind of answer.
pub(super) fn small() -> ThreatModel {
    apis(1)
}

/// So many APIs behind one gateway.
pub(super) fn apis(count: usize) -> ThreatModel {
    let mut system = around();
    for at in 0..count {
        add_api(&mut system, at);
    }
    let mut stated = Stated::default();
    stated.accepted.push(Acceptance {
        threat: STORE.id.to_owned(),
        of: None,
        by: "Ada".to_owned(),
        reason: "the disk is encrypted by the host".to_owned(),
        until: Date::parse("2027-03-31").unwrap(),
        span: None,
    });
    let mut threats = Vec::new();
    for at in 0..system.entries.len() {
        let state = if at % 2 == 0 { State::Proven } else { State::Missing };
        threats.push(threat(&system, &stated, &READ, Element::Entry(at), state));
    }
    for at in 0..system.flows.len() {
        let state = if at % 3 == 0 { State::ComesThrough } else { State::Configured };
        threats.push(threat(&system, &stated, &PLAIN, Element::Flow(at), state));
    }
    for at in 0..system.stores.len() {
        let mut one = threat(&system, &stated, &STORE, Element::Store(at), State::Missing);
        one.accepted = Some(0);
        threats.push(one);
    }
    ThreatModel { system, stated, threats }
}

/// The same model, every name of which somebody else wrote.
pub(super) fn named(text: &str) -> ThreatModel {
    let mut model = small();
    let system = &mut model.system;
    system.scope.title = text.to_owned();
    system.scope.description = text.to_owned();
    let name = |title: &mut String, description: &mut String| {
        *title = text.to_owned();
        *description = text.to_owned();
    };
    system.zones.iter_mut().for_each(|one| name(&mut one.title, &mut one.description));
    system.actors.iter_mut().for_each(|one| name(&mut one.title, &mut one.description));
    system.actors.iter_mut().for_each(|one| one.may = text.to_owned());
    system.components.iter_mut().for_each(|one| name(&mut one.title, &mut one.description));
    system.stores.iter_mut().for_each(|one| name(&mut one.title, &mut one.description));
    system.stores.iter_mut().for_each(|one| one.product = Some(text.to_owned()));
    system.data.iter_mut().for_each(|one| name(&mut one.title, &mut one.description));
    system.data.iter_mut().for_each(|one| one.witnesses = vec![text.to_owned()]);
    system.flows.iter_mut().for_each(|one| name(&mut one.title, &mut one.description));
    system.assets.iter_mut().for_each(|one| name(&mut one.title, &mut one.description));
    for entry in &mut system.entries {
        entry.title = text.to_owned();
        entry.name = text.to_owned();
        entry.known = Known::new(Origin::Guessed, text.to_owned());
    }
    for one in &mut model.system.unserved {
        one.title = text.to_owned();
        one.why = text.to_owned().into();
    }
    for one in &mut model.stated.accepted {
        one.by = text.to_owned();
        one.reason = text.to_owned();
    }
    for threat in &mut model.threats {
        threat.why = text.to_owned().into();
        for one in &mut threat.mitigations {
            one.why = text.to_owned().into();
            one.proofs.iter_mut().for_each(|proof| proof.attack = text.to_owned());
        }
    }
    model
}

fn around() -> System {
    let zone = |id: &str, title: &str, trust| Zone {
        id: id.to_owned(),
        title: title.to_owned(),
        description: format!("what is in {title}"),
        trust,
        known: known(),
    };
    let component = |id: &str, title: &str, kind, zone| Component {
        id: id.to_owned(),
        title: title.to_owned(),
        description: format!("the {title}"),
        kind,
        zone,
        is_in_scope: !matches!(kind, ComponentKind::Issuer),
        known: known(),
    };
    System {
        scope: scope(),
        zones: vec![
            zone("internet", "Internet", 0),
            zone("gateway-host", "Gateway", 60),
            zone("api-network", "API network", 80),
        ],
        boundaries: vec![
            boundary(
                0,
                1,
                vec![Access::Rbac, Access::Dac],
                vec![Authentication::Token],
                Some(3600),
            ),
            boundary(1, 2, vec![Access::None], vec![Authentication::None], None),
        ],
        actors: vec![
            actor("anonymous", "Anybody", ActorKind::Anonymous),
            actor("user", "User", ActorKind::User),
        ],
        components: vec![
            component("portcullis", "Portcullis", ComponentKind::Gateway, 1),
            component("issuer", "login.example", ComponentKind::Issuer, 0),
        ],
        stores: vec![store("ledger", "Ledger", StoreKind::Log, 1, 0, Some(true))],
        flows: vec![
            flow("anybody-asks", "asks", Node::Actor(0), Node::Component(0), Some(true), "https"),
            flow("user-asks", "asks", Node::Actor(1), Node::Component(0), Some(true), "https"),
            flow("keys", "keys", Node::Component(1), Node::Component(0), Some(true), "https"),
            flow("records", "records", Node::Component(0), Node::Store(0), Some(true), "file"),
        ],
        assets: vec![Asset {
            id: "trust".to_owned(),
            title: "Trust".to_owned(),
            kind: AssetKind::Intangible,
            description: "people leave when it is lost".to_owned(),
            known: known(),
        }],
        unserved: vec![
            unserved("GET /orders/all", true, "nobody said who may call it"),
            unserved("PUT /orders/all", true, "nobody said who may call it"),
            unserved("TRACE /orders", false, "it cannot be read: no such method"),
        ],
        ..System::default()
    }
}

fn unserved(title: &str, is_closed: bool, why: &'static str) -> Unserved {
    Unserved { title: title.to_owned(), is_closed, why: why.into(), at: Some(span(30)) }
}

fn actor(id: &str, title: &str, kind: ActorKind) -> Actor {
    Actor {
        id: id.to_owned(),
        title: title.to_owned(),
        description: format!("{title} of the API"),
        kind,
        zone: 0,
        may: "what the policy opens".to_owned(),
        known: known(),
    }
}

fn add_api(system: &mut System, at: usize) {
    let of = if at == 0 { "orders".to_owned() } else { format!("orders-{}", at + 1) };
    let api = system.components.len();
    let stored = system.stores.len();
    let set = system.data.len();
    system.components.push(Component {
        id: of.clone(),
        title: format!("Orders {}", at + 1),
        description: "takes orders".to_owned(),
        kind: ComponentKind::Api,
        zone: 2,
        is_in_scope: true,
        known: known(),
    });
    let id = format!("store-{of}");
    system.stores.push(store(&id, "Store of orders", StoreKind::Unknown, 2, api, None));
    let (gateway, api_node) = (Node::Component(0), Node::Component(api));
    let id = format!("to-{of}");
    system.flows.push(flow(&id, "requests", gateway, api_node, Some(false), "http"));
    let id = format!("keeps-{of}");
    system.flows.push(flow(&id, "objects", api_node, Node::Store(stored), None, "unknown"));
    for (method, path) in
        [(Method::Get, "/orders/{id}"), (Method::Patch, "/orders/{id}"), (Method::Get, "/orders")]
    {
        let title = format!("{method} {path}");
        system.entries.push(entry(system, (at, api, set), method, &title));
    }
    system.data.push(DataSet {
        id: of,
        title: "Order".to_owned(),
        description: "what somebody ordered".to_owned(),
        classes: [DataClass::Personal, DataClass::Card].into_iter().collect(),
        witnesses: vec!["/card/number".to_owned()],
        placed: vec![Placement { store: stored, is_encrypted: None }],
        shown_by: vec![0],
        written_by: vec![1],
        resource: None,
        known: known(),
    });
}

fn entry(
    system: &System,
    (at, component, data): (usize, usize, usize),
    method: Method,
    title: &str,
) -> Entry {
    let operation = system.entries.len();
    Entry {
        id: format!("e-{operation}"),
        title: title.to_owned(),
        name: format!("operation{operation}"),
        kind: EntryKind::Operation {
            of: OperationRef { api: at, operation },
            method,
            places: Vec::new(),
        },
        reach: Reach::Callers,
        from: 0,
        component,
        facts: Facts::default().with(Fact::TakesId, true),
        takes: DataClasses::NONE,
        gives: DataClasses::of(DataClass::Personal),
        data: vec![data],
        ids: vec!["path `id`".to_owned()],
        seen: None,
        known: Known::new(Origin::Contract, "it is declared").at(span(12)),
    }
}

fn boundary(
    outer: usize,
    inner: usize,
    access: Vec<Access>,
    authentication: Vec<Authentication>,
    ttl: Option<u64>,
) -> Boundary {
    Boundary {
        outer,
        inner,
        access,
        authentication,
        credential_ttl: ttl,
        credentials_end: ttl.map(|_| true),
        has_refresh: None,
        can_log_out: true,
        known: known(),
    }
}

fn store(
    id: &str,
    title: &str,
    kind: StoreKind,
    zone: usize,
    of: usize,
    is_encrypted: Option<bool>,
) -> Store {
    Store {
        id: id.to_owned(),
        title: title.to_owned(),
        description: format!("{title}, at rest"),
        kind,
        zone,
        is_encrypted,
        of,
        product: None,
        known: known(),
    }
}

fn flow(
    id: &str,
    title: &str,
    from: Node,
    to: Node,
    is_encrypted: Option<bool>,
    protocol: &'static str,
) -> Flow {
    Flow {
        id: id.to_owned(),
        title: title.to_owned(),
        description: format!("{title} over {protocol}"),
        from,
        to,
        classes: [DataClass::Personal, DataClass::Credential].into_iter().collect(),
        is_encrypted,
        plain_stays_on_host: protocol == "file",
        protocol,
        has_credentials: true,
        known: Known::new(Origin::Guessed, "most do so"),
    }
}

fn threat(
    system: &System,
    stated: &Stated,
    rule: &'static Rule,
    element: Element,
    state: State,
) -> Threat {
    let likelihood = risk::mean(&risk::likelihood(system, rule.factors, element));
    let impact = risk::worst(&risk::impact(system, stated, rule.harm, element));
    let (inherent, residual) = risk::rate(likelihood, impact, state);
    let is_shown = matches!(state, State::Proven | State::ComesThrough);
    let proof = Proof {
        attack: "a1-read-by-id".to_owned(),
        at: UnixMillis(1_795_694_400_000),
        expires: UnixMillis(1_798_286_400_000),
        knock_out: (state == State::Proven).then_some(true),
        over: Vec::new(),
    };
    let proofs = if is_shown { vec![proof] } else { Vec::new() };
    Threat {
        rule,
        element,
        why: "its requests name objects by ids".into(),
        mitigations: vec![Mitigation {
            control: rule.controls.first().copied(),
            state,
            why: "owner of `Order` by `/owner`".into(),
            proof_count: proofs.len(),
            proofs,
            seen: 0,
        }],
        state,
        inherent,
        residual,
        accepted: None,
    }
}

fn scope() -> Scope {
    Scope {
        title: "Orders".to_owned(),
        description: "takes orders and payments".to_owned(),
        versions: vec!["1.2.0".to_owned()],
        operations: 3,
        is_external: true,
        has_gateway: true,
        classes: [DataClass::Personal, DataClass::Card].into_iter().collect(),
    }
}

fn known() -> Known {
    Known::new(Origin::Policy, "the policy names it")
}

fn span(line: u32) -> Span {
    Span { source: Sources::default().add("openapi.yaml", ""), start: line, end: line }
}
