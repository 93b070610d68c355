//! Whether a careless server would take a path for that of another template (decision 0013).

use std::borrow::Cow;
use std::cmp::Ordering;

use super::{Branch, LITERAL, Rank, Routes};
use crate::path::CanonicalPath;

impl Routes {
    /// Whether a careless server would read a more special template in this path: `/EXPORT`,
    /// `/export;x`, `/export.json` and `/export/` are `/export` for some, and must not go in under
    /// the rules of `/{id}`.
    pub(super) fn is_other_spelling(&self, path: &CanonicalPath) -> bool {
        let mut chosen = vec![LITERAL; path.len()];
        self.walk(0, path, 0, &mut |depth, rank| {
            if let Some(place) = chosen.get_mut(depth) {
                *place = rank;
            }
        });
        self.has_better(0, path, 0, &chosen, Ordering::Equal)
    }

    /// The same below one node; `so_far` compares the segments before it with those of what was
    /// chosen.
    fn has_better(
        &self,
        at: usize,
        path: &CanonicalPath,
        depth: usize,
        chosen: &[Rank],
        so_far: Ordering,
    ) -> bool {
        let Some(node) = self.nodes.get(at) else { return false };
        let (Some(segment), Some(rank)) = (path.segment(depth), chosen.get(depth)) else {
            let with_slash = node.literals.get("").and_then(|child| self.nodes.get(*child));
            let ends = [Some(node), with_slash];
            return so_far.is_gt() && ends.into_iter().flatten().any(|node| node.end.is_some());
        };
        let is_last = depth + 1 == path.len();
        let spelling = folded(segment);
        // A segment of which nothing is left is no segment for some.
        let is_nothing = is_last && spelling.is_empty();
        if is_nothing && node.end.is_some() && (so_far.is_gt() || so_far.is_eq() && !rank.0) {
            return true;
        }
        let stem = is_last.then(|| without_ending(&spelling)).flatten();
        // A server may be careless about case alone, or about all of it.
        let lowercase = segment.to_lowercase();
        let readings = [Some(segment), Some(&lowercase), Some(&spelling), stem];
        let is_match = |branch: &&Branch| {
            readings.into_iter().flatten().any(|reading| branch.folded.is_match(reading))
                || branch.pattern.is_match(segment)
        };
        let literals = [Some(spelling.as_ref()), stem].into_iter().flatten();
        let literals = literals.filter_map(|spelling| node.folded.get(spelling)).flatten();
        let literals = literals.map(|(_, child)| (*child, LITERAL));
        let patterns = node.patterns.iter().filter(is_match);
        let patterns = patterns.map(|branch| (branch.child, branch.rank()));
        literals.chain(patterns).any(|(child, other)| {
            let so_far = so_far.then(other.cmp(rank));
            so_far.is_ge() && self.has_better(child, path, depth + 1, chosen, so_far)
        })
    }
}

/// A segment as careless servers read it: without case (Express, ASP.NET), cut at `;` (servlet
/// containers), without dots and spaces at its end (file systems of Windows).
pub(super) fn folded(segment: &str) -> Cow<'_, str> {
    let cut = segment.split(';').next().unwrap_or_default();
    let cut = cut.trim_end_matches(['.', ' ']);
    if cut.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        return Cow::Owned(cut.to_lowercase());
    }
    Cow::Borrowed(cut)
}

/// Whether the last segment of a path may have an ending, or be nothing but a slash.
pub(super) fn may_have_ending(segment: &str) -> bool {
    segment.is_empty() || segment.contains('.')
}

/// The last segment without the ending by which some servers choose a format (Rails, Django REST
/// framework, older Spring): `all.json` is `all`.
fn without_ending(segment: &str) -> Option<&str> {
    const ENDING_BYTES_MAX: usize = 8;
    let (stem, ending) = segment.rsplit_once('.')?;
    let is_ending = (1..=ENDING_BYTES_MAX).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let stem = stem.trim_end_matches(['.', ' ']);
    (is_ending && !stem.is_empty()).then_some(stem)
}
