//! How the safe twins read: one media type, one encoding, typed, bounded, every name once.

use axum::extract::Query;
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

use crate::answer::Fault;
use crate::call::{Call, Caller, known};
use crate::database::Books;
use crate::decode;
use crate::row::Row;

/// The largest body that a safe twin reads; a larger one is received, but neither decoded nor kept.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// A JSON body.
pub(crate) fn json<T: DeserializeOwned>(call: &Call) -> Result<T, Fault> {
    let body = body(call, "application/json")?;
    serde_json::from_str(body).map_err(|error| match error.classify() {
        Category::Data => Fault::invalid("the body does not match its schema"),
        _ => Fault::new(StatusCode::BAD_REQUEST, "the body is not JSON"),
    })
}

/// A form.
pub(crate) fn form<T: DeserializeOwned>(call: &Call) -> Result<T, Fault> {
    let body = body(call, "application/x-www-form-urlencoded")?;
    let mut fields = Row::new();
    for (name, value) in decode::pairs(body) {
        if fields.insert(name, Value::String(value)).is_some() {
            return Err(Fault::invalid("a field is there twice"));
        }
    }
    serde_json::from_value(Value::Object(fields))
        .map_err(|_| Fault::invalid("the form does not match its schema"))
}

/// A text of that media type.
pub(crate) fn text<'a>(call: &'a Call, media: &str) -> Result<&'a str, Fault> {
    body(call, media)
}

/// The query.
pub(crate) fn query<T: DeserializeOwned>(call: &Call) -> Result<T, Fault> {
    Query::try_from_uri(&call.uri)
        .map(|Query(fields)| fields)
        .map_err(|_| Fault::new(StatusCode::BAD_REQUEST, "the query does not match its schema"))
}

/// An id in the path, in its one spelling.
pub(crate) fn id(call: &Call) -> Result<i64, Fault> {
    number(call.parameter("id"))
}

/// An id wherever it stands, in its one spelling.
pub(crate) fn number(text: &str) -> Result<i64, Fault> {
    match text.parse::<i64>() {
        Ok(id) if id > 0 && id.to_string() == text => Ok(id),
        _ => Err(Fault::new(StatusCode::BAD_REQUEST, "the id is a positive integer")),
    }
}

/// Who is calling, by bearer token alone.
pub(crate) fn caller(call: &Call, books: &Books<'_>) -> Result<Caller, Fault> {
    known(books, call.bearer())
}

/// A text of at most `max` characters.
pub(crate) fn bounded(text: &str, max: usize) -> Result<(), Fault> {
    if text.chars().count() <= max {
        return Ok(());
    }
    Err(Fault::invalid(format!("a text is longer than {max} characters")))
}

fn body<'a>(call: &'a Call, media: &str) -> Result<&'a str, Fault> {
    let said = call.header("content-type").split(';').next().unwrap_or_default().trim();
    if !said.eq_ignore_ascii_case(media) || !call.header("content-encoding").is_empty() {
        return Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("send `{media}`")));
    }
    if call.body.len() > BODY_BYTES_MAX {
        return Err(Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"));
    }
    str::from_utf8(&call.body)
        .map_err(|_| Fault::new(StatusCode::BAD_REQUEST, "the body is not UTF-8"))
}
