//! Places of requests that the policy names: one that no request has would protect nothing.

use portcullis_contract::{Contract, Operation, Place};
use portcullis_model::did_you_mean;
use portcullis_yaml::shown;

use super::login::declared::{declare, missing};
use crate::authorization::InputPlace;
use crate::login::RequestPlace;

/// The same, where every item is meant or none: an item's number names none of them.
pub(super) fn absent_value(
    place: &InputPlace,
    contract: &Contract,
    operation: &Operation,
) -> Option<(String, String)> {
    if let InputPlace::One(RequestPlace::Body(pointer)) = place
        && pointer.split('/').any(is_number)
    {
        let message = format!("{} names an item by its number", shown(pointer));
        return Some((message, "write `*`, which is every item".to_owned()));
    }
    absent(place, contract, operation)
}

/// What to say, in a message and help, of a place that no request of the operation has.
pub(super) fn absent(
    place: &InputPlace,
    contract: &Contract,
    operation: &Operation,
) -> Option<(String, String)> {
    let (wanted, name) = match place {
        InputPlace::One(place @ RequestPlace::Body(pointer)) => {
            // Every value of a map, and every item, is beyond what can be looked up by one name.
            let is_plain = !pointer.split('/').any(|name| name == "*");
            let missing = missing(place, operation, &contract.shapes).filter(|_| is_plain);
            let no_body = operation.body.is_none();
            let message = || format!("no request of {} has a body", shown(&operation.name()));
            return match missing {
                Some(missing) => Some((missing.message, declare(missing.near))),
                None => no_body.then(|| (message(), declare(None))),
            };
        }
        InputPlace::One(RequestPlace::Path(name)) => (Place::Path, name),
        InputPlace::One(RequestPlace::Query(name)) => (Place::Query, name),
        InputPlace::One(RequestPlace::Cookie(name)) => (Place::Cookie, name),
        InputPlace::Header(name) => (Place::Header, name),
        InputPlace::Names(_) => return None,
    };
    let known = || {
        let all = operation.parameters.iter().filter(|one| one.place == wanted);
        all.map(|one| one.name.as_str())
    };
    let is_same = |known: &str| {
        if wanted == Place::Header { known.eq_ignore_ascii_case(name) } else { known == name }
    };
    if known().any(is_same) {
        return None;
    }
    let message =
        format!("no request of {} has {}", shown(&operation.name()), shown(&place.to_string()));
    Some((message, declare(did_you_mean(name, known()))))
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}
