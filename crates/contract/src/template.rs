//! Path templates: `/files/{name}.{ext}`.

use std::fmt;
use std::ops::Range;

use crate::location::percent_decoded;

/// Segments of one template. A longer one can only be a mistake.
const SEGMENTS_MAX: usize = 128;
/// Steps of looking for all ways to split one segment.
const SPLIT_STEPS_MAX: usize = 256;

/// A path template, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) segments: Vec<Segment>,
}

/// One segment of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Always this text, decoded.
    Literal(String),
    /// One or several parameters, with text around them.
    Pattern(Pattern),
}

/// `prefix{a}separator{b}suffix`: text before the first parameter, and each parameter with the
/// text behind it, which is only empty behind the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    prefix: String,
    parameters: Vec<(String, String)>,
}

/// Why a template can never be matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TemplateFault {
    NotAbsolute,
    QueryOrFragment,
    Braces,
    EmptySegment,
    DotSegment,
    Adjacent,
    Repeated,
    TooLong,
    Escape,
    Unsendable,
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAbsolute => "it does not begin with `/`",
            Self::QueryOrFragment => "it holds `?` or `#`, which are no part of a path",
            Self::Braces => "its braces do not pair up, or hold no name",
            Self::EmptySegment => "it holds `//`",
            Self::DotSegment => "it holds `.` or `..` as a segment",
            Self::Adjacent => "nothing stands between two of its parameters",
            Self::Repeated => "it names one parameter twice",
            Self::TooLong => "it has too many segments",
            Self::Unsendable => "it holds `\\` or a control character, which no path may hold",
            Self::Escape => {
                "it holds a `%` that is no escape, or an escaped separator or control character"
            }
        })
    }
}

impl Template {
    /// Reads a key of `paths`.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateFault> {
        let rest = text.strip_prefix('/').ok_or(TemplateFault::NotAbsolute)?;
        if text.contains(['?', '#']) {
            return Err(TemplateFault::QueryOrFragment);
        }
        let mut segments = Vec::new();
        let mut parts = rest.split('/').peekable();
        while let Some(part) = parts.next() {
            if part.is_empty() && parts.peek().is_some() {
                return Err(TemplateFault::EmptySegment);
            }
            if segments.len() == SEGMENTS_MAX {
                return Err(TemplateFault::TooLong);
            }
            segments.push(segment(part)?);
        }
        let template = Self { segments };
        let mut names: Vec<&str> = template.names().collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(TemplateFault::Repeated);
        }
        Ok(template)
    }

    /// The parameters that it names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.patterns().flat_map(|pattern| pattern.parameters.iter()).map(|(name, _)| name.as_str())
    }

    /// The segments that hold parameters.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Pattern(pattern) => Some(pattern),
        })
    }
}

impl Pattern {
    /// Whether several values stand in this one segment, so that a value which holds the text
    /// between them could be split in two ways.
    pub(crate) const fn is_splittable(&self) -> bool {
        self.parameters.len() > 1
    }

    /// How many bytes of it are fixed: more of them is more specific.
    pub(crate) fn fixed_bytes(&self) -> usize {
        let behind = self.parameters.iter().map(|(_, behind)| behind.len());
        self.prefix.len() + behind.sum::<usize>()
    }

    /// The same with its fixed text in lower case.
    pub(crate) fn lowercase(&self) -> Self {
        let parameters = self.parameters.iter();
        Self {
            prefix: self.prefix.to_lowercase(),
            parameters: parameters
                .map(|(name, text)| (name.clone(), text.to_lowercase()))
                .collect(),
        }
    }

    /// Whether both match the same segments, whatever their parameters are called.
    pub(crate) fn is_same_shape(&self, other: &Self) -> bool {
        self.prefix == other.prefix
            && self.parameters.len() == other.parameters.len()
            && self.parameters.iter().zip(&other.parameters).all(|((_, a), (_, b))| a == b)
    }

    /// Whether a segment may have both forms, as far as their ends tell.
    pub(crate) fn may_overlap(&self, other: &Self) -> bool {
        let (own, foreign) = (self.suffix(), other.suffix());
        let (first, second) = (&self.prefix, &other.prefix);
        (first.starts_with(second.as_str()) || second.starts_with(first.as_str()))
            && (own.ends_with(foreign) || foreign.ends_with(own))
    }

    fn suffix(&self) -> &str {
        self.parameters.last().map_or("", |(_, behind)| behind)
    }

    /// Whether a segment has this form.
    pub(crate) fn is_match(&self, segment: &str) -> bool {
        self.split(segment, |_, _| {})
    }

    /// The text before the first parameter.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The text behind each parameter.
    pub(crate) fn separators(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|(_, behind)| behind.as_str())
    }

    /// Splits a segment into values, each as short as possible from the left, none of them
    /// empty; gives the name of each and where it stands. Taking the first separator leaves the
    /// most for what follows, so no other split succeeds where this one fails.
    pub(crate) fn split<'a>(
        &'a self,
        segment: &str,
        mut take: impl FnMut(&'a str, Range<usize>),
    ) -> bool {
        let Some((last, before)) = self.parameters.split_last() else {
            return false;
        };
        if !segment.starts_with(self.prefix.as_str()) {
            return false;
        }
        let mut at = self.prefix.len();
        for (name, separator) in before {
            let Some(end) = ends(segment, at, separator).next() else {
                return false;
            };
            take(name, at..end);
            at = end + separator.len();
        }
        let (name, suffix) = last;
        match last_end(segment, at, suffix) {
            Some(end) => {
                take(name, at..end);
                true
            }
            None => false,
        }
    }

    /// All ways to split a segment: the values of each, in the order of the parameters. `None` if
    /// there are more than anybody wants to check.
    pub(crate) fn splits(&self, segment: &str) -> Option<Vec<Vec<Range<usize>>>> {
        let mut found = Vec::new();
        if segment.starts_with(self.prefix.as_str()) {
            let mut steps = 0;
            let mut ranges = Vec::with_capacity(self.parameters.len());
            self.all_from(segment, self.prefix.len(), &mut ranges, &mut steps, &mut found)?;
        }
        Some(found)
    }

    /// Recurses once for each parameter of the segment.
    fn all_from(
        &self,
        segment: &str,
        at: usize,
        ranges: &mut Vec<Range<usize>>,
        steps: &mut usize,
        found: &mut Vec<Vec<Range<usize>>>,
    ) -> Option<()> {
        *steps += 1;
        if *steps > SPLIT_STEPS_MAX {
            return None;
        }
        let Some((_, behind)) = self.parameters.get(ranges.len()) else {
            return Some(());
        };
        if ranges.len() + 1 == self.parameters.len() {
            if let Some(end) = last_end(segment, at, behind) {
                let mut split = ranges.clone();
                split.push(at..end);
                found.push(split);
            }
            return Some(());
        }
        for end in ends(segment, at, behind) {
            ranges.push(at..end);
            self.all_from(segment, end + behind.len(), ranges, steps, found)?;
            ranges.pop();
        }
        Some(())
    }
}

/// Where a value that starts at `at` may end: before each separator behind its first character.
fn ends<'t>(segment: &'t str, at: usize, separator: &'t str) -> impl Iterator<Item = usize> {
    let rest = segment.get(at..).unwrap_or_default();
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let mut from = at + first;
    std::iter::from_fn(move || {
        let found = segment.get(from..)?.find(separator)?;
        let end = from + found;
        let next = segment.get(end..)?.chars().next().map_or(1, char::len_utf8);
        from = end + next;
        Some(end)
    })
}

/// Where the last value ends, if it is not empty.
fn last_end(segment: &str, at: usize, suffix: &str) -> Option<usize> {
    let end = segment.get(at..)?.strip_suffix(suffix)?.len() + at;
    (end > at).then_some(end)
}

fn segment(text: &str) -> Result<Segment, TemplateFault> {
    let Some((prefix, mut rest)) = text.split_once('{') else {
        let literal = literal(text)?;
        // Servers cut a segment off at `;`, so a request cannot hold one that looks so either.
        return match literal.split(';').next().unwrap_or_default() {
            "." | ".." => Err(TemplateFault::DotSegment),
            _ => Ok(Segment::Literal(literal)),
        };
    };
    let prefix = literal(prefix)?;
    let mut parameters = Vec::new();
    loop {
        let (name, behind) = rest.split_once('}').ok_or(TemplateFault::Braces)?;
        if name.is_empty() || name.contains('{') {
            return Err(TemplateFault::Braces);
        }
        let Some((separator, next)) = behind.split_once('{') else {
            parameters.push((name.to_owned(), literal(behind)?));
            return Ok(Segment::Pattern(Pattern { prefix, parameters }));
        };
        if separator.is_empty() {
            return Err(TemplateFault::Adjacent);
        }
        parameters.push((name.to_owned(), literal(separator)?));
        rest = next;
    }
}

/// Fixed text of a template, decoded as the path of a request is.
fn literal(text: &str) -> Result<String, TemplateFault> {
    if text.contains('}') {
        return Err(TemplateFault::Braces);
    }
    if text.contains(|character: char| character == '\\' || character.is_control()) {
        return Err(TemplateFault::Unsendable);
    }
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    percent_decoded(text)
        .filter(|decoded| {
            !decoded.contains(|one: char| matches!(one, '/' | '\\') || one.is_control())
        })
        .ok_or(TemplateFault::Escape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(template: &str, segment: &str) -> Option<Vec<(String, String)>> {
        let template = Template::parse(template).unwrap();
        let pattern = template.patterns().next()?.clone();
        let mut values = Vec::new();
        let matched = pattern.split(segment, |name, range| {
            values.push((name.to_owned(), segment[range].to_owned()));
        });
        assert_eq!(matched, pattern.is_match(segment));
        matched.then_some(values)
    }

    fn splits(template: &str, segment: &str) -> Option<Vec<Vec<String>>> {
        let template = Template::parse(template).unwrap();
        let splits = template.patterns().next()?.splits(segment)?;
        let texts = |split: Vec<Range<usize>>| split.into_iter().map(|at| segment[at].to_owned());
        Some(splits.into_iter().map(|split| texts(split).collect()).collect())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn values_are_as_short_as_possible_from_the_left_and_never_empty() {
        assert_eq!(values("/{id}", "7"), Some(pairs(&[("id", "7")])));
        assert_eq!(values("/{id}", ""), None);
        assert_eq!(values("/{id}:go", "7:go"), Some(pairs(&[("id", "7")])));
        assert_eq!(values("/{id}:go", ":go"), None);
        assert_eq!(values("/{id}:go", "7:stop"), None);
        assert_eq!(values("/v{id}", "v1"), Some(pairs(&[("id", "1")])));
        let name = "/{name}.{ext}";
        assert_eq!(values(name, "a.tar.gz"), Some(pairs(&[("name", "a"), ("ext", "tar.gz")])));
        assert_eq!(values(name, "..a"), Some(pairs(&[("name", "."), ("ext", "a")])));
        assert_eq!(values(name, "a."), None);
        assert_eq!(values(name, "éé.é"), Some(pairs(&[("name", "éé"), ("ext", "é")])));
        assert_eq!(values("/{a}...{b}", "x...y"), Some(pairs(&[("a", "x"), ("b", "y")])));
    }

    #[test]
    fn every_way_to_split_a_segment_is_found() {
        assert_eq!(splits("/{id}", "a-b"), Some(vec![vec!["a-b".to_owned()]]));
        let two = |pairs: &[[&str; 2]]| {
            Some(pairs.iter().map(|pair| pair.map(str::to_owned).to_vec()).collect::<Vec<_>>())
        };
        let name = "/{name}.{ext}";
        assert_eq!(splits(name, "a.gz"), two(&[["a", "gz"]]));
        assert_eq!(splits(name, "a.tar.gz"), two(&[["a", "tar.gz"], ["a.tar", "gz"]]));
        assert_eq!(splits(name, ".a."), two(&[]));
        assert_eq!(splits(name, "é.é.é"), two(&[["é", "é.é"], ["é.é", "é"]]));
        assert_eq!(splits("/{a}--{b}", "x---y"), two(&[["x", "-y"], ["x-", "y"]]));
        assert_eq!(splits("/v{a}-{b}.x", "v1-2-3.x"), two(&[["1", "2-3"], ["1-2", "3"]]));
        assert_eq!(splits("/{a}-{b}-{c}", &"-".repeat(200)), None, "too many to look at");
    }

    #[test]
    fn literals_are_decoded() {
        let template = Template::parse("/a%20b/c").unwrap();
        assert_eq!(template.segments.first(), Some(&Segment::Literal("a b".to_owned())));
    }

    #[test]
    fn templates_that_no_path_can_match_are_refused() {
        for (text, fault) in [
            ("a", TemplateFault::NotAbsolute),
            ("/a?b=c", TemplateFault::QueryOrFragment),
            ("/#a", TemplateFault::QueryOrFragment),
            ("/{a", TemplateFault::Braces),
            ("/a}", TemplateFault::Braces),
            ("/{}", TemplateFault::Braces),
            ("/{a{b}}", TemplateFault::Braces),
            ("/a//b", TemplateFault::EmptySegment),
            ("/a/../b", TemplateFault::DotSegment),
            ("/{a}{b}", TemplateFault::Adjacent),
            ("/{a}/{a}", TemplateFault::Repeated),
            ("/%zz", TemplateFault::Escape),
            ("/%2f", TemplateFault::Escape),
            ("/%0a", TemplateFault::Escape),
            ("/a\\b", TemplateFault::Unsendable),
            ("/a\tb{c}", TemplateFault::Unsendable),
            ("/..;a", TemplateFault::DotSegment),
        ] {
            assert_eq!(Template::parse(text), Err(fault), "{text}");
        }
        assert_eq!(Template::parse(&"/a".repeat(500)), Err(TemplateFault::TooLong));
    }

    proptest! {
        #[test]
        fn the_first_split_is_one_of_all_and_all_rebuild_the_segment(segment in "[ab.é-]{0,9}") {
            for text in ["/{a}", "/{a}.{b}", "/{a}-{b}.{c}", "/a{a}-{b}-"] {
                let template = Template::parse(text).unwrap();
                let pattern = template.patterns().next().unwrap();
                let mut first = Vec::new();
                let is_match = pattern.split(&segment, |_, range| first.push(range));
                let all = pattern.splits(&segment).unwrap();
                prop_assert_eq!(all.first(), is_match.then_some(&first));
                for split in all {
                    let mut rebuilt = pattern.prefix().to_owned();
                    for (range, separator) in split.into_iter().zip(pattern.separators()) {
                        prop_assert!(!range.is_empty());
                        rebuilt += &segment[range];
                        rebuilt += separator;
                    }
                    prop_assert_eq!(&rebuilt, &segment);
                }
            }
        }
    }
}
