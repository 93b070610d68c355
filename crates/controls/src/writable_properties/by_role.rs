//! What of a body this caller may not write: the masks of the rules that permit the object.

use portcullis_contract::{ShapeId, Shapes, folded_name};
use portcullis_json::{Document, Value};
use portcullis_model::Pointer;
use portcullis_policy::Hidden;

use super::{Unwritable, Why};
use crate::labelled;
use crate::object_ownership::Places;
use crate::rules::{is_below, members};

/// What is known of a body.
#[derive(Clone, Copy)]
pub struct Sent<'a> {
    /// What is declared of it.
    pub shape: Option<ShapeId>,
    /// All shapes.
    pub shapes: &'a Shapes,
    /// Where objects stand.
    pub places: &'a Places,
    /// It lists what is to be done to an object (JSON Patch, RFC 6902).
    pub is_patch: bool,
}

/// What these masks, each of a resource, take out of a body: of the body itself, or of each item where it is a
/// list, and of every object in it that the contract calls one of that resource.
pub fn find(document: &Document, masks: &[(usize, Hidden)], sent: Sent<'_>) -> Vec<Unwritable> {
    let root = document.root();
    let mut found = Vec::new();
    for (resource, mask) in masks {
        if sent.is_patch {
            root.items().for_each(|step| patched(step, mask, &mut found));
            continue;
        }
        of_object(root, mask, &mut found);
        if let Some(shape) = sent.shape {
            let leads = |shape| sent.places.leads(shape);
            labelled::each(root, shape, sent.shapes, &leads, &mut |value, shape| {
                if sent.places.own(shape).contains(resource) {
                    of_object(value, mask, &mut found);
                }
            });
        }
    }
    found.sort_by_key(|one: &Unwritable| one.index);
    found.dedup_by_key(|one| one.index);
    found
}

fn of_object(object: Value<'_>, mask: &Hidden, found: &mut Vec<Unwritable>) {
    members::meant(object, mask, &[], is_same, &mut |at, member| note(member, at, found));
}

/// Frameworks bind `Status` and `status` to the same property.
fn is_same(own: &str, said: &str) -> bool {
    own == said || folded_name(own) == folded_name(said)
}

/// A step of a patch: where it writes, and where it takes something from.
fn patched(step: Value<'_>, mask: &Hidden, found: &mut Vec<Unwritable>) {
    let at = |name: &str| step.get(name).and_then(Value::as_str);
    let is_test = at("op") == Some("test");
    let from = at("from").filter(|_| at("op") != Some("copy"));
    let writes = at("path").into_iter().chain(from);
    let mut barred = writes.filter(|_| !is_test).filter(|path| is_barred(path, mask));
    if let Some(path) = barred.next() {
        note(step, path, found);
    }
}

fn is_barred(path: &str, mask: &Hidden) -> bool {
    let path = plain(path);
    match mask {
        Hidden::Nothing => false,
        Hidden::These(pointers) => pointers.iter().any(|one| {
            let one = plain(one);
            is_below(&path, &one) || is_below(&one, &path)
        }),
        Hidden::AllBut(others) => !others.iter().any(|one| is_below(&path, &plain(one))),
    }
}

/// A pointer without places in lists, and with names as they are compared.
fn plain(pointer: &str) -> String {
    let is_place = |token: &str| {
        token == "-" || !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit())
    };
    let tokens = pointer.split('/').skip(1).filter(|token| !is_place(token));
    tokens.fold(String::new(), |mut all, token| {
        all.push('/');
        all.push_str(&folded_name(&token.replace("~1", "/").replace("~0", "~")));
        all
    })
}

fn note(member: Value<'_>, at: &str, found: &mut Vec<Unwritable>) {
    let mut pointer = Pointer::root();
    for token in at.split('/').skip(1) {
        pointer.push(&token.replace("~1", "/").replace("~0", "~"));
    }
    found.push(Unwritable { index: member.index(), at: pointer, why: Why::Role });
}
