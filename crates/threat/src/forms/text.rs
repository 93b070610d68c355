//! The model on a terminal: how much is open, the worst of it with what to do, and where the rest is to be seen.

mod head;
mod ink;
mod open;
mod rest;

pub use self::ink::TextOptions;
use super::Shown;
use super::grouped::by_rule;

/// The model. Writing to a String cannot fail.
pub fn text(shown: &Shown<'_>, options: TextOptions) -> String {
    let mut out = String::with_capacity(16 << 10);
    let groups = by_rule(shown.model);
    head::head(shown, options, &mut out);
    open::open(shown, &groups, options, &mut out);
    rest::answered(&groups, options, &mut out);
    rest::accepted(shown, &mut out);
    rest::questions(shown, options, &mut out);
    rest::more(shown, options, &mut out);
    out
}
