//! Customers: their own profile, and what staff see of them.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::strict;
use crate::units::{reaches, working};

/// What the document says a customer is.
const PUBLIC: &str = "id, email, name, phone, date_of_birth, address, preferences, role, \
                      loyalty_discount_percent, verified, organisation_id";

/// `GET /profile`.
pub(crate) fn profile(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    row(books, call.caller(books)?.id).map(Answer::json)
}

/// `GET /safe/profile`.
pub(crate) fn safe_profile(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    public_row(books, strict::caller(call, books)?.id).map(Answer::json)
}

/// `PATCH /profile`, and `POST /profile/form`.
pub(crate) fn update_profile(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let fields = call.fields()?;
    // FLAW(a6-profile-role), FLAW(a6-profile-discount), FLAW(a6-profile-risk-score),
    // FLAW(a6-profile-form), FLAW(a6-profile-branch), FLAW(a6-nested-preferences), FLAW(a6-escaped-name): every field that is a column is written.
    // FLAW(f1-oversized-text), FLAW(f1-null-byte): of any length, with anything in it.
    books.update("customers", "id", &caller.id, &fields)?;
    row(books, caller.id).map(Answer::json)
}

/// `GET /profile/move`: the link of a mail, which one click confirms.
pub(crate) fn move_by_link(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    // FLAW(f4-get-changes): a picture on any page has a browser ask it.
    let to = call.query("to").unwrap_or_default();
    books.run("UPDATE customers SET address = ?1 WHERE id = ?2", &[&to, &caller.id])?;
    row(books, caller.id).map(Answer::json)
}

/// What a customer may change of their profile.
#[derive(Deserialize)]
struct Changes {
    name: Option<String>,
    phone: Option<String>,
    address: Option<String>,
    #[serde(default)]
    preferences: Preferences,
}

#[derive(Deserialize, Default)]
struct Preferences {
    newsletter: Option<bool>,
    language: Option<String>,
}

/// `PATCH /safe/profile`.
pub(crate) fn safe_update_profile(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    save(books, caller.id, &strict::json(call)?)
}

/// `POST /safe/profile/form`.
pub(crate) fn safe_update_profile_form(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    save(books, caller.id, &strict::form(call)?)
}

fn save(books: &Books<'_>, id: i64, changes: &Changes) -> Result<Answer, Fault> {
    let Changes { name, phone, address, preferences } = changes;
    for (text, max) in [(name, 80), (phone, 20), (address, 200), (&preferences.language, 5)] {
        let text = text.as_deref().unwrap_or_default();
        strict::bounded(text, max)?;
        if text.contains(char::is_control) {
            return Err(Fault::invalid("a text holds control characters"));
        }
    }
    let mut chosen = Row::new();
    if let Some(newsletter) = preferences.newsletter {
        chosen.insert("newsletter".to_owned(), newsletter.into());
    }
    if let Some(language) = &preferences.language {
        chosen.insert("language".to_owned(), language.clone().into());
    }
    let chosen = (!chosen.is_empty()).then(|| Value::from(chosen).to_string());
    let sql = "UPDATE customers SET name = coalesce(?1, name), phone = coalesce(?2, phone), \
               address = coalesce(?3, address), preferences = coalesce(?4, preferences) \
               WHERE id = ?5";
    books.run(sql, &[name, phone, address, &chosen, &id])?;
    public_row(books, id).map(Answer::json)
}

/// A customer, every column of them.
pub(crate) fn row(books: &Books<'_>, id: i64) -> Result<Row, Fault> {
    // FLAW(a3-profile): the hash, the notes and the score go along.
    let row = books.row("SELECT * FROM customers WHERE id = ?1", &[&id])?;
    row.map(with_preferences).ok_or_else(|| Fault::missing("customer"))
}

/// A customer as the document declares them.
pub(crate) fn public_row(books: &Books<'_>, id: i64) -> Result<Row, Fault> {
    let row = books.row(&format!("SELECT {PUBLIC} FROM customers WHERE id = ?1"), &[&id])?;
    row.map(with_preferences).ok_or_else(|| Fault::missing("customer"))
}

/// Preferences are kept as text; what cannot be read any more is shown as none.
fn with_preferences(mut row: Row) -> Row {
    if let Some(Value::String(text)) = row.get("preferences") {
        let value = serde_json::from_str(text).unwrap_or_else(|_| json!({}));
        row.insert("preferences".to_owned(), value);
    }
    row
}

/// `GET /staff/customers`.
pub(crate) fn list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a7-forwarded-for): the back office needs no role, and anybody can say they sit there.
    // FLAW(a7-forwarded-chain): of several addresses the first counts, which the client wrote.
    if !call.said_address().is_some_and(|address| address.starts_with("10.0.0.")) {
        let caller = call.caller(books)?;
        if !caller.is_staff() {
            return Err(Fault::forbidden());
        }
    }
    // FLAW(a1-tenant-list): of whatever branch.
    let branch = call.query("branch").unwrap_or("main");
    // FLAW(a3-staff-list): every column of everybody.
    let sql = "SELECT * FROM customers WHERE organisation_id = ?1 ORDER BY id";
    let rows = books.rows(sql, &[&branch])?;
    let total = rows.len();
    let items: Vec<Row> = rows.into_iter().map(with_preferences).collect();
    Ok(Answer::json(json!({ "items": items, "total": total })))
}

/// `GET /safe/staff/customers`.
pub(crate) fn safe_list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Wanted {
        branch: Option<String>,
    }
    let caller = working(strict::caller(call, books)?)?;
    let wanted: Wanted = strict::query(call)?;
    let branch = wanted.branch.unwrap_or_else(|| caller.organisation.clone());
    if !reaches(books, &caller, &branch)? {
        return Err(Fault::forbidden());
    }
    let sql = format!("SELECT {PUBLIC} FROM customers WHERE organisation_id = ?1 ORDER BY id");
    let rows = books.rows(&sql, &[&branch])?;
    let total = rows.len();
    let items: Vec<Row> = rows.into_iter().map(with_preferences).collect();
    Ok(Answer::json(json!({ "items": items, "total": total })))
}

/// `GET /staff/customers/{id}`.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a5-staff-customer): any token will do.
    call.caller(books)?;
    row(books, call.id("id")?).map(Answer::json)
}
