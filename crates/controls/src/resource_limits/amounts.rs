//! How much one request asks for: items of a page, where in a list it begins, objects in a list. Where the contract
//! sets no bound of its own, that of the policy holds.

mod names;
mod outside;
mod said;
mod tree;

use portcullis_contract::{Bounds, ShapeId, Shapes, Types};
use portcullis_model::{ControlId, Refusal, Status};
use portcullis_policy::{Limits, OperationAmounts};

pub use outside::{Outside, judge_parameters};
pub use tree::judge_tree;

use names::{Meaning, Sureness};
use said::Amount;

/// What is known when one request is judged.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The shapes of the contract.
    pub shapes: &'a Shapes,
    /// The bounds of all operations.
    pub limits: &'a Limits,
    /// Those of this one.
    pub own: OperationAmounts,
    /// Whether values are held to their schemas; else what those say bounds nothing.
    pub is_held: bool,
}

/// Whether a name can say how many items a page has; some of them say it beside other names of paging alone.
pub fn is_page_size(name: &str) -> bool {
    matches!(names::meaning(name), Some((Meaning::Size, _)))
}

/// What is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Excess {
    /// A page of this many items, or a place this far into a list.
    Above(Meaning),
    /// Less than nothing, or a page of nothing, which many take for "all".
    Below(Meaning),
    /// Something else than a number that all read alike: `all`, `10;`, `+10`.
    NoNumber,
    /// A list of this many objects.
    Items,
}

impl Asking<'_> {
    fn bounds(&self, shape: Option<ShapeId>) -> Bounds {
        let shape = shape.filter(|_| self.is_held);
        shape.map(|id| self.shapes.get(id).bounds).unwrap_or_default()
    }

    /// Judges a value under a name that says how many, or from where; `is_paged`: whether something beside it says that
    /// there are pages.
    fn amount(
        &self,
        place: &dyn Fn() -> String,
        (meaning, sureness): (Meaning, Sureness),
        (text, shape): (&str, Option<ShapeId>),
        is_paged: &dyn Fn() -> bool,
    ) -> Result<(), Box<Refusal>> {
        let held = shape.filter(|_| self.is_held).map(|id| self.shapes.get(id));
        let is_choice = held.is_some_and(|shape| {
            shape.is_choice && !shape.types.intersects(Types::ARRAY.or(Types::OBJECT))
        });
        if is_choice {
            return Ok(());
        }
        // A pattern that leaves no room for everything says which words are meant.
        let is_listed = held.is_some_and(|shape| shape.text.is_confined);
        let is_size = meaning == Meaning::Size;
        let is_sure = is_size && sureness == Sureness::Alone;
        let bounds = self.bounds(shape);
        let excess = match Amount::read(text) {
            // `page=about` is a page of another kind, `size=XL` another size.
            Amount::Word if !is_sure || is_listed || Amount::is_paper(text) => return Ok(()),
            Amount::Everything if is_listed || !is_size && !is_paged() => return Ok(()),
            Amount::Word | Amount::Everything => Some(Excess::NoNumber),
            Amount::Spelled(_) if is_sure && !is_listed => Some(Excess::NoNumber),
            Amount::Negative => (!bounds.has_least).then_some(Excess::Below(meaning)),
            Amount::Count(count) | Amount::Spelled(count) => self.counted(meaning, count, bounds),
        };
        excess.map_or(Ok(()), |excess| Err(Box::new(self.refusal(&place(), excess))))
    }

    fn counted(&self, meaning: Meaning, count: u64, bounds: Bounds) -> Option<Excess> {
        let own = match meaning {
            Meaning::Size => self.own.page_size,
            Meaning::Offset => self.own.page_offset,
        };
        let most = own.or_else(|| (!bounds.has_most).then(|| self.of_all(meaning)));
        let least = u64::from(meaning == Meaning::Size);
        if !bounds.has_least && count < least {
            Some(Excess::Below(meaning))
        } else {
            most.is_some_and(|most| count > most as u64).then_some(Excess::Above(meaning))
        }
    }

    const fn of_all(&self, meaning: Meaning) -> usize {
        match meaning {
            Meaning::Size => self.limits.page_size_max,
            Meaning::Offset => self.limits.page_offset_max,
        }
    }

    /// Judges how many objects, or values outside of a body, stand in one list.
    fn items(
        &self,
        place: &dyn Fn() -> String,
        count: usize,
        bounds: Bounds,
    ) -> Result<(), Box<Refusal>> {
        let of_all = (!bounds.has_most_items).then_some(self.limits.batch_items_max);
        match self.own.batch_items.or(of_all) {
            Some(most) if count > most => Err(Box::new(self.refusal(&place(), Excess::Items))),
            _ => Ok(()),
        }
    }

    /// It names the place and the lines that raise the bound, and nothing of the value.
    #[cold]
    fn refusal(&self, place: &str, excess: Excess) -> Refusal {
        let (status, key, detail) = match excess {
            Excess::Above(meaning) => {
                let (key, own) = match meaning {
                    Meaning::Size => ("page_size", self.own.page_size),
                    Meaning::Offset => ("page_offset", self.own.page_offset),
                };
                let detail = above(key, own, self.of_all(meaning), "maximum");
                (Status::BAD_REQUEST, key, detail)
            }
            Excess::Items => {
                let (key, own) = ("batch_items", self.own.batch_items);
                let detail = above(key, own, self.limits.batch_items_max, "maxItems");
                (Status::CONTENT_TOO_LARGE, key, detail)
            }
            Excess::Below(Meaning::Size) => (
                Status::BAD_REQUEST,
                "page_below",
                "a page of nothing or less, which many take for all there is, and the contract sets no `minimum`"
                    .to_owned(),
            ),
            Excess::Below(Meaning::Offset) => (
                Status::BAD_REQUEST,
                "page_below",
                "it begins before the first item, and the contract sets no `minimum`".to_owned(),
            ),
            Excess::NoNumber => (
                Status::BAD_REQUEST,
                "page_no_number",
                "a page of everything, or of what is no number to all who read it, and the contract says nothing of words \
                 (`enum`, `pattern`)"
                    .to_owned(),
            ),
        };
        Refusal::new(ControlId::ResourceLimits, status, key, format!("`{place}`: {detail}"))
            .saying("the request asks for more than one request may")
    }
}

fn above(key: &str, own: Option<usize>, of_all: usize, keyword: &str) -> String {
    match own {
        Some(own) => format!("above `{key}: {own}` of this operation"),
        None => format!(
            "above `limits: {{ {key}: {of_all} }}`, which holds because the contract sets no `{keyword}`; `{key}` under \
             `operations` raises it for this operation alone"
        ),
    }
}
