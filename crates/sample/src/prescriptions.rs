//! Prescriptions: requested by customers, decided by pharmacists.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::{coerce, strict};

/// What the document says a prescription is.
pub(crate) const PUBLIC: &str =
    "number, customer_id, medicine, doctor, diagnosis, status, assigned_to";

/// `GET /prescriptions`.
pub(crate) fn list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    // FLAW(a3-prescriptions-list): the reviewer's note goes along.
    let sql = "SELECT * FROM prescriptions WHERE customer_id = ?1 ORDER BY number";
    let items = books.rows(sql, &[&caller.id])?;
    let total = items.len();
    Ok(Answer::json(json!({ "items": items, "total": total })))
}

/// `POST /prescriptions`.
pub(crate) fn request(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let fields = call.fields()?;
    if fields.get("medicine").is_none_or(|medicine| coerce::text(medicine).is_empty()) {
        return Err(Fault::invalid("a prescription names its `medicine`"));
    }
    let mut prescription = Row::new();
    prescription.insert("number".to_owned(), next_number(books)?.into());
    prescription.insert("customer_id".to_owned(), caller.id.into());
    prescription.insert("doctor".to_owned(), "to be named".into());
    // FLAW(a6-prescription-approved): a request may come approved.
    prescription.extend(fields);
    books.insert("prescriptions", &prescription)?;
    let number = prescription.get("number").map(coerce::text).unwrap_or_default();
    row(books, &number).map(Answer::created)
}

/// `POST /safe/prescriptions`.
pub(crate) fn safe_request(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Wanted {
        medicine: String,
        doctor: Option<String>,
        diagnosis: Option<String>,
    }
    let caller = strict::caller(call, books)?;
    let wanted: Wanted = strict::json(call)?;
    let doctor = wanted.doctor.unwrap_or_else(|| "to be named".to_owned());
    let diagnosis = wanted.diagnosis.unwrap_or_default();
    strict::bounded(&wanted.medicine, 80)?;
    strict::bounded(&doctor, 80)?;
    strict::bounded(&diagnosis, 200)?;
    let number = next_number(books)?;
    let sql = "INSERT INTO prescriptions (number, customer_id, medicine, doctor, diagnosis) \
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let medicine = &wanted.medicine;
    books.run(sql, &[&number, &caller.id, medicine, &doctor, &diagnosis])?;
    public_row(books, &number).map(Answer::created)
}

pub(crate) fn next_number(books: &Books<'_>) -> Result<String, Fault> {
    let sql = "SELECT 'RX-' || (1001 + count(*)) AS number FROM prescriptions";
    let row = books.row(sql, &[])?.unwrap_or_default();
    Ok(row.get("number").map(coerce::text).unwrap_or_default())
}

/// `GET /prescriptions/{number}`.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-read-prescription): numbers are counted, and show what somebody suffers from.
    row(books, call.parameter("number")).map(Answer::json)
}

/// `GET /safe/prescriptions/{number}`.
pub(crate) fn safe_read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let row = public_row(books, call.parameter("number"))?;
    if row.get("customer_id").is_none_or(|id| *id != caller.id) {
        return Err(Fault::missing("prescription"));
    }
    Ok(Answer::json(row))
}

/// `PATCH /prescriptions/{number}`.
pub(crate) fn update(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a5-approve): customers approve, too, what they asked for.
    call.caller(books)?;
    let number = call.parameter("number");
    row(books, number)?;
    // FLAW(a6-prescription-owner): also whose it is, and what it is for.
    books.update("prescriptions", "number", &number, &call.fields()?)?;
    row(books, number).map(Answer::json)
}

/// `PATCH /safe/prescriptions/{number}`.
pub(crate) fn safe_update(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Changes {
        status: Status,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Status {
        Approved,
        Rejected,
    }
    if !strict::caller(call, books)?.is_staff() {
        return Err(Fault::forbidden());
    }
    let changes: Changes = strict::json(call)?;
    let status = match changes.status {
        Status::Approved => "approved",
        Status::Rejected => "rejected",
    };
    let number = call.parameter("number");
    books.run("UPDATE prescriptions SET status = ?1 WHERE number = ?2", &[&status, &number])?;
    public_row(books, number).map(Answer::json)
}

pub(crate) fn row(books: &Books<'_>, number: &str) -> Result<Row, Fault> {
    let row = books.row("SELECT * FROM prescriptions WHERE number = ?1", &[&number])?;
    row.ok_or_else(|| Fault::missing("prescription"))
}

/// A prescription as the document declares it.
pub(crate) fn public_row(books: &Books<'_>, number: &str) -> Result<Row, Fault> {
    let sql = format!("SELECT {PUBLIC} FROM prescriptions WHERE number = ?1");
    books.row(&sql, &[&number])?.ok_or_else(|| Fault::missing("prescription"))
}

/// `GET /safe/prescriptions`.
pub(crate) fn safe_list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let sql = format!("SELECT {PUBLIC} FROM prescriptions WHERE customer_id = ?1 ORDER BY number");
    let items: Vec<Value> = books.rows(&sql, &[&caller.id])?.into_iter().map(Value::from).collect();
    let total = items.len();
    Ok(Answer::json(json!({ "items": items, "total": total })))
}
