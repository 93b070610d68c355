//! Logging in and out from the phone app and the web page, and being remembered.

use axum::http::{StatusCode, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use serde_json::json;

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::coerce;
use crate::database::Books;
use crate::sessions::open_session;

/// `POST /login/app`: always 200, and a word that says how it went.
pub(crate) fn login(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let fields = call.fields()?;
    match open_session(books, &fields, None) {
        Ok((id, token)) => {
            // FLAW(a2-weak-cookie): who is remembered stands in the cookie, in another alphabet.
            let remember =
                format!("remember={}; Path=/; HttpOnly", BASE64URL.encode(id.to_string()));
            let answer = json!({ "status": "ok", "token": token, "customer_id": id });
            Ok(Answer::json(answer).with(header::SET_COOKIE, remember))
        }
        Err(fault) if fault.status == StatusCode::UNAUTHORIZED => {
            let email = fields.get("email").map(coerce::text).unwrap_or_default();
            let sql = "SELECT id FROM customers WHERE email = ?1";
            // FLAW(a2-user-exists): helpful, also to who collects addresses.
            let reason = match books.row(sql, &[&email])? {
                Some(_) => "wrong password",
                None => "unknown email",
            };
            Ok(Answer::json(json!({ "status": "fail", "reason": reason })))
        }
        Err(fault) => Err(fault),
    }
}

/// `GET /welcome`: who is remembered.
pub(crate) fn welcome(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let cookie = call.cookie("remember").and_then(|cookie| BASE64URL.decode(cookie).ok());
    let id = cookie.and_then(|id| String::from_utf8(id).ok()).and_then(|id| id.parse().ok());
    greeted(books, id.ok_or_else(Fault::unknown_caller)?)
}

/// What a remembered customer is greeted with.
pub(crate) fn greeted(books: &Books<'_>, id: i64) -> Result<Answer, Fault> {
    let sql = "SELECT id AS customer_id, name, email FROM customers WHERE id = ?1";
    books.row(sql, &[&id])?.map(Answer::json).ok_or_else(Fault::unknown_caller)
}

/// `POST /logout/web`: back to the shop.
pub(crate) fn logout(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a2-token-after-logout): the browser forgets the token; nobody else does.
    Ok(away())
}

/// Leads to the shop, without a session.
pub(crate) fn away() -> Answer {
    let answer = Answer::redirect(StatusCode::SEE_OTHER, "/api/medicines".to_owned());
    answer.with(header::SET_COOKIE, "session=; Path=/; Max-Age=0; HttpOnly".to_owned())
}
