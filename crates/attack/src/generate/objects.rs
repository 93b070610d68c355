//! Which attacks does an operation deserve that touches objects?

use portcullis_policy::{InputPlace, ObjectInput};

use super::cast::Attacker;
use super::effects::by_status;
use super::kind::Kind;
use super::mix::Mix;
use super::scene::{Scene, resources};
use super::{Found, Generator};

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
}
