//! A request that somebody might send.

use serde_json::Value;

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// From whom, by their place.
    pub caller: usize,
    /// For which operation, by its place.
    pub operation: usize,
    /// `GET`.
    pub method: &'static str,
    /// `/orders/7`.
    pub target: String,
    /// A field with an id.
    pub field: Option<(String, String)>,
    /// The body.
    pub body: Option<Value>,
    /// The objects that it names; none: one that is not there.
    pub named: Vec<Option<usize>>,
    /// The object above them, if it names one.
    pub above: Option<Option<usize>>,
    /// The object under which its body puts another, if it does.
    pub under: Option<Option<usize>>,
    /// Ids are written as they are.
    pub is_plain: bool,
}

impl Request {
    /// Whether it names an object that is not there: what the API makes of that is its own affair.
    pub fn names_none(&self) -> bool {
        self.named.iter().chain(&self.above).chain(&self.under).any(Option::is_none)
    }
}
