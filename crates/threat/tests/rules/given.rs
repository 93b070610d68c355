//! Small systems: one element, and what is so of it.

use std::borrow::Cow;
use std::path::PathBuf;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_evidence::{Digests, Kind, Outcome, Record, Sha256Hex, State as Found};
use portcullis_model::{Method, Sources as Texts, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};
use portcullis_threat::rules::{Hit, Looked, Rule};
use portcullis_threat::{
    Actor, ActorKind, Component, ComponentKind, DataClass, DataClasses, DataSet, Entry, EntryKind,
    Fact, Facts, Flow, Known, Node, OperationRef, Origin, Placement, Reach, Stated, Store,
    StoreKind, System,
};

/// 2026-11-27.
pub const NOW: UnixMillis = UnixMillis(1_795_737_600_000);

/// What a rule looks at.
#[derive(Debug, Default)]
pub struct Given {
    pub system: System,
    pub plans: Vec<Plan>,
}

impl Given {
    /// What a rule finds in it.
    pub fn find(&self, rule: &Rule) -> Vec<Hit> {
        let stated = Stated::default();
        let looked = Looked { system: &self.system, plans: &self.plans, stated: &stated, now: NOW };
        (rule.find)(&looked)
    }

    /// With the gateway in front.
    pub fn behind_the_gateway(mut self) -> Self {
        self.system.scope.has_gateway = true;
        self
    }

    /// With the plan of a document and a policy.
    pub fn planned(mut self, contract: &str, policy: &str) -> Self {
        self.plans.push(plan(contract, policy));
        self
    }
}

fn known() -> Known {
    Known::new(Origin::Stated, "a test says so")
}

fn bare(kind: EntryKind) -> Entry {
    Entry {
        id: "it".to_owned(),
        title: "it".to_owned(),
        name: "it".to_owned(),
        kind,
        reach: Reach::Callers,
        from: 0,
        component: 0,
        facts: Facts::default(),
        takes: DataClasses::NONE,
        gives: DataClasses::NONE,
        data: Vec::new(),
        ids: Vec::new(),
        seen: None,
        known: known(),
    }
}

fn operation_entry(facts: &[Fact]) -> Entry {
    let of = OperationRef { api: 0, operation: 0 };
    let kind = EntryKind::Operation { of, method: Method::Get, places: Vec::new() };
    let facts = facts.iter().fold(Facts::default(), |all, fact| all.with(*fact, true));
    Entry { facts, ..bare(kind) }
}

fn of_entry(entry: Entry) -> Given {
    Given { system: System { entries: vec![entry], ..System::default() }, plans: Vec::new() }
}

/// One operation for callers, of which these facts are so.
pub fn operation(facts: &[Fact]) -> Given {
    of_entry(operation_entry(facts))
}

/// The same, for others.
pub fn operation_for(reach: Reach, facts: &[Fact]) -> Given {
    of_entry(Entry { reach, ..operation_entry(facts) })
}

/// The same, whose answers have personal data.
pub fn personal(facts: &[Fact]) -> Given {
    let gives = DataClasses::of(DataClass::Personal);
    of_entry(Entry { gives, ..operation_entry(facts) })
}

/// A way in that is no operation, to a component.
pub fn way_in(kind: EntryKind, reach: Reach, to: ComponentKind) -> Given {
    let entry = Entry { reach, ..bare(kind) };
    let components = vec![component(to)];
    let system = System { entries: vec![entry], components, ..System::default() };
    Given { system, plans: Vec::new() }
}

fn component(kind: ComponentKind) -> Component {
    Component {
        id: "it".to_owned(),
        title: "it".to_owned(),
        description: String::new(),
        kind,
        zone: 0,
        is_in_scope: matches!(kind, ComponentKind::Gateway | ComponentKind::Api),
        known: known(),
    }
}

/// One component.
pub fn running(kind: ComponentKind) -> Given {
    let system = System { components: vec![component(kind)], ..System::default() };
    Given { system, plans: Vec::new() }
}

/// One actor.
pub fn acting(kind: ActorKind) -> Given {
    let actor = Actor {
        id: "it".to_owned(),
        title: "it".to_owned(),
        description: String::new(),
        kind,
        zone: 0,
        may: String::new(),
        known: known(),
    };
    Given { system: System { actors: vec![actor], ..System::default() }, plans: Vec::new() }
}

/// One store of a component, and of what class the data in it is.
pub fn keeping(kind: StoreKind, of: ComponentKind, class: DataClass) -> Given {
    let store = Store {
        id: "it".to_owned(),
        title: "it".to_owned(),
        description: String::new(),
        kind,
        zone: 0,
        is_encrypted: None,
        of: 0,
        product: None,
        known: known(),
    };
    let data = DataSet {
        id: "data".to_owned(),
        title: "data".to_owned(),
        description: String::new(),
        classes: DataClasses::of(class),
        witnesses: Vec::new(),
        placed: vec![Placement { store: 0, is_encrypted: None }],
        shown_by: Vec::new(),
        written_by: Vec::new(),
        resource: None,
        known: known(),
    };
    let system = System {
        components: vec![component(of)],
        stores: vec![store],
        data: vec![data],
        ..System::default()
    };
    Given { system, plans: Vec::new() }
}

/// Credentials that go from somebody to a component.
pub fn sending(to: ComponentKind, is_encrypted: Option<bool>, protocol: &'static str) -> Given {
    let flow = Flow {
        id: "it".to_owned(),
        title: "it".to_owned(),
        description: String::new(),
        from: Node::Actor(0),
        to: Node::Component(0),
        classes: DataClasses::NONE,
        is_encrypted,
        plain_stays_on_host: false,
        protocol,
        has_credentials: true,
        known: known(),
    };
    let components = vec![component(to)];
    let system = System { components, flows: vec![flow], ..System::default() };
    Given { system, plans: Vec::new() }
}

/// The plan of a document and a policy.
pub fn plan(contract: &str, policy: &str) -> Plan {
    compiled(contract, Some(policy), Overrides::default())
}

/// The plan of a document, where nobody decided anything.
pub fn plan_without_policy(contract: &str) -> Plan {
    let upstream = Some("http://127.0.0.1:3000".to_owned());
    compiled(contract, None, Overrides { upstream, ..Overrides::default() })
}

fn compiled(contract: &str, policy: Option<&str>, overrides: Overrides) -> Plan {
    let mut sources = Texts::default();
    let contract = sources.add("openapi.yaml", contract);
    let policy = policy.map(|policy| sources.add("portcullis.yaml", policy));
    let input = Input { sources, contract, policy, folder: PathBuf::new(), overrides, now: NOW };
    let model = Model::join(input).unwrap_or_else(|failure| panic!("{:#?}", failure.diagnostics));
    Plan::compile(model, PlanOptions::default())
}

/// Why a rule hits, for messages of tests.
pub fn because(hits: &[Hit]) -> Vec<Cow<'static, str>> {
    hits.iter().map(|hit| hit.why.clone()).collect()
}

/// The record of an attack on `it` that succeeds where nothing stands in front.
pub fn succeeded(item: &str, cwe: u16) -> Record {
    let nothing = Sha256Hex::NOTHING;
    Record {
        id: "an-attack".to_owned(),
        title: "an attack".to_owned(),
        kind: Kind::Attack {
            item: item.to_owned(),
            cwe,
            threats: Vec::new(),
            aimed_at: Vec::new(),
            direct: Outcome::Succeeded,
            through: Outcome::Succeeded,
            stopped_by: Vec::new(),
            knock_out: None,
            twin: None,
            state: Found::Open,
        },
        operations: vec!["it".to_owned()],
        digests: Digests { contract: nothing, policy: nothing, suite: nothing, binary: nothing },
        at: NOW,
        expires: UnixMillis(NOW.0 + 1),
    }
}
