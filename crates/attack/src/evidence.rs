//! What a run showed, as records that can be kept: of which operations, and of what they were taken.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use portcullis_contract::Operation;
use portcullis_evidence::{Digests, Kind, Now, Record, Sha256Hex};
use portcullis_model::{Clock, UnixMillis};
use portcullis_policy::{Model, Slice};
use serde_saphyr::Spanned;

use crate::asked;
use crate::folder::Folder;
use crate::form::{Attack, Document, Step};
use crate::place::{Place, Wanted, sample_model};
use crate::policies;
use crate::report::{AttackFound, JourneyFound, Report};
use crate::shared::Shared;
use crate::verdict::State;

/// Stands in the place of the sample's address, which is another one in each run.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9);

/// What stands beside a run.
pub struct Taken {
    /// The program that made it.
    pub binary: Sha256Hex,
    /// For how long it is evidence, whatever does not change.
    pub lasts: Duration,
    /// By which clock.
    pub clock: Arc<dyn Clock>,
}

/// The records of a run of these attacks and journeys.
///
/// # Errors
/// If document or policy of one of them cannot be read any more.
pub fn records(
    place: &Place,
    set: &Folder,
    report: &Report,
    taken: &Taken,
) -> Result<Vec<Record>, String> {
    let mut grounds = Grounds { place, clock: &taken.clock, known: HashMap::new() };
    let mut records = Vec::with_capacity(report.attacks.len() + report.journeys.len());
    for (attack, found) in set.attacks.iter().zip(&report.attacks) {
        let policy = policies::text(attack.policy.as_ref(), attack.policy_file.as_ref());
        let wanted = (document(attack.document.as_ref()), policy);
        let ground = grounds.of(wanted, &attack.attack)?;
        let aimed_at = asked::aims(attack, &grounds.sliced(wanted)?.model);
        records.push(taken.record(
            (&found.id, &found.title),
            of_attack(found, aimed_at),
            (ground, attack.digest),
        ));
    }
    for (journey, found) in set.journeys.iter().zip(&report.journeys) {
        let policy = policies::text(journey.policy.as_ref(), journey.policy_file.as_ref());
        let ground = grounds.of((document(journey.document.as_ref()), policy), &journey.steps)?;
        let kind = of_journey(found);
        records.push(taken.record((&found.id, &found.title), kind, (ground, journey.digest)));
    }
    Ok(records)
}

/// Says of each attack which operations it asks. Where document or policy cannot be read, none: that was said of its
/// tries.
pub(crate) fn name_operations(
    place: &Place,
    (attacks, report): (&[Attack], &mut Report),
    (clock, shared): (&Arc<dyn Clock>, &Shared),
) {
    for (attack, found) in attacks.iter().zip(&mut report.attacks) {
        let document = document(attack.document.as_ref());
        let model = |policy| place.model(Wanted { document, policy }, NOWHERE, clock, shared);
        // What a document declares is the same whatever a policy says of the sample.
        let operations = model(None).map(|model| asked::operations(own(&attack.attack), &model));
        let operations = operations.unwrap_or_default();
        let policy = policies::text(attack.policy.as_ref(), attack.policy_file.as_ref());
        let is_relaxed = found.state == State::Open
            && model(policy)
                .is_ok_and(|model| is_relaxed(&model, attack, &operations, clock.now()));
        found.asks(attack, operations, is_relaxed);
    }
}

/// Steps that go where the attack goes, not to the API alone.
fn own(steps: &[Spanned<Step>]) -> impl Iterator<Item = &Step> {
    steps.iter().map(|step| &step.value).filter(|step| !step.at_api)
}

fn document(named: Option<&Spanned<Document>>) -> Document {
    named.map(|one| one.value).unwrap_or_default()
}

fn of_attack(found: &AttackFound, aimed_at: Vec<String>) -> Kind {
    Kind::Attack {
        item: found.item.clone(),
        cwe: found.cwe,
        threats: found.threats.clone(),
        aimed_at,
        direct: found.direct,
        through: found.through,
        stopped_by: found.stopped_by.iter().map(|control| (*control).to_owned()).collect(),
        knock_out: found.knock_out,
        twin: found.twin,
        state: found.state,
    }
}

const fn of_journey(found: &JourneyFound) -> Kind {
    Kind::Journey { direct: found.direct, through: found.through }
}

impl Taken {
    fn record(
        &self,
        (id, title): (&str, &str),
        kind: Kind,
        (ground, suite): (Ground, Sha256Hex),
    ) -> Record {
        let at = self.clock.now();
        let lasts = u64::try_from(self.lasts.as_millis()).unwrap_or(u64::MAX);
        let Ground { operations, contract, policy } = ground;
        Record {
            id: id.to_owned(),
            title: title.to_owned(),
            kind,
            operations,
            digests: Digests { contract, policy, suite, binary: self.binary },
            at,
            expires: UnixMillis(at.0.saturating_add(lasts)),
        }
    }
}

/// What an attack or a journey was made at.
struct Ground {
    operations: Vec<String>,
    contract: Sha256Hex,
    policy: Sha256Hex,
}

/// What a file says of the gateway that it wants.
type Asked<'a> = (Document, Option<&'a str>);

/// Documents and policies of a run, each read once.
struct Grounds<'a> {
    place: &'a Place,
    clock: &'a Arc<dyn Clock>,
    known: HashMap<Asked<'a>, Sliced>,
}

impl<'a> Grounds<'a> {
    fn of(&mut self, wanted: Asked<'a>, steps: &[Spanned<Step>]) -> Result<Ground, String> {
        let sliced = self.sliced(wanted)?;
        let operations = asked::operations(own(steps), &sliced.model);
        let (contract, policy) = sliced.of(&operations).ok_or("an operation is not there")?;
        Ok(Ground { operations, contract, policy })
    }

    fn sliced(&mut self, wanted: Asked<'a>) -> Result<&Sliced, String> {
        if !self.known.contains_key(&wanted) {
            let model = match self.place {
                Place::Sample => sample_model(wanted.0, wanted.1, NOWHERE, self.clock)
                    .map(Arc::new)
                    .map_err(|failure| format!("the model cannot be read: {failure}"))?,
                Place::Upstream(upstream) => Arc::clone(&upstream.model),
            };
            self.known.insert(wanted, Sliced::new(model)?);
        }
        self.known.get(&wanted).ok_or_else(|| "the model cannot be read".to_owned())
    }
}

/// Whether the policy itself has the control of an attack look away.
fn is_relaxed(model: &Model, attack: &Attack, operations: &[String], now: UnixMillis) -> bool {
    let Some(control) = attack.control.0 else { return false };
    let first = operations.first().and_then(|name| model.contract.operation_named(name));
    model.relaxations.iter().any(|relaxation| relaxation.holds(control, first, now))
}

/// A model, and what of it concerns each of its operations.
#[derive(Debug)]
pub struct Sliced {
    model: Arc<Model>,
    slices: Vec<Slice>,
    whole: Slice,
}

impl Sliced {
    /// Cuts a model.
    ///
    /// # Errors
    /// If its files cannot be read as they were.
    pub fn new(model: impl Into<Arc<Model>>) -> Result<Self, String> {
        let model = model.into();
        let cut = model.slices().and_then(|slices| Ok((slices, model.whole()?)));
        let (slices, whole) = cut.map_err(|problem| problem.message)?;
        Ok(Self { model, slices, whole })
    }

    /// The digests of what concerns these operations together, of contract and policy; where there is none, whatever
    /// the files say concerns it: what is not declared is kept out by all that is. None if one is not there.
    pub fn of(&self, operations: &[String]) -> Option<(Sha256Hex, Sha256Hex)> {
        let mut all = Vec::with_capacity(operations.len().max(1));
        for name in operations {
            all.push(*self.slices.get(self.model.contract.operation_named(name)?)?);
        }
        if all.is_empty() {
            all.push(self.whole);
        }
        let of_all = |of: fn(&Slice) -> [u8; 32]| {
            let digests: Vec<Sha256Hex> = all.iter().map(|slice| of(slice).into()).collect();
            Sha256Hex::of_all(&digests)
        };
        Some((of_all(|slice| slice.contract), of_all(|slice| slice.policy)))
    }
}

/// An API and its policy as they are now, to hold evidence against.
pub struct Standing {
    /// What there is.
    pub sliced: Sliced,
    /// The texts of attacks and journeys by id, where they are at hand.
    pub suite: Option<HashMap<String, Sha256Hex>>,
    /// This program, if it must be the one that took the evidence.
    pub binary: Option<Sha256Hex>,
    /// The time.
    pub at: UnixMillis,
}

impl Now for Standing {
    fn at(&self) -> UnixMillis {
        self.at
    }

    fn operations(&self) -> Vec<String> {
        self.sliced.model.contract.operations.iter().map(Operation::name).collect()
    }

    fn slices(&self, operations: &[String]) -> Option<(Sha256Hex, Sha256Hex)> {
        self.sliced.of(operations)
    }

    fn suite(&self, id: &str) -> Option<Sha256Hex> {
        // One that is not among them any more has another text, too: none.
        let all = self.suite.as_ref()?;
        Some(all.get(id).copied().unwrap_or(Sha256Hex::NOTHING))
    }

    fn binary(&self) -> Option<Sha256Hex> {
        self.binary
    }
}
