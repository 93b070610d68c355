//! What is known of the caller of a session, as the text that the store keeps.

use std::sync::Arc;

use portcullis_json::{Document, Kind, Limits, Value as Json, push_decimal, push_quoted};
use portcullis_model::{Attribute, Source, UnixMillis, Value};
use portcullis_store::{Session, SessionId};

/// How a caller is called where the login's answer names nobody: as the owner of this session alone.
pub(crate) fn own_name(id: SessionId) -> String {
    format!("session:{id}")
}

/// Whether nothing named the caller of a session.
pub(crate) fn is_nameless(session: &Session) -> bool {
    session.subject == own_name(session.id)
}

/// What is known of a caller, beside the name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// Whose callers these are.
    pub(crate) issuer: String,
    /// What the credential is good for.
    pub(crate) scopes: Vec<Arc<str>>,
    /// What the answers of the login said.
    pub(crate) attributes: Vec<Attribute>,
    /// When the API's credential ends that requests carry; the session itself may be renewed.
    pub(crate) until: Option<UnixMillis>,
}

impl Known {
    /// As JSON text.
    pub(crate) fn write(&self) -> String {
        let mut out = b"{\"issuer\":".to_vec();
        push_quoted(&self.issuer, &mut out);
        if let Some(until) = self.until {
            out.extend_from_slice(b",\"until\":");
            push_decimal(until.0, &mut out);
        }
        out.extend_from_slice(b",\"scopes\":");
        push_list(&self.scopes, &mut out);
        out.extend_from_slice(b",\"attributes\":[");
        for (place, attribute) in self.attributes.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            out.push(b'[');
            push_quoted(&attribute.name, &mut out);
            out.push(b',');
            match &attribute.value {
                Value::Text(text) => push_quoted(text, &mut out),
                Value::Number(digits) => out.extend_from_slice(digits.as_bytes()),
                Value::Truth(truth) => {
                    out.extend_from_slice(if *truth { b"true" } else { b"false" });
                }
                Value::List(texts) => push_list(texts, &mut out),
            }
            out.push(b']');
        }
        out.extend_from_slice(b"]}");
        String::from_utf8(out).unwrap_or_default()
    }

    /// What [`Known::write`] wrote.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let document = Document::parse(text.as_bytes().to_vec(), &Limits::GENEROUS).ok()?;
        let root = document.root();
        let issuer = root.get("issuer")?.as_str()?.to_owned();
        let until = match root.get("until") {
            Some(until) => Some(UnixMillis(until.as_number()?.parse().ok()?)),
            None => None,
        };
        let mut attributes = Vec::new();
        for pair in root.get("attributes")?.items() {
            let mut parts = pair.items();
            let name = Arc::from(parts.next()?.as_str()?);
            attributes.push(Attribute {
                name,
                value: value(parts.next()?)?,
                source: Source::Login,
            });
        }
        let Some(Value::List(scopes)) = value(root.get("scopes")?) else { return None };
        Some(Self { issuer, scopes, attributes, until })
    }
}

fn push_list(texts: &[Arc<str>], out: &mut Vec<u8>) {
    out.push(b'[');
    for (place, text) in texts.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        push_quoted(text, out);
    }
    out.push(b']');
}

/// A value of a kind that a policy can compare: not `null`, an object, a number with fraction or
/// exponent, or a list of anything but texts.
pub(super) fn value(json: Json<'_>) -> Option<Value> {
    Some(match json.kind() {
        Kind::String => Value::Text(json.as_str()?.into()),
        Kind::Number => {
            let lexeme = json.as_number()?;
            let digits = lexeme.strip_prefix('-').unwrap_or(lexeme);
            let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
            return is_whole.then(|| Value::Number(lexeme.into()));
        }
        Kind::True | Kind::False => Value::Truth(json.as_bool()?),
        Kind::Array => {
            let texts: Option<Vec<Arc<str>>> =
                json.items().map(|item| item.as_str().map(Arc::from)).collect();
            Value::List(texts?)
        }
        Kind::Null | Kind::Object => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            ".*".prop_map(|text| Value::Text(text.into())),
            any::<i64>().prop_map(|number| Value::Number(number.to_string().into())),
            any::<bool>().prop_map(Value::Truth),
            proptest::collection::vec(".*", 0..4)
                .prop_map(|texts| Value::List(texts.into_iter().map(Arc::from).collect())),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            issuer in ".*",
            scopes in proptest::collection::vec(".*", 0..4),
            values in proptest::collection::vec((".*", any_value()), 0..4),
            until in proptest::option::of(any::<u32>()),
        ) {
            let attribute = |(name, value): (String, Value)| Attribute {
                name: name.into(),
                value,
                source: Source::Login,
            };
            let known = Known {
                issuer,
                scopes: scopes.into_iter().map(Arc::from).collect(),
                attributes: values.into_iter().map(attribute).collect(),
                until: until.map(|until| UnixMillis(u64::from(until))),
            };
            prop_assert_eq!(Known::read(&known.write()), Some(known));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = Known::read(&text);
        }
    }
}
