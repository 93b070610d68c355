//! One document, from its text to what is known about it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use portcullis_contract::{
    BodyKind, CanonicalPath, Contract, Find, Media, MediaRange, NoFiles, Operation, Parameter,
    StatusPattern,
};
use portcullis_controls::writable_properties::{self, Outcome};
use portcullis_json::{Document, Limits};
use portcullis_model::{Diagnostic, Method, Sources};
use portcullis_policy::Undeclared;
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::declared::Way;
use crate::examples::{self, Example, Subject};
use crate::generate::Generator;
use crate::source::{Source, Stated};
use crate::tally::Tally;
use crate::{measure, paths, projection, routing};

/// Operations whose paths are asked for.
const ROUTED_OPERATIONS_MAX: usize = 1000;
/// Paths that are asked for of each.
const PATHS_EACH: usize = 4;
/// Templates among which ambiguous pairs are looked for: each with each.
const PAIRED_TEMPLATES_MAX: usize = 3000;
/// Examples that are checked.
const EXAMPLES_MAX: usize = 20_000;
/// Answers that are made and projected.
const ANSWERS_MAX: usize = 400;

/// A document, read.
#[derive(Debug)]
pub struct Compiled {
    sources: Sources,
    /// What came of it.
    pub result: Result<Contract, Vec<Diagnostic>>,
    took: Duration,
    processor_time: Duration,
    peak_kib: u64,
}

/// Reads a document; `name` decides between JSON and YAML.
pub fn compile(name: &str, text: String) -> Compiled {
    let mut sources = Sources::default();
    let main = sources.add(name, text);
    let (started, before) = (Instant::now(), measure::processor_time());
    let result = portcullis_contract::read(&mut sources, main, &mut NoFiles);
    Compiled {
        sources,
        result,
        took: started.elapsed(),
        processor_time: measure::processor_time().saturating_sub(before),
        peak_kib: measure::peak_kib(),
    }
}

impl Compiled {
    /// What is said of it.
    pub fn told(&self) -> &[Diagnostic] {
        match &self.result {
            Ok(contract) => &contract.warnings,
            Err(problems) => problems,
        }
    }

    /// How often each code was told.
    pub fn codes(&self) -> BTreeMap<&'static str, u64> {
        let mut codes = BTreeMap::new();
        for told in self.told() {
            *codes.entry(told.code.name).or_insert(0) += 1;
        }
        codes
    }

    /// As JSON, for the table; with the first messages of each code.
    pub fn to_json(&self) -> Value {
        let mut texts = Tally::default();
        for told in self.told() {
            let (line, column) =
                told.span.map(|span| self.sources.line_column(span)).unwrap_or_default();
            texts.add(told.code.name, || format!("{line}:{column} {}", told.message));
        }
        let unlocated = self.told().iter().filter(|told| told.span.is_none());
        json!({
            "compiled": self.result.is_ok(),
            "openapi": self.result.as_ref().ok().map(|contract| &contract.openapi),
            "operations": self.result.as_ref().map_or(0, |contract| contract.operations.len()),
            "shapes": self.result.as_ref().map_or(0, |contract| contract.shapes.len()),
            "compile_ms": self.took.as_millis() as u64,
            "processor_ms": self.processor_time.as_millis() as u64,
            "peak_kib": self.peak_kib,
            "codes": texts.counts(),
            "texts": texts.places(),
            "unlocated": unlocated.filter(|told| told.code.name != "contract-more-problems").count(),
        })
    }
}

/// What was checked of a document that was read.
#[derive(Debug, Default)]
pub struct Checks {
    stated: u64,
    unaccounted: Tally,
    routing: Tally,
    examples: Tally,
    answers: Tally,
}

/// Checks a document against the oracles and its own examples.
pub fn checks(contract: &Contract, source: Source<'_>, name: &str) -> Checks {
    let stated = source.operations();
    let mut check = Check { contract, source, chance: Chance::of(name), checks: Checks::default() };
    check.checks.stated = stated.len() as u64;
    let served: HashMap<(Method, &str), usize> = contract
        .operations
        .iter()
        .enumerate()
        .map(|(index, one)| ((one.method, one.template.as_str()), index))
        .collect();
    check.accounted(&stated, &served);
    check.routes();
    check.pairs();
    let step = stated.len().div_ceil(ANSWERS_MAX).max(1);
    for (place, one) in stated.iter().enumerate() {
        let operation = served.get(&(one.method, one.path));
        let Some(operation) = operation.and_then(|index| contract.operation(*index)) else {
            continue;
        };
        check.examples(one, operation);
        if place % step == 0 {
            check.answers(one, operation);
        }
    }
    check.checks
}

impl Checks {
    /// How many paths were asked for where contract and oracle disagree.
    pub fn disagreements(&self) -> u64 {
        self.routing.count("disagree")
    }

    /// How many members left an answer that nothing declares.
    pub fn leaks(&self) -> u64 {
        self.answers.count("leaked")
    }

    /// How many operations are neither served nor reported.
    pub fn unaccounted(&self) -> u64 {
        self.unaccounted.count("neither served nor reported")
    }

    /// How many examples were checked, by what was found.
    pub fn examples(&self) -> Value {
        self.examples.counts()
    }

    /// As JSON, for the table.
    pub fn to_json(&self) -> Value {
        let tally = |tally: &Tally| json!({ "counts": tally.counts(), "places": tally.places() });
        json!({
            "stated": self.stated,
            "unaccounted": tally(&self.unaccounted),
            "routing": tally(&self.routing),
            "examples": tally(&self.examples),
            "answers": tally(&self.answers),
        })
    }
}

struct Check<'a> {
    contract: &'a Contract,
    source: Source<'a>,
    chance: Chance,
    checks: Checks,
}

impl<'a> Check<'a> {
    /// Every operation is served, or the document's author is told that it is not.
    fn accounted(&mut self, stated: &[Stated<'a>], served: &HashMap<(Method, &str), usize>) {
        let is_cut = |told: &Diagnostic| told.code.name == "contract-more-problems";
        let is_cut = self.contract.warnings.iter().any(is_cut);
        for one in stated {
            if served.contains_key(&(one.method, one.path)) {
                continue;
            }
            let title = format!("{} {}", one.method, one.path);
            let begins: String = title.chars().take(60).collect();
            let path: String = one.path.chars().take(60).collect();
            let is_told = self.contract.warnings.iter().any(|told| {
                told.message.contains(&format!("`{begins}"))
                    || told.message.contains(&format!("`{path}"))
            });
            let word = match (is_told, is_cut) {
                (true, _) => "reported",
                (false, true) => "not told, because too much is",
                (false, false) => "neither served nor reported",
            };
            self.checks.unaccounted.add(word, || title.clone());
        }
    }

    /// Routing agrees with the oracle.
    fn routes(&mut self) {
        let contract = self.contract;
        let (templates, of) = templates(contract);
        let oracle = routing::Oracle::new(templates.iter().copied());
        let step = contract.operations.len().div_ceil(ROUTED_OPERATIONS_MAX).max(1);
        for operation in contract.operations.iter().step_by(step) {
            for turn in 0..PATHS_EACH {
                let mut path = paths::fitting(&operation.template, &mut self.chance);
                if turn % 2 == 1 {
                    path = paths::near(&path, &templates, &mut self.chance);
                }
                let Ok(canonical) = CanonicalPath::parse(&path) else {
                    self.checks.routing.add("refused before", || path.clone());
                    continue;
                };
                let groups = oracle.groups(&path);
                let found = contract.find(operation.method, &canonical);
                let agrees = agrees(contract, &groups, &of, operation.method, found);
                let word = match (agrees, groups.len()) {
                    (false, _) => "disagree",
                    (true, 0) => "agree: not declared",
                    (true, 1) => "agree",
                    (true, _) => "agree: one of several",
                };
                self.checks.routing.add(word, || format!("{} {path}: {found:?}", operation.method));
            }
        }
    }

    /// Templates of which other implementations may well choose another one.
    fn pairs(&mut self) {
        let (templates, _) = templates(self.contract);
        if templates.len() > PAIRED_TEMPLATES_MAX {
            return;
        }
        let oracle = routing::Oracle::new(templates.iter().copied());
        for (one, other) in oracle.ambiguous_pairs() {
            let name = |index: usize| templates.get(index).copied().unwrap_or_default();
            let place = || format!("{} and {}", name(one), name(other));
            self.checks.routing.add("ambiguous pair", place);
        }
    }

    /// The document's own examples are what it says.
    fn examples(&mut self, stated: &Stated<'a>, operation: &Operation) {
        let title = operation.title();
        for example in examples::of(self.source, stated) {
            if self.checks.examples.count("checked") >= EXAMPLES_MAX as u64 {
                return;
            }
            let place = || format!("{title} {:?} {}", example.of, example.keyword);
            let (what, word) = match example.of {
                Subject::Parameter { place, name } => {
                    let known = operation.parameters.iter().find(|known| {
                        known.place.name() == place && known.name.eq_ignore_ascii_case(name)
                    });
                    ("parameter", known.map(|known| parameter(known, example.value)))
                }
                Subject::Body { media } => {
                    let body = operation.body.iter().flat_map(|body| &body.media);
                    let media = body.into_iter().find(|known| is_type(known, media));
                    ("body", media.map(|media| self.body(media, &example)))
                }
                Subject::Answer { status, media } => {
                    let answers = operation.responses.iter();
                    let answer = answers.into_iter().find(|one| is_status(one.status, status));
                    let mut media_types = answer.into_iter().flat_map(|one| &one.media);
                    let media = media_types.find(|known| is_type(known, media));
                    ("answer", media.map(|media| self.answer(media, &example, &place)))
                }
            };
            self.checks.examples.add("checked", place);
            let word = word.unwrap_or_else(|| "not declared".to_owned());
            self.checks.examples.add(&format!("{what}: {word}"), || {
                let shown: String = example.value.to_string().chars().take(160).collect();
                format!("{} = {shown}", place())
            });
        }
    }

    /// A body: stripped and checked as the gateway does.
    fn body(&self, media: &Media, example: &Example<'_>) -> String {
        if !matches!(media.kind, BodyKind::Json | BodyKind::Form) {
            return "not read".to_owned();
        }
        let Ok(text) = serde_json::to_vec(example.value) else {
            return "not JSON".to_owned();
        };
        let Ok(mut document) = Document::parse(text, &Limits::GENEROUS) else {
            return "not read strictly".to_owned();
        };
        let shape = media.schema.as_ref().map(|schema| schema.shape);
        let shapes = &self.contract.shapes;
        let outcome = writable_properties::judge(&document, shapes, shape, Undeclared::Drop, false);
        let dropped = match outcome {
            Outcome::Refuse(refusal, _) => return format!("refused, {}", refusal.reason),
            Outcome::Drop(dropped) => dropped,
        };
        dropped.iter().for_each(|one| document.drop_value(one.index));
        let checked = media.schema.as_ref().map(|schema| schema.check(document.root()));
        match (checked, dropped.first()) {
            (Some(Err(found)), _) => invalid(found.keyword, example.value),
            (_, Some(first)) => format!("valid, without {}", first.reason()),
            (None, None) => "valid, nothing is said".to_owned(),
            (Some(Ok(())), None) => "valid".to_owned(),
        }
    }

    /// An answer: projected as the gateway does, as it is and with names that nothing declares.
    fn answer(
        &mut self,
        media: &Media,
        example: &Example<'_>,
        place: &dyn Fn() -> String,
    ) -> String {
        if media.kind != BodyKind::Json {
            return "not inspected".to_owned();
        }
        let Some(projected) = projection::projected(self.contract, media, example.value) else {
            return "not read strictly".to_owned();
        };
        if let Some(schema) = example.schema {
            let chance = (&mut self.chance, &mut self.checks.answers);
            let both = (self.source, self.contract);
            projection::attack(both, (media, schema), example.value, chance, place);
        }
        let found = projected.found;
        match found.removed.first() {
            _ if found.is_root_undeclared && example.value.is_string() => "a text".to_owned(),
            _ if found.is_root_undeclared => "not of its type".to_owned(),
            Some(first) => format!("without {}", first.why.reason()),
            None if found.is_not_described => "whole, nothing is said".to_owned(),
            None => "whole".to_owned(),
        }
    }

    /// Answers made from the schemas leave without what is not declared, and with all that is.
    fn answers(&mut self, stated: &Stated<'a>, operation: &Operation) {
        let responses = stated.operation.get("responses").and_then(Value::as_object);
        for (status, answer) in responses.into_iter().flatten() {
            let known = operation.responses.iter().find(|one| is_status(one.status, status));
            for (key, declared) in examples::content(self.source, self.source.follow(answer)) {
                let media = known.and_then(|one| one.media.iter().find(|one| is_type(one, key)));
                let (Some(media), Some(schema)) = (media, declared.get("schema")) else { continue };
                let chance = Chance::new(self.chance.below(usize::MAX) as u64);
                let made = Generator::new(self.source, Way::Out, chance).value(schema);
                let Some(made) = made.filter(|_| media.kind == BodyKind::Json) else { continue };
                let place = || format!("{} {status}", operation.title());
                if let Some(projected) = projection::projected(self.contract, media, &made) {
                    for removed in projected.found.removed {
                        let why = removed.why.reason();
                        let place = || format!("{} {}", place(), removed.at);
                        self.checks.answers.add(&format!("declared, yet removed: {why}"), place);
                    }
                }
                let both = (self.source, self.contract);
                let chance = (&mut self.chance, &mut self.checks.answers);
                projection::attack(both, (media, schema), &made, chance, &place);
            }
        }
    }
}

/// A value that a parameter has on the wire.
fn parameter(declared: &Parameter, value: &Value) -> String {
    let Some(schema) = &declared.schema else {
        return "not checked".to_owned();
    };
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let scalar = |value: &Value| declared.scalar(Cow::Owned(text(value)));
    let checked = match value {
        Value::Object(_) => {
            let parsed = Document::parse(value.to_string().into_bytes(), &Limits::GENEROUS);
            parsed.map(|document| schema.check(document.root())).map_err(|_| "not JSON")
        }
        Value::Array(items) => {
            let scalars: Result<Vec<_>, _> = items.iter().map(scalar).collect();
            scalars.map(|scalars| schema.check_list(&scalars)).map_err(|_| "type")
        }
        // One value of a list, as it may well be sent.
        one if schema.types.contains(portcullis_contract::Types::ARRAY)
            && schema.types != portcullis_contract::Types::ANY =>
        {
            let texts = text(one);
            let scalars: Result<Vec<_>, _> =
                texts.split(',').map(|text| declared.scalar(Cow::Borrowed(text))).collect();
            let checked = scalars.map(|scalars| schema.check_list(&scalars));
            checked.map_err(|_| "type")
        }
        one => scalar(one).map(|scalar| schema.check_scalar(&scalar)).map_err(|_| "type"),
    };
    match checked {
        Ok(Ok(())) => "valid".to_owned(),
        Ok(Err(found)) => invalid(found.keyword, value),
        Err(keyword) => invalid(keyword, value),
    }
}

fn invalid(keyword: &str, example: &Value) -> String {
    match example {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            "invalid, JSON inside a text".to_owned()
        }
        _ => format!("invalid, {keyword}"),
    }
}

fn is_type(media: &Media, key: &str) -> bool {
    MediaRange::parse(key).is_some_and(|range| range == media.range)
}

fn is_status(pattern: StatusPattern, key: &str) -> bool {
    match pattern {
        StatusPattern::Exact(status) => key == status.to_string(),
        StatusPattern::Range(hundred) => key.eq_ignore_ascii_case(&format!("{hundred}XX")),
        StatusPattern::Default => key == "default",
    }
}

/// The declared templates, each once, and the template of each operation.
fn templates(contract: &Contract) -> (Vec<&str>, Vec<usize>) {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let templates: Vec<&str> = contract.paths.iter().map(String::as_str).collect();
    for (index, template) in templates.iter().enumerate() {
        known.entry(template).or_insert(index);
    }
    let of = contract.operations.iter().map(|one| known.get(one.template.as_str()));
    (templates, of.map(|index| index.copied().unwrap_or(usize::MAX)).collect())
}

/// Whether what was found is what one of the groups of templates says.
fn agrees(
    contract: &Contract,
    groups: &[Vec<usize>],
    of: &[usize],
    method: Method,
    found: Find<'_>,
) -> bool {
    if groups.is_empty() {
        return found == Find::Nothing;
    }
    groups.iter().any(|group| {
        let operations = contract.operations.iter().zip(of).enumerate();
        let mut here = operations.filter(|(_, (_, template))| group.contains(template));
        match found {
            // A path without operations that are served.
            Find::Nothing => here.next().is_none(),
            Find::NotServed(index) => contract.not_served.get(index).is_some_and(|closed| {
                let templates = group.iter().filter_map(|index| contract.paths.get(*index));
                templates.into_iter().any(|path| closed.title == format!("{method} {path}"))
            }),
            Find::Operation(index) => {
                here.any(|(known, (one, _))| known == index && one.method == method)
            }
            Find::OtherMethods(methods) => {
                let mut stated: Vec<Method> = here.map(|(_, (one, _))| one.method).collect();
                let mut methods = methods.to_vec();
                stated.sort_unstable();
                methods.sort_unstable();
                stated == methods && !stated.contains(&method)
            }
        }
    })
}
