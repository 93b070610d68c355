//! Who attacks an API of one's own, with which credential and which roles?

use std::net::SocketAddr;
use std::time::Duration;

use portcullis_attack::generate::Person;
use portcullis_attack::{Identity, ask};
use portcullis_credential::{api_key, authorization};
use portcullis_model::Secret;
use portcullis_policy::{Callers, Model};
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
    if is_given_out_here(value, &model.callers) {
        return Err(format!(
            "`{}` holds a key or a password that Portcullis gave out: the API does not know it, and neither does the \
             gateway of a try, whose store is empty; give a credential that the API itself takes",
            named.file.display()
        ));
    }
    let value = Secret::new(value.as_bytes());
    Ok(Identity { name: named.name.clone(), field: field.to_owned(), value })
}

/// Whether a credential is one that the policy gives out, as far as its form tells: then nothing could be tried directly.
fn is_given_out_here(value: &str, callers: &Callers) -> bool {
    let is_key = |text: &str| {
        callers.api_keys.as_ref().is_some_and(|rule| api_key::is_in(text, &rule.brand))
    };
    let takes_passwords = callers.passwords.as_ref().is_some_and(|rule| !rule.schemes.is_empty());
    let basic = authorization::basic(value).ok();
    is_key(value) || takes_passwords && basic.is_some()
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use portcullis_policy::{ApiKeys, Passwords, SecretSource};

    use super::*;

    fn callers() -> Callers {
        let pepper = || SecretSource::File("pepper.key".into());
        let api_keys = ApiKeys {
            brand: Arc::from("shop"),
            environment: Arc::from("live"),
            issuer: Arc::from("shop"),
            pepper: pepper(),
            schemes: vec![0],
            ends_in_plain: false,
            leaks: None,
        };
        let passwords = Passwords {
            issuer: Arc::from("shop"),
            pepper: pepper(),
            breached: None,
            length_min: 15,
            workers: None,
            schemes: vec![1],
        };
        Callers { api_keys: Some(api_keys), passwords: Some(passwords), ..Callers::default() }
    }

    #[test]
    fn what_portcullis_gave_out_is_known_by_its_form_and_what_the_api_gave_out_is_taken() {
        let (_, key) = api_key::generate("shop", "live").unwrap();
        let (_, other) = api_key::generate("bank", "live").unwrap();
        let basic = "Basic YTpi";
        for (value, is_ours) in [
            (key.clone(), true),
            (format!("Bearer {key}"), true),
            (basic.to_owned(), true),
            (other, false),
            ("Bearer eyJh.e30.x".to_owned(), false),
        ] {
            assert_eq!(is_given_out_here(&value, &callers()), is_ours, "{value}");
        }
        for value in [&key, basic] {
            assert!(!is_given_out_here(value, &Callers::default()), "the policy gives out nothing");
        }
    }
}
