//! From method and path to an operation: a tree of segments.

use std::collections::HashMap;

use portcullis_model::Method;

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
    /// Whether a literal is another one for careless servers: then every path may be another
    /// spelling of it.
    has_unfolded: bool,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<Box<str>, usize>,
    /// The literals as careless servers read them ([`folded`]).
    folded: HashMap<Box<str>, Vec<(Box<str>, usize)>>,
    /// The most specific first.
    patterns: Vec<(Pattern, usize)>,
    /// Index into `paths`, if a template ends here.
    end: Option<usize>,
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
                    self.has_unfolded |= other != *text;
                    let known = node.folded.entry(other.into()).or_default();
                    known.push((text.as_str().into(), next));
                }
                child
            }
            Segment::Pattern(pattern) => {
                let known = node.patterns.iter().find(|(known, _)| known.is_same_shape(pattern));
                if let Some((_, child)) = known {
                    *child
                } else {
                    let fixed = pattern.fixed_bytes();
                    let place =
                        node.patterns.partition_point(|(known, _)| known.fixed_bytes() >= fixed);
                    node.patterns.insert(place, (pattern.clone(), next));
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
        let found = self.walk(0, path, 0)?;
        let may_be_folded =
            self.has_unfolded || path.segments().any(|segment| folded(segment) != segment);
        (!may_be_folded || !self.is_other_spelling(0, path, 0, false)).then_some(found)
    }

    /// Looks below one node. The nodes form a tree, so each is visited at most once.
    fn walk(&self, at: usize, path: &CanonicalPath, depth: usize) -> Option<&Path> {
        let node = self.nodes.get(at)?;
        let Some(segment) = path.segment(depth) else {
            return self.paths.get(node.end?);
        };
        let literal = node.literals.get(segment);
        if let Some(found) = literal.and_then(|child| self.walk(*child, path, depth + 1)) {
            return Some(found);
        }
        node.patterns
            .iter()
            .filter(|(pattern, _)| pattern.is_match(segment))
            .find_map(|(_, child)| self.walk(*child, path, depth + 1))
    }

    /// Whether a careless server would read a literal of another template in this path: `/EXPORT`
    /// and `/export;x` are `/export` for some, and must not go in under the rules of `/{id}`.
    fn is_other_spelling(
        &self,
        at: usize,
        path: &CanonicalPath,
        depth: usize,
        is_folded: bool,
    ) -> bool {
        let Some(node) = self.nodes.get(at) else { return false };
        let Some(segment) = path.segment(depth) else {
            return is_folded && node.end.is_some();
        };
        // What is declared in this very spelling is what is meant.
        if let Some(child) = node.literals.get(segment)
            && self.walk(*child, path, depth + 1).is_some()
        {
            return self.is_other_spelling(*child, path, depth + 1, is_folded);
        }
        let folded = node.folded.get(folded(segment).as_str());
        folded
            .into_iter()
            .flatten()
            .filter(|(literal, _)| **literal != *segment)
            .any(|(_, child)| self.is_other_spelling(*child, path, depth + 1, true))
            || node
                .patterns
                .iter()
                .filter(|(pattern, _)| pattern.is_match(segment))
                .any(|(_, child)| self.is_other_spelling(*child, path, depth + 1, is_folded))
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

/// A segment as careless servers read it: without case (Express, ASP.NET), cut at `;` (servlet
/// containers), without dots and spaces at its end (file systems of Windows).
fn folded(segment: &str) -> String {
    let cut = segment.split(';').next().unwrap_or_default();
    cut.trim_end_matches(['.', ' ']).to_lowercase()
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
        for id in ["7", "ALLOY", "A1B2", "all-of-it", "x;all"] {
            assert_eq!(find(&format!("/reports/{id}")), Find::Operation(1), "{id}");
        }
        // Nothing is declared below `/reports/all`, so nothing is meant there.
        assert_eq!(find("/reports/ALL/pages"), Find::Operation(2));
        assert_eq!(find("/Teams/mine"), Find::Operation(3));
        assert_eq!(find("/teams/mine"), Find::Nothing);
    }
}
