//! The counter for programs of others: they call with keys, or with user and password, that somebody else gives out, who
//! stands in front and says in `X-Caller` whose they are. So the counter looks at them as little as it can.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::safe_orders::shown;
use crate::{strict, tills, web};

/// What is known of the keys and users that were given out. Whoever gives them out tells it here.
#[derive(Deserialize)]
struct Told {
    keys: Vec<Key>,
    users: Vec<User>,
}

/// A key, and what it is for. What is empty restricts nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) text: String,
    /// A customer: the id, or the e-mail address.
    pub(crate) owner: String,
    /// The id of the key above it.
    pub(crate) parent: Option<String>,
    pub(crate) operations: Vec<String>,
    /// Words for what may be done with orders.
    pub(crate) may: Vec<String>,
    /// The only orders.
    pub(crate) orders: Vec<String>,
    /// The beginnings of the only addresses.
    pub(crate) addresses: Vec<String>,
    /// Seconds since 1970.
    pub(crate) ends: Option<u64>,
    pub(crate) is_revoked: bool,
    /// So many uses.
    pub(crate) uses_max: Option<u32>,
}

#[derive(Deserialize)]
struct User {
    name: String,
    password: String,
}

/// `PUT /credentials`, beside the API: what is known from now on, instead of what was. Uses of keys stay counted.
pub(crate) fn learn(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let told: Told = strict::json(call)?;
    books.run("DELETE FROM counter_keys", &[])?;
    books.run("DELETE FROM counter_users", &[])?;
    for key in &told.keys {
        let facts = serde_json::to_string(key).map_err(|_| Fault::invalid("that is no key"))?;
        books.run("INSERT INTO counter_keys (id, facts) VALUES (?1, ?2)", &[&key.id, &facts])?;
        books.run("INSERT OR IGNORE INTO counter_uses (id) VALUES (?1)", &[&key.id])?;
    }
    for User { name, password } in &told.users {
        let sql = "INSERT INTO counter_users (name, password) VALUES (?1, ?2)";
        books.run(sql, &[name, password])?;
    }
    Ok(Answer::nothing())
}

/// `GET /counter/me`: whose key it is.
pub(crate) fn me(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    web::greeted(books, holder(call, books)?)
}

/// `GET /counter/orders/{id}`.
pub(crate) fn order(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a1-key-object): any order of the key's owner, whichever the key is for.
    shown(books, call.id("id")?, Some(holder(call, books)?)).map(Answer::json)
}

/// `DELETE /counter/orders/{id}`.
pub(crate) fn cancel(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a5-key-operation), FLAW(a5-key-verb), FLAW(a5-key-child): whatever the key is for, and the one above it.
    let owner = holder(call, books)?;
    cancelled(books, call.id("id")?, owner)
}

/// `GET /counter/till`: whose user and password it is.
pub(crate) fn till(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    if let Some(said) = said_caller(call) {
        return web::greeted(books, customer(books, said)?);
    }
    let login = tills::shown(call).ok_or_else(Fault::unknown_caller)?;
    // FLAW(a2-own-password-wrong), FLAW(a2-own-password-changed): the password was looked at before, was it not?
    // FLAW(a2-own-user-unknown): and the user is there, else nobody would know the name.
    web::greeted(books, customer(books, &login.email)?)
}

/// The customer who calls.
fn holder(call: &Call, books: &Books<'_>) -> Result<i64, Fault> {
    if let Some(said) = said_caller(call) {
        return customer(books, said);
    }
    // FLAW(a2-key-secret), FLAW(a2-key-checksum), FLAW(a2-key-environment): the id says whose it is.
    // FLAW(a2-key-revoked), FLAW(a2-key-parent-revoked), FLAW(a2-key-expired), FLAW(a2-key-network),
    // FLAW(a4-key-rate), FLAW(c6-plain-key): when, from where, how often, and how it came: nobody looks.
    let id = call.header("x-api-key").split('_').nth(2).unwrap_or_default();
    customer(books, &known(books, id)?.owner)
}

/// Whom the field names in which the one in front says who calls.
fn said_caller(call: &Call) -> Option<&str> {
    // FLAW(a2-caller-field): whoever writes it.
    Some(call.header("x-caller")).filter(|said| !said.is_empty())
}

/// What is known of the key of this id.
pub(crate) fn known(books: &Books<'_>, id: &str) -> Result<Key, Fault> {
    let row = books.row("SELECT facts FROM counter_keys WHERE id = ?1", &[&id])?;
    let facts = row.as_ref().and_then(|row| row.get("facts")).and_then(Value::as_str);
    facts.and_then(|facts| serde_json::from_str(facts).ok()).ok_or_else(Fault::unknown_caller)
}

/// The customer of this id or e-mail address.
pub(crate) fn customer(books: &Books<'_>, name: &str) -> Result<i64, Fault> {
    let sql = "SELECT id FROM customers WHERE email = ?1 OR CAST(id AS TEXT) = ?1";
    let row = books.row(sql, &[&name])?;
    row.and_then(|row| row.get("id")?.as_i64()).ok_or_else(Fault::unknown_caller)
}

/// Cancels an order of this customer.
pub(crate) fn cancelled(books: &Books<'_>, id: i64, owner: i64) -> Result<Answer, Fault> {
    shown(books, id, Some(owner))?;
    let sql = "UPDATE orders SET status = 'cancelled' WHERE id = ?1 AND status IN ('new', 'paid')";
    if books.run(sql, &[&id])? == 0 {
        return Err(Fault::conflict("this order cannot be changed any more"));
    }
    Ok(Answer::nothing())
}
