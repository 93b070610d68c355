//! How much one request asks for: items of a page, where in a list it begins, objects in a list. Where the contract
//! sets no bound of its own, that of the policy holds.

mod names;
mod outside;
mod said;
mod tree;

use portcullis_contract::{Bounds, ShapeId, Shapes};
use portcullis_model::{ControlId, Refusal, Status};
use portcullis_policy::{Limits, OperationAmounts};

pub use outside::{Outside, judge_parameters};
pub use tree::judge_tree;

use names::Meaning;
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

/// What is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Excess {
    /// A page of this many items, or a place this far into a list.
    Above(Meaning),
    /// Less than nothing, or a page of nothing, which many take for "all".
    Below(Meaning),
    /// Something else than a number: `all`, `10;`.
    NoNumber,
    /// A list of this many objects.
    Items,
}

impl Asking<'_> {
    fn bounds(&self, shape: Option<ShapeId>) -> Bounds {
        let shape = shape.filter(|_| self.is_held);
        shape.map(|id| self.shapes.get(id).bounds).unwrap_or_default()
    }

    /// Judges a value under a name that says how many, or from where.
    fn amount(
        &self,
        place: &dyn Fn() -> String,
        meaning: Meaning,
        amount: Amount,
        bounds: Bounds,
    ) -> Result<(), Box<Refusal>> {
        let own = match meaning {
            Meaning::Size => self.own.page_size,
            Meaning::Offset => self.own.page_offset,
        };
        let most = own.or_else(|| (!bounds.has_most).then(|| self.of_all(meaning)));
        let least = u64::from(meaning == Meaning::Size);
        let excess = match amount {
            Amount::Other => Excess::NoNumber,
            Amount::Negative if !bounds.has_least => Excess::Below(meaning),
            Amount::Count(count) if !bounds.has_least && count < least => Excess::Below(meaning),
            Amount::Count(count) if most.is_some_and(|most| count > most as u64) => {
                Excess::Above(meaning)
            }
            Amount::Word | Amount::Negative | Amount::Count(_) => return Ok(()),
        };
        Err(Box::new(self.refusal(&place(), excess)))
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
                "a page of everything, or of what is no number to all who read it, and the contract lists no words (`enum`)".to_owned(),
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
