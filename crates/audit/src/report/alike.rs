//! Answers that are told as one: what nobody can tell for one and the same reason.

use crate::answer::{Answer, Verdict};

/// In the order of the checklist: each answer with the numbers that it is given to, where the first of them stands.
pub(super) fn alike(answers: &[Answer]) -> Vec<(Vec<&'static str>, &Answer)> {
    let mut groups: Vec<(Vec<&'static str>, &Answer)> = Vec::new();
    for one in answers {
        match groups.iter_mut().find(|(_, first)| is_same(first, one)) {
            Some((items, _)) => items.push(one.item),
            None => groups.push((vec![one.item], one)),
        }
    }
    groups
}

fn is_same(one: &Answer, other: &Answer) -> bool {
    one.verdict == Verdict::NotCheckable
        && other.verdict == Verdict::NotCheckable
        && one.parts.is_empty()
        && other.parts.is_empty()
        && (&one.evidence, &one.supply) == (&other.evidence, &other.supply)
}
