//! The safe twins of the counter: a key is looked at as a whole, and so is every key above it.

use axum::http::StatusCode;
use serde_json::Value;

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::counter::{Key, cancelled, customer, known};
use crate::database::Books;
use crate::safe_orders::shown;
use crate::{issuer, strict, tills, web};

/// Keys above one another, at most.
const ABOVE_MAX: usize = 5;

/// `GET /safe/counter/me`.
pub(crate) fn me(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let keys = keys(call, books)?;
    web::greeted(books, owner(&keys, "counterMe", books)?)
}

/// `GET /safe/counter/orders/{id}`.
pub(crate) fn order(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let keys = keys(call, books)?;
    let owner = owner(&keys, "counterOrder", books)?;
    shown(books, meant(call, &keys, "read")?, Some(owner)).map(Answer::json)
}

/// `DELETE /safe/counter/orders/{id}`.
pub(crate) fn cancel(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let keys = keys(call, books)?;
    let owner = owner(&keys, "cancelCounterOrder", books)?;
    cancelled(books, meant(call, &keys, "delete")?, owner)
}

/// `GET /safe/counter/till`.
pub(crate) fn till(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let login = tills::shown(call).ok_or_else(Fault::unknown_caller)?;
    let row = books.row("SELECT password FROM counter_users WHERE name = ?1", &[&login.email])?;
    let password = row.as_ref().and_then(|row| row.get("password")).and_then(Value::as_str);
    if password != Some(login.password.as_str()) {
        return Err(Fault::unknown_caller());
    }
    web::greeted(books, customer(books, &login.email)?)
}

/// The key that was shown, then those above it: all of them good.
fn keys(call: &Call, books: &Books<'_>) -> Result<Vec<Key>, Fault> {
    let shown = call.header("x-api-key");
    let first = known(books, shown.split('_').nth(2).unwrap_or_default())?;
    if first.text != shown || call.header("x-forwarded-proto") == "http" {
        return Err(Fault::unknown_caller());
    }
    let mut keys = vec![first];
    while let Some(above) = keys.last().and_then(|last| last.parent.clone()) {
        if keys.len() > ABOVE_MAX {
            return Err(Fault::unknown_caller());
        }
        keys.push(known(books, &above)?);
    }
    let from = call.said_address().unwrap_or("127.0.0.1");
    let is_near = |one: &Key| {
        one.addresses.is_empty() || one.addresses.iter().any(|begin| from.starts_with(begin))
    };
    let holds = |one: &Key| !one.is_revoked && one.ends.is_none_or(|end| issuer::now() < end);
    if !keys.iter().all(|one| holds(one) && is_near(one)) {
        return Err(Fault::unknown_caller());
    }
    keys.iter().try_for_each(|one| used(one, books))?;
    Ok(keys)
}

/// Counts a use.
fn used(key: &Key, books: &Books<'_>) -> Result<(), Fault> {
    let Some(most) = key.uses_max else { return Ok(()) };
    let sql = "UPDATE counter_uses SET uses = uses + 1 WHERE id = ?1 AND uses < ?2";
    match books.run(sql, &[&key.id, &most])? {
        0 => Err(Fault::new(StatusCode::TOO_MANY_REQUESTS, "this key was used too often")),
        _ => Ok(()),
    }
}

/// Whose the keys are, if all of them are for this operation.
fn owner(keys: &[Key], operation: &str, books: &Books<'_>) -> Result<i64, Fault> {
    let is_for =
        |one: &Key| one.operations.is_empty() || one.operations.iter().any(|own| own == operation);
    match keys.first() {
        Some(first) if keys.iter().all(is_for) => customer(books, &first.owner),
        _ => Err(Fault::forbidden()),
    }
}

/// The order that the path names, if all keys may do this with it.
fn meant(call: &Call, keys: &[Key], verb: &str) -> Result<i64, Fault> {
    let id = strict::id(call)?;
    let may = |one: &Key| one.may.is_empty() || one.may.iter().any(|own| own == verb);
    if !keys.iter().all(may) {
        return Err(Fault::forbidden());
    }
    let name = id.to_string();
    let is_among = |one: &Key| one.orders.is_empty() || one.orders.contains(&name);
    if keys.iter().all(is_among) { Ok(id) } else { Err(Fault::missing("order")) }
}
