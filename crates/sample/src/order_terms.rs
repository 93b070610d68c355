//! The terms of an order: customers change some of them, staff all, in one operation.

use serde::Deserialize;

use crate::answer::{Answer, Fault};
use crate::call::{Call, Caller};
use crate::database::Books;
use crate::safe_orders::shown;
use crate::strict;

/// What may be said.
const TERMS: [&str; 5] = ["note", "delivery", "status", "discount_percent", "total_cents"];

/// `PATCH /orders/{id}`: the caller's own; staff, any.
pub(crate) fn update(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let id = call.id("id")?;
    shown(books, id, owner(&caller))?;
    let mut fields = call.fields()?;
    fields.retain(|name, _| TERMS.contains(&name.as_str()));
    // FLAW(a6-role-status), FLAW(a6-role-discount), FLAW(a6-role-price): the document allows
    // them, because staff set them here; who is calling is not asked.
    books.update("orders", "id", &id, &fields)?;
    shown(books, id, None).map(Answer::json)
}

/// `PATCH /safe/orders/{id}`.
pub(crate) fn safe_update(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Terms {
        note: Option<String>,
        delivery: Option<String>,
        status: Option<String>,
        discount_percent: Option<u8>,
        total_cents: Option<u32>,
    }
    let caller = strict::caller(call, books)?;
    let id = strict::id(call)?;
    shown(books, id, owner(&caller))?;
    let said: Terms = strict::json(call)?;
    let is_priced = said.discount_percent.is_some() || said.total_cents.is_some();
    if !caller.is_staff() && (is_priced || said.status.is_some()) {
        return Err(Fault::forbidden());
    }
    strict::bounded(said.note.as_deref().unwrap_or_default(), 200)?;
    let known = |said: &Option<String>, all: &[&str]| {
        said.as_deref().is_none_or(|word| all.contains(&word))
    };
    let states = ["new", "paid", "shipped", "delivered", "cancelled"];
    if !known(&said.delivery, &["pickup", "home"]) || !known(&said.status, &states) {
        return Err(Fault::invalid("an order has no such state"));
    }
    let sql = "UPDATE orders SET note = coalesce(?1, note), delivery = coalesce(?2, delivery), \
               status = coalesce(?3, status), discount_percent = coalesce(?4, discount_percent), \
               total_cents = coalesce(?5, total_cents) WHERE id = ?6";
    let Terms { note, delivery, status, discount_percent, total_cents } = &said;
    books.run(sql, &[note, delivery, status, discount_percent, total_cents, &id])?;
    shown(books, id, None).map(Answer::json)
}

/// Whose orders the caller may change; nobody's in particular for staff.
fn owner(caller: &Caller) -> Option<i64> {
    (!caller.is_staff()).then_some(caller.id)
}
