//! Parameters: decoded, typed, checked, and written back in one spelling.

mod cookies;
mod deep;
mod headers;
mod objects;
mod path;
mod query;
mod value;

use portcullis_contract::{Operation, Parameter, PathPart, Place, Shapes, write_path_text};
use portcullis_json::Limits;
use portcullis_model::Refusal;

use super::parameter_refusal;
use crate::face::Judgement;

/// What stands in a request outside its body.
pub struct Given<'a> {
    /// The path, as the template of the operation sees it.
    pub path: &'a [PathPart<'a>],
    /// The query, still encoded, without `?`.
    pub query: Option<&'a str>,
    /// A header by its lower-case name.
    pub header: &'a dyn Fn(&str) -> Header<'a>,
    /// The `Cookie` header.
    pub cookies: Option<&'a str>,
    /// Credentials of the contract, which may stand in query and cookies without being
    /// parameters.
    pub schemes: &'a [portcullis_contract::SecurityScheme],
    /// The limits of values that are JSON.
    pub limits: &'a Limits,
}

/// A header of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header<'a> {
    /// Not there.
    Absent,
    /// There, and no text in UTF-8.
    Unreadable,
    /// Once.
    One(&'a str),
    /// More than once.
    Several(Vec<&'a str>),
}

/// What goes to the API of path, query, headers and cookies, in one spelling, and what was left
/// out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accepted {
    /// The path behind the base path, encoded.
    pub path: Vec<u8>,
    /// The query, without `?`; empty means none.
    pub query: Vec<u8>,
    /// Headers that are written anew, by their lower-case names; all others are as they came.
    pub fields: Vec<(String, Vec<u8>)>,
    /// The `Cookie` header; empty means none.
    pub cookies: Vec<u8>,
    /// Names that the contract does not declare.
    pub dropped: Vec<(Place, String)>,
}

/// How many dropped names are reported by name.
const DROPPED_MAX: usize = 16;

/// Judges all parameters of a request.
pub fn judge_parameters<'a>(
    operation: &'a Operation,
    shapes: &'a Shapes,
    given: &'a Given<'a>,
) -> Judgement<Accepted> {
    let mut judge = Judge { operation, shapes, given, accepted: Accepted::default() };
    match judge.all() {
        Ok(()) => Judgement::Pass(judge.accepted),
        Err(refusal) => Judgement::Refuse(refusal, given.as_it_came()),
    }
}

impl Given<'_> {
    /// Path, query and cookies as they were sent: what an observer goes on with.
    pub fn as_it_came(&self) -> Accepted {
        let mut path = Vec::new();
        for part in self.path {
            match part {
                PathPart::Slash => path.push(b'/'),
                PathPart::Fixed(text) => write_path_text(text, &mut path),
                PathPart::Value(value) => path::write_as_sent(value, &mut path),
            }
        }
        Accepted {
            path,
            query: self.query.unwrap_or_default().as_bytes().to_vec(),
            cookies: self.cookies.unwrap_or_default().as_bytes().to_vec(),
            ..Accepted::default()
        }
    }
}

/// One judgement: what is declared, what is given, what goes on.
struct Judge<'a> {
    operation: &'a Operation,
    shapes: &'a Shapes,
    given: &'a Given<'a>,
    accepted: Accepted,
}

impl<'a> Judge<'a> {
    fn all(&mut self) -> Result<(), Refusal> {
        self.path()?;
        self.query()?;
        self.header_fields()?;
        self.cookies()
    }

    fn declared(&self, place: Place) -> impl Iterator<Item = &'a Parameter> + use<'a> {
        let parameters: &'a [Parameter] = &self.operation.parameters;
        parameters.iter().filter(move |parameter| parameter.place == place)
    }

    fn absent(parameter: &Parameter) -> Result<(), Refusal> {
        if parameter.required {
            return Err(parameter_refusal("missing", parameter.place, &parameter.name));
        }
        Ok(())
    }

    fn drop_name(&mut self, place: Place, name: &str) {
        if self.accepted.dropped.len() < DROPPED_MAX {
            self.accepted.dropped.push((place, name.chars().take(64).collect()));
        }
    }
}
