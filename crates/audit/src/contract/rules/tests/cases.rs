//! For each rule a document against which it speaks, and one against which it does not.

mod bounds;
mod schemes;
mod transport;

/// A rule, what it is against, and what it has nothing against.
pub(super) type Case = (&'static str, &'static str, &'static str);

pub(super) const ALL: [&[Case]; 3] = [bounds::CASES, schemes::CASES, transport::CASES];
