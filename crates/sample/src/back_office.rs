//! What staff do: restock, reports, exports. And the small public operations beside the shop.

use axum::http::{StatusCode, header};
use rusqlite::ToSql;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::{coerce, medicines, sessions, strict};

/// `POST /staff/medicines/{id}/restock`.
pub(crate) fn restock(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let id = call.id("id")?;
    let quantity = coerce::number(call.fields()?.get("quantity").unwrap_or(&Value::Null));
    // FLAW(a5-restock): any token will do.
    add_stock(books, id, quantity)?;
    medicines::row(books, id).map(Answer::json)
}

/// Puts so many on the shelf.
pub(crate) fn add_stock(books: &Books<'_>, id: i64, more: impl ToSql) -> Result<(), Fault> {
    let sql = "UPDATE medicines SET stock = stock + ?1 WHERE id = ?2";
    books.run(sql, &[&more, &id]).map(drop)
}

/// `GET /staff/reports/sales`, as CSV.
pub(crate) fn sales(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    if !call.caller(books)?.is_staff() {
        return Err(Fault::forbidden());
    }
    let sql = "SELECT name, sum(quantity) AS sold, sum(quantity * unit_price_cents) AS cents \
               FROM order_items GROUP BY name ORDER BY name";
    let mut csv = "medicine,sold,cents\n".to_owned();
    for row in books.rows(sql, &[])? {
        let cells: Vec<String> = row.values().map(coerce::text).collect();
        csv.push_str(&cells.join(","));
        csv.push('\n');
    }
    Ok(Answer::text("text/csv; charset=utf-8", csv))
}

/// `GET /staff/export`: order lines, over and over until there are `rows` of them.
pub(crate) fn export(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    if !call.caller(books)?.is_staff() {
        return Err(Fault::forbidden());
    }
    // FLAW(a4-huge-answer): 200,000 rows make an answer of more than 20 MB.
    // FLAW(a4-export-bytes): and whoever may ask for a thousand may do so again and again.
    let rows = call.query("rows").and_then(|text| text.trim().parse().ok()).unwrap_or(100_i64);
    exported(books, rows)
}

/// Order lines that one of the staff may export in the life of an instance.
const EXPORTED_MAX: i64 = 5_000;

/// `GET /safe/staff/export`.
pub(crate) fn safe_export(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Wanted {
        rows: Option<u32>,
    }
    let caller = strict::caller(call, books)?;
    if !caller.is_staff() {
        return Err(Fault::forbidden());
    }
    let rows = strict::query::<Wanted>(call)?.rows.unwrap_or(100);
    if !(1..=1000).contains(&rows) {
        return Err(Fault::invalid("at most 1000 rows at once"));
    }
    let sql = "SELECT coalesce(sum(lines), 0) AS n FROM exports WHERE customer_id = ?1";
    let before = books.row(sql, &[&caller.id])?;
    let before = before.and_then(|row| row.get("n").and_then(Value::as_i64)).unwrap_or_default();
    if before + i64::from(rows) > EXPORTED_MAX {
        return Err(Fault::new(StatusCode::TOO_MANY_REQUESTS, "so many lines are enough"));
    }
    books.run("INSERT INTO exports VALUES (?1, ?2)", &[&caller.id, &rows])?;
    exported(books, i64::from(rows))
}

fn exported(books: &Books<'_>, rows: i64) -> Result<Answer, Fault> {
    let sql = "WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter \
               WHERE n < ?1) SELECT n AS row, name, quantity, unit_price_cents \
               FROM counter JOIN order_items ON order_items.id = 1 + n % 7";
    let items = books.rows(sql, &[&rows])?;
    Ok(Answer::json(json!({ "items": items })))
}

/// `GET /health`.
pub(crate) fn health(_call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    books.row("SELECT 1", &[])?;
    Ok(Answer::json(json!({ "status": "ok" })))
}

/// `GET /go`.
#[expect(clippy::unnecessary_wraps, reason = "every operation has the shape of `Operation`")]
pub(crate) fn go(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a7-open-redirect): links in our mails lead anywhere.
    let to = call.query("to").unwrap_or("/api/medicines");
    Ok(Answer::redirect(StatusCode::FOUND, to.to_owned()))
}

/// `GET /safe/go`.
pub(crate) fn safe_go(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let to = call.query("to").unwrap_or("/api/medicines");
    if !sessions::is_local(to) {
        return Err(Fault::invalid("`to` is a path of this API"));
    }
    Ok(Answer::redirect(StatusCode::FOUND, to.to_owned()))
}

/// `GET /delivery-slots`: the postcode in a header field, the store in a cookie.
pub(crate) fn delivery_slots(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let postcode = call.header("x-postcode");
    if postcode.is_empty() {
        return Err(Fault::invalid("send `X-Postcode`"));
    }
    // FLAW(f1-header-and-cookie): both are echoed as they came.
    let store = call.cookie("store").unwrap_or("main");
    let slots = json!(["09:00-12:00", "14:00-18:00"]);
    let answer = json!({ "postcode": postcode, "store": store, "slots": slots });
    Ok(Answer::json(answer).with(header::VARY, "X-Postcode, Cookie".to_owned()))
}

/// `GET /safe/delivery-slots`.
pub(crate) fn safe_delivery_slots(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let postcode = call.header("x-postcode");
    let is_postcode = postcode.len() == 5 && postcode.bytes().all(|b| b.is_ascii_digit());
    let store = call.cookie("store").unwrap_or("main");
    if !is_postcode || !["main", "station", "harbour"].contains(&store) {
        return Err(Fault::invalid("send a postcode of 5 digits and a store that exists"));
    }
    delivery_slots(call, books)
}
