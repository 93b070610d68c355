//! Logging in and out, registering, changing the password.

use axum::http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::{Call, Caller, known};
use crate::customers;
use crate::database::{Books, weak_hash};
use crate::row::Row;
use crate::{coerce, strict};

/// `POST /login`.
pub(crate) fn login(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let fields = call.fields()?;
    let (id, token) = open_session(books, &fields, None)?;
    let answer = Answer::json(json!({ "token": token, "customer_id": id }));
    Ok(answer.with(header::SET_COOKIE, cookie(&token)))
}

/// `POST /login/form`.
pub(crate) fn login_form(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let fields = call.fields()?;
    // FLAW(a2-session-fixation): the session of before the login goes on, whoever began it.
    let (_, token) = open_session(books, &fields, call.cookie("session"))?;
    // FLAW(f4-login-as-another): nor does it matter which page the form stood on.
    // FLAW(a7-open-redirect-login): wherever the form says.
    let next = fields.get("next").map(coerce::text).filter(|next| !next.is_empty());
    let next = next.unwrap_or_else(|| "/api/profile".to_owned());
    Ok(Answer::redirect(StatusCode::SEE_OTHER, next).with(header::SET_COOKIE, cookie(&token)))
}

/// `POST /safe/login/form`.
pub(crate) fn safe_login_form(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Form {
        email: String,
        password: String,
        next: Option<String>,
    }
    let form: Form = strict::form(call)?;
    let next = form.next.unwrap_or_else(|| "/api/profile".to_owned());
    if !is_local(&next) {
        return Err(Fault::invalid("`next` is a path of this API"));
    }
    let mut fields = Row::new();
    fields.insert("email".to_owned(), form.email.into());
    fields.insert("password".to_owned(), form.password.into());
    let (_, token) = open_session(books, &fields, None)?;
    let cookie = format!("{}; Secure; SameSite=Strict", cookie(&token));
    Ok(Answer::redirect(StatusCode::SEE_OTHER, next).with(header::SET_COOKIE, cookie))
}

/// Whether a redirect to it stays here.
pub(crate) fn is_local(target: &str) -> bool {
    let rest = target.strip_prefix("/api/");
    rest.is_some_and(|rest| {
        rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'/' || b == b'-')
    })
}

/// Lets in who knows the password, under a token of before if there is one: id and token.
pub(crate) fn open_session(
    books: &Books<'_>,
    fields: &Row,
    before: Option<&str>,
) -> Result<(i64, String), Fault> {
    // FLAW(a2-guess-password), FLAW(a2-spray): nobody counts how often this fails, for whom, and
    // with which password.
    let field = |name: &str| fields.get(name).map(coerce::text).unwrap_or_default();
    let id = known_password(books, &field("email"), &field("password"))?;
    let id = id.ok_or_else(|| Fault::new(StatusCode::UNAUTHORIZED, "wrong email or password"))?;
    token_for(books, id, before).map(|token| (id, token))
}

/// A new session of a customer, under a token of before if there is one.
pub(crate) fn token_for(books: &Books<'_>, id: i64, before: Option<&str>) -> Result<String, Fault> {
    let count = books.row("SELECT count(*) + 1 AS next FROM tokens", &[])?;
    let next = count.and_then(|row| row.get("next").and_then(Value::as_i64)).unwrap_or_default();
    // FLAW(a2-count-tokens): anybody can count.
    let counted = format!("ph-{id}-{next:06}");
    let is_used = |token: &str| books.row("SELECT token FROM tokens WHERE token = ?1", &[&token]);
    let token = match before {
        Some(token) if is_used(token)?.is_none() => token.to_owned(),
        _ => counted,
    };
    books.run("INSERT INTO tokens (token, customer_id) VALUES (?1, ?2)", &[&token, &id])?;
    Ok(token)
}

/// Whose account it is, if that is the password.
pub(crate) fn known_password(
    books: &Books<'_>,
    email: &str,
    password: &str,
) -> Result<Option<i64>, Fault> {
    let sql = "SELECT id FROM customers WHERE email = ?1 AND password_hash = ?2";
    let found = books.row(sql, &[&email, &weak_hash(password)])?;
    Ok(found.and_then(|row| row.get("id").and_then(Value::as_i64)))
}

fn cookie(token: &str) -> String {
    format!("session={token}; Path=/; HttpOnly")
}

/// `POST /logout`.
pub(crate) fn logout(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let token = call.bearer().or_else(|| call.cookie("session"));
    // FLAW(f4-logout): whichever page has a browser ask.
    // The row stays, so that the next token is not a used one.
    books.run("UPDATE tokens SET ended = 1 WHERE token = ?1", &[&token])?;
    Ok(Answer::nothing())
}

/// `GET /session`.
pub(crate) fn current(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(c6-plain-token), FLAW(c6-unsaid-token): however the token came, although the proxy in
    // front says that it came in the clear, or nothing.
    // FLAW(a2-token-in-url): nor whether it stands in an address.
    let caller = match call.query("token") {
        Some(token) => known(books, Some(token))?,
        None => call.caller(books)?,
    };
    Ok(shown(&caller))
}

/// `GET /safe/session`.
pub(crate) fn safe_current(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let mut said = call.headers.get_all("x-forwarded-proto").iter();
    let is_https = said.next().is_some_and(|said| said == "https") && said.next().is_none();
    if call.bearer().is_some() && !is_https {
        let detail = "the token came in the clear: take it for known to others";
        return Err(Fault::new(StatusCode::FORBIDDEN, detail));
    }
    strict::caller(call, books).map(|caller| shown(&caller))
}

fn shown(caller: &Caller) -> Answer {
    Answer::json(json!({ "customer_id": caller.id, "role": caller.role }))
}

/// `POST /register`.
pub(crate) fn register(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let mut fields = call.fields()?;
    let password = fields.get("password").map(coerce::text).unwrap_or_default();
    let email = fields.get("email").map(coerce::text).unwrap_or_default();
    refuse_known(books, &email, &password)?;
    fields.insert("password_hash".to_owned(), weak_hash(&password).into());
    // FLAW(a6-register-role), FLAW(a6-register-verified), FLAW(a6-register-discount),
    // FLAW(a6-register-form): every field that is a column is written.
    let id = books.insert("customers", &fields)?;
    customers::row(books, id).map(Answer::created)
}

/// `POST /safe/register`.
pub(crate) fn safe_register(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Registration {
        email: String,
        password: String,
        name: String,
        phone: Option<String>,
        date_of_birth: Option<String>,
        address: Option<String>,
    }
    let said: Registration = strict::json(call)?;
    strict::bounded(&said.name, 80)?;
    strict::bounded(&said.email, 120)?;
    strict::bounded(said.phone.as_deref().unwrap_or_default(), 20)?;
    strict::bounded(said.address.as_deref().unwrap_or_default(), 200)?;
    refuse_known(books, &said.email, &said.password)?;
    let sql = "INSERT INTO customers (email, password_hash, name, phone, date_of_birth, address) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let hash = weak_hash(&said.password);
    let (name, born) = (&said.name, &said.date_of_birth);
    books.run(sql, &[&said.email, &hash, name, &said.phone, born, &said.address])?;
    let row = books.row("SELECT id FROM customers WHERE email = ?1", &[&said.email])?;
    let id = row.and_then(|row| row.get("id").and_then(Value::as_i64)).unwrap_or_default();
    customers::public_row(books, id).map(Answer::created)
}

fn refuse_known(books: &Books<'_>, email: &str, password: &str) -> Result<(), Fault> {
    if !email.contains('@') || password.chars().count() < 8 {
        return Err(Fault::invalid("an email and a password of at least 8 characters are needed"));
    }
    match books.row("SELECT * FROM customers WHERE email = ?1", &[&email])? {
        // FLAW(a3-register-conflict): the refusal carries the other customer's row.
        Some(row) => Err(Fault::conflict("this email is taken").showing("existing", row)),
        None => Ok(()),
    }
}

/// `POST /password`, as JSON or as a form.
pub(crate) fn change_password(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let fields = call.fields()?;
    let field = |name: &str| fields.get(name).map(coerce::text).unwrap_or_default();
    let sql = "SELECT id FROM customers WHERE id = ?1 AND password_hash = ?2";
    let known = books.row(sql, &[&caller.id, &weak_hash(&field("current_password"))])?;
    if known.is_none() {
        return Err(Fault::invalid("the current password is wrong"));
    }
    if field("new_password").chars().count() < 8 {
        return Err(Fault::invalid("the new password is too short"));
    }
    let hash = weak_hash(&field("new_password"));
    // FLAW(a2-token-after-password): whoever had a token keeps it.
    books.run("UPDATE customers SET password_hash = ?1 WHERE id = ?2", &[&hash, &caller.id])?;
    Ok(Answer::nothing())
}
