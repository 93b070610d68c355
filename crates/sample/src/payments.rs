//! Payments for orders.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::{coerce, strict};

/// What the document says a payment is.
const PUBLIC: &str = "id, order_id, amount_cents, card_last4, status";

/// `POST /payments`.
pub(crate) fn create(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let fields = call.fields()?;
    let field = |name: &str| fields.get(name).unwrap_or(&Value::Null);
    // FLAW(a1-body-id): whoever's order it is.
    let order_id = coerce::number(field("order_id"));
    let order = books.row("SELECT * FROM orders WHERE id = ?1", &[&order_id])?;
    let order = order.ok_or_else(|| Fault::invalid("no such order"))?;
    let amount = coerce::number(field("amount_cents"));
    if amount < order.get("total_cents").map_or(0.0, coerce::number) {
        return Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "the amount is too low"));
    }
    if order.get("paid") == Some(&Value::Bool(true)) {
        return Err(Fault::conflict("this order is paid"));
    }
    // FLAW(f1-truthy-boolean): `"false"` is something, so it is true.
    let capture = fields.get("capture").is_none_or(coerce::truthy);
    let card = coerce::text(field("card_number"));
    let mut payment = Row::new();
    payment.insert("status".to_owned(), status(capture).into());
    payment.insert("card_last4".to_owned(), last4(&card).into());
    payment.insert("gateway_token".to_owned(), format!("gw-fake-{order_id}").into());
    // FLAW(a6-payment-status): what the client says wins.
    payment.extend(fields);
    payment.insert("amount_cents".to_owned(), json!(amount));
    payment.insert("card_number".to_owned(), card.into());
    payment.remove("id");
    let id = books.insert("payments", &payment)?;
    if capture {
        let sql = "UPDATE orders SET paid = 1, status = 'paid' WHERE id = ?1";
        books.run(sql, &[&order_id])?;
    }
    row(books, id).map(Answer::created)
}

fn status(capture: bool) -> &'static str {
    if capture { "captured" } else { "authorized" }
}

fn last4(card: &str) -> String {
    let count = card.chars().count();
    card.chars().skip(count.saturating_sub(4)).collect()
}

/// `POST /safe/payments`.
pub(crate) fn safe_create(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct NewPayment {
        order_id: i64,
        amount_cents: i64,
        card_number: String,
        #[serde(default = "yes")]
        capture: bool,
    }
    fn yes() -> bool {
        true
    }
    let caller = strict::caller(call, books)?;
    let wanted: NewPayment = strict::json(call)?;
    let card = &wanted.card_number;
    if card.len() != 16 || !card.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::invalid("a card number has 16 digits"));
    }
    let sql = "SELECT total_cents, paid FROM orders WHERE id = ?1 AND customer_id = ?2";
    let order = books.row(sql, &[&wanted.order_id, &caller.id])?;
    let order = order.ok_or_else(|| Fault::invalid("no such order"))?;
    if order.get("paid") == Some(&Value::Bool(true)) {
        return Err(Fault::conflict("this order is paid"));
    }
    if order.get("total_cents").and_then(Value::as_i64) != Some(wanted.amount_cents) {
        return Err(Fault::invalid("the amount is not the order's total"));
    }
    let sql = "INSERT INTO payments (order_id, amount_cents, card_number, card_last4, status, \
               gateway_token) VALUES (?1, ?2, '', ?3, ?4, 'gw-fake')";
    let status = status(wanted.capture);
    books.run(sql, &[&wanted.order_id, &wanted.amount_cents, &last4(card), &status])?;
    if wanted.capture {
        let sql = "UPDATE orders SET paid = 1, status = 'paid' WHERE id = ?1";
        books.run(sql, &[&wanted.order_id])?;
    }
    let sql = format!("SELECT {PUBLIC} FROM payments WHERE order_id = ?1 ORDER BY id DESC");
    Ok(Answer::created(json!(books.row(&sql, &[&wanted.order_id])?)))
}

/// `GET /payments/{id}`.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-read-payment): a payment does not say whose it is; its order would.
    row(books, call.id("id")?).map(Answer::json)
}

fn row(books: &Books<'_>, id: i64) -> Result<Row, Fault> {
    // FLAW(a3-payment): the card number, and the token that can charge it again.
    let row = books.row("SELECT * FROM payments WHERE id = ?1", &[&id])?;
    row.ok_or_else(|| Fault::missing("payment"))
}

/// `GET /safe/payments/{id}`.
pub(crate) fn safe_read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let sql = format!(
        "SELECT {PUBLIC} FROM payments WHERE id = ?1 AND order_id IN \
         (SELECT o.id FROM orders o WHERE o.customer_id = ?2)"
    );
    let row = books.row(&sql, &[&strict::id(call)?, &caller.id])?;
    row.map(Answer::json).ok_or_else(|| Fault::missing("payment"))
}
