//! Lists of orders, in every form in which lists come.

use axum::http::header;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::safe_orders::PUBLIC;
use crate::strict;

/// `GET /orders/recent`: the customer's, newest first.
pub(crate) fn recent(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-list-all): the condition was lost when the order was added.
    Ok(newest(orders(books, None, None)?))
}

/// `GET /safe/orders/recent`.
pub(crate) fn safe_recent(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    Ok(newest(orders(books, Some(caller.id), None)?))
}

fn newest(mut items: Vec<Row>) -> Answer {
    items.reverse();
    let total = items.len();
    Answer::json(json!({ "items": items, "total": total }))
}

/// `GET /orders/search`.
pub(crate) fn search(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    // FLAW(a1-list-filter): whose orders they are is a filter like any other.
    let said = call.query("customer_id").and_then(|id| id.trim().parse().ok());
    Ok(newest(orders(books, Some(said.unwrap_or(caller.id)), call.query("status"))?))
}

/// `GET /safe/orders/search`.
pub(crate) fn safe_search(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Wanted {
        customer_id: Option<i64>,
        status: Option<String>,
    }
    let caller = strict::caller(call, books)?;
    let wanted: Wanted = strict::query(call)?;
    if wanted.customer_id.is_some_and(|id| id != caller.id) {
        return Err(Fault::forbidden());
    }
    Ok(newest(orders(books, Some(caller.id), wanted.status.as_deref())?))
}

/// `GET /orders/by-id`: a map, for clients that look things up.
pub(crate) fn by_id(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-map): everybody's, under their ids.
    Ok(mapped(orders(books, None, None)?))
}

/// `GET /safe/orders/by-id`.
pub(crate) fn safe_by_id(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    Ok(mapped(orders(books, Some(caller.id), None)?))
}

fn mapped(items: Vec<Row>) -> Answer {
    let keyed = items.into_iter().map(|order| {
        let id = order.get("id").map(ToString::to_string).unwrap_or_default();
        (id, Value::from(order))
    });
    Answer::json(json!({ "orders": keyed.collect::<Row>() }))
}

/// `GET /orders/pages`: in the manner of HAL.
pub(crate) fn pages(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-embedded): everybody's, one level further down.
    Ok(embedded(&orders(books, None, None)?))
}

/// `GET /safe/orders/pages`.
pub(crate) fn safe_pages(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    Ok(embedded(&orders(books, Some(caller.id), None)?))
}

fn embedded(items: &[Row]) -> Answer {
    let itself = json!({ "self": { "href": "/api/orders/pages" } });
    let total = items.len();
    Answer::json(json!({ "_embedded": { "orders": items }, "_links": itself, "total": total }))
}

/// `GET /orders/export`: JSON Lines.
pub(crate) fn export(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-json-lines): everybody's, line by line.
    Ok(lines(orders(books, None, None)?))
}

/// `GET /safe/orders/export`.
pub(crate) fn safe_export(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    Ok(lines(orders(books, Some(caller.id), None)?))
}

fn lines(items: Vec<Row>) -> Answer {
    let mut text = String::new();
    for order in items {
        text.push_str(&Value::from(order).to_string());
        text.push('\n');
    }
    let name = "attachment; filename=\"orders.jsonl\"".to_owned();
    Answer::text("application/jsonl", text).with(header::CONTENT_DISPOSITION, name)
}

/// The orders of that customer or of everybody, in that state or in any.
pub(crate) fn orders(
    books: &Books<'_>,
    owner: Option<i64>,
    status: Option<&str>,
) -> Result<Vec<Row>, Fault> {
    let sql = format!(
        "SELECT {PUBLIC} FROM orders WHERE (?1 IS NULL OR customer_id = ?1) \
         AND (?2 IS NULL OR status = ?2) ORDER BY id"
    );
    books.rows(&sql, &[&owner, &status])
}
