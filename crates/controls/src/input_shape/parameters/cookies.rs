//! Values in cookies (RFC 6265 section 4.2.1).
//!
//! Some servers decode percent escapes in cookies and take quotes off, and some do neither. So a
//! text must be as declared in both readings, and goes on as it came.

use std::borrow::Cow;

use portcullis_contract::{Collection, Delimiter, Parameter, Place, SchemePlace};
use portcullis_json::Document;
use portcullis_model::Refusal;

use super::super::parameter_refusal;
use super::Judge;
use super::headers::plain_json;
use super::objects::texts;
use super::value::unreadable;
use crate::urlencoded::split::{alternating, in_cookie, join_encoded};
use crate::urlencoded::{self, Fault, push_encoded};

/// Cookies that stand in the header, still encoded.
type Pairs<'a> = Vec<(&'a str, &'a str)>;

impl<'a> Judge<'a> {
    /// Checks the values of cookies, and keeps what is declared.
    pub(super) fn cookies(&mut self) -> Result<(), Refusal> {
        let cookies = self.given.cookies.unwrap_or_default();
        let pairs: Pairs<'a> =
            cookies.split(';').filter_map(|pair| pair.trim().split_once('=')).collect();
        let owners: Vec<Option<Owner>> =
            pairs.iter().map(|(name, _)| self.owner_of(name)).collect();
        for (index, parameter) in self.operation.parameters.iter().enumerate() {
            if parameter.place != Place::Cookie {
                continue;
            }
            let its = pairs
                .iter()
                .zip(&owners)
                .filter(|(_, owner)| **owner == Some(Owner::Parameter(index)));
            let taken: Pairs<'a> = its.map(|(pair, _)| *pair).collect();
            self.cookie_parameter(parameter, &taken)?;
        }
        let mut credentials: Pairs<'a> = Vec::new();
        for ((name, value), owner) in pairs.into_iter().zip(owners) {
            match owner {
                Some(Owner::Parameter(_)) => {}
                Some(Owner::Scheme) => credentials.push((name, value)),
                None => self.drop_name(Place::Cookie, name),
            }
        }
        self.credential_cookies(credentials)
    }

    /// Credentials, each once. Some servers take the first of two, others the last.
    fn credential_cookies(&mut self, mut shown: Pairs<'a>) -> Result<(), Refusal> {
        shown.sort_unstable();
        shown.dedup();
        let mut before = None;
        for (name, value) in shown {
            if before.replace(name) == Some(name) {
                return Err(parameter_refusal("repeated", Place::Cookie, name));
            }
            self.push_cookie(name, value);
        }
        Ok(())
    }

    /// Whose a cookie is, as in a query.
    fn owner_of(&self, name: &str) -> Option<Owner> {
        let parameter = |is_its: &dyn Fn(&Parameter) -> bool| {
            let mut all = self.operation.parameters.iter();
            all.position(|one| one.place == Place::Cookie && is_its(one)).map(Owner::Parameter)
        };
        let is_members = |one: &Parameter| one.collection == Collection::Members;
        let is_scheme =
            |place: &SchemePlace| matches!(place, SchemePlace::Cookie(known) if known == name);
        parameter(&|one| one.name == name && !is_members(one))
            .or_else(|| {
                let mut schemes = self.given.schemes.iter();
                schemes.any(|scheme| is_scheme(&scheme.place)).then_some(Owner::Scheme)
            })
            .or_else(|| parameter(&|one| is_members(one) && self.is_member(one, name)))
            .or_else(|| parameter(&|one| is_members(one) && self.has_open_members(one)))
    }

    fn cookie_parameter(
        &mut self,
        parameter: &Parameter,
        taken: &Pairs<'a>,
    ) -> Result<(), Refusal> {
        let fault = unreadable(parameter);
        let [(name, raw)] = taken.as_slice() else {
            return match parameter.collection {
                _ if taken.is_empty() => Self::absent(parameter),
                Collection::Repeated | Collection::Members => self.cookie_values(parameter, taken),
                _ => Err(fault(Fault::Repeated)),
            };
        };
        match parameter.collection {
            Collection::Repeated | Collection::Members => self.cookie_values(parameter, taken),
            Collection::Joined(delimiter) => self.joined_cookie(parameter, delimiter, (name, raw)),
            Collection::JoinedMembers { delimiter, .. } => {
                self.members_cookie(parameter, delimiter, (name, raw))
            }
            Collection::Json => self.json_cookie(parameter, name, raw),
            Collection::Form => {
                let text = urlencoded::unescape(raw).map_err(fault)?;
                let document = self.read_form(parameter, &text)?;
                let mut value = Vec::new();
                push_encoded(
                    &String::from_utf8_lossy(&urlencoded::write_form(&document)),
                    &mut value,
                );
                self.push_cookie(name, &String::from_utf8_lossy(&value));
                Ok(())
            }
            _ => {
                let readings = readings(raw).map_err(fault)?;
                let mut is_other = false;
                for reading in &readings {
                    is_other |= self.check_one(parameter, reading)? != *reading;
                }
                // As it is, it is a boolean in another spelling: that holds no escape and no quote.
                let spelled = self.check_one(parameter, raw)?;
                self.push_cookie(name, if is_other { &spelled } else { raw });
                Ok(())
            }
        }
    }

    /// A list in one cookie.
    fn joined_cookie(
        &mut self,
        parameter: &Parameter,
        delimiter: Delimiter,
        (name, raw): (&str, &str),
    ) -> Result<(), Refusal> {
        let items = in_cookie(raw, delimiter).map_err(unreadable(parameter))?;
        let spelled = self.check_list(parameter, &items)?;
        let is_other = spelled != items;
        if raw.contains('%') {
            let as_sent: Vec<&str> = raw.split(delimiter.character()).collect();
            self.check_list(parameter, &as_sent)?;
        }
        // Only booleans have another spelling, and those hold no escape.
        let joined = is_other.then(|| spelled.join(&delimiter.character().to_string()));
        self.push_cookie(name, joined.as_deref().unwrap_or(raw));
        Ok(())
    }

    /// An object in one cookie, names and values in turn.
    fn members_cookie(
        &mut self,
        parameter: &Parameter,
        delimiter: Delimiter,
        (name, raw): (&str, &str),
    ) -> Result<(), Refusal> {
        let fault = unreadable(parameter);
        let items = in_cookie(raw, delimiter).map_err(fault)?;
        let members = alternating(items).map_err(fault)?;
        let count = members.len();
        if raw.contains('%') {
            let as_sent = raw.split(delimiter.character()).map(Cow::Borrowed).collect();
            let as_sent = alternating(as_sent).map_err(fault)?;
            self.read_joined_members(parameter, as_sent)?;
        }
        let document = self.read_joined_members(parameter, members)?;
        let members = texts(&document);
        if members.len() == count && !holds_booleans(&document) {
            self.push_cookie(name, raw);
            return Ok(());
        }
        if members.is_empty() {
            return Self::absent(parameter);
        }
        let items = members.iter().flat_map(|(name, value)| [*name, value.as_ref()]);
        let mut value = Vec::new();
        join_encoded(items, delimiter, &mut value);
        self.push_cookie(name, &String::from_utf8_lossy(&value));
        Ok(())
    }

    /// A list or an object, each value a cookie of its own.
    fn cookie_values(&mut self, parameter: &Parameter, taken: &Pairs<'a>) -> Result<(), Refusal> {
        let fault = unreadable(parameter);
        let mut taken = taken.clone();
        if parameter.collection == Collection::Members {
            taken.retain(|(name, _)| {
                let is_kept = self.keeps(parameter, name);
                if !is_kept {
                    self.drop_name(parameter.place, name);
                }
                is_kept
            });
        }
        let readings = taken.iter().map(|(_, raw)| readings(raw));
        let readings = readings.collect::<Result<Vec<_>, _>>().map_err(fault)?;
        // A server reads all cookies alike: as they are, or decoded.
        let as_sent = readings.iter().map(|one| one.first().cloned().unwrap_or_default());
        let decoded = readings.iter().map(|one| one.last().cloned().unwrap_or_default());
        let decoded: Vec<_> = decoded.collect();
        let as_sent: Vec<_> = as_sent.collect();
        let spelled = self.spelled_cookies(parameter, &taken, &decoded)?;
        self.spelled_cookies(parameter, &taken, &as_sent)?;
        for (((name, raw), spelled), decoded) in taken.iter().zip(spelled).zip(decoded) {
            // Only booleans have another spelling, and those hold no escape.
            self.push_cookie(name, if spelled == decoded { raw } else { &spelled });
        }
        Ok(())
    }

    /// Checks the values of cookies that are one list or object; gives each in its one spelling.
    fn spelled_cookies(
        &mut self,
        parameter: &Parameter,
        taken: &Pairs<'a>,
        values: &[Cow<'_, str>],
    ) -> Result<Vec<String>, Refusal> {
        if parameter.collection == Collection::Repeated {
            let spelled = self.check_list(parameter, values)?;
            return Ok(spelled.into_iter().map(Cow::into_owned).collect());
        }
        let members = taken.iter().zip(values);
        let members = members.map(|((name, _), value)| (Cow::Borrowed(*name), value.clone()));
        let document = self.read_members(parameter, members.collect())?;
        let spelled = |((name, _), value): (&(&str, _), &Cow<'_, str>)| {
            let member = document.root().get(name).filter(|member| member.as_bool().is_some());
            member.map_or_else(|| value.to_string(), |member| member.lexeme().to_owned())
        };
        Ok(taken.iter().zip(values).map(spelled).collect())
    }

    /// JSON, as it is or escaped, and written back as it was.
    fn json_cookie(&mut self, parameter: &Parameter, name: &str, raw: &str) -> Result<(), Refusal> {
        let text = urlencoded::unescape(raw).map_err(unreadable(parameter))?;
        let is_escaped = text != raw;
        // JSON begins with none of the characters that must be escaped in a cookie, but `"`.
        if is_escaped && raw.starts_with(['{', '[', '"']) {
            return Err(unreadable(parameter)(Fault::TwoReadings));
        }
        let document = self.read_json(parameter, &text)?;
        let mut value = plain_json(&document).into_bytes();
        if is_escaped {
            let mut escaped = Vec::new();
            push_encoded(&String::from_utf8_lossy(&value), &mut escaped);
            value = escaped;
        }
        self.push_cookie(name, &String::from_utf8_lossy(&value));
        Ok(())
    }

    fn push_cookie(&mut self, name: &str, value: &str) {
        let out = &mut self.accepted.cookies;
        if !out.is_empty() {
            out.extend_from_slice(b"; ");
        }
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
        out.extend_from_slice(value.as_bytes());
    }
}

/// Whether a member may have come in another spelling.
fn holds_booleans(document: &Document) -> bool {
    document.root().members().any(|(_, member)| member.as_bool().is_some())
}

/// Whose a cookie is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Parameter(usize),
    Scheme,
}

/// What servers may read: the value as it is, without quotes, and that decoded.
fn readings(raw: &str) -> Result<Vec<Cow<'_, str>>, Fault> {
    // Inside quotes some servers read `\054` as a comma.
    if raw.contains('\\') {
        return Err(Fault::TwoReadings);
    }
    let mut readings = vec![Cow::Borrowed(raw)];
    let inner = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
    if inner != raw {
        readings.push(Cow::Borrowed(inner));
    }
    // What is no escape is left as it is by those that decode.
    if let Ok(decoded) = urlencoded::unescape(inner)
        && decoded != inner
    {
        readings.push(decoded);
    }
    Ok(readings)
}
