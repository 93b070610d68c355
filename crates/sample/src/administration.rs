//! What only people who work here should do, some of it only administrators. Some of these
//! operations look like it, by their path, tag, name or method; some do not.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::{Call, Caller};
use crate::database::Books;
use crate::units::{reaches, working};
use crate::{back_office, coerce, customers, medicines, strict};

/// The caller, if they are an administrator.
pub(crate) fn deciding(caller: Caller) -> Result<Caller, Fault> {
    if caller.is_admin() { Ok(caller) } else { Err(Fault::forbidden()) }
}

/// `GET /admin/logins`: who is logged in, and how often.
pub(crate) fn logins(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a5-admin-path): there is no link to it, and that is all.
    login_list(books)
}

/// `GET /safe/admin/logins`.
pub(crate) fn safe_logins(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    deciding(strict::caller(call, books)?)?;
    login_list(books)
}

fn login_list(books: &Books<'_>) -> Result<Answer, Fault> {
    let sql = "SELECT c.id AS customer_id, c.email, count(*) AS sessions FROM tokens t \
               JOIN customers c ON c.id = t.customer_id GROUP BY c.id ORDER BY c.id";
    Ok(Answer::json(json!({ "items": books.rows(sql, &[])? })))
}

/// `GET /settings`.
pub(crate) fn settings(_call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let row = books.row("SELECT delivery_cents FROM settings", &[])?;
    Ok(Answer::json(row.unwrap_or_default()))
}

/// `PUT /admin/settings`.
pub(crate) fn set(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let cents = call.fields()?.get("delivery_cents").and_then(Value::as_i64);
    let cents = cents.ok_or_else(|| Fault::invalid("`delivery_cents` is a number"))?;
    // FLAW(a5-admin-settings): as above, and it changes what everybody pays.
    books.run("UPDATE settings SET delivery_cents = ?1", &[&cents])?;
    settings(call, books)
}

/// `PUT /safe/admin/settings`.
pub(crate) fn safe_set(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Said {
        delivery_cents: u32,
    }
    deciding(strict::caller(call, books)?)?;
    let said: Said = strict::json(call)?;
    books.run("UPDATE settings SET delivery_cents = ?1", &[&said.delivery_cents])?;
    settings(call, books)
}

/// `GET /notices`.
pub(crate) fn notices(_call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    Ok(Answer::json(json!({ "items": books.rows("SELECT * FROM notices ORDER BY id", &[])? })))
}

/// `POST /notices`: on the first page, for everybody.
pub(crate) fn announce(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let text = call.fields()?.get("text").map(coerce::text).unwrap_or_default();
    // FLAW(a5-admin-tag): only its tag in the document says for whom it is.
    announced(books, &text)
}

/// `POST /safe/notices`.
pub(crate) fn safe_announce(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Said {
        text: String,
    }
    deciding(strict::caller(call, books)?)?;
    let said: Said = strict::json(call)?;
    strict::bounded(&said.text, 200)?;
    announced(books, &said.text)
}

fn announced(books: &Books<'_>, text: &str) -> Result<Answer, Fault> {
    if text.is_empty() {
        return Err(Fault::invalid("a notice has a `text`"));
    }
    books.run("INSERT INTO notices (text) VALUES (?1)", &[&text])?;
    let row = books.row("SELECT * FROM notices ORDER BY id DESC", &[])?;
    Ok(Answer::created(row.unwrap_or_default()))
}

/// `POST /stock/recount`: what was counted on the shelves.
pub(crate) fn recount(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let fields = call.fields()?;
    let field = |name: &str| fields.get(name).and_then(Value::as_i64).unwrap_or_default();
    // FLAW(a5-operation-name): only its name in the document says for whom it is.
    counted(books, field("medicine_id"), field("stock"))
}

/// `POST /safe/stock/recount`.
pub(crate) fn safe_recount(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Said {
        medicine_id: i64,
        stock: u32,
    }
    working(strict::caller(call, books)?)?;
    let said: Said = strict::json(call)?;
    counted(books, said.medicine_id, i64::from(said.stock))
}

fn counted(books: &Books<'_>, medicine: i64, stock: i64) -> Result<Answer, Fault> {
    let sql = "UPDATE medicines SET stock = ?1 WHERE id = ?2";
    if books.run(sql, &[&stock, &medicine])? == 0 {
        return Err(Fault::invalid("no such medicine"));
    }
    medicines::public_row(books, medicine).map(Answer::json)
}

/// `POST /safe/staff/medicines/{id}/restock`.
pub(crate) fn safe_restock(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Said {
        quantity: u32,
    }
    working(strict::caller(call, books)?)?;
    let said: Said = strict::json(call)?;
    let id = strict::id(call)?;
    back_office::add_stock(books, id, said.quantity)?;
    medicines::public_row(books, id).map(Answer::json)
}

/// `GET /safe/staff/customers/{id}`.
pub(crate) fn safe_customer(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = working(strict::caller(call, books)?)?;
    let row = customers::public_row(books, strict::id(call)?)?;
    let unit = row.get("organisation_id").map(coerce::text).unwrap_or_default();
    if !reaches(books, &caller, &unit)? {
        return Err(Fault::missing("customer"));
    }
    Ok(Answer::json(row))
}
