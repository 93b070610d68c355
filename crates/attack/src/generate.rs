//! Attacks made from a contract and a policy: whose objects does which operation give away, and which
//! function is open to whom?
//!
//! For every operation that touches objects, somebody else's object is tried by each of the others and by
//! nobody. Its owner makes one for this (a canary), and reads it again afterwards: the effect is the judge. What
//! rules open to some is tried by those whom they do not. What cannot be tried is said, with the reason.
//!
//! A generated attack is one of the same form as those that are written by hand, read by the same reader. It has
//! no twin: a twin is the same attack where the API does it right, and a generator does not know such a place.

mod amounts;
mod beside;
mod body;
mod canary;
mod cast;
mod danger;
mod draft;
mod effects;
mod faults;
mod fetches;
mod filled;
mod flows;
mod functions;
mod gives;
mod hidden;
mod honest;
mod in_query;
mod judged;
mod kind;
mod leads;
mod left_alone;
mod lists;
mod may;
mod methods;
mod mix;
mod objects;
mod other_site;
mod plain;
mod properties;
mod reading;
mod request;
mod scene;
mod sent;
mod shown;
mod sink;
#[cfg(test)]
mod small;
mod stage;
mod texts;
mod writes;
mod written;
mod xml;

use std::collections::HashSet;

use portcullis_contract::Samples;
use portcullis_policy::{Model, Resource};
use serde::Serialize;

use crate::check::Against;
use crate::form::Attack;
pub use danger::Danger;
use draft::Draft;
use kind::Kind;
pub use kind::threats;
pub use may::Person;
use request::Requests;

/// What is tried at the first operations of an API only, and at how many.
const ALIKE: [(Kind, usize); 4] =
    [(Kind::Deep, 6), (Kind::Large, 4), (Kind::Query, 6), (Kind::Site, 10)];
/// What stands for the API as a whole, where operations are named.
const WHOLE: &str = "*";
/// Attacks of one run.
pub const ATTACKS_MAX: usize = 2_000;

/// How attacks are made.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// The built-in sample, with the name of a shared policy; none: an API of the user's own.
    pub policy_file: Option<&'a str>,
    /// At most so many attacks; not above [`ATTACKS_MAX`].
    pub attacks_max: usize,
    /// Which of them, where there would be more.
    pub seed: u64,
    /// Whether what was not made for this may be changed and deleted.
    pub permits_destruction: bool,
}

/// What was made.
#[derive(Debug, Clone, Default)]
pub struct Generated {
    /// What only reads first, what destroys last, and else in the order of the contract.
    pub attacks: Vec<Made>,
    /// What is not tried, in the order of the contract.
    pub left_out: Vec<LeftOut>,
}

/// One attack, and its text as a file has it.
#[derive(Debug, Clone)]
pub struct Made {
    /// Read.
    pub attack: Attack,
    /// Written: JSON, which is YAML.
    pub text: String,
    /// What people call the operation that it tries.
    pub operation: String,
    /// How dangerous it is to try it.
    pub danger: Danger,
}

/// Something that is not tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What people call the operation.
    pub operation: String,
    /// What of it, in a word: `all`, `paula`, ...
    pub what: String,
    /// Why.
    pub why: String,
}

/// Makes attacks for a contract and its policy. The first person is whose objects are attacked, the others are
/// who attacks; where the rules do not let the first one have such objects, another one has them.
pub fn generate(
    model: &Model,
    people: &[Person],
    options: &Options<'_>,
) -> Result<Generated, String> {
    let samples = Samples::read(&model.sources, model.main)
        .map_err(|problem| format!("the document cannot be read again: {}", problem.message))?;
    let requests = Requests { model, samples: &samples };
    let generator = Generator {
        model,
        people,
        requests,
        seed: options.seed,
        permits_destruction: options.permits_destruction,
    };
    let mut drafts = Vec::new();
    let mut left_out = Vec::new();
    for operation in 0..model.contract.operations.len() {
        let mut found = Found::default();
        match left_alone::why(model, operation) {
            Some(why) => found.leave("all", why),
            None => generator.operation(operation, &mut found),
        }
        let name = generator.name(operation);
        let left = found.left_out.into_iter();
        left_out.extend(left.map(|(what, why)| LeftOut { operation: name.clone(), what, why }));
        drafts.extend(found.drafts);
    }
    let mut found = Found::default();
    generator.beside(&mut found);
    generator.flows(&mut found);
    generator.cookies(&mut found);
    let left = found.left_out.into_iter();
    left_out.extend(left.map(|(what, why)| LeftOut { operation: WHOLE.to_owned(), what, why }));
    drafts.extend(found.drafts);
    bounded(&mut drafts, &mut left_out, &generator);
    let names: Vec<String> = people.iter().map(|person| person.name.clone()).collect();
    let against = match options.policy_file {
        Some(_) => Against::Sample,
        None => Against::Upstream(&names),
    };
    let mut attacks = Vec::new();
    let mut drafts = chosen(drafts, options, &mut left_out, &generator);
    // What harms least goes first, and else the order of the contract stays.
    drafts.sort_by_key(Draft::danger);
    let mut ids = HashSet::new();
    for draft in drafts {
        let operation = generator.name(draft.operation);
        let danger = draft.danger();
        // Its id is the name of its file.
        if !ids.insert(draft.id()) {
            let why = "another attack has the same name".to_owned();
            left_out.push(LeftOut { operation, what: draft.what(), why });
            continue;
        }
        match draft.read(options.policy_file, against) {
            Ok((attack, text)) => attacks.push(Made { attack, text, operation, danger }),
            Err(why) => left_out.push(LeftOut { operation, what: draft.what(), why }),
        }
    }
    Ok(Generated { attacks, left_out })
}

/// What all operations of an API do alike is tried at the first ones.
fn bounded(drafts: &mut Vec<Draft>, left_out: &mut Vec<LeftOut>, generator: &Generator<'_>) {
    for (kind, most) in ALIKE {
        let mut count = 0;
        let mut beyond = Vec::new();
        drafts.retain(|draft| {
            count += usize::from(draft.kind == kind);
            let is_kept = draft.kind != kind || count <= most;
            if !is_kept {
                beyond.push((generator.name(draft.operation), draft.what()));
            }
            is_kept
        });
        let why = format!("it is tried at {most} operations, and others of one API do it alike");
        let left = |(operation, what)| LeftOut { operation, what, why: why.clone() };
        left_out.extend(beyond.into_iter().map(left));
    }
}

/// As many as are wanted, by the seed; the order stays.
fn chosen(
    drafts: Vec<Draft>,
    options: &Options<'_>,
    left_out: &mut Vec<LeftOut>,
    generator: &Generator<'_>,
) -> Vec<Draft> {
    let most = options.attacks_max.min(ATTACKS_MAX);
    let mut order: Vec<(u64, usize)> =
        drafts.iter().enumerate().map(|(place, draft)| (draft.lot(options.seed), place)).collect();
    order.sort_unstable();
    order.truncate(most);
    let mut places: Vec<usize> = order.into_iter().map(|(_, place)| place).collect();
    places.sort_unstable();
    let mut kept = Vec::new();
    for (place, draft) in drafts.into_iter().enumerate() {
        if places.binary_search(&place).is_ok() {
            kept.push(draft);
        } else {
            let operation = generator.name(draft.operation);
            let why = format!("there are more than {most} attacks");
            left_out.push(LeftOut { operation, what: draft.what(), why });
        }
    }
    kept
}

/// What is found for one operation.
#[derive(Default)]
struct Found {
    drafts: Vec<Draft>,
    left_out: Vec<(String, String)>,
}

impl Found {
    fn leave(&mut self, what: &str, why: impl Into<String>) {
        self.left_out.push((what.to_owned(), why.into()));
    }
}

struct Generator<'a> {
    model: &'a Model,
    people: &'a [Person],
    requests: Requests<'a>,
    /// Decides what is left to chance.
    seed: u64,
    /// Whether what was not made for this may be changed and deleted.
    permits_destruction: bool,
}

impl Generator<'_> {
    fn operation(&self, operation: usize, found: &mut Found) {
        let Some(touched) = self.model.authorization.operations.get(operation) else {
            return found.leave("all", "the policy says nothing of it");
        };
        let shown = (!touched.is_unsafe).then(|| touched.shows.first().copied()).flatten();
        let is_about_objects = !touched.inputs.is_empty() || shown.is_some();
        if !is_about_objects || !self.objects(operation, shown, found) {
            self.functions(operation, found);
        }
        self.gives(operation, found);
        self.hidden(operation, found);
        self.writes(operation, found);
        self.faults(operation, found);
        self.asked(operation, found);
    }

    /// What concerns no object of anybody else: amounts, texts, methods, and where it leads.
    fn asked(&self, operation: usize, found: &mut Found) {
        let honest = match self.honest(operation) {
            Ok(honest) => honest,
            Err(why) => return found.leave("amounts, texts", why),
        };
        self.leads(&honest, found);
        self.fetches(&honest, found);
        if honest.points_away() {
            let why = "its honest request points at a host that nobody knows to be there";
            return found.leave("amounts, texts", why);
        }
        self.amounts(&honest, found);
        self.once(&honest, found);
        self.texts(&honest, found);
        self.in_query(&honest, found);
        self.other_site(&honest, found);
        self.methods(&honest, found);
    }

    fn resource(&self, index: usize) -> Result<&Resource, String> {
        self.model.authorization.resources.get(index).ok_or_else(|| "no such resource".to_owned())
    }

    fn name(&self, operation: usize) -> String {
        self.model
            .contract
            .operation(operation)
            .map(portcullis_contract::Operation::name)
            .unwrap_or_default()
    }
}
