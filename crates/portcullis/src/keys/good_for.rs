//! What a key is to be restricted to, as the command line says it.

use portcullis_policy::Network;

use crate::desk::Desk;
use crate::exit::Exit;
use crate::key_limits::GoodFor;
use crate::keys::known::known;
use crate::talk;

/// What was said, and means something here.
pub(crate) struct Said {
    pub(crate) operations: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) networks: Vec<Network>,
    pub(crate) apis: Vec<String>,
}

pub(crate) fn said(good_for: &GoodFor, desk: &Desk) -> Result<Said, Exit> {
    let operations: Vec<String> = desk
        .apis
        .iter()
        .flat_map(|api| api.contract.operations.iter().map(move |operation| (api, operation)))
        .flat_map(|(api, operation)| {
            let (name, title) = (operation.name(), operation.title());
            let of_api = |text: &str| format!("{}::{text}", api.name);
            [of_api(&name), of_api(&title), name, title]
        })
        .collect();
    known(&good_for.operations, &operations, "no operation of the contract")?;
    let apis: Vec<String> = desk.apis.iter().map(|api| api.name.to_string()).collect();
    known(&good_for.apis, &apis, "no API of the policy")?;
    if good_for.scopes.iter().any(|scope| scope.is_empty() || scope.contains(char::is_whitespace)) {
        talk::say("a scope is one word: say --scope for each");
        return Err(Exit::Unusable);
    }
    let networks = good_for.networks.iter().map(|text| {
        text.parse::<Network>().map_err(|fault| {
            talk::say(&fault);
            Exit::Unusable
        })
    });
    Ok(Said {
        operations: good_for.operations.clone(),
        scopes: good_for.scopes.clone(),
        networks: networks.collect::<Result<_, _>>()?,
        apis: good_for.apis.clone(),
    })
}
