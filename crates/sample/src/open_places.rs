//! What lies open beside the API, at hosts that no gateway stands before: a storage, and a public repository. For the
//! stories they have the API's own address.

use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::strict;

/// What lies in the storage.
const FILES: [&str; 3] =
    ["deploy/counter-key.json", "deploy/partner-secret.json", "exports/customers.json"];

/// `GET /storage/pharmacy`: what there is.
#[expect(clippy::unnecessary_wraps, reason = "every operation has the shape of `Operation`")]
pub(crate) fn listing(_call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a7-open-storage): to everybody, and so is each file.
    Ok(Answer::json(json!({ "bucket": "pharmacy", "files": FILES })))
}

/// `GET /storage/pharmacy/{folder}/{name}`: one file.
pub(crate) fn file(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let found = match (call.parameter("folder"), call.parameter("name")) {
        ("deploy", "counter-key.json") => json!({ "x-api-key": given_key(books)? }),
        ("deploy", "partner-secret.json") => {
            let sql = "SELECT kid, secret FROM partner_keys WHERE kid = 'partner-2019'";
            json!(books.row(sql, &[])?)
        }
        ("exports", "customers.json") => {
            json!(books.rows("SELECT id, email, phone FROM customers ORDER BY id", &[])?)
        }
        _ => return Err(Fault::missing("file")),
    };
    Ok(Answer::json(found))
}

/// The same where it is closed: for administrators, and for nobody else.
pub(crate) fn safe_listing(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    if !strict::caller(call, books)?.is_admin() {
        return Err(Fault::forbidden());
    }
    listing(call, books)
}

/// `GET /repository/pharmacy-app/latest`: a commit that everybody can read, with a key in it. What is published cannot be
/// taken back, so there is nothing that does it right.
pub(crate) fn commit(_call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let added = json!({ "PHARMACY_API_KEY": given_key(books)? });
    let file = json!({ "name": "config/live.json", "added": added });
    Ok(Answer::json(json!({ "message": "make the till work", "files": [file] })))
}

/// The key that was given out first.
fn given_key(books: &Books<'_>) -> Result<Value, Fault> {
    let row = books.row("SELECT facts FROM counter_keys ORDER BY rowid LIMIT 1", &[])?;
    let facts = row.as_ref().and_then(|row| row.get("facts")).and_then(Value::as_str);
    let facts: Option<Value> = facts.and_then(|facts| serde_json::from_str(facts).ok());
    Ok(facts.and_then(|facts| facts.get("text").cloned()).unwrap_or(Value::Null))
}
