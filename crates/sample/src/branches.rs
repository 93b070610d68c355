//! What belongs to a branch, and to the region above it: orders as staff see them, and incidents.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::{Call, Caller};
use crate::database::Books;
use crate::people::person;
use crate::row::Row;
use crate::safe_orders::shown;
use crate::units::{reaches, working};
use crate::{coerce, strict};

/// The states of an order.
const STATES: [&str; 5] = ["new", "paid", "shipped", "delivered", "cancelled"];

/// `GET /staff/orders/{id}`.
pub(crate) fn read_order(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    working(call.caller(books)?)?;
    // FLAW(a1-tenant-order): staff are staff, of whatever branch.
    let mut order = shown(books, call.id("id")?, None)?;
    let customer = order.get("customer_id").and_then(Value::as_i64).unwrap_or_default();
    // FLAW(a3-role-nested): and the customer inside is shown whole.
    order.insert("customer".to_owned(), json!(person(books, customer)?));
    Ok(Answer::json(order))
}

/// `GET /safe/staff/orders/{id}`.
pub(crate) fn safe_read_order(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = working(strict::caller(call, books)?)?;
    within(books, &caller, strict::id(call)?).map(Answer::json)
}

/// `PATCH /staff/orders/{id}`: its state.
pub(crate) fn update_order(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    working(call.caller(books)?)?;
    let id = call.id("id")?;
    shown(books, id, None)?;
    let status = call.fields()?.get("status").map(coerce::text).unwrap_or_default();
    // FLAW(a1-tenant-update): of whatever branch.
    set(books, id, &status)
}

/// `PATCH /safe/staff/orders/{id}`.
pub(crate) fn safe_update_order(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Change {
        status: String,
    }
    let caller = working(strict::caller(call, books)?)?;
    let id = strict::id(call)?;
    within(books, &caller, id)?;
    let change: Change = strict::json(call)?;
    set(books, id, &change.status)
}

fn set(books: &Books<'_>, id: i64, status: &str) -> Result<Answer, Fault> {
    if !STATES.contains(&status) {
        return Err(Fault::invalid("an order has no such state"));
    }
    books.run("UPDATE orders SET status = ?1 WHERE id = ?2", &[&status, &id])?;
    shown(books, id, None).map(Answer::json)
}

/// An order of the caller's branch, or of one below the caller's region.
fn within(books: &Books<'_>, caller: &Caller, id: i64) -> Result<Row, Fault> {
    let order = shown(books, id, None)?;
    let unit = order.get("organisation_id").map(coerce::text).unwrap_or_default();
    if reaches(books, caller, &unit)? { Ok(order) } else { Err(Fault::missing("order")) }
}

/// `GET /staff/incidents`.
pub(crate) fn incidents(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    working(call.caller(books)?)?;
    // FLAW(a1-tree-list): everywhere's.
    Ok(list(&books.rows("SELECT * FROM incidents ORDER BY id", &[])?))
}

/// `GET /safe/staff/incidents`.
pub(crate) fn safe_incidents(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = working(strict::caller(call, books)?)?;
    let mut items = Vec::new();
    for incident in books.rows("SELECT * FROM incidents ORDER BY id", &[])? {
        if reaches(books, &caller, &unit_of(&incident))? {
            items.push(incident);
        }
    }
    Ok(list(&items))
}

fn list(items: &[Row]) -> Answer {
    Answer::json(json!({ "items": items, "total": items.len() }))
}

/// `GET /staff/incidents/{id}`.
pub(crate) fn incident(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    working(call.caller(books)?)?;
    // FLAW(a1-tree), FLAW(a1-tree-up): of another region, or of the one above.
    row(books, call.id("id")?).map(Answer::json)
}

/// `GET /safe/staff/incidents/{id}`.
pub(crate) fn safe_incident(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = working(strict::caller(call, books)?)?;
    let incident = row(books, strict::id(call)?)?;
    if !reaches(books, &caller, &unit_of(&incident))? {
        return Err(Fault::missing("incident"));
    }
    Ok(Answer::json(incident))
}

/// `POST /staff/incidents`.
pub(crate) fn report(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = working(call.caller(books)?)?;
    let fields = call.fields()?;
    // FLAW(a1-tenant-create): in the name of whatever branch.
    let unit = fields.get("organisation_id").map_or(caller.organisation, coerce::text);
    let text = fields.get("text").map(coerce::text).unwrap_or_default();
    reported(books, &unit, &text)
}

/// `POST /safe/staff/incidents`.
pub(crate) fn safe_report(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Said {
        organisation_id: Option<String>,
        text: String,
    }
    let caller = working(strict::caller(call, books)?)?;
    let said: Said = strict::json(call)?;
    strict::bounded(&said.text, 200)?;
    let unit = said.organisation_id.unwrap_or_else(|| caller.organisation.clone());
    if !reaches(books, &caller, &unit)? {
        return Err(Fault::forbidden());
    }
    reported(books, &unit, &said.text)
}

fn reported(books: &Books<'_>, unit: &str, text: &str) -> Result<Answer, Fault> {
    if books.row("SELECT id FROM organisations WHERE id = ?1", &[&unit])?.is_none() {
        return Err(Fault::invalid("no such branch"));
    }
    let sql = "INSERT INTO incidents (organisation_id, text) VALUES (?1, ?2)";
    books.run(sql, &[&unit, &text])?;
    let row = books.row("SELECT * FROM incidents ORDER BY id DESC", &[])?;
    Ok(Answer::created(row.unwrap_or_default()))
}

fn row(books: &Books<'_>, id: i64) -> Result<Row, Fault> {
    let row = books.row("SELECT * FROM incidents WHERE id = ?1", &[&id])?;
    row.ok_or_else(|| Fault::missing("incident"))
}

fn unit_of(row: &Row) -> String {
    row.get("organisation_id").map(coerce::text).unwrap_or_default()
}
