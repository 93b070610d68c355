//! Filters and orders by what a caller does not see: who may ask "is it greater than x?" often enough, knows it
//! (rule 15).

use portcullis_contract::{Member, ShapeId, Shapes};
use portcullis_model::{ControlId, Refusal, Status};
use portcullis_policy::Hidden;

use crate::rules::is_below;
use crate::urlencoded::{decode, pairs};

/// Words of parameters whose values name properties.
const NAMING: [&str; 16] = [
    "aggregate",
    "columns",
    "expand",
    "facet",
    "facets",
    "field",
    "fields",
    "filter",
    "group",
    "include",
    "order",
    "orderby",
    "ordering",
    "select",
    "sort",
    "where",
];
/// How deep members that are shown in part are looked into.
const DEPTH_MAX: usize = 8;

/// The refusal of a query that asks by a member that this caller does not see.
pub fn hidden_filter(parameter: &str) -> Refusal {
    let detail = format!("the query parameter `{parameter}` asks by what this caller does not see");
    Refusal::new(ControlId::ResponseShape, Status::FORBIDDEN, "hidden_filter", detail)
}

/// What the members are called that a mask hides, of objects of these shapes. `always` are not hidden where
/// all but some are.
pub fn hidden_names(
    mask: &Hidden,
    always: &[String],
    roots: &[ShapeId],
    shapes: &Shapes,
) -> Vec<String> {
    match mask {
        Hidden::Nothing => Vec::new(),
        Hidden::These(pointers) => pointers.iter().filter_map(|at| last(at)).collect(),
        Hidden::AllBut(shown) => {
            let mut names = Vec::new();
            let shown = [shown.as_slice(), always].concat();
            roots.iter().for_each(|root| others(*root, "", &shown, shapes, &mut names));
            names
        }
    }
}

/// The last name of a pointer.
fn last(pointer: &str) -> Option<String> {
    let named = pointer.rsplit('/').find(|token| *token != "*" && !token.is_empty())?;
    Some(named.replace("~1", "/").replace("~0", "~"))
}

/// The names of declared members that are none of these, and do not lead to one.
fn others(shape: ShapeId, at: &str, shown: &[String], shapes: &Shapes, names: &mut Vec<String>) {
    if at.matches('/').count() > DEPTH_MAX {
        return;
    }
    let object = shapes.item_of(shape).unwrap_or(shape);
    let object = &shapes.get(shapes.object_of(object)).object;
    for (name, _) in object.properties() {
        let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        if shown.iter().any(|one| is_below(&at, one)) {
            continue;
        }
        match object.member(name, &mut 0) {
            Member::Property(inner) if shown.iter().any(|one| is_below(one, &at)) => {
                others(inner.shape, &at, shown, shapes, names);
            }
            _ => names.push(name.to_owned()),
        }
    }
}

/// The first parameter of a query that asks by one of these members: it is called so (`min_price`,
/// `filter[price]`, `price__gte`), or its value names it where it is one that orders, filters or chooses
/// (`sort=-price,name`).
pub fn names_hidden(query: &[u8], hidden: &[String]) -> Option<String> {
    let query = std::str::from_utf8(query).ok()?;
    let hidden: Vec<String> = hidden.iter().map(|name| words(name).concat()).collect();
    let is_hidden = |words: &[String]| hidden.iter().any(|name| has_run(words, name));
    for (name, value) in pairs(query) {
        let (Ok(name), Ok(value)) = (decode(name), decode(value)) else { continue };
        let called = words(&name);
        let names_others = || called.iter().any(|word| NAMING.contains(&word.as_str()));
        if is_hidden(&called) || names_others() && is_hidden(&words(&value)) {
            return Some(name.into_owned());
        }
    }
    None
}

/// Whether some words that stand together are this one without its gaps.
fn has_run(words: &[String], name: &str) -> bool {
    let begins = |first: usize| {
        let mut rest = name;
        for word in words.iter().skip(first) {
            match rest.strip_prefix(word.as_str()) {
                Some("") => return true,
                Some(left) => rest = left,
                None => return false,
            }
        }
        false
    };
    (0..words.len()).any(begins)
}

/// A name as words in lower case: `minPrice`, `min_price` and `min[price]` are `min`, `price`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut is_open, mut was_lower) = (false, false);
    for one in name.chars() {
        if !one.is_alphanumeric() {
            is_open = false;
            continue;
        }
        if !is_open || one.is_uppercase() && was_lower {
            words.push(String::new());
        }
        is_open = true;
        was_lower = !one.is_uppercase();
        if let Some(word) = words.last_mut() {
            word.extend(one.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(query: &str) -> Option<String> {
        names_hidden(query.as_bytes(), &["date_of_birth".to_owned(), "risk".to_owned()])
    }

    #[test]
    fn a_hidden_member_is_found_in_names_and_orders() {
        for query in [
            "date_of_birth=1990-01-01",
            "a=b&dateOfBirth=1990",
            "min_date_of_birth=1990",
            "dateofbirth=1990",
            "DATE_OF_BIRTH=1990",
            "filter%5Bdate_of_birth%5D=1990",
            "date_of_birth__gte=1990",
            "address.risk=low",
            "sort=name,-risk",
            "order_by=%2Brisk",
            "orderBy=risk:desc",
            "%24filter=risk+eq+'low'",
            "where=%7B%22risk%22:1%7D",
            "fields=risk",
        ] {
            assert!(asks(query).is_some(), "{query}");
        }
    }

    #[test]
    fn what_only_resembles_it_passes() {
        for query in [
            "",
            "name=risk",
            "q=risk",
            "sort=name",
            "asterisk=1",
            "birth=1",
            "date=1&of=2",
            "sort=brisk",
        ] {
            assert_eq!(asks(query), None, "{query}");
        }
    }
}
