//! Parameters: decoded, typed, checked, and written back in one spelling.

use std::borrow::Cow;

use portcullis_contract::{
    Collection, Operation, Parameter, Place, Rest, Scalar, SchemePlace, Shapes,
};
use portcullis_json::{Document, Limits};
use portcullis_model::Refusal;

use super::{mismatch, parameter_refusal, refusal};
use crate::face::Judgement;
use crate::urlencoded::{self, Fault};

/// What stands in a request outside its body.
pub struct Given<'a> {
    /// The values of the path's parameters, decoded.
    pub path: &'a [(&'a str, &'a str)],
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header<'a> {
    /// Not there.
    Absent,
    /// Once.
    One(&'a str),
    /// More than once.
    Repeated,
}

/// What goes to the API of query and cookies, in one spelling, and what was left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accepted {
    /// The query, without `?`; empty means none.
    pub query: Vec<u8>,
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
    /// Query and cookies as they were sent: what an observer goes on with.
    pub fn as_it_came(&self) -> Accepted {
        Accepted {
            query: self.query.unwrap_or_default().as_bytes().to_vec(),
            cookies: self.cookies.unwrap_or_default().as_bytes().to_vec(),
            dropped: Vec::new(),
        }
    }
}

struct Judge<'a> {
    operation: &'a Operation,
    shapes: &'a Shapes,
    given: &'a Given<'a>,
    accepted: Accepted,
}

type Pairs<'a> = Vec<(Cow<'a, str>, &'a str)>;

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

    fn path(&self) -> Result<(), Refusal> {
        for parameter in self.declared(Place::Path) {
            let found = self.given.path.iter().find(|(name, _)| *name == parameter.name);
            let Some((_, value)) = found else {
                return Err(parameter_refusal("missing", Place::Path, &parameter.name));
            };
            self.check(parameter, &[Cow::Borrowed(*value)])?;
        }
        Ok(())
    }

    fn header_fields(&self) -> Result<(), Refusal> {
        for parameter in self.declared(Place::Header) {
            let name = parameter.name.to_ascii_lowercase();
            match (self.given.header)(&name) {
                Header::One(value) => self.check(parameter, &[Cow::Borrowed(value.trim())])?,
                Header::Repeated => {
                    return Err(parameter_refusal("repeated", Place::Header, &parameter.name));
                }
                Header::Absent => Self::absent(parameter)?,
            }
        }
        Ok(())
    }

    fn absent(parameter: &Parameter) -> Result<(), Refusal> {
        if parameter.required {
            return Err(parameter_refusal("missing", parameter.place, &parameter.name));
        }
        Ok(())
    }

    fn query(&mut self) -> Result<(), Refusal> {
        let Some(query) = self.given.query else {
            return self.declared(Place::Query).try_for_each(Self::absent);
        };
        let mut pairs: Pairs<'a> = Vec::new();
        for (name, value) in urlencoded::pairs(query) {
            if pairs.len() >= self.given.limits.object_members_max {
                return Err(refusal(
                    "too_many_parameters",
                    "more query parameters than `limits: { object_members }`",
                ));
            }
            let name =
                urlencoded::decode(name).map_err(|fault| undecodable(Place::Query, fault))?;
            pairs.push((name, value));
        }
        let mut is_used = vec![false; pairs.len()];
        for parameter in self.declared(Place::Query) {
            self.query_parameter(parameter, &pairs, &mut is_used)?;
        }
        self.credentials(&pairs, &mut is_used)?;
        for ((name, _), _) in pairs.iter().zip(&is_used).filter(|(_, used)| !**used) {
            self.drop_name(Place::Query, name);
        }
        Ok(())
    }

    /// Takes the pairs of one declared parameter, checks them, and writes them back.
    fn query_parameter(
        &mut self,
        parameter: &Parameter,
        pairs: &Pairs<'a>,
        is_used: &mut [bool],
    ) -> Result<(), Refusal> {
        let mut taken: Vec<(&str, &'a str)> = Vec::new();
        for ((name, value), used) in pairs.iter().zip(is_used.iter_mut()) {
            if !*used && belongs(parameter, self.shapes, name) {
                *used = true;
                taken.push((name, *value));
            }
        }
        if taken.is_empty() {
            return Self::absent(parameter);
        }
        let undecodable =
            |fault: Fault| parameter_refusal(fault.name(), Place::Query, &parameter.name);
        match &parameter.collection {
            Collection::Members | Collection::DeepObject => self.query_object(parameter, &taken),
            Collection::Joined(_) => {
                let [(_, raw)] = taken.as_slice() else {
                    return Err(undecodable(Fault::Repeated));
                };
                let values = raw.split(',').map(urlencoded::decode).collect::<Result<Vec<_>, _>>();
                let values = values.map_err(undecodable)?;
                if values.iter().any(|value| value.contains(',')) {
                    return Err(parameter_refusal("encoded_comma", Place::Query, &parameter.name));
                }
                self.check(parameter, &values)?;
                self.write_commas(&parameter.name, &values);
                Ok(())
            }
            Collection::Repeated => {
                let values = taken
                    .iter()
                    .map(|(_, raw)| urlencoded::decode(raw))
                    .collect::<Result<Vec<_>, _>>();
                let values = values.map_err(undecodable)?;
                self.check(parameter, &values)?;
                for value in &values {
                    urlencoded::push_pair(&parameter.name, value, &mut self.accepted.query);
                }
                Ok(())
            }
            _ => {
                let [(_, raw)] = taken.as_slice() else {
                    return Err(undecodable(Fault::Repeated));
                };
                let value = urlencoded::decode(raw).map_err(undecodable)?;
                self.check(parameter, std::slice::from_ref(&value))?;
                urlencoded::push_pair(&parameter.name, &value, &mut self.accepted.query);
                Ok(())
            }
        }
    }

    fn query_object(
        &mut self,
        parameter: &Parameter,
        taken: &[(&str, &'a str)],
    ) -> Result<(), Refusal> {
        let fault = |fault: Fault| parameter_refusal(fault.name(), Place::Query, &parameter.name);
        let member = |name: &str| match parameter.collection {
            Collection::DeepObject => inner(&parameter.name, name).unwrap_or_default().to_owned(),
            _ => name.to_owned(),
        };
        let shape = parameter.schema.as_ref().map(|schema| schema.shape);
        let is_open = shape.is_some_and(|shape| self.shapes.get(shape).object.rest == Rest::Open);
        let mut members = Vec::with_capacity(taken.len());
        let mut kept = Vec::with_capacity(taken.len());
        for (name, raw) in taken {
            let inner = member(name);
            if is_open && urlencoded::declared(self.shapes, shape, &inner).is_none() {
                self.drop_name(Place::Query, name);
                continue;
            }
            members.push((Cow::Owned(inner), urlencoded::decode(raw).map_err(fault)?));
            kept.push(*name);
        }
        let document = urlencoded::read_pairs(&members, self.shapes, shape, self.given.limits)
            .map_err(fault)?;
        Self::check_document(parameter, &document)?;
        for (name, (_, value)) in kept.iter().zip(&members) {
            urlencoded::push_pair(name, value, &mut self.accepted.query);
        }
        Ok(())
    }

    fn write_commas(&mut self, name: &str, values: &[Cow<'_, str>]) {
        let out = &mut self.accepted.query;
        if !out.is_empty() {
            out.push(b'&');
        }
        urlencoded::push_encoded(name, out);
        out.push(b'=');
        for (place, value) in values.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            urlencoded::push_encoded(value, out);
        }
    }

    /// Credentials that the contract places in the query.
    fn credentials(&mut self, pairs: &Pairs<'a>, is_used: &mut [bool]) -> Result<(), Refusal> {
        let schemes = self.given.schemes;
        let names = schemes.iter().filter_map(|scheme| match &scheme.place {
            SchemePlace::Query(name) => Some(name),
            _ => None,
        });
        for wanted in names {
            let mut is_first = true;
            for ((name, raw), used) in pairs.iter().zip(is_used.iter_mut()) {
                if *used || name.as_ref() != wanted {
                    continue;
                }
                if !is_first {
                    return Err(parameter_refusal("repeated", Place::Query, wanted));
                }
                is_first = false;
                *used = true;
                let value =
                    urlencoded::decode(raw).map_err(|fault| undecodable(Place::Query, fault))?;
                urlencoded::push_pair(wanted, &value, &mut self.accepted.query);
            }
        }
        Ok(())
    }

    fn cookies(&mut self) -> Result<(), Refusal> {
        let pairs: Vec<(&str, &str)> = self
            .given
            .cookies
            .unwrap_or_default()
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .collect();
        for parameter in self.declared(Place::Cookie) {
            let mut values = pairs.iter().filter(|(name, _)| *name == parameter.name);
            match (values.next(), values.next()) {
                (None, _) => Self::absent(parameter)?,
                (Some((_, value)), None) => self.check(parameter, &[Cow::Borrowed(*value)])?,
                _ => {
                    return Err(parameter_refusal("repeated", Place::Cookie, &parameter.name));
                }
            }
        }
        for (name, value) in pairs {
            if !self.is_declared_cookie(name) {
                self.drop_name(Place::Cookie, name);
                continue;
            }
            let out = &mut self.accepted.cookies;
            if !out.is_empty() {
                out.extend_from_slice(b"; ");
            }
            out.extend_from_slice(name.as_bytes());
            out.push(b'=');
            out.extend_from_slice(value.as_bytes());
        }
        Ok(())
    }

    fn is_declared_cookie(&self, name: &str) -> bool {
        let is_scheme =
            |place: &SchemePlace| matches!(place, SchemePlace::Cookie(known) if known == name);
        self.declared(Place::Cookie).any(|parameter| parameter.name == name)
            || self.given.schemes.iter().any(|scheme| is_scheme(&scheme.place))
    }

    fn drop_name(&mut self, place: Place, name: &str) {
        if self.accepted.dropped.len() < DROPPED_MAX {
            self.accepted.dropped.push((place, name.chars().take(64).collect()));
        }
    }

    /// Checks the texts of one parameter against its schema.
    fn check(&self, parameter: &Parameter, values: &[Cow<'_, str>]) -> Result<(), Refusal> {
        let (place, name) = (parameter.place, parameter.name.as_str());
        if values.iter().any(|value| value.contains('\0')) {
            return Err(parameter_refusal("nul", place, name));
        }
        let Some(schema) = &parameter.schema else {
            return Ok(());
        };
        if parameter.collection == Collection::Json {
            let text = values.first().map(|value| value.as_bytes().to_vec()).unwrap_or_default();
            let document = Document::parse(text, self.given.limits)
                .map_err(|rejected| parameter_refusal(rejected.fault.kind.name(), place, name))?;
            return Self::check_document(parameter, &document);
        }
        let read =
            |value| parameter.scalar(value).map_err(|_| parameter_refusal("type", place, name));
        let result = match (&parameter.collection, values) {
            (Collection::Joined(_), [joined]) if place != Place::Query => {
                let scalars = joined
                    .split(',')
                    .map(|value| read(Cow::Borrowed(value)))
                    .collect::<Result<Vec<Scalar<'_>>, _>>()?;
                schema.check_list(&scalars)
            }
            (Collection::Joined(_) | Collection::Repeated, values) => {
                let scalars = values
                    .iter()
                    .map(|value| read(Cow::Borrowed(value.as_ref())))
                    .collect::<Result<Vec<Scalar<'_>>, _>>()?;
                schema.check_list(&scalars)
            }
            (_, values) => {
                let value = values.first().map_or("", |value| value.as_ref());
                schema.check_scalar(&read(Cow::Borrowed(value))?)
            }
        };
        result.map_err(|found| mismatch(&format!("{} parameter `{name}`", place.name()), &found))
    }

    fn check_document(parameter: &Parameter, document: &Document) -> Result<(), Refusal> {
        let Some(schema) = &parameter.schema else {
            return Ok(());
        };
        let (place, name) = (parameter.place.name(), &parameter.name);
        schema
            .check(document.root())
            .map_err(|found| mismatch(&format!("{place} parameter `{name}`"), &found))
    }
}

fn undecodable(place: Place, fault: Fault) -> Refusal {
    refusal(fault.name(), format!("in the {}", place.name()))
}

/// Whether a query name is part of a parameter.
fn belongs(parameter: &Parameter, shapes: &Shapes, name: &str) -> bool {
    match &parameter.collection {
        Collection::Members => {
            let shape = parameter.schema.as_ref().map(|schema| schema.shape);
            urlencoded::declared(shapes, shape, name).is_some()
        }
        Collection::DeepObject => inner(&parameter.name, name).is_some(),
        _ => parameter.name == name,
    }
}

/// `filter[status]` is the member `status` of `filter`.
fn inner<'n>(parameter: &str, name: &'n str) -> Option<&'n str> {
    let inner = name.strip_prefix(parameter)?.strip_prefix('[')?.strip_suffix(']')?;
    // Deeper nesting would be read by some APIs as an object, and by us as a name.
    (!inner.contains(['[', ']'])).then_some(inner)
}
