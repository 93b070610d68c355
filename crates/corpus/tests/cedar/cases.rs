//! Who asks for what: callers, objects and requests by chance, of few values, so that they often meet.

use std::collections::BTreeMap;

use portcullis_controls::rules::Truth;
use portcullis_corpus::Chance;
use portcullis_model::{Attribute, Identity, Source, Value as Known};
use serde_json::{Map, Value, json};

use crate::judged::Judges;

/// One question.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) operation: usize,
    /// The resource; none: the function is asked for.
    pub(crate) resource: Option<usize>,
    pub(crate) caller: Identity,
    pub(crate) object: Value,
    pub(crate) held: Truth,
    /// What the request says, as the policy file names it; what is not here is not there.
    pub(crate) said: BTreeMap<String, Vec<String>>,
}

const TEXTS: [&str; 8] = ["a", "b", "7", "true", "berlin", "germany", "emea", "x\\y\n"];

pub(crate) fn by_chance(chance: &mut Chance, judges: &Judges<'_>) -> Case {
    let operation = chance.below(judges.actions().len());
    let on = &judges.actions()[operation].on;
    let resource =
        if chance.below(6) == 0 { None } else { on.get(chance.below(on.len())).copied() };
    let said = ["path.id", "query.q", "body./n", "body./owner"].into_iter().filter_map(|place| {
        let texts = texts(chance);
        (chance.below(3) > 0).then(|| (place.to_owned(), texts))
    });
    let said = said.collect();
    Case {
        operation,
        resource,
        caller: caller(chance),
        object: if resource == Some(0) { order(chance) } else { ticket(chance) },
        held: [Truth::Unknown, Truth::Unknown, Truth::Yes, Truth::No][chance.below(4)],
        said,
    }
}

fn text(chance: &mut Chance) -> String {
    (*chance.pick(&TEXTS).unwrap()).to_owned()
}

fn texts(chance: &mut Chance) -> Vec<String> {
    let count = [1, 1, 1, 2, 3][chance.below(5)];
    (0..count).map(|_| text(chance)).collect()
}

fn caller(chance: &mut Chance) -> Identity {
    let mut attributes = Vec::new();
    let mut add = |name: &str, value: Known| {
        attributes.push(Attribute { name: name.into(), value, source: Source::Claim });
    };
    for name in ["mail", "group", "unit", "level", "flag", "tenant"] {
        let value = match chance.below(6) {
            0 => continue,
            1 => Known::Truth(chance.below(2) == 0),
            2 => Known::Number("7".into()),
            3 => Known::List(texts(chance).into_iter().map(Into::into).collect()),
            4 => Known::List(Vec::new()),
            _ => Known::Text(text(chance).into()),
        };
        add(name, value);
    }
    if let Some(role) = ["customer", "staff", "admin", "other"].get(chance.below(5)) {
        add("role", Known::Text((*role).into()));
    }
    let scopes = ["a", "read write"].into_iter().filter(|_| chance.below(2) == 0);
    Identity {
        scheme: "bearer".into(),
        issuer: "https://login.example".into(),
        scopes: scopes.map(Into::into).collect(),
        subject: text(chance).into(),
        attributes,
        is_adopted: false,
    }
}

/// A member that is one value: or null, empty, or not there.
fn one(chance: &mut Chance) -> Option<Value> {
    match chance.below(8) {
        0 => None,
        1 => Some(Value::Null),
        2 => Some(json!("")),
        3 => Some(json!(7)),
        4 => Some(json!(chance.below(2) == 0)),
        _ => Some(json!(text(chance))),
    }
}

fn many(chance: &mut Chance) -> Option<Value> {
    let items = (0..chance.below(3)).filter_map(|_| one(chance)).collect();
    (chance.below(5) > 0).then_some(Value::Array(items))
}

fn object(members: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Value {
    let there = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(Map::from_iter(there))
}

fn order(chance: &mut Chance) -> Value {
    let item = |chance: &mut Chance| object([("sku", one(chance))]);
    let items = (0..chance.below(3)).map(|_| item(chance)).collect();
    let car = object([("mail", one(chance))]);
    object([
        ("id", one(chance)),
        ("owner", one(chance)),
        ("if", one(chance)),
        ("n", one(chance)),
        ("paid", one(chance)),
        ("tags", many(chance)),
        ("org", one(chance)),
        ("a/b", one(chance)),
        ("car", (chance.below(4) > 0).then_some(car)),
        ("items", (chance.below(4) > 0).then_some(Value::Array(items))),
        ("nothing", (chance.below(2) > 0).then(|| object([("there", many(chance))]))),
    ])
}

fn ticket(chance: &mut Chance) -> Value {
    object([
        ("id", one(chance)),
        ("owner", one(chance)),
        ("owners", many(chance)),
        ("org", many(chance)),
        ("unit", one(chance)),
        ("tags", many(chance)),
    ])
}
