//! Bounds of numbers, as keywords of the schema library: compared by what is written.

use std::cmp::Ordering;

use jsonschema::{Keyword, ValidationError};
use serde_json::{Map, Value as Data};

use super::decimal::Decimal;
use super::representation::{Item, Representation};
use super::wanted::of_value;
use crate::document::Node;

/// Where a schema keeps the lexemes of bounds that no double holds.
pub(super) const EXACT: &str = "x-portcullis-exact";
/// What is said about numbers by the format of this name.
pub(super) const NUMBER_FORMAT: &str = "x-portcullis-format";

/// The keywords that are replaced.
pub(super) const BOUNDS: [&str; 5] =
    ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

/// A bound of numbers.
struct Bound {
    relation: Relation,
    lexeme: Box<str>,
    /// The relation, for people.
    words: &'static str,
    /// The bound, if it is a small whole number: the way that nearly all values take.
    small: Option<i64>,
}

/// How a number must stand to the bound.
enum Relation {
    Order(fn(Ordering) -> bool),
    Multiple,
}

/// A keyword for the library.
pub(super) type Made = Box<dyn for<'i> Keyword<'i, Representation>>;

/// The keyword of this name, one of [`BOUNDS`], made of the schema that it stands in.
pub(super) fn bound(name: &str, schema: &Map<String, Data>, value: &Data) -> Made {
    let exact = schema.get(EXACT).and_then(|all| all.get(name)).and_then(Data::as_str);
    let lexeme: Box<str> = exact.map_or_else(|| value.to_string(), str::to_owned).into();
    let (relation, words) = match name {
        "minimum" => (Relation::Order(Ordering::is_ge), "at least"),
        "maximum" => (Relation::Order(Ordering::is_le), "at most"),
        "exclusiveMinimum" => (Relation::Order(Ordering::is_gt), "more than"),
        "exclusiveMaximum" => (Relation::Order(Ordering::is_lt), "less than"),
        _ => (Relation::Multiple, "a multiple of"),
    };
    Box::new(Bound { relation, small: lexeme.parse().ok(), lexeme, words })
}

impl<'i> Keyword<'i, Representation> for Bound {
    fn validate(&self, instance: Item<'i>) -> Result<(), ValidationError<'i>> {
        let is_valid = Keyword::<Representation>::is_valid(self, instance);
        verdict(is_valid, || format!("{} {}", self.words, self.lexeme))
    }

    fn is_valid(&self, instance: Item<'i>) -> bool {
        let Some(lexeme) = instance.lexeme() else {
            return true;
        };
        match &self.relation {
            Relation::Order(accepts) => accepts(self.order(lexeme)),
            // A divisor that cannot be computed with closes the operation before it comes here.
            Relation::Multiple => {
                Decimal::read(lexeme).is_multiple_of(&Decimal::read(&self.lexeme)) == Some(true)
            }
        }
    }
}

impl Bound {
    fn order(&self, lexeme: &str) -> Ordering {
        match (lexeme.parse::<i64>(), self.small) {
            (Ok(value), Some(bound)) => value.cmp(&bound),
            _ => Decimal::read(lexeme).cmp(&Decimal::read(&self.lexeme)),
        }
    }
}

/// What a format says about numbers.
#[derive(Debug, Clone, Copy)]
pub(super) enum NumberFormat {
    /// Whole numbers of this range.
    Whole(&'static str, &'static str),
    /// What single precision holds without becoming infinite.
    Single,
}

impl NumberFormat {
    /// What the format of this name says about numbers, if anything (OpenAPI Format Registry).
    /// `double` says what holds for every number that is read.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "int8" => Self::Whole("-128", "127"),
            "int16" => Self::Whole("-32768", "32767"),
            "int32" => Self::Whole("-2147483648", "2147483647"),
            "int64" => Self::Whole("-9223372036854775808", "9223372036854775807"),
            "uint8" => Self::Whole("0", "255"),
            "uint16" => Self::Whole("0", "65535"),
            "uint32" => Self::Whole("0", "4294967295"),
            "uint64" => Self::Whole("0", "18446744073709551615"),
            "double-int" => Self::Whole("-9007199254740991", "9007199254740991"),
            "float" => Self::Single,
            _ => return None,
        })
    }

    pub(super) fn holds(self, lexeme: &str) -> bool {
        match self {
            Self::Whole(least, most) => {
                let value = Decimal::read(lexeme);
                value.is_whole() && value >= Decimal::read(least) && value <= Decimal::read(most)
            }
            Self::Single => lexeme.parse::<f32>().is_ok_and(f32::is_finite),
        }
    }
}

/// The keyword that holds numbers to the format of this name.
pub(super) fn number_format<'a>(value: &Data) -> Result<Made, ValidationError<'a>> {
    match value.as_str().and_then(NumberFormat::named) {
        Some(format) => Ok(Box::new(format)),
        None => Err(ValidationError::custom("this format says nothing about numbers")),
    }
}

impl<'i> Keyword<'i, Representation> for NumberFormat {
    fn validate(&self, instance: Item<'i>) -> Result<(), ValidationError<'i>> {
        let is_valid = Keyword::<Representation>::is_valid(self, instance);
        verdict(is_valid, || match self {
            Self::Whole(least, most) => format!("an integer from {least} to {most}"),
            Self::Single => "a number that single precision holds".to_owned(),
        })
    }

    fn is_valid(&self, instance: Item<'i>) -> bool {
        instance.lexeme().is_none_or(|lexeme| self.holds(lexeme))
    }
}

/// A value that must be this one.
struct Same(Data);

/// The keyword `const`, for all values.
pub(super) fn constant(value: &Data) -> Made {
    Box::new(Same(value.clone()))
}

impl<'i> Keyword<'i, Representation> for Same {
    fn validate(&self, instance: Item<'i>) -> Result<(), ValidationError<'i>> {
        verdict(Keyword::<Representation>::is_valid(self, instance), || of_value(&self.0))
    }

    fn is_valid(&self, instance: Item<'i>) -> bool {
        jsonschema::json::Node::equals_value(&instance, &self.0)
    }
}

/// The verdict of a keyword of our own; if it is not met, what would have been right.
pub(super) fn verdict<'i>(
    is_valid: bool,
    wanted: impl FnOnce() -> String,
) -> Result<(), ValidationError<'i>> {
    if is_valid { Ok(()) } else { Err(ValidationError::custom(wanted())) }
}

/// Adds what 3.0 writes in two keywords: `exclusiveMinimum: true`.
pub(super) fn join_bounds(schema: Node<'_>, out: &mut Map<String, Data>) {
    for (inclusive, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")]
    {
        if schema.is_true(exclusive)
            && let Some(bound) = out.remove(inclusive)
        {
            out.insert(exclusive.to_owned(), bound);
            let exact = out.get_mut(EXACT).and_then(Data::as_object_mut);
            if let Some(exact) = exact
                && let Some(lexeme) = exact.remove(inclusive)
            {
                exact.insert(exclusive.to_owned(), lexeme);
            }
        }
    }
}

/// A format of numbers is a keyword of its own, because the library asks formats of texts only.
pub(super) fn split_format(out: &mut Map<String, Data>) {
    let Some(name) = out.get("format").and_then(Data::as_str) else {
        return;
    };
    if NumberFormat::named(name).is_none() {
        return;
    }
    let name = Data::from(name);
    let allows = |wanted: &[&str]| match out.get("type") {
        None => true,
        Some(Data::Array(types)) => {
            types.iter().filter_map(Data::as_str).any(|known| wanted.contains(&known))
        }
        Some(known) => known.as_str().is_some_and(|known| wanted.contains(&known)),
    };
    let (is_number, is_text) = (allows(&["number", "integer"]), allows(&["string"]));
    if is_number {
        out.insert(NUMBER_FORMAT.to_owned(), name);
    }
    if !is_text {
        out.remove("format");
    }
}
