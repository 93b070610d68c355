//! Orders whose id stands elsewhere: in a header field, a cookie, or below a customer.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::order_lists::orders;
use crate::safe_orders::shown;
use crate::{coerce, strict};

/// `GET /orders/current`: which one, says `X-Order-Id`.
pub(crate) fn current(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-header-id): what the app sends is believed.
    let id = call.header("x-order-id").trim().parse();
    let id = id.map_err(|_| Fault::new(StatusCode::BAD_REQUEST, "send `X-Order-Id`"))?;
    shown(books, id, None).map(Answer::json)
}

/// `GET /safe/orders/current`.
pub(crate) fn safe_current(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let id = strict::number(call.header("x-order-id"))?;
    shown(books, id, Some(caller.id)).map(Answer::json)
}

/// `GET /orders/last`: which one, says the cookie `last_order`.
pub(crate) fn last(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-cookie-id): cookies are ours, so what they say is so.
    let id = call.cookie("last_order").and_then(|id| id.trim().parse().ok());
    let id = id.ok_or_else(|| Fault::new(StatusCode::BAD_REQUEST, "no order was looked at"))?;
    shown(books, id, None).map(Answer::json)
}

/// `GET /safe/orders/last`.
pub(crate) fn safe_last(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let id = strict::number(call.cookie("last_order").unwrap_or_default())?;
    shown(books, id, Some(caller.id)).map(Answer::json)
}

/// `GET /customers/{customer_id}/orders`.
pub(crate) fn list_below(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-nested-list): the path says whose.
    below(books, call.id("customer_id")?)
}

/// `GET /safe/customers/{customer_id}/orders`.
pub(crate) fn safe_list_below(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    own(call, caller.id)?;
    below(books, caller.id)
}

fn below(books: &Books<'_>, customer: i64) -> Result<Answer, Fault> {
    let items = orders(books, Some(customer), None)?;
    let total = items.len();
    Ok(Answer::json(json!({ "items": items, "total": total })))
}

/// `GET /customers/{customer_id}/orders/{id}`.
pub(crate) fn read_below(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-nested-foreign), FLAW(a1-nested-mixed): only the last part of the path counts.
    shown(books, call.id("id")?, None).map(Answer::json)
}

/// `GET /safe/customers/{customer_id}/orders/{id}`.
pub(crate) fn safe_read_below(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    own(call, caller.id)?;
    shown(books, strict::id(call)?, Some(caller.id)).map(Answer::json)
}

/// `PUT /customers/{customer_id}/orders/{id}`: its note.
pub(crate) fn update_below(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    if call.id("customer_id")? != caller.id {
        return Err(Fault::missing("customer"));
    }
    let id = call.id("id")?;
    shown(books, id, None)?;
    let note = call.fields()?.get("note").map(coerce::text).unwrap_or_default();
    // FLAW(a1-nested-update): the customer is the caller; the order is somebody's.
    books.run("UPDATE orders SET note = ?1 WHERE id = ?2", &[&note, &id])?;
    shown(books, id, None).map(Answer::json)
}

/// `PUT /safe/customers/{customer_id}/orders/{id}`.
pub(crate) fn safe_update_below(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Change {
        note: String,
    }
    let caller = strict::caller(call, books)?;
    own(call, caller.id)?;
    let id = strict::id(call)?;
    shown(books, id, Some(caller.id))?;
    let change: Change = strict::json(call)?;
    strict::bounded(&change.note, 200)?;
    books.run("UPDATE orders SET note = ?1 WHERE id = ?2", &[&change.note, &id])?;
    shown(books, id, Some(caller.id)).map(Answer::json)
}

/// Whether the path names the caller.
fn own(call: &Call, caller: i64) -> Result<(), Fault> {
    if strict::number(call.parameter("customer_id"))? == caller {
        return Ok(());
    }
    Err(Fault::missing("customer"))
}
