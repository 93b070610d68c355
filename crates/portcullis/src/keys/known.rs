//! What commands about keys have to know first: the policy's settings, and the key that is meant.

use std::sync::Arc;

use portcullis_admin::{KeyRequest, Request};
use portcullis_credential::api_key::Pepper;
use portcullis_model::{KeyId, did_you_mean};
use portcullis_policy::ApiKeys;
use portcullis_store::KeyWhich;
use serde_json::Value;

use crate::desk::Desk;
use crate::exit::Exit;
use crate::{load, secrets, talk};

/// What the policy says of keys: the same for all its APIs.
pub(crate) fn settings(desk: &Desk) -> Result<ApiKeys, Exit> {
    let keys = desk.apis.iter().find_map(|api| api.callers.api_keys.clone());
    keys.ok_or_else(|| {
        talk::say("the policy has no `api_keys`: no key would open anything");
        talk::say("help: add `callers: { api_keys: { brand: acme, pepper: file:pepper.key } }`");
        Exit::Unusable
    })
}

pub(crate) fn pepper(desk: &Desk) -> Result<Arc<Pepper>, Exit> {
    let model = desk.apis.first().ok_or(Exit::Unusable)?;
    let pepper = secrets::pepper(model).map_err(|failure| load::refuse(&failure))?;
    pepper.ok_or(Exit::Unusable)
}

pub(crate) fn id(text: &str) -> Result<KeyId, Exit> {
    KeyId::parse(text).map_err(|_| {
        let help = "that is no id of a key: 16 letters and digits, as `portcullis keys list` shows";
        talk::say(help);
        Exit::Unusable
    })
}

/// The one key of an id, as it is listed.
pub(crate) fn shown(desk: &mut Desk, id: KeyId) -> Result<Value, Exit> {
    let request = KeyRequest::List { which: KeyWhich::Id(id), max: 1 };
    let answer = desk.ask(Request::Keys(request))?;
    keys_of(&answer).first().cloned().ok_or_else(|| {
        talk::say(&format!("there is no key {id}"));
        Exit::Failure
    })
}

pub(crate) fn owner_of(key: &Value) -> String {
    key.get("owner").and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub(crate) fn keys_of(answer: &Value) -> &[Value] {
    answer.get("keys").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Names that the policy or the contract does not know would open nothing, and look as if they did.
pub(crate) fn known(said: &[String], all: &[String], what: &str) -> Result<(), Exit> {
    let Some(unknown) = said.iter().find(|name| !all.contains(name)) else { return Ok(()) };
    talk::say(&format!("`{}` is {what}", talk::clean(unknown)));
    if let Some(near) = did_you_mean(unknown, all.iter().map(String::as_str)) {
        talk::say(&format!("help: did you mean `{near}`?"));
    }
    Err(Exit::Unusable)
}
