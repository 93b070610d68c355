//! Objects of answers and requests, member by member.

use serde_json::{Map, Value};

/// An object that is built member by member; what is not there is left out.
#[derive(Default)]
pub(crate) struct Said(Map<String, Value>);

impl Said {
    pub(crate) fn with(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        self.0.extend(value.map(|value| (name.to_owned(), value.into())));
        self
    }
}

impl From<Said> for Value {
    fn from(said: Said) -> Self {
        Self::Object(said.0)
    }
}
