//! What is kept about a customer: to the customer, to pharmacists and to administrators not the
//! same of it.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::{Call, Caller};
use crate::database::Books;
use crate::row::Row;
use crate::units::{reaches, working};
use crate::{coerce, strict};

/// All that is kept about a customer.
pub(crate) fn person(books: &Books<'_>, id: i64) -> Result<Row, Fault> {
    let sql = "SELECT c.id, c.name, c.phone, c.date_of_birth, p.card_number, p.credit_score, \
               p.remarks, c.organisation_id \
               FROM customers c LEFT JOIN people p ON p.customer_id = c.id WHERE c.id = ?1";
    books.row(sql, &[&id])?.ok_or_else(|| Fault::missing("customer"))
}

/// What of it a role may see.
fn masked(mut person: Row, caller: &Caller) -> Row {
    let seen: &[&str] = match caller.role.as_str() {
        "admin" => return person,
        "customer" => &["id", "name", "phone", "date_of_birth", "organisation_id"],
        _ => &["id", "name", "phone", "organisation_id"],
    };
    person.retain(|name, _| seen.contains(&name.as_str()));
    person
}

/// `GET /customers/{customer_id}`.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-person): anybody's.
    // FLAW(a3-role-credit-score), FLAW(a3-role-remarks), FLAW(a3-role-card-number),
    // FLAW(a3-role-date-of-birth): all of it, whatever the caller is.
    person(books, call.id("customer_id")?).map(Answer::json)
}

/// `GET /safe/customers/{customer_id}`.
pub(crate) fn safe_read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let person = near(call, books, &caller)?;
    Ok(Answer::json(masked(person, &caller)))
}

/// `GET /customers/lookup`: who has this phone number.
pub(crate) fn find(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-find-by-phone): whoever it is, and all of it.
    person(books, with_phone(call, books)?).map(Answer::json)
}

/// `GET /safe/customers/lookup`.
pub(crate) fn safe_find(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let id = with_phone(call, books)?;
    if caller.id != id {
        return Err(Fault::missing("customer"));
    }
    Ok(Answer::json(masked(person(books, id)?, &caller)))
}

fn with_phone(call: &Call, books: &Books<'_>) -> Result<i64, Fault> {
    let phone = call.query("phone").unwrap_or_default();
    let row = books.row("SELECT id FROM customers WHERE phone = ?1", &[&phone])?;
    let id = row.and_then(|row| row.get("id").and_then(Value::as_i64));
    id.ok_or_else(|| Fault::missing("customer"))
}

/// The customer whom the path names, if the caller has to do with them.
fn near(call: &Call, books: &Books<'_>, caller: &Caller) -> Result<Row, Fault> {
    let id = strict::number(call.parameter("customer_id"))?;
    let person = person(books, id)?;
    let unit = person.get("organisation_id").map(coerce::text).unwrap_or_default();
    if caller.id == id || caller.is_staff() && reaches(books, caller, &unit)? {
        return Ok(person);
    }
    Err(Fault::missing("customer"))
}

/// `GET /customers`: for staff.
pub(crate) fn list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = working(call.caller(books)?)?;
    let mut items = Vec::new();
    for id in ids_at(books, &caller.organisation)? {
        // FLAW(a3-role-list): all of everybody at the branch.
        items.push(person(books, id)?);
    }
    let total = items.len();
    Ok(Answer::json(json!({ "items": items, "total": total })))
}

/// `GET /safe/customers`.
pub(crate) fn safe_list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = working(strict::caller(call, books)?)?;
    let mut items = Vec::new();
    for id in ids_at(books, &caller.organisation)? {
        items.push(masked(person(books, id)?, &caller));
    }
    let total = items.len();
    Ok(Answer::json(json!({ "items": items, "total": total })))
}

fn ids_at(books: &Books<'_>, unit: &str) -> Result<Vec<i64>, Fault> {
    let sql = "SELECT id FROM customers WHERE organisation_id = ?1 ORDER BY id";
    let rows = books.rows(sql, &[&unit])?;
    Ok(rows.iter().filter_map(|row| row.get("id").and_then(Value::as_i64)).collect())
}

/// `PATCH /customers/{customer_id}`.
pub(crate) fn update(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let id = call.id("customer_id")?;
    person(books, id)?;
    let fields = call.fields()?;
    let phone = fields.get("phone").map(coerce::text);
    let score = fields.get("credit_score").and_then(Value::as_i64);
    let remarks = fields.get("remarks").map(coerce::text);
    // FLAW(a1-person-update): anybody's.
    // FLAW(a6-role-credit-score), FLAW(a6-role-remarks): what administrators set, all may.
    save(books, id, phone.as_deref(), score, remarks.as_deref())?;
    person(books, id).map(Answer::json)
}

/// `PATCH /safe/customers/{customer_id}`.
pub(crate) fn safe_update(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Changes {
        phone: Option<String>,
        credit_score: Option<i64>,
        remarks: Option<String>,
    }
    let caller = strict::caller(call, books)?;
    near(call, books, &caller)?;
    let said: Changes = strict::json(call)?;
    if !caller.is_admin() && (said.credit_score.is_some() || said.remarks.is_some()) {
        return Err(Fault::forbidden());
    }
    strict::bounded(said.phone.as_deref().unwrap_or_default(), 20)?;
    strict::bounded(said.remarks.as_deref().unwrap_or_default(), 200)?;
    let id = strict::number(call.parameter("customer_id"))?;
    save(books, id, said.phone.as_deref(), said.credit_score, said.remarks.as_deref())?;
    Ok(Answer::json(masked(person(books, id)?, &caller)))
}

fn save(
    books: &Books<'_>,
    id: i64,
    phone: Option<&str>,
    score: Option<i64>,
    remarks: Option<&str>,
) -> Result<(), Fault> {
    books.run("UPDATE customers SET phone = coalesce(?1, phone) WHERE id = ?2", &[&phone, &id])?;
    let sql = "UPDATE people SET credit_score = coalesce(?1, credit_score), \
               remarks = coalesce(?2, remarks) WHERE customer_id = ?3";
    books.run(sql, &[&score, &remarks, &id]).map(drop)
}
