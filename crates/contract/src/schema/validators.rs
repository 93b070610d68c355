//! The compiled schemas of a contract.
//!
//! All definitions are compiled in one go, so that each is compiled once however often it is
//! referred to. The compiled whole looks at an object with one member: its name chooses the
//! definition, its value is what is checked.

use jsonschema::Validator;
use portcullis_model::Pointer;
use serde_json::{Map, Value as Data, json};

use super::definitions::{Definitions, Fault};
use super::mismatch::Mismatch;
use super::numbers::NUMBER_FORMAT;
use super::options::{Engine, options};
use super::representation::{Instance, Item, Representation};
use super::slow::{self, SLOW_NAMES, SLOW_PATTERN};
use super::unions::{Failure, Unions};

/// Definitions that may turn out not to compile, one after the other, before all are given up.
const ATTEMPTS_MAX: usize = 16;

/// What every schema of a contract is checked with.
#[derive(Debug, Default)]
pub(crate) struct Validators {
    linear: Option<Validator<Representation>>,
    backtracking: Option<Validator<Representation>>,
    /// Locates failures in unions that contain themselves.
    unions: Option<Unions>,
    /// By definition.
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    key: Box<str>,
    /// The pointer by which the definition is referred to.
    origin: Box<str>,
    /// `None`: it cannot be checked, so nothing is valid.
    engine: Option<Engine>,
    /// Whether it reaches a union that contains itself.
    has_recursive_union: bool,
}

impl Validators {
    /// Compiles all definitions; gives also why some cannot be checked, by definition.
    pub(crate) fn compile(definitions: &Definitions<'_>) -> (Self, Vec<Option<Fault>>) {
        let mut faults = definitions.faults();
        let engines = definitions.engines();
        let mut build = |engine| {
            let members: Vec<usize> = engines
                .iter()
                .zip(&faults)
                .enumerate()
                .filter(|(_, (needed, fault))| **needed == engine && fault.is_none())
                .map(|(index, _)| index)
                .filter(|index| definitions.is_entry(*index))
                .collect();
            compile(definitions, engine, &members, &mut faults)
        };
        let linear = build(Engine::Linear);
        let backtracking = build(Engine::Backtracking);
        let recursive = definitions.have_recursive_unions();
        let members: Vec<usize> = (0..recursive.len())
            .filter(|index| definitions.is_entry(*index) && recursive.get(*index) == Some(&true))
            .filter(|index| faults.get(*index).is_some_and(Option::is_none))
            .collect();
        let unions = Unions::compile(definitions, &members);
        let entries = engines
            .into_iter()
            .zip(&faults)
            .enumerate()
            .zip(&recursive)
            .map(|((index, (engine, fault)), has_recursive_union)| Entry {
                has_recursive_union: *has_recursive_union,
                key: index.to_string().into(),
                origin: definitions.origin(index).into(),
                engine: fault.is_none().then_some(engine),
            })
            .collect();
        let validators = Self { linear, backtracking, unions, entries };
        (validators, faults)
    }

    /// Checks an instance against a definition.
    pub(crate) fn check(&self, definition: usize, instance: Instance<'_>) -> Result<(), Mismatch> {
        let entry = self.entries.get(definition);
        let validator = entry.and_then(|entry| match entry.engine? {
            Engine::Linear => self.linear.as_ref(),
            Engine::Backtracking => self.backtracking.as_ref(),
        });
        let (Some(entry), Some(validator)) = (entry, validator) else {
            return Err(Mismatch::not_compiled());
        };
        let item = Item::Entry(&entry.key, instance);
        if slow::decided(|| validator.is_valid(item)) {
            return Ok(());
        }
        if entry.has_recursive_union {
            return Err(self.mismatch_in_union(entry, instance));
        }
        Err(match validator.validate(item) {
            Err(error) => self.located(&Failure::of(&error)),
            // Two answers about one value: the safe one counts.
            Ok(()) => Mismatch::not_compiled(),
        })
    }

    #[cold]
    fn mismatch_in_union(&self, entry: &Entry, instance: Instance<'_>) -> Mismatch {
        let failure = match instance {
            Instance::Json(value) => {
                self.unions.as_ref().and_then(|unions| unions.locate(&entry.key, value))
            }
            Instance::Scalar(_) | Instance::List(_) | Instance::Bytes(_) | Instance::Parts(..) => {
                None
            }
        };
        match failure {
            Some(failure) => self.located(&failure),
            None => Mismatch {
                at: Pointer::root(),
                keyword: "schema",
                schema_at: Pointer::from_text(&*entry.origin),
                wanted: String::new(),
            },
        }
    }

    fn located(&self, failure: &Failure) -> Mismatch {
        let schema = in_the_document(&failure.schema_at);
        let located = schema.strip_prefix("/$defs/").and_then(|rest| {
            let (index, rest) = rest.split_once('/')?;
            let origin = &self.entries.get(index.parse::<usize>().ok()?)?.origin;
            Some(format!("{origin}/{rest}"))
        });
        Mismatch {
            at: Pointer::from_text(failure.at.as_str()),
            keyword: keyword(&failure.keyword),
            schema_at: Pointer::from_text(located.unwrap_or(schema)),
            wanted: failure.wanted.clone(),
        }
    }
}

/// Compiles these definitions and all that they refer to. One that does not compile, against
/// expectation, is marked and left out.
fn compile(
    definitions: &Definitions<'_>,
    engine: Engine,
    members: &[usize],
    faults: &mut [Option<Fault>],
) -> Option<Validator<Representation>> {
    let options = options(engine, definitions.patterns.cache());
    let mut members = members.to_vec();
    for _ in 0..ATTEMPTS_MAX {
        if members.is_empty() {
            return None;
        }
        let error = match options.build(&whole(definitions, &members, faults)) {
            Ok(validator) => return Some(validator),
            Err(error) => error,
        };
        let paths = [error.schema_path().as_str(), error.instance_path().as_str()];
        let culprit = paths.into_iter().find_map(|path| {
            let rest = path.strip_prefix("/$defs/")?;
            rest.split('/').next()?.parse::<usize>().ok()
        });
        let is_new = |index: &usize| faults.get(*index).is_some_and(Option::is_none);
        let Some(culprit) = culprit.filter(is_new) else {
            break;
        };
        definitions.mark(culprit, &error.masked().to_string(), faults);
        members.retain(|index| faults.get(*index).is_some_and(Option::is_none));
    }
    for index in members {
        definitions.mark(index, "it cannot be compiled together with the others", faults);
    }
    None
}

/// The schema of the object whose only member chooses the definition.
fn whole(definitions: &Definitions<'_>, members: &[usize], faults: &[Option<Fault>]) -> Data {
    let mut choices = Map::new();
    for index in members {
        choices.insert(index.to_string(), json!({ "$ref": format!("#/$defs/{index}") }));
    }
    let reached = definitions.reached(members);
    let mut all = Map::new();
    for index in reached {
        if let Some(schema) = definitions.schema(index)
            && faults.get(index).is_some_and(Option::is_none)
        {
            all.insert(index.to_string(), schema.clone());
        }
    }
    json!({
        "properties": choices,
        // With this, validators look the member up instead of trying all.
        "additionalProperties": false,
        "$defs": all,
    })
}

/// Our keywords, and those of the document that they stand for.
const OURS: [(&str, &str); 3] =
    [(NUMBER_FORMAT, "format"), (SLOW_PATTERN, "pattern"), (SLOW_NAMES, "patternProperties")];

/// A pointer into a schema that is compiled, as one into the schema of the document.
fn in_the_document(pointer: &str) -> String {
    for (ours, theirs) in OURS {
        if let Some(around) = pointer.strip_suffix(ours) {
            return format!("{around}{theirs}");
        }
    }
    pointer.to_owned()
}

/// The keyword's own spelling, which lives for ever.
fn keyword(name: &str) -> &'static str {
    const KEYWORDS: [&str; 32] = [
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "contains",
        "dependentRequired",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "falseSchema",
        "format",
        "maxContains",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minContains",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "not",
        "oneOf",
        "pattern",
        "patternProperties",
        "propertyNames",
        "required",
        "type",
        "unevaluatedItems",
        "unevaluatedProperties",
        "uniqueItems",
    ];
    let name = OURS.iter().find(|(ours, _)| *ours == name).map_or(name, |(_, theirs)| theirs);
    KEYWORDS.into_iter().find(|known| *known == name).unwrap_or("schema")
}
