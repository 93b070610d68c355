//! Values in the path: after `simple`, `label` or `matrix` (RFC 6570 section 3.2).

use portcullis_contract::{
    Collection, Delimiter, Parameter, PathPart, PathValue, Place, Prefix, write_path_text,
    write_path_value,
};
use portcullis_model::Refusal;

use super::super::parameter_refusal;
use super::Judge;
use super::objects::{Members, texts};
use super::value::unreadable;
use crate::urlencoded::split::{alternating, join_encoded, push_delimiter};
use crate::urlencoded::{Fault, push_encoded};

impl Judge<'_> {
    /// Checks the values of the path, and writes it anew.
    pub(super) fn path(&mut self) -> Result<(), Refusal> {
        for part in self.given.path {
            match part {
                PathPart::Slash => self.accepted.path.push(b'/'),
                PathPart::Fixed(text) => write_path_text(text, &mut self.accepted.path),
                PathPart::Value(value) => self.path_value(value)?,
            }
        }
        Ok(())
    }

    fn path_value(&mut self, value: &PathValue<'_>) -> Result<(), Refusal> {
        let mut declared = self.declared(Place::Path);
        let Some(parameter) = declared.find(|one| one.name == value.name) else {
            return Err(parameter_refusal("missing", Place::Path, value.name));
        };
        let is_plain =
            parameter.prefix == Prefix::None && parameter.collection == Collection::Single;
        if value.has_more || !is_plain && !value.others.is_empty() {
            return Err(parameter_refusal("two_readings", Place::Path, value.name));
        }
        for other in &value.others {
            self.check_one(parameter, other)?;
        }
        let text = Marked { text: value.text, start: 0, escaped: &value.escaped };
        self.path_text(parameter, text)
    }

    fn path_text(&mut self, parameter: &Parameter, text: Marked<'_>) -> Result<(), Refusal> {
        let fault = unreadable(parameter);
        match (parameter.prefix, parameter.collection) {
            (Prefix::Matrix, Collection::Repeated) => {
                let text = text.behind(';').ok_or_else(|| fault(Fault::NoPrefix))?;
                let items = text.split(Delimiter::Semicolon).map_err(fault)?;
                let values = items.into_iter().map(|item| item.assigned_to(&parameter.name));
                let values = values.collect::<Result<Vec<_>, _>>().map_err(fault)?;
                let values: Vec<&str> = values.into_iter().map(|value| value.text).collect();
                for value in self.check_list(parameter, &values)? {
                    self.push_prefix(parameter, value.is_empty());
                    push_encoded(&value, &mut self.accepted.path);
                }
                return Ok(());
            }
            (Prefix::Matrix, Collection::JoinedMembers { is_assigned: true, .. }) => {
                let text = text.behind(';').ok_or_else(|| fault(Fault::NoPrefix))?;
                self.accepted.path.push(b';');
                return self.path_collection(parameter, text);
            }
            _ => {}
        }
        let text = match parameter.prefix {
            Prefix::None => Some(Ok(text)),
            Prefix::Label => text.behind('.').map(Ok),
            Prefix::Matrix => text.behind(';').map(|text| text.assigned_to(&parameter.name)),
        };
        let text = text.unwrap_or(Err(Fault::NoPrefix)).map_err(fault)?;
        self.push_prefix(parameter, text.text.is_empty());
        self.path_collection(parameter, text)
    }

    /// What stands behind the prefix.
    fn path_collection(&mut self, parameter: &Parameter, text: Marked<'_>) -> Result<(), Refusal> {
        let fault = unreadable(parameter);
        match parameter.collection {
            Collection::Joined(delimiter) => {
                let items = text.split(delimiter).map_err(fault)?;
                let items: Vec<&str> = items.into_iter().map(|item| item.text).collect();
                let items = self.check_list(parameter, &items)?;
                let items = items.iter().map(AsRef::as_ref);
                join_encoded(items, delimiter, &mut self.accepted.path);
            }
            Collection::JoinedMembers { delimiter, is_assigned } => {
                let items = text.split(delimiter).map_err(fault)?;
                let members = if is_assigned {
                    items.into_iter().map(Marked::assigned).collect()
                } else {
                    alternating(items.into_iter().map(|item| item.text).collect())
                };
                self.path_members(parameter, members.map_err(fault)?, delimiter, is_assigned)?;
            }
            Collection::Json => {
                let document = self.whole(|judge| judge.read_json(parameter, text.text))?;
                let mut json = Vec::new();
                document.write(&mut json);
                push_encoded(&String::from_utf8_lossy(&json), &mut self.accepted.path);
            }
            Collection::Form => {
                let document = self.whole(|judge| judge.read_form(parameter, text.text))?;
                let form = crate::urlencoded::write_form(&document);
                push_encoded(&String::from_utf8_lossy(&form), &mut self.accepted.path);
            }
            _ if parameter.prefix == Prefix::Matrix => {
                let value = self.check_one(parameter, text.text)?;
                push_encoded(&value, &mut self.accepted.path);
            }
            _ => {
                let value = self.check_one(parameter, text.text)?;
                write_path_value(&value, &mut self.accepted.path);
            }
        }
        Ok(())
    }

    fn path_members(
        &mut self,
        parameter: &Parameter,
        members: Vec<(&str, &str)>,
        delimiter: Delimiter,
        is_assigned: bool,
    ) -> Result<(), Refusal> {
        let members: Members<'_> =
            members.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let document = self.whole(|judge| judge.read_joined_members(parameter, members))?;
        let out = &mut self.accepted.path;
        for (place, (name, value)) in texts(&document).into_iter().enumerate() {
            if place > 0 {
                push_delimiter(delimiter, out);
            }
            push_encoded(name, out);
            if is_assigned {
                out.push(b'=');
            } else {
                push_delimiter(delimiter, out);
            }
            push_encoded(&value, out);
        }
        Ok(())
    }

    /// Nothing is left out of a path: what remains could be the path of something else.
    fn whole<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let before = self.accepted.dropped.len();
        let value = read(self)?;
        match self.accepted.dropped.get(before) {
            None => Ok(value),
            Some((place, name)) => Err(parameter_refusal("undeclared_member", *place, name)),
        }
    }

    fn push_prefix(&mut self, parameter: &Parameter, is_empty: bool) {
        let out = &mut self.accepted.path;
        match parameter.prefix {
            Prefix::None => {}
            Prefix::Label => out.push(b'.'),
            Prefix::Matrix => {
                out.push(b';');
                push_encoded(&parameter.name, out);
                if !is_empty {
                    out.push(b'=');
                }
            }
        }
    }
}

/// Appends a value as it was sent, delimiters raw or escaped.
pub(super) fn write_as_sent(value: &PathValue<'_>, out: &mut Vec<u8>) {
    let mut rest = value.text;
    let mut at = 0;
    for escaped in &value.escaped {
        let (before, behind) = rest.split_at_checked(escaped - at).unwrap_or((rest, ""));
        write_path_text(before, out);
        let (delimiter, behind) = behind.split_at_checked(1).unwrap_or_default();
        push_encoded(delimiter, out);
        (rest, at) = (behind, escaped + 1);
    }
    write_path_text(rest, out);
}

/// A decoded text that knows which of its delimiters were escaped.
#[derive(Debug, Clone, Copy)]
struct Marked<'t> {
    text: &'t str,
    /// Where it starts in the text that `escaped` speaks of.
    start: usize,
    escaped: &'t [usize],
}

impl<'t> Marked<'t> {
    fn is_escaped(self, at: usize) -> bool {
        self.escaped.binary_search(&(self.start + at)).is_ok()
    }

    /// Whether a delimiter stands there, raw and escaped.
    fn has(self, delimiter: char) -> (bool, bool) {
        let mut has = (false, false);
        for (at, _) in self.text.match_indices(delimiter) {
            if self.is_escaped(at) { has.1 = true } else { has.0 = true }
        }
        has
    }

    /// What stands behind a raw character at the beginning.
    fn behind(self, first: char) -> Option<Self> {
        let text = self.text.strip_prefix(first).filter(|_| !self.is_escaped(0))?;
        Some(Self { text, start: self.start + first.len_utf8(), ..self })
    }

    /// Items between delimiters. Escaped commas are delimiters where no raw one is; an escaped
    /// delimiter of another kind is never one to servers that know the style.
    fn split(self, delimiter: Delimiter) -> Result<Vec<Self>, Fault> {
        let character = delimiter.character();
        match self.has(character) {
            (true, true) => return Err(Fault::TwoReadings),
            (false, true) if delimiter != Delimiter::Comma => return Err(Fault::TwoReadings),
            _ => {}
        }
        let mut start = self.start;
        let items = self.text.split(character).map(|text| {
            let item = Self { text, start, ..self };
            start += text.len() + character.len_utf8();
            item
        });
        Ok(items.collect())
    }

    /// Name and value of `name=value`.
    fn assigned(self) -> Result<(&'t str, &'t str), Fault> {
        // Not everybody cuts before decoding, nor at the first one.
        if self.text.matches('=').count() > 1 || self.has('=').1 {
            return Err(Fault::TwoReadings);
        }
        self.text.split_once('=').ok_or(Fault::Unpaired)
    }

    /// The value of `name=value`, or the empty one of `name`.
    fn assigned_to(self, name: &str) -> Result<Self, Fault> {
        let rest = self.text.strip_prefix(name).ok_or(Fault::NoPrefix)?;
        let rest = Self { text: rest, start: self.start + name.len(), ..self };
        if rest.text.is_empty() {
            return Ok(rest);
        }
        let value = rest.behind('=').ok_or(Fault::NoPrefix)?;
        // A further one would begin another parameter for servers that decode first.
        if value.has(';') != (false, false) || value.has('=').0 {
            return Err(Fault::TwoReadings);
        }
        Ok(value)
    }
}
