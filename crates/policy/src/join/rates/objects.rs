//! Entries of `rates` that count by objects: which operations have requests that name one.

use crate::authorization::Authorization;
use crate::rates::RateKey;

/// The operations, by API and index, whose requests name an object of every resource that an entry counts by; none where
/// it counts by none.
pub(super) fn naming(
    per: &[RateKey],
    authorization: &[Authorization],
) -> Option<Vec<(usize, usize)>> {
    let resource = |key: &RateKey| match key {
        RateKey::Object(name) => Some(name.clone()),
        _ => None,
    };
    let wanted: Vec<_> = per.iter().filter_map(resource).collect();
    if wanted.is_empty() {
        return None;
    }
    let all = authorization.iter().enumerate();
    let all = all.flat_map(|(api, one)| (0..one.operations.len()).map(move |index| (api, index)));
    Some(all.filter(|one| wanted.iter().all(|name| names(authorization, *one, name))).collect())
}

/// Whether requests of an operation name objects of a resource.
pub(super) fn names(
    authorization: &[Authorization],
    (api, operation): (usize, usize),
    name: &str,
) -> bool {
    let one = authorization.get(api);
    let resource = one.and_then(|one| resource(one, name));
    let touches = one.and_then(|one| one.operations.get(operation));
    touches
        .is_some_and(|touches| touches.inputs.iter().any(|input| Some(input.resource) == resource))
}

/// The resource of this name, by its index.
pub(super) fn resource(authorization: &Authorization, name: &str) -> Option<usize> {
    authorization.resources.iter().position(|one| *one.name == *name)
}
