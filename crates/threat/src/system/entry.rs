//! Where somebody can come in.

use portcullis_contract::Place;
use portcullis_model::Method;

use super::classes::DataClasses;
use super::element::Known;
use super::facts::Facts;

/// An operation of one of the plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationRef {
    /// The plan, by its place.
    pub api: usize,
    /// The operation, by its index in the contract.
    pub operation: usize,
}

/// A way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Stable: `get-orders-id`.
    pub id: String,
    /// What people call it: `GET /orders/{id}`.
    pub title: String,
    /// The name that policies, records and evidence use: the `operationId`, or the title.
    pub name: String,
    /// Of which kind.
    pub kind: EntryKind,
    /// Who can use it, as far as contract and policy say.
    pub reach: Reach,
    /// The zone from which it is used.
    pub from: usize,
    /// The component that answers.
    pub component: usize,
    /// What rules ask about it.
    pub facts: Facts,
    /// Classes of what it takes.
    pub takes: DataClasses,
    /// Classes of what it gives.
    pub gives: DataClasses,
    /// Places of data sets that it reads or writes.
    pub data: Vec<usize>,
    /// Where object ids stand in its requests, in words.
    pub ids: Vec<String>,
    /// Requests that were seen, if somebody looked.
    pub seen: Option<u64>,
    /// From where.
    pub known: Known,
}

impl Entry {
    /// Whether it is an operation of the API.
    pub const fn is_operation(&self) -> bool {
        matches!(self.kind, EntryKind::Operation { .. })
    }
}

/// Kinds of ways in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// An operation of the API.
    Operation {
        /// Which.
        of: OperationRef,
        /// Its method.
        method: Method,
        /// Where its parameters stand.
        places: Vec<Place>,
    },
    /// A listener of the gateway, or of the API: `127.0.0.1:8443`.
    Port(String),
    /// A socket of the file system.
    Socket(String),
    /// A file that is read: document, policy, keys.
    File(String),
}

/// Who can use a way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Nobody: it is closed.
    Nobody,
    /// Who has an account on the host.
    Host,
    /// Administrators alone.
    Administrators,
    /// Some callers, by role, group or scope.
    Some,
    /// Every caller whose credential is good.
    Callers,
    /// Anybody, without a credential.
    Anyone,
}

impl Reach {
    /// All of them, from the narrowest.
    pub const ALL: [Self; 6] =
        [Self::Nobody, Self::Host, Self::Administrators, Self::Some, Self::Callers, Self::Anyone];

    /// The reach of these words.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Host => "accounts of the host",
            Self::Administrators => "administrators",
            Self::Some => "some callers",
            Self::Callers => "every caller",
            Self::Anyone => "anyone",
        }
    }
}
