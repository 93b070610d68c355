//! The safe twins of logging in and out: tokens that nobody counts, tries that are counted.

use axum::http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::{Call, known};
use crate::database::{Books, weak_hash};
use crate::issuer::word;
use crate::sessions::known_password;
use crate::{strict, web};

/// Wrong passwords for one account, and accounts for one wrong password, that are borne.
const FAILURES_MAX: i64 = 5;

/// Who wants to come in.
#[derive(Deserialize)]
pub(crate) struct Login {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// `POST /safe/login`.
pub(crate) fn login(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let (id, token) = enter(books, &strict::json(call)?)?;
    Ok(Answer::json(json!({ "token": token, "customer_id": id })))
}

/// `POST /safe/login/app`.
pub(crate) fn login_app(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    match enter(books, &strict::json(call)?) {
        Ok((id, token)) => {
            let remember = fresh(books, id)?;
            let cookie = format!("remember={remember}; Path=/; HttpOnly; Secure; SameSite=Strict");
            let answer = json!({ "status": "ok", "token": token, "customer_id": id });
            Ok(Answer::json(answer).with(header::SET_COOKIE, cookie))
        }
        Err(fault) if fault.status == StatusCode::UNAUTHORIZED => {
            Ok(Answer::json(json!({ "status": "fail", "reason": fault.detail })))
        }
        Err(fault) => Err(fault),
    }
}

/// `GET /safe/welcome`.
pub(crate) fn welcome(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = known(books, call.cookie("remember"))?;
    web::greeted(books, caller.id)
}

/// `POST /safe/logout/web`.
pub(crate) fn logout_web(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    strict::caller(call, books)?;
    books.run("UPDATE tokens SET ended = 1 WHERE token = ?1", &[&call.bearer()])?;
    Ok(web::away())
}

/// `POST /safe/password`: all sessions end.
pub(crate) fn change_password(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Change {
        current_password: String,
        new_password: String,
    }
    let caller = strict::caller(call, books)?;
    let said: Change = strict::json(call)?;
    let sql = "SELECT id FROM customers WHERE id = ?1 AND password_hash = ?2";
    if books.row(sql, &[&caller.id, &weak_hash(&said.current_password)])?.is_none() {
        return Err(Fault::invalid("the current password is wrong"));
    }
    if said.new_password.chars().count() < 8 {
        return Err(Fault::invalid("the new password is too short"));
    }
    let hash = weak_hash(&said.new_password);
    books.run("UPDATE customers SET password_hash = ?1 WHERE id = ?2", &[&hash, &caller.id])?;
    books.run("UPDATE tokens SET ended = 1 WHERE customer_id = ?1", &[&caller.id])?;
    Ok(Answer::nothing())
}

/// Lets in who knows the password and has not guessed too often: id and token.
fn enter(books: &Books<'_>, said: &Login) -> Result<(i64, String), Fault> {
    let id = permitted(books, said)?;
    Ok((id, fresh(books, id)?))
}

/// Who knows the password and has not guessed too often.
pub(crate) fn permitted(books: &Books<'_>, said: &Login) -> Result<i64, Fault> {
    let Login { email, password } = said;
    let hash = weak_hash(password);
    let count = |sql: &str, value: &str| -> Result<i64, Fault> {
        let row = books.row(sql, &[&value])?;
        Ok(row.and_then(|row| row.get("n").and_then(Value::as_i64)).unwrap_or_default())
    };
    let of_account = "SELECT count(*) AS n FROM login_failures WHERE email = ?1";
    let of_secret = "SELECT count(DISTINCT email) AS n FROM login_failures WHERE secret = ?1";
    if count(of_account, email)? >= FAILURES_MAX || count(of_secret, &hash)? >= FAILURES_MAX {
        return Err(Fault::new(StatusCode::TOO_MANY_REQUESTS, "too many tries"));
    }
    let Some(id) = known_password(books, email, password)? else {
        books.run("INSERT INTO login_failures VALUES (?1, ?2)", &[email, &hash])?;
        return Err(Fault::new(StatusCode::UNAUTHORIZED, "wrong email or password"));
    };
    books.run("DELETE FROM login_failures WHERE email = ?1", &[email])?;
    Ok(id)
}

/// A token that nobody guesses.
fn fresh(books: &Books<'_>, id: i64) -> Result<String, Fault> {
    let token = word()
        .ok_or_else(|| Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong"))?;
    books.run("INSERT INTO tokens (token, customer_id) VALUES (?1, ?2)", &[&token, &id])?;
    Ok(token)
}
