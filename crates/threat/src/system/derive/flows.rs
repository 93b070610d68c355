//! What goes from one to another.

use portcullis_policy::{Instance, Model};

use super::parts::Components;
use super::reached::{Direct, directly};
use super::{Ids, Sources};
use crate::system::{
    ActorKind, ComponentKind, DataClass, DataClasses, EntryKind, Fact, Flow, Known, Node, Origin,
    Reach, System,
};

pub(super) fn flows(sources: &Sources<'_>, components: &Components, system: &mut System) {
    let mut made = Making { ids: Ids::default(), flows: Vec::new() };
    made.of_actors(sources, components, system);
    made.of_apis(sources, components, system);
    made.of_stores(system);
    made.of_others(components, system);
    system.flows = made.flows;
}

struct Making {
    ids: Ids,
    flows: Vec<Flow>,
}

/// A way, and what it is made of.
struct Way {
    from: Node,
    to: Node,
    what: String,
    classes: DataClasses,
    is_encrypted: Option<bool>,
    plain_stays_on_host: bool,
    protocol: &'static str,
    has_credentials: bool,
    known: Known,
}

impl Making {
    fn add(&mut self, system: &System, way: Way) {
        let title = format!("{} to {}", title(system, way.from), title(system, way.to));
        self.flows.push(Flow {
            id: self.ids.of(&title),
            title,
            description: way.what,
            from: way.from,
            to: way.to,
            classes: way.classes,
            is_encrypted: way.is_encrypted,
            plain_stays_on_host: way.plain_stays_on_host,
            protocol: way.protocol,
            has_credentials: way.has_credentials,
            known: way.known,
        });
    }

    /// From whoever asks to what answers.
    fn of_actors(&mut self, sources: &Sources<'_>, components: &Components, system: &System) {
        let targets: Vec<(usize, Direct)> = match components.gateway {
            Some(gateway) => {
                sources.first().map(|model| (gateway, listener(model))).into_iter().collect()
            }
            None => components.apis.iter().copied().zip(sources.models().map(directly)).collect(),
        };
        for (at, actor) in system.actors.iter().enumerate() {
            if actor.kind == ActorKind::Operator {
                self.of_operator(at, components, system);
                continue;
            }
            let classes = reached(system, actor.kind);
            for (target, spoken) in &targets {
                self.add(
                    system,
                    Way {
                        from: Node::Actor(at),
                        to: Node::Component(*target),
                        what: "Requests and their answers.".to_owned(),
                        classes,
                        is_encrypted: spoken.is_encrypted,
                        plain_stays_on_host: components.gateway.is_some()
                            && !system.scope.is_external,
                        protocol: spoken.protocol,
                        has_credentials: actor.kind != ActorKind::Anonymous,
                        known: spoken.known.clone(),
                    },
                );
            }
        }
    }

    fn of_operator(&mut self, at: usize, components: &Components, system: &System) {
        let Some(door) = components.door else { return };
        self.add(
            system,
            Way {
                from: Node::Actor(at),
                to: Node::Component(door),
                what: "Administrative commands.".to_owned(),
                classes: DataClasses::of(DataClass::Credential),
                is_encrypted: Some(false),
                plain_stays_on_host: true,
                protocol: "unix socket",
                has_credentials: true,
                known: Known::new(
                    Origin::Program,
                    "the administrative door is a socket of the file system",
                ),
            },
        );
    }

    fn of_apis(&mut self, sources: &Sources<'_>, components: &Components, system: &System) {
        let Some(gateway) = components.gateway else { return };
        for (model, api) in sources.models().zip(&components.apis) {
            let is_plain = |one: &Instance| !one.is_tls && !one.is_loopback();
            let is_tls = model.upstream.instances().all(|one| one.is_tls);
            let crosses_plain = model.upstream.instances().any(is_plain);
            self.add(
                system,
                Way {
                    from: Node::Component(gateway),
                    to: Node::Component(*api),
                    what: "Requests that were checked, and the API's answers.".to_owned(),
                    classes: system.scope.classes,
                    is_encrypted: Some(is_tls),
                    plain_stays_on_host: !crosses_plain,
                    protocol: if is_tls { "https" } else { "http" },
                    has_credentials: !model.callers.drops_credentials(),
                    known: Known::new(Origin::Policy, "the `upstream` of the policy"),
                },
            );
        }
    }

    fn of_stores(&mut self, system: &System) {
        for (at, store) in system.stores.iter().enumerate() {
            let held =
                system.data.iter().filter(|data| data.placed.iter().any(|one| one.store == at));
            let classes = held.fold(DataClasses::NONE, |all, data| all.with(data.classes));
            let is_own = store.known.from != Origin::Guessed && store.known.from != Origin::Stated;
            self.add(
                system,
                Way {
                    from: Node::Component(store.of),
                    to: Node::Store(at),
                    what: store.description.clone(),
                    classes,
                    // The gateway seals what it keeps before it writes it, and nothing else that it writes.
                    is_encrypted: if is_own { store.is_encrypted } else { None },
                    plain_stays_on_host: is_own,
                    protocol: if is_own { "file" } else { "unknown" },
                    has_credentials: classes.has(DataClass::Credential),
                    known: store.known.clone(),
                },
            );
        }
    }

    fn of_others(&mut self, components: &Components, system: &System) {
        for (at, is_tls) in &components.asked {
            let Some(other) = system.components.get(*at) else { continue };
            let Some(gateway) = components.gateway else { continue };
            let is_proxy = other.kind == ComponentKind::Proxy;
            let ends = (Node::Component(gateway), Node::Component(*at));
            let (from, to) = if is_proxy { (ends.1, ends.0) } else { ends };
            self.add(
                system,
                Way {
                    from,
                    to,
                    what: other.description.clone(),
                    classes: DataClasses::of(DataClass::Credential),
                    is_encrypted: Some(*is_tls),
                    plain_stays_on_host: false,
                    protocol: if *is_tls { "https" } else { "http" },
                    has_credentials: true,
                    known: other.known.clone(),
                },
            );
        }
        let Some(outside) = components.outside else { return };
        let takes_url = system.entries.iter().find(|entry| entry.facts.has(Fact::TakesUrl));
        for api in &components.apis {
            self.add(
                system,
                Way {
                    from: Node::Component(*api),
                    to: Node::Component(outside),
                    what: "What the API fetches, or sends, because a request names a URL."
                        .to_owned(),
                    classes: takes_url.map_or(DataClasses::NONE, |entry| entry.takes),
                    is_encrypted: None,
                    plain_stays_on_host: false,
                    protocol: "unknown",
                    has_credentials: false,
                    known: takes_url.map_or_else(
                        || Known::new(Origin::Contract, "an operation takes a URL"),
                        |entry| entry.known.clone(),
                    ),
                },
            );
        }
    }
}

/// How the gateway is spoken to.
fn listener(model: &Model) -> Direct {
    let has_tls = model.tls.is_some() || model.proxies.end_tls;
    let known = Known::new(Origin::Contract, "operations that it may use").at(model.lines.listen);
    Direct { is_encrypted: Some(has_tls), protocol: if has_tls { "https" } else { "http" }, known }
}

/// Classes of what an actor can send and get.
fn reached(system: &System, kind: ActorKind) -> DataClasses {
    let is_theirs = |reach: Reach| match kind {
        ActorKind::Anonymous => reach == Reach::Anyone,
        ActorKind::Administrator => reach >= Reach::Administrators,
        _ => reach >= Reach::Some,
    };
    let operations = system.entries.iter().filter(|entry| {
        matches!(entry.kind, EntryKind::Operation { .. }) && is_theirs(entry.reach)
    });
    operations.fold(DataClasses::NONE, |all, entry| all.with(entry.takes).with(entry.gives))
}

fn title(system: &System, node: Node) -> &str {
    let title = match node {
        Node::Actor(at) => system.actors.get(at).map(|one| &one.title),
        Node::Component(at) => system.components.get(at).map(|one| &one.title),
        Node::Store(at) => system.stores.get(at).map(|one| &one.title),
    };
    title.map_or("", String::as_str)
}
