//! Prototypes: names and paths of names that reach the object that all objects share (CWE-1321).
//!
//! `constructor` alone is an honest name (of teams in racing), and so is `prototype`; one inside the other
//! is not. Whoever looks at names of members inside one another joins them with dots.

use std::ops::Range;

use crate::bytes::{at, is_name, is_space, next, part, run_back, span, stands};
use crate::classes::Classes;
use crate::found::{Look, Reason};
use crate::fuel::Fuel;

const NAME: Reason = Reason {
    name: "prototype-name",
    text: "a name that reaches the prototype that all objects share",
};
const WAY: Reason = Reason {
    name: "prototype-path",
    text: "a path of names that leads to the prototype that all objects share",
};

/// Names that nobody honest gives a member.
const NAMES: [&str; 5] =
    ["__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"];

/// What a way to a prototype is written with.
const OF_PROTO: Classes = Classes::of_constant(b"__proto__");
const OF_WAYS: Classes = Classes::of_constant(b"constructorprototype");

/// Looks at a name of a member, or at names inside one another, joined with dots.
pub(crate) fn look_at_name(name: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    let (could_be, could_lead) = (classes.have(b'_'), classes.have_all(OF_WAYS));
    if !could_be && !could_lead {
        return Ok(None);
    }
    fuel.burn(name.len() * 2)?;
    let bytes = name.as_bytes();
    let found = NAMES.iter().filter(|_| could_be).find_map(|known| {
        let at = next(bytes, 0, known.as_bytes())?;
        stands_alone(bytes, at..at + known.len())
            .then_some((NAME, span(name, at..at + known.len())))
    });
    Ok(found.or_else(|| if could_lead { through_constructor(name) } else { None }))
}

/// Looks at a text.
pub(crate) fn look(text: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    let (could_be, could_lead) = (classes.have_all(OF_PROTO), classes.have_all(OF_WAYS));
    if !could_be && !could_lead {
        return Ok(None);
    }
    fuel.burn(text.len() * 2)?;
    let bytes = text.as_bytes();
    let mut from = 0;
    while could_be && let Some(start) = next(bytes, from, b"__proto__") {
        let end = start + b"__proto__".len();
        if is_step(bytes, start, end) {
            return Ok(Some((WAY, span(text, start..end))));
        }
        from = end;
    }
    Ok(if could_lead { through_constructor(text) } else { None })
}

/// `[__proto__]`, `__proto__.x`, `__proto__[x]`, `"__proto__": {`: a step on a path, not a word about it.
fn is_step(bytes: &[u8], start: usize, end: usize) -> bool {
    let (before, mut after) = (at(bytes, start.wrapping_sub(1)), end);
    if matches!(at(bytes, after), b'"' | b'\'' | b']') {
        after += 1;
    }
    let behind = at(bytes, after);
    let is_closed = at(bytes, end) == b']' && (before == b'[' || matches!(before, b'"' | b'\''));
    is_closed
        || behind == b'['
        || (behind == b'.' && is_name(at(bytes, after + 1)))
        || (behind == b':' && matches!(before, b'"' | b'\''))
        || (behind == b'=' && at(bytes, after + 1) != b'=' && start == 0)
}

/// `constructor.prototype`, `constructor[prototype]`, `["constructor"]["prototype"]`.
fn through_constructor(text: &str) -> Option<(Reason, Range<usize>)> {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(start) = next(bytes, from, b"prototype") {
        let end = start + b"prototype".len();
        let joint = run_back(bytes, start, |byte| is_space(byte) || b".[]\"':{".contains(&byte));
        let word = joint.saturating_sub(b"constructor".len());
        let is_joined = joins(part(bytes, joint..start));
        let is_way =
            is_joined && stands(bytes, word, b"constructor") && stands_alone(bytes, word..end);
        // `Foo.constructor.prototype.bar` is what programs say; a path of a parameter begins with it
        // or sets it.
        let begins = word == 0 || matches!(at(bytes, word - 1), b'[' | b'"' | b'\'' | b'&' | b'?');
        if is_way && (begins || part(bytes, end..(end + 40).min(bytes.len())).contains(&b'=')) {
            return Some((WAY, span(text, word..end)));
        }
        from = end;
    }
    None
}

/// A dot, brackets, or a member of a member in JSON; not a colon and a space, which prose has.
fn joins(joint: &[u8]) -> bool {
    let has = |byte: u8| joint.contains(&byte);
    let is_member = has(b':') && has(b'{') && (has(b'"') || has(b'\''));
    let is_step =
        !joint.is_empty() && !has(b':') && !has(b'{') && !joint.iter().any(|byte| is_space(*byte));
    is_member || is_step
}

fn stands_alone(bytes: &[u8], range: Range<usize>) -> bool {
    !is_name(at(bytes, range.start.wrapping_sub(1))) && !is_name(at(bytes, range.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_found(text: &str) -> bool {
        look(text, Classes::of(text), &mut Fuel::new(1 << 20)).expect("fuel").is_some()
    }

    #[test]
    fn a_path_to_the_prototype_is_found() {
        for text in [
            "a[__proto__][x]",
            "__proto__.isAdmin",
            "__proto__[v-if]=x",
            r#"{"__proto__": {"admin": true}}"#,
            "constructor.prototype.x",
            "constructor[prototype][x]",
            r#"{"constructor": {"prototype": {"admin": true}}}"#,
            r#"a["constructor"]["prototype"]"#,
        ] {
            assert!(is_found(text), "{text}");
        }
    }

    #[test]
    fn words_about_it_pass() {
        for text in [
            "the __proto__ property",
            "every constructor has a prototype.",
            "prototype",
            "a.prototype.b",
            "constructor: prototype",
        ] {
            assert!(!is_found(text), "{text}");
        }
    }

    #[test]
    fn names_are_judged_as_names() {
        let is_found = |name: &str| {
            look_at_name(name, Classes::of(name), &mut Fuel::new(1 << 20)).expect("fuel").is_some()
        };
        for name in ["__proto__", "a.__proto__.b", "constructor.prototype", "__defineGetter__"] {
            assert!(is_found(name), "{name}");
        }
        for name in ["constructor", "prototype", "proto", "my__proto__x"] {
            assert!(!is_found(name), "{name}");
        }
    }
}
