//! What an answer says of how many there are, beside a list.

use std::collections::HashSet;

use portcullis_contract::{Operation, Rest, ShapeId, Shapes};
use portcullis_json::{Document, Kind, Value};

use crate::alike::folded;
use crate::coverage::is_success;

/// A member that says how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Total {
    /// It says so of this.
    Of(What),
    /// It is called so, and might be a sum of anything: `total_price`.
    Something,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Items,
    Pages,
}

impl Total {
    /// By the name of a member.
    pub(super) fn of(name: &str) -> Option<Self> {
        const NAMES: [(&str, What); 12] = [
            ("count", What::Items),
            ("itemcount", What::Items),
            ("lastpage", What::Pages),
            ("numfound", What::Items),
            ("pagecount", What::Pages),
            ("pages", What::Pages),
            ("size", What::Items),
            ("total", What::Items),
            ("totalcount", What::Items),
            ("totalelements", What::Items),
            ("totalitems", What::Items),
            ("totalpages", What::Pages),
        ];
        let plain = folded(name);
        if plain.len() > 16 {
            return None;
        }
        match NAMES.binary_search_by_key(&plain.as_str(), |(known, _)| known) {
            Ok(at) => NAMES.get(at).map(|(_, what)| Self::Of(*what)),
            Err(_) => plain.starts_with("total").then_some(Self::Something),
        }
    }

    /// What it counts, where that is clear.
    pub(super) const fn counts(self) -> Option<What> {
        match self {
            Self::Of(what) => Some(what),
            Self::Something => None,
        }
    }
}

/// Shapes of one operation's answers that are looked at for totals.
const SHAPES_MAX: usize = 2_000;

/// Whether answers of success of an operation declare a member that may count something. What is not declared does not
/// leave.
pub fn declares_total(shapes: &Shapes, operation: &Operation) -> bool {
    let answers = operation.responses.iter().filter(|answer| is_success(answer.status));
    let schemas = answers.flat_map(|answer| &answer.media).filter_map(|one| one.schema.as_ref());
    let mut next: Vec<ShapeId> = schemas.map(|schema| schema.shape).collect();
    let mut seen = HashSet::new();
    while let Some(id) = next.pop() {
        if seen.len() == SHAPES_MAX {
            return true;
        }
        if !seen.insert(id) {
            continue;
        }
        let shape = shapes.get(id);
        for (name, property) in shape.object.properties() {
            if Total::of(name).is_some() {
                return true;
            }
            next.push(property.shape);
        }
        next.extend(shape.items);
        if let Rest::Map(values) = shape.object.rest {
            next.push(values);
        }
    }
    false
}

/// Names of members that say which part of a list this is.
pub(super) fn is_page(name: &str) -> bool {
    const NAMES: [&str; 7] =
        ["cursor", "meta", "metadata", "page", "pageinfo", "pagination", "paging"];
    NAMES.binary_search(&folded(name).as_str()).is_ok()
}

/// A total that stays, and says how much is shown.
#[derive(Debug)]
pub(super) struct Counted {
    index: u32,
    what: What,
    lists: Vec<u32>,
}

impl Counted {
    /// One total counts one more list.
    pub(super) fn add(all: &mut Vec<Self>, index: u32, what: What, list: u32) {
        match all.iter_mut().find(|known| known.index == index) {
            Some(known) if known.lists.contains(&list) => {}
            Some(known) => known.lists.push(list),
            None => all.push(Self { index, what, lists: vec![list] }),
        }
    }

    /// What each of them says, once it is known what does not leave.
    pub(super) fn recounted(all: &[Self], document: &Document, dropped: &[u32]) -> Vec<(u32, u64)> {
        if all.is_empty() {
            return Vec::new();
        }
        let dropped: HashSet<u32> = dropped.iter().copied().collect();
        let shown = |list: &u32| {
            let Some(list) = document.at(*list) else { return 0 };
            let items = list.items().map(Value::index);
            // Beside the values of a map there may be what counts them.
            let values = list.members().map(|(_, value)| value);
            let values = values.filter(|one| matches!(one.kind(), Kind::Object | Kind::Array));
            let all = items.chain(values.map(Value::index));
            all.filter(|index| !dropped.contains(index)).count() as u64
        };
        let said = all.iter().map(|one| {
            let items: u64 = one.lists.iter().map(shown).sum();
            let number = match one.what {
                What::Items => items,
                What::Pages => items.min(1),
            };
            (one.index, number)
        });
        said.collect()
    }
}
