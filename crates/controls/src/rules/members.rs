//! The members of an object that a mask means.

use portcullis_json::Value;
use portcullis_policy::Hidden;

use super::is_below;

/// Whether the name of a member is the one that a pointer says.
pub(crate) type IsSame = fn(&str, &str) -> bool;

/// The same characters: what is no such member to the API's own documents is none to us.
pub(crate) fn exactly(own: &str, said: &str) -> bool {
    own == said
}

/// Tells `found` of each member that a mask means, and where it stands. `always` are not meant where all
/// but some are.
pub(crate) fn meant<'d>(
    object: Value<'d>,
    mask: &Hidden,
    always: &[String],
    is_same: IsSame,
    found: &mut dyn FnMut(&str, Value<'d>),
) {
    match mask {
        Hidden::Nothing => {}
        Hidden::These(pointers) => {
            for at in pointers {
                at_pointer(object, at, is_same, &mut |member| found(at, member));
            }
        }
        Hidden::AllBut(others) => all_but(object, "", &[others, always], found),
    }
}

/// The members at a pointer; lists on the way are looked through, and `*` is any member.
fn at_pointer<'d>(
    value: Value<'d>,
    pointer: &str,
    is_same: IsSame,
    found: &mut dyn FnMut(Value<'d>),
) {
    if value.is_array() {
        return value.items().for_each(|item| at_pointer(item, pointer, is_same, found));
    }
    let Some(rest) = pointer.strip_prefix('/') else { return };
    let (token, rest) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let name = token.replace("~1", "/").replace("~0", "~");
    for (own, member) in value.members() {
        if token != "*" && !is_same(own.as_str().unwrap_or_default(), &name) {
            continue;
        }
        if rest.is_empty() {
            found(member);
        } else {
            at_pointer(member, rest, is_same, found);
        }
    }
}

/// All members that are none of these, and do not lead to one.
fn all_but<'d>(
    value: Value<'d>,
    at: &str,
    others: &[&[String]],
    found: &mut dyn FnMut(&str, Value<'d>),
) {
    if value.is_array() {
        return value.items().for_each(|item| all_but(item, at, others, found));
    }
    for (name, member) in value.members() {
        let name = name.as_str().unwrap_or_default();
        let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        let any =
            |is_it: &dyn Fn(&str) -> bool| others.iter().copied().flatten().any(|one| is_it(one));
        if any(&|one| is_below(&at, one)) {
            continue;
        }
        if any(&|one| is_below(one, &at)) && (member.is_object() || member.is_array()) {
            all_but(member, &at, others, found);
        } else {
            found(&at, member);
        }
    }
}
