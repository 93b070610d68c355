//! Cards on file. No answer says whose a card is: whoever sees it is meant to be its owner.

use serde::Deserialize;
use serde_json::json;

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::{coerce, strict};

/// `GET /cards`.
pub(crate) fn list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    of(books, call.caller(books)?.id)
}

/// `GET /safe/cards`.
pub(crate) fn safe_list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    of(books, strict::caller(call, books)?.id)
}

fn of(books: &Books<'_>, customer: i64) -> Result<Answer, Fault> {
    let sql = "SELECT id, brand, last4, expires FROM cards WHERE customer_id = ?1 ORDER BY id";
    let items = books.rows(sql, &[&customer])?;
    let total = items.len();
    Ok(Answer::json(json!({ "items": items, "total": total })))
}

/// `POST /cards`.
pub(crate) fn create(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let fields = call.fields()?;
    let field = |name: &str| fields.get(name).map(coerce::text).unwrap_or_default();
    kept(books, caller.id, &field("last4"), &field("expires"))
}

/// `POST /safe/cards`.
pub(crate) fn safe_create(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Said {
        last4: String,
        expires: String,
    }
    let caller = strict::caller(call, books)?;
    let said: Said = strict::json(call)?;
    strict::bounded(&said.expires, 7)?;
    kept(books, caller.id, &said.last4, &said.expires)
}

fn kept(books: &Books<'_>, customer: i64, last4: &str, expires: &str) -> Result<Answer, Fault> {
    if last4.len() != 4 || !last4.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::invalid("`last4` has 4 digits"));
    }
    let sql = "INSERT INTO cards (customer_id, brand, last4, expires) \
               VALUES (?1, 'Samplecard', ?2, ?3)";
    books.run(sql, &[&customer, &last4, &expires])?;
    let sql = "SELECT id, brand, last4, expires FROM cards ORDER BY id DESC";
    Ok(Answer::created(books.row(sql, &[])?.unwrap_or_default()))
}

/// `GET /cards/{id}`.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-card): anybody's, and the answer does not tell.
    row(books, call.id("id")?, None).map(Answer::json)
}

/// `GET /safe/cards/{id}`.
pub(crate) fn safe_read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    row(books, strict::id(call)?, Some(caller.id)).map(Answer::json)
}

/// `DELETE /cards/{id}`.
pub(crate) fn remove(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-card-delete): anybody's.
    removed(books, call.id("id")?, None)
}

/// `DELETE /safe/cards/{id}`.
pub(crate) fn safe_remove(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    removed(books, strict::id(call)?, Some(caller.id))
}

fn removed(books: &Books<'_>, id: i64, owner: Option<i64>) -> Result<Answer, Fault> {
    row(books, id, owner)?;
    books.run("DELETE FROM cards WHERE id = ?1", &[&id])?;
    Ok(Answer::nothing())
}

fn row(books: &Books<'_>, id: i64, owner: Option<i64>) -> Result<Row, Fault> {
    let sql = "SELECT id, brand, last4, expires FROM cards \
               WHERE id = ?1 AND (?2 IS NULL OR customer_id = ?2)";
    books.row(sql, &[&id, &owner])?.ok_or_else(|| Fault::missing("card"))
}
