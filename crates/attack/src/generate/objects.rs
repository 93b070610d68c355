//! Which attacks does an operation deserve that touches objects?

use std::collections::HashMap;

use portcullis_policy::{InputPlace, ObjectInput};
use serde_json::{Value, json};

use super::body::CHANGED;
use super::canary::Canary;
use super::cast::Attacker;
use super::draft::{Draft, Kind};
use super::effects::{Judge, by_status};
use super::may::Person;
use super::request::{Mark, Wanted, holds_several};
use super::{Found, Generator};

/// The objects of one operation, and whose they are.
struct Scene<'s> {
    operation: usize,
    inputs: Vec<&'s ObjectInput>,
    /// What the answer shows beside what the request names.
    listed: Option<usize>,
    owner: &'s Person,
    doer: &'s Person,
    /// One for each input, then one for what is listed.
    canaries: Vec<Canary>,
}

/// Whose objects stand in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mix {
    /// All are the owner's.
    All,
    /// This one is, the others are the attacker's own.
    Only(usize),
    /// In this place stands one of the attacker's own, and behind it the owner's.
    Behind(usize),
}

impl Generator<'_> {
    /// Makes them; `false`: nobody has such an object, so that only the function can be tried.
    pub(super) fn objects(
        &self,
        operation: usize,
        shown: Option<usize>,
        found: &mut Found,
    ) -> bool {
        let Some(touched) = self.model.authorization.operations.get(operation) else {
            return false;
        };
        let mut places: Vec<&InputPlace> = Vec::new();
        let mut inputs: Vec<&ObjectInput> = Vec::new();
        for input in &touched.inputs {
            if !places.contains(&&input.place) {
                places.push(&input.place);
                inputs.push(input);
            }
        }
        let listed = shown.filter(|one| !inputs.iter().any(|input| input.resource == *one));
        let scene = match self.scene(operation, inputs, listed) {
            Ok(scene) => scene,
            Err(why) => {
                found.leave("objects", why);
                return false;
            }
        };
        let resources = resources(&scene.inputs, scene.listed);
        let apart = [scene.owner.name.as_str(), scene.doer.name.as_str()];
        let attackers = self.attackers(operation, &resources, &apart, found);
        for attacker in attackers {
            for mix in self.mixes(&scene, &attacker) {
                self.tried(&scene, &attacker, mix, found);
            }
        }
        true
    }

    /// The first one who has all these objects, and for whom somebody may do it.
    fn scene<'s>(
        &'s self,
        operation: usize,
        inputs: Vec<&'s ObjectInput>,
        listed: Option<usize>,
    ) -> Result<Scene<'s>, String> {
        let resources = resources(&inputs, listed);
        let mut why = None;
        for owner in self.people {
            let Some(doer) = self.doer(operation, &resources, owner) else { continue };
            let canaries: Result<Vec<Canary>, String> = inputs
                .iter()
                .map(|input| input.resource)
                .chain(listed)
                .enumerate()
                .map(|(place, resource)| {
                    self.canary(resource, owner, &format!("canary{place}"), operation)
                })
                .collect();
            match canaries {
                Ok(canaries) => {
                    return Ok(Scene { operation, inputs, listed, owner, doer, canaries });
                }
                Err(reason) => why = why.or(Some(reason)),
            }
        }
        Err(why.unwrap_or_else(|| "the rules let nobody of those who are given do it".to_owned()))
    }

    fn mixes(&self, scene: &Scene<'_>, attacker: &Attacker<'_>) -> Vec<Mix> {
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

    /// One attacker, one mix: judged by the effect, by the answer, or by both, each for itself.
    fn tried(&self, scene: &Scene<'_>, attacker: &Attacker<'_>, mix: Mix, found: &mut Found) {
        let who = attacker.name().unwrap_or("nobody").to_owned();
        let (meant, several) = match mix {
            Mix::All => (scene.meant(self), false),
            Mix::Only(place) => (place, false),
            Mix::Behind(place) => (place, true),
        };
        let canary = scene.canaries.get(meant);
        for judge in self.judges(scene.operation, canary, &scene.owner.name, several) {
            // Whoever may not call it at all has done so with any success.
            let judge = match judge {
                Err(_) if attacker.kind != Kind::Object && !self.is_unsafe(scene.operation) => {
                    Ok(by_status())
                }
                judge => judge,
            };
            let drafted = judge.and_then(|judge| self.drafted(scene, attacker, mix, judge));
            match drafted {
                Ok(draft) => found.drafts.push(draft),
                Err(why) => found.leave(&who, why),
            }
        }
    }

    fn drafted(
        &self,
        scene: &Scene<'_>,
        attacker: &Attacker<'_>,
        mix: Mix,
        judge: Judge,
    ) -> Result<Draft, String> {
        let mut before: Vec<Value> =
            scene.canaries.iter().flat_map(|canary| canary.steps.iter().cloned()).collect();
        before.extend(judge.before);
        let mut own: HashMap<usize, Canary> = HashMap::new();
        for place in 0..scene.inputs.len() {
            let (Some(person), Some(input)) = (attacker.person, scene.inputs.get(place)) else {
                continue;
            };
            let wants = match mix {
                Mix::All => false,
                Mix::Only(foreign) => place != foreign,
                Mix::Behind(_) => true,
            };
            if wants {
                let canary =
                    self.canary(input.resource, person, &format!("own{place}"), scene.operation)?;
                before.extend(canary.steps.iter().cloned());
                own.insert(place, canary);
            }
        }
        let objects = |by_attacker: bool| -> Result<Vec<(&ObjectInput, Vec<String>)>, String> {
            let filled = scene.inputs.iter().enumerate().map(|(place, input)| {
                let theirs = scene.canaries.get(place).and_then(|canary| canary.id(input.id));
                let theirs = theirs.ok_or("an id that it needs is not shown")?;
                let own = own.get(&place).and_then(|canary| canary.id(input.id));
                let ids = match (mix, own) {
                    _ if !by_attacker => vec![theirs],
                    (Mix::Behind(one), Some(own)) if one == place => vec![own, theirs],
                    (Mix::All, _) | (_, None) => vec![theirs],
                    (_, Some(own)) => vec![own],
                };
                Ok((*input, ids))
            });
            filled.collect()
        };
        let any = |_: &str| true;
        let mark: Option<Mark<'_>> = Some((CHANGED, &any));
        let wanted = Wanted {
            by: Some(&scene.doer.name),
            objects: objects(false)?,
            mark,
            ..Wanted::default()
        };
        let mut honest = self.requests.write(scene.operation, &wanted)?.step;
        honest.insert("expect".to_owned(), json!(judge.expect));
        let wanted =
            Wanted { by: attacker.name(), objects: objects(true)?, mark, ..Wanted::default() };
        let attack = self.requests.write(scene.operation, &wanted)?.step;
        let (first, last) = judge.around;
        let mixed = match mix {
            Mix::All => String::new(),
            Mix::Only(place) => format!("-only{place}"),
            Mix::Behind(place) => format!("-behind{place}"),
        };
        Ok(Draft {
            operation: scene.operation,
            name: self.name(scene.operation),
            kind: attacker.kind,
            by: attacker.name().map(str::to_owned),
            act: format!("{}{mixed}", judge.word),
            at: None,
            before,
            honest: first.into_iter().chain([Value::Object(honest)]).chain(last).collect(),
            attack: vec![Value::Object(attack)],
            look: judge.look,
            harm: judge.harm,
        })
    }
}

impl Scene<'_> {
    /// The canary that an operation is about.
    fn meant(&self, generator: &Generator<'_>) -> usize {
        if self.listed.is_some() {
            return self.inputs.len();
        }
        let touched = generator.model.authorization.operations.get(self.operation);
        let about = touched.and_then(|touched| touched.does.first()).map(|(resource, _)| *resource);
        self.inputs.iter().position(|input| Some(input.resource) == about).unwrap_or(0)
    }
}

/// The resources that an operation is tried with, each once.
fn resources(inputs: &[&ObjectInput], listed: Option<usize>) -> Vec<usize> {
    let mut all: Vec<usize> = inputs.iter().map(|input| input.resource).chain(listed).collect();
    all.sort_unstable();
    all.dedup();
    all
}
