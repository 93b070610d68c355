//! The safe twins of orders: an allow-list in, named columns out, the owner checked.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::{Call, Caller};
use crate::database::Books;
use crate::row::Row;
use crate::{orders, strict};

/// The most lines of one order.
const ITEMS_MAX: usize = 20;

/// What the document says an order is.
pub(crate) const PUBLIC: &str = "id, code, customer_id, note, delivery, total_cents, \
                                 discount_percent, status, paid, organisation_id";

#[derive(Deserialize)]
struct NewOrder {
    items: Vec<NewLine>,
    #[serde(default)]
    note: String,
    #[serde(default)]
    delivery: Delivery,
}

#[derive(Deserialize)]
struct NewLine {
    medicine_id: i64,
    quantity: i64,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Delivery {
    #[default]
    Pickup,
    Home,
}

impl Delivery {
    fn name(self) -> &'static str {
        match self {
            Self::Pickup => "pickup",
            Self::Home => "home",
        }
    }
}

/// `POST /safe/orders`.
pub(crate) fn create(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let wanted: NewOrder = strict::json(call)?;
    strict::bounded(&wanted.note, 200)?;
    if wanted.items.is_empty() || wanted.items.len() > ITEMS_MAX {
        return Err(Fault::invalid("an order has 1 to 20 items"));
    }
    let sql = "INSERT INTO orders (code, customer_id, note, delivery, total_cents) \
               VALUES (?1, ?2, ?3, ?4, 0)";
    let code = orders::next_code(books)?;
    let lines = priced(books, &wanted.items)?;
    books.run(sql, &[&code, &caller.id, &wanted.note, &wanted.delivery.name()])?;
    let row = books.row("SELECT id FROM orders WHERE code = ?1", &[&code])?;
    let id = row.and_then(|row| row.get("id").and_then(Value::as_i64)).unwrap_or_default();
    for line in lines {
        let sql = "INSERT INTO order_items (order_id, medicine_id, name, quantity, \
                   unit_price_cents, supplier_cost_cents) SELECT ?1, id, name, ?2, price_cents, \
                   supplier_cost_cents FROM medicines WHERE id = ?3";
        books.run(sql, &[&id, &line.quantity, &line.medicine_id])?;
    }
    let sql = "UPDATE orders SET discount_percent = ?1, total_cents = \
               CAST(round((SELECT sum(quantity * unit_price_cents) \
               FROM order_items WHERE order_id = ?2) \
               * (100 - ?1) / 100) AS INTEGER) WHERE id = ?2";
    books.run(sql, &[&caller.discount_percent, &id])?;
    whole(books, id, &caller).map(Answer::created)
}

/// The lines, once their stock is taken; nothing is taken if one cannot be served.
fn priced<'a>(books: &Books<'_>, lines: &'a [NewLine]) -> Result<&'a [NewLine], Fault> {
    for line in lines {
        if !(1..=100).contains(&line.quantity) {
            return Err(Fault::invalid("a quantity is 1 to 100"));
        }
        let sql = "SELECT stock >= ?1 AS enough FROM medicines WHERE id = ?2";
        let found = books.row(sql, &[&line.quantity, &line.medicine_id])?;
        let found = found.ok_or_else(|| Fault::invalid("no such medicine"))?;
        if found.get("enough").and_then(Value::as_i64) != Some(1) {
            return Err(Fault::conflict("not enough in stock"));
        }
    }
    for line in lines {
        let sql = "UPDATE medicines SET stock = stock - ?1 WHERE id = ?2";
        books.run(sql, &[&line.quantity, &line.medicine_id])?;
    }
    Ok(lines)
}

/// `GET /safe/orders`.
pub(crate) fn list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let sql = format!("SELECT {PUBLIC} FROM orders WHERE customer_id = ?1 ORDER BY id");
    let items = books.rows(&sql, &[&caller.id])?;
    let total = items.len();
    Ok(Answer::json(json!({ "items": items, "total": total })))
}

/// `GET /safe/orders/{id}`.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    whole(books, strict::id(call)?, &caller).map(Answer::json)
}

/// `PUT /safe/orders/{id}`.
pub(crate) fn update(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Changes {
        note: Option<String>,
        delivery: Option<Delivery>,
    }
    let caller = strict::caller(call, books)?;
    let id = strict::id(call)?;
    let order = whole(books, id, &caller)?;
    let changes: Changes = strict::json(call)?;
    strict::bounded(changes.note.as_deref().unwrap_or_default(), 200)?;
    if order.get("status").is_none_or(|status| status != "new" && status != "paid") {
        return Err(Fault::conflict("this order cannot be changed any more"));
    }
    let sql = "UPDATE orders SET note = coalesce(?1, note), delivery = coalesce(?2, delivery) \
               WHERE id = ?3";
    books.run(sql, &[&changes.note, &changes.delivery.map(Delivery::name), &id])?;
    whole(books, id, &caller).map(Answer::json)
}

/// `GET /safe/orders/by-code/{code}`.
pub(crate) fn read_by_code(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let code = call.parameter("code");
    let row = books.row("SELECT id FROM orders WHERE code = ?1 COLLATE BINARY", &[&code])?;
    let id = row.and_then(|row| row.get("id").and_then(Value::as_i64));
    let id = id.ok_or_else(|| Fault::missing("order"))?;
    whole(books, id, &caller).map(Answer::json)
}

/// `DELETE /safe/orders/{id}`.
pub(crate) fn cancel(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let id = strict::id(call)?;
    whole(books, id, &caller)?;
    let sql = "UPDATE orders SET status = 'cancelled' \
               WHERE id = ?1 AND status IN ('new', 'paid')";
    if books.run(sql, &[&id])? == 0 {
        return Err(Fault::conflict("this order cannot be changed any more"));
    }
    Ok(Answer::nothing())
}

/// The caller's own order, as the document declares it.
fn whole(books: &Books<'_>, id: i64, caller: &Caller) -> Result<Row, Fault> {
    shown(books, id, Some(caller.id))
}

/// An order as the document declares it: that owner's, or anybody's.
pub(crate) fn shown(books: &Books<'_>, id: i64, owner: Option<i64>) -> Result<Row, Fault> {
    let sql =
        format!("SELECT {PUBLIC} FROM orders WHERE id = ?1 AND (?2 IS NULL OR customer_id = ?2)");
    let mut order = books.row(&sql, &[&id, &owner])?.ok_or_else(|| Fault::missing("order"))?;
    let owner = order.get("customer_id").and_then(Value::as_i64);
    let sql = "SELECT medicine_id, name, quantity, unit_price_cents FROM order_items \
               WHERE order_id = ?1";
    order.insert("items".to_owned(), json!(books.rows(sql, &[&id])?));
    let customer = books.row("SELECT id, name FROM customers WHERE id = ?1", &[&owner])?;
    order.insert("customer".to_owned(), json!(customer));
    Ok(order)
}
