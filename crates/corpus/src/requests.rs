//! Requests made from a document, honest ones and ones with one thing wrong, and what our controls
//! say of each: for the comparison with other validators.

use std::fmt::Write as _;

use portcullis_contract::{BodyKind, CanonicalPath, Contract, Find, Operation};
use portcullis_controls::content_type::{self, Body};
use portcullis_controls::input_shape::{self, Given, Header};
use portcullis_controls::writable_properties::{self, Outcome};
use portcullis_controls::{Judgement, urlencoded};
use portcullis_json::{Document, Limits};
use portcullis_policy::Undeclared;
use serde_json::{Map, Value, json};

use crate::chance::Chance;
use crate::declared::Way;
use crate::examples::content;
use crate::generate::Generator;
use crate::source::{Source, Stated};

/// Operations of one document.
const OPERATIONS_MAX: usize = 120;

/// What is wrong with a request.
const CHANGES: [&str; 11] = [
    "nothing",
    "a required parameter is missing",
    "a word for a number in a parameter",
    "an undeclared query parameter",
    "the body is missing",
    "another content type",
    "an undeclared property",
    "a required property is missing",
    "null for a property",
    "an object for a scalar property",
    "a number as text in a property",
];

/// A request, as other validators can send it.
#[derive(Debug, Default, Clone)]
struct Request {
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    content_type: Option<String>,
    body: Option<Value>,
}

/// The requests of a document, one JSON object each.
pub fn requests(contract: &Contract, source: Source<'_>, name: &str) -> Vec<Value> {
    let mut chance = Chance::of(name);
    let stated = source.operations();
    let step = stated.len().div_ceil(OPERATIONS_MAX).max(1);
    let mut all = Vec::new();
    for one in stated.iter().step_by(step) {
        let Some(honest) = honest(source, one, &mut chance) else { continue };
        for change in CHANGES {
            let Some(request) = changed(source, one, &honest, change) else { continue };
            let verdict = verdict(contract, one, &request);
            let query: Vec<String> = request
                .query
                .iter()
                .map(|(name, value)| {
                    let mut out = Vec::new();
                    urlencoded::push_pair(name, value, &mut out);
                    String::from_utf8_lossy(&out).into_owned()
                })
                .collect();
            all.push(json!({
                "method": one.method.name(),
                "template": one.path,
                "path": request.path,
                "query": query.join("&"),
                "headers": request.headers,
                "content_type": request.content_type,
                "body": request.body.as_ref().map(Value::to_string),
                "change": change,
                "ours": verdict,
            }));
        }
    }
    all
}

/// A request that the document allows; `None` if this does not know how to make one.
fn honest(source: Source<'_>, stated: &Stated<'_>, chance: &mut Chance) -> Option<Request> {
    if stated.path.contains(['#', '?']) {
        // No request can have such a path.
        return None;
    }
    let mut request = Request { path: stated.path.to_owned(), ..Request::default() };
    for parameter in parameters(source, stated) {
        let text = |key| parameter.get(key).and_then(Value::as_str);
        let (place, name) = (text("in")?, text("name")?);
        let is_required = parameter.get("required") == Some(&Value::Bool(true));
        let is_plain =
            !["style", "explode", "content"].iter().any(|key| parameter.get(key).is_some());
        let seed = chance.below(usize::MAX) as u64;
        let value = parameter.get("schema").filter(|_| is_plain).and_then(|schema| {
            scalar(&Generator::new(source, Way::In, Chance::new(seed)).value(schema)?)
        });
        match (place, value) {
            ("path", value) => {
                let mut encoded = String::new();
                for byte in value?.bytes() {
                    let _ = if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                        write!(encoded, "{}", char::from(byte))
                    } else {
                        write!(encoded, "%{byte:02X}")
                    };
                }
                request.path = request.path.replace(&format!("{{{name}}}"), &encoded);
            }
            ("query", Some(value)) if is_required || chance.below(2) == 0 => {
                request.query.push((name.to_owned(), value));
            }
            ("header", Some(value)) if is_required && value.is_ascii() => {
                request.headers.push((name.to_owned(), value));
            }
            _ if is_required => return None,
            _ => {}
        }
    }
    let body = stated.operation.get("requestBody").and_then(|body| source.follow(body));
    if body.is_some() {
        let (media, declared) =
            content(source, body).find(|(key, _)| *key == "application/json")?;
        let seed = Chance::new(chance.below(usize::MAX) as u64);
        let made = Generator::new(source, Way::In, seed).value(declared.get("schema")?)?;
        request.body = Some(made);
        request.content_type = Some(media.to_owned());
    }
    Some(request)
}

fn parameters<'a>(source: Source<'a>, stated: &Stated<'a>) -> Vec<&'a Value> {
    let mut all: Vec<&'a Value> = Vec::new();
    for holder in [stated.operation, stated.item] {
        let list = holder.get("parameters").and_then(Value::as_array);
        for parameter in list.into_iter().flatten().filter_map(|one| source.follow(one)) {
            let key = |one: &Value| (one.get("in").cloned(), one.get("name").cloned());
            if !all.iter().any(|known| key(known) == key(parameter)) {
                all.push(parameter);
            }
        }
    }
    all
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// The request with one thing changed; `None` where there is no such thing.
fn changed(
    source: Source<'_>,
    stated: &Stated<'_>,
    honest: &Request,
    change: &str,
) -> Option<Request> {
    let mut request = honest.clone();
    let parameters = parameters(source, stated);
    let declares = |name: &str, is: &dyn Fn(&Value) -> bool| {
        parameters
            .iter()
            .any(|one| one.get("name").and_then(Value::as_str) == Some(name) && is(one))
    };
    match change {
        "nothing" => {}
        "a required parameter is missing" => {
            let is_required = |one: &Value| one.get("required") == Some(&Value::Bool(true));
            let place = request.query.iter().position(|(name, _)| declares(name, &is_required))?;
            request.query.remove(place);
        }
        "a word for a number in a parameter" => {
            let is_whole = |one: &Value| {
                let schema = one.get("schema").and_then(|schema| source.follow(schema));
                schema.and_then(|schema| schema.get("type")) == Some(&json!("integer"))
            };
            let number = request.query.iter_mut().find(|(name, _)| declares(name, &is_whole))?;
            "abc".clone_into(&mut number.1);
        }
        "an undeclared query parameter" => {
            request.query.push(("undeclared".to_owned(), "1".to_owned()));
        }
        "the body is missing" => {
            request.body.take()?;
            request.content_type = None;
        }
        "another content type" => {
            request.body.as_ref()?;
            request.content_type = Some("text/plain".to_owned());
        }
        change => property(source, stated, request.body.as_mut()?, change)?,
    }
    Some(request)
}

/// Changes one property of a body.
fn property(source: Source<'_>, stated: &Stated<'_>, body: &mut Value, change: &str) -> Option<()> {
    let members: &mut Map<String, Value> = body.as_object_mut()?;
    if change == "an undeclared property" {
        members.insert("undeclared".to_owned(), json!("x"));
        return Some(());
    }
    let holder = source.follow(stated.operation.get("requestBody")?)?;
    let (_, declared) =
        content(source, Some(holder)).find(|(key, _)| *key == "application/json")?;
    let schema = source.follow(declared.get("schema")?)?;
    let of = |name: &str| source.follow(schema.get("properties")?.get(name)?);
    let is_of = |name: &str, word: &str| {
        of(name).is_some_and(|schema| schema.get("type") == Some(&json!(word)))
    };
    let scalars = ["string", "integer", "boolean", "number"];
    let name = match change {
        "a required property is missing" => {
            let required = schema.get("required").and_then(Value::as_array)?;
            let name = required.first()?.as_str()?;
            return members.remove(name).map(|_| ());
        }
        "a number as text in a property" => members.keys().find(|name| is_of(name, "integer")),
        _ => members.keys().find(|name| scalars.iter().any(|word| is_of(name, word))),
    };
    let name = name?.clone();
    let value = match change {
        "null for a property" => Value::Null,
        "an object for a scalar property" => json!({ "a": 1 }),
        _ => json!("7"),
    };
    members.insert(name, value);
    Some(())
}

/// `pass`, or why our controls refuse it.
fn verdict(contract: &Contract, stated: &Stated<'_>, request: &Request) -> String {
    let Ok(path) = CanonicalPath::parse(&request.path) else {
        return "path".to_owned();
    };
    let Find::Operation(index) = contract.find(stated.method, &path) else {
        return "not served".to_owned();
    };
    let Some(operation) = contract.operation(index) else {
        return "not served".to_owned();
    };
    let mut values = Vec::new();
    contract.path_parts(index, &path, &mut values);
    let mut query = Vec::new();
    request.query.iter().for_each(|(name, value)| urlencoded::push_pair(name, value, &mut query));
    let query = String::from_utf8_lossy(&query);
    let header = |name: &str| {
        let found = request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or(Header::Absent, |(_, value)| Header::One(value.as_str()))
    };
    let given = Given {
        path: &values,
        query: (!query.is_empty()).then_some(&*query),
        header: &header,
        cookies: None,
        schemes: &contract.schemes,
        limits: &Limits::GENEROUS,
    };
    let judged = input_shape::judge_parameters(operation, &contract.shapes, &given);
    if let Judgement::Refuse(refusal, _) = judged {
        return format!("{}: {}", refusal.reason, refusal.detail);
    }
    body_verdict(contract, operation, request).unwrap_or_else(|| "pass".to_owned())
}

fn body_verdict(contract: &Contract, operation: &Operation, request: &Request) -> Option<String> {
    let has_body = request.body.is_some();
    let content_type = request.content_type.as_deref();
    let labels =
        content_type::judge_labels(operation, &contract.shapes, content_type, None, has_body);
    let media = match labels {
        Judgement::Refuse(refusal, _) => return Some(refusal.reason.to_owned()),
        Judgement::Pass(Body::None) => {
            let is_required = operation.body.as_ref().is_some_and(|body| body.required);
            return is_required.then(|| "missing_body".to_owned());
        }
        Judgement::Pass(Body::Declared(label)) if label.range.kind() == BodyKind::Json => {
            label.media
        }
        Judgement::Pass(_) => return None,
    };
    let schema = operation.body.as_ref()?.media.get(media)?.schema.as_ref();
    let text = request.body.as_ref()?.to_string();
    let Ok(mut document) = Document::parse(text.into_bytes(), &Limits::GENEROUS) else {
        return Some("unreadable".to_owned());
    };
    let shape = schema.map(|schema| schema.shape);
    let shapes = &contract.shapes;
    match writable_properties::judge(&document, shapes, shape, Undeclared::Drop, false) {
        Outcome::Refuse(refusal, _) => return Some(refusal.reason.to_owned()),
        Outcome::Drop(dropped) => {
            dropped.iter().for_each(|one| document.drop_value(one.index));
        }
    }
    match input_shape::judge_body(schema, &document) {
        Judgement::Refuse(refusal, ()) => Some(format!("{}: {}", refusal.reason, refusal.detail)),
        Judgement::Pass(()) => None,
    }
}
