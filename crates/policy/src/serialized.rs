//! Which requests wait for one another, as the policy decided.

use std::fmt;
use std::sync::Arc;

use crate::login::RequestPlace;

/// The requests of an operation that wait for one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serialized {
    /// What they have in common.
    pub by: SerializedBy,
    /// Operations with the same word wait for one another, too; none: the operation alone.
    pub group: Option<Arc<str>>,
}

/// What requests have in common that wait for one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SerializedBy {
    /// The value that stands there.
    Value(RequestPlace),
    /// Their caller.
    Caller,
    /// Nothing: each waits for each.
    Everybody,
}

impl SerializedBy {
    /// Whether two of them can be the same at all: a caller is never a value of a request.
    pub(crate) const fn is_comparable(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Value(_), Self::Value(_))
                | (Self::Caller, Self::Caller)
                | (Self::Everybody, Self::Everybody)
        )
    }
}

impl fmt::Display for SerializedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = match self {
            Self::Caller => return f.write_str("caller"),
            Self::Everybody => return f.write_str("everybody"),
            Self::Value(RequestPlace::Body(pointer)) => ("body", pointer),
            Self::Value(RequestPlace::Path(name)) => ("path", name),
            Self::Value(RequestPlace::Query(name)) => ("query", name),
            Self::Value(RequestPlace::Cookie(name)) => ("cookie", name),
        };
        write!(f, "{kind}.{name}")
    }
}

impl fmt::Display for Serialized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.group {
            Some(group) => write!(f, "`{}` in the group `{group}`", self.by),
            None => write!(f, "`{}`", self.by),
        }
    }
}
