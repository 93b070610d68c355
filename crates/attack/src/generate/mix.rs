//! Whose objects stand in the attacker's request: only another one's, or some of their own beside them?

use std::collections::BTreeMap;

use portcullis_policy::{ObjectInput, Verb};
use serde_json::{Value, json};

use super::Generator;
use super::body::CHANGED;
use super::canary::Canary;
use super::cast::Attacker;
use super::danger::Danger;
use super::draft::Draft;
use super::effects::Judge;
use super::kind::Kind;
use super::request::{Mark, Wanted, holds_several};
use super::scene::Scene;

/// Whose objects stand in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mix {
    /// All are the owner's.
    All,
    /// This one is, the others are the attacker's own.
    Only(usize),
    /// In this place stands one of the attacker's own, and behind it the owner's.
    Behind(usize),
}

impl Mix {
    /// Whether one of the attacker's own stands in this place.
    fn wants_own(self, place: usize) -> bool {
        match self {
            Self::All => false,
            Self::Only(foreign) => place != foreign,
            Self::Behind(_) => true,
        }
    }

    /// What it adds to the attack's name.
    fn suffix(self) -> String {
        match self {
            Self::All => String::new(),
            Self::Only(place) => format!("-only{place}"),
            Self::Behind(place) => format!("-behind{place}"),
        }
    }
}

impl Generator<'_> {
    /// Every way to mix them.
    pub(super) fn mixes(&self, scene: &Scene<'_>, attacker: &Attacker<'_>) -> Vec<Mix> {
        let mut all = vec![Mix::All];
        if attacker.kind != Kind::Object {
            return all;
        }
        let several = scene.inputs.len() > 1;
        all.extend((0..scene.inputs.len()).filter(|_| several).map(Mix::Only));
        let declared = self.model.contract.operation(scene.operation);
        let holds = |place: &usize| {
            let input = scene.inputs.get(*place);
            input.zip(declared).is_some_and(|(input, one)| holds_several(one, &input.place))
        };
        all.extend((0..scene.inputs.len()).filter(holds).map(Mix::Behind));
        all
    }

    /// One attacker, one mix, one way to judge it.
    pub(super) fn drafted(
        &self,
        scene: &Scene<'_>,
        attacker: &Attacker<'_>,
        mix: Mix,
        judge: Judge,
    ) -> Result<Draft, String> {
        let kind = match attacker.kind {
            Kind::Object if judge.is_of_effect() => Kind::Changed,
            Kind::Object if scene.inputs.is_empty() => Kind::Listed,
            other => other,
        };
        let mut before: Vec<Value> =
            scene.canaries.iter().flat_map(|canary| canary.steps.iter().cloned()).collect();
        before.extend(judge.before);
        let own = self.own_ones(scene, attacker, mix)?;
        before.extend(own.values().flat_map(|canary| canary.steps.iter().cloned()));
        let any = |_: &str| true;
        let mark: Option<Mark<'_>> = Some((CHANGED, &any));
        let wanted = Wanted {
            by: Some(&scene.doer.name),
            objects: objects(scene, None)?,
            mark,
            ..Wanted::default()
        };
        let mut honest = self.requests.write(scene.operation, &wanted)?.step;
        honest.insert("expect".to_owned(), json!(judge.expect));
        let wanted = Wanted {
            by: attacker.name(),
            objects: objects(scene, Some((mix, &own)))?,
            mark,
            ..Wanted::default()
        };
        let attack = self.requests.write(scene.operation, &wanted)?.step;
        let (first, last) = judge.around;
        Ok(Draft {
            worst: self.worst(scene),
            operation: scene.operation,
            name: self.name(scene.operation),
            kind,
            by: attacker.name().map(str::to_owned),
            act: format!("{}{}", judge.word, mix.suffix()),
            at: None,
            before,
            honest: first.into_iter().chain([Value::Object(honest)]).chain(last).collect(),
            attack: vec![Value::Object(attack)],
            look: judge.look,
            harm: judge.harm,
        })
    }

    /// How bad it is where an object is changed that was there before.
    fn worst(&self, scene: &Scene<'_>) -> Option<Danger> {
        let is_made = scene.canaries.iter().all(|canary| canary.is_made);
        if !self.is_unsafe(scene.operation) || is_made {
            return None;
        }
        let touched = self.model.authorization.operations.get(scene.operation)?;
        let deletes = touched.does.iter().any(|(_, verb)| *verb == Verb::Delete);
        Some(if deletes { Danger::Destroys } else { Danger::Changes })
    }

    /// The attacker's own objects, by the place of the input where one stands.
    fn own_ones(
        &self,
        scene: &Scene<'_>,
        attacker: &Attacker<'_>,
        mix: Mix,
    ) -> Result<BTreeMap<usize, Canary>, String> {
        let Some(person) = attacker.person else { return Ok(BTreeMap::new()) };
        let inputs = scene.inputs.iter().enumerate().filter(|(place, _)| mix.wants_own(*place));
        let own = inputs.map(|(place, input)| {
            let prefix = format!("own{place}");
            Ok((place, self.canary(input.resource, person, &prefix, scene.operation)?))
        });
        own.collect()
    }
}

/// Which ids stand where: the owner's, or as they are mixed with the attacker's own.
fn objects<'s>(
    scene: &Scene<'s>,
    mixed: Option<(Mix, &BTreeMap<usize, Canary>)>,
) -> Result<Vec<(&'s ObjectInput, Vec<String>)>, String> {
    let filled = scene.inputs.iter().enumerate().map(|(place, input)| {
        let theirs = scene.canaries.get(place).and_then(|canary| canary.id(input.id));
        let theirs = theirs.ok_or("an id that it needs is not shown")?;
        let own = mixed.and_then(|(mix, own)| Some((mix, own.get(&place)?.id(input.id)?)));
        let ids = match own {
            Some((Mix::Behind(one), own)) if one == place => vec![own, theirs],
            Some((_, own)) => vec![own],
            None => vec![theirs],
        };
        Ok((*input, ids))
    });
    filled.collect()
}
