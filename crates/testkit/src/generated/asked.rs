//! Requests to a generated API as bytes, and what the API reads in them.

use serde_json::Value;

use super::oracle::Act;
use super::request::Request;
use super::shape::{Api, Caller, Does, Operation, ROLES};
use super::world::{Said, World, text};

/// The role of a caller, as their token says it.
pub fn role(caller: &Caller) -> &'static str {
    ROLES.get(caller.role).map_or("", |(name, _)| name)
}

/// Whether the rules permit a request.
pub fn is_allowed(api: &Api, world: &World, request: &Request) -> bool {
    let caller = api.callers.get(request.caller).expect("a caller");
    Act { api, caller, operation: request.operation }.allows(world, request)
}

/// Whether it changes nothing.
pub fn is_safe(request: &Request) -> bool {
    matches!(request.method, "GET" | "HEAD")
}

/// Its kind of operation, in a word.
pub fn kind(api: &Api, request: &Request) -> String {
    let does = api.operations.get(request.operation).map_or(Does::List, |one| one.does);
    match does {
        Does::Read(_) => "Read".to_owned(),
        other => format!("{other:?}"),
    }
}

/// How many objects it names.
pub fn objects(request: &Request) -> u64 {
    (request.named.len()
        + usize::from(request.above.is_some())
        + usize::from(request.under.is_some())) as u64
}

/// The objects that it names, in words.
pub fn words(api: &Api, world: &World, request: &Request) -> String {
    let all = request.named.iter().chain(&request.above).chain(&request.under);
    let objects: Vec<String> = all
        .map(|one| {
            let object = one.and_then(|one| world.objects.get(one));
            object.map_or("none".to_owned(), |object| object.value.to_string())
        })
        .collect();
    format!("{:?}\n{}", api.operations.get(request.operation), objects.join("\n"))
}

/// The bytes of a request.
pub fn written(request: &Request, token: &str) -> String {
    let Request { method, target, .. } = request;
    let field = request.field.as_ref().map(|(name, value)| format!("{name}: {value}\r\n"));
    let body = request.body.as_ref().map(Value::to_string).unwrap_or_default();
    let label = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
    format!(
        "{method} {target} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n{}{label}\
         Content-Length: {}\r\n\r\n{body}",
        field.unwrap_or_default(),
        body.len()
    )
}

/// What the API answers to bytes.
pub fn answer(api: &Api, world: &mut World, request: &str) -> Vec<u8> {
    let (status, body) = read(api, world, request).unwrap_or((404, Value::Null));
    let body = if status == 204 { String::new() } else { body.to_string() };
    let length =
        if status == 204 { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{length}\r\n{body}")
        .into_bytes()
}

fn read(api: &Api, world: &mut World, request: &str) -> Option<(u16, Value)> {
    let (head, body) = request.split_once("\r\n\r\n")?;
    let mut line = head.lines().next()?.split(' ');
    let (method, target) = (line.next()?, line.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (operation, values) = matched(api, method, path)?;
    let body: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    let kind = api.kinds.get(operation.kind)?;
    let list = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().map(text).collect()
    };
    let name = format!("{}_id", kind.one);
    let ids = match operation.does {
        Does::Find => vec![decoded(query.strip_prefix(&name)?.strip_prefix('=')?)],
        Does::Touch => {
            let label = format!("x-{}-id:", kind.one);
            let is_it = |line: &&str| line.to_lowercase().starts_with(&label);
            vec![head.lines().find(is_it)?.get(label.len()..)?.trim().to_owned()]
        }
        Does::Batch => list(&body[format!("{name}s")]),
        Does::Pay => {
            let items = body["items"].as_array().into_iter().flatten();
            items.map(|item| text(&item[name.as_str()])).collect()
        }
        Does::Label => body[kind.many].as_object()?.keys().cloned().collect(),
        _ => values.last().cloned().into_iter().collect(),
    };
    let above = values.first().map(String::as_str).filter(|_| operation.does.needs_parent());
    let caller = api.callers.get(world.told.caller)?;
    let said = Said { caller, ids, above, body: &body };
    Some(world.answer(api, operation, &said))
}

fn decoded(text: &str) -> String {
    text.replace("%20", " ").replace("%2B", "+")
}

/// The operation of a path: one with a literal wins over one with a placeholder.
fn matched<'a>(api: &'a Api, method: &str, path: &str) -> Option<(&'a Operation, Vec<String>)> {
    let parts: Vec<&str> = path.split('/').collect();
    let mut found: Option<(&Operation, Vec<String>)> = None;
    for operation in api.operations.iter().filter(|one| one.method == method) {
        let own: Vec<&str> = operation.template.split('/').collect();
        if own.len() != parts.len() {
            continue;
        }
        let is_it = own.iter().zip(&parts).all(|(own, part)| own == part || own.starts_with('{'));
        if is_it {
            let values = own.iter().zip(&parts).filter(|(own, _)| own.starts_with('{'));
            let values: Vec<String> = values.map(|(_, part)| decoded(part)).collect();
            if found.as_ref().is_none_or(|(_, known)| values.len() < known.len()) {
                found = Some((operation, values));
            }
        }
    }
    found
}
