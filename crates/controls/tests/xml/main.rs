//! XML bodies: the same tree as in JSON, and what goes on is what was checked.

mod cutting;
mod document;
mod reading;
mod round_trip;
