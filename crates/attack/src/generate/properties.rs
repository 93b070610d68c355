//! Which properties of an object are not for somebody to write?

use std::collections::VecDeque;

use portcullis_contract::{Contract, Member, ShapeId, Types};
use portcullis_policy::Hidden;

/// How far into an object is looked.
const DEPTH_MAX: usize = 3;
/// Properties of one object that are looked at.
const LOOKED_AT_MAX: usize = 200;

/// What the contract says of a property in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// It is declared.
    Writable,
    /// It is declared `readOnly`.
    ReadOnly,
    /// It is not declared, beside others that are.
    Undeclared,
}

/// The properties of an object that are single values, by JSON Pointers in which `*` stands for the items of a list.
pub(super) fn single(contract: &Contract, from: ShapeId) -> Vec<String> {
    let mut waiting = VecDeque::from([(String::new(), from, 0)]);
    let mut found = Vec::new();
    let mut looked = 0;
    while let Some((at, id, depth)) = waiting.pop_front() {
        looked += 1;
        if looked > LOOKED_AT_MAX {
            break;
        }
        let shape = contract.shapes.get(id);
        let is_single = shape.types != Types::NONE && Types::SCALAR.contains(shape.types);
        if is_single && !at.ends_with("/*") {
            found.push(at);
            continue;
        }
        if depth == DEPTH_MAX {
            continue;
        }
        if let Some(items) = shape.items {
            waiting.push_back((format!("{at}/*"), items, depth));
        }
        for (name, property) in shape.object.properties() {
            let name = name.replace('~', "~0").replace('/', "~1");
            waiting.push_back((format!("{at}/{name}"), property.shape, depth + 1));
        }
    }
    found
}

/// What a body of this shape says of a property; none: nothing clear, or of what is around it neither.
pub(super) fn said(contract: &Contract, body: ShapeId, pointer: &str) -> Option<Said> {
    let mut at = body;
    let mut names = pointer.split('/').skip(1).peekable();
    while let Some(name) = names.next() {
        let shape = contract.shapes.get(at);
        if name == "*" {
            at = shape.items?;
            continue;
        }
        let name = name.replace("~1", "/").replace("~0", "~");
        at = match shape.object.member(&name, &mut 0) {
            Member::Property(property) if property.read_only => return Some(Said::ReadOnly),
            Member::Property(property) => property.shape,
            Member::Undeclared | Member::Closed if names.peek().is_none() => {
                return Some(Said::Undeclared);
            }
            _ => return None,
        };
        if contract.shapes.get(at).read_only {
            return Some(Said::ReadOnly);
        }
    }
    Some(Said::Writable)
}

/// Whether each of these masks keeps a member from somebody; none: nobody says anything of members.
pub(super) fn are_closed(masks: &[&Hidden], pointer: &str) -> bool {
    !masks.is_empty() && masks.iter().all(|mask| closes(mask, pointer))
}

fn closes(mask: &Hidden, pointer: &str) -> bool {
    // Masks lead through lists without a word.
    let plain = pointer.replace("/*", "");
    let is_below = |one: &String| {
        plain
            .strip_prefix(one.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    match mask {
        Hidden::Nothing => false,
        Hidden::These(members) => members.iter().any(is_below),
        Hidden::AllBut(members) => !members.iter().any(is_below),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_closes_what_is_below_its_members() {
        let these = Hidden::These(vec!["/status".to_owned(), "/items/price".to_owned()]);
        let but = Hidden::AllBut(vec!["/note".to_owned(), "/items".to_owned()]);
        for (mask, pointer, expected) in [
            (&these, "/status", true),
            (&these, "/status_text", false),
            (&these, "/status/word", true),
            (&these, "/items/*/price", true),
            (&these, "/items/*/n", false),
            (&but, "/note", false),
            (&but, "/notes", true),
            (&but, "/items/*/n", false),
            (&but, "/status", true),
            (&Hidden::Nothing, "/status", false),
        ] {
            assert_eq!(are_closed(&[mask], pointer), expected, "{mask:?} {pointer}");
        }
        assert!(!are_closed(&[&these, &Hidden::Nothing], "/status"), "one of them lets it through");
        assert!(!are_closed(&[], "/status"));
    }
}
