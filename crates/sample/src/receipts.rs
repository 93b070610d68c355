//! The receipt of an order: a download that can be asked for in parts, and only if it changed.

use axum::http::{StatusCode, header};

use crate::answer::{Answer, Content, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::safe_orders::shown;
use crate::{coerce, strict};

/// `GET /orders/{id}/receipt`.
pub(crate) fn read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    // FLAW(a1-receipt), FLAW(a1-receipt-range): a link in a mail, for everybody who is logged in.
    // FLAW(a1-receipt-head), FLAW(a1-receipt-conditional): asked without a body, it says the rest.
    Ok(receipt(call, &shown(books, call.id("id")?, None)?))
}

/// `GET /safe/orders/{id}/receipt`.
pub(crate) fn safe_read(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    Ok(receipt(call, &shown(books, strict::id(call)?, Some(caller.id))?))
}

fn receipt(call: &Call, order: &Row) -> Answer {
    let field = |name: &str| order.get(name).map(coerce::text).unwrap_or_default();
    let tag = format!("\"{}-{}\"", field("code"), field("status"));
    let name = order.get("customer").and_then(|customer| customer.get("name"));
    let name = name.map(coerce::text).unwrap_or_default();
    let text = format!(
        "Receipt {}\nFor {name}\nNote: {}\nTotal: {} cents\n",
        field("code"),
        field("note"),
        field("total_cents")
    );
    let answer = if call.header("if-none-match") == tag {
        Answer { status: StatusCode::NOT_MODIFIED, headers: Vec::new(), content: Content::Nothing }
    } else {
        match part(call.header("range"), &text) {
            Some((place, part)) => {
                let mut answer = Answer::text("text/plain; charset=utf-8", part);
                answer.status = StatusCode::PARTIAL_CONTENT;
                answer.with(header::CONTENT_RANGE, place)
            }
            None => Answer::text("text/plain; charset=utf-8", text),
        }
    };
    answer.with(header::ETAG, tag).with(header::ACCEPT_RANGES, "bytes".to_owned())
}

/// The part that `bytes=FIRST-LAST` asks for, and where it lies.
fn part(range: &str, text: &str) -> Option<(String, String)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = (first.parse::<usize>().ok()?, last.parse::<usize>().ok()?);
    let last = last.min(text.len().checked_sub(1)?);
    let part = text.get(first..=last)?;
    Some((format!("bytes {first}-{last}/{}", text.len()), part.to_owned()))
}
