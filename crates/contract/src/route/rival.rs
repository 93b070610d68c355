//! Which declared paths compete for the same requests, so that not everybody agrees who wins?

use super::Routes;
use crate::template::{Pattern, Segment, Template};

/// Nodes looked at for one contract; a document with more is compared in part.
const STEPS_MAX: usize = 2_000_000;

/// The comparison of all paths of one contract.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    steps: usize,
}

/// How a template relates to another one, over the segments so far.
#[derive(Debug, Clone, Copy, Default)]
struct Relation {
    /// In some segment the first is more specific.
    is_narrower: bool,
    /// In some segment the second is.
    is_wider: bool,
}

impl Comparison {
    /// Whether it ended early.
    pub(crate) const fn is_cut(&self) -> bool {
        self.steps > STEPS_MAX
    }

    /// An operation of another path of which some requests are also requests of this template,
    /// while neither is the more specific one throughout: `/{entity}/me` and `/books/{id}`.
    /// OpenAPI 3.1 section 4.8.8.2 leaves such cases to the tool.
    pub(crate) fn rival(&mut self, routes: &Routes, template: &Template) -> Option<usize> {
        self.walk(routes, 0, &template.segments, Relation::default())
    }

    /// Recurses once for each segment.
    fn walk(
        &mut self,
        routes: &Routes,
        at: usize,
        segments: &[Segment],
        so_far: Relation,
    ) -> Option<usize> {
        self.steps += 1;
        if self.is_cut() {
            return None;
        }
        let node = routes.nodes.get(at)?;
        let Some((first, rest)) = segments.split_first() else {
            let is_rival = so_far.is_narrower && so_far.is_wider;
            let path = routes.paths.get(node.end?).filter(|_| is_rival)?;
            return path.operations.first().map(|(_, operation)| *operation);
        };
        let narrower = Relation { is_narrower: true, ..so_far };
        let wider = Relation { is_wider: true, ..so_far };
        match first {
            Segment::Literal(text) => {
                let same = node.literals.get(text.as_str());
                if let Some(found) = same.and_then(|child| self.walk(routes, *child, rest, so_far))
                {
                    return Some(found);
                }
                let patterns = node.patterns.iter().filter(|(pattern, _)| pattern.is_match(text));
                patterns
                    .into_iter()
                    .find_map(|(_, child)| self.walk(routes, *child, rest, narrower))
            }
            Segment::Pattern(pattern) => {
                for (text, child) in &node.literals {
                    self.steps += 1;
                    if pattern.is_match(text)
                        && let Some(found) = self.walk(routes, *child, rest, wider)
                    {
                        return Some(found);
                    }
                }
                node.patterns.iter().filter(|(known, _)| known.may_meet(pattern)).find_map(
                    |(known, child)| {
                        let relation = relation(pattern, known, so_far);
                        self.walk(routes, *child, rest, relation)
                    },
                )
            }
        }
    }
}

fn relation(one: &Pattern, other: &Pattern, so_far: Relation) -> Relation {
    if one.is_same_shape(other) {
        return so_far;
    }
    let (inside, around) = (one.is_inside(other), other.is_inside(one));
    Relation {
        is_narrower: so_far.is_narrower || inside || !around,
        is_wider: so_far.is_wider || around || !inside,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_model::Method;

    fn rivals(templates: &[&str]) -> Vec<(usize, usize)> {
        let mut routes = Routes::default();
        let mut comparison = Comparison::default();
        let mut found = Vec::new();
        for (index, text) in templates.iter().enumerate() {
            let template = Template::parse(text).unwrap();
            found.extend(comparison.rival(&routes, &template).map(|other| (other, index)));
            routes.add(Method::Get, &template).unwrap();
        }
        found
    }

    #[test]
    fn paths_of_which_none_is_more_specific_throughout_are_rivals() {
        assert_eq!(rivals(&["/{entity}/me", "/books/{id}"]), [(0, 1)]);
        assert_eq!(rivals(&["/books/{id}", "/{entity}/me"]), [(0, 1)]);
        assert_eq!(rivals(&["/{a}.json", "/x{b}"]), [(0, 1)]);
        assert_eq!(rivals(&["/a/{x}/c/{y}", "/{a}/b/{c}/d"]), [(0, 1)]);
    }

    #[test]
    fn a_path_that_is_more_specific_throughout_is_no_rival() {
        for templates in [
            &["/users/{id}", "/users/me", "/users/{id}:lock"][..],
            &["/{entity}/me", "/books/{id}/pages"],
            &["/{a}/x", "/y/{b}.json"],
            &["/{a}.json", "/{a}.xml", "/report.{format}/x"],
            &["/a/{x}", "/b/{x}", "/{a}/{b}"],
        ] {
            assert_eq!(rivals(templates), [], "{templates:?}");
        }
    }

    #[test]
    fn a_comparison_that_grows_without_end_is_cut() {
        let mut routes = Routes::default();
        for one in 0..300 {
            for two in 0..20 {
                let template = Template::parse(&format!("/a{one}/b{two}/c")).unwrap();
                routes.add(Method::Get, &template).unwrap();
            }
        }
        let mut comparison = Comparison::default();
        let wide = Template::parse("/{a}/{b}/d").unwrap();
        let rounds = (0..1_000).take_while(|_| {
            comparison.rival(&routes, &wide);
            !comparison.is_cut()
        });
        assert!(rounds.count() < 1_000);
    }
}
