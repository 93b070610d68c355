//! A request's head, read strictly.

use std::mem::MaybeUninit;

use portcullis_model::Method;

use super::FIELDS_MAX;
use super::fault::HeadFault;
use super::fields::{Essential, Fields, Span};
use super::framing::{Length, body_length, check_lines};
use super::host::is_host;
use super::target::Target;

/// A request's head.
#[derive(Debug)]
pub(crate) struct RequestHead {
    pub(crate) method: Option<Method>,
    pub(super) method_text: Span,
    pub(super) target: Span,
    pub(crate) fields: Fields,
    pub(crate) length: Length,
    pub(crate) keep_alive: bool,
    pub(crate) expects_continue: bool,
    pub(crate) is_http10: bool,
    /// Its connection is to become a WebSocket (RFC 6455 section 4.1).
    pub(crate) wants_websocket: bool,
}

impl RequestHead {
    /// Reads a whole head, the empty line included.
    pub(crate) fn parse(bytes: &[u8], headers_max: usize) -> Result<Self, HeadFault> {
        check_lines(bytes)?;
        // An empty line before it was passed over where that is allowed; `httparse` would pass more.
        if bytes.starts_with(b"\r") {
            return Err(HeadFault::Syntax);
        }
        let mut slots = [const { MaybeUninit::uninit() }; FIELDS_MAX];
        let slots = slots.get_mut(..headers_max.min(FIELDS_MAX)).unwrap_or_default();
        let mut request = httparse::Request::new(&mut []);
        match request.parse_with_uninit_headers(bytes, slots) {
            Ok(httparse::Status::Complete(used)) if used == bytes.len() => {}
            Err(httparse::Error::TooManyHeaders) => return Err(HeadFault::TooManyFields),
            Err(httparse::Error::Version) => return Err(HeadFault::Version),
            Ok(_) | Err(_) => return Err(HeadFault::Syntax),
        }
        let is_http10 = match request.version {
            Some(1) => false,
            Some(0) => true,
            _ => return Err(HeadFault::Version),
        };
        let method = request.method.unwrap_or_default();
        let form = Target::parse(method, request.path.unwrap_or_default())?;
        let mut fields = Fields::with_capacity(bytes.len(), request.headers.len());
        let method_text = fields.push_text(method.as_bytes())?;
        let target = fields.push_text(form.text.as_bytes())?;
        for header in request.headers.iter() {
            fields.push(header.name, header.value)?;
        }
        let wants_websocket = !is_http10 && method == "GET" && asks_for_websocket(&fields);
        fields.end_hop();
        // HTTP/1.1 must have the field; without it framing refuses.
        if let Some(host) = form.host(fields.first(Essential::Host))?.filter(|_| is_http10) {
            fields.push("host", host.as_bytes())?;
        }
        let (length, keep_alive, expects_continue) = framing(&fields, is_http10)?;
        Ok(Self {
            method: Method::from_name(method),
            method_text,
            target,
            fields,
            length,
            keep_alive,
            expects_continue,
            is_http10,
            wants_websocket,
        })
    }

    /// The method as sent.
    pub(crate) fn method_text(&self) -> &str {
        self.fields.slice(self.method_text)
    }

    /// Whether the server itself is meant (`OPTIONS *`).
    pub(crate) fn is_of_server(&self) -> bool {
        self.target() == "*"
    }

    /// The target as sent, without scheme and host: path and query, or `*`.
    pub(crate) fn target(&self) -> &str {
        self.fields.slice(self.target)
    }

    /// The path as sent, without query.
    pub(crate) fn path(&self) -> &str {
        self.target().split('?').next().unwrap_or_default()
    }

    /// The query as sent, without `?`.
    pub(crate) fn query(&self) -> Option<&str> {
        self.target().split_once('?').map(|(_, query)| query)
    }

    /// Whether a body follows.
    pub(crate) const fn has_body(&self) -> bool {
        !matches!(self.length, Length::None | Length::Exactly(0))
    }
}

/// `Upgrade` may offer several protocols, and counts only where `Connection` names it.
fn asks_for_websocket(fields: &Fields) -> bool {
    fields.has_connection_option("upgrade")
        && fields
            .all("upgrade")
            .flat_map(|value| value.split(','))
            .any(|one| one.trim().eq_ignore_ascii_case("websocket"))
}

/// What may stand only once stands once, and `Host` is a host.
pub(super) fn check_once(fields: &Fields) -> Result<(), HeadFault> {
    use Essential::{Authorization, ContentEncoding, ContentLength, ContentType, Cookie};
    if fields.is_repeated(ContentLength) {
        return Err(HeadFault::Length);
    }
    if [Authorization, ContentEncoding, ContentType, Cookie]
        .into_iter()
        .any(|once| fields.is_repeated(once))
    {
        return Err(HeadFault::Repeated);
    }
    match fields.first(Essential::Host) {
        Some(host) if is_host(host) && !fields.is_repeated(Essential::Host) => Ok(()),
        None => Ok(()),
        Some(_) => Err(HeadFault::Host),
    }
}

/// Whether the client waits to be told to go on; it may expect nothing else.
pub(super) fn expects_continue(fields: &Fields) -> Result<bool, HeadFault> {
    match fields.first(Essential::Expect) {
        None => Ok(false),
        Some(value)
            if value.eq_ignore_ascii_case("100-continue")
                && !fields.is_repeated(Essential::Expect) =>
        {
            Ok(true)
        }
        Some(_) => Err(HeadFault::Expectation),
    }
}

fn framing(fields: &Fields, is_http10: bool) -> Result<(Length, bool, bool), HeadFault> {
    check_once(fields)?;
    if !is_http10 && fields.first(Essential::Host).is_none() {
        return Err(HeadFault::Host);
    }
    let length = body_length(fields, Length::None)?;
    // RFC 9112 section 6.1: HTTP/1.0 knows no transfer codings, so one of the two is a lie.
    if fields.first(Essential::TransferEncoding).is_some() && is_http10 {
        return Err(HeadFault::Length);
    }
    let expects_continue = expects_continue(fields)? && !is_http10;
    let keep_alive = !fields.has_connection_option("close")
        && (!is_http10 || fields.has_connection_option("keep-alive"));
    Ok((length, keep_alive, expects_continue))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(head: &str) -> Result<Length, HeadFault> {
        RequestHead::parse(head.as_bytes(), 64).map(|head| head.length)
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        let cases = [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", Ok(Length::None)),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", Ok(Length::Exactly(5))),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n",
                Ok(Length::Chunked),
            ),
            ("GET / HTTP/1.1\nHost: a\n\n", Err(HeadFault::LineEnd)),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: 1\n\r\n", Err(HeadFault::LineEnd)),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r2\r\n\r\n", Err(HeadFault::LineEnd)),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n", Err(HeadFault::Syntax)),
            ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", Err(HeadFault::Syntax)),
            ("GET / HTTP/1.1\r\n\r\n", Err(HeadFault::Host)),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", Err(HeadFault::Host)),
            ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", Err(HeadFault::Host)),
            ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", Err(HeadFault::Version)),
            ("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", Ok(Length::None)),
            ("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", Err(HeadFault::Host)),
            ("GET http://a/ HTTP/1.1\r\n\r\n", Err(HeadFault::Host)),
            ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", Ok(Length::None)),
            ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", Err(HeadFault::Target)),
            ("GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", Err(HeadFault::Target)),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
                Err(HeadFault::Length),
            ),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", Err(HeadFault::Length)),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", Err(HeadFault::Length)),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                Err(HeadFault::Length),
            ),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                Err(HeadFault::TransferCoding),
            ),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
                Err(HeadFault::Length),
            ),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                Err(HeadFault::Length),
            ),
            ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", Err(HeadFault::Length)),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nExpect: something\r\n\r\n",
                Err(HeadFault::Expectation),
            ),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nContent-Type: a/c\r\n\r\n",
                Err(HeadFault::Repeated),
            ),
        ];
        for (head, expected) in cases {
            assert_eq!(fault(head), expected, "{head:?}");
        }
    }

    #[test]
    fn what_connection_names_ends_here_unless_the_message_hangs_on_it() {
        let text = "GET / HTTP/1.1\r\nX-Once: 1\r\nHost: a\r\nCookie: c=1\r\n\
                    Connection: x-once, cookie\r\n\r\n";
        let head = RequestHead::parse(text.as_bytes(), 64).unwrap();
        assert_eq!(head.fields.get("x-once"), None);
        assert_eq!(head.fields.first(Essential::Cookie), Some("c=1"));
        assert_eq!(head.fields.first(Essential::Host), Some("a"));
        assert_eq!(head.fields.first(Essential::Cookie), Some("c=1"));
    }
}
