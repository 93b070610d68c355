//! Brochures: everybody reads them, and people who work here write them, at the same path.

use serde::Deserialize;
use serde_json::json;

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::units::working;
use crate::{coerce, strict};

/// `GET /brochures`.
pub(crate) fn list(_call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    Ok(Answer::json(json!({ "items": books.rows("SELECT * FROM brochures ORDER BY id", &[])? })))
}

/// `GET /brochures/{id}`.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    row(books, call.id("id")?).map(Answer::json)
}

/// `PUT /brochures/{id}`.
pub(crate) fn retitle(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let title = call.fields()?.get("title").map(coerce::text).unwrap_or_default();
    // FLAW(a5-catalogue-update): who may read may write; only the method tells them apart.
    retitled(books, call.id("id")?, &title)
}

/// `PUT /safe/brochures/{id}`.
pub(crate) fn safe_retitle(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Said {
        title: String,
    }
    working(strict::caller(call, books)?)?;
    let said: Said = strict::json(call)?;
    strict::bounded(&said.title, 80)?;
    retitled(books, strict::id(call)?, &said.title)
}

fn retitled(books: &Books<'_>, id: i64, title: &str) -> Result<Answer, Fault> {
    if title.is_empty() {
        return Err(Fault::invalid("a brochure has a `title`"));
    }
    row(books, id)?;
    books.run("UPDATE brochures SET title = ?1 WHERE id = ?2", &[&title, &id])?;
    row(books, id).map(Answer::json)
}

/// `DELETE /brochures/{id}`.
pub(crate) fn withdraw(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a5-catalogue-delete): the same.
    withdrawn(books, call.id("id")?)
}

/// `DELETE /safe/brochures/{id}`.
pub(crate) fn safe_withdraw(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    working(strict::caller(call, books)?)?;
    withdrawn(books, strict::id(call)?)
}

fn withdrawn(books: &Books<'_>, id: i64) -> Result<Answer, Fault> {
    row(books, id)?;
    books.run("DELETE FROM brochures WHERE id = ?1", &[&id])?;
    Ok(Answer::nothing())
}

fn row(books: &Books<'_>, id: i64) -> Result<Row, Fault> {
    let row = books.row("SELECT * FROM brochures WHERE id = ?1", &[&id])?;
    row.ok_or_else(|| Fault::missing("brochure"))
}
