//! Amounts outside the body: in path, query, cookies and header fields.

use portcullis_contract::{Collection, Member, Operation, Parameter, PathPart, Place, ShapeId};
use portcullis_json::{Document, Limits as JsonLimits};
use portcullis_model::Refusal;

use super::Asking;
use super::names::{Meaning, Sureness, meaning, speaks_of_pages};
use super::tree::values;
use crate::face::Judgement;
use crate::urlencoded;

/// What of a request goes on to the API beside its body.
#[derive(Debug, Clone, Copy)]
pub struct Outside<'a> {
    /// What is declared.
    pub operation: &'a Operation,
    /// The path, as the template of the operation sees it.
    pub path: &'a [PathPart<'a>],
    /// The query in its one spelling, still encoded.
    pub query: &'a str,
    /// The cookies that go on.
    pub cookies: &'a str,
    /// How values that are JSON are read.
    pub json: &'a JsonLimits,
}

/// Judges the amounts in path, query, cookies and header fields; those by their lower-case names.
pub fn judge_parameters<'f>(
    asking: Asking<'_>,
    outside: Outside<'_>,
    fields: impl Iterator<Item = (&'f str, &'f str)>,
) -> Judgement<()> {
    let judge = Judge { asking, outside };
    match judge.all(fields) {
        Ok(()) => Judgement::Pass(()),
        Err(refusal) => Judgement::Refuse(*refusal, ()),
    }
}

struct Judge<'a> {
    asking: Asking<'a>,
    outside: Outside<'a>,
}

impl Judge<'_> {
    fn all<'f>(
        &self,
        fields: impl Iterator<Item = (&'f str, &'f str)>,
    ) -> Result<(), Box<Refusal>> {
        for part in self.outside.path {
            if let PathPart::Value(value) = part {
                let declared = self.declared(Place::Path, value.name);
                self.value(Place::Path, value.name, value.text, declared)?;
            }
        }
        let mut repeated: Vec<(&Parameter, usize)> = Vec::new();
        for (name, raw) in urlencoded::pairs(self.outside.query) {
            let decoded =
                |text| urlencoded::decode(text).unwrap_or_else(|_| String::from(text).into());
            let (name, text) = (decoded(name), decoded(raw));
            let declared = self.declared(Place::Query, &name);
            if let Some(parameter) = declared.filter(|one| one.collection == Collection::Repeated) {
                match repeated.iter_mut().find(|(known, _)| std::ptr::eq(*known, parameter)) {
                    Some((_, count)) => *count += 1,
                    None => repeated.push((parameter, 1)),
                }
            }
            self.value(Place::Query, &name, &text, declared)?;
        }
        for (parameter, count) in repeated {
            self.list(parameter, count)?;
        }
        let cookies = self.outside.cookies.split(';');
        for (name, text) in cookies.filter_map(|pair| pair.trim().split_once('=')) {
            let declared = self.declared(Place::Cookie, name);
            self.value(Place::Cookie, name, text, declared)?;
        }
        for (name, text) in fields {
            if let Some(declared) = self.declared(Place::Header, name) {
                self.value(Place::Header, name, text, Some(declared))?;
            }
        }
        Ok(())
    }

    fn declared(&self, place: Place, name: &str) -> Option<&Parameter> {
        let is_it = |known: &str| match place {
            Place::Header => known.eq_ignore_ascii_case(name),
            _ => known == name,
        };
        let mut all = self.outside.operation.parameters.iter();
        all.find(|one| one.place == place && is_it(&one.name))
    }

    fn value(
        &self,
        place: Place,
        name: &str,
        text: &str,
        declared: Option<&Parameter>,
    ) -> Result<(), Box<Refusal>> {
        let at = || format!("{}.{name}", place.name());
        let shape = declared.and_then(|one| one.schema.as_ref()).map(|schema| schema.shape);
        match declared.map(|one| (one, one.collection)) {
            Some((_, Collection::Json)) => {
                // What is no JSON was refused, or nobody minds.
                let Ok(document) = Document::parse(text.as_bytes().to_vec(), self.outside.json)
                else {
                    return Ok(());
                };
                return values(self.asking, document.root(), shape, (&at(), true));
            }
            Some((parameter, Collection::Joined(delimiter))) => {
                self.list(parameter, text.split(delimiter.character()).count())?;
            }
            _ => {}
        }
        let Some((meaning, sureness)) = meaning(name) else { return Ok(()) };
        if text.is_empty() || sureness == Sureness::Beside && !self.is_paged(place, name, meaning) {
            return Ok(());
        }
        let shape = if declared.is_some() { shape } else { self.member(name) };
        let is_paged = || self.is_paged(place, name, meaning);
        self.asking.amount(&at, (meaning, sureness), (text, shape), &is_paged)
    }

    fn list(&self, parameter: &Parameter, count: usize) -> Result<(), Box<Refusal>> {
        let shape = parameter.schema.as_ref().map(|schema| schema.shape);
        let at = || format!("{}.{}", parameter.place.name(), parameter.name);
        self.asking.items(&at, count, self.asking.bounds(shape))
    }

    /// What is declared of a member of an object in the query: `page[size]`, or `size` itself.
    fn member(&self, name: &str) -> Option<ShapeId> {
        let shapes = self.asking.shapes;
        let mut all =
            self.outside.operation.parameters.iter().filter(|one| one.place == Place::Query);
        all.find_map(|one| {
            let member = match one.collection {
                Collection::DeepObject => {
                    name.strip_prefix(one.name.as_str())?.strip_prefix('[')?.strip_suffix(']')?
                }
                Collection::Members => name,
                _ => return None,
            };
            let object = shapes.object_of(one.schema.as_ref()?.shape);
            match shapes.get(object).object.member(member, &mut 0) {
                Member::Property(property) => Some(property.shape),
                Member::Pattern(inner) | Member::Map(inner) => Some(inner),
                Member::FreeForm | Member::Undeclared | Member::Closed => None,
            }
        })
    }

    /// Whether another parameter that is declared at this place says that there are pages.
    fn is_paged(&self, place: Place, name: &str, meaning: Meaning) -> bool {
        let shapes = self.asking.shapes;
        let mut others = self.outside.operation.parameters.iter().filter(|one| one.place == place);
        others.any(|one| {
            one.name != name && speaks_of_pages(&one.name, meaning)
                || one.collection == Collection::Members
                    && one.schema.as_ref().is_some_and(|schema| {
                        let object = &shapes.get(schema.shape).object;
                        object
                            .properties()
                            .any(|(other, _)| other != name && speaks_of_pages(other, meaning))
                    })
        })
    }
}
