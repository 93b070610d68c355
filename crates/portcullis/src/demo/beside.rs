//! What stands below the table of attacks: the sample's threat model without and with the gateway, each answer with its
//! evidence, and the checklist, answered for a deployment that is made for it and goes with it.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use portcullis_attack::{Document, Sliced, Standing, sample_model, shared_policy};
use portcullis_audit::{Answer, Scratch, Verdict};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_evidence::{Record, stand};
use portcullis_model::{Clock, UnixMillis};
use portcullis_threat::{Answers, Sources, State, Stated, System, ThreatModel, model};
use serde_json::{Value, json};

use crate::audit_command::checklist_of;
use crate::clock::SystemClock;

/// The policy that an owner of the sample would write; most attacks are made under it.
const POLICY: &str = "pharmacy";
/// Threats of each kind that are told one by one.
const TOLD_MAX: usize = 10;
/// Nothing is asked of it: the model needs an address.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9);

/// What is told beside the attacks.
pub(super) struct Beside {
    before: ThreatModel,
    after: ThreatModel,
    checklist: Vec<Answer>,
}

impl Beside {
    /// Of what a run of the demo showed.
    pub(super) fn of(records: &[Record]) -> Result<Self, String> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let now = clock.now();
        let policy = shared_policy(POLICY).ok_or("the sample's policy is not there")?;
        let joined = sample_model(Document::Honest, Some(policy), NOWHERE, &clock);
        let joined = joined.map_err(|failure| format!("the sample's model: {failure}"))?;
        let plan = Plan::compile(joined, PlanOptions::default());
        let sliced = Sliced::new(Arc::clone(&plan.model))?;
        let standing =
            stand(records, &Standing { sliced, suite: None, binary: None, at: now }).last;
        // What an attack does to the API alone is the same under any policy.
        let alone: Vec<(Record, Vec<&'static str>)> = standing
            .iter()
            .map(|(record, over)| {
                let over = over.iter().copied().filter(|what| *what != "policy").collect();
                (record.clone(), over)
            })
            .collect();
        let plans = [plan];
        Ok(Self {
            before: threats(&plans, false, &alone, now),
            after: threats(&plans, true, &standing, now),
            checklist: checklist(policy)?,
        })
    }

    /// Members of the report in JSON.
    pub(super) fn add_to(&self, report: &mut Value) {
        let Value::Object(members) = report else { return };
        let (before, after) = (self.before.found(), self.after.found());
        let threats = json!({
            "before": { "open": before.open, "all": before.all },
            "after": {
                "open": after.open,
                "all": after.all,
                "proven": after.proven,
                "withstands": count(&self.after, State::Withstands),
                "configured": count(&self.after, State::Configured),
                "stale": count(&self.after, State::Stale),
            },
        });
        let checklist = self.checklist.iter().map(|one| {
            json!({ "id": one.item, "verdict": one.verdict.name(), "evidence": one.evidence })
        });
        members.insert("threats".to_owned(), threats);
        members.insert("checklist".to_owned(), checklist.collect());
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let (before, after) = (self.before.found(), self.after.found());
        let mut text = format!(
            "\nthreats to the sample, under the policy that its owner would write: open {} -> {} \
             (proven {}, the API itself withstands {}, configured {}, not shown under this policy {})\n",
            before.open,
            after.open,
            after.proven,
            count(&self.after, State::Withstands),
            count(&self.after, State::Configured),
            count(&self.after, State::Stale),
        );
        text.push_str("  answered, each with an attack that shows it\n");
        tell(&mut text, shown(&self.after, |state| state == State::Proven));
        text.push_str("  open\n");
        tell(&mut text, shown(&self.after, State::is_open));
        text.push_str(
            "  all of them: portcullis threats -c portcullis.yaml --evidence FILE\n\nchecklist\n",
        );
        for one in &self.checklist {
            let mark = match one.verdict {
                Verdict::Yes => "yes",
                Verdict::No => "no",
                Verdict::NotCheckable => "not checkable",
            };
            let further = one.fix.as_ref().or(one.supply.as_ref());
            let further = further.map_or_else(String::new, |what| format!("; {what}"));
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "  {:<4}{mark:<14}{} {}{further}",
                one.item, one.question, one.evidence
            );
        }
        text
    }
}

fn threats(
    plans: &[Plan],
    has_gateway: bool,
    evidence: &[(Record, Vec<&'static str>)],
    now: UnixMillis,
) -> ThreatModel {
    let stated = Stated::default();
    let sources = Sources { plans, stated: &stated, has_gateway, requests: None };
    let system = System::derive(&sources);
    let answers = Answers { plans, is_in_front: has_gateway, evidence, seen: &[], now };
    model(system, stated, &answers)
}

fn count(model: &ThreatModel, state: State) -> usize {
    model.threats.iter().filter(|threat| threat.state == state).count()
}

/// By rule: in how many places, and what is said of the first.
fn shown(model: &ThreatModel, is_it: fn(State) -> bool) -> Vec<(&'static str, usize, String)> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut why: HashMap<&str, String> = HashMap::new();
    for threat in model.threats.iter().filter(|threat| is_it(threat.state)) {
        *places.entry(threat.rule.id).or_default() += 1;
        why.entry(threat.rule.id).or_insert_with(|| {
            let best = threat.mitigations.first();
            let proof = best.and_then(|one| one.proofs.first()).map(|proof| proof.attack.clone());
            proof.unwrap_or_else(|| best.map_or_else(String::new, |one| one.why.to_string()))
        });
    }
    let mut all: Vec<(&'static str, usize, String)> = portcullis_threat::rules::RULES
        .iter()
        .filter_map(|rule| {
            Some((rule.id, *places.get(rule.id)?, why.remove(rule.id).unwrap_or_default()))
        })
        .collect();
    all.sort_by_key(|(_, places, _)| std::cmp::Reverse(*places));
    all
}

fn tell(text: &mut String, all: Vec<(&'static str, usize, String)>) {
    let more = all.len().saturating_sub(TOLD_MAX);
    for (rule, places, why) in all.into_iter().take(TOLD_MAX) {
        let _ = writeln!(text, "    {places:>4} x {rule:<32} {why}");
    }
    if more > 0 {
        let _ = writeln!(text, "         and {more} kinds more");
    }
}

/// The ten answers for a deployment of the sample, in a folder of its own.
fn checklist(policy: &str) -> Result<Vec<Answer>, String> {
    let scratch = Scratch::make(&std::env::temp_dir())?;
    let write = |name: &str, text: &str| private(&scratch.path().join(name), text);
    write("openapi.yaml", portcullis_sample::HONEST)?;
    let head = format!("apis: [{{ contract: openapi.yaml, upstream: \"http://{NOWHERE}\" }}]\n");
    let policy = policy.replace("${api}", &format!("http://{NOWHERE}"));
    write("portcullis.yaml", &format!("{head}listen: 127.0.0.1:8443\n{policy}"))?;
    write("store.key", &Scratch::key()?)?;
    checklist_of(&scratch.path().join("portcullis.yaml"))
}

fn private(path: &Path, text: &str) -> Result<(), String> {
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
        .map_err(|error| format!("`{}`: {error}", path.display()))
}
