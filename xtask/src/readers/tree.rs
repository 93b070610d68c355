//! What a reader made of a text, in the one form that all scripts write: values in hexadecimal.
//!
//! `n`, `t`, `f`; `#i7` a whole number; `#d` and the bits of a 64-bit float; `#l` a number as it was spelled; `"` and a text;
//! `[...]`; `{name:value}` with names in order. Pairs are a list of lists.

use std::collections::BTreeMap;

/// How deep a text may be nested: twice what the gateway lets through.
const DEPTH_MAX: usize = 128;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    Number(Number),
    Text(Vec<u8>),
    List(Vec<Tree>),
    Object(BTreeMap<Vec<u8>, Tree>),
}

/// A number, as far as a reader keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Number {
    Whole(String),
    Float(u64),
    Spelled(String),
}

impl Tree {
    /// Reads the form that scripts write.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut rest = text;
        let tree = value(&mut rest, 0)?;
        rest.is_empty().then_some(tree)
    }
}

fn value(rest: &mut &str, depth: usize) -> Option<Tree> {
    if depth > DEPTH_MAX {
        return None;
    }
    let mark = rest.get(..1)?;
    *rest = rest.get(1..)?;
    match mark {
        "n" => Some(Tree::Null),
        "t" => Some(Tree::Bool(true)),
        "f" => Some(Tree::Bool(false)),
        "#" => number(rest).map(Tree::Number),
        "\"" => Some(Tree::Text(hex(word(rest))?)),
        "[" => {
            let mut items = Vec::new();
            while !rest.starts_with(']') {
                items.push(value(rest, depth + 1)?);
                *rest = rest.strip_prefix(',').unwrap_or(rest);
            }
            *rest = rest.get(1..)?;
            Some(Tree::List(items))
        }
        "{" => {
            let mut members = BTreeMap::new();
            while !rest.starts_with('}') {
                let name = hex(word(rest))?;
                *rest = rest.strip_prefix(':')?;
                members.insert(name, value(rest, depth + 1)?);
                *rest = rest.strip_prefix(',').unwrap_or(rest);
            }
            *rest = rest.get(1..)?;
            Some(Tree::Object(members))
        }
        _ => None,
    }
}

/// What stands before the next sign.
fn word<'t>(rest: &mut &'t str) -> &'t str {
    let end = rest.find([',', ':', ']', '}']).unwrap_or(rest.len());
    let (word, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
    *rest = behind;
    word
}

fn number(rest: &mut &str) -> Option<Number> {
    let word = word(rest);
    let (kind, text) = word.split_at_checked(1)?;
    match kind {
        "i" => Some(Number::Whole(text.to_owned())),
        "d" => u64::from_str_radix(text, 16).ok().map(Number::Float),
        "l" => Some(Number::Spelled(text.to_owned())),
        _ => None,
    }
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.as_bytes().chunks(2).map(byte).collect()
}

/// How a reader's value is beside ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Likeness {
    Same,
    /// The same but for whole numbers that no 64-bit float holds.
    Rounded,
    Different,
}

/// Compares what was checked with what a reader says.
pub(crate) fn compare(ours: &Tree, theirs: &Tree) -> Likeness {
    let all = |pairs: &mut dyn Iterator<Item = (&Tree, &Tree)>| {
        pairs.map(|(one, other)| compare(one, other)).max().unwrap_or(Likeness::Same)
    };
    match (ours, theirs) {
        (Tree::Number(Number::Spelled(ours)), Tree::Number(theirs)) => likeness(ours, theirs),
        (Tree::List(ours), Tree::List(theirs)) if ours.len() == theirs.len() => {
            all(&mut ours.iter().zip(theirs))
        }
        (Tree::Object(ours), Tree::Object(theirs)) if ours.keys().eq(theirs.keys()) => {
            all(&mut ours.values().zip(theirs.values()))
        }
        _ if ours == theirs => Likeness::Same,
        _ => Likeness::Different,
    }
}

fn likeness(ours: &str, theirs: &Number) -> Likeness {
    let (is_same, is_rounded) = match theirs {
        Number::Spelled(text) | Number::Whole(text) => {
            (Decimal::of(ours) == Decimal::of(text), false)
        }
        Number::Float(bits) => {
            let near = ours.parse::<f64>().is_ok_and(|value| value.to_bits() == *bits);
            let whole = Decimal::of(ours).filter(|decimal| decimal.exponent >= 0);
            // A float of a whole number is that number, or another one.
            let exact = format!("{:.0}", f64::from_bits(*bits));
            (near, whole.is_some_and(|whole| Decimal::of(&exact) != Some(whole)))
        }
    };
    match (is_same, is_rounded) {
        (true, false) => Likeness::Same,
        (true, true) => Likeness::Rounded,
        _ => Likeness::Different,
    }
}

/// A decimal number without its spelling: digits without zeros at either end, and a power of ten.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn of(lexeme: &str) -> Option<Self> {
        let is_negative = lexeme.starts_with('-');
        let text = lexeme.strip_prefix('-').unwrap_or(lexeme);
        let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let kept = digits.trim_end_matches('0');
        let cut = digits.len() - kept.len();
        let length = |length: usize| i64::try_from(length).ok();
        let exponent = power.parse::<i64>().ok()? - length(fraction.len())? + length(cut)?;
        let digits = kept.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            // Zero has one spelling here: minus zero is told apart by nobody who compares.
            return Some(Self { is_negative: false, digits, exponent: 0 });
        }
        Some(Self { is_negative, digits, exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(ours: &str, theirs: &str) -> Likeness {
        compare(&Tree::read(ours).unwrap(), &Tree::read(theirs).unwrap())
    }

    #[test]
    fn numbers_are_compared_by_value_and_not_by_spelling() {
        assert_eq!(like("#l1e2", "#i100"), Likeness::Same);
        assert_eq!(like("#l1.50", "#d3ff8000000000000"), Likeness::Same);
        assert_eq!(like("#l-0", "#i0"), Likeness::Same);
        assert_eq!(like("#l9007199254740993", "#d4340000000000000"), Likeness::Rounded);
        assert_eq!(like("#l9007199254740993", "#i9007199254740992"), Likeness::Different);
        assert_eq!(like("#l0.1", "#d3fb999999999999a"), Likeness::Same);
        assert_eq!(like("#l1", "\"31"), Likeness::Different);
    }

    #[test]
    fn a_member_more_or_an_item_elsewhere_is_a_difference() {
        assert_eq!(like("{61:n}", "{61:n}"), Likeness::Same);
        assert_eq!(like("{61:n}", "{61:n,62:n}"), Likeness::Different);
        assert_eq!(like("[t,f]", "[f,t]"), Likeness::Different);
        assert_eq!(
            like("{61:#l9007199254740993,62:t}", "{61:#d4340000000000000,62:f}"),
            Likeness::Different
        );
    }
}
