//! Who attacks an API of one's own, with which credential and which roles?

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use portcullis_attack::generate::Person;
use portcullis_attack::{Credential, Described, Identity, Sent, Take, ask, ask_as, described};
use portcullis_credential::{api_key, authorization};
use portcullis_model::Secret;
use portcullis_policy::{Callers, Model, SecretSource};
use serde_json::Value;

use crate::arguments::AttackOptions;
use crate::caller;
use crate::named::Named;
use crate::secrets::private;
use crate::talk;

/// For the question who somebody is.
const PATIENCE: Duration = Duration::from_secs(5);

/// Somebody who calls.
pub(super) struct Caller {
    pub(super) identity: Identity,
    /// As they were written; none: not written.
    roles: Option<Vec<String>>,
}

/// Everybody who is named, each once: on the command line, then in the file of identities. Those whom the file wants
/// made are made now, at the API itself.
pub(super) fn all(
    options: &AttackOptions,
    model: &Model,
    address: SocketAddr,
) -> Result<Vec<Caller>, String> {
    let mut callers: Vec<Caller> = Vec::new();
    for named in &options.people {
        callers.push(Caller { identity: identity(named, model)?, roles: named.roles.clone() });
    }
    if let Some(path) = &options.identities {
        callers.extend(of_file(path, model, address)?);
    }
    for (place, one) in callers.iter().enumerate() {
        let name = &one.identity.name;
        if callers.iter().take(place).any(|known| known.identity.name == *name) {
            return Err(format!("`{name}` is given twice"));
        }
    }
    Ok(callers)
}

fn of_file(path: &Path, model: &Model, address: SocketAddr) -> Result<Vec<Caller>, String> {
    let shown = path.display();
    let source = SecretSource::File(path.to_owned());
    let text = Secret::new(private(&source)?);
    let text =
        str::from_utf8(text.expose_secret()).map_err(|_| format!("`{shown}`: it is no text"))?;
    let mut is_random = true;
    let mut chance = |bytes: &mut [u8]| is_random &= getrandom::fill(bytes).is_ok();
    let people = described(text, &mut chance).map_err(|why| format!("`{shown}`: {why}"))?;
    if !is_random {
        return Err("the operating system gives no randomness".to_owned());
    }
    let mut callers = Vec::new();
    for Described { name, roles, credential, made_by } in people {
        if let Credential::Field { value, .. } = &credential
            && is_given_out_here(&String::from_utf8_lossy(value.expose_secret()), &model.callers)
        {
            return Err(given_out_here(&shown.to_string()));
        }
        if let Some(sent) = made_by {
            make(&sent, address).map_err(|why| format!("`{name}` cannot be made: {why}"))?;
        }
        callers.push(Caller { identity: Identity { name, credential }, roles });
    }
    Ok(callers)
}

/// Makes a user.
fn make(sent: &Sent, address: SocketAddr) -> Result<(), String> {
    let answer = block_on(ask(address, sent.bytes(&address.to_string()), PATIENCE))??;
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    Err(format!("status {}", answer.status))
}

fn block_on<T>(future: impl Future<Output = T>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime starts: {error}"))?;
    Ok(runtime.block_on(future))
}

/// Their credential, from its file.
fn identity(named: &Named, model: &Model) -> Result<Identity, String> {
    let line = caller::Caller::read(&named.file, &model.contract)?.line();
    let no_field = || format!("`{}` holds no header field", named.file.display());
    let (field, value) = line.split_once(": ").ok_or_else(no_field)?;
    if is_given_out_here(value, &model.callers) {
        return Err(given_out_here(&named.file.display().to_string()));
    }
    let value = Secret::new(value.as_bytes());
    let credential = Credential::Field { field: field.to_owned(), value };
    Ok(Identity { name: named.name.clone(), credential })
}

fn given_out_here(file: &str) -> String {
    format!(
        "`{file}` holds a key or a password that Portcullis gave out: the API does not know it, and neither does the \
         gateway of a try, whose store is empty; give a credential that the API itself takes"
    )
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
    caller: &Caller,
    model: &Model,
    address: SocketAddr,
) -> Result<Person, String> {
    let name = &caller.identity.name;
    let roles = match &caller.roles {
        Some(roles) => Some(roles.clone()),
        None => told(model, address, &caller.identity)?,
    };
    if roles.is_none() && has_roles(model) {
        talk::say(&format!(
            "nobody says which roles `{name}` has; write `--as {name}:ROLE=FILE`, or what depends on it is left out"
        ));
    }
    let has_cookie = match &caller.identity.credential {
        Credential::Field { field, .. } => field.eq_ignore_ascii_case("cookie"),
        Credential::Login(login) => login.take == Take::Cookies,
    };
    Ok(Person { name: name.clone(), roles, has_cookie })
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
    let target = format!("{}{}", model.upstream.path, operation.template);
    let name = &identity.name;
    let failed =
        |why: String| format!("`{}` does not say who `{name}` is: {why}", operation.name());
    let asked = block_on(ask_as(identity, (address, &target), PATIENCE))?;
    let answer = asked.map_err(failed)?;
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
