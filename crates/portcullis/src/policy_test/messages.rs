//! Requests and answers of cases as bytes, and bytes as what a case speaks of.

use std::fmt::Write as _;

use portcullis_policy::{CaseAnswer, CaseRequest};
use serde_json::Value;

use super::known::TOKEN;

/// The request as a client sends it.
pub(super) fn request(request: &CaseRequest, is_known: bool, host: &str) -> Vec<u8> {
    let CaseRequest { method, target, headers, body } = request;
    // Writing to a String cannot fail.
    let mut head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    let is_given = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    if !is_given("host") {
        let _ = write!(head, "Host: {host}\r\n");
    }
    if is_known && !is_given("authorization") {
        let _ = write!(head, "Authorization: Bearer {TOKEN}\r\n");
    }
    with_body(head, headers, body.as_ref())
}

/// The answer as the API sends it.
pub(super) fn answer(answer: &CaseAnswer, is_head: bool) -> Vec<u8> {
    let CaseAnswer { status, headers, body } = answer;
    let head = format!("HTTP/1.1 {status} Scripted\r\nConnection: close\r\n");
    let whole = with_body(head, headers, body.as_ref());
    if !is_head {
        return whole;
    }
    let end =
        whole.windows(4).position(|four| four == b"\r\n\r\n").map_or(whole.len(), |at| at + 4);
    whole.get(..end).unwrap_or_default().to_vec()
}

fn with_body(mut head: String, headers: &[(String, String)], body: Option<&Value>) -> Vec<u8> {
    for (name, value) in headers {
        // Writing to a String cannot fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let is_given = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let text = match body {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    if body.is_some() && !is_given("content-type") {
        head.push_str("Content-Type: application/json\r\n");
    }
    if !is_given("content-length") && !is_given("transfer-encoding") {
        let _ = write!(head, "Content-Length: {}\r\n", text.len());
    }
    head.push_str("\r\n");
    head.push_str(&text);
    head.into_bytes()
}

/// A message that was read: its first line, and its body.
pub(super) fn parts(message: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(message);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let line = head.lines().next().unwrap_or_default();
    (line.to_owned(), body.to_owned())
}
