//! What a key is to be restricted to, as the command line says it.

use portcullis_policy::Network;

use crate::desk::Desk;
use crate::exit::Exit;
use crate::key_arguments::KeyLimits;
use crate::keys::known::known;
use crate::talk;

/// What was said, and means something here.
pub(crate) struct Said {
    pub(crate) operations: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) networks: Vec<Network>,
    pub(crate) apis: Vec<String>,
}

pub(crate) fn said(limits: &KeyLimits, desk: &Desk) -> Result<Said, Exit> {
    let operations: Vec<String> = desk
        .apis
        .iter()
        .flat_map(|api| &api.contract.operations)
        .flat_map(|operation| [operation.name(), operation.title()])
        .collect();
    known(&limits.operations, &operations, "no operation of the contract")?;
    let apis: Vec<String> = desk.apis.iter().map(|api| api.name.to_string()).collect();
    known(&limits.apis, &apis, "no API of the policy")?;
    if limits.scopes.iter().any(|scope| scope.is_empty() || scope.contains(char::is_whitespace)) {
        talk::say("a scope is one word: say --scope for each");
        return Err(Exit::Unusable);
    }
    let networks = limits.networks.iter().map(|text| {
        text.parse::<Network>().map_err(|fault| {
            talk::say(&fault);
            Exit::Unusable
        })
    });
    Ok(Said {
        operations: limits.operations.clone(),
        scopes: limits.scopes.clone(),
        networks: networks.collect::<Result<_, _>>()?,
        apis: limits.apis.clone(),
    })
}
