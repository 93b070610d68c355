//! Resources that a contract suggests: what stands behind a path like `/orders/{id}` and says of itself
//! which one it is. A first draft for people to correct; nothing is decided by it.

mod members;
mod schemas;

use portcullis_contract::{Contract, Operation, Place};
use portcullis_model::Method;

use crate::naming::{folded, singular, words};
use schemas::Described;

/// Resources that are suggested for one contract.
const SUGGESTED_MAX: usize = 256;

/// Segments of a path that say "the caller's own".
const OWN: [&str; 7] = ["me", "my", "mine", "myself", "self", "own", "current"];

/// A type of object that a contract seems to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedResource {
    /// A name for it: `Order`, of `/orders/{id}`.
    pub name: String,
    /// What describes it: names of schemas, or answers like `getOrder.200`.
    pub schemas: Vec<String>,
    /// Where it has its ids: JSON Pointers, at least one.
    pub ids: Vec<String>,
    /// Where it may name its owner, the most likely first: JSON Pointers.
    pub owners: Vec<String>,
    /// Where it may name its tenant, the most likely first: JSON Pointers.
    pub tenants: Vec<String>,
    /// The operation that reads one, by its index.
    pub read_by: usize,
    /// The operation that lists them, by its index.
    pub list: Option<usize>,
    /// Whether the path of that list says that they are the caller's own.
    pub is_own_list: bool,
}

/// Whether a member of this name looks like somebody whose an object is.
pub fn names_an_owner(name: &str) -> bool {
    members::is_owner(name)
}

/// What the contract seems to have, in the order of its paths.
pub fn suggest_resources(contract: &Contract) -> Vec<SuggestedResource> {
    let mut all: Vec<SuggestedResource> = Vec::new();
    for (index, operation) in contract.operations.iter().enumerate() {
        let Some((collection, parameter)) = behind(operation) else { continue };
        let mut literals = literals(collection).rev();
        let Some(mut word) = literals.next() else { continue };
        // `/orders/by-code/{code}` names an order, too.
        let is_by = words(word).first().is_some_and(|first| first == "by");
        if is_by {
            let Some(before) = literals.next() else { continue };
            word = before;
        }
        let (of, name) = (folded(word), camel(word));
        if name.is_empty() {
            continue;
        }
        let Some(one) = schemas::of_one(contract, operation, &of, parameter) else { continue };
        if let Some(known) = all.iter_mut().find(|known| known.name == name) {
            known.add(&one.schema);
            known.add_id(&one.id, is_by);
            continue;
        }
        if all.len() == SUGGESTED_MAX {
            break;
        }
        let collection = if is_by {
            collection.rsplit_once('/').map_or("", |(above, _)| above)
        } else {
            collection
        };
        let list = list(contract, collection, &of, &one);
        let mut suggested = SuggestedResource {
            name,
            schemas: vec![one.schema],
            owners: members::owners(&contract.shapes, one.shape, &of, &one.id),
            tenants: members::tenants(&contract.shapes, one.shape, &of),
            ids: vec![one.id],
            read_by: index,
            list: list.as_ref().map(|(list, ..)| *list),
            is_own_list: list.as_ref().is_some_and(|(_, is_own, _)| *is_own),
        };
        if let Some((.., schema)) = list {
            suggested.add(&schema);
        }
        all.push(suggested);
    }
    all
}

impl SuggestedResource {
    fn add(&mut self, schema: &str) {
        if !self.schemas.iter().any(|known| known == schema) {
            self.schemas.push(schema.to_owned());
        }
    }

    /// The first one is that of the plain path.
    fn add_id(&mut self, id: &str, is_by: bool) {
        if !self.ids.iter().any(|known| known == id) {
            let at = if is_by { self.ids.len() } else { 0 };
            self.ids.insert(at, id.to_owned());
        }
    }
}

/// The path before its last parameter, and that parameter, of an operation that reads one object:
/// `/orders/{id}`, `/orders/{id}.json`.
fn behind(operation: &Operation) -> Option<(&str, &str)> {
    let (collection, last) = operation.template.trim_end_matches('/').rsplit_once('/')?;
    let (parameter, ending) = last.strip_prefix('{')?.split_once('}')?;
    let is_one = operation.method == Method::Get
        && !parameter.contains('{')
        && (ending.is_empty() || ending.starts_with('.') && !ending.contains('{'));
    is_one.then_some((collection, parameter))
}

/// The operation that lists such objects: one whose path says that they are the caller's own, else the one
/// on the collection; whether it says so; and what describes its items.
fn list(
    contract: &Contract,
    collection: &str,
    of: &str,
    one: &Described,
) -> Option<(usize, bool, String)> {
    let mut found = None;
    for (index, operation) in contract.operations.iter().enumerate() {
        let needs = operation.parameters.iter().any(|one| one.required || one.place == Place::Path);
        if operation.method != Method::Get || needs {
            continue;
        }
        let mut words: Vec<String> = literals(&operation.template).map(folded).collect();
        let is_own = words.iter().any(|word| OWN.contains(&word.as_str()));
        words.retain(|word| !OWN.contains(&word.as_str()));
        let is_of = words.last().is_some_and(|word| *word == of);
        let is_collection = operation.template.trim_end_matches('/') == collection;
        if !(is_of && is_own || is_collection) {
            continue;
        }
        let Some(schema) = schemas::of_list(contract, operation, of, &one.id) else { continue };
        if is_own {
            return Some((index, true, schema));
        }
        found = Some((index, false, schema));
    }
    found
}

fn literals(template: &str) -> impl DoubleEndedIterator<Item = &str> {
    template.split('/').filter(|segment| !segment.is_empty() && !segment.contains('{'))
}

/// `order-items` is `OrderItem`.
fn camel(segment: &str) -> String {
    let mut words = words(segment);
    if let Some(last) = words.last_mut() {
        *last = singular(last);
    }
    let capital = |word: &String| {
        let mut letters = word.chars();
        let first = letters.next().map(char::to_uppercase);
        first.into_iter().flatten().chain(letters).collect::<String>()
    };
    words.iter().map(capital).collect()
}
