//! Conditions as they are written in a policy file.

use std::fmt::{Display, Formatter, Result};

use super::{Expression, Operand};
use crate::authorization::InputPlace;
use crate::callers::OfCaller;

impl Display for Expression {
    /// As the policy file writes it; relations are the members that they stand for.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Always => f.write_str("always"),
            Self::Mine => f.write_str("mine"),
            Self::Is(one) => write!(f, "{one}"),
            Self::Compare { left, how, right } => write!(f, "{left} {} {right}", how.symbol()),
            Self::Not(inner) if **inner == Self::Always => f.write_str("never"),
            Self::Not(inner) => write!(f, "not {}", Inside(inner)),
            Self::All(parts) => joined(f, parts, " and "),
            Self::Any(parts) => joined(f, parts, " or "),
        }
    }
}

/// A condition inside of another one.
struct Inside<'e>(&'e Expression);

impl Display for Inside<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.0 {
            Expression::All(_) | Expression::Any(_) => write!(f, "({})", self.0),
            one => write!(f, "{one}"),
        }
    }
}

fn joined(f: &mut Formatter<'_>, parts: &[Expression], between: &str) -> Result {
    for (place, part) in parts.iter().enumerate() {
        f.write_str(if place == 0 { "" } else { between })?;
        write!(f, "{}", Inside(part))?;
    }
    Ok(())
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            // A text that has both quotes cannot be written at all.
            Self::Text(text) if text.contains('"') => write!(f, "'{text}'"),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Number(text) => f.write_str(text),
            Self::Truth(truth) => write!(f, "{truth}"),
            Self::List(items) => {
                f.write_str("[")?;
                for (place, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if place == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Caller(OfCaller::Subject) => f.write_str("caller.subject"),
            Self::Caller(OfCaller::Attribute(name)) => write!(f, "caller.{name}"),
            Self::Resource(pointer) => write!(f, "resource.{pointer}"),
            Self::Request(place) => InputPlace::One(place.clone()).fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::callers::OfCaller;
    use crate::expression::{Expression, Named, Operand, read};
    use crate::login_place::request_place;

    fn read_one(text: &str) -> Expression {
        let read = read(text, &mut |named| match named {
            Named::Caller("subject") => Ok(Operand::Caller(OfCaller::Subject)),
            Named::Caller(name) => Ok(Operand::Caller(OfCaller::Attribute(name.into()))),
            Named::Resource(name) => Ok(Operand::Resource(name.to_owned())),
            Named::Request(name) => request_place(name)
                .map(Operand::Request)
                .ok_or_else(|| (String::new(), String::new())),
        });
        read.unwrap()
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        for text in [
            "mine",
            "not mine",
            "mine and not (caller.a or resource./b/c)",
            "(mine or caller.a) and caller.subject == path.id",
            "not (mine and mine)",
            "not not mine",
            "resource./status in [\"new\", 'say \"hi\"', -3, caller.groups, true]",
            "body./items/*/id != query.page or cookie.c under \"emea\"",
            "((mine or caller.a) or caller.b)",
        ] {
            let known = read_one(text);
            assert_eq!(read_one(&known.to_string()), known, "{text}: {known}");
        }
        assert_eq!(read_one("mine and (mine)").to_string(), "mine and mine");
    }
}
