//! Several orders at once: ids in a query, in a list, and as the names of properties.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::safe_orders::shown;
use crate::{coerce, strict};

/// The most orders of one call to a safe twin.
const IDS_MAX: usize = 20;

/// Ids in a body.
#[derive(Deserialize)]
struct Ids {
    ids: Vec<i64>,
}

/// `GET /orders/lookup?ids=1&ids=2`.
pub(crate) fn lookup(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-batch-query): whose they are is asked for one order, not for many.
    let ids: Vec<i64> = call.query_all("ids").filter_map(|id| id.trim().parse().ok()).collect();
    found(books, &ids, None)
}

/// `GET /safe/orders/lookup?ids=1&ids=2`.
pub(crate) fn safe_lookup(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let ids: Result<Vec<i64>, Fault> = call.query_all("ids").map(strict::number).collect();
    found(books, few(&ids?)?, Some(caller.id))
}

/// `POST /orders/lookup`.
pub(crate) fn lookup_many(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-batch-body): nor for a list in a body.
    found(books, &said_ids(call)?, None)
}

/// `POST /safe/orders/lookup`.
pub(crate) fn safe_lookup_many(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let wanted: Ids = strict::json(call)?;
    found(books, few(&wanted.ids)?, Some(caller.id))
}

/// Those of them that there are.
fn found(books: &Books<'_>, ids: &[i64], owner: Option<i64>) -> Result<Answer, Fault> {
    let mut items = Vec::new();
    for id in ids {
        match shown(books, *id, owner) {
            Ok(order) => items.push(order),
            Err(fault) if fault.status == StatusCode::NOT_FOUND => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(Answer::json(json!({ "items": items })))
}

/// `POST /orders/cancel`: all of them.
pub(crate) fn cancel(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let ids = said_ids(call)?;
    if let Some(first) = ids.first() {
        shown(books, *first, Some(caller.id))?;
    }
    // FLAW(a1-batch-delete): of many only the first is looked at.
    cancelled(books, &ids)
}

/// `POST /safe/orders/cancel`: all of them, or none.
pub(crate) fn safe_cancel(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let wanted: Ids = strict::json(call)?;
    for id in few(&wanted.ids)? {
        shown(books, *id, Some(caller.id))?;
    }
    cancelled(books, &wanted.ids)
}

/// Cancels those that are not on their way, and says which they were.
fn cancelled(books: &Books<'_>, ids: &[i64]) -> Result<Answer, Fault> {
    let mut gone = Vec::new();
    for id in ids {
        let sql = "UPDATE orders SET status = 'cancelled' \
                   WHERE id = ?1 AND status IN ('new', 'paid')";
        if books.run(sql, &[id])? > 0 {
            gone.push(*id);
        }
    }
    Ok(Answer::json(json!({ "cancelled": gone })))
}

/// `PATCH /orders/notes`: `{"1":{"note":...}}`.
pub(crate) fn annotate(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let mut notes = Vec::new();
    // FLAW(a1-property-name): a name is not a value, so nobody takes it for an id.
    for (id, change) in call.fields()? {
        let note = change.get("note").map(coerce::text).unwrap_or_default();
        let id = id.trim().parse().map_err(|_| Fault::invalid("an id is a number"))?;
        shown(books, id, None)?;
        notes.push((id, note));
    }
    annotated(books, &notes)
}

/// `PATCH /safe/orders/notes`.
pub(crate) fn safe_annotate(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Change {
        note: String,
    }
    let caller = strict::caller(call, books)?;
    let changes: BTreeMap<String, Change> = strict::json(call)?;
    let mut notes = Vec::new();
    for (id, change) in changes {
        let id = strict::number(&id)?;
        strict::bounded(&change.note, 200)?;
        shown(books, id, Some(caller.id))?;
        notes.push((id, change.note));
    }
    annotated(books, &notes)
}

fn annotated(books: &Books<'_>, notes: &[(i64, String)]) -> Result<Answer, Fault> {
    let mut orders = Row::new();
    for (id, note) in notes {
        books.run("UPDATE orders SET note = ?1 WHERE id = ?2", &[note, id])?;
        orders.insert(id.to_string(), shown(books, *id, None)?.into());
    }
    Ok(Answer::json(json!({ "orders": orders })))
}

fn said_ids(call: &Call) -> Result<Vec<i64>, Fault> {
    match call.fields()?.get("ids") {
        Some(Value::Array(ids)) => Ok(ids.iter().filter_map(Value::as_i64).collect()),
        _ => Err(Fault::invalid("`ids` is a list")),
    }
}

fn few(ids: &[i64]) -> Result<&[i64], Fault> {
    if ids.is_empty() || ids.len() > IDS_MAX {
        return Err(Fault::invalid("1 to 20 ids at once"));
    }
    Ok(ids)
}
