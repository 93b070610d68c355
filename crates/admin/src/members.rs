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

    /// A member that need not be there.
    fn optional(&self, name: &str) -> Option<Value<'a>> {
        let value = self.root.get(name)?;
        self.taken.set(self.taken.get() + 1);
        Some(value)
    }

    pub(crate) fn optional_text(&self, name: &str) -> Result<Option<&'a str>, Misread> {
        let value = self.optional(name);
        value.map(|value| value.as_str().ok_or(Misread("a member is no text"))).transpose()
    }

    pub(crate) fn optional_number(&self, name: &str) -> Result<Option<u64>, Misread> {
        let number = |value: Value<'a>| value.as_number().and_then(|number| number.parse().ok());
        let value = self.optional(name);
        value.map(|value| number(value).ok_or(Misread("a member is no whole number"))).transpose()
    }

    pub(crate) fn optional_time(&self, name: &str) -> Result<Option<UnixMillis>, Misread> {
        Ok(self.optional_number(name)?.map(UnixMillis))
    }

    /// The texts of a list; none where there is none.
    pub(crate) fn optional_texts(&self, name: &str) -> Result<Vec<String>, Misread> {
        let Some(list) = self.optional(name) else { return Ok(Vec::new()) };
        texts(list)
    }

    /// A list of lists with two texts each.
    pub(crate) fn optional_pairs(&self, name: &str) -> Result<Vec<(String, String)>, Misread> {
        let Some(list) = self.optional(name) else { return Ok(Vec::new()) };
        if !list.is_array() {
            return Err(Misread("a member is no list"));
        }
        let pair = |item| match texts(item)?.as_slice() {
            [first, second] => Ok((first.clone(), second.clone())),
            _ => Err(Misread("a member is no list of pairs")),
        };
        list.items().map(pair).collect()
    }

    pub(crate) fn object(&self, name: &str) -> Result<Value<'a>, Misread> {
        self.take(name)
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

fn texts(list: Value<'_>) -> Result<Vec<String>, Misread> {
    if !list.is_array() {
        return Err(Misread("a member is no list"));
    }
    let text = |item: Value<'_>| item.as_str().map(str::to_owned);
    list.items().map(|item| text(item).ok_or(Misread("an item is no text"))).collect()
}
