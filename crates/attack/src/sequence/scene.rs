//! One scene of a story: its requests, and whether they led to what the attacker wants.

use portcullis_gateway::Act;
use serde_json::Value;

use super::{Session, Stuck, why};
use crate::client::Exchange;
use crate::story::form::Scene;

/// The answer field by which a record of the ledger is found.
const REQUEST_ID_FIELD: &str = "x-request-id";

/// What was seen of a scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Played {
    /// How it ended.
    pub(crate) end: End,
    /// What controls say that they did to its own requests.
    pub(crate) acts: Vec<Act>,
    /// Which requests it was, in the words of the gateway.
    pub(crate) request_ids: Vec<String>,
}

/// How a scene ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// The attacker got what they wanted.
    Gained,
    /// They did not.
    Missed,
    /// It needs what an earlier scene did not give, or the story was over before.
    NotReached,
    /// Nothing can be said, and why.
    Broken(String),
}

impl Played {
    /// A scene that did not take place.
    pub(crate) const fn not_reached() -> Self {
        Self { end: End::NotReached, acts: Vec::new(), request_ids: Vec::new() }
    }
}

impl Session {
    /// Plays a scene.
    pub(crate) async fn scene(&mut self, scene: &Scene) -> Played {
        let mut played = Played::not_reached();
        if let Err(why) = self.expect(&scene.meanwhile).await {
            played.end = End::Broken(format!("before it, {why}"));
            return played;
        }
        let mut exchanges: Vec<(Option<&str>, Exchange)> = Vec::new();
        for step in &scene.steps {
            let to = self.to(&step.value);
            match self.rounds(&step.value, to).await {
                Ok(done) => {
                    if to == self.door {
                        played.acts.extend(done.acts);
                    }
                    if let Ok(answer) = &done.exchange.answer {
                        let ids = answer.all(REQUEST_ID_FIELD).into_iter().map(str::to_owned);
                        played.request_ids.extend(ids);
                    }
                    exchanges.push((step.value.name.as_deref(), done.exchange));
                }
                // The first step shows whether an earlier scene gave what this one needs.
                Err(Stuck::Missing(_)) if exchanges.is_empty() => return played,
                Err(Stuck::Missing(_)) => break,
                Err(stuck @ Stuck::Broken(_)) => {
                    played.end = End::Broken(why(stuck));
                    return played;
                }
            }
        }
        played.end = self.judged(scene, &exchanges);
        if played.end != End::Gained {
            for (name, value) in &scene.guesses {
                self.variables.save(name, Value::clone(value));
            }
        }
        played
    }

    fn judged(&self, scene: &Scene, exchanges: &[(Option<&str>, Exchange)]) -> End {
        let has_all = exchanges.len() == scene.steps.len();
        let holds = scene.gains.iter().all(|condition| {
            let condition = &condition.value;
            let meant = match condition.step.as_deref() {
                Some(name) => exchanges.iter().find(|(known, _)| *known == Some(name)),
                None if has_all => exchanges.last(),
                None => None,
            };
            meant.is_some_and(|(_, seen)| condition.judge(seen, &self.variables).is_ok())
        });
        if holds { End::Gained } else { End::Missed }
    }
}
