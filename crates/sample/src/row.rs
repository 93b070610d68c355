//! What a table holds, and what an answer shows.

/// A row, column by column.
pub(crate) type Row = serde_json::Map<String, serde_json::Value>;
