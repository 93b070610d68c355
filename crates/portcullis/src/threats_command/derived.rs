//! The model, derived from what the command line names.

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use portcullis_attack::{Against, Sliced, Standing, folder};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_evidence::{Record, stand};
use portcullis_model::{Clock as _, Diagnostic, Sources, UnixMillis};
use portcullis_policy::Policy;
use portcullis_threat::diff::Tried;
use portcullis_threat::forms::{Behind, Question, Shown};
use portcullis_threat::{Answers, Stated, System, ThreatModel, conclusive, model, questions};

use super::nowhere;
use super::traffic::Traffic;
use crate::arguments::BelievedFile;
use crate::clock::SystemClock;
use crate::evidence_command::{believed, this_program};
use crate::exit::Exit;
use crate::report::Places;
use crate::threats_arguments::DerivedFrom;
use crate::{load, report, shell, talk};

/// How the file of people is called, where nobody names it.
pub(super) const MODEL_FILE: &str = "threats.yaml";

/// A model, with what is said about it.
pub(super) struct Derived {
    pub(super) model: ThreatModel,
    pub(super) questions: Vec<Question>,
    pub(super) at: UnixMillis,
    /// What evidence says of attacks that came through once.
    pub(super) tried: Tried,
    /// What names its sources on a command line.
    named: String,
    behind: Option<Behind>,
    sources: Sources,
    problems: Vec<Diagnostic>,
}

impl Derived {
    pub(super) fn of(from: &DerivedFrom) -> Result<Self, Exit> {
        let (config, contract) = (from.config.as_deref(), from.contract.as_deref());
        let policy = load::explained_policy(config, contract, from.upstream.as_deref(), None);
        let Policy { apis, mut sources, .. } = policy.map_err(|failure| load::refuse(&failure))?;
        let at = SystemClock.now();
        let stated = stated(from, &mut sources, at)?;
        let compile = |api| Plan::compile(api, PlanOptions::default());
        let plans: Vec<Plan> = apis.into_iter().map(compile).collect();
        let is_in_front = !from.without_gateway && (config.is_some() || from.upstream.is_some());
        let evidence = evidence(from, &plans, is_in_front, at)?;
        nowhere::say(&evidence, &plans, is_in_front);
        let traffic = Traffic::of(&from.ledgers, &plans)?;
        let system = System::derive(&portcullis_threat::Sources {
            plans: &plans,
            stated: &stated,
            has_gateway: is_in_front,
            requests: traffic.as_ref().map(|traffic| &traffic.requests),
        });
        let seen = traffic.map_or_else(Vec::new, Traffic::seen);
        let answers =
            Answers { plans: &plans, is_in_front, evidence: &evidence, seen: &seen, now: at };
        let model = model(system, stated, &answers);
        let tried = from.evidence.as_ref().map(|_| Tried::of(&evidence, is_in_front));
        let behind = (!is_in_front).then(|| behind(&model, &plans, from, at));
        let problems = model.held(at);
        let places = RefCell::new(Places::new(&sources));
        let questions = questions(&model, at, &|span| place(&places, span));
        drop(places);
        let tried = tried.unwrap_or_default();
        let named = named(from);
        Ok(Self { model, questions, at, tried, named, behind, sources, problems })
    }

    /// What of the threat file is said of nothing, or ended: on standard error, since it is no part of the model.
    pub(super) fn say_problems(&self) {
        let coloured = talk::is_coloured(false);
        let grouped = report::grouped(&self.problems);
        talk::say_text(&report::render_text(&grouped, &self.sources, coloured));
    }

    /// The files that it was read from.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.sources.names().map(Path::new)
    }

    /// For forms.
    pub(super) fn shown<T>(&self, form: impl FnOnce(&Shown<'_>) -> T) -> T {
        let places = RefCell::new(Places::new(&self.sources));
        let place = |span| place(&places, span);
        let (questions, behind) = (&self.questions, self.behind);
        let (model, at, named) = (&self.model, self.at, &*self.named);
        form(&Shown { model, at, place: &place, questions, named, behind })
    }
}

/// The same sources, as a person may paste them behind a command.
fn named(from: &DerivedFrom) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut file = |option: &str, path: &Path| {
        words.extend([option.to_owned(), shell::word(&path.display().to_string())]);
    };
    let files = [
        ("-c", &from.config),
        ("--contract", &from.contract),
        ("--model", &from.model),
        ("--evidence", &from.evidence),
        ("--evidence-key", &from.evidence_key),
        ("--attacks", &from.attacks),
    ];
    for (option, path) in files {
        path.iter().for_each(|path| file(option, path));
    }
    from.ledgers.iter().for_each(|path| file("--ledger", path));
    if let Some(upstream) = &from.upstream {
        words.extend(["--upstream".to_owned(), shell::word(upstream)]);
    }
    for (option, is_given) in
        [("--without-gateway", from.without_gateway), ("--any-program", from.any_program)]
    {
        words.extend(is_given.then(|| option.to_owned()));
    }
    words.join(" ")
}

/// What the gateway is configured against of what is open without it, as document and policy say: no evidence counts.
fn behind(alone: &ThreatModel, plans: &[Plan], from: &DerivedFrom, now: UnixMillis) -> Behind {
    let stated = alone.stated.clone();
    let system = System::derive(&portcullis_threat::Sources {
        plans,
        stated: &stated,
        has_gateway: true,
        requests: None,
    });
    let answers = Answers { plans, is_in_front: true, evidence: &[], seen: &[], now };
    let with = model(system, stated, &answers);
    let closed = with.threats.iter().filter(|one| !one.is_open());
    let closed: HashSet<String> = closed.map(|one| with.name(one)).collect();
    let open = alone.threats.iter().filter(|one| one.is_open());
    let answered = open.filter(|one| closed.contains(&alone.name(one))).count();
    let how = if from.without_gateway {
        "leave `--without-gateway` away to see it"
    } else {
        "`--upstream URL` shows it"
    };
    Behind { answered, how }
}

fn place(places: &RefCell<Places<'_>>, span: portcullis_model::Span) -> String {
    let (file, line, column) = places.borrow_mut().start(span);
    format!("{file}:{line}:{column}")
}

/// The file of people that is meant, if there is one.
fn stated(from: &DerivedFrom, sources: &mut Sources, at: UnixMillis) -> Result<Stated, Exit> {
    let path = match &from.model {
        Some(path) => path.clone(),
        None => match beside(from) {
            // What is there is read, also where that fails: half of what people say is not known.
            path if path.symlink_metadata().is_ok() => path,
            _ => return Ok(Stated::default()),
        },
    };
    Stated::from_file(&path, sources, at).map_err(|failure| load::refuse(&failure))
}

/// The file of people beside the policy, or the document.
pub(super) fn beside(from: &DerivedFrom) -> PathBuf {
    let file = from.config.as_deref().or(from.contract.as_deref());
    file.and_then(Path::parent).unwrap_or_else(|| Path::new("")).join(MODEL_FILE)
}

/// The last record of each attack, with why it says nothing any more.
fn evidence(
    from: &DerivedFrom,
    plans: &[Plan],
    is_in_front: bool,
    at: UnixMillis,
) -> Result<Vec<(Record, Vec<&'static str>)>, Exit> {
    let Some(file) = &from.evidence else { return Ok(Vec::new()) };
    let unusable = |why: String| {
        talk::say(&why);
        Exit::Unusable
    };
    let [plan] = plans else {
        talk::say(
            "evidence is of one API, and the policy names several: nothing says of which it is",
        );
        talk::say(
            "help: give a policy file of one API with -c FILE, as `portcullis attack` was given it",
        );
        return Err(Exit::Unusable);
    };
    let file = BelievedFile { file: file.clone(), key: from.evidence_key.clone(), head: None };
    // A model that rests on what nobody can believe is none.
    let found = believed(&file).map_err(|_| Exit::Unusable)?;
    let sliced = Sliced::new(plan.model.clone()).map_err(unusable)?;
    let suite = from.attacks.as_ref().map(|path| {
        // Whose credentials steps name is of no matter here.
        let set = folder(path, Against::Anybody).map_err(|files| {
            files.iter().for_each(|bad| talk::say(&bad.to_string()));
            Exit::Unusable
        })?;
        let attacks = set.attacks.iter().map(|one| (one.id.value.clone(), one.digest));
        let journeys = set.journeys.iter().map(|one| (one.id.value.clone(), one.digest));
        Ok(attacks.chain(journeys).collect())
    });
    let binary = (!from.any_program).then(this_program).transpose().map_err(unusable)?;
    let now = Standing { sliced, suite: suite.transpose()?, binary, at };
    Ok(stand(&conclusive(found.records, is_in_front), &now).last)
}
