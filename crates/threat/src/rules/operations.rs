//! F5, and the parts that are ours: policy, document, door, program, evidence, and who runs them.

use portcullis_controls::{Plan, Stride};

use super::{Hit, Probe, Rule};
use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::system::{ActorKind, ComponentKind, Element, EntryKind};

/// Whoever decides what is decided decides everything.
const DECIDES_ALL: Harm =
    Harm { confidentiality: 9, integrity: 9, availability: 9, accountability: 9 };

pub(super) const POLICY_CHANGED: Rule = Rule {
    id: "policy-changed",
    title: "somebody else changes what the gateway decides by",
    text: "somebody who can write the policy, the document or a folder above them opens what they need",
    item: "F5",
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[15, 732],
    capec: &[75, 271],
    d3fend: &["D3-LFP", "D3-SCP", "D3-FIM"],
    controls: &[],
    advice: "files of the gateway belong to one account, come from a reviewed repository, and are compared with it",
    factors: Factors { skill: 5, motive: 9, discovery: 7, exploit: 5, awareness: 6 },
    harm: DECIDES_ALL,
    probe: Probe::People(
        "make the file writable for a group and reload: it is refused, and says so",
    ),
    find: |looked| {
        let system = looked.system;
        let files = system.entries.iter().enumerate();
        let files = files.filter(|(_, entry)| matches!(entry.kind, EntryKind::File(_)));
        let because = "a file that others can write is not taken, and what widens access waits for a second word";
        files
            .map(|(at, _)| {
                let why = "the gateway decides by what stands in it";
                Hit::known(Element::Entry(at), why, State::Configured, because)
            })
            .collect()
    },
};

pub(super) const CONTROL_LEFT_OFF: Rule = Rule {
    id: "control-left-off",
    title: "a control that was switched off stays off",
    text: "somebody uses what an exception of last year lets through, which nobody remembers",
    item: "F5",
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[693],
    capec: &[578],
    d3fend: &["D3-CI"],
    controls: &[],
    advice: "each exception has an owner, a reason and a last day, and enforcement comes back by itself",
    factors: Factors { skill: 9, motive: 4, discovery: 3, exploit: 9, awareness: 4 },
    harm: Harm { confidentiality: 6, integrity: 5, availability: 5, accountability: 1 },
    probe: Probe::People(
        "`portcullis check --deny-expired` in CI names exceptions whose day is over",
    ),
    find: |looked| {
        if !looked.system.scope.has_gateway {
            return Vec::new();
        }
        let observes_all = looked.plans.iter().any(Plan::observes_everything);
        let mut exceptions =
            looked.plans.iter().flat_map(|plan| &plan.model.relaxations).peekable();
        if !observes_all && exceptions.peek().is_none() {
            return Vec::new();
        }
        let why = "its policy has exceptions";
        let (state, because) = if observes_all {
            (State::Missing, "the gateway only observes")
        } else if exceptions.any(|one| one.until.is_none()) {
            (State::Missing, "an exception has no last day")
        } else {
            let because = "each exception has a last day, after which the control enforces again";
            (State::Configured, because)
        };
        vec![Hit::known(Element::Whole, why, state, because)]
    },
};

pub(super) const ADMIN_DOOR_OPENED: Rule = Rule {
    id: "admin-door-opened",
    title: "somebody else gives administrative commands",
    text: "a program of another account, or a page in an administrator's browser, asks the administrative door for a key",
    item: "F5",
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[306],
    capec: &[36],
    d3fend: &["D3-LFP", "D3-LAM"],
    controls: &[],
    advice: "one account of the host, which nobody shares, gives such commands",
    factors: Factors { skill: 5, motive: 9, discovery: 7, exploit: 3, awareness: 4 },
    harm: DECIDES_ALL,
    probe: Probe::People("ask the door as another account of the host: it closes"),
    find: |looked| {
        let system = looked.system;
        let is_door = |at: usize| {
            let component = system.components.get(at);
            component.is_some_and(|one| one.kind == ComponentKind::AdminDoor)
        };
        let doors = system.entries.iter().enumerate().filter(|(_, entry)| is_door(entry.component));
        doors
            .map(|(at, entry)| {
                let element = Element::Entry(at);
                let why = "it takes administrative commands";
                if matches!(entry.kind, EntryKind::Socket(_)) {
                    let because =
                        "it is a socket in a folder of one account, and asks the system who speaks";
                    Hit::known(element, why, State::Configured, because)
                } else {
                    Hit::new(element, why)
                }
            })
            .collect()
    },
};

pub(super) const PROGRAM_REPLACED: Rule = Rule {
    id: "program-replaced",
    title: "another program runs in the place of this one",
    text: "somebody replaces the program, its image or one of its dependencies on the way to the host",
    item: "F5",
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[494, 829],
    capec: &[184, 538],
    d3fend: &["D3-SBV", "D3-SWI"],
    controls: &[],
    advice: "what runs is compared with the digest that was built, and what it is built of is pinned",
    factors: Factors { skill: 3, motive: 9, discovery: 3, exploit: 3, awareness: 9 },
    harm: DECIDES_ALL,
    probe: Probe::People("compare the digest of what runs with that of the release, on each host"),
    find: |looked| {
        let components = looked.system.components.iter().enumerate();
        let ours = components.filter(|(_, component)| {
            component.is_in_scope
                && matches!(component.kind, ComponentKind::Gateway | ComponentKind::Api)
        });
        ours.map(|(at, _)| Hit::new(Element::Component(at), "it was built elsewhere")).collect()
    },
};

pub(super) const OPERATOR_DOES_MORE: Rule = Rule {
    id: "operator-does-more",
    title: "somebody who runs it uses it for themselves",
    text: "an operator or administrator reads or changes data of callers, as their rights let them",
    item: "A10",
    stride: &[Stride::Repudiation, Stride::InformationDisclosure],
    cwe: &[250],
    capec: &[122],
    d3fend: &["D3-JFAPA", "D3-LAM", "D3-UAP"],
    controls: &[],
    advice: "rights are few and end, two people are needed for what cannot be undone, and records lie with others",
    factors: Factors { skill: 9, motive: 4, discovery: 9, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 9, integrity: 9, availability: 5, accountability: 7 },
    probe: Probe::People(
        "list who may do what on host, store and log: who could do it and delete the record?",
    ),
    find: |looked| {
        let actors = looked.system.actors.iter().enumerate();
        let over = actors.filter(|(_, actor)| {
            matches!(actor.kind, ActorKind::Operator | ActorKind::Administrator)
        });
        over.map(|(at, _)| Hit::new(Element::Actor(at), "they have rights over others")).collect()
    },
};

pub(super) const PROOF_FORGED: Rule = Rule {
    id: "proof-forged",
    title: "evidence says what nobody tested",
    text: "somebody edits the file of evidence, or runs it against another API, so that an open door looks closed",
    item: "F5",
    stride: &[Stride::Tampering, Stride::Repudiation],
    cwe: &[353],
    capec: &[148],
    d3fend: &["D3-MAN", "D3-FIM"],
    controls: &[],
    advice: "evidence is signed where attacks run, by a key that who writes the policy does not have",
    factors: Factors { skill: 3, motive: 4, discovery: 3, exploit: 3, awareness: 1 },
    harm: Harm { confidentiality: 2, integrity: 7, availability: 0, accountability: 7 },
    probe: Probe::People(
        "change one word of a record: `portcullis evidence verify` names its line",
    ),
    find: |looked| {
        let has_gateway = looked.system.scope.has_gateway;
        let why = "what is proven is read from a file";
        let because = "records are chained and signed, and say of which document, policy and program they speak";
        let hit = has_gateway.then(|| Hit::known(Element::Whole, why, State::Configured, because));
        hit.into_iter().collect()
    },
};
