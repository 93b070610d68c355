//! Prescriptions as the pharmacist sees them to whom they are assigned.

use serde_json::json;

use crate::answer::{Answer, Fault};
use crate::call::{Call, Caller};
use crate::database::Books;
use crate::prescriptions::{PUBLIC, public_row};
use crate::row::Row;
use crate::strict;
use crate::units::working;

/// `GET /staff/prescriptions`.
pub(crate) fn list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    working(call.caller(books)?)?;
    // FLAW(a1-relation-list): also what is assigned to others.
    listed(books, None)
}

/// `GET /safe/staff/prescriptions`.
pub(crate) fn safe_list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = working(strict::caller(call, books)?)?;
    listed(books, Some(caller.id))
}

fn listed(books: &Books<'_>, pharmacist: Option<i64>) -> Result<Answer, Fault> {
    let sql = format!(
        "SELECT {PUBLIC} FROM prescriptions WHERE ?1 IS NULL OR assigned_to = ?1 ORDER BY number"
    );
    let items = books.rows(&sql, &[&pharmacist])?;
    let total = items.len();
    Ok(Answer::json(json!({ "items": items, "total": total })))
}

/// `GET /staff/prescriptions/{number}`.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    working(call.caller(books)?)?;
    // FLAW(a1-relation-read): to whom it is assigned is shown, not asked.
    public_row(books, call.parameter("number")).map(Answer::json)
}

/// `GET /safe/staff/prescriptions/{number}`.
pub(crate) fn safe_read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = working(strict::caller(call, books)?)?;
    assigned(books, call.parameter("number"), &caller).map(Answer::json)
}

/// `POST /staff/prescriptions/{number}/approve`.
pub(crate) fn approve(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    working(call.caller(books)?)?;
    let number = call.parameter("number");
    public_row(books, number)?;
    // FLAW(a1-relation-approve): any pharmacist will do.
    approved(books, number)
}

/// `POST /safe/staff/prescriptions/{number}/approve`.
pub(crate) fn safe_approve(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = working(strict::caller(call, books)?)?;
    let number = call.parameter("number");
    assigned(books, number, &caller)?;
    approved(books, number)
}

fn approved(books: &Books<'_>, number: &str) -> Result<Answer, Fault> {
    books.run("UPDATE prescriptions SET status = 'approved' WHERE number = ?1", &[&number])?;
    public_row(books, number).map(Answer::json)
}

fn assigned(books: &Books<'_>, number: &str, caller: &Caller) -> Result<Row, Fault> {
    let row = public_row(books, number)?;
    let is_theirs = row.get("assigned_to").is_some_and(|id| *id == caller.id);
    if is_theirs { Ok(row) } else { Err(Fault::missing("prescription")) }
}
