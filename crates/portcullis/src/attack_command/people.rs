//! Who attacks an API of one's own, with which credential and which roles?

use std::net::SocketAddr;
use std::time::Duration;

use portcullis_attack::generate::Person;
use portcullis_attack::{Identity, ask};
use portcullis_model::Secret;
use portcullis_policy::Model;
use serde_json::Value;

use crate::caller::Caller;
use crate::named::Named;
use crate::talk;

/// For the question who somebody is.
const PATIENCE: Duration = Duration::from_secs(5);

/// Their credential, from its file.
pub(super) fn identity(named: &Named, model: &Model) -> Result<Identity, String> {
    let line = Caller::read(&named.file, &model.contract)?.line();
    let no_field = || format!("`{}` holds no header field", named.file.display());
    let (field, value) = line.split_once(": ").ok_or_else(no_field)?;
    let value = Secret::new(value.as_bytes());
    Ok(Identity { name: named.name.clone(), field: field.to_owned(), value })
}

/// Which roles they have: as the command line says, else as the API itself says where the policy asks it.
pub(super) fn person(
    named: &Named,
    model: &Model,
    address: SocketAddr,
    identity: &Identity,
) -> Result<Person, String> {
    let roles = match &named.roles {
        Some(roles) => Some(roles.clone()),
        None => told(model, address, identity)?,
    };
    if roles.is_none() && has_roles(model) {
        let name = &named.name;
        talk::say(&format!(
            "nobody says which roles `{name}` has; write `--as {name}:ROLE=FILE`, or what depends on it is left out"
        ));
    }
    Ok(Person { name: named.name.clone(), roles })
}

fn has_roles(model: &Model) -> bool {
    model.authorization.rules.iter().any(|rule| !rule.who.roles.is_empty())
}

/// The roles that the API tells of somebody; none: the policy does not ask it.
fn told(
    model: &Model,
    address: SocketAddr,
    identity: &Identity,
) -> Result<Option<Vec<String>>, String> {
    let attributes = &model.callers.attributes;
    let rule = attributes.iter().find(|one| matches!(&*one.name, "role" | "roles"));
    let Some(pointer) = rule.and_then(|rule| rule.whoami.as_deref()) else { return Ok(None) };
    let whoami = model.callers.whoami.as_ref();
    let Some(operation) = whoami.and_then(|one| model.contract.operation(one.operation)) else {
        return Ok(None);
    };
    let value = String::from_utf8_lossy(identity.value.expose_secret()).into_owned();
    let request = format!(
        "GET {}{} HTTP/1.1\r\nHost: {address}\r\n{}: {value}\r\nConnection: close\r\n\r\n",
        model.upstream.path, operation.template, identity.field
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime starts: {error}"))?;
    let name = &identity.name;
    let failed =
        |why: String| format!("`{}` does not say who `{name}` is: {why}", operation.name());
    let answer = runtime.block_on(ask(address, request.into_bytes(), PATIENCE)).map_err(failed)?;
    if !(200..300).contains(&answer.status) {
        return Err(failed(format!("status {}", answer.status)));
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let texts = |value: &Value| match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => {
            Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        _ => None,
    };
    Ok(Some(body.pointer(pointer).and_then(texts).unwrap_or_default()))
}
