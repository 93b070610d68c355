//! Which template does a path belong to? An oracle that tries all of them.
//!
//! OpenAPI 3.1 section 4.8.8.2: concrete before templated. Where several templates match, they are
//! compared segment by segment from the left: literal text before parameters, then more fixed text
//! before less. What is then still equal is ambiguous, and any of them is right. A path that a
//! careless server reads as the literal text of another template belongs to none.

use std::cmp::Reverse;

use crate::source::percent_decoded;

/// All templates of a document.
#[derive(Debug, Default)]
pub struct Oracle {
    templates: Vec<Vec<Segment>>,
}

/// A segment: fixed text and values by turns.
type Segment = Vec<Piece>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value,
}

/// How special a template is: less is more.
type Rank = Vec<(bool, Reverse<usize>)>;

impl Oracle {
    /// These templates; each is known by its place in the list.
    pub fn new<'t>(templates: impl IntoIterator<Item = &'t str>) -> Self {
        let segments = |text: &str| text.split('/').skip(1).map(segment).collect();
        Self { templates: templates.into_iter().map(segments).collect() }
    }

    /// The templates that a path (as it stands in a request, escapes and all) belongs to, sorted
    /// into those that match the same paths. One group is the rule; none is "not declared".
    pub fn groups(&self, path: &str) -> Vec<Vec<usize>> {
        let segments: Option<Vec<String>> = path.split('/').skip(1).map(percent_decoded).collect();
        let Some(segments) = segments else {
            return Vec::new();
        };
        let matching: Vec<(Rank, usize)> = self
            .templates
            .iter()
            .enumerate()
            .filter(|(_, template)| is_match(template, &segments))
            .map(|(index, template)| (rank(template), index))
            .collect();
        let Some(best) = matching.iter().map(|(rank, _)| rank).min() else {
            return Vec::new();
        };
        if self.is_other_spelling(&segments, best) {
            return Vec::new();
        }
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (_, index) in matching.iter().filter(|(rank, _)| rank == best) {
            let same = groups.iter_mut().find(|group| {
                group
                    .first()
                    .is_some_and(|first| self.templates.get(*first) == self.templates.get(*index))
            });
            match same {
                Some(group) => group.push(*index),
                None => groups.push(vec![*index]),
            }
        }
        groups
    }

    /// Whether a more special template than the best one fits, for a server to which case, what
    /// follows a `;`, dots and spaces at the end of a segment, an ending of the last segment, and a
    /// slash at the end do not count.
    fn is_other_spelling(&self, path: &[String], best: &Rank) -> bool {
        let readings: Vec<Vec<String>> = path.iter().map(|text| readings(text)).collect();
        let Some((end, start)) = best.split_last() else {
            return false;
        };
        let (Some((last, before)), Some(text)) = (readings.split_last(), path.last()) else {
            return false;
        };
        let stem = carelessly(text);
        let stem = stem.rsplit_once('.').filter(|(stem, ending)| {
            !stem.is_empty()
                && (1..=8).contains(&ending.len())
                && ending.chars().all(|character| character.is_ascii_alphanumeric())
        });
        let stem = stem.map(|(stem, _)| carelessly(stem)).filter(|stem| !stem.is_empty());
        let whole = [before, &[last.iter().cloned().chain(stem).collect()]].concat();
        let with_slash = [whole.as_slice(), &[vec![String::new()]]].concat();
        self.templates.iter().any(|template| {
            let own = rank(template);
            let is_better = own < *best && fits(template, &whole);
            let is_without_last = carelessly(text).is_empty()
                && fits(template, before)
                && (own.as_slice() < start || own == start && end.0);
            let is_with_slash = own.split_last().is_some_and(|(_, own)| own < best.as_slice())
                && fits(template, &with_slash);
            is_better || is_without_last || is_with_slash
        })
    }

    /// The pairs of templates that both match some path, though neither is at least as special as
    /// the other in every segment: `/{kind}/me` and `/books/{id}`. Another implementation may
    /// well prefer the other one.
    pub fn ambiguous_pairs(&self) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for (index, one) in self.templates.iter().enumerate() {
            for (offset, other) in self.templates.iter().skip(index + 1).enumerate() {
                if one.len() == other.len() && is_ambiguous(one, other) {
                    pairs.push((index, index + 1 + offset));
                }
            }
        }
        pairs
    }
}

/// Both may match, and each is more special than the other somewhere. Segments of several pieces
/// count as overlapping only where one is a value alone: that is most of them.
fn is_ambiguous(one: &[Segment], other: &[Segment]) -> bool {
    let (mut first_wins, mut second_wins) = (false, false);
    for (a, b) in one.iter().zip(other) {
        match (is_literal(a), is_literal(b)) {
            (true, true) if a != b => return false,
            (true, false) if !literal_fits(a, b) => return false,
            (false, true) if !literal_fits(b, a) => return false,
            (true, false) => first_wins = true,
            (false, true) => second_wins = true,
            _ => {}
        }
    }
    first_wins && second_wins
}

/// What servers may read in a segment: it, without case, and as the most careless ones do.
fn readings(text: &str) -> Vec<String> {
    vec![text.to_owned(), text.to_lowercase(), carelessly(text)]
}

/// Whether every segment fits in one of its readings. A literal is read carelessly itself.
fn fits(template: &[Segment], readings: &[Vec<String>]) -> bool {
    template.len() == readings.len()
        && template.iter().zip(lowercase(template)).zip(readings).all(|((own, lower), readings)| {
            readings.iter().any(|text| match own.as_slice() {
                [Piece::Text(known)] => carelessly(known) == carelessly(text),
                pieces => pieces_match(pieces, text) || pieces_match(&lower, text),
            })
        })
}

/// A template whose fixed text is read without case.
fn lowercase(template: &[Segment]) -> Vec<Segment> {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => Piece::Text(text.to_lowercase()),
        Piece::Value => Piece::Value,
    };
    template.iter().map(|segment| segment.iter().map(piece).collect()).collect()
}

/// A segment as a careless server reads it.
fn carelessly(text: &str) -> String {
    let text = text.split(';').next().unwrap_or_default().to_lowercase();
    text.trim_end_matches([' ', '.']).to_owned()
}

fn literal_fits(literal: &[Piece], pattern: &[Piece]) -> bool {
    matches!(literal, [Piece::Text(text)] if pieces_match(pattern, text))
}

fn is_literal(segment: &[Piece]) -> bool {
    !segment.contains(&Piece::Value)
}

fn segment(text: &str) -> Segment {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        if !before.is_empty() {
            pieces.push(fixed(before));
        }
        pieces.push(Piece::Value);
        rest = behind.split_once('}').map_or("", |(_, behind)| behind);
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(fixed(rest));
    }
    pieces
}

fn fixed(text: &str) -> Piece {
    Piece::Text(percent_decoded(text).unwrap_or_else(|| text.to_owned()))
}

fn is_match(template: &[Segment], path: &[String]) -> bool {
    template.len() == path.len()
        && template.iter().zip(path).all(|(segment, text)| pieces_match(segment, text))
}

/// Tries every length of every value: at least one character each.
fn pieces_match(pieces: &[Piece], text: &str) -> bool {
    match pieces.split_first() {
        None => text.is_empty(),
        Some((Piece::Text(fixed), rest)) => {
            text.strip_prefix(fixed.as_str()).is_some_and(|text| pieces_match(rest, text))
        }
        Some((Piece::Value, [])) => !text.is_empty(),
        Some((Piece::Value, rest)) => text
            .char_indices()
            .skip(1)
            .filter_map(|(end, _)| text.get(end..))
            .chain([""])
            .any(|text| pieces_match(rest, text)),
    }
}

fn rank(template: &[Segment]) -> Rank {
    let fixed = |segment: &Segment| {
        let bytes = segment.iter().map(|piece| match piece {
            Piece::Text(text) => text.len(),
            Piece::Value => 0,
        });
        (!is_literal(segment), Reverse(bytes.sum::<usize>()))
    };
    template
        .iter()
        .map(|segment| match fixed(segment) {
            // Which literal it is was decided by the match.
            (false, _) => (false, Reverse(0)),
            pattern => pattern,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concrete_comes_before_templated() {
        let oracle = Oracle::new(["/users/{id}", "/users/me", "/{any}/me", "/users/{id}.json"]);
        assert_eq!(oracle.groups("/users/7"), [[0]]);
        assert_eq!(oracle.groups("/users/me"), [[1]]);
        assert_eq!(oracle.groups("/users/%6De"), [[1]]);
        assert_eq!(oracle.groups("/orders/me"), [[2]]);
        assert_eq!(oracle.groups("/users/a.json"), [[3]]);
        assert!(oracle.groups("/users").is_empty());
        assert_eq!(oracle.ambiguous_pairs(), [(0, 2)]);
    }

    #[test]
    fn values_in_one_segment_are_tried_in_every_way() {
        let oracle = Oracle::new(["/{a}.{b}.c", "/{a}-{b}"]);
        assert_eq!(oracle.groups("/x.y.z.c"), [[0]]);
        assert_eq!(oracle.groups("/x-y.c"), [[1]]);
        assert!(oracle.groups("/.y.c").is_empty());
        assert!(oracle.groups("/x.c").is_empty());
    }
}
