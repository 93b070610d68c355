//! The examples that a document gives for its own parameters, bodies and answers.

use serde_json::Value;

use crate::source::{Source, Stated};

/// One example.
#[derive(Debug, Clone)]
pub(crate) struct Example<'a> {
    /// What it is an example of.
    pub(crate) of: Subject<'a>,
    /// The example itself.
    pub(crate) value: &'a Value,
    /// The schema that it stands for, if there is one.
    pub(crate) schema: Option<&'a Value>,
    /// The keyword that gives it: `example`, `examples`, `schema.example`.
    pub(crate) keyword: &'static str,
}

/// What an example is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject<'a> {
    /// A parameter.
    Parameter {
        /// `in`.
        place: &'a str,
        /// Its name.
        name: &'a str,
    },
    /// The body of a request.
    Body {
        /// The key in `content`.
        media: &'a str,
    },
    /// The body of an answer.
    Answer {
        /// The key in `responses`.
        status: &'a str,
        /// The key in `content`.
        media: &'a str,
    },
}

/// All examples of an operation.
pub(crate) fn of<'a>(source: Source<'a>, stated: &Stated<'a>) -> Vec<Example<'a>> {
    let mut all = Vec::new();
    for holder in [stated.operation, stated.item] {
        let list = holder.get("parameters").and_then(Value::as_array);
        for parameter in list.into_iter().flatten().filter_map(|one| source.follow(one)) {
            let text = |key| parameter.get(key).and_then(Value::as_str);
            if let (Some(place), Some(name)) = (text("in"), text("name")) {
                add(source, Subject::Parameter { place, name }, parameter, &mut all);
            }
        }
    }
    let body = stated.operation.get("requestBody").and_then(|body| source.follow(body));
    for (media, declared) in content(source, body) {
        add(source, Subject::Body { media }, declared, &mut all);
    }
    for (status, answer) in members(stated.operation.get("responses")) {
        for (media, declared) in content(source, source.follow(answer)) {
            add(source, Subject::Answer { status, media }, declared, &mut all);
        }
    }
    all
}

/// The members of `content`.
pub(crate) fn content<'a>(
    source: Source<'a>,
    holder: Option<&'a Value>,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    members(holder.and_then(|holder| holder.get("content")))
        .filter_map(move |(key, media)| Some((key, source.follow(media)?)))
}

fn add<'a>(source: Source<'a>, of: Subject<'a>, holder: &'a Value, all: &mut Vec<Example<'a>>) {
    let schema = holder.get("schema");
    let mut push = |keyword, value| all.push(Example { of, value, schema, keyword });
    if let Some(value) = holder.get("example") {
        push("example", value);
    }
    for (_, example) in members(holder.get("examples")) {
        let value = source.follow(example).and_then(|example| example.get("value"));
        value.into_iter().for_each(|value| push("examples", value));
    }
    let Some(schema) = schema.and_then(|schema| source.follow(schema)) else {
        return;
    };
    if let Some(value) = schema.get("example") {
        push("schema.example", value);
    }
    let list = schema.get("examples").and_then(Value::as_array);
    list.into_iter().flatten().for_each(|value| push("schema.examples", value));
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.and_then(Value::as_object).into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value))
}
