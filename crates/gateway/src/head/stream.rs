//! The head of a stream of HTTP/2 as a request's head (RFC 9113 section 8.3): the same texts, the
//! same demands, so that no room needs to know how a request came.

use http::{request, response};
use portcullis_model::Method;
use portcullis_policy::Limits;

use super::answer::AnswerHead;
use super::fault::HeadFault;
use super::fields::{Essential, Fields};
use super::framing::{Length, body_length};
use super::request::{RequestHead, check_once, expects_continue};
use super::target::Target;

impl RequestHead {
    /// `is_ended`: no body follows. What HTTP/2 itself forbids has ended the stream already.
    pub(crate) fn of_stream(
        parts: &request::Parts,
        is_ended: bool,
        limits: &Limits,
    ) -> Result<Self, HeadFault> {
        let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
        let form = Target::parse(parts.method.as_str(), target)?;
        if form.is_absolute() {
            return Err(HeadFault::Target);
        }
        if !matches!(parts.uri.scheme_str(), None | Some("https" | "http")) {
            return Err(HeadFault::Target);
        }
        let bytes = Self::size_of_stream(parts);
        if bytes > limits.head_bytes_max {
            return Err(HeadFault::TooLarge);
        }
        if parts.headers.len() > limits.headers_max {
            return Err(HeadFault::TooManyFields);
        }
        let mut fields = Fields::with_capacity(bytes, parts.headers.len() + 1);
        let method_text = fields.push_text(parts.method.as_str().as_bytes())?;
        let target = fields.push_text(form.text.as_bytes())?;
        push_host(parts, &mut fields)?;
        push_cookies(parts, &mut fields)?;
        for (name, value) in &parts.headers {
            if name != http::header::HOST && name != http::header::COOKIE {
                fields.push(name.as_str(), value.as_bytes())?;
            }
        }
        check_once(&fields)?;
        let length = match body_length(&fields, Length::Chunked)? {
            Length::None | Length::Exactly(0) | Length::Chunked if is_ended => Length::None,
            // `h2` has held the announced length against the frames.
            length => length,
        };
        Ok(Self {
            method: Method::from_name(parts.method.as_str()),
            method_text,
            target,
            expects_continue: expects_continue(&fields)?,
            fields,
            length,
            keep_alive: true,
            is_http10: false,
            wants_websocket: false,
        })
    }

    /// What the head takes: names, values, and what HTTP/2 adds to each (RFC 9113 section 6.5.2).
    pub(crate) fn size_of_stream(parts: &request::Parts) -> usize {
        const OVERHEAD: usize = 32;
        let target = parts.uri.path_and_query().map_or(0, |target| target.as_str().len());
        let fields = parts.headers.iter();
        target
            + fields
                .map(|(name, value)| name.as_str().len() + value.len() + OVERHEAD)
                .sum::<usize>()
    }
}

impl AnswerHead {
    /// The head of an API's answer on a stream. `is_ended`: no body follows; `to_head`: it answers
    /// `HEAD`.
    pub(crate) fn of_stream(
        parts: &response::Parts,
        is_ended: bool,
        to_head: bool,
    ) -> Result<Self, HeadFault> {
        let bytes = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
        let mut fields = Fields::with_capacity(bytes.sum(), parts.headers.len());
        for (name, value) in &parts.headers {
            fields.push(name.as_str(), value.as_bytes())?;
        }
        if fields.is_repeated(Essential::ContentType)
            || fields.is_repeated(Essential::ContentEncoding)
            || fields.first(Essential::TransferEncoding).is_some()
        {
            return Err(HeadFault::Repeated);
        }
        let status = parts.status.as_u16();
        if !(200..=599).contains(&status) {
            return Err(HeadFault::Syntax);
        }
        let length = if to_head || status == 204 || status == 304 || is_ended {
            Length::None
        } else {
            body_length(&fields, Length::Chunked)?
        };
        Ok(Self { status, fields, length, keep_alive: true })
    }
}

/// `:authority` is the host (section 8.3.1); a `Host` beside it must say the same.
fn push_host(parts: &request::Parts, fields: &mut Fields) -> Result<(), HeadFault> {
    let mut hosts = parts.headers.get_all(http::header::HOST).iter();
    let (named, second) = (hosts.next(), hosts.next());
    let authority = parts.uri.authority().map(http::uri::Authority::as_str);
    let host = match (authority, named, second) {
        (Some(authority), None, None) => authority.as_bytes(),
        (Some(authority), Some(host), None)
            if host.as_bytes().eq_ignore_ascii_case(authority.as_bytes()) =>
        {
            authority.as_bytes()
        }
        (None, Some(host), None) => host.as_bytes(),
        _ => return Err(HeadFault::Host),
    };
    fields.push("host", host)
}

/// Cookies may come in pieces, for the sake of compression (section 8.2.3).
fn push_cookies(parts: &request::Parts, fields: &mut Fields) -> Result<(), HeadFault> {
    let pieces: Vec<&[u8]> = parts
        .headers
        .get_all(http::header::COOKIE)
        .iter()
        .map(http::HeaderValue::as_bytes)
        .collect();
    if pieces.is_empty() {
        return Ok(());
    }
    fields.push("cookie", &pieces.join(&b"; "[..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(uri: &str, fields: &[(&str, &str)]) -> request::Parts {
        let mut message = http::Request::builder().uri(uri);
        for (name, value) in fields {
            message = message.header(*name, *value);
        }
        message.body(()).unwrap().into_parts().0
    }

    fn head(uri: &str, fields: &[(&str, &str)]) -> Result<RequestHead, HeadFault> {
        RequestHead::of_stream(&parts(uri, fields), true, &Limits::default())
    }

    #[test]
    fn a_stream_says_what_a_request_line_and_host_would() {
        let read = head("https://api.example/a?b=c", &[("x-one", "1")]).unwrap();
        assert_eq!((read.method_text(), read.target()), ("GET", "/a?b=c"));
        assert_eq!(read.fields.first(Essential::Host), Some("api.example"));
        assert_eq!(read.fields.get("x-one"), Some("1"));
        assert_eq!(read.length, Length::None);
    }

    #[test]
    fn a_host_may_stand_in_its_field_alone() {
        let read = head("/a", &[("host", "api.example")]).unwrap();
        assert_eq!(read.fields.first(Essential::Host), Some("api.example"));
        assert_eq!(head("/a", &[]).err(), Some(HeadFault::Host));
    }

    #[test]
    fn an_answer_has_a_status_that_http_1_knows_too() {
        for (status, is_read) in [(200, true), (599, true), (600, false), (999, false)] {
            let message = http::Response::builder().status(status).body(()).unwrap();
            let (parts, ()) = message.into_parts();
            let read = AnswerHead::of_stream(&parts, true, false);
            assert_eq!(read.is_ok(), is_read, "{status}");
        }
    }

    #[test]
    fn pieces_of_a_cookie_are_one_cookie() {
        let read = head("https://a/", &[("cookie", "a=1"), ("cookie", "b=2")]).unwrap();
        assert_eq!(read.fields.first(Essential::Cookie), Some("a=1; b=2"));
    }

    #[test]
    fn two_hosts_no_host_and_repeated_fields_are_refused() {
        assert_eq!(head("https://a/", &[("host", "A")]).err(), None);
        let faults = [
            (head("https://a/", &[("host", "b")]), HeadFault::Host),
            (head("https://a/", &[("host", "a"), ("host", "a")]), HeadFault::Host),
            (head("https://u@a/", &[]), HeadFault::Host),
            (
                head("https://a/", &[("content-type", "a/b"), ("content-type", "a/c")]),
                HeadFault::Repeated,
            ),
            (head("https://a/", &[("expect", "more")]), HeadFault::Expectation),
            (head("ftp://a/", &[]), HeadFault::Target),
        ];
        for (found, expected) in faults {
            assert_eq!(found.err(), Some(expected));
        }
        let long = "x".repeat(20_000);
        assert_eq!(head("https://a/", &[("x", &long)]).err(), Some(HeadFault::TooLarge));
    }
}
