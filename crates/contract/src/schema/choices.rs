//! `enum`: a value must be one of these. Found by a hash of what it says, so that thousands of
//! values cost no more than one.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher};

use jsonschema::json::{Array, Node, Object};
use jsonschema::{JsonType, Keyword, ValidationError};
use serde_json::Value as Data;

use super::decimal::Decimal;
use super::numbers::{Made, verdict};
use super::representation::{Item, Representation};
use super::wanted;

/// The values, by their hashes.
struct Choices {
    values: HashMap<u64, Vec<Data>>,
    /// What the largest value holds: more can be none of them.
    most: Size,
    /// The values in words.
    wanted: String,
}

/// What a value may hold until it is too large to be one of those.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
}

impl Size {
    /// What a value holds. Numbers have many spellings, so their length does not count.
    fn of(value: &Data) -> Self {
        let mut size = Self { nodes: 1, bytes: 0 };
        let mut add = |inner: &Data| {
            let inner = Self::of(inner);
            size.nodes += inner.nodes;
            size.bytes += inner.bytes;
        };
        match value {
            Data::String(text) => size.bytes = text.len(),
            Data::Array(items) => items.iter().for_each(add),
            Data::Object(members) => {
                members.values().for_each(&mut add);
                size.bytes += members.keys().map(String::len).sum::<usize>();
            }
            Data::Null | Data::Bool(_) | Data::Number(_) => {}
        }
        size
    }
}

/// The keyword `enum`, for all values.
pub(super) fn choices<'a>(value: &Data) -> Result<Made, ValidationError<'a>> {
    let Some(list) = value.as_array() else {
        return Err(ValidationError::custom("`enum` must be a list"));
    };
    let wanted = wanted::of_choices(list);
    let mut all = Choices { values: HashMap::new(), most: Size::default(), wanted };
    for value in list {
        let size = Size::of(value);
        all.most.nodes = all.most.nodes.max(size.nodes);
        all.most.bytes = all.most.bytes.max(size.bytes);
    }
    for value in list {
        let hash = data_hash(all.values.hasher(), value);
        all.values.entry(hash).or_default().push(value.clone());
    }
    Ok(Box::new(all))
}

impl<'i> Keyword<'i, Representation> for Choices {
    fn validate(&self, instance: Item<'i>) -> Result<(), ValidationError<'i>> {
        let is_valid = Keyword::<Representation>::is_valid(self, instance);
        verdict(is_valid, || self.wanted.clone())
    }

    fn is_valid(&self, instance: Item<'i>) -> bool {
        let hash = item_hash(self.values.hasher(), &instance, &mut self.most.clone());
        let known = hash.and_then(|hash| self.values.get(&hash));
        known.is_some_and(|values| values.iter().any(|value| instance.equals_value(value)))
    }
}

/// What a hash begins with, so that `1` is not `"1"` and `[]` not `{}`.
fn tagged<S: BuildHasher>(state: &S, tag: u8) -> S::Hasher {
    let mut hasher = state.build_hasher();
    hasher.write_u8(tag);
    hasher
}

fn scalar_hash<S: BuildHasher>(state: &S, tag: u8, value: impl Hash) -> u64 {
    let mut hasher = tagged(state, tag);
    value.hash(&mut hasher);
    hasher.finish()
}

/// Members have no order.
fn member_hash<S: BuildHasher>(state: &S, name: &str, value: u64) -> u64 {
    scalar_hash(state, 6, (name, value))
}

fn data_hash<S: BuildHasher>(state: &S, value: &Data) -> u64 {
    match value {
        Data::Null => scalar_hash(state, 0, ()),
        Data::Bool(value) => scalar_hash(state, 1, *value),
        Data::Number(number) => scalar_hash(state, 2, Decimal::read(&number.to_string())),
        Data::String(text) => scalar_hash(state, 3, text.as_bytes()),
        Data::Array(items) => {
            let items: Vec<u64> = items.iter().map(|item| data_hash(state, item)).collect();
            scalar_hash(state, 4, items)
        }
        Data::Object(members) => {
            let all = members
                .iter()
                .map(|(name, value)| member_hash(state, name, data_hash(state, value)));
            scalar_hash(state, 5, (members.len(), all.fold(0, u64::wrapping_add)))
        }
    }
}

/// The hash of a value, which is that of the data it equals; `None` if it holds more than any of
/// them.
fn item_hash<S: BuildHasher>(state: &S, item: &Item<'_>, left: &mut Size) -> Option<u64> {
    left.nodes = left.nodes.checked_sub(1)?;
    Some(match item.json_type() {
        JsonType::Null => scalar_hash(state, 0, ()),
        JsonType::Boolean => scalar_hash(state, 1, item.as_boolean()?),
        JsonType::Integer | JsonType::Number => {
            scalar_hash(state, 2, Decimal::read(item.lexeme()?))
        }
        JsonType::String => {
            let bytes = item.string_bytes()?;
            left.bytes = left.bytes.checked_sub(bytes.len())?;
            scalar_hash(state, 3, bytes)
        }
        JsonType::Array => {
            let items = item.as_array()?;
            let items = items.elements().map(|item| item_hash(state, &item, left));
            scalar_hash(state, 4, items.collect::<Option<Vec<u64>>>()?)
        }
        JsonType::Object => {
            let members = item.as_object()?;
            let mut all = 0_u64;
            for (name, value) in members.members() {
                left.bytes = left.bytes.checked_sub(name.len())?;
                let value = item_hash(state, &value, left)?;
                all = all.wrapping_add(member_hash(state, name, value));
            }
            scalar_hash(state, 5, (members.len(), all))
        }
    })
}

#[cfg(test)]
mod tests {
    use portcullis_json::{Document, Limits};
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::representation::Instance;
    use super::*;

    fn is_one(values: &Data, text: &str) -> bool {
        let document = Document::parse(text.as_bytes().to_vec(), &Limits::default()).unwrap();
        let keyword = choices(values).unwrap();
        keyword.is_valid(Item::Instance(Instance::Json(document.root())))
    }

    #[test]
    fn a_value_is_known_in_every_spelling() {
        let values = json!([null, true, 100, 0.5, "a", [1, "1"], {"a": 1, "b": [{}]}]);
        for text in [
            "null",
            "true",
            "1e2",
            "100.0",
            "5e-1",
            r#""\u0061""#,
            r#"[1.0, "1"]"#,
            r#"{"b": [{}], "a": 1}"#,
        ] {
            assert!(is_one(&values, text), "{text}");
        }
        for text in [
            "false",
            "101",
            r#""100""#,
            "[1, 1]",
            "[]",
            "{}",
            r#"{"a": 1}"#,
            r#"{"a": 1, "b": [[]]}"#,
            r#"{"a": 1, "b": [{}], "c": 2}"#,
            r#""a much longer text than any of them, and then some""#,
        ] {
            assert!(!is_one(&values, text), "{text}");
        }
    }

    fn values() -> impl Strategy<Value = Data> {
        let leaf = prop_oneof![
            Just(Data::Null),
            any::<bool>().prop_map(Data::from),
            (-3_i64..3).prop_map(Data::from),
            (-3_i64..3).prop_map(|n| Data::from(n as f64 / 2.0)),
            "[ab]{0,2}".prop_map(Data::from),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Data::from),
                prop::collection::btree_map("[ab]", inner, 0..3).prop_map(|members| members
                    .into_iter()
                    .collect::<serde_json::Map<_, _>>()
                    .into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_value_is_found_if_and_only_if_it_equals_one(
            list in prop::collection::vec(values(), 0..6), value in values(),
        ) {
            let text = value.to_string();
            let document = Document::parse(text.clone().into_bytes(), &Limits::default()).unwrap();
            let item = Item::Instance(Instance::Json(document.root()));
            let equals = list.iter().any(|one| item.equals_value(one));
            prop_assert_eq!(is_one(&Data::from(list), &text), equals);
        }
    }
}
