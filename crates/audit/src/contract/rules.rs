//! The rules, one file for each family.

mod access;
mod bounds;
mod consumption;
mod errors;
mod exposure;
mod flows;
mod inventory;
mod names;
mod objects;
mod openness;
mod patterns;
mod schemes;
mod transport;
mod uploads;
mod urls;

use super::check::Check;
pub(super) use access::{OPERATION_PUBLIC, is_before_login};

/// The families, in the order of the page.
const FAMILIES: [&[&Check]; 14] = [
    &objects::CHECKS,
    &access::CHECKS,
    &schemes::CHECKS,
    &urls::CHECKS,
    &exposure::CHECKS,
    &openness::CHECKS,
    &bounds::CHECKS,
    &patterns::CHECKS,
    &uploads::CHECKS,
    &consumption::CHECKS,
    &flows::CHECKS,
    &errors::CHECKS,
    &transport::CHECKS,
    &inventory::CHECKS,
];

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Check> {
    FAMILIES.into_iter().flatten().copied()
}

#[cfg(test)]
mod tests;
