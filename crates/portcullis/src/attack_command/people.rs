//! Who attacks an API of one's own: `--as alice=a.token`, `--as paula:pharmacist=p.token`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use portcullis_attack::generate::Person;
use portcullis_attack::{Identity, ask};
use portcullis_model::Secret;
use portcullis_policy::Model;
use serde_json::Value;

use crate::caller::Caller;
use crate::talk;

/// For the question who somebody is.
const PATIENCE: Duration = Duration::from_secs(5);

/// A person, as the command line names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    name: String,
    roles: Option<Vec<String>>,
    file: PathBuf,
}

impl Named {
    /// Reads `NAME=FILE` or `NAME:ROLE,ROLE=FILE`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wanted = || format!("`{text}` is not NAME=FILE; write `alice=a.token`");
        let (who, file) = text.split_once('=').ok_or_else(wanted)?;
        let (name, roles) = match who.split_once(':') {
            Some((name, roles)) => (name, Some(roles.split(',').map(str::to_owned).collect())),
            None => (who, None),
        };
        let is_name = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if !is_name || file.is_empty() {
            return Err(wanted());
        }
        Ok(Self { name: name.to_owned(), roles, file: file.into() })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Their credential, from its file.
    pub(crate) fn identity(&self, model: &Model) -> Result<Identity, String> {
        let line = Caller::read(Path::new(&self.file), &model.contract)?.line();
        let no_field = || format!("`{}` holds no header field", self.file.display());
        let (field, value) = line.split_once(": ").ok_or_else(no_field)?;
        let value = Secret::new(value.as_bytes());
        Ok(Identity { name: self.name.clone(), field: field.to_owned(), value })
    }

    /// Which roles they have: as the command line says, else as the API itself says where the policy asks it.
    pub(crate) fn person(
        &self,
        model: &Model,
        address: SocketAddr,
        identity: &Identity,
    ) -> Result<Person, String> {
        let roles = match &self.roles {
            Some(roles) => Some(roles.clone()),
            None => told(model, address, identity)?,
        };
        if roles.is_none() && has_roles(model) {
            let name = &self.name;
            talk::say(&format!(
                "nobody says which roles `{name}` has; write `--as {name}:ROLE=FILE`, or what depends on it is left out"
            ));
        }
        Ok(Person { name: self.name.clone(), roles })
    }
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
    use super::*;

    #[test]
    fn a_name_goes_with_a_file_and_perhaps_with_roles() {
        let named = |text| Named::parse(text).map(|one| (one.name, one.roles, one.file));
        assert_eq!(named("alice=a.token"), Ok(("alice".to_owned(), None, "a.token".into())));
        let roles = Some(vec!["staff".to_owned(), "night".to_owned()]);
        assert_eq!(named("p:staff,night=x=y"), Ok(("p".to_owned(), roles, "x=y".into())));
        for bad in ["alice", "=a", "alice=", "a b=c", "${x}=c"] {
            assert!(named(bad).is_err(), "{bad}");
        }
    }
}
