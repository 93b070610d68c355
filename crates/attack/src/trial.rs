//! One attack, tried until it is known what holds: directly, at its safe twin, through the
//! gateway, and through gateways that leave controls out.

use portcullis_gateway::Act;
use portcullis_model::ControlId;

use crate::verdict::{Outcome, Verdict};

/// One try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Try {
    /// What is done.
    pub(crate) part: Part,
    /// Which way.
    pub(crate) way: Way,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The positive control: the sequence without the attack's ingredient.
    Honest,
    /// The attack.
    Attack,
    /// The positive control at the safe operation.
    TwinHonest,
    /// The attack at the safe operation.
    TwinAttack,
}

/// Which way requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the API.
    Direct,
    /// To a gateway that does not ask these controls.
    Through(Vec<ControlId>),
    /// To a gateway that somebody runs, and that tells nobody what it decides.
    Running,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A positive control: everything was as expected.
    Worked,
    /// An attack: the harm is there.
    Harm,
    /// An attack: it is not, and these controls say that they acted on the attack's own requests.
    NoHarm(Vec<Act>),
    /// Nothing can be said, and why.
    Broken(String),
}

/// Something that can be attacked, fresh for every try.
pub(crate) trait Target {
    /// Tries once.
    async fn attempt(&self, one: Try) -> Seen;
}

/// Tries an attack until it is known what holds; in the end at a gateway that runs, if there is one.
pub(crate) async fn run(target: &impl Target, has_twin: bool, has_running: bool) -> Verdict {
    let mut verdict = judged(target, has_twin).await;
    if has_running && verdict.direct != Outcome::Inconclusive {
        at_running(target, &mut verdict).await;
    }
    verdict
}

/// What the gateway that runs does counts; which control does it, is known from one of the same policy.
async fn at_running(target: &impl Target, verdict: &mut Verdict) {
    let mut why = None;
    let (seen, _) = both(target, Part::Honest, Part::Attack, Way::Running, &mut why).await;
    let own = std::mem::replace(&mut verdict.through, seen);
    match (own, seen) {
        (Outcome::Stopped, Outcome::Failed) => verdict.through = Outcome::Stopped,
        (Outcome::Stopped, Outcome::Succeeded) => {
            (verdict.stopped_by, verdict.knock_out) = (Vec::new(), None);
            verdict.why = Some(
                "it comes through the gateway that runs, and one with this policy stops it: does that one run with \
                 another?"
                    .to_owned(),
            );
        }
        (Outcome::Succeeded, Outcome::Failed) => {
            verdict.why = Some(
                "the gateway that runs stops it, and one with this policy does not: does that one run with another?"
                    .to_owned(),
            );
        }
        // Who stops it elsewhere says nothing of what was not seen here.
        (_, Outcome::Inconclusive) => {
            (verdict.stopped_by, verdict.knock_out) = (Vec::new(), None);
            verdict.why = why;
        }
        _ => {}
    }
}

async fn judged(target: &impl Target, has_twin: bool) -> Verdict {
    let mut verdict = Verdict::inconclusive("");
    verdict.why = None;
    let (direct, _) = both(target, Part::Honest, Part::Attack, Way::Direct, &mut verdict.why).await;
    verdict.direct = direct;
    if has_twin && direct != Outcome::Inconclusive {
        let parts = (Part::TwinHonest, Part::TwinAttack);
        let (twin, _) = both(target, parts.0, parts.1, Way::Direct, &mut verdict.why).await;
        if twin == Outcome::Succeeded {
            verdict.why = Some("the harm is also seen at the safe operation".to_owned());
        }
        verdict.twin = Some(twin);
    }
    if direct == Outcome::Inconclusive {
        return verdict;
    }
    let way = Way::Through(Vec::new());
    let (through, acts) = both(target, Part::Honest, Part::Attack, way, &mut verdict.why).await;
    verdict.through =
        if through == Outcome::Failed && !acts.is_empty() { Outcome::Stopped } else { through };
    if direct == Outcome::Succeeded && verdict.through == Outcome::Failed {
        verdict.why = Some("it did not succeed, and no control says that it stopped it".to_owned());
    }
    if direct == Outcome::Succeeded && verdict.through == Outcome::Stopped {
        match knock_out(target, &acts).await {
            Ok(controls) => {
                verdict.stopped_by = controls;
                verdict.knock_out = Some(true);
            }
            Err(why) => {
                verdict.knock_out = Some(false);
                verdict.why = Some(why);
            }
        }
    }
    verdict
}

/// Tries an attack at the API itself, and nowhere else.
pub(crate) async fn directly(target: &impl Target) -> Outcome {
    both(target, Part::Honest, Part::Attack, Way::Direct, &mut None).await.0
}

/// The positive control, then the attack; `Failed` with the controls that acted.
async fn both(
    target: &impl Target,
    honest: Part,
    attack: Part,
    way: Way,
    why: &mut Option<String>,
) -> (Outcome, Vec<Act>) {
    let place = match (&way, honest) {
        (Way::Direct, Part::TwinHonest) => "at the safe operation",
        (Way::Direct, _) => "directly",
        (Way::Through(_), _) => "through the gateway",
        (Way::Running, _) => "through the gateway that runs",
    };
    if let Seen::Broken(reason) = target.attempt(Try { part: honest, way: way.clone() }).await {
        *why = Some(format!("the honest sequence does not work {place}: {reason}"));
        return (Outcome::Inconclusive, Vec::new());
    }
    match target.attempt(Try { part: attack, way }).await {
        Seen::Harm => (Outcome::Succeeded, Vec::new()),
        Seen::NoHarm(acts) => (Outcome::Failed, acts),
        Seen::Worked => (Outcome::Inconclusive, Vec::new()),
        Seen::Broken(reason) => {
            *why = Some(format!("the attack cannot be judged {place}: {reason}"));
            (Outcome::Inconclusive, Vec::new())
        }
    }
}

/// Finds the controls without which the attack succeeds again.
///
/// A control that acted need not be the one that mattered (leak headers are removed from every
/// answer), so each is left out alone first. Where none alone is enough, they are left out
/// together, one more at a time, and then each is asked again that can be.
pub(crate) async fn knock_out(
    target: &impl Target,
    acts: &[Act],
) -> Result<Vec<ControlId>, String> {
    let acting = candidates(acts);
    for control in &acting {
        if succeeds_without(target, &[*control]).await.is_ok() {
            return Ok(vec![*control]);
        }
    }
    // A control may also have acted without a word, where it leaves out what nobody misses; so
    // those that never said anything come last.
    let mut left_out: Vec<ControlId> = Vec::new();
    let mut waiting = acting;
    while let Some(next) = next(&waiting, &left_out) {
        left_out.push(next);
        match succeeds_without(target, &left_out).await {
            Ok(()) => return Ok(fewest(target, left_out).await),
            Err(acts) => {
                let mut further = candidates(&acts);
                further.append(&mut waiting);
                waiting = further;
            }
        }
    }
    let names: Vec<&str> = left_out.iter().map(|control| control.name()).collect();
    Err(format!("without {} the attack does not succeed again", names.join(", ")))
}

/// Who is left out next: first those who said that they acted, then all others.
fn next(waiting: &[ControlId], left_out: &[ControlId]) -> Option<ControlId> {
    waiting.iter().chain(&ControlId::ALL).find(|one| !left_out.contains(one)).copied()
}

/// The chain without those of its links that do not matter.
async fn fewest(target: &impl Target, chain: Vec<ControlId>) -> Vec<ControlId> {
    let mut kept = chain.clone();
    for control in chain {
        let fewer: Vec<_> = kept.iter().copied().filter(|one| *one != control).collect();
        if !fewer.is_empty() && succeeds_without(target, &fewer).await.is_ok() {
            kept = fewer;
        }
    }
    kept
}

/// Whether the attack succeeds in a gateway that leaves these out; if not, who acts now.
async fn succeeds_without(target: &impl Target, controls: &[ControlId]) -> Result<(), Vec<Act>> {
    let way = Way::Through(controls.to_vec());
    match target.attempt(Try { part: Part::Attack, way }).await {
        Seen::Harm => Ok(()),
        Seen::NoHarm(acts) => Err(acts),
        Seen::Worked | Seen::Broken(_) => Err(Vec::new()),
    }
}

/// Who acted: those that refused first, because a refusal is final.
fn candidates(acts: &[Act]) -> Vec<ControlId> {
    let refused = acts.iter().filter_map(|act| match act {
        Act::Refused(control) => Some(*control),
        Act::Removed(_) => None,
    });
    let removed = acts.iter().filter_map(|act| match act {
        Act::Removed(control) => Some(*control),
        Act::Refused(_) => None,
    });
    let mut named = Vec::new();
    for control in refused.chain(removed) {
        if !named.contains(&control) {
            named.push(control);
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use ControlId::{ContentType, InputShape, SafeConfiguration, WritableProperties};

    use super::*;

    /// A target whose answers are a function of the try.
    struct Fake<F>(F);

    impl<F: Fn(&Try) -> Seen> Target for Fake<F> {
        async fn attempt(&self, one: Try) -> Seen {
            (self.0)(&one)
        }
    }

    fn judge(has_twin: bool, answer: impl Fn(&Try) -> Seen) -> Verdict {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run(&Fake(answer), has_twin, false))
    }

    /// Positive controls work; attacks are answered by way.
    fn attacks(one: &Try, answer: impl Fn(Option<&[ControlId]>) -> Seen) -> Seen {
        match (one.part, &one.way) {
            (Part::Honest | Part::TwinHonest, _) => Seen::Worked,
            (Part::TwinAttack, _) => Seen::NoHarm(Vec::new()),
            (Part::Attack, Way::Direct) => answer(None),
            (Part::Attack, Way::Through(left_out)) => answer(Some(left_out)),
            (Part::Attack, Way::Running) => Seen::Broken("none runs".to_owned()),
        }
    }

    /// The same where the gateway that runs has its own answer, and one of this policy stops the attack or not.
    fn beside(own_stops: bool, running: &Seen) -> Verdict {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answer = |one: &Try| match (&one.way, one.part) {
            (Way::Running, Part::Attack) => running.clone(),
            (Way::Running, _) => match running {
                Seen::Broken(why) => Seen::Broken(why.clone()),
                _ => Seen::Worked,
            },
            _ => attacks(one, |way| match way {
                Some(left_out) if own_stops && left_out.is_empty() => {
                    Seen::NoHarm(vec![Act::Refused(InputShape)])
                }
                _ => Seen::Harm,
            }),
        };
        runtime.block_on(run(&Fake(answer), false, true))
    }

    #[test]
    fn what_the_gateway_that_runs_does_counts() {
        let verdict = beside(true, &Seen::NoHarm(Vec::new()));
        assert_eq!((verdict.through, verdict.knock_out), (Outcome::Stopped, Some(true)));
        assert_eq!(
            (verdict.stopped_by.as_slice(), verdict.why.as_deref()),
            ([InputShape].as_slice(), None)
        );
        let verdict = beside(true, &Seen::Harm);
        assert_eq!((verdict.through, verdict.knock_out), (Outcome::Succeeded, None));
        assert!(verdict.stopped_by.is_empty() && verdict.why.unwrap().contains("another?"));
        let verdict = beside(false, &Seen::NoHarm(Vec::new()));
        assert_eq!(verdict.through, Outcome::Failed);
        assert!(verdict.why.unwrap().contains("another?"));
        let verdict = beside(false, &Seen::Harm);
        assert_eq!((verdict.through, verdict.why), (Outcome::Succeeded, None));
        let verdict = beside(true, &Seen::Broken("status 503".to_owned()));
        assert_eq!((verdict.through, verdict.stopped_by.len()), (Outcome::Inconclusive, 0));
        assert!(verdict.why.unwrap().contains("through the gateway that runs: status 503"));
    }

    #[test]
    fn harm_that_always_occurs_is_open() {
        let verdict = judge(false, |one| attacks(one, |_| Seen::Harm));
        assert_eq!((verdict.direct, verdict.through), (Outcome::Succeeded, Outcome::Succeeded));
        assert!(verdict.stopped_by.is_empty());
    }

    #[test]
    fn harm_that_never_occurs_is_failed_even_if_a_control_acts() {
        let removed = vec![Act::Removed(SafeConfiguration)];
        let verdict = judge(true, |one| {
            attacks(one, |way| Seen::NoHarm(if way.is_some() { removed.clone() } else { vec![] }))
        });
        assert_eq!((verdict.direct, verdict.through), (Outcome::Failed, Outcome::Stopped));
        assert_eq!(verdict.knock_out, None, "there was nothing to stop");
        assert_eq!(verdict.twin, Some(Outcome::Failed));
    }

    #[test]
    fn a_harm_that_ends_without_a_name_is_not_stopped() {
        let verdict = judge(false, |one| {
            attacks(one, |way| way.map_or(Seen::Harm, |_| Seen::NoHarm(Vec::new())))
        });
        assert_eq!(verdict.through, Outcome::Failed);
        assert!(verdict.why.unwrap().contains("no control"));
    }

    #[test]
    fn the_control_that_mattered_is_named_not_the_one_that_also_acted() {
        let acts = vec![Act::Removed(SafeConfiguration), Act::Removed(WritableProperties)];
        let verdict = judge(false, |one| {
            attacks(one, |way| match way {
                Some(left_out) if !left_out.contains(&WritableProperties) => {
                    Seen::NoHarm(acts.clone())
                }
                _ => Seen::Harm,
            })
        });
        assert_eq!(verdict.stopped_by, [WritableProperties]);
        assert_eq!(verdict.knock_out, Some(true));
    }

    #[test]
    fn a_second_control_behind_the_first_makes_a_chain() {
        let verdict = judge(false, |one| {
            attacks(one, |way| {
                let Some(left_out) = way else { return Seen::Harm };
                if !left_out.contains(&ContentType) {
                    Seen::NoHarm(vec![Act::Refused(ContentType)])
                } else if !left_out.contains(&InputShape) {
                    Seen::NoHarm(vec![Act::Removed(SafeConfiguration), Act::Refused(InputShape)])
                } else {
                    Seen::Harm
                }
            })
        });
        assert_eq!(verdict.stopped_by, [ContentType, InputShape]);
    }

    #[test]
    fn a_second_control_that_says_nothing_is_found() {
        let verdict = judge(false, |one| {
            attacks(one, |way| match way {
                Some(left_out) if !left_out.contains(&InputShape) => {
                    Seen::NoHarm(vec![Act::Removed(SafeConfiguration)])
                }
                Some(left_out) if !left_out.contains(&SafeConfiguration) => {
                    Seen::NoHarm(vec![Act::Removed(SafeConfiguration)])
                }
                _ => Seen::Harm,
            })
        });
        assert_eq!(verdict.stopped_by, [SafeConfiguration, InputShape]);
    }

    #[test]
    fn a_knock_out_that_changes_nothing_voids_the_evidence() {
        let acts = vec![Act::Refused(InputShape)];
        let verdict = judge(false, |one| {
            attacks(one, |way| way.map_or(Seen::Harm, |_| Seen::NoHarm(acts.clone())))
        });
        assert_eq!((verdict.through, verdict.knock_out), (Outcome::Stopped, Some(false)));
        assert!(verdict.stopped_by.is_empty());
        assert!(verdict.why.unwrap().contains("input_shape"));
    }

    #[test]
    fn without_a_positive_control_nothing_can_be_said() {
        let verdict = judge(true, |one| match one.part {
            Part::Honest => Seen::Broken("status 500".to_owned()),
            _ => Seen::Harm,
        });
        assert_eq!(verdict.direct, Outcome::Inconclusive);
        assert_eq!(verdict.through, Outcome::Inconclusive);
        assert!(verdict.why.unwrap().contains("status 500"));
    }

    #[test]
    fn a_twin_that_is_harmed_is_said() {
        let verdict = judge(true, |one| match one.part {
            Part::Honest | Part::TwinHonest => Seen::Worked,
            _ => Seen::Harm,
        });
        assert_eq!(verdict.twin, Some(Outcome::Succeeded));
        assert!(verdict.why.unwrap().contains("safe operation"));
    }
}
