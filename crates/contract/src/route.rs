//! From method and path to an operation: a tree of segments.

mod careless;

use std::collections::HashMap;

use portcullis_model::Method;

use careless::{folded, may_have_ending};

use crate::path::CanonicalPath;
use crate::template::{Pattern, Segment, Template};

/// What a method and path lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Find<'a> {
    /// An operation, by its index.
    Operation(usize),
    /// The path is declared, but not with this method; these are.
    OtherMethods(&'a [Method]),
    /// A declared operation that cannot be served, by its index in
    /// [`crate::Contract::not_served`].
    NotServed(usize),
    /// No declared path.
    Nothing,
}

/// A piece of the path of a request, as the template of its operation sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathPart<'a> {
    /// `/`.
    Slash,
    /// Text of the template, decoded; it may be empty.
    Fixed(&'a str),
    /// The value of a parameter.
    Value(PathValue<'a>),
}

/// The value of a path parameter, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathValue<'a> {
    /// The parameter.
    pub name: &'a str,
    /// The value, as short as possible where the segment can be split in several ways.
    pub text: &'a str,
    /// The places in `text` where one of `,;=+` stands that was escaped, in order.
    pub escaped: Vec<usize>,
    /// What the value is in other ways to split the segment.
    pub others: Vec<&'a str>,
    /// Whether there are more ways to split the segment than are looked at.
    pub has_more: bool,
}

/// All templates of a contract. Reading it allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    nodes: Vec<Node>,
    paths: Vec<Path>,
    /// The template of each operation, by its index.
    templates: Vec<Template>,
    /// Whether a template is another one for careless servers: then every path may be another
    /// spelling of it.
    has_unfolded: bool,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<Box<str>, usize>,
    /// The literals as careless servers read them ([`folded`]).
    folded: HashMap<Box<str>, Vec<(Box<str>, usize)>>,
    /// The most specific first.
    patterns: Vec<Branch>,
    /// Index into `paths`, if a template ends here.
    end: Option<usize>,
}

/// What follows a segment with parameters.
#[derive(Debug)]
struct Branch {
    pattern: Pattern,
    /// The pattern as careless servers read it.
    folded: Pattern,
    child: usize,
}

/// How special a segment of a template is: literals are more so than patterns, and those with more
/// fixed text than others.
type Rank = (bool, usize);

const LITERAL: Rank = (true, 0);

impl Branch {
    fn rank(&self) -> Rank {
        (false, self.pattern.fixed_bytes())
    }
}

/// Templates that match the same paths.
#[derive(Debug, Default)]
pub(crate) struct Path {
    /// Those of `operations`.
    methods: Vec<Method>,
    operations: Vec<(Method, usize)>,
    not_served: Vec<(Method, usize)>,
}

/// An earlier operation has the same method and matches the same paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken(pub(crate) usize);

impl Routes {
    /// Adds the next operation; its index is the number of operations added before. One that is
    /// taken is not added.
    pub(crate) fn add(&mut self, method: Method, template: &Template) -> Result<(), Taken> {
        let index = self.templates.len();
        if let Some(path) = self.declare(template) {
            if let Some((_, first)) = path.operations.iter().find(|(known, _)| *known == method) {
                return Err(Taken(*first));
            }
            path.methods.push(method);
            path.operations.push((method, index));
        }
        self.templates.push(template.clone());
        Ok(())
    }

    /// Adds an operation that is not served. Without it a request for it would be taken for one to
    /// a sibling: `/reports/all` for `/reports/{id}`.
    pub(crate) fn close(&mut self, method: Method, template: &Template, index: usize) {
        if let Some(path) = self.declare(template) {
            path.not_served.push((method, index));
        }
    }

    /// Declares a path, whatever operations it has.
    pub(crate) fn declare(&mut self, template: &Template) -> Option<&mut Path> {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let mut at = 0;
        for segment in &template.segments {
            at = self.child(at, segment);
        }
        let next = self.paths.len();
        let path = *self.nodes.get_mut(at)?.end.get_or_insert(next);
        if path == next {
            self.paths.push(Path::default());
        }
        self.paths.get_mut(path)
    }

    /// The child of a node for this segment, made if there is none.
    fn child(&mut self, at: usize, segment: &Segment) -> usize {
        let next = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else {
            return at;
        };
        let child = match segment {
            Segment::Literal(text) => {
                let child = *node.literals.entry(text.as_str().into()).or_insert(next);
                if child == next {
                    let other = folded(text);
                    // A slash at the end is one more or less for some.
                    self.has_unfolded |= other != *text || text.is_empty();
                    let known = node.folded.entry(other.into()).or_default();
                    known.push((text.as_str().into(), next));
                }
                child
            }
            Segment::Pattern(pattern) => {
                let known = node.patterns.iter().find(|known| known.pattern.is_same_shape(pattern));
                if let Some(known) = known {
                    known.child
                } else {
                    let fixed = pattern.fixed_bytes();
                    let place = node.patterns.partition_point(|known| known.rank().1 >= fixed);
                    let folded = pattern.lowercase();
                    self.has_unfolded |= folded != *pattern;
                    let branch = Branch { pattern: pattern.clone(), folded, child: next };
                    node.patterns.insert(place, branch);
                    next
                }
            }
        };
        if child == next {
            self.nodes.push(Node::default());
        }
        child
    }

    /// The template of each operation, by its index.
    pub(crate) fn templates(&self) -> &[Template] {
        &self.templates
    }

    /// Which operation is this?
    pub(crate) fn find(&self, method: Method, path: &CanonicalPath) -> Find<'_> {
        let Some(found) = self.path(path) else {
            return Find::Nothing;
        };
        let of = |all: &[(Method, usize)]| {
            all.iter().find(|(known, _)| *known == method).map(|(_, index)| *index)
        };
        if let Some(operation) = of(&found.operations) {
            return Find::Operation(operation);
        }
        match of(&found.not_served) {
            Some(index) => Find::NotServed(index),
            None if found.methods.is_empty() => Find::Nothing,
            None => Find::OtherMethods(&found.methods),
        }
    }

    /// The methods of a path.
    pub(crate) fn methods(&self, path: &CanonicalPath) -> Option<&[Method]> {
        self.path(path).map(|path| path.methods.as_slice()).filter(|methods| !methods.is_empty())
    }

    /// The declared path that this one is, if it is not another spelling of another one.
    fn path(&self, path: &CanonicalPath) -> Option<&Path> {
        let found = self.walk(0, path, 0, &mut |_, _| {})?;
        let is_suspect = self.has_unfolded
            || path.segments().any(|segment| folded(segment) != segment)
            || path.segments().next_back().is_some_and(may_have_ending);
        (!is_suspect || !self.is_other_spelling(path)).then_some(found)
    }

    /// Looks below one node. The nodes form a tree, so each is visited at most once. `chosen` is told
    /// depth and rank of every segment of what is found, the last one first.
    fn walk(
        &self,
        at: usize,
        path: &CanonicalPath,
        depth: usize,
        chosen: &mut impl FnMut(usize, Rank),
    ) -> Option<&Path> {
        let node = self.nodes.get(at)?;
        let Some(segment) = path.segment(depth) else {
            return self.paths.get(node.end?);
        };
        let literal = node.literals.get(segment);
        if let Some(found) = literal.and_then(|child| self.walk(*child, path, depth + 1, chosen)) {
            chosen(depth, LITERAL);
            return Some(found);
        }
        node.patterns.iter().filter(|branch| branch.pattern.is_match(segment)).find_map(|branch| {
            let found = self.walk(branch.child, path, depth + 1, chosen)?;
            chosen(depth, branch.rank());
            Some(found)
        })
    }

    /// Appends the parts of a path, by the operation's own names.
    pub(crate) fn parts<'a>(
        &'a self,
        operation: usize,
        path: &'a CanonicalPath,
        parts: &mut Vec<PathPart<'a>>,
    ) {
        let Some(template) = self.templates.get(operation) else {
            return;
        };
        for (index, segment) in template.segments.iter().enumerate() {
            parts.push(PathPart::Slash);
            match segment {
                Segment::Literal(text) => parts.push(PathPart::Fixed(text)),
                Segment::Pattern(pattern) => pattern_parts(pattern, path, index, parts),
            }
        }
    }
}

fn pattern_parts<'a>(
    pattern: &'a Pattern,
    path: &'a CanonicalPath,
    index: usize,
    parts: &mut Vec<PathPart<'a>>,
) {
    let Some((text, escapes)) = path.segment_with_escapes(index) else {
        return;
    };
    let splits = if pattern.is_splittable() { pattern.splits(text) } else { Some(Vec::new()) };
    let escapes: Vec<usize> = escapes.collect();
    let mut separators = pattern.separators();
    let mut place = 0;
    parts.push(PathPart::Fixed(pattern.prefix()));
    pattern.split(text, |name, at| {
        let value = text.get(at.clone()).unwrap_or_default();
        let within = escapes.iter().filter(|escape| at.contains(*escape));
        let mut others: Vec<&str> = splits
            .iter()
            .flatten()
            .filter_map(|split| text.get(split.get(place)?.clone()))
            .filter(|other| *other != value)
            .collect();
        others.sort_unstable();
        others.dedup();
        parts.push(PathPart::Value(PathValue {
            name,
            text: value,
            escaped: within.map(|escape| escape - at.start).collect(),
            others,
            has_more: splits.is_none(),
        }));
        parts.push(PathPart::Fixed(separators.next().unwrap_or_default()));
        place += 1;
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(templates: &[(Method, &str)]) -> Routes {
        let mut routes = Routes::default();
        for (method, template) in templates {
            routes.add(*method, &Template::parse(template).unwrap()).unwrap();
        }
        routes
    }

    fn find(routes: &Routes, method: Method, path: &str) -> Option<usize> {
        match routes.find(method, &CanonicalPath::parse(path).unwrap()) {
            Find::Operation(index) => Some(index),
            _ => None,
        }
    }

    fn owned((name, value): (&str, &str)) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    fn values(routes: &Routes, operation: usize, path: &str) -> Vec<(String, String)> {
        let path = CanonicalPath::parse(path).unwrap();
        let mut parts = Vec::new();
        routes.parts(operation, &path, &mut parts);
        let values = parts.into_iter().filter_map(|part| match part {
            PathPart::Value(value) => Some((value.name.to_owned(), value.text.to_owned())),
            PathPart::Slash | PathPart::Fixed(_) => None,
        });
        values.collect()
    }

    #[test]
    fn a_literal_wins_and_a_dead_end_is_left() {
        let routes = routes(&[
            (Method::Get, "/users/{id}"),
            (Method::Get, "/users/me"),
            (Method::Get, "/users/{id}/orders"),
            (Method::Get, "/users/me/cards"),
            (Method::Get, "/users/{id}:lock"),
            (Method::Get, "/"),
        ]);
        let find = |path| find(&routes, Method::Get, path);
        assert_eq!(find("/users/7"), Some(0));
        assert_eq!(find("/users/me"), Some(1));
        assert_eq!(find("/users/me/orders"), Some(2), "`me` has no `orders`, an id has");
        assert_eq!(find("/users/me/cards"), Some(3));
        assert_eq!(find("/users/7:lock"), Some(4));
        assert_eq!(find("/"), Some(5));
        assert_eq!(find("/users/"), None);
        assert_eq!(find("/users/7/"), None, "a slash at the end is another path");
        assert_eq!(find("/users"), None);
        assert_eq!(find("/Users/7"), None);
        assert_eq!(find("/users/%6De"), Some(1), "an escape is the character");
    }

    #[test]
    fn methods_of_one_path_are_known_together() {
        let mut routes = routes(&[(Method::Get, "/a/{x}"), (Method::Put, "/a/{y}")]);
        assert_eq!(find(&routes, Method::Put, "/a/1"), Some(1));
        let path = CanonicalPath::parse("/a/1").unwrap();
        assert_eq!(
            routes.find(Method::Delete, &path),
            Find::OtherMethods(&[Method::Get, Method::Put])
        );
        assert_eq!(
            values(&routes, 1, "/a/1"),
            [owned(("y", "1"))],
            "each operation has its own names"
        );
        let again = Template::parse("/a/{z}").unwrap();
        assert_eq!(routes.add(Method::Get, &again), Err(Taken(0)));
    }

    #[test]
    fn several_values_in_one_segment_are_told_apart() {
        let routes = routes(&[(Method::Get, "/files/{name}.{ext}/v{version}")]);
        assert_eq!(find(&routes, Method::Get, "/files/a.txt/v2"), Some(0));
        let values = values(&routes, 0, "/files/a.txt/v2");
        assert_eq!(values, [("name", "a"), ("ext", "txt"), ("version", "2")].map(owned));
    }

    #[test]
    fn every_reading_of_a_segment_is_known_and_so_is_what_was_escaped() {
        let routes = routes(&[(Method::Get, "/x{name}.{ext}")]);
        let path = CanonicalPath::parse("/xa%2Cb,.tar.gz").unwrap();
        let mut parts = Vec::new();
        routes.parts(0, &path, &mut parts);
        let value = |name, text, escaped, other| {
            let others = vec![other];
            PathPart::Value(PathValue { name, text, escaped, others, has_more: false })
        };
        assert_eq!(
            parts,
            [
                PathPart::Slash,
                PathPart::Fixed("x"),
                value("name", "a,b,", vec![1], "a,b,.tar"),
                PathPart::Fixed("."),
                value("ext", "tar.gz", vec![], "gz"),
                PathPart::Fixed(""),
            ]
        );
    }

    #[test]
    fn another_spelling_of_fixed_text_or_of_a_slash_is_no_value_of_its_sibling() {
        let routes = routes(&[
            (Method::Get, "/v1/{n}"),
            (Method::Get, "/v1/{n}:Cancel"),
            (Method::Get, "/f/{n}"),
            (Method::Get, "/f/{n}.pdf"),
            (Method::Get, "/e/{id}"),
            (Method::Get, "/E/secret"),
            (Method::Get, "/t/{id}/"),
            (Method::Get, "/t/admin"),
            (Method::Get, "/u/{id}"),
            (Method::Get, "/u/admin/"),
            (Method::Get, "/l"),
            (Method::Get, "/l/{id}"),
            (Method::Get, "/b/{id}/x"),
            (Method::Get, "/b/y/{z}"),
            (Method::Get, "/w/all/{f}"),
            (Method::Get, "/w/{i}/{f}"),
            (Method::Get, "/p/x/{b}.pdf"),
            (Method::Get, "/p/{a}/{b}.pdf"),
        ]);
        let find = |text: &str| find(&routes, Method::Get, text);
        for (right, wrong, other) in [
            (("/v1/x:Cancel", 1), ("/v1/x", 0), "x:cancel x:CANCEL;a x:Cancel. x:Cancel%20"),
            (("/f/a.pdf", 3), ("/f/a", 2), "a.PDF a.pdf;x a.pdf."),
        ] {
            assert_eq!((find(right.0), find(wrong.0)), (Some(right.1), Some(wrong.1)));
            let base = wrong.0.rsplit_once('/').unwrap().0;
            for spelling in other.split(' ') {
                assert_eq!(find(&format!("{base}/{spelling}")), None, "{spelling}");
            }
        }
        assert_eq!((find("/E/secret"), find("/e/7"), find("/e/secret")), (Some(5), Some(4), None));
        assert_eq!((find("/t/admin"), find("/t/7/"), find("/t/admin/")), (Some(7), Some(6), None));
        assert_eq!((find("/u/admin/"), find("/u/7"), find("/u/admin")), (Some(9), Some(8), None));
        assert_eq!(
            (find("/l"), find("/l/7"), find("/l/;x"), find("/l/%20")),
            (Some(10), Some(11), None, None)
        );
        for mixed in ["/w/ALL/;1", "/w/ALL/%20", "/w/All;x/...", "/p/X/a;b.pdf", "/p/x;/a.PDF"] {
            assert_eq!(find(mixed), None, "{mixed}");
        }
        assert_eq!((find("/w/all/;1"), find("/p/x/a;b.pdf")), (Some(14), Some(16)));
        // These two compete in every spelling, and are told.
        assert_eq!((find("/b/y/x"), find("/b/y/X")), (Some(13), Some(13)));
    }

    #[test]
    fn another_spelling_of_a_literal_is_no_value_of_its_sibling() {
        let routes = routes(&[
            (Method::Get, "/reports/all"),
            (Method::Get, "/reports/{id}"),
            (Method::Get, "/reports/{id}/pages"),
            (Method::Get, "/Teams/mine"),
            (Method::Get, "/{kind}/mine"),
        ]);
        let find = |text: &str| routes.find(Method::Get, &CanonicalPath::parse(text).unwrap());
        assert_eq!(find("/reports/all"), Find::Operation(0));
        assert_eq!(find("/teams/mine"), Find::Nothing);
        for spelling in ["ALL", "All", "all;x=1", "all%3bx", "all.", "all%20", "aLl.;v"] {
            assert_eq!(find(&format!("/reports/{spelling}")), Find::Nothing, "{spelling}");
        }
        for spelling in ["all.json", "ALL.xml", "all.json;x"] {
            assert_eq!(find(&format!("/reports/{spelling}")), Find::Nothing, "{spelling}");
        }
        for id in ["7", "ALLOY", "A1B2", "all-of-it", "x;all", "7.json", "all.of.it", ".all"] {
            assert_eq!(find(&format!("/reports/{id}")), Find::Operation(1), "{id}");
        }
        // The list itself is not declared: nothing is meant by a segment of which nothing is left.
        assert_eq!(find("/reports/;x"), Find::Operation(1));
        // Nothing is declared below `/reports/all`, so nothing is meant there.
        assert_eq!(find("/reports/ALL/pages"), Find::Operation(2));
        assert_eq!(find("/Teams/mine"), Find::Operation(3));
        assert_eq!(find("/teams/mine"), Find::Nothing);
    }
}
