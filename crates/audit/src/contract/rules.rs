//! The rules, one file for each family.

mod bounds;
mod names;
mod schemes;
mod transport;

use super::check::Check;

/// The families, in the order of the page.
const FAMILIES: [&[&Check]; 3] = [&schemes::CHECKS, &transport::CHECKS, &bounds::CHECKS];

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Check> {
    FAMILIES.into_iter().flatten().copied()
}

#[cfg(test)]
mod tests;
