//! What a validator looks at: a JSON value as it was read, or values that came as text. Nothing
//! is copied.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use portcullis_json::{Kind, Value};

use super::blobs::Blobs;
use super::decimal::{Decimal, is_same_number};
use crate::scalar::Scalar;

/// The representation, as `jsonschema` names it.
#[derive(Debug)]
pub(crate) struct Representation;

/// What is validated.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Instance<'a> {
    /// A JSON value.
    Json(Value<'a>),
    /// One value that came as text.
    Scalar(&'a Scalar<'a>),
    /// Several of them.
    List(&'a [Scalar<'a>]),
    /// Bytes: a string whose length is counted in octets (OpenAPI 3.1.1 section 4.8.14.2).
    Bytes(&'a [u8]),
    /// A JSON value in which some strings stand for bytes.
    Parts(Value<'a>, &'a Blobs<'a>),
}

impl<'a> Instance<'a> {
    /// A value inside one in which some strings stand for bytes.
    fn part(value: Value<'a>, blobs: &'a Blobs<'a>) -> Self {
        match blobs.get(value) {
            Some(bytes) => Self::Bytes(bytes),
            None if value.is_array() => Self::Parts(value, blobs),
            None => Self::Json(value),
        }
    }
}

/// A node: an instance, or something around or inside one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Item<'a> {
    Instance(Instance<'a>),
    /// An object whose only member is the instance: its name chooses the schema.
    Entry(&'a str, Instance<'a>),
    /// A member name, looked at as a text.
    Name(&'a str),
}

impl Json for Representation {
    type Node<'a> = Item<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = ();

    // Values lie in trees.
    const ACYCLIC: bool = true;
    // A lookup walks over the members, so one walk over them replaces many lookups.
    const KEYS_PER_LOOKUP: usize = 8;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(Item<'_>) -> T) -> T {
        f(Item::Name(string))
    }
}

impl<'a> Item<'a> {
    fn text(self) -> Option<&'a str> {
        match self {
            Self::Instance(Instance::Json(value) | Instance::Parts(value, _)) => value.as_str(),
            Self::Instance(Instance::Scalar(Scalar::Text(text))) => Some(text),
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    const fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Instance(Instance::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// The bytes of a text, whether it is one or stands for bytes.
    pub(super) fn string_bytes(self) -> Option<&'a [u8]> {
        self.bytes().or_else(|| self.text().map(str::as_bytes))
    }

    /// The number as it is written.
    pub(super) fn lexeme(self) -> Option<&'a str> {
        match self {
            Self::Instance(Instance::Json(value) | Instance::Parts(value, _)) => value.as_number(),
            Self::Instance(Instance::Scalar(Scalar::Number(lexeme))) => Some(lexeme),
            _ => None,
        }
    }
}

impl<'a> Node<'a, Representation> for Item<'a> {
    type Object = Members<'a>;
    type Array = Items<'a>;
    type Number = Lexeme<'a>;

    fn as_object(&self) -> Option<Members<'a>> {
        match *self {
            Self::Instance(Instance::Json(value)) if value.is_object() => {
                Some(Members::Json(value))
            }
            Self::Instance(Instance::Parts(value, blobs)) if value.is_object() => {
                Some(Members::Parts(value, blobs))
            }
            Self::Entry(name, instance) => Some(Members::Entry(name, instance)),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Items<'a>> {
        match *self {
            Self::Instance(Instance::Json(value)) if value.is_array() => Some(Items::Json(value)),
            Self::Instance(Instance::Parts(value, blobs)) if value.is_array() => {
                Some(Items::Parts(value, blobs))
            }
            Self::Instance(Instance::List(list)) => Some(Items::List(list)),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        // Bytes that are no text still are a string, or a pattern would not be asked about them.
        let bytes = self.bytes().map(String::from_utf8_lossy);
        self.text().map(Cow::Borrowed).or(bytes)
    }

    fn string_length(&self) -> Option<u64> {
        let bytes = self.bytes().map(|bytes| bytes.len() as u64);
        bytes.or_else(|| self.text().map(|text| text.chars().count() as u64))
    }

    fn as_number(&self) -> Option<Lexeme<'a>> {
        self.lexeme().map(Lexeme)
    }

    fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Instance(Instance::Json(value) | Instance::Parts(value, _)) => value.as_bool(),
            Self::Instance(Instance::Scalar(Scalar::Boolean(value))) => Some(*value),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.json_type() == JsonType::Null
    }

    fn json_type(&self) -> JsonType {
        match self {
            Self::Instance(Instance::Json(value) | Instance::Parts(value, _)) => match value.kind()
            {
                Kind::Null => JsonType::Null,
                Kind::True | Kind::False => JsonType::Boolean,
                Kind::Number => JsonType::Number,
                Kind::String => JsonType::String,
                Kind::Array => JsonType::Array,
                Kind::Object => JsonType::Object,
            },
            Self::Instance(Instance::Scalar(scalar)) => match scalar {
                Scalar::Text(_) => JsonType::String,
                Scalar::Number(_) => JsonType::Number,
                Scalar::Boolean(_) => JsonType::Boolean,
                Scalar::Null => JsonType::Null,
            },
            Self::Instance(Instance::List(_)) => JsonType::Array,
            Self::Entry(..) => JsonType::Object,
            Self::Instance(Instance::Bytes(_)) | Self::Name(_) => JsonType::String,
        }
    }

    fn equals_value(&self, expected: &serde_json::Value) -> bool {
        use serde_json::Value as Data;
        match expected {
            Data::Null => self.is_null(),
            Data::Bool(expected) => self.as_boolean() == Some(*expected),
            Data::String(expected) => match self.bytes() {
                Some(bytes) => bytes == expected.as_bytes(),
                None => self.text() == Some(expected),
            },
            // Numbers that a document holds and no double does are not taken over.
            Data::Number(expected) => {
                self.lexeme().is_some_and(|lexeme| is_same_number(lexeme, &expected.to_string()))
            }
            Data::Array(expected) => self.as_array().is_some_and(|items| {
                items.len() == expected.len()
                    && items.elements().zip(expected).all(|(item, other)| item.equals_value(other))
            }),
            Data::Object(expected) => self.as_object().is_some_and(|members| {
                members.len() == expected.len()
                    && members.members().all(|(name, member)| {
                        expected.get(name).is_some_and(|other| member.equals_value(other))
                    })
            }),
        }
    }

    /// Validators ask for it when they make an error, and where members of a list are compared.
    fn to_value(&self) -> Cow<'a, serde_json::Value> {
        use serde_json::Value as Data;
        Cow::Owned(match self.json_type() {
            JsonType::Boolean => Data::Bool(self.as_boolean() == Some(true)),
            JsonType::String => Data::String(self.as_string().unwrap_or_default().into_owned()),
            JsonType::Number => {
                let lexeme = Lexeme(self.lexeme().unwrap_or_default());
                Data::Number(lexeme.to_number().into_owned())
            }
            JsonType::Array => {
                let items = self.as_array().into_iter().flat_map(|items| items.elements());
                items.map(|item| item.to_value().into_owned()).collect()
            }
            JsonType::Object => {
                let members = self.as_object().into_iter().flat_map(|members| members.members());
                members
                    .map(|(name, member)| (name.to_owned(), member.to_value().into_owned()))
                    .collect()
            }
            _ => Data::Null,
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        match self {
            Self::Instance(Instance::Json(value) | Instance::Parts(value, _)) => {
                let document = std::ptr::from_ref(value.document()) as usize;
                Some(NodeIdentity::tagged(document, value.index()))
            }
            Self::Instance(Instance::Scalar(scalar)) => {
                Some(NodeIdentity::new(std::ptr::from_ref::<Scalar<'_>>(scalar) as usize))
            }
            // A list lies where its first item lies.
            Self::Instance(Instance::List(list)) => {
                Some(NodeIdentity::tagged(list.as_ptr() as usize, u32::MAX))
            }
            Self::Instance(Instance::Bytes(bytes)) => {
                Some(NodeIdentity::tagged(bytes.as_ptr() as usize, u32::MAX - 2))
            }
            Self::Entry(..) => None,
            Self::Name(name) => Some(NodeIdentity::tagged(name.as_ptr() as usize, u32::MAX - 1)),
        }
    }
}

/// The members of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Members<'a> {
    Json(Value<'a>),
    Parts(Value<'a>, &'a Blobs<'a>),
    Entry(&'a str, Instance<'a>),
}

impl<'a> Object<'a, Representation> for Members<'a> {
    type Node = Item<'a>;
    type MemberName = &'a str;
    type MembersIter = MembersIter<'a>;

    fn len(&self) -> usize {
        match self {
            Self::Json(value) | Self::Parts(value, _) => value.len(),
            Self::Entry(..) => 1,
        }
    }

    fn get(&self, key: &Box<str>) -> Option<Item<'a>> {
        match *self {
            Self::Json(value) => value.get(key).map(|value| Item::Instance(Instance::Json(value))),
            Self::Parts(value, blobs) => {
                value.get(key).map(|value| Item::Instance(Instance::part(value, blobs)))
            }
            Self::Entry(name, instance) => (name == &**key).then_some(Item::Instance(instance)),
        }
    }

    fn members(&self) -> MembersIter<'a> {
        match *self {
            Self::Json(value) => MembersIter::Json(value.members()),
            Self::Parts(value, blobs) => MembersIter::Parts(value.members(), blobs),
            Self::Entry(name, instance) => MembersIter::Entry(Some((name, instance))),
        }
    }
}

/// Walks over members.
#[derive(Debug)]
pub(crate) enum MembersIter<'a> {
    Json(portcullis_json::Members<'a>),
    Parts(portcullis_json::Members<'a>, &'a Blobs<'a>),
    Entry(Option<(&'a str, Instance<'a>)>),
}

impl<'a> Iterator for MembersIter<'a> {
    type Item = (&'a str, Item<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Json(members) => members.next().map(|(name, value)| {
                (name.as_str().unwrap_or_default(), Item::Instance(Instance::Json(value)))
            }),
            Self::Parts(members, blobs) => members.next().map(|(name, value)| {
                let name = name.as_str().unwrap_or_default();
                (name, Item::Instance(Instance::part(value, blobs)))
            }),
            Self::Entry(entry) => {
                entry.take().map(|(name, instance)| (name, Item::Instance(instance)))
            }
        }
    }
}

/// The items of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Items<'a> {
    Json(Value<'a>),
    Parts(Value<'a>, &'a Blobs<'a>),
    List(&'a [Scalar<'a>]),
}

impl<'a> Array<'a, Representation> for Items<'a> {
    type Node = Item<'a>;
    type ElementsIter = ItemsIter<'a>;

    fn len(&self) -> usize {
        match self {
            Self::Json(value) | Self::Parts(value, _) => value.len(),
            Self::List(list) => list.len(),
        }
    }

    fn elements(&self) -> ItemsIter<'a> {
        match *self {
            Self::Json(value) => ItemsIter::Json(value.items()),
            Self::Parts(value, blobs) => ItemsIter::Parts(value.items(), blobs),
            Self::List(list) => ItemsIter::List(list.iter()),
        }
    }
}

/// Walks over items.
#[derive(Debug)]
pub(crate) enum ItemsIter<'a> {
    Json(portcullis_json::Items<'a>),
    Parts(portcullis_json::Items<'a>, &'a Blobs<'a>),
    List(std::slice::Iter<'a, Scalar<'a>>),
}

impl<'a> Iterator for ItemsIter<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        Some(Item::Instance(match self {
            Self::Json(items) => Instance::Json(items.next()?),
            Self::Parts(items, blobs) => Instance::part(items.next()?, blobs),
            Self::List(list) => Instance::Scalar(list.next()?),
        }))
    }
}

/// A number as it was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lexeme<'a>(&'a str);

impl JsonNumber for Lexeme<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok()
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        let whole = self.as_i64().map(Into::into);
        let whole = whole.or_else(|| self.as_u64().map(Into::into));
        let number = whole.or_else(|| serde_json::Number::from_f64(self.as_f64()?));
        Cow::Owned(number.unwrap_or_else(|| 0.into()))
    }

    fn is_integer(&self) -> bool {
        let digits = self.0.strip_prefix('-').unwrap_or(self.0);
        digits.bytes().all(|byte| byte.is_ascii_digit()) || Decimal::read(self.0).is_whole()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonschema::json::conformance;
    use portcullis_json::{Document, Limits};

    #[test]
    fn it_keeps_what_validators_rely_on() {
        let text = conformance::document().to_string();
        let document = Document::parse(text.into_bytes(), &Limits::default()).unwrap();
        let root = Item::Instance(Instance::Json(document.root()));
        conformance::assert_conformance::<Representation>(&root);
    }

    #[test]
    fn values_are_equal_as_json_is() {
        let texts = [
            "null",
            "true",
            "false",
            "0",
            "-0",
            "0.0",
            "1",
            "1.0",
            "1e0",
            "1.5",
            r#""1""#,
            r#""é""#,
            r#""\u00e9""#,
            "[]",
            "[1]",
            "[1.0]",
            "[1, 2]",
            "{}",
            r#"{"a": 1}"#,
            r#"{"a": 1.0}"#,
            r#"{"a": 2}"#,
            r#"{"b": 1}"#,
            r#"{"a": 1, "b": [null]}"#,
            r#"{"b": [null], "a": 1}"#,
            "18446744073709551615",
            "-9223372036854775808",
        ];
        for one in texts {
            let document = Document::parse(one.into(), &Limits::default()).unwrap();
            let item = Item::Instance(Instance::Json(document.root()));
            let value: serde_json::Value = serde_json::from_str(one).unwrap();
            for other in texts {
                let expected: serde_json::Value = serde_json::from_str(other).unwrap();
                let is_equal = jsonschema::json::cmp::equal(&value, &expected);
                assert_eq!(item.equals_value(&expected), is_equal, "{one} and {other}");
            }
        }
    }

    #[test]
    fn values_that_came_as_text_are_values() {
        let list = [
            Scalar::Number("1.0".into()),
            Scalar::Text("1".into()),
            Scalar::Boolean(true),
            Scalar::Null,
        ];
        let item = Item::Instance(Instance::List(&list));
        assert_eq!(item.to_value().into_owned(), serde_json::json!([1.0, "1", true, null]));
        assert!(item.equals_value(&serde_json::json!([1, "1", true, null])));
        assert!(!item.equals_value(&serde_json::json!([1, 1, true, null])));
        let entry = Item::Entry("a", Instance::List(&list));
        assert_eq!(entry.as_object().map(|members| members.len()), Some(1));
    }
}
