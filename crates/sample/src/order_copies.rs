//! Orders made out of others: one is named by its address, or two by their ids.

use serde::Deserialize;
use serde_json::Value;

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::orders::next_code;
use crate::safe_orders::shown;
use crate::{coerce, strict};

/// `POST /orders/copy`: the same again, named by its address.
pub(crate) fn copy(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let source = call.fields()?.get("source").map(coerce::text).unwrap_or_default();
    // FLAW(a1-url-in-body): an address is followed, whosever it is.
    let id = source.rsplit('/').next().and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| Fault::invalid("`source` is the address of an order"))?;
    shown(books, id, None)?;
    copied(books, id, caller.id)
}

/// `POST /safe/orders/copy`.
pub(crate) fn safe_copy(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Wanted {
        source: String,
    }
    let caller = strict::caller(call, books)?;
    let wanted: Wanted = strict::json(call)?;
    let id = wanted.source.strip_prefix("/api/orders/").unwrap_or_default();
    let id = strict::number(id)?;
    shown(books, id, Some(caller.id))?;
    copied(books, id, caller.id)
}

/// A new order like that one, for that customer.
fn copied(books: &Books<'_>, id: i64, customer: i64) -> Result<Answer, Fault> {
    let code = next_code(books)?;
    let sql = "INSERT INTO orders (code, customer_id, note, delivery, total_cents) \
               SELECT ?1, ?2, note, delivery, total_cents FROM orders WHERE id = ?3";
    books.run(sql, &[&code, &customer, &id])?;
    let row = books.row("SELECT id FROM orders WHERE code = ?1", &[&code])?;
    let new = row.and_then(|row| row.get("id").and_then(Value::as_i64)).unwrap_or_default();
    let sql = "INSERT INTO order_items (order_id, medicine_id, name, quantity, \
               unit_price_cents, supplier_cost_cents) SELECT ?1, medicine_id, name, quantity, \
               unit_price_cents, supplier_cost_cents FROM order_items WHERE order_id = ?2";
    books.run(sql, &[&new, &id])?;
    shown(books, new, None).map(Answer::created)
}

/// Two ids in a body.
#[derive(Deserialize)]
struct Merge {
    into: i64,
    from: i64,
}

/// `POST /orders/merge`: what is in one order goes into the other.
pub(crate) fn merge(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let fields = call.fields()?;
    let id = |name: &str| fields.get(name).and_then(Value::as_i64).unwrap_or_default();
    shown(books, id("into"), Some(caller.id))?;
    // FLAW(a1-second-id): where it goes is the caller's; where it comes from is somebody's.
    shown(books, id("from"), None)?;
    merged(books, &Merge { into: id("into"), from: id("from") })
}

/// `POST /safe/orders/merge`.
pub(crate) fn safe_merge(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let said: Merge = strict::json(call)?;
    shown(books, said.into, Some(caller.id))?;
    shown(books, said.from, Some(caller.id))?;
    merged(books, &said)
}

fn merged(books: &Books<'_>, said: &Merge) -> Result<Answer, Fault> {
    let Merge { into, from } = said;
    books.run("UPDATE order_items SET order_id = ?1 WHERE order_id = ?2", &[into, from])?;
    books.run("UPDATE orders SET status = 'cancelled' WHERE id = ?1", &[from])?;
    shown(books, *into, None).map(Answer::json)
}
