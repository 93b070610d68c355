//! Plays a story both ways, and proves for each scene that was stopped by whom.

use std::sync::Arc;

use portcullis_gateway::Act;
use portcullis_model::{Clock, ControlId};
use serde_json::Value;

use super::form::{Scene, Story};
use super::found::{Direct, SceneFound, StoryFound, Through};
use super::stage::{Performance, Stage, UpTo};
use crate::sequence::{End, Played};
use crate::trial::{self, Way};

/// Records that are told of one scene: the last ones.
const RECORDS_MAX: usize = 2;

/// Plays a story on the sample.
pub fn tell(story: &Story, clock: &Arc<dyn Clock>) -> StoryFound {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let told = match runtime {
        Ok(runtime) => runtime.block_on(told(&Stage { story, clock, shared: &Arc::default() })),
        Err(error) => Err(format!("the attacker cannot run: {error}")),
    };
    let (mut scenes, why) = match told {
        Ok(scenes) => (scenes, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    let containment = scenes.split_off(story.scenes.len().min(scenes.len()));
    StoryFound {
        id: story.id.value.clone(),
        item: story.item.value.clone(),
        title: story.title.value.clone(),
        scenes,
        containment,
        cannot: story.cannot.iter().map(|one| one.value.clone()).collect(),
        why,
    }
}

async fn told(stage: &Stage<'_>) -> Result<Vec<SceneFound>, String> {
    let failed = |way: &'static str| move |why: String| format!("it cannot be played {way}: {why}");
    let direct = stage.play(&Way::Direct).await.map_err(failed("directly"))?;
    let through = Way::Through(Vec::new());
    let through = stage.play(&through).await.map_err(failed("through the gateway"))?;
    let scenes = stage.story.scenes.iter().chain(&stage.story.containment);
    let mut all = Vec::new();
    let both = direct.scenes.iter().zip(through.scenes.iter().zip(&through.records));
    for (at, (scene, (direct, (played, records)))) in scenes.zip(both).enumerate() {
        let mut found = seen(&scene.value, direct, played, records);
        if found.through == Through::Stopped {
            proven(stage, at, &played.acts, &mut found).await;
        }
        all.push(found);
    }
    Ok(all)
}

/// What was seen of a scene both ways.
fn seen(scene: &Scene, direct: &Played, through: &Played, records: &[Value]) -> SceneFound {
    let mut why = None;
    let mut inconclusive = |place: &str, reason: &str| {
        why = Some(format!("{place}: {reason}"));
    };
    let direct = match &direct.end {
        End::Gained => Direct::Gained,
        End::Missed => Direct::NotGained,
        End::NotReached => Direct::NotReached,
        End::Broken(reason) => {
            inconclusive("directly", reason);
            Direct::Inconclusive
        }
    };
    let outcome = match &through.end {
        End::Gained => Through::NotStopped,
        End::Missed if through.acts.is_empty() => Through::NotGained,
        End::Missed => Through::Stopped,
        End::NotReached => Through::NotReached,
        End::Broken(reason) => {
            inconclusive("through the gateway", reason);
            Through::Inconclusive
        }
    };
    let said = |sentence: &Option<serde_saphyr::Spanned<String>>| {
        sentence.as_ref().map(|sentence| sentence.value.clone())
    };
    SceneFound {
        does: scene.does.value.clone(),
        holds: scene.holds.value.clone(),
        direct,
        through: outcome,
        control: None,
        stopped_by: Vec::new(),
        expected_control: scene.control.0.map(ControlId::name),
        knock_out: None,
        without: None,
        not_stopped: said(&scene.not_stopped).filter(|_| outcome == Through::NotStopped),
        around: scene.is_around(),
        goes_on: said(&scene.goes_on).filter(|_| outcome == Through::Stopped),
        records: records.iter().skip(records.len().saturating_sub(RECORDS_MAX)).cloned().collect(),
        why,
    }
}

/// Leaves out who says that they stopped it, until it works again.
async fn proven(stage: &Stage<'_>, at: usize, acts: &[Act], found: &mut SceneFound) {
    let up_to = UpTo::new(stage, at);
    let controls = match trial::knock_out(&up_to, acts).await {
        Ok(controls) => controls,
        Err(why) => {
            found.knock_out = Some(false);
            found.why = Some(why);
            return;
        }
    };
    found.stopped_by = controls.iter().map(|control| control.name()).collect();
    found.control = found.stopped_by.first().copied();
    found.knock_out = Some(true);
    let own = stage.story.scenes.len();
    found.without = up_to.without(&controls).and_then(|again| goes_on(&again, at, own));
}

/// How a story goes on behind a scene, as far as its own scenes go; nothing behind the last.
fn goes_on(performance: &Performance, at: usize, own: usize) -> Option<String> {
    if at + 1 >= own {
        return None;
    }
    let later = performance.scenes.iter().enumerate().take(own).skip(at + 1);
    let mut stopped = later.filter(|(_, played)| played.end == End::Missed);
    Some(match stopped.next() {
        None => "the story runs to its end".to_owned(),
        Some((at, played)) => {
            let number = at + 1;
            match who(&played.acts) {
                Some(control) => format!("step {number} is then stopped by {control}"),
                None => format!("step {number} does not work then"),
            }
        }
    })
}

/// Who acted, those who refused first.
fn who(acts: &[Act]) -> Option<ControlId> {
    let refused = acts.iter().find_map(|act| match act {
        Act::Refused(control) => Some(*control),
        Act::Removed(_) => None,
    });
    let mut acted = acts.iter().map(|act| match act {
        Act::Refused(control) | Act::Removed(control) => *control,
    });
    refused.or_else(|| acted.next())
}
