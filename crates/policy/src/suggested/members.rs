//! Which members of an object look like its id, its owner, its tenant.

use portcullis_contract::{ShapeId, Shapes, Types};

use crate::naming::{id_of, words};

/// Owners, or tenants, that are suggested for one resource.
const SUGGESTED_MAX: usize = 4;
/// Objects inside one another in which an owner is looked for.
const DEPTH_MAX: usize = 2;

/// Words for somebody whose objects are, the most telling first.
const OWNERS: [&str; 22] = [
    "owner",
    "ownedby",
    "customer",
    "user",
    "account",
    "member",
    "patient",
    "client",
    "buyer",
    "holder",
    "subscriber",
    "guest",
    "student",
    "employee",
    "author",
    "creator",
    "createdby",
    "requester",
    "subject",
    "sender",
    "username",
    "login",
];

/// Words for something that keeps its objects apart from those of others.
const TENANTS: [&str; 7] =
    ["tenant", "organisation", "organization", "org", "company", "workspace", "site"];

/// Words behind them that say how they are named: `owner_email`.
const HOW: [&str; 12] = [
    "id", "uuid", "guid", "key", "code", "number", "email", "mail", "name", "login", "username",
    "ref",
];

/// By which of their members somebody is known.
const KNOWN_BY: [&str; 8] = ["id", "uuid", "gid", "sub", "email", "username", "login", "number"];

const ID_TYPES: Types = Types::STRING.or(Types::INTEGER);

/// The member that a path parameter names an object by.
pub(super) fn id(shapes: &Shapes, object: ShapeId, of: &str, parameter: &str) -> Option<String> {
    let own = words(parameter).concat();
    let last = words(parameter).pop().unwrap_or_default();
    let members: Vec<&str> = scalars(shapes, object).collect();
    let find = |is_it: &dyn Fn(&str) -> bool| members.iter().find(|name| is_it(name));
    let found = find(&|name| words(name).concat() == own)
        .or_else(|| find(&|name| words(name).concat() == last))
        .or_else(|| find(&|name| id_of(name).is_some_and(|named| named == of)))
        .or_else(|| find(&|name| matches!(name, "id" | "uuid" | "guid")));
    found.map(|name| pointer(name))
}

pub(super) fn is_owner(name: &str) -> bool {
    rank(name, &OWNERS).is_some()
}

/// Members that look like owners of an object.
pub(super) fn owners(shapes: &Shapes, object: ShapeId, of: &str, id: &str) -> Vec<String> {
    let mut found = Vec::new();
    who(shapes, object, "", of, 0, &mut found);
    found.retain(|(_, at)| at != id);
    // Somebody is their own.
    if let Some(rank) = OWNERS.iter().position(|word| *word == of) {
        found.push((2 * rank, id.to_owned()));
    }
    best(found)
}

/// Members that look like tenants of an object.
pub(super) fn tenants(shapes: &Shapes, object: ShapeId, of: &str) -> Vec<String> {
    let mut found = Vec::new();
    here(shapes, object, "", &TENANTS, |_, rank| TENANTS.get(rank) != Some(&of), &mut found);
    best(found)
}

/// Gathers owners, with how little they tell: the nearer the better.
fn who(
    shapes: &Shapes,
    object: ShapeId,
    at: &str,
    of: &str,
    depth: usize,
    found: &mut Vec<(usize, String)>,
) {
    let mut own = Vec::new();
    // Inside of something else, `user` and `login` alone are a count, or of somebody who did something.
    let is_meant = |name: &str, rank: usize| {
        OWNERS.get(rank) != Some(&of) && (depth == 0 || words(name).len() > 1)
    };
    here(shapes, object, at, &OWNERS, is_meant, &mut own);
    found.extend(own.into_iter().map(|(rank, at)| (rank + depth * 2 * OWNERS.len(), at)));
    if depth + 1 == DEPTH_MAX {
        return;
    }
    for (name, property) in shapes.get(object).object.properties() {
        let is_list = shapes.get(property.shape).items.is_some();
        if !is_list && !scalar(shapes, property.shape) && rank(name, &OWNERS).is_none() {
            let place = format!("{at}{}", pointer(name));
            who(shapes, property.shape, &place, of, depth + 1, found);
        }
    }
}

/// The members of one object that are such words: values, or objects that somebody is known by.
fn here(
    shapes: &Shapes,
    object: ShapeId,
    at: &str,
    list: &[&str],
    is_meant: impl Fn(&str, usize) -> bool,
    found: &mut Vec<(usize, String)>,
) {
    for (name, property) in shapes.get(object).object.properties() {
        let Some(rank) = rank(name, list) else { continue };
        let place = format!("{at}{}", pointer(name));
        if scalar(shapes, property.shape) {
            if is_meant(name, rank) {
                found.push((2 * rank, place));
            }
            continue;
        }
        let known_by =
            |known: &&&str| scalars(shapes, property.shape).any(|member| member == **known);
        if let Some(known) = KNOWN_BY.iter().find(known_by) {
            found.push((2 * rank + 1, format!("{place}/{known}")));
        }
    }
}

fn best(mut found: Vec<(usize, String)>) -> Vec<String> {
    found.sort();
    found.dedup_by(|one, other| one.1 == other.1);
    found.into_iter().map(|(_, at)| at).take(SUGGESTED_MAX).collect()
}

/// Which of these words a name is, but for how it names it.
fn rank(name: &str, list: &[&str]) -> Option<usize> {
    let mut words = words(name);
    let whole = words.concat();
    if words.len() > 1 && words.last().is_some_and(|last| HOW.contains(&last.as_str())) {
        words.pop();
    }
    let base = words.concat();
    list.iter().position(|word| *word == base || *word == whole)
}

fn scalars(shapes: &Shapes, object: ShapeId) -> impl Iterator<Item = &str> {
    let members = shapes.get(object).object.properties();
    members.filter(|(_, one)| scalar(shapes, one.shape)).map(|(name, _)| name)
}

fn scalar(shapes: &Shapes, id: ShapeId) -> bool {
    let types = shapes.get(id).types;
    types.intersects(ID_TYPES) && !types.intersects(Types::OBJECT.or(Types::ARRAY))
}

/// A member of the root, as a JSON Pointer.
pub(super) fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}
