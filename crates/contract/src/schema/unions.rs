//! Where a value fails in a union that contains itself.
//!
//! Described alternative by alternative, such a failure doubles or triples with each level of the
//! value. So the unions are masked: a validator only says that one is not met. Then its
//! alternatives are asked one by one, and the one that gets deepest into the value is followed.

use std::collections::HashMap;

use jsonschema::{ValidationError, Validator};
use portcullis_json::Value;
use serde_json::{Map, Value as Data, json};

use super::definitions::Definitions;
use super::options::{Engine, options};
use super::representation::{Instance, Item, Representation};
use super::wanted::{decisive, wanted};

/// Questions that locating one failure may take.
const QUESTIONS_MAX: usize = 512;

/// The schemas that hold unions within themselves, with masks.
#[derive(Debug)]
pub(super) struct Unions {
    validator: Validator<Representation>,
    /// By where the mask stands.
    by_mask: HashMap<String, Union>,
    /// Where each alternative stands without masks, by its name.
    places: HashMap<String, String>,
}

#[derive(Debug)]
struct Union {
    /// Where it stands in the schema that is compiled without masks.
    place: String,
    keyword: &'static str,
    /// The names by which its alternatives are chosen.
    alternatives: Vec<String>,
}

/// A failure: where in the value, and where in the schema.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) at: String,
    pub(super) keyword: String,
    /// A pointer into the schema that is compiled.
    pub(super) schema_at: String,
    /// See [`wanted`].
    pub(super) wanted: String,
}

impl Unions {
    /// Compiles these definitions, with all that they refer to; `None` if there is none, or if
    /// they do not compile in this form.
    pub(super) fn compile(definitions: &Definitions<'_>, members: &[usize]) -> Option<Self> {
        if members.is_empty() {
            return None;
        }
        let mut masking = Masking::default();
        for index in definitions.reached(members) {
            let place = format!("/$defs/{index}");
            let masked = masking.masked(definitions.schema(index)?, &place, &place);
            masking.add(&index.to_string(), masked);
        }
        let whole = json!({
            "properties": masking.choices,
            "additionalProperties": false,
            "$defs": masking.schemas,
        });
        let options = options(Engine::Backtracking, definitions.patterns.cache());
        let validator = options.build(&whole).ok()?;
        Some(Self { validator, by_mask: masking.by_mask, places: masking.places })
    }

    /// Where a value fails that is known to be not valid.
    pub(super) fn locate(&self, definition: &str, value: Value<'_>) -> Option<Failure> {
        let mut questions = 0;
        let (mut value, mut around) = (value, String::new());
        let mut failure = self.first(definition, value)?;
        loop {
            let Some(union) = self.by_mask.get(&failure.schema_at) else {
                failure.at.insert_str(0, &around);
                failure.schema_at = self.without_masks(failure.schema_at);
                return Some(failure);
            };
            value = value.lookup(&failure.at)?;
            around.push_str(&failure.at);
            questions += union.alternatives.len();
            let followed =
                (questions <= QUESTIONS_MAX).then(|| self.follow(union, value)).flatten();
            let Some(deeper) = followed else {
                return Some(Failure {
                    at: around,
                    keyword: union.keyword.to_owned(),
                    schema_at: union.place.clone(),
                    wanted: "no alternative fits".to_owned(),
                });
            };
            failure = deeper;
        }
    }

    /// The alternative that gets deepest into a value, if one gets into it at all or fails in
    /// another union; where there is only one beside `null`, that one.
    fn follow(&self, union: &Union, value: Value<'_>) -> Option<Failure> {
        if let [only] = union.alternatives.as_slice() {
            return self.first(only, value);
        }
        let mut deepest: Option<(usize, Failure)> = None;
        for name in &union.alternatives {
            let Some(failure) = self.first(name, value) else {
                continue;
            };
            let is_union = usize::from(self.by_mask.contains_key(&failure.schema_at));
            let depth = 2 * failure.at.matches('/').count() + is_union;
            if depth > deepest.as_ref().map_or(0, |(known, _)| *known) {
                deepest = Some((depth, failure));
            }
        }
        deepest.map(|(_, failure)| failure)
    }

    fn without_masks(&self, pointer: String) -> String {
        let place = pointer.strip_prefix("/$defs/").and_then(|rest| {
            let (name, rest) = rest.split_once('/')?;
            Some(format!("{}/{rest}", self.places.get(name)?))
        });
        place.unwrap_or(pointer)
    }

    /// The first failure of a value against one schema.
    fn first(&self, schema: &str, value: Value<'_>) -> Option<Failure> {
        let item = Item::Entry(schema, Instance::Json(value));
        let error = self.validator.validate(item).err()?;
        Some(Failure::of(&error))
    }
}

impl Failure {
    #[cold]
    pub(super) fn of(error: &ValidationError<'_>) -> Self {
        let error = decisive(error);
        // The first token of the instance's pointer is the member that chooses the schema.
        let at = error.instance_path().as_str();
        let at = at.get(1..).and_then(|at| at.find('/').and_then(|end| at.get(end..)));
        Self {
            at: at.unwrap_or_default().to_owned(),
            keyword: error.kind().keyword().to_owned(),
            schema_at: error.schema_path().as_str().to_owned(),
            wanted: wanted(error),
        }
    }
}

/// Makes the masked schemas.
#[derive(Default)]
struct Masking {
    schemas: Map<String, Data>,
    choices: Map<String, Data>,
    by_mask: HashMap<String, Union>,
    places: HashMap<String, String>,
}

impl Masking {
    fn add(&mut self, name: &str, schema: Data) {
        self.choices.insert(name.to_owned(), json!({ "$ref": format!("#/$defs/{name}") }));
        self.schemas.insert(name.to_owned(), schema);
    }

    /// A schema whose unions are masked. `at` is where it comes to stand, `place` where it stands
    /// without masks.
    fn masked(&mut self, schema: &Data, at: &str, place: &str) -> Data {
        match schema {
            Data::Object(members) => self.masked_members(members, at, place),
            Data::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    self.masked(item, &format!("{at}/{index}"), &format!("{place}/{index}"))
                })
                .collect(),
            other => other.clone(),
        }
    }

    fn masked_members(&mut self, members: &Map<String, Data>, at: &str, place: &str) -> Data {
        let mut out = Map::new();
        let mut masks = Vec::new();
        for (name, value) in members {
            let place = format!("{place}/{}", escaped(name));
            match (name.as_str(), value) {
                ("anyOf" | "oneOf", Data::Array(alternatives)) => {
                    let keyword = if name == "anyOf" { "anyOf" } else { "oneOf" };
                    let union = self.union(keyword, alternatives, place);
                    masks.push((union, json!({ "not": { "not": { keyword: value } } })));
                }
                // A mask hides what its alternatives evaluate.
                ("unevaluatedProperties" | "unevaluatedItems", _) => {}
                // These hold values, not schemas.
                ("enum" | "const", _) => {
                    out.insert(name.clone(), value.clone());
                }
                _ => {
                    let masked = self.masked(value, &format!("{at}/{}", escaped(name)), &place);
                    out.insert(name.clone(), masked);
                }
            }
        }
        if !masks.is_empty() {
            let all = out.entry("allOf").or_insert_with(|| Data::Array(Vec::new()));
            for (union, mask) in masks {
                if let Data::Array(all) = all {
                    self.by_mask.insert(format!("{at}/allOf/{}/not", all.len()), union);
                    all.push(mask);
                }
            }
        }
        Data::Object(out)
    }

    fn union(&mut self, keyword: &'static str, list: &[Data], place: String) -> Union {
        let mut alternatives = Vec::new();
        for (index, alternative) in list.iter().enumerate() {
            // Where the others fail, nobody is helped by hearing that the value is not `null`.
            if *alternative == json!({ "type": "null" }) {
                continue;
            }
            let name = format!("alternative-{}", self.places.len());
            let place = format!("{place}/{index}");
            self.places.insert(name.clone(), place.clone());
            let masked = self.masked(alternative, &format!("/$defs/{name}"), &place);
            self.add(&name, masked);
            alternatives.push(name);
        }
        Union { place, keyword, alternatives }
    }
}

/// A token of a JSON Pointer (RFC 6901 section 3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
