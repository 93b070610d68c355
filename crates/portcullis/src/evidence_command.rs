//! `portcullis evidence`: is it as it was written, and does it still speak of what is there?

mod check;
mod keep;
mod key;
mod verify;

pub(crate) use check::{check, shown_of};
pub(crate) use keep::{keep, keepable, of_demo, this_program};
pub(crate) use key::key;
pub(crate) use verify::{believed, verify};
