//! Reminders: customers write them for themselves, staff for customers.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::{coerce, strict};

/// `GET /reminders`.
pub(crate) fn list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let items = of(books, caller.id)?;
    // FLAW(a1-total): the items are the caller's; the count is everybody's.
    let count = books.row("SELECT count(*) AS n FROM reminders", &[])?.unwrap_or_default();
    Ok(Answer::json(json!({ "items": items, "total": count.get("n") })))
}

/// `GET /safe/reminders`.
pub(crate) fn safe_list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let items = of(books, strict::caller(call, books)?.id)?;
    let total = items.len();
    Ok(Answer::json(json!({ "items": items, "total": total })))
}

/// `POST /reminders`.
pub(crate) fn create(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let fields = call.fields()?;
    // FLAW(a1-create-for): staff may say for whom, so everybody may.
    let customer = fields.get("customer_id").and_then(Value::as_i64).unwrap_or(caller.id);
    let text = fields.get("text").map(coerce::text).unwrap_or_default();
    written(books, None, customer, &text).map(Answer::created)
}

/// What a reminder is made of.
#[derive(Deserialize)]
struct Said {
    customer_id: Option<i64>,
    text: Option<String>,
}

/// `POST /safe/reminders`.
pub(crate) fn safe_create(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let said: Said = strict::json(call)?;
    let customer = said.customer_id.unwrap_or(caller.id);
    if customer != caller.id && !caller.is_staff() {
        return Err(Fault::forbidden());
    }
    let text = said.text.unwrap_or_default();
    strict::bounded(&text, 200)?;
    written(books, None, customer, &text).map(Answer::created)
}

/// `GET /reminders/{id}`.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let reminder = row(books, call.id("id")?)?;
    if reminder.get("customer_id").and_then(Value::as_i64) == Some(caller.id) {
        return Ok(Answer::json(reminder));
    }
    // FLAW(a1-exists): another answer than for what is not there.
    Err(Fault::forbidden())
}

/// `GET /safe/reminders/{id}`.
pub(crate) fn safe_read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    own(books, strict::id(call)?, caller.id).map(Answer::json)
}

/// `PUT /reminders/{id}`: under an id that the client chose while it was offline.
pub(crate) fn put(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let text = call.fields()?.get("text").map(coerce::text).unwrap_or_default();
    // FLAW(a1-put-over): what was there is gone, and was somebody's.
    written(books, Some(call.id("id")?), caller.id, &text).map(Answer::json)
}

/// `PUT /safe/reminders/{id}`.
pub(crate) fn safe_put(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let id = strict::id(call)?;
    let said: Said = strict::json(call)?;
    let text = said.text.unwrap_or_default();
    strict::bounded(&text, 200)?;
    if row(books, id).is_ok() {
        own(books, id, caller.id)?;
    }
    written(books, Some(id), caller.id, &text).map(Answer::json)
}

/// `PATCH /reminders/{id}`.
pub(crate) fn update(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let id = call.id("id")?;
    let mut fields = call.fields()?;
    fields.retain(|name, _| name == "customer_id" || name == "text");
    row(books, id)?;
    // FLAW(a1-move-here), FLAW(a1-move-away): whose it is, says who asks.
    books.update("reminders", "id", &id, &fields)?;
    row(books, id).map(Answer::json)
}

/// `PATCH /safe/reminders/{id}`.
pub(crate) fn safe_update(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let id = strict::id(call)?;
    let said: Said = strict::json(call)?;
    if !caller.is_staff() {
        own(books, id, caller.id)?;
        if said.customer_id.is_some_and(|to| to != caller.id) {
            return Err(Fault::forbidden());
        }
    }
    strict::bounded(said.text.as_deref().unwrap_or_default(), 200)?;
    let sql = "UPDATE reminders SET customer_id = coalesce(?1, customer_id), \
               text = coalesce(?2, text) WHERE id = ?3";
    books.run(sql, &[&said.customer_id, &said.text, &id])?;
    row(books, id).map(Answer::json)
}

/// `DELETE /reminders/{id}`.
pub(crate) fn remove(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let id = call.id("id")?;
    row(books, id)?;
    // FLAW(a1-delete-reminder): anybody's; and nothing is left that could be compared afterwards.
    books.run("DELETE FROM reminders WHERE id = ?1", &[&id])?;
    Ok(Answer::nothing())
}

/// `DELETE /safe/reminders/{id}`.
pub(crate) fn safe_remove(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let id = strict::id(call)?;
    own(books, id, caller.id)?;
    books.run("DELETE FROM reminders WHERE id = ?1", &[&id])?;
    Ok(Answer::nothing())
}

fn of(books: &Books<'_>, customer: i64) -> Result<Vec<Row>, Fault> {
    books.rows("SELECT * FROM reminders WHERE customer_id = ?1 ORDER BY id", &[&customer])
}

fn row(books: &Books<'_>, id: i64) -> Result<Row, Fault> {
    let row = books.row("SELECT * FROM reminders WHERE id = ?1", &[&id])?;
    row.ok_or_else(|| Fault::missing("reminder"))
}

fn own(books: &Books<'_>, id: i64, customer: i64) -> Result<Row, Fault> {
    let sql = "SELECT * FROM reminders WHERE id = ?1 AND customer_id = ?2";
    books.row(sql, &[&id, &customer])?.ok_or_else(|| Fault::missing("reminder"))
}

/// Writes it under that id, or under the next one.
fn written(books: &Books<'_>, id: Option<i64>, customer: i64, text: &str) -> Result<Row, Fault> {
    if text.is_empty() {
        return Err(Fault::invalid("a reminder has a `text`"));
    }
    let sql = "INSERT OR REPLACE INTO reminders (id, customer_id, text) VALUES \
               (coalesce(?1, (SELECT max(id) + 1 FROM reminders), 1), ?2, ?3)";
    books.run(sql, &[&id, &customer, &text])?;
    let sql = "SELECT * FROM reminders WHERE id = coalesce(?1, (SELECT max(id) FROM reminders))";
    Ok(books.row(sql, &[&id])?.unwrap_or_default())
}
