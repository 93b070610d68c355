//! What becomes of what an attack is tried on? What only reads goes first, and what destroys goes last.

use serde::Serialize;
use serde_json::Value;

use portcullis_model::Method;

/// How dangerous it is to try an attack, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    /// It only reads.
    Reads,
    /// It writes, and only what was made for this, adds something new, or uses up what is counted.
    Writes,
    /// It changes what was there before.
    Changes,
    /// It deletes what was there before, or does to it what nobody declared.
    Destroys,
}

impl Danger {
    /// Of steps that touch nothing but what was made for this: by their methods.
    pub(super) fn of<'s>(steps: impl IntoIterator<Item = &'s Value>) -> Self {
        let line = |step: &'s Value| step.get("send").and_then(Value::as_str).unwrap_or_default();
        let method = |line: &str| Method::from_name(line.split(' ').next().unwrap_or_default());
        let reads = |step| method(line(step)).is_some_and(Method::is_safe);
        if steps.into_iter().all(reads) { Self::Reads } else { Self::Writes }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_only_reads_comes_before_what_writes() {
        let read = json!({ "send": "GET /a" });
        let write = json!({ "send": "POST /a" });
        let other = json!({ "send": "PURGE /a" });
        assert_eq!(Danger::of([&read, &read]), Danger::Reads);
        assert_eq!(Danger::of([&read, &write]), Danger::Writes);
        assert_eq!(Danger::of([&other]), Danger::Writes, "nobody knows what it does");
        assert!(Danger::Reads < Danger::Writes && Danger::Writes < Danger::Destroys);
    }
}
