//! Values that conditions compare: texts, and attributes of one text or of several.

use portcullis_policy::Units;

use crate::formula::Formula;
use crate::kind::Kind;
use crate::names::{attribute, has, quoted};

/// One side of a comparison.
#[derive(Debug, Default)]
pub(crate) struct Side {
    /// What must be there.
    pub(crate) guards: Vec<Formula>,
    /// Its values, together.
    pub(crate) parts: Vec<Part>,
}

/// Values, as Cedar writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// A text, in its quotes.
    Text(String),
    /// Something of one text.
    One(String),
    /// A set of texts.
    Set(String),
}

impl Side {
    pub(super) fn text(text: &str) -> Self {
        Self { guards: Vec::new(), parts: vec![Part::Text(quoted(text))] }
    }

    pub(super) fn attribute(of: &str, name: &str, kind: Kind) -> Self {
        let value = attribute(of, name);
        let part = match kind {
            Kind::One => Part::One(value),
            Kind::Several => Part::Set(value),
        };
        Self { guards: vec![Formula::test(has(of, name))], parts: vec![part] }
    }
}

impl Part {
    /// Its one text.
    fn one(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::One(text) => Some(text),
            Self::Set(_) => None,
        }
    }
}

/// A set of single texts.
fn literal<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    format!("[{}]", texts.into_iter().collect::<Vec<_>>().join(", "))
}

/// All of it as one set; none: Cedar joins no sets.
fn as_set(parts: &[Part]) -> Option<String> {
    if let [Part::Set(set)] = parts {
        return Some(set.clone());
    }
    let texts: Option<Vec<&str>> = parts.iter().map(Part::one).collect();
    texts.filter(|texts| !texts.is_empty()).map(literal)
}

/// Whether one of the values is the text `true`.
pub(super) fn is_true(parts: &[Part]) -> Formula {
    is_in(parts, &[Part::Text(quoted("true"))])
}

/// Whether both sides have the same values; none: Cedar cannot say that.
pub(super) fn equal(left: &[Part], right: &[Part]) -> Option<Formula> {
    if let ([left], [right]) = (left, right)
        && let (Some(left), Some(right)) = (left.one(), right.one())
    {
        return Some(Formula::test(format!("{left} == {right}")));
    }
    Some(Formula::test(format!("{} == {}", as_set(left)?, as_set(right)?)))
}

/// Whether one of the values on the left is among those on the right.
pub(crate) fn is_in(left: &[Part], right: &[Part]) -> Formula {
    let singles: Vec<&str> = right.iter().filter_map(Part::one).collect();
    let among_singles = left.iter().map(|one| match (one, singles.as_slice()) {
        (_, []) => Formula::Known(false),
        (Part::Set(set), [only]) => Formula::test(format!("{set}.contains({only})")),
        (Part::Set(set), several) => {
            Formula::test(format!("{set}.containsAny({})", literal(several.iter().copied())))
        }
        (Part::Text(text) | Part::One(text), [only]) => Formula::test(format!("{text} == {only}")),
        (Part::Text(text) | Part::One(text), several) => {
            Formula::test(format!("{}.contains({text})", literal(several.iter().copied())))
        }
    });
    let sets = right.iter().filter_map(|one| match one {
        Part::Set(set) => Some(set),
        Part::Text(_) | Part::One(_) => None,
    });
    let among_sets = sets.flat_map(|set| {
        left.iter().map(move |one| match one {
            Part::Set(own) => Formula::test(format!("{own}.containsAny({set})")),
            Part::Text(text) | Part::One(text) => Formula::test(format!("{set}.contains({text})")),
        })
    });
    Formula::any(among_singles.chain(among_sets))
}

/// Whether every value on the left is among those on the right, which are of one attribute.
pub(super) fn all_in(left: &[Part], right: &[Part]) -> Formula {
    Formula::all(left.iter().map(|one| match (one, as_set(right)) {
        (_, None) => Formula::Known(false),
        (Part::Set(own), Some(set)) => Formula::test(format!("{set}.containsAll({own})")),
        (one, Some(_)) => is_in(std::slice::from_ref(one), right),
    }))
}

/// Whether a unit on the left is one on the right, or below it. The organisation is written out: for each
/// unit, those below it.
pub(super) fn under(left: &[Part], right: &[Part], units: &Units) -> Formula {
    let above = units.above();
    let mut ways = vec![is_in(left, right)];
    for (unit, below) in &above {
        let unit = Part::Text(quoted(unit));
        let below: Vec<Part> = below.iter().map(|one| Part::Text(quoted(one))).collect();
        let (constant, open): (Vec<_>, Vec<_>) =
            right.iter().cloned().partition(|part| matches!(part, Part::Text(_)));
        let is_below = is_in(left, &below);
        if constant.contains(&unit) {
            ways.push(is_below);
        } else if !open.is_empty() {
            let is_above = is_in(std::slice::from_ref(&unit), &open);
            ways.push(Formula::all([is_above, is_below]));
        }
    }
    Formula::any(ways)
}
