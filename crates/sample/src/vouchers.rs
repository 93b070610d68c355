//! Vouchers and points: what is everybody's, what is used up, and what two hands may take at once.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::safe_orders::shown;
use crate::{coerce, strict};

/// `GET /vouchers/{code}`: a voucher is nobody's; where it was used last is somebody's.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-nested-object): inside what everybody may see stands another's order.
    with_last_order(books, call.parameter("code"), None)
}

/// `GET /safe/vouchers/{code}`.
pub(crate) fn safe_read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    with_last_order(books, call.parameter("code"), Some(caller.id))
}

fn with_last_order(books: &Books<'_>, code: &str, owner: Option<i64>) -> Result<Answer, Fault> {
    let mut voucher = row(books, code)?;
    let last = voucher.get("last_order").and_then(Value::as_i64);
    // A twin shows it to its owner only.
    let order = last.and_then(|id| shown(books, id, owner).ok());
    voucher.insert("last_order".to_owned(), json!(order));
    Ok(Answer::json(voucher))
}

fn row(books: &Books<'_>, code: &str) -> Result<Row, Fault> {
    let sql = "SELECT code, worth_cents, uses_left, last_order FROM vouchers WHERE code = ?1";
    books.row(sql, &[&code])?.ok_or_else(|| Fault::missing("voucher"))
}

/// What a voucher is used for.
#[derive(Deserialize)]
struct Use {
    order_id: i64,
}

/// `POST /vouchers/{code}/use`, first half: whether there is one left.
pub(crate) fn may_use(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    order_of(call, books, caller.id)?;
    let voucher = row(books, call.parameter("code"))?;
    if voucher.get("uses_left").and_then(Value::as_i64).unwrap_or_default() < 1 {
        return Err(Fault::conflict("this voucher is used up"));
    }
    Ok(Answer::nothing())
}

/// `POST /vouchers/{code}/use`, second half: it is used.
pub(crate) fn use_up(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let order = order_of(call, books, caller.id)?;
    let code = call.parameter("code");
    // FLAW(n4-race-voucher): between looking and using somebody else has looked.
    // FLAW(a11-voucher-again): whoever used it before uses it again.
    // FLAW(a4-voucher-busy): each use takes a fifth of a second, and anybody may come as often as they like.
    books.run("UPDATE vouchers SET uses_left = uses_left - 1 WHERE code = ?1", &[&code])?;
    used(books, code, order)
}

/// `POST /safe/vouchers/{code}/use`: looks and uses in one statement, and each customer once.
pub(crate) fn safe_use(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let said: Use = strict::json(call)?;
    let code = call.parameter("code");
    row(books, code)?;
    shown(books, said.order_id, Some(caller.id))?;
    let once = "INSERT OR IGNORE INTO voucher_uses VALUES (?1, ?2)";
    if books.run(once, &[&code, &caller.id])? == 0 {
        return Err(Fault::conflict("you have used this voucher"));
    }
    let sql = "UPDATE vouchers SET uses_left = uses_left - 1 WHERE code = ?1 AND uses_left > 0";
    if books.run(sql, &[&code])? == 0 {
        return Err(Fault::conflict("this voucher is used up"));
    }
    used(books, code, said.order_id)
}

/// The caller's own order that the body names.
fn order_of(call: &Call, books: &Books<'_>, caller: i64) -> Result<i64, Fault> {
    let id = call.fields()?.get("order_id").and_then(Value::as_i64).unwrap_or_default();
    shown(books, id, Some(caller)).map(|_| id)
}

fn used(books: &Books<'_>, code: &str, order: i64) -> Result<Answer, Fault> {
    let sql = "UPDATE orders SET total_cents = max(0, total_cents - \
               (SELECT worth_cents FROM vouchers WHERE code = ?1)) WHERE id = ?2";
    books.run(sql, &[&code, &order])?;
    books.run("UPDATE vouchers SET last_order = ?1 WHERE code = ?2", &[&order, &code])?;
    shown(books, order, None).map(Answer::json)
}

/// `GET /points`.
pub(crate) fn points(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    balance(books, call.caller(books)?.id)
}

/// `GET /safe/points`.
pub(crate) fn safe_points(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    balance(books, strict::caller(call, books)?.id)
}

/// `POST /points/redeem`, first half: whether there are so many.
pub(crate) fn may_redeem(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let sql = "SELECT balance FROM points WHERE customer_id = ?1 AND balance >= ?2";
    if said_points(call)? < 1 || books.row(sql, &[&caller.id, &said_points(call)?])?.is_none() {
        return Err(Fault::conflict("so many points are not there"));
    }
    Ok(Answer::nothing())
}

/// `POST /points/redeem`, second half: they are taken.
pub(crate) fn redeem(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let points = said_points(call)?;
    // FLAW(n4-race-points): between looking and taking somebody else has looked.
    let sql = "UPDATE points SET balance = balance - ?1 WHERE customer_id = ?2";
    books.run(sql, &[&points, &caller.id])?;
    balance(books, caller.id)
}

/// `POST /safe/points/redeem`: looks and takes in one statement.
pub(crate) fn safe_redeem(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Said {
        points: u32,
    }
    let caller = strict::caller(call, books)?;
    let said: Said = strict::json(call)?;
    let sql = "UPDATE points SET balance = balance - ?1 WHERE customer_id = ?2 AND balance >= ?1";
    if said.points == 0 || books.run(sql, &[&said.points, &caller.id])? == 0 {
        return Err(Fault::conflict("so many points are not there"));
    }
    balance(books, caller.id)
}

fn said_points(call: &Call) -> Result<i64, Fault> {
    let said = call.fields()?.get("points").map(coerce::text).unwrap_or_default();
    said.parse().map_err(|_| Fault::invalid("`points` is a number"))
}

fn balance(books: &Books<'_>, customer: i64) -> Result<Answer, Fault> {
    let sql = "SELECT coalesce((SELECT balance FROM points WHERE customer_id = ?1), 0) AS balance";
    Ok(Answer::json(books.row(sql, &[&customer])?.unwrap_or_default()))
}
