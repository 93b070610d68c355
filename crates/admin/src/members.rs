//! The members of a request: each is asked for once, and none may be left.

use std::cell::Cell;

use portcullis_json::Value;
use portcullis_model::UnixMillis;

use crate::misread::Misread;

pub(crate) struct Members<'a> {
    root: Value<'a>,
    taken: Cell<usize>,
}

impl<'a> Members<'a> {
    pub(crate) fn of(root: Value<'a>) -> Result<Self, Misread> {
        if !root.is_object() {
            return Err(Misread("it is no object"));
        }
        Ok(Self { root, taken: Cell::new(0) })
    }

    fn take(&self, name: &str) -> Result<Value<'a>, Misread> {
        let value = self.root.get(name).ok_or(Misread("a member is missing"))?;
        self.taken.set(self.taken.get() + 1);
        Ok(value)
    }

    pub(crate) fn text(&self, name: &str) -> Result<&'a str, Misread> {
        self.take(name)?.as_str().ok_or(Misread("a member is no text"))
    }

    pub(crate) fn number(&self, name: &str) -> Result<u64, Misread> {
        let number = self.take(name)?.as_number().and_then(|number| number.parse().ok());
        number.ok_or(Misread("a member is no whole number"))
    }

    pub(crate) fn time(&self, name: &str) -> Result<UnixMillis, Misread> {
        self.number(name).map(UnixMillis)
    }

    /// All were asked for: there are no names twice, the parser refuses those.
    pub(crate) fn end(&self) -> Result<(), Misread> {
        if self.taken.get() == self.root.len() {
            Ok(())
        } else {
            Err(Misread("a member is not known"))
        }
    }
}
