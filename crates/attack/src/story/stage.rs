//! Where a story is played: a fresh sample for each time, and a gateway that leaves controls out or none.

use std::cell::RefCell;
use std::sync::Arc;

use portcullis_model::{Clock, ControlId};
use serde_json::Value;

use super::form::Story;
use super::record;
use crate::kept::Kept;
use crate::place::{Place, Wanted, World};
use crate::policies;
use crate::sequence::{End, Played};
use crate::shared::Shared;
use crate::trial::{Part, Seen, Target, Try, Way};

/// A story, and the time by which it is played.
pub(crate) struct Stage<'a> {
    pub(crate) story: &'a Story,
    pub(crate) clock: &'a Arc<dyn Clock>,
    pub(crate) shared: &'a Arc<Shared>,
}

/// What was seen of all scenes, those of containment behind the others.
pub(crate) struct Performance {
    pub(crate) scenes: Vec<Played>,
    /// What the ledger says of each.
    pub(crate) records: Vec<Vec<Value>>,
}

impl Stage<'_> {
    /// Plays it once, in a world of its own.
    pub(crate) async fn play(&self, way: &Way) -> Result<Performance, String> {
        let Story { document, policy, policy_file, .. } = self.story;
        let wanted = Wanted {
            document: document.as_ref().map(|one| one.value).unwrap_or_default(),
            policy: policies::text(policy.as_ref(), policy_file.as_ref()),
        };
        let kept = Kept::default();
        let mut world =
            Place::Sample.open_recorded(wanted, way, (self.clock, self.shared), &kept).await?;
        let played = self.played(&mut world).await;
        world.close().await;
        let scenes = played?;
        let records = record::of_scenes(&kept.records(), &scenes);
        Ok(Performance { scenes, records })
    }

    async fn played(&self, world: &mut World) -> Result<Vec<Played>, String> {
        let Story { tokens, keys, users, before, scenes, containment, .. } = self.story;
        let session = &mut world.session;
        session.make(tokens, self.clock.now().0 / 1000).await?;
        session.give(keys, users).await?;
        session.expect(before).await?;
        let mut all = Vec::new();
        let mut is_over = false;
        for scene in scenes {
            let played =
                if is_over { Played::not_reached() } else { session.scene(&scene.value).await };
            is_over |= played.end != End::Gained && scene.value.goes_on.is_none();
            all.push(played);
        }
        for scene in containment {
            all.push(session.scene(&scene.value).await);
        }
        Ok(all)
    }
}

/// One scene of a story as something that is attacked: the scenes before it belong to it.
pub(crate) struct UpTo<'a> {
    pub(crate) stage: &'a Stage<'a>,
    /// Which of all scenes.
    pub(crate) at: usize,
    /// Times at which the scene worked, by what was left out: nothing needs to be played twice.
    pub(crate) worked: RefCell<Vec<(Vec<ControlId>, Performance)>>,
}

impl<'a> UpTo<'a> {
    pub(crate) const fn new(stage: &'a Stage<'a>, at: usize) -> Self {
        Self { stage, at, worked: RefCell::new(Vec::new()) }
    }

    /// The time at which it worked without these.
    pub(crate) fn without(self, controls: &[ControlId]) -> Option<Performance> {
        let mut worked = self.worked.into_inner().into_iter();
        worked.find(|(left_out, _)| left_out == controls).map(|(_, performance)| performance)
    }
}

impl Target for UpTo<'_> {
    async fn attempt(&self, one: Try) -> Seen {
        if one.part != Part::Attack {
            return Seen::Broken("a story has no other parts".to_owned());
        }
        let performance = match self.stage.play(&one.way).await {
            Ok(performance) => performance,
            Err(why) => return Seen::Broken(why),
        };
        match performance.scenes.get(self.at) {
            Some(Played { end: End::Gained, .. }) => {
                if let Way::Through(left_out) = one.way {
                    self.worked.borrow_mut().push((left_out, performance));
                }
                Seen::Harm
            }
            Some(Played { end: End::Broken(why), .. }) => Seen::Broken(why.clone()),
            Some(Played { acts, .. }) => Seen::NoHarm(acts.clone()),
            None => Seen::Broken("there is no such scene".to_owned()),
        }
    }
}
