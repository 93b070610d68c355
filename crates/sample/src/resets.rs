//! A forgotten password: a number is sent by text message, and who knows it sets a new one.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::{Books, weak_hash};
use crate::{coerce, strict};

/// Wrong numbers that are borne.
const TRIES_MAX: i64 = 5;
/// Under which name the safe twin counts, whatever the version.
const ALL_VERSIONS: &str = "all";

/// What is sent when the number is there.
struct Wanted {
    email: String,
    pin: String,
    password: String,
}

/// `POST /v1/password/reset-request` and `/v2/...`: says nothing about who is known.
pub(crate) fn request(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let email = call.fields()?.get("email").map(coerce::text).unwrap_or_default();
    // FLAW(a2-reset-pin): who asks again may try again, as often as they like.
    let sql = "DELETE FROM resets WHERE version = ?1 AND email = ?2";
    books.run(sql, &[&version(call), &email])?;
    Ok(Answer::nothing())
}

/// `POST /v1/password/reset` and `/v2/...`.
pub(crate) fn reset(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let fields = call.fields()?;
    let field = |name: &str| fields.get(name).map(coerce::text).unwrap_or_default();
    let wanted =
        Wanted { email: field("email"), pin: field("pin"), password: field("new_password") };
    // FLAW(a2-reset-versions): each version counts for itself, so two versions are twice as many.
    set(books, version(call), &wanted)
}

/// `POST /safe/password/reset-request`.
pub(crate) fn safe_request(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Request {
        email: String,
    }
    let said: Request = strict::json(call)?;
    strict::bounded(&said.email, 120)?;
    Ok(Answer::nothing())
}

/// `POST /safe/password/reset`.
pub(crate) fn safe_reset(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Reset {
        email: String,
        pin: String,
        new_password: String,
    }
    let Reset { email, pin, new_password: password } = strict::json(call)?;
    set(books, ALL_VERSIONS, &Wanted { email, pin, password })
}

/// Sets the password, if the number is right and was not tried too often.
fn set(books: &Books<'_>, version: &str, wanted: &Wanted) -> Result<Answer, Fault> {
    let Wanted { email, pin, password } = wanted;
    let sql = "SELECT tries FROM resets WHERE version = ?1 AND email = ?2";
    let tries = books.row(sql, &[&version, email])?;
    let tries = tries.and_then(|row| row.get("tries").and_then(Value::as_i64)).unwrap_or_default();
    if tries >= TRIES_MAX {
        return Err(Fault::new(StatusCode::TOO_MANY_REQUESTS, "too many wrong numbers"));
    }
    // 4 digits out of 10,000. The sample takes them from the first few, so that an attack is short:
    // alice's is 0007, bob's 0014, paula's 0021, adam's 0028.
    let sql = "SELECT id FROM customers WHERE email = ?1 AND printf('%04d', id * 7) = ?2";
    if books.row(sql, &[email, pin])?.is_none() {
        let sql = "INSERT INTO resets VALUES (?1, ?2, 1) \
                   ON CONFLICT DO UPDATE SET tries = tries + 1";
        books.run(sql, &[&version, email])?;
        return Err(Fault::invalid("the number is wrong"));
    }
    if password.chars().count() < 8 {
        return Err(Fault::invalid("the new password is too short"));
    }
    let sql = "UPDATE customers SET password_hash = ?1 WHERE email = ?2";
    books.run(sql, &[&weak_hash(password), email])?;
    Ok(Answer::nothing())
}

/// `v1` or `v2`.
fn version(call: &Call) -> &str {
    call.uri.path().split('/').nth(1).unwrap_or_default()
}
