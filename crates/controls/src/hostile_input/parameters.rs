//! What stands outside the body: the values of path, query, header fields and cookies that go on to the API.

use std::fmt;

use portcullis_contract::{
    Collection, Operation, Parameter, PathPart, Place, SchemePlace, SecurityScheme, Types,
};
use portcullis_injection::{Language, Sinks};
use portcullis_model::Refusal;

use super::look::{Looking, What, refusal};
use crate::face::Judgement;
use crate::safe_configuration::{RequestField, request_field};
use crate::sensitive::password_name;
use crate::urlencoded;

/// What is looked for in a field that always passes. It is written into logs, and shown on pages.
const OF_FIELDS: Sinks = Sinks::NONE.with(Language::Template).with(Language::Html);

/// What of a request goes on to the API beside its body.
#[derive(Debug, Clone, Copy)]
pub struct Going<'a> {
    /// The path, as the template of the operation sees it.
    pub path: &'a [PathPart<'a>],
    /// The query in its one spelling, still encoded.
    pub query: &'a str,
    /// The `Cookie` header.
    pub cookies: &'a str,
    /// Credentials of the contract, which are not looked at: whoever reads one verifies it.
    pub schemes: &'a [SecurityScheme],
}

/// Judges the values that go on, and all header `fields` of the request, by their lower-case names.
pub fn judge_parameters<'a, 'f>(
    looking: Looking<'a>,
    operation: &'a Operation,
    going: Going<'a>,
    fields: impl Iterator<Item = (&'f str, &'f str)>,
) -> Judgement<()> {
    let mut outside = Outside { looking, operation, going };
    match outside.all(fields) {
        Ok(()) => Judgement::Pass(()),
        Err(refusal) => Judgement::Refuse(*refusal, ()),
    }
}

struct Outside<'a> {
    looking: Looking<'a>,
    operation: &'a Operation,
    going: Going<'a>,
}

impl Outside<'_> {
    fn all<'f>(
        &mut self,
        fields: impl Iterator<Item = (&'f str, &'f str)>,
    ) -> Result<(), Box<Refusal>> {
        for part in self.going.path {
            if let PathPart::Value(value) = part {
                for text in [value.text].into_iter().chain(value.others.iter().copied()) {
                    self.value(Place::Path, value.name, text)?;
                }
            }
        }
        for (name, raw) in urlencoded::pairs(self.going.query) {
            self.pair(name, raw)?;
        }
        self.header_fields(fields)?;
        let cookies = self.going.cookies;
        for (name, value) in cookies.split(';').filter_map(|pair| pair.trim().split_once('=')) {
            let is_credential =
                |place: &SchemePlace| matches!(place, SchemePlace::Cookie(known) if known == name);
            if !self.going.schemes.iter().any(|scheme| is_credential(&scheme.place)) {
                self.value(Place::Cookie, name, value)?;
            }
        }
        Ok(())
    }

    /// A pair of the query. What cannot be decoded was refused, or nobody minds.
    fn pair(&mut self, name: &str, raw: &str) -> Result<(), Box<Refusal>> {
        let decoded = |text| urlencoded::decode(text).unwrap_or_else(|_| String::from(text).into());
        let (name, text) = (decoded(name), decoded(raw));
        let is_credential =
            |place: &SchemePlace| matches!(place, SchemePlace::Query(known) if *known == name);
        if self.going.schemes.iter().any(|scheme| is_credential(&scheme.place)) {
            return Ok(());
        }
        if self.declared(Place::Query, &name).is_none()
            && let Some(why) = self.looking.name(&name)
        {
            return Err(Box::new(refusal(What::Name, &"query", &why)));
        }
        self.value(Place::Query, &name, &text)
    }

    fn header_fields<'f>(
        &mut self,
        fields: impl Iterator<Item = (&'f str, &'f str)>,
    ) -> Result<(), Box<Refusal>> {
        for (name, value) in fields {
            if name == "authorization" || self.is_credential_field(name) {
                continue;
            }
            if self.declared(Place::Header, name).is_some() {
                self.value(Place::Header, name, value)?;
            } else if request_field(name) == RequestField::Ordinary
                && let Some(why) = self.looking.text(value, OF_FIELDS)
            {
                return Err(Box::new(refusal(What::Value, &At(Place::Header, name), &why)));
            }
        }
        Ok(())
    }

    fn is_credential_field(&self, name: &str) -> bool {
        let is_it = |place: &SchemePlace| matches!(place, SchemePlace::Header(known) if known.eq_ignore_ascii_case(name));
        self.going.schemes.iter().any(|scheme| is_it(&scheme.place))
    }

    fn declared(&self, place: Place, name: &str) -> Option<&Parameter> {
        let is_it = |known: &str| match place {
            Place::Header => known.eq_ignore_ascii_case(name),
            _ => known == name,
        };
        self.operation.parameters.iter().find(|one| one.place == place && is_it(&one.name))
    }

    /// The parameter whose member this name is, in the query: `filter[a]`, or `a` itself.
    fn object(&self, name: &str) -> Option<&Parameter> {
        let mut all = self.operation.parameters.iter().filter(|one| one.place == Place::Query);
        all.find(|one| match one.collection {
            Collection::DeepObject => {
                name.strip_prefix(one.name.as_str()).is_some_and(|rest| rest.starts_with('['))
            }
            Collection::Members => true,
            _ => false,
        })
    }

    fn value(&mut self, place: Place, name: &str, text: &str) -> Result<(), Box<Refusal>> {
        let declared = self.declared(place, name);
        let is_password = declared.is_some() && password_name(name);
        let object = if declared.is_none() { self.object(name) } else { None };
        let known_as = object.map_or(name, |one| one.name.as_str());
        let said = self.looking.said.parameter(place, known_as);
        let sinks = said.unwrap_or_else(|| self.sinks(declared));
        match self.looking.text(text, sinks) {
            Some(why) if !is_password => {
                Err(Box::new(refusal(What::Value, &At(place, name), &why)))
            }
            _ => Ok(()),
        }
    }

    /// What is looked for in one value of a parameter. Of an object in one text every member is looked at, since
    /// it is read as a whole.
    fn sinks(&self, declared: Option<&Parameter>) -> Sinks {
        let Some((schema, collection)) =
            declared.and_then(|one| Some((one.schema.as_ref()?, one.collection)))
        else {
            return Sinks::ALL;
        };
        let shapes = self.looking.shapes;
        match collection {
            Collection::Single => self.looking.sinks(Some(schema.shape)),
            Collection::Joined(_) | Collection::Repeated => {
                let Some(item) = shapes.item_of(schema.shape) else { return Sinks::ALL };
                let alone = if schema.types.contains(Types::STRING) {
                    self.looking.sinks(Some(schema.shape))
                } else {
                    Sinks::NONE
                };
                self.looking.sinks(Some(item)).or(alone)
            }
            _ => Sinks::ALL,
        }
    }
}

/// A parameter, as policies write it.
struct At<'a>(Place, &'a str);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0.name(), self.1)
    }
}
