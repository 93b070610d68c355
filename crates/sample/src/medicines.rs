//! Medicines: the list, single ones, search, and the old versions of the list.

use std::fmt::Write as _;

use axum::http::StatusCode;
use rusqlite::ToSql;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::strict;

/// What the document says a medicine is.
const PUBLIC: &str = "id, name, category, price_cents, stock, prescription_only";

/// `GET /medicines`.
pub(crate) fn list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let search = call.query("search").unwrap_or_default();
    let category = call.query("category").unwrap_or("%");
    let page = call.query("page").and_then(|text| text.trim().parse().ok()).unwrap_or(1_i64);
    let limit = call.query("per_page").and_then(|text| text.trim().parse().ok()).unwrap_or(5_i64);
    let sort = call.query("sort").unwrap_or("id");
    let offset = page.saturating_sub(1).saturating_mul(limit);
    // FLAW(a3-medicines-list): `*`. FLAW(f1-sort-column): `sort` is any expression.
    // FLAW(f1-negative-limit), FLAW(a4-unbounded-page): a limit of -1 is none, and so is a huge
    // one. FLAW(a7-verbose-500): a quote in `search` breaks the statement, or says what follows:
    // FLAW(a8-search-always-true), FLAW(a8-search-comments), FLAW(a8-search-blind),
    // FLAW(a8-search-union), FLAW(a8-sort-subquery).
    let sql = format!(
        "SELECT * FROM medicines WHERE name LIKE '%{search}%' AND category LIKE ?1 \
         ORDER BY {sort} LIMIT {limit} OFFSET {offset}"
    );
    let items = books.rows(&sql, &[&category])?;
    let count = "SELECT count(*) AS total FROM medicines WHERE name LIKE ?1 AND category LIKE ?2";
    let total = books.row(count, &[&format!("%{search}%"), &category])?;
    let total = total.and_then(|row| row.get("total").cloned());
    Ok(Answer::json(json!({ "items": items, "total": total, "page": page, "per_page": limit })))
}

/// `GET /safe/medicines`.
pub(crate) fn safe_list(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Sort {
        Id,
        Name,
        PriceCents,
    }
    #[derive(Deserialize)]
    struct Wanted {
        search: Option<String>,
        category: Option<String>,
        page: Option<u16>,
        per_page: Option<u16>,
        sort: Option<Sort>,
    }
    let wanted: Wanted = strict::query(call)?;
    let (page, limit) = (wanted.page.unwrap_or(1), wanted.per_page.unwrap_or(5));
    if page == 0 || !(1..=10).contains(&limit) {
        return Err(Fault::invalid("pages start at 1 and hold 1 to 10 medicines"));
    }
    let sort = match wanted.sort {
        None | Some(Sort::Id) => "id",
        Some(Sort::Name) => "name",
        Some(Sort::PriceCents) => "price_cents",
    };
    let search = format!("%{}%", wanted.search.unwrap_or_default());
    let category = wanted.category.unwrap_or_else(|| "%".to_owned());
    let offset = (u32::from(page) - 1) * u32::from(limit);
    let rest = "FROM medicines WHERE name LIKE ?1 AND category LIKE ?2 AND recalled = 0";
    let sql = format!("SELECT {PUBLIC} {rest} ORDER BY {sort} LIMIT {limit} OFFSET {offset}");
    let items = books.rows(&sql, &[&search, &category])?;
    let total = books.row(&format!("SELECT count(*) AS total {rest}"), &[&search, &category])?;
    let total = total.and_then(|row| row.get("total").cloned());
    Ok(Answer::json(json!({ "items": items, "total": total, "page": page, "per_page": limit })))
}

/// `GET /medicines/{id}`.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a3-medicine): what the supplier charges, and whether a lot was recalled.
    row(books, call.id("id")?).map(Answer::json)
}

/// `GET /safe/medicines/{id}`.
pub(crate) fn safe_read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    public_row(books, strict::id(call)?).map(Answer::json)
}

/// A medicine as the document declares it.
pub(crate) fn public_row(books: &Books<'_>, id: i64) -> Result<Row, Fault> {
    let row = books.row(&format!("SELECT {PUBLIC} FROM medicines WHERE id = ?1"), &[&id])?;
    row.ok_or_else(|| Fault::missing("medicine"))
}

/// A medicine, every column.
pub(crate) fn row(books: &Books<'_>, id: i64) -> Result<Row, Fault> {
    let row = books.row("SELECT * FROM medicines WHERE id = ?1", &[&id])?;
    row.ok_or_else(|| Fault::missing("medicine"))
}

/// `PUT /medicines/{id}`, in no document.
pub(crate) fn replace(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a9-undeclared-put): for the stock import, which nobody runs any more.
    let id = call.id("id")?;
    books.update("medicines", "id", &id, &call.fields()?)?;
    row(books, id).map(Answer::json)
}

/// `DELETE /medicines/{id}`, in no document.
pub(crate) fn remove(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a9-undeclared-delete): the scaffold made it.
    books.run("DELETE FROM order_items WHERE medicine_id = ?1", &[&call.id("id")?])?;
    books.run("DELETE FROM medicines WHERE id = ?1", &[&call.id("id")?])?;
    Ok(Answer::nothing())
}

/// `GET /medicines/lookup`.
pub(crate) fn lookup(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a4-many-ids): each id is a query, and nobody counts them.
    let mut items = Vec::new();
    for id in call.query_all("ids") {
        items.extend(books.row("SELECT * FROM medicines WHERE id = ?1", &[&id.trim()])?);
    }
    Ok(Answer::json(json!({ "items": items })))
}

/// `GET /safe/medicines/lookup`.
pub(crate) fn safe_lookup(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let ids: Result<Vec<u32>, _> = call.query_all("ids").map(str::parse).collect();
    let ids = ids.map_err(|_| Fault::invalid("`ids` are positive integers"))?;
    if ids.len() > 20 {
        return Err(Fault::invalid("at most 20 ids at once"));
    }
    let sql =
        format!("SELECT {PUBLIC} FROM medicines WHERE id IN (SELECT value FROM json_each(?1))");
    let items = books.rows(&sql, &[&Value::from(ids).to_string()])?;
    Ok(Answer::json(json!({ "items": items })))
}

/// `GET /medicines/filter`.
pub(crate) fn filter(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(f1-filter-pipes): what the client names wins over what is shown by default.
    let mut columns = vec![("recalled", "0")];
    let parts: Vec<&str> = call.query("where").unwrap_or_default().split('|').collect();
    for pair in parts.chunks_exact(2) {
        if let [name, value] = pair {
            columns.retain(|(known, _)| known != name);
            columns.push((name, value));
        }
    }
    let mut sql = format!("SELECT {PUBLIC} FROM medicines WHERE 1 = 1");
    let mut values: Vec<&dyn ToSql> = Vec::new();
    for (name, value) in &columns {
        let _ = write!(sql, " AND {name} = ?");
        values.push(value);
    }
    // FLAW(f1-filter-brackets): a column that nobody may see can still be asked about.
    let bounds: Vec<(&str, &str)> = call.query_within("between[").collect();
    for (name, value) in &bounds {
        let (column, bound) = name.split_once("][").unwrap_or((name, ""));
        let sign = if bound == "lte]" { "<=" } else { ">=" };
        let _ = write!(sql, " AND {column} {sign} CAST(? AS INTEGER)");
        values.push(value);
    }
    Ok(Answer::json(json!({ "items": books.rows(&format!("{sql} ORDER BY id"), &values)? })))
}

/// `GET /safe/medicines/filter`.
pub(crate) fn safe_filter(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let (mut category, mut name) = ("%", "%");
    let parts: Vec<&str> =
        call.query("where").map(|text| text.split('|').collect()).unwrap_or_default();
    for pair in parts.chunks(2) {
        match pair {
            ["category", value] => category = value,
            ["name", value] => name = value,
            _ => return Err(Fault::invalid("`where` knows `category` and `name`")),
        }
    }
    let (mut from, mut to) = (0_u32, u32::MAX);
    for (bound, value) in call.query_within("between[") {
        let value = value.parse().map_err(|_| Fault::invalid("a bound is a positive integer"))?;
        match bound {
            "price_cents][gte]" => from = value,
            "price_cents][lte]" => to = value,
            _ => return Err(Fault::invalid("`between` knows `price_cents`")),
        }
    }
    let sql = format!(
        "SELECT {PUBLIC} FROM medicines WHERE category LIKE ?1 AND name LIKE ?2 \
         AND price_cents BETWEEN ?3 AND ?4 AND recalled = 0 ORDER BY id"
    );
    Ok(Answer::json(json!({ "items": books.rows(&sql, &[&category, &name, &from, &to])? })))
}

/// `GET /v1/medicines`, deprecated.
pub(crate) fn list_v1(_call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let items = books.rows(&format!("SELECT {PUBLIC} FROM medicines ORDER BY id"), &[])?;
    Ok(Answer::json(json!({ "medicines": items })))
}

/// `GET /v1/prices`, past its sunset.
pub(crate) fn prices_v1(_call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a9-sunset-passed): announced as gone, and never taken down.
    let sql = "SELECT id, name, price_cents, supplier_cost_cents FROM medicines ORDER BY id";
    Ok(Answer::json(json!({ "prices": books.rows(sql, &[])? })))
}

/// `GET /search`.
pub(crate) fn search(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a4-rate-search): as often as anybody likes.
    let wanted = call.query("q").unwrap_or_default();
    let sql = format!("SELECT {PUBLIC} FROM medicines WHERE name LIKE ?1 ORDER BY id LIMIT 10");
    let results = books.rows(&sql, &[&format!("%{wanted}%")])?;
    let wants_html =
        call.query("format") == Some("html") || call.header("accept").starts_with("text/html");
    if wants_html {
        // FLAW(f2-html-by-query), FLAW(f2-html-by-accept): what was asked for, unescaped.
        let page = format!("<h1>Results for {wanted}</h1><p>{} found</p>", results.len());
        return Ok(Answer::text("text/html; charset=utf-8", page));
    }
    Ok(Answer::json(json!({ "query": wanted, "results": results })))
}

/// Searches of one address, as the proxy in front says it, in the life of an instance.
const SEARCHES_MAX: i64 = 10;

/// Counts a search, and refuses one too many.
fn counted(call: &Call, books: &Books<'_>) -> Result<(), Fault> {
    let address = call.header("x-forwarded-for");
    if address.is_empty() {
        return Ok(());
    }
    let row = books.row("SELECT count(*) AS n FROM searches WHERE address = ?1", &[&address])?;
    let count = row.and_then(|row| row.get("n").and_then(Value::as_i64)).unwrap_or_default();
    if count >= SEARCHES_MAX {
        return Err(Fault::new(StatusCode::TOO_MANY_REQUESTS, "too many searches"));
    }
    books.run("INSERT INTO searches VALUES (?1)", &[&address])?;
    Ok(())
}

/// `GET /safe/search`.
pub(crate) fn safe_search(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Wanted {
        q: String,
    }
    let wanted: Wanted = strict::query(call)?;
    strict::bounded(&wanted.q, 60)?;
    counted(call, books)?;
    let sql = format!("SELECT {PUBLIC} FROM medicines WHERE name LIKE ?1 ORDER BY id LIMIT 10");
    let results = books.rows(&sql, &[&format!("%{}%", wanted.q)])?;
    Ok(Answer::json(json!({ "query": wanted.q, "results": results })))
}
