//! What is said of operations that are declared and not served.

use std::collections::BTreeMap;

use crate::system::{System, Unserved};

/// Why operations are not served, with how many and the first of them.
pub(super) struct Reason<'a> {
    pub(super) why: &'a str,
    pub(super) count: usize,
    pub(super) first: &'a str,
}

/// The reasons, the most frequent first.
pub(super) fn reasons(system: &System) -> Vec<Reason<'_>> {
    let mut found: BTreeMap<&str, Reason<'_>> = BTreeMap::new();
    for one in &system.unserved {
        let why = reason(one);
        let known = found.entry(why).or_insert(Reason { why, count: 0, first: &one.title });
        known.count += 1;
    }
    let mut found: Vec<Reason<'_>> = found.into_values().collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.count));
    found
}

/// Faults of documents are one kind: each says something else.
fn reason(one: &Unserved) -> &str {
    if one.is_closed {
        &one.why
    } else {
        "the document is faulty there, and nothing is known of it"
    }
}

/// In a sentence, without a point: none where all are served.
pub(super) fn sentence(system: &System) -> Option<String> {
    let count = system.unserved.len();
    if count == 0 {
        return None;
    }
    let operations = if count == 1 { "operation is" } else { "operations are" };
    Some(if system.scope.has_gateway {
        format!(
            "{count} declared {operations} not served by the gateway, and what the API alone does there is not looked at"
        )
    } else {
        format!("{count} declared {operations} not looked at, and the API may answer there")
    })
}
