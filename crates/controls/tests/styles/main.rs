//! Parameters in every style: what is accepted and in which spelling it goes on, what is refused.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where its promise breaks")]

mod cookies;
mod headers;
mod path;
mod properties;
mod query;
#[expect(unreachable_pub, reason = "fuzz targets use this file as a library")]
#[path = "../../../../fuzz/src/styles.rs"]
mod styles;

use styles::{Request, Styles};

/// Each request with what goes on of it, or the reason for which it is refused.
fn expect(table: &[(&str, Result<&str, &str>)], part: impl Fn(&Styles, &str) -> Verdict) {
    let styles = Styles::new();
    let mut wrong = Vec::new();
    for (sent, expected) in table {
        let verdict = part(&styles, sent);
        let found = verdict.as_ref().map(String::as_str).map_err(String::as_str);
        if found != *expected {
            wrong.push(format!("{sent}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What goes on, or the reason of a refusal.
type Verdict = Result<String, String>;

/// The verdict on a request, seen through one of the parts that go on.
fn verdict(
    styles: &Styles,
    request: &Request,
    part: impl Fn(portcullis_controls::input_shape::Accepted) -> Vec<u8>,
) -> Verdict {
    styles.hold(request);
    match styles.judge(request) {
        None => Err("no operation".to_owned()),
        Some(Err(refusal)) => Err(refusal.reason.to_owned()),
        Some(Ok(accepted)) => Ok(String::from_utf8(part(accepted)).unwrap()),
    }
}
