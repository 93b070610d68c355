//! Roles: who gives them, and how soon that counts.

use serde::Deserialize;
use serde_json::json;

use crate::administration::deciding;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::units::working;
use crate::{coerce, customers, strict};

/// The roles that there are.
const ROLES: [&str; 4] = ["customer", "pharmacist", "regional", "admin"];

/// `PUT /staff/customers/{id}/role`.
pub(crate) fn set(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let role = call.fields()?.get("role").map(coerce::text).unwrap_or_default();
    // FLAW(a5-role-change): whoever is logged in gives roles, also to themselves.
    given(books, call.id("id")?, &role)
}

/// `PUT /safe/staff/customers/{id}/role`.
pub(crate) fn safe_set(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Said {
        role: String,
    }
    deciding(strict::caller(call, books)?)?;
    let said: Said = strict::json(call)?;
    given(books, strict::id(call)?, &said.role)
}

fn given(books: &Books<'_>, id: i64, role: &str) -> Result<Answer, Fault> {
    if !ROLES.contains(&role) {
        return Err(Fault::invalid("there is no such role"));
    }
    customers::public_row(books, id)?;
    books.run("UPDATE customers SET role = ?1 WHERE id = ?2", &[&role, &id])?;
    customers::public_row(books, id).map(Answer::json)
}

/// `GET /staff/takings`: what the tills took.
pub(crate) fn takings(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let token = call.bearer().or_else(|| call.cookie("session")).unwrap_or_default();
    let sql = "INSERT OR IGNORE INTO remembered_roles VALUES (?1, ?2)";
    books.run(sql, &[&token, &caller.role])?;
    // FLAW(a5-role-kept): the role of when the session first came by, for ever.
    let row = books.row("SELECT role FROM remembered_roles WHERE token = ?1", &[&token])?;
    if row.is_none_or(|row| row.get("role").is_none_or(|role| role == "customer")) {
        return Err(Fault::forbidden());
    }
    sum(books)
}

/// `GET /safe/staff/takings`.
pub(crate) fn safe_takings(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    working(strict::caller(call, books)?)?;
    sum(books)
}

fn sum(books: &Books<'_>) -> Result<Answer, Fault> {
    let row = books.row("SELECT coalesce(sum(amount_cents), 0) AS cents FROM payments", &[])?;
    Ok(Answer::json(json!({ "cents": row.and_then(|row| row.get("cents").cloned()) })))
}
