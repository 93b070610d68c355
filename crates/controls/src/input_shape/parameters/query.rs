//! Values in the query: whose each name is, and how it is written.

use std::borrow::Cow;

use portcullis_contract::{Collection, Parameter, Place, SchemePlace, Types, folded_name};
use portcullis_model::Refusal;

use super::super::{parameter_refusal, refusal};
use super::Judge;
use super::objects::{Members, texts};
use super::value::unreadable;
use crate::urlencoded::split::{alternating, in_query, join_encoded};
use crate::urlencoded::{self, Fault, brackets};

/// One `name=value`, the name decoded.
struct Pair<'a> {
    name: Cow<'a, str>,
    raw: &'a str,
    owner: Option<Owner>,
}

/// Whose a name is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// A parameter, by its place in the operation.
    Parameter(usize),
    /// A credential, by its place among the schemes.
    Scheme(usize),
}

impl<'a> Judge<'a> {
    /// Checks the values of the query, and writes it anew.
    pub(super) fn query(&mut self) -> Result<(), Refusal> {
        let Some(query) = self.given.query else {
            return self.declared(Place::Query).try_for_each(Self::absent);
        };
        let undecodable = |fault: Fault| {
            let detail = format!("in the query: {}", fault.detail());
            refusal(fault.name(), detail)
        };
        let mut pairs: Vec<Pair<'a>> = Vec::new();
        for (name, raw) in urlencoded::pairs(query) {
            if pairs.len() >= self.given.limits.object_members_max {
                return Err(refusal(
                    "too_many_parameters",
                    "more query parameters than `limits: { object_members }`",
                ));
            }
            let name = urlencoded::decode(name).map_err(undecodable)?;
            let mut owner = self.owner(&name);
            if owner.is_none() {
                owner = self.owner_of_rest();
                if owner.is_some() && self.is_like_another(&name) {
                    return Err(undecodable(Fault::TwoReadings));
                }
            }
            pairs.push(Pair { name, raw, owner });
        }
        for (index, parameter) in self.operation.parameters.iter().enumerate() {
            if parameter.place == Place::Query {
                let is_its = |pair: &&Pair<'_>| pair.owner == Some(Owner::Parameter(index));
                let taken: Vec<&Pair<'a>> = pairs.iter().filter(is_its).collect();
                self.query_parameter(parameter, &taken)?;
            }
        }
        self.credentials(&pairs)?;
        for pair in pairs.iter().filter(|pair| pair.owner.is_none()) {
            self.drop_name(Place::Query, &pair.name);
        }
        Ok(())
    }

    /// The object that takes the names which are nobody's.
    fn owner_of_rest(&self) -> Option<Owner> {
        let mut all = self.operation.parameters.iter();
        let takes_rest = |one: &Parameter| {
            one.place == Place::Query
                && one.collection == Collection::Members
                && self.has_open_members(one)
        };
        all.position(takes_rest).map(Owner::Parameter)
    }

    /// Whether careless readers take a name for that of a parameter, which was not held to what is
    /// said of that: without regard to case, with `_` for dots and spaces (PHP), or what stands
    /// between any brackets (Rack).
    fn is_like_another(&self, name: &str) -> bool {
        let bare = name.trim_start_matches(['.', '[', ']']);
        let end = bare.find(['.', '[', ']']).unwrap_or(bare.len());
        let head = folded_name(bare.get(..end).unwrap_or(bare));
        let whole = folded_name(name);
        self.declared(Place::Query).filter(|one| one.collection != Collection::Members).any(|one| {
            let declared = folded_name(&one.name);
            declared == whole || declared == head
        })
    }

    /// Whose a name is: first that of a parameter or credential itself, then what lies inside
    /// one, then a declared member of one.
    fn owner(&self, name: &str) -> Option<Owner> {
        let parameter = |is_its: &dyn Fn(&Parameter) -> bool| {
            let mut all = self.operation.parameters.iter();
            all.position(|one| one.place == Place::Query && is_its(one)).map(Owner::Parameter)
        };
        let is_members = |one: &Parameter| one.collection == Collection::Members;
        parameter(&|one| one.name == name && has_own_name(one))
            .or_else(|| {
                let is_its = |place: &SchemePlace| matches!(place, SchemePlace::Query(known) if known == name);
                let mut schemes = self.given.schemes.iter();
                schemes.position(|scheme| is_its(&scheme.place)).map(Owner::Scheme)
            })
            .or_else(|| {
                parameter(&|one| {
                    one.collection == Collection::DeepObject && brackets::keys(&one.name, name).is_some()
                })
            })
            .or_else(|| parameter(&|one| is_members(one) && self.is_member(one, name)))
    }

    fn query_parameter(
        &mut self,
        parameter: &Parameter,
        taken: &[&Pair<'a>],
    ) -> Result<(), Refusal> {
        if taken.is_empty() {
            return Self::absent(parameter);
        }
        let name = &parameter.name;
        if let [pair] = taken
            && parameter.allow_empty
            && pair.raw.is_empty()
            && pair.name == *name
        {
            urlencoded::push_pair(name, "", &mut self.accepted.query);
            return Ok(());
        }
        let fault = unreadable(parameter);
        match parameter.collection {
            Collection::Members => self.query_members(parameter, taken),
            Collection::DeepObject => {
                let named: Vec<(&str, &str)> =
                    taken.iter().map(|pair| (pair.name.as_ref(), pair.raw)).collect();
                self.deep_object(parameter, &named)
            }
            Collection::Repeated => {
                let values = taken.iter().map(|pair| urlencoded::decode(pair.raw));
                let values = values.collect::<Result<Vec<_>, _>>().map_err(fault)?;
                for value in &self.check_list(parameter, &values)? {
                    urlencoded::push_pair(name, value, &mut self.accepted.query);
                }
                Ok(())
            }
            _ => match taken {
                [pair] => self.query_value(parameter, pair.raw),
                _ => Err(fault(Fault::Repeated)),
            },
        }
    }

    /// A parameter that has one value.
    fn query_value(&mut self, parameter: &Parameter, raw: &'a str) -> Result<(), Refusal> {
        let fault = unreadable(parameter);
        let name = &parameter.name;
        match parameter.collection {
            Collection::Joined(delimiter) => {
                let items = in_query(raw, delimiter).map_err(fault)?;
                let items = self.check_list(parameter, &items)?;
                let out = self.begin_pair(name);
                join_encoded(items.iter().map(AsRef::as_ref), delimiter, out);
            }
            Collection::JoinedMembers { delimiter, .. } => {
                let items = in_query(raw, delimiter).map_err(fault)?;
                let members = alternating(items).map_err(fault)?;
                let document = self.read_joined_members(parameter, members)?;
                let members = texts(&document);
                if members.is_empty() {
                    return Self::absent(parameter);
                }
                let items = members.iter().flat_map(|(name, value)| [*name, value.as_ref()]);
                let out = self.begin_pair(name);
                join_encoded(items, delimiter, out);
            }
            Collection::Json => {
                let text = urlencoded::decode(raw).map_err(fault)?;
                let document = self.read_json(parameter, &text)?;
                let mut json = Vec::new();
                document.write(&mut json);
                let json = String::from_utf8_lossy(&json);
                urlencoded::push_pair(name, &json, &mut self.accepted.query);
            }
            Collection::Form => {
                let text = urlencoded::decode(raw).map_err(fault)?;
                let document = self.read_form(parameter, &text)?;
                let form = urlencoded::write_form(&document);
                let form = String::from_utf8_lossy(&form);
                urlencoded::push_pair(name, &form, &mut self.accepted.query);
            }
            _ => {
                let value = urlencoded::decode(raw).map_err(fault)?;
                let value = self.check_one(parameter, &value)?;
                urlencoded::push_pair(name, &value, &mut self.accepted.query);
            }
        }
        Ok(())
    }

    /// An object whose members are parameters themselves.
    fn query_members(&mut self, parameter: &Parameter, taken: &[&Pair<'a>]) -> Result<(), Refusal> {
        let mut members: Members<'_> = Vec::with_capacity(taken.len());
        for pair in taken {
            let value = urlencoded::decode(pair.raw).map_err(unreadable(parameter))?;
            members.push((Cow::Borrowed(pair.name.as_ref()), value));
        }
        let document = self.read_members(parameter, members)?;
        urlencoded::push_form(&document, &mut self.accepted.query);
        Ok(())
    }

    /// Credentials that the contract places in the query.
    fn credentials(&mut self, pairs: &[Pair<'a>]) -> Result<(), Refusal> {
        for (index, scheme) in self.given.schemes.iter().enumerate() {
            let SchemePlace::Query(name) = &scheme.place else {
                continue;
            };
            let mut shown = pairs.iter().filter(|pair| pair.owner == Some(Owner::Scheme(index)));
            let Some(pair) = shown.next() else {
                continue;
            };
            if shown.next().is_some() {
                return Err(parameter_refusal("repeated", Place::Query, name));
            }
            let value = urlencoded::decode(pair.raw)
                .map_err(|fault| parameter_refusal(fault.name(), Place::Query, name))?;
            urlencoded::push_pair(name, &value, &mut self.accepted.query);
        }
        Ok(())
    }

    fn begin_pair(&mut self, name: &str) -> &mut Vec<u8> {
        let out = &mut self.accepted.query;
        if !out.is_empty() {
            out.push(b'&');
        }
        urlencoded::push_encoded(name, out);
        out.push(b'=');
        out
    }
}

/// Whether the parameter's own name stands in the query. Objects stand there under other names,
/// unless they may be something else, too.
fn has_own_name(parameter: &Parameter) -> bool {
    match parameter.collection {
        Collection::Members => false,
        Collection::DeepObject => parameter
            .schema
            .as_ref()
            .is_some_and(|schema| schema.types.intersects(Types::SCALAR.or(Types::ARRAY))),
        _ => true,
    }
}
