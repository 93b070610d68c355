//! Deliveries: whose they are stands deep inside, as an email, and of some nobody knows yet.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::{coerce, strict};

/// Deliveries on a page, unless the query says otherwise.
const PER_PAGE: u32 = 2;
/// The most of them on a page of the twin.
const PER_PAGE_MAX: u32 = 10;

/// `GET /deliveries`: page by page.
pub(crate) fn list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let number = |name: &str| call.query(name).and_then(|text| text.trim().parse().ok());
    page(books, caller.id, number("page").unwrap_or(1), number("per_page").unwrap_or(PER_PAGE))
}

/// `GET /safe/deliveries`.
pub(crate) fn safe_list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Wanted {
        page: Option<u32>,
        per_page: Option<u32>,
    }
    let caller = strict::caller(call, books)?;
    let wanted: Wanted = strict::query(call)?;
    let size = wanted.per_page.unwrap_or(PER_PAGE).clamp(1, PER_PAGE_MAX);
    page(books, caller.id, wanted.page.unwrap_or(1), size)
}

fn page(books: &Books<'_>, customer: i64, page: u32, size: u32) -> Result<Answer, Fault> {
    let sql = "SELECT d.* FROM deliveries d JOIN customers c ON c.email = d.email \
               WHERE c.id = ?1 ORDER BY d.id";
    let all = books.rows(sql, &[&customer])?;
    let total = all.len();
    let skipped = page.saturating_sub(1).saturating_mul(size) as usize;
    let items = all.into_iter().skip(skipped).take(size as usize);
    let items: Vec<Value> = items.map(|row| shown(&row)).collect();
    Ok(Answer::json(json!({ "items": items, "total": total, "page": page, "per_page": size })))
}

/// `GET /deliveries/{id}`.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-nested-owner), FLAW(a1-no-owner): anybody's, and nobody's.
    Ok(Answer::json(shown(&row(books, call.id("id")?)?)))
}

/// `GET /safe/deliveries/{id}`.
pub(crate) fn safe_read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    Ok(Answer::json(shown(&own(books, strict::id(call)?, caller.id)?)))
}

/// `POST /deliveries/{id}/reroute`: the answer says only that it is done.
pub(crate) fn reroute(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let id = call.id("id")?;
    row(books, id)?;
    let to = call.fields()?.get("address").map(coerce::text).unwrap_or_default();
    // FLAW(a1-action): anybody's parcel, to any address.
    rerouted(books, id, &to)
}

/// `POST /safe/deliveries/{id}/reroute`.
pub(crate) fn safe_reroute(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Said {
        address: String,
    }
    let caller = strict::caller(call, books)?;
    let id = strict::id(call)?;
    own(books, id, caller.id)?;
    let said: Said = strict::json(call)?;
    strict::bounded(&said.address, 200)?;
    rerouted(books, id, &said.address)
}

fn rerouted(books: &Books<'_>, id: i64, to: &str) -> Result<Answer, Fault> {
    if to.is_empty() {
        return Err(Fault::invalid("say the `address`"));
    }
    books.run("UPDATE deliveries SET address = ?1 WHERE id = ?2", &[&to, &id])?;
    Ok(Answer::json(json!({ "status": "rerouted" })))
}

fn row(books: &Books<'_>, id: i64) -> Result<Row, Fault> {
    let row = books.row("SELECT * FROM deliveries WHERE id = ?1", &[&id])?;
    row.ok_or_else(|| Fault::missing("delivery"))
}

fn own(books: &Books<'_>, id: i64, customer: i64) -> Result<Row, Fault> {
    let sql = "SELECT d.* FROM deliveries d JOIN customers c ON c.email = d.email \
               WHERE d.id = ?1 AND c.id = ?2";
    books.row(sql, &[&id, &customer])?.ok_or_else(|| Fault::missing("delivery"))
}

/// A delivery as the document declares it.
fn shown(row: &Row) -> Value {
    let field = |name: &str| row.get(name).cloned().unwrap_or_default();
    let contact = json!({ "email": field("email"), "address": field("address") });
    json!({ "id": field("id"), "content": field("content"), "recipient": { "contact": contact } })
}
