//! Operations that a policy closes to everybody: what is said of them holds, and they answer nobody.

use portcullis_controls::{Closed, Plan};

/// What nobody said, as it is told with the number of the operations that wait for it.
const REASONS: [(Closed, &str, &str); 4] = [
    (Closed::Caller, "nobody said who may call ", ""),
    (Closed::Graphql, "nobody decided about GraphQL at ", ""),
    (Closed::Function, "no rule of `access` opens ", ""),
    (Closed::Objects, "nobody said whose objects ", " touch"),
];

/// How many of a policy's operations are closed, and by what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClosedOperations {
    /// All operations of the policy's APIs.
    pub operations: usize,
    /// Those that are closed.
    pub closed: usize,
    /// Why, with numbers, in words.
    pub why: Vec<String>,
}

impl ClosedOperations {
    /// Of all APIs of a policy together.
    pub fn of(plans: &[Plan]) -> Self {
        let count = |why: Closed| -> usize {
            let of = |plan: &Plan| {
                let all = 0..plan.operations.len();
                all.filter(|index| plan.why_closed(*index) == Some(why)).count()
            };
            plans.iter().map(of).sum()
        };
        let why = REASONS.iter().filter_map(|(why, before, behind)| {
            let count = count(*why);
            (count > 0).then(|| format!("{before}{count}{behind}"))
        });
        Self {
            operations: plans.iter().map(|plan| plan.operations.len()).sum(),
            closed: plans.iter().map(Plan::closed_count).sum(),
            why: why.collect(),
        }
    }

    /// In a sentence; nothing where none is closed.
    pub(crate) fn told(&self) -> Option<String> {
        let Self { operations, closed, why } = self;
        let are = if *closed == 1 { "is" } else { "are" };
        (*closed > 0).then(|| {
            let why = why.join(", ");
            format!("{closed} of {operations} operations {are} closed and answer nothing: {why}")
        })
    }
}
