//! Conditions of rules: `mine`, `resource.pharmacist == caller.id and not caller.suspended`.
//!
//! A condition is yes, no or unknown (Kleene's three values): what is not known yet may be asked, and
//! is no in the end.

mod read;
mod write;

use std::sync::Arc;

use crate::callers::OfCaller;
use crate::login::RequestPlace;

pub(crate) use read::{Named, read};

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Expression {
    /// It always holds.
    #[default]
    Always,
    /// The object is the caller's own.
    Mine,
    /// A value is true.
    Is(Operand),
    /// Two values compare.
    Compare {
        /// The one.
        left: Operand,
        /// How.
        how: How,
        /// The other.
        right: Operand,
    },
    /// It does not hold.
    Not(Box<Self>),
    /// All hold.
    All(Vec<Self>),
    /// One holds at least.
    Any(Vec<Self>),
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// They are the same, character by character.
    Equal,
    /// They are not.
    Differs,
    /// The one is among the others.
    In,
    /// The one is the other unit of the organisation, or below it.
    Under,
}

impl How {
    /// As it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Differs => "!=",
            Self::In => "in",
            Self::Under => "under",
        }
    }
}

/// A value in a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A text.
    Text(Arc<str>),
    /// A number, as it is written.
    Number(Arc<str>),
    /// Yes or no.
    Truth(bool),
    /// Several of these.
    List(Vec<Self>),
    /// What is known of the caller.
    Caller(OfCaller),
    /// A member of the object: a JSON Pointer.
    Resource(String),
    /// What the request says.
    Request(RequestPlace),
}

impl Expression {
    /// Whether it asks something of the object itself, or whose it is.
    pub fn asks_object(&self) -> bool {
        match self {
            Self::Always => false,
            Self::Mine => true,
            Self::Is(one) => one.asks_object(),
            Self::Compare { left, right, .. } => left.asks_object() || right.asks_object(),
            Self::Not(inner) => inner.asks_object(),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::asks_object),
        }
    }

    /// Every value in it.
    pub fn operands(&self) -> Vec<&Operand> {
        let mut all = Vec::new();
        self.gather(&mut all);
        all
    }

    fn gather<'e>(&'e self, all: &mut Vec<&'e Operand>) {
        match self {
            Self::Always | Self::Mine => {}
            Self::Is(one) => one.gather(all),
            Self::Compare { left, right, .. } => {
                left.gather(all);
                right.gather(all);
            }
            Self::Not(inner) => inner.gather(all),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|one| one.gather(all)),
        }
    }
}

impl Operand {
    fn gather<'e>(&'e self, all: &mut Vec<&'e Self>) {
        match self {
            Self::List(items) => items.iter().for_each(|one| one.gather(all)),
            one => all.push(one),
        }
    }

    /// What of the request it is.
    pub const fn request(&self) -> Option<&RequestPlace> {
        match self {
            Self::Request(place) => Some(place),
            _ => None,
        }
    }

    fn asks_object(&self) -> bool {
        match self {
            Self::Resource(_) => true,
            Self::List(items) => items.iter().any(Self::asks_object),
            Self::Text(_)
            | Self::Number(_)
            | Self::Truth(_)
            | Self::Caller(_)
            | Self::Request(_) => false,
        }
    }
}
