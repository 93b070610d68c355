//! What partners ask for in a customer's name, with a token of the pharmacy's issuer.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::{coerce, orders, strict, strict_token, token_claims};

/// `GET /partner/me`.
pub(crate) fn me(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    person(books, &subject(&token_claims::for_person(call)?))
}

/// `GET /safe/partner/me`.
pub(crate) fn safe_me(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    person(books, &strict_token::claims(call, books)?.sub)
}

/// `GET /partner/orders`.
pub(crate) fn orders(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    order_list(books, &subject(&token_claims::for_orders(call, books)?))
}

/// `GET /safe/partner/orders`.
pub(crate) fn safe_orders(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    order_list(books, &strict_token::claims(call, books)?.sub)
}

/// `GET /partner/prescriptions`.
pub(crate) fn prescriptions(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    prescription_list(books, &subject(&token_claims::for_prescriptions(call, books)?))
}

/// `GET /safe/partner/prescriptions`.
pub(crate) fn safe_prescriptions(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    prescription_list(books, &strict_token::claims(call, books)?.sub)
}

/// `GET /partner/summary`.
pub(crate) fn summary(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    sums(books, &subject(&token_claims::for_summary(call)?))
}

/// `GET /safe/partner/summary`.
pub(crate) fn safe_summary(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    sums(books, &strict_token::claims(call, books)?.sub)
}

/// `POST /partner/refills`.
pub(crate) fn refill(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let claims = token_claims::for_refill(call)?;
    // FLAW(a2-jwt-replay): that a token says `once` is nobody's business.
    let number = call.fields()?.get("number").map(coerce::text).unwrap_or_default();
    ordered(books, &subject(&claims), &number)
}

/// `POST /safe/partner/refills`.
pub(crate) fn safe_refill(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Refill {
        number: String,
    }
    let claims = strict_token::claims(call, books)?;
    let said: Refill = strict::json(call)?;
    if claims.once {
        strict_token::end(&claims, books)?;
    }
    ordered(books, &claims.sub, &said.number)
}

/// `POST /partner/sign-out`: the token is over.
pub(crate) fn sign_out(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    token_claims::for_orders(call, books)?;
    let token = call.bearer().unwrap_or_default();
    books.run("INSERT OR IGNORE INTO partner_ended VALUES (?1)", &[&token])?;
    Ok(Answer::nothing())
}

/// `POST /safe/partner/sign-out`.
pub(crate) fn safe_sign_out(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let claims = strict_token::claims(call, books)?;
    strict_token::end(&claims, books)?;
    Ok(Answer::nothing())
}

/// Whom the claims are about.
fn subject(claims: &Row) -> String {
    claims.get("sub").map(coerce::text).unwrap_or_default()
}

fn person(books: &Books<'_>, email: &str) -> Result<Answer, Fault> {
    let sql = "SELECT id AS customer_id, email, name, phone, address FROM customers \
               WHERE email = ?1";
    let row = books.row(sql, &[&email])?.ok_or_else(Fault::unknown_caller)?;
    Ok(Answer::json(row))
}

fn order_list(books: &Books<'_>, email: &str) -> Result<Answer, Fault> {
    let sql = "SELECT o.code, o.status, o.delivery, o.total_cents FROM orders o \
               JOIN customers c ON c.id = o.customer_id WHERE c.email = ?1 ORDER BY o.id";
    Ok(list(&books.rows(sql, &[&email])?))
}

fn prescription_list(books: &Books<'_>, email: &str) -> Result<Answer, Fault> {
    let sql = "SELECT p.number, p.medicine, p.doctor, p.diagnosis, p.status FROM prescriptions p \
               JOIN customers c ON c.id = p.customer_id WHERE c.email = ?1 ORDER BY p.number";
    Ok(list(&books.rows(sql, &[&email])?))
}

fn list(items: &[Row]) -> Answer {
    Answer::json(json!({ "items": items, "total": items.len() }))
}

fn sums(books: &Books<'_>, email: &str) -> Result<Answer, Fault> {
    let sql = "SELECT count(o.id) AS orders, coalesce(sum(o.total_cents), 0) AS total_cents \
               FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.email = ?1";
    Ok(Answer::json(books.row(sql, &[&email])?.unwrap_or_default()))
}

/// Orders what an approved prescription says.
fn ordered(books: &Books<'_>, email: &str, number: &str) -> Result<Answer, Fault> {
    let sql = "SELECT p.customer_id, m.price_cents FROM prescriptions p \
               JOIN customers c ON c.id = p.customer_id JOIN medicines m ON m.name = p.medicine \
               WHERE c.email = ?1 AND p.number = ?2 AND p.status = 'approved'";
    let row = books.row(sql, &[&email, &number])?;
    let row = row.ok_or_else(|| Fault::new(StatusCode::NOT_FOUND, "no such prescription"))?;
    let field = |name: &str| row.get(name).and_then(Value::as_i64).unwrap_or_default();
    let code = orders::next_code(books)?;
    let sql = "INSERT INTO orders (code, customer_id, total_cents) VALUES (?1, ?2, ?3)";
    books.run(sql, &[&code, &field("customer_id"), &field("price_cents")])?;
    Ok(Answer::created(json!({ "code": code, "number": number, "status": "new" })))
}
