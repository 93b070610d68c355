//! For each rule a document against which it speaks, and one against which it does not.

mod access;
mod bounds;
mod consumption;
mod errors;
mod exposure;
mod flows;
mod inventory;
mod objects;
mod openness;
mod patterns;
mod schemes;
mod transport;
mod uploads;
mod urls;

/// A rule, what it is against, and what it has nothing against.
pub(super) type Case = (&'static str, &'static str, &'static str);

pub(super) const ALL: [&[Case]; 14] = [
    access::CASES,
    bounds::CASES,
    consumption::CASES,
    errors::CASES,
    exposure::CASES,
    flows::CASES,
    inventory::CASES,
    objects::CASES,
    openness::CASES,
    patterns::CASES,
    schemes::CASES,
    transport::CASES,
    uploads::CASES,
    urls::CASES,
];
