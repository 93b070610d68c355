//! The sale: a price is quoted, an address is set, and then it is bought. And what is given for a friend.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::{coerce, strict};

/// What one of them costs.
const PRICE_CENTS: i64 = 250;
/// How long a person needs between the address and the purchase.
const PERSON_MS: i64 = 1_000;
/// What is given for a friend.
const FRIEND_POINTS: i64 = 100;
/// Milliseconds since 1970, as the database knows them.
const NOW_MS: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/// `POST /sale/quote`: what so many cost.
pub(crate) fn quote(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let quantity = call.fields()?.get("quantity").map_or(0.0, coerce::number);
    quoted(books, caller.id, quantity as i64)
}

/// `POST /safe/sale/quote`.
pub(crate) fn safe_quote(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Wanted {
        quantity: i64,
    }
    let caller = strict::caller(call, books)?;
    let wanted: Wanted = strict::json(call)?;
    if !(1..=10).contains(&wanted.quantity) {
        return Err(Fault::invalid("from 1 to 10"));
    }
    quoted(books, caller.id, wanted.quantity)
}

fn quoted(books: &Books<'_>, customer: i64, quantity: i64) -> Result<Answer, Fault> {
    let total = quantity.saturating_mul(PRICE_CENTS);
    let sql = "INSERT INTO sales (customer_id, quantity, total_cents) VALUES (?1, ?2, ?3) \
               ON CONFLICT (customer_id) DO UPDATE SET quantity = ?2, total_cents = ?3, address = NULL";
    books.run(sql, &[&customer, &quantity, &total])?;
    Ok(Answer::created(json!({ "quantity": quantity, "total_cents": total })))
}

/// `PUT /sale/address`: where it goes.
pub(crate) fn address(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let to = call.fields()?.get("address").map(coerce::text).unwrap_or_default();
    addressed(books, caller.id, &to)
}

/// `PUT /safe/sale/address`.
pub(crate) fn safe_address(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Said {
        address: String,
    }
    let caller = strict::caller(call, books)?;
    let said: Said = strict::json(call)?;
    strict::bounded(&said.address, 100)?;
    addressed(books, caller.id, &said.address)
}

fn addressed(books: &Books<'_>, customer: i64, to: &str) -> Result<Answer, Fault> {
    let sql =
        format!("UPDATE sales SET address = ?1, addressed_ms = {NOW_MS} WHERE customer_id = ?2");
    if books.run(&sql, &[&to, &customer])? == 0 {
        return Err(Fault::missing("quote"));
    }
    Ok(Answer::json(json!({ "address": to })))
}

/// `POST /sale/purchase`: it is bought.
pub(crate) fn purchase(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let fields = call.fields()?;
    // FLAW(a11-skip-address), FLAW(a11-too-fast), FLAW(a11-bought-twice): nothing asks what was done before, or when.
    // FLAW(a11-own-price): the price is what the client says.
    let amount = fields.get("amount_cents").map_or(0.0, coerce::number) as i64;
    bought(books, caller.id, amount)
}

/// `POST /safe/sale/purchase`.
pub(crate) fn safe_purchase(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Said {
        amount_cents: i64,
    }
    let caller = strict::caller(call, books)?;
    let said: Said = strict::json(call)?;
    let sql = format!(
        "SELECT total_cents, quantity, {NOW_MS} - addressed_ms AS since FROM sales \
         WHERE customer_id = ?1 AND address IS NOT NULL"
    );
    let quote = books.row(&sql, &[&caller.id])?;
    let quote = quote.ok_or_else(|| Fault::conflict("the address is missing"))?;
    let number = |name: &str| quote.get(name).and_then(Value::as_i64).unwrap_or_default();
    if number("since") < PERSON_MS {
        return Err(Fault::conflict("nobody is so fast"));
    }
    if number("total_cents") != said.amount_cents {
        return Err(Fault::conflict("this is not the price"));
    }
    let answer = bought(books, caller.id, said.amount_cents)?;
    let sql =
        "UPDATE sales SET address = NULL, quantity = 0, total_cents = 0 WHERE customer_id = ?1";
    books.run(sql, &[&caller.id])?;
    Ok(answer)
}

fn bought(books: &Books<'_>, customer: i64, amount: i64) -> Result<Answer, Fault> {
    let sql = "UPDATE sales SET sold = sold + quantity, paid_cents = paid_cents + ?1 WHERE customer_id = ?2";
    if books.run(sql, &[&amount, &customer])? == 0 {
        return Err(Fault::missing("quote"));
    }
    let sql = "SELECT sold, paid_cents FROM sales WHERE customer_id = ?1";
    Ok(Answer::json(books.row(sql, &[&customer])?.unwrap_or_default()))
}

/// What somebody says who was invited.
#[derive(Deserialize)]
struct Invited {
    invited_by: String,
    website: Option<String>,
}

/// `POST /points/invitation`: points for whoever invited a friend, and for the friend.
pub(crate) fn invitation(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let fields = call.fields()?;
    let by = fields.get("invited_by").map(coerce::text).unwrap_or_default();
    // FLAW(a11-own-invitation), FLAW(a11-own-invitation-case): a friend may be oneself.
    // FLAW(a11-decoy): nobody looks at the field that people do not see.
    let by = customer(books, &by.to_lowercase())?;
    given(books, &[(by, FRIEND_POINTS), (caller.id, FRIEND_POINTS)])?;
    balance(books, caller.id)
}

/// `POST /safe/points/invitation`.
pub(crate) fn safe_invitation(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let said: Invited = strict::json(call)?;
    if said.website.is_some_and(|website| !website.is_empty()) {
        return Err(Fault::invalid("this field is empty"));
    }
    let by = customer(books, &said.invited_by.to_lowercase())?;
    if by == caller.id {
        return Err(Fault::conflict("nobody invites themselves"));
    }
    given(books, &[(by, FRIEND_POINTS), (caller.id, FRIEND_POINTS)])?;
    balance(books, caller.id)
}

/// `POST /points/gift`: points for somebody else.
pub(crate) fn gift(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let fields = call.fields()?;
    let to = customer(books, &fields.get("to").map(coerce::text).unwrap_or_default())?;
    // FLAW(a11-negative-gift): a gift of less than nothing takes.
    let points = fields.get("points").map_or(0.0, coerce::number) as i64;
    let owned = balance_of(books, caller.id)?;
    if owned < points {
        return Err(Fault::conflict("so many points are not there"));
    }
    given(books, &[(to, points), (caller.id, -points)])?;
    balance(books, caller.id)
}

/// `POST /safe/points/gift`.
pub(crate) fn safe_gift(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Said {
        to: String,
        points: u32,
    }
    let caller = strict::caller(call, books)?;
    let said: Said = strict::json(call)?;
    let to = customer(books, &said.to)?;
    let points = i64::from(said.points);
    if points == 0 || balance_of(books, caller.id)? < points {
        return Err(Fault::conflict("so many points are not there"));
    }
    given(books, &[(to, points), (caller.id, -points)])?;
    balance(books, caller.id)
}

fn customer(books: &Books<'_>, email: &str) -> Result<i64, Fault> {
    let row = books.row("SELECT id FROM customers WHERE email = ?1", &[&email])?;
    let id = row.as_ref().and_then(|row| row.get("id")).and_then(Value::as_i64);
    id.ok_or_else(|| Fault::invalid("nobody has this address"))
}

fn given(books: &Books<'_>, all: &[(i64, i64)]) -> Result<(), Fault> {
    for (customer, points) in all {
        let sql = "INSERT INTO points (customer_id, balance) VALUES (?1, ?2) \
                   ON CONFLICT (customer_id) DO UPDATE SET balance = balance + ?2";
        books.run(sql, &[customer, points])?;
    }
    Ok(())
}

fn balance_of(books: &Books<'_>, customer: i64) -> Result<i64, Fault> {
    let row = books.row("SELECT balance FROM points WHERE customer_id = ?1", &[&customer])?;
    Ok(row.as_ref().and_then(|row| row.get("balance")).and_then(Value::as_i64).unwrap_or_default())
}

fn balance(books: &Books<'_>, customer: i64) -> Result<Answer, Fault> {
    let mut row = Row::new();
    row.insert("balance".to_owned(), balance_of(books, customer)?.into());
    Ok(Answer::json(row))
}
