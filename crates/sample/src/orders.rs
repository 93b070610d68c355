//! Orders: making, listing, reading, changing and cancelling them.

use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::{coerce, customers};

/// `POST /orders`.
pub(crate) fn create(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let mut fields = call.fields()?;
    let items = match fields.remove("items") {
        Some(Value::Array(items)) => items,
        Some(Value::Object(item)) => vec![Value::Object(item)],
        _ => return Err(Fault::invalid("an order needs `items`")),
    };
    let mut lines = Vec::new();
    let mut total = 0.0;
    // FLAW(a4-many-items): as many as are sent, several queries each.
    for item in items {
        let line = line(books, item)?;
        let field = |name: &str| line.get(name).map_or(0.0, coerce::number);
        total += field("quantity") * field("unit_price_cents");
        lines.push(line);
    }
    let discount = fields.get("discount_percent").map_or(caller.discount_percent, coerce::number);
    let mut order = Row::new();
    order.insert("code".to_owned(), next_code(books)?.into());
    order.insert("customer_id".to_owned(), caller.id.into());
    order.insert("total_cents".to_owned(), json!((total * (100.0 - discount) / 100.0).round()));
    order.insert("discount_percent".to_owned(), json!(discount));
    if let Some(paid) = fields.get_mut("paid") {
        *paid = Value::Bool(coerce::truthy(paid));
    }
    // FLAW(a6-order-total), FLAW(a6-order-discount), FLAW(a6-order-paid), FLAW(a6-order-owner):
    // what the client says wins over what was computed.
    order.extend(fields);
    let id = books.insert("orders", &order)?;
    for mut line in lines {
        line.insert("order_id".to_owned(), id.into());
        books.insert("order_items", &line)?;
    }
    whole(books, id).map(Answer::created)
}

/// One line of a new order: the medicine's data under what the client says.
fn line(books: &Books<'_>, item: Value) -> Result<Row, Fault> {
    let Value::Object(mut item) = item else {
        return Err(Fault::invalid("an item is an object"));
    };
    let id = coerce::number(item.get("medicine_id").unwrap_or(&Value::Null));
    let medicine = books.row("SELECT * FROM medicines WHERE id = ?1", &[&id])?;
    let medicine = medicine.ok_or_else(|| Fault::invalid("no such medicine"))?;
    // FLAW(f1-negative-quantity), FLAW(f1-fractional-quantity), FLAW(f1-array-for-scalar):
    // any number is a quantity.
    let quantity = coerce::number(item.get("quantity").unwrap_or(&Value::Null));
    if quantity > medicine.get("stock").map_or(0.0, coerce::number) {
        // FLAW(a3-stock-conflict): the whole row, so that the client can show what is left.
        return Err(Fault::conflict("not enough in stock").showing("medicine", medicine));
    }
    let sql = "UPDATE medicines SET stock = stock - ?1 WHERE id = ?2";
    books.run(sql, &[&quantity, &id])?;
    let mut line = Row::new();
    for (to, from) in [
        ("medicine_id", "id"),
        ("name", "name"),
        ("unit_price_cents", "price_cents"),
        ("supplier_cost_cents", "supplier_cost_cents"),
    ] {
        line.insert(to.to_owned(), medicine.get(from).cloned().unwrap_or_default());
    }
    item.insert("quantity".to_owned(), json!(quantity));
    item.remove("id");
    // FLAW(a6-item-price): also the price of the line.
    line.extend(item);
    Ok(line)
}

/// The code of the next order, to be read out on the phone.
pub(crate) fn next_code(books: &Books<'_>) -> Result<String, Fault> {
    // Above all ids and all codes: who chooses an id takes no code from those who come later.
    let sql = "SELECT 1 + max(max(id), max(CASE WHEN code LIKE 'PH-N%' \
               THEN CAST(substr(code, 5) AS INTEGER) ELSE 0 END)) AS next FROM orders";
    let row = books.row(sql, &[])?;
    Ok(format!("PH-N{}", row.as_ref().and_then(|row| row.get("next")).unwrap_or(&Value::Null)))
}

/// `GET /orders`.
pub(crate) fn list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    // FLAW(a3-orders-list): what staff wrote about the customer goes along.
    let sql = "SELECT * FROM orders WHERE customer_id = ?1 ORDER BY id";
    let items = books.rows(sql, &[&caller.id])?;
    let total = items.len();
    Ok(Answer::json(json!({ "items": items, "total": total })))
}

/// `GET /orders/{id}`, and `HEAD`.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-read-order), FLAW(a1-head-order): who is logged in sees any order that there is.
    whole(books, call.id("id")?).map(Answer::json)
}

/// `GET /orders/by-code/{code}`.
pub(crate) fn read_by_code(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let code = call.parameter("code");
    // FLAW(a1-read-by-code), FLAW(a1-id-case): by its other name too, in whatever case.
    let row = books.row("SELECT id FROM orders WHERE code = ?1", &[&code])?;
    let id = row.and_then(|row| row.get("id").and_then(Value::as_i64));
    whole(books, id.ok_or_else(|| Fault::missing("order"))?).map(Answer::json)
}

/// An order with its lines and its customer.
fn whole(books: &Books<'_>, id: i64) -> Result<Row, Fault> {
    // FLAW(a3-order), FLAW(a3-order-items), FLAW(a3-order-customer): `*`, three times over.
    let order = books.row("SELECT * FROM orders WHERE id = ?1", &[&id])?;
    let mut order = order.ok_or_else(|| Fault::missing("order"))?;
    let items = books.rows("SELECT * FROM order_items WHERE order_id = ?1", &[&id])?;
    let owner = order.get("customer_id").and_then(Value::as_i64).unwrap_or_default();
    order.insert("items".to_owned(), json!(items));
    if let Ok(customer) = customers::row(books, owner) {
        order.insert("customer".to_owned(), customer.into());
    }
    Ok(order)
}

/// The order that is to change, while it can be.
fn changeable(call: &Call, books: &Books<'_>) -> Result<i64, Fault> {
    call.caller(books)?;
    let id = call.id("id")?;
    // FLAW(a1-update), FLAW(a1-delete): whether it may change is asked, not whose it is.
    let order = books.row("SELECT * FROM orders WHERE id = ?1", &[&id])?;
    let order = order.ok_or_else(|| Fault::missing("order"))?;
    if order.get("status").is_some_and(|status| status == "new" || status == "paid") {
        return Ok(id);
    }
    // FLAW(a3-order-conflict): the refusal shows the row.
    Err(Fault::conflict("this order cannot be changed any more").showing("order", order))
}

/// `PUT /orders/{id}`.
pub(crate) fn update(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let id = changeable(call, books)?;
    // FLAW(a6-update-order): any column, the total and the status among them.
    books.update("orders", "id", &id, &call.fields()?)?;
    whole(books, id).map(Answer::json)
}

/// `DELETE /orders/{id}`.
pub(crate) fn cancel(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let id = changeable(call, books)?;
    books.run("UPDATE orders SET status = 'cancelled' WHERE id = ?1", &[&id])?;
    Ok(Answer::nothing())
}
