//! HTTP/1.1 heads: the request line or status line, and the header fields.
//!
//! Read strictly (RFC 9112): lines end with CRLF and nothing else, no folding, no space before a
//! colon, one `Host`, one length. What a lenient reader would let pass is where two readers
//! disagree, so it is refused here, before anything looks at it.

use std::mem::MaybeUninit;

use portcullis_model::{Method, Status};

/// A head, read: names in lower case, values without surrounding white space.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    text: String,
    list: Vec<Field>,
    /// Whether one of them is `Connection`: most messages have none.
    has_connection: bool,
}

#[derive(Debug, Clone, Copy)]
struct Field {
    name: (u32, u32),
    value: (u32, u32),
}

/// A request's head.
#[derive(Debug)]
pub(crate) struct RequestHead {
    pub(crate) method: Option<Method>,
    method_text: (u32, u32),
    target: (u32, u32),
    pub(crate) fields: Fields,
    pub(crate) length: Length,
    pub(crate) keep_alive: bool,
    pub(crate) expects_continue: bool,
    pub(crate) is_http10: bool,
}

/// How long a body is (RFC 9112 section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// There is none.
    None,
    /// So many bytes.
    Exactly(u64),
    /// Chunks.
    Chunked,
    /// Until the connection ends (answers only).
    UntilClose,
}

/// Why a head has no single reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeadFault {
    /// Not HTTP/1.1, or characters that do not belong there.
    Syntax,
    /// A line that does not end with CRLF.
    LineEnd,
    /// Neither HTTP/1.1 nor HTTP/1.0.
    Version,
    /// Not exactly one `Host`.
    Host,
    /// A length that is none, two lengths, or a length beside chunks.
    Length,
    /// A transfer coding other than `chunked`.
    TransferCoding,
    /// A target that is not a path with an optional query.
    Target,
    /// An expectation other than `100-continue`.
    Expectation,
    /// A field that may stand only once stands twice.
    Repeated,
    /// More fields than the limit.
    TooManyFields,
}

impl HeadFault {
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Syntax => "head_syntax",
            Self::LineEnd => "head_line_end",
            Self::Version => "http_version",
            Self::Host => "host",
            Self::Length => "body_length",
            Self::TransferCoding => "transfer_coding",
            Self::Target => "request_target",
            Self::Expectation => "expectation",
            Self::Repeated => "repeated_field",
            Self::TooManyFields => "headers",
        }
    }

    pub(crate) const fn status(self) -> Status {
        match self {
            Self::Version => Status(505),
            Self::TransferCoding => Status::NOT_IMPLEMENTED,
            Self::Expectation => Status(417),
            Self::TooManyFields => Status::HEAD_TOO_LARGE,
            _ => Status::BAD_REQUEST,
        }
    }
}

/// Where a head ends in `bytes`, if it does: one past the empty line. `from` is where the last
/// search stopped.
pub(crate) fn end_of_head(bytes: &[u8], from: usize) -> Option<usize> {
    let start = from.saturating_sub(3);
    let window = bytes.get(start..)?;
    // A head that ends its lines with LF alone ends as well: it is refused when it is read.
    window.iter().enumerate().find_map(|(place, byte)| {
        let rest = window.get(place..)?;
        (*byte == b'\n').then_some(())?;
        if rest.starts_with(b"\n\r\n") {
            Some(start + place + 3)
        } else if rest.starts_with(b"\n\n") {
            Some(start + place + 2)
        } else {
            None
        }
    })
}

/// Fields of one request or answer beyond which nothing is read, whatever the limit says.
const FIELDS_MAX: usize = 256;

impl RequestHead {
    /// Reads a whole head, the empty line included.
    pub(crate) fn parse(bytes: &[u8], headers_max: usize) -> Result<Self, HeadFault> {
        check_lines(bytes)?;
        let mut slots = [const { MaybeUninit::uninit() }; FIELDS_MAX];
        let slots = slots.get_mut(..headers_max.min(FIELDS_MAX)).unwrap_or_default();
        let mut request = httparse::Request::new(&mut []);
        match request.parse_with_uninit_headers(bytes, slots) {
            Ok(httparse::Status::Complete(_)) => {}
            Err(httparse::Error::TooManyHeaders) => return Err(HeadFault::TooManyFields),
            Err(httparse::Error::Version) => return Err(HeadFault::Version),
            Ok(httparse::Status::Partial) | Err(_) => return Err(HeadFault::Syntax),
        }
        let is_http10 = match request.version {
            Some(1) => false,
            Some(0) => true,
            _ => return Err(HeadFault::Version),
        };
        let method = request.method.unwrap_or_default();
        let target = request.path.unwrap_or_default();
        if !target.starts_with('/') || target.bytes().any(|b| b == b'#' || !b.is_ascii_graphic()) {
            return Err(HeadFault::Target);
        }
        let mut fields = Fields::with_capacity(bytes.len(), request.headers.len());
        let method_text = fields.push_text(method.as_bytes())?;
        let target = fields.push_text(target.as_bytes())?;
        for header in request.headers.iter() {
            fields.push(header.name, header.value)?;
        }
        fields.end_hop();
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
        })
    }

    /// The method as sent.
    pub(crate) fn method_text(&self) -> &str {
        self.fields.slice(self.method_text)
    }

    /// The target as sent: path and query.
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

/// Every line of a head ends with CRLF, and CR stands nowhere else.
fn check_lines(head: &[u8]) -> Result<(), HeadFault> {
    let mut before = 0;
    for byte in head {
        if (*byte == b'\n') != (before == b'\r') {
            return Err(HeadFault::LineEnd);
        }
        before = *byte;
    }
    Ok(())
}

fn framing(fields: &Fields, is_http10: bool) -> Result<(Length, bool, bool), HeadFault> {
    for once in ["authorization", "content-encoding", "content-length", "content-type", "cookie"] {
        if fields.all(once).nth(1).is_some() {
            return Err(if once == "content-length" {
                HeadFault::Length
            } else {
                HeadFault::Repeated
            });
        }
    }
    match (fields.get("host"), fields.all("host").nth(1)) {
        (Some(host), None) if is_host(host) => {}
        (None, None) if is_http10 => {}
        _ => return Err(HeadFault::Host),
    }
    let length = body_length(fields, Length::None)?;
    if length == Length::Chunked && is_http10 {
        return Err(HeadFault::TransferCoding);
    }
    let expects_continue = match fields.get("expect") {
        None => false,
        Some(value) if value.eq_ignore_ascii_case("100-continue") => !is_http10,
        Some(_) => return Err(HeadFault::Expectation),
    };
    let keep_alive = if is_http10 {
        fields.has_token("connection", "keep-alive")
    } else {
        !fields.has_token("connection", "close")
    };
    Ok((length, keep_alive, expects_continue))
}

/// RFC 9112 section 6.3, without its leniencies.
fn body_length(fields: &Fields, without: Length) -> Result<Length, HeadFault> {
    let mut codings = fields.all("transfer-encoding");
    let mut lengths = fields.all("content-length");
    match (codings.next(), lengths.next()) {
        (None, None) => Ok(without),
        (Some(_), Some(_)) => Err(HeadFault::Length),
        (Some(coding), None) if codings.next().is_none() => {
            if coding.eq_ignore_ascii_case("chunked") {
                Ok(Length::Chunked)
            } else {
                Err(HeadFault::TransferCoding)
            }
        }
        (Some(_), None) => Err(HeadFault::TransferCoding),
        (None, Some(length)) => {
            let is_number = (1..=15).contains(&length.len())
                && length.bytes().all(|byte| byte.is_ascii_digit());
            let length = is_number.then(|| length.parse().ok()).flatten();
            match (length, lengths.next()) {
                (Some(length), None) => Ok(Length::Exactly(length)),
                _ => Err(HeadFault::Length),
            }
        }
    }
}

/// A host and an optional port; no path, no user.
fn is_host(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:[]%".contains(&b))
}

/// Fields by which a message is framed or judged: never left out.
fn is_essential(name: &str) -> bool {
    matches!(
        name,
        "authorization"
            | "connection"
            | "content-encoding"
            | "content-length"
            | "content-type"
            | "cookie"
            | "expect"
            | "host"
            | "location"
            | "transfer-encoding"
    )
}

/// An answer's head.
#[derive(Debug)]
pub(crate) struct AnswerHead {
    pub(crate) status: u16,
    pub(crate) fields: Fields,
    pub(crate) length: Length,
    pub(crate) keep_alive: bool,
}

impl AnswerHead {
    /// Reads a whole head, the empty line included. `to_head` says whether it answers `HEAD`.
    pub(crate) fn parse(bytes: &[u8], to_head: bool) -> Result<Self, HeadFault> {
        check_lines(bytes)?;
        let mut slots = [const { MaybeUninit::uninit() }; FIELDS_MAX];
        let mut answer = httparse::Response::new(&mut []);
        let parser = httparse::ParserConfig::default();
        match parser.parse_response_with_uninit_headers(&mut answer, bytes, &mut slots) {
            Ok(httparse::Status::Complete(_)) => {}
            Err(httparse::Error::TooManyHeaders) => return Err(HeadFault::TooManyFields),
            _ => return Err(HeadFault::Syntax),
        }
        let (version, status) =
            (answer.version.unwrap_or_default(), answer.code.unwrap_or_default());
        let mut fields = Fields::with_capacity(bytes.len(), answer.headers.len());
        for header in answer.headers.iter() {
            fields.push(header.name, header.value)?;
        }
        for once in ["content-type", "content-encoding"] {
            if fields.all(once).nth(1).is_some() {
                return Err(HeadFault::Repeated);
            }
        }
        let length = if to_head || status == 204 || status == 304 || (100..200).contains(&status) {
            Length::None
        } else {
            body_length(&fields, Length::UntilClose)?
        };
        let keep_alive = version == 1
            && !fields.has_token("connection", "close")
            && length != Length::UntilClose
            // A body that may not be there would be read as the next answer.
            && (status != 204 || fields.get("content-length").is_none_or(|length| length == "0"))
            && (length != Length::None || fields.get("transfer-encoding").is_none());
        Ok(Self { status, fields, length, keep_alive })
    }
}

impl Fields {
    fn with_capacity(bytes: usize, fields: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            list: Vec::with_capacity(fields),
            has_connection: false,
        }
    }

    fn push_text(&mut self, bytes: &[u8]) -> Result<(u32, u32), HeadFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| HeadFault::Syntax)?;
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Ok((start, self.text.len() as u32))
    }

    fn push(&mut self, name: &str, value: &[u8]) -> Result<(), HeadFault> {
        let name = {
            let start = self.text.len();
            self.text.push_str(name);
            if let Some(name) = self.text.get_mut(start..) {
                name.make_ascii_lowercase();
            }
            (start as u32, self.text.len() as u32)
        };
        self.has_connection |= self.slice(name) == "connection";
        match (self.push_text(value.trim_ascii()), is_essential(self.slice(name))) {
            (Ok(value), _) => self.list.push(Field { name, value }),
            (Err(fault), true) => return Err(fault),
            // Old texts in Latin-1 have a meaning for few; nobody checks them, so they end here.
            (Err(_), false) => {}
        }
        Ok(())
    }

    /// Takes out the fields that end with this hop (RFC 9110 section 7.6.1), before anybody
    /// looks: what is checked is what goes on.
    fn end_hop(&mut self) {
        if self.has_connection {
            let named: Vec<String> = self
                .all("connection")
                .flat_map(|value| value.split(','))
                .map(|name| name.trim().to_ascii_lowercase())
                .filter(|name| !is_essential(name))
                .collect();
            let mut list = std::mem::take(&mut self.list);
            list.retain(|field| !named.iter().any(|name| name == self.slice(field.name)));
            self.list = list;
        }
    }

    fn slice(&self, (start, end): (u32, u32)) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// All fields: name in lower case, value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list.iter().map(|field| (self.slice(field.name), self.slice(field.value)))
    }

    /// The values of one name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The first value of one name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Whether `Connection` says that a field ends with this hop (RFC 9110 section 7.6.1).
    pub(crate) fn is_hop_by_hop(&self, name: &str) -> bool {
        self.has_connection && self.has_token("connection", name)
    }

    /// Whether a comma-separated field names a token.
    pub(crate) fn has_token(&self, name: &str, token: &str) -> bool {
        self.all(name).flat_map(|value| value.split(',')).any(|one| {
            let one = one.trim();
            one.eq_ignore_ascii_case(token)
        })
    }
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
            ("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", Err(HeadFault::Target)),
            ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", Err(HeadFault::Target)),
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
                Err(HeadFault::TransferCoding),
            ),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                Err(HeadFault::TransferCoding),
            ),
            (
                "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
                Err(HeadFault::TransferCoding),
            ),
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
    fn the_end_of_a_head_is_found_across_reads() {
        let head = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nbody";
        for from in 0..head.len() - 4 {
            if from <= 27 {
                assert_eq!(end_of_head(head, from), Some(27), "from {from}");
            }
        }
        assert_eq!(end_of_head(b"GET / HTTP/1.1\r\nHost: a\r\n\r", 0), None);
    }

    #[test]
    fn an_answer_that_lies_about_its_length_is_refused() {
        let parse = |head: &str| AnswerHead::parse(head.as_bytes(), false).map(|head| head.length);
        assert_eq!(parse("HTTP/1.1 200 OK\r\n\r\n"), Ok(Length::UntilClose));
        assert_eq!(parse("HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\n"), Ok(Length::None));
        let two = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Length: 8\r\n\r\n";
        assert_eq!(parse(two), Err(HeadFault::Length));
        let both = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(parse(both), Err(HeadFault::Length));
    }

    #[test]
    fn a_connection_on_which_an_unread_body_may_follow_is_not_kept() {
        let is_kept = |head: &str, to_head| {
            AnswerHead::parse(head.as_bytes(), to_head).map(|head| head.keep_alive)
        };
        for (head, to_head, expected) in [
            ("HTTP/1.1 204 X\r\n\r\n", false, true),
            ("HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n", false, true),
            ("HTTP/1.1 204 X\r\nContent-Length: 70\r\n\r\n", false, false),
            ("HTTP/1.1 204 X\r\nTransfer-Encoding: chunked\r\n\r\n", false, false),
            ("HTTP/1.1 304 X\r\nContent-Length: 70\r\n\r\n", false, true),
            ("HTTP/1.1 200 X\r\nContent-Length: 70\r\n\r\n", true, true),
            ("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n", true, false),
        ] {
            assert_eq!(is_kept(head, to_head), Ok(expected), "{head:?}");
        }
    }
}
