//! Who leaves out a step of a flow, and who does twice what may be done once?

use std::time::Duration;

use portcullis_policy::{Flow, FlowStep, InputPlace, RateBound, RequestPlace};
use serde_json::{Map, Value, json};

use super::honest::{Honest, Probe, expecting};
use super::kind::Kind;
use super::{Found, Generator};

/// Steps of all flows that are left out in one run.
const SKIPPED_MAX: usize = 24;
/// The runner waits no longer between two steps.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// People's clocks and the gateway's are not the same.
const MARGIN_MS: u128 = 100;

impl Generator<'_> {
    /// Every flow of the policy, each time without one of its steps.
    pub(super) fn flows(&self, found: &mut Found) {
        let mut skipped = 0;
        for flow in &self.model.flows {
            let what = format!("flow {}", flow.name);
            let walked = match self.walked(flow) {
                Ok(walked) => walked,
                Err(why) => {
                    found.leave(&what, why);
                    continue;
                }
            };
            for left_out in 0..walked.len().saturating_sub(1) {
                skipped += 1;
                if skipped > SKIPPED_MAX {
                    found.leave(&what, format!("there are more than {SKIPPED_MAX} steps"));
                    break;
                }
                match self.without(flow, &walked, left_out) {
                    Ok(probe) => {
                        if let Some(last) = walked.get(left_out + 1) {
                            found.drafts.push(self.probe(last, probe));
                        }
                    }
                    Err(why) => found.leave(&what, why),
                }
            }
        }
    }

    /// What may be done once is done twice.
    pub(super) fn once(&self, honest: &Honest<'_>, found: &mut Found) {
        let is_once = self.model.rates.iter().any(|rate| {
            rate.bound == RateBound::Once
                && rate.of.as_ref().is_some_and(|of| of.contains(&honest.operation))
        });
        if !is_once {
            return;
        }
        let step = Value::Object(honest.step.clone());
        found.drafts.push(self.probe(
            honest,
            Probe {
                kind: Kind::Once,
                act: "twice".to_owned(),
                at: None,
                honest: Vec::new(),
                attack: vec![step.clone(), step],
                look: Vec::new(),
                harm: vec![json!({ "status": "2xx" })],
            },
        ));
    }

    /// Each step of a flow by the same person.
    fn walked<'s>(&'s self, flow: &Flow) -> Result<Vec<Honest<'s>>, String> {
        let mut all: Vec<Honest<'_>> = Vec::new();
        for step in &flow.steps {
            let operation = step.operations.first().copied().ok_or("a step has no operation")?;
            if step.of.is_some() {
                return Err("what walks through it is an object".to_owned());
            }
            if step.after >= WAIT_MAX {
                return Err(format!("its step `{}` comes too late to be waited for", step.name));
            }
            let honest =
                self.honest(operation).map_err(|why| format!("its step `{}`: {why}", step.name))?;
            if all.first().is_some_and(|first| first.by != honest.by) {
                return Err("nobody of those who are given may do all of its steps".to_owned());
            }
            all.push(honest);
        }
        Ok(all)
    }

    /// The way to the step behind the one that is left out.
    fn without(
        &self,
        flow: &Flow,
        walked: &[Honest<'_>],
        left_out: usize,
    ) -> Result<Probe, String> {
        let way = |skips: Option<usize>| {
            let steps = walked.iter().zip(&flow.steps).enumerate().take(left_out + 2);
            let kept = steps.filter(|(place, _)| Some(*place) != skips);
            let told: Vec<&str> = flow
                .steps
                .iter()
                .take(left_out + 2)
                .enumerate()
                .filter(|(place, _)| Some(*place) != skips)
                .flat_map(|(_, step)| step.shows.iter().map(|(name, _)| &**name))
                .collect();
            kept.map(|(_, (honest, step))| self.flow_step(honest, step, &told))
                .collect::<Result<Vec<_>, _>>()
        };
        let honest =
            way(None)?.into_iter().map(|step| expecting(&step, json!([{ "status": "2xx" }])));
        Ok(Probe {
            kind: Kind::Step,
            act: format!("without-{}", left_out + 1),
            at: flow.steps.get(left_out).map(|step| step.name.to_string()),
            honest: honest.collect(),
            attack: way(Some(left_out))?.into_iter().map(Value::Object).collect(),
            look: Vec::new(),
            harm: vec![json!({ "status": "2xx" })],
        })
    }

    /// A step as the flow wants it: in time, with what earlier answers told, and keeping what its own tells.
    fn flow_step(
        &self,
        honest: &Honest<'_>,
        step: &FlowStep,
        told: &[&str],
    ) -> Result<Map<String, Value>, String> {
        let mut members = Vec::new();
        for (place, name) in &step.equal {
            let InputPlace::One(RequestPlace::Body(pointer)) = place else {
                return Err(format!(
                    "its step `{}` repeats what was told outside of its body",
                    step.name
                ));
            };
            if told.contains(&&**name) {
                members.push((pointer.clone(), json!(format!("${{{}}}", variable(name)))));
            }
        }
        let mut sent = self.with_members(honest, members)?;
        if !step.after.is_zero() {
            let wait = (step.after.as_millis() + MARGIN_MS).min(WAIT_MAX.as_millis());
            sent.insert("wait_ms".to_owned(), json!(u64::try_from(wait).unwrap_or_default()));
        }
        if !step.shows.is_empty() {
            let save: Map<String, Value> =
                step.shows.iter().map(|(name, at)| (variable(name), json!(at))).collect();
            sent.insert("save".to_owned(), Value::Object(save));
        }
        Ok(sent)
    }
}

/// A name of a flow, as attacks name values.
fn variable(name: &str) -> String {
    let is_kept = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let kept: String =
        name.to_ascii_lowercase().chars().map(|one| if is_kept(one) { one } else { '_' }).collect();
    format!("told_{kept}")
}

#[cfg(test)]
mod tests {
    use super::super::small::{files, made, why};
    use super::*;

    const PATHS: &str = "
  /quote:
    post: { operationId: quote, responses: { '200': { description: x, content: { application/json: { schema: { type: object, properties: { total: { type: integer } } } } } } } }
  /address:
    put: { operationId: address, responses: { '200': { description: x } } }
  /purchase:
    post:
      operationId: purchase
      requestBody: { content: { application/json: { schema: { type: object, properties: { amount: { type: integer } } } } } }
      responses: { '200': { description: x } }
";
    const RULES: &str = "  - { callers: [quote, address, purchase] }
flows:
  sale:
    steps:
      - { step: quote, shows: { total: answer./total } }
      - address
      - { step: purchase, after: 1s, within: 1h, equal: { body./amount: total } }
";

    #[test]
    fn each_step_of_a_flow_is_left_out_once_and_the_whole_way_works() {
        let made = made(PATHS, RULES, false);
        let files = files(&made, "gen-a11-");
        let [address, purchase] = files.as_slice() else {
            panic!("{files:#?} {:#?}", made.left_out)
        };
        assert_eq!(address["attack"].as_array().unwrap().len(), 1);
        assert_eq!(address["attack"][0]["send"], "PUT /v2/address");
        let honest = purchase["honest"].as_array().unwrap();
        assert_eq!(honest.len(), 3);
        assert_eq!(honest[0]["save"]["told_total"], "/total");
        assert_eq!(
            (&honest[2]["wait_ms"], &honest[2]["body"]["json"]["amount"]),
            (&json!(1100), &json!("${told_total}"))
        );
        let sent: Vec<_> =
            purchase["attack"].as_array().unwrap().iter().map(|step| &step["send"]).collect();
        assert_eq!(sent, ["POST /v2/quote", "POST /v2/purchase"]);
    }

    #[test]
    fn a_flow_that_takes_longer_than_anybody_waits_is_left_out_with_the_reason() {
        let made = made(PATHS, &RULES.replace("after: 1s", "after: 1min"), false);
        assert!(files(&made, "gen-a11-").is_empty());
        let why = why(&made, "*", "flow sale");
        assert_eq!(why, Some("its step `purchase` comes too late to be waited for"));
    }

    #[test]
    fn what_may_be_done_once_is_done_twice() {
        let rules = format!(
            "{RULES}rates: [{{ of: purchase, per: caller, once: true }}]\n\
             store: {{ folder: sessions, key: file:store.key }}\n"
        );
        let files = files(&made(PATHS, &rules, false), "gen-a11-purchase-ann-twice");
        let [file] = files.as_slice() else { panic!("{files:#?}") };
        assert_eq!(file["attack"][0], file["attack"][1]);
        assert_eq!(file["control"], "resource_limits");
    }
}
