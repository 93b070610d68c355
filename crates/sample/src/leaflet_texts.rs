//! What the house where the texts of leaflets are kept tells of its changes, in the form in which such houses do.

use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;

/// `POST /leaflets/changed`.
pub(crate) fn changed(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let fields = call.fields()?;
    let commits = fields.get("commits").and_then(Value::as_array).map_or(0, Vec::len);
    let last = fields.get("head_commit").and_then(|commit| commit.get("message"));
    let told = json!({ "commits": commits, "last": last.cloned().unwrap_or_default() });
    Ok(Answer::json(told))
}
