//! Values in header fields (RFC 9110 section 5.5): they know no escapes.

use std::fmt::Write as _;

use portcullis_contract::{Collection, Delimiter, Parameter, Place};
use portcullis_json::Document;
use portcullis_model::Refusal;

use super::super::parameter_refusal;
use super::objects::{Members, texts};
use super::value::unreadable;
use super::{Header, Judge};
use crate::urlencoded::Fault;
use crate::urlencoded::split::{alternating, assigned, in_header};

impl Judge<'_> {
    /// Checks the values of header fields, and writes those anew that may have several spellings.
    pub(super) fn header_fields(&mut self) -> Result<(), Refusal> {
        for parameter in self.declared(Place::Header) {
            let name = parameter.name.to_ascii_lowercase();
            let given = (self.given.header)(&name);
            let values = match &given {
                Header::Absent => {
                    Self::absent(parameter)?;
                    continue;
                }
                Header::Unreadable => {
                    return Err(parameter_refusal("not_utf8", Place::Header, &parameter.name));
                }
                Header::One(value) => std::slice::from_ref(value),
                Header::Several(values) => values.as_slice(),
            };
            if let Some(anew) = self.field(parameter, values)? {
                self.accepted.fields.push((name, anew.into_bytes()));
            }
        }
        Ok(())
    }

    /// Checks one field; gives its one spelling where it has a structure, or came in another one.
    fn field(&mut self, parameter: &Parameter, values: &[&str]) -> Result<Option<String>, Refusal> {
        let fault = unreadable(parameter);
        match parameter.collection {
            Collection::Joined(delimiter) => {
                let items = in_header(values, delimiter).map_err(fault)?;
                let items = self.check_list(parameter, &items)?;
                return Ok(Some(joined(items.iter().map(AsRef::as_ref), delimiter)));
            }
            Collection::JoinedMembers { delimiter, is_assigned } => {
                let items = in_header(values, delimiter).map_err(fault)?;
                let members = if is_assigned { assigned(&items) } else { alternating(items) };
                let members: Members<'_> = members
                    .map_err(fault)?
                    .into_iter()
                    .map(|(name, value)| (name.into(), value.into()))
                    .collect();
                let document = self.read_joined_members(parameter, members)?;
                return Ok(Some(joined_members(&document, delimiter, is_assigned)));
            }
            _ => {}
        }
        let [value] = values else {
            return Err(fault(Fault::Repeated));
        };
        let value = value.trim();
        match parameter.collection {
            Collection::Json => {
                let document = self.read_json(parameter, value)?;
                Ok(Some(plain_json(&document)))
            }
            Collection::Form => {
                let document = self.read_form(parameter, value)?;
                let form = crate::urlencoded::write_form(&document);
                Ok(Some(String::from_utf8_lossy(&form).into_owned()))
            }
            _ => {
                let spelled = self.check_one(parameter, value)?;
                Ok((spelled != value).then(|| spelled.into_owned()))
            }
        }
    }
}

fn joined<'t>(items: impl Iterator<Item = &'t str>, delimiter: Delimiter) -> String {
    let mut out = String::new();
    for (place, item) in items.enumerate() {
        if place > 0 {
            out.push(delimiter.character());
        }
        out.push_str(item);
    }
    out
}

fn joined_members(document: &Document, delimiter: Delimiter, is_assigned: bool) -> String {
    let between = if is_assigned { '=' } else { delimiter.character() };
    let members = texts(document);
    let members: Vec<String> =
        members.into_iter().map(|(name, value)| format!("{name}{between}{value}")).collect();
    joined(members.iter().map(String::as_str), delimiter)
}

/// JSON in ASCII and without `;`, because readers of headers and cookies agree on no more.
pub(super) fn plain_json(document: &Document) -> String {
    let mut json = Vec::new();
    document.write(&mut json);
    let mut out = String::with_capacity(json.len());
    // Outside of strings JSON holds neither.
    for character in String::from_utf8_lossy(&json).chars() {
        if character.is_ascii() && character != ';' {
            out.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_json::Limits;

    #[test]
    fn json_in_a_header_is_ascii_and_means_the_same() {
        let read = |text: &str| Document::parse(text.into(), &Limits::default()).unwrap();
        let document = read(r#"{"a": "é;😀", "b": [1.0]}"#);
        let plain = plain_json(&document);
        assert_eq!(plain, r#"{"a":"\u00e9\u003b\ud83d\ude00","b":[1.0]}"#);
        let again = read(&plain);
        assert_eq!(again.root().get("a").unwrap().as_str(), Some("é;😀"));
    }
}
