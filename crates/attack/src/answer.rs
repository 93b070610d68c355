//! Answers, read strictly: a head, then a body whose end is told by chunks, a length, or the end
//! of the connection.

use std::borrow::Cow;

/// An answer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// Every header field, in order.
    pub(crate) fields: Vec<(String, String)>,
    /// The body, chunks put together, content coding as it came.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The values of a header field, whatever its case.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let is_named = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.fields.iter().filter(is_named).map(|(_, value)| value.as_str()).collect()
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

/// The bytes are no answer; why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) &'static str);

/// Header fields of an answer.
const FIELDS_MAX: usize = 100;

/// How far an answer is read. Nothing is looked at twice, so a body in many pieces costs no more
/// than one.
#[derive(Debug)]
pub(crate) struct Progress {
    is_head: bool,
    head_bytes_max: usize,
    body_bytes_max: usize,
    stage: Stage,
    at: usize,
}

#[derive(Debug)]
enum Stage {
    Head,
    Sized(Answer, usize),
    Chunks(Answer),
    UntilEnd(Answer),
}

impl Progress {
    pub(crate) const fn new(is_head: bool, head_bytes_max: usize, body_bytes_max: usize) -> Self {
        Self { is_head, head_bytes_max, body_bytes_max, stage: Stage::Head, at: 0 }
    }

    /// Goes on with `bytes`, which is everything that came so far. `None`: more is needed.
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
        is_end: bool,
    ) -> Result<Option<Answer>, Unreadable> {
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            match std::mem::replace(&mut self.stage, Stage::Head) {
                Stage::Head => match self.head(rest)? {
                    Some(stage) => self.stage = stage,
                    None => return Ok(None),
                },
                Stage::Sized(mut answer, length) if rest.len() >= length => {
                    answer.body = rest.get(..length).unwrap_or_default().to_vec();
                    return Ok(Some(answer));
                }
                Stage::UntilEnd(mut answer) if is_end => {
                    answer.body = rest.to_vec();
                    return Ok(Some(answer));
                }
                Stage::UntilEnd(_) if rest.len() > self.body_bytes_max => {
                    return Err(Unreadable("the answer's body is too large"));
                }
                Stage::Chunks(answer) => return self.chunks(answer, bytes),
                waiting => {
                    self.stage = waiting;
                    return Ok(None);
                }
            }
        }
    }

    /// Reads a head; interim answers (1xx) are passed over.
    fn head(&mut self, rest: &[u8]) -> Result<Option<Stage>, Unreadable> {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
        let mut head = httparse::Response::new(&mut fields);
        let length = match head.parse(rest) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) if rest.len() <= self.head_bytes_max => return Ok(None),
            Ok(httparse::Status::Partial) => {
                return Err(Unreadable("the answer's head is too large"));
            }
            Err(_) => return Err(Unreadable("the answer's head is not HTTP/1.1")),
        };
        self.at += length;
        let status = head.code.unwrap_or_default();
        if (100..200).contains(&status) {
            return Ok(Some(Stage::Head));
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        let fields = head.headers.iter().map(|field| (field.name.to_owned(), text(field.value)));
        let answer = Answer { status, fields: fields.collect(), body: Vec::new() };
        self.framing(answer).map(Some)
    }

    /// How the body's end is told (RFC 9112 section 6.3).
    fn framing(&self, answer: Answer) -> Result<Stage, Unreadable> {
        if self.is_head || matches!(answer.status, 204 | 304) {
            return Ok(Stage::Sized(answer, 0));
        }
        let codings = answer.all("transfer-encoding");
        let lengths = answer.all("content-length");
        match (codings.as_slice(), lengths.as_slice()) {
            ([], []) => Ok(Stage::UntilEnd(answer)),
            ([coding], []) if coding.eq_ignore_ascii_case("chunked") => Ok(Stage::Chunks(answer)),
            ([], [length]) => match length.parse() {
                Ok(length) if length <= self.body_bytes_max => Ok(Stage::Sized(answer, length)),
                Ok(_) => Err(Unreadable("the answer's body is too large")),
                Err(_) => Err(Unreadable("the answer's length is not a number")),
            },
            _ => Err(Unreadable("the answer's body has two lengths")),
        }
    }

    fn chunks(&mut self, mut answer: Answer, bytes: &[u8]) -> Result<Option<Answer>, Unreadable> {
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let (head, size) = match httparse::parse_chunk_size(rest) {
                Ok(httparse::Status::Complete((head, size))) => (head, size as usize),
                Ok(httparse::Status::Partial) => break,
                Err(_) => return Err(Unreadable("a chunk's length is not a number")),
            };
            if size > self.body_bytes_max.saturating_sub(answer.body.len()) {
                return Err(Unreadable("the answer's body is too large"));
            }
            let Some((data, end)) =
                rest.get(head..head + size + 2).and_then(|chunk| chunk.split_at_checked(size))
            else {
                break;
            };
            if end != b"\r\n" {
                // After the last chunk there may be trailers; nobody here needs them.
                return if size == 0 {
                    Ok(Some(answer))
                } else {
                    Err(Unreadable("a chunk is too long"))
                };
            }
            answer.body.extend_from_slice(data);
            self.at += head + size + 2;
            if size == 0 {
                return Ok(Some(answer));
            }
        }
        self.stage = Stage::Chunks(answer);
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads an answer in one piece and byte by byte; both must give the same.
    fn read(text: &str, is_head: bool) -> Result<Option<Answer>, Unreadable> {
        let whole = Progress::new(is_head, 200, 100).read(text.as_bytes(), true);
        let mut progress = Progress::new(is_head, 200, 100);
        let mut pieces = Ok(None);
        for end in 1..=text.len() {
            pieces = progress.read(&text.as_bytes()[..end], end == text.len());
            if !matches!(pieces, Ok(None)) {
                break;
            }
        }
        assert_eq!(whole, pieces, "{text}");
        whole
    }

    fn body(text: &str) -> String {
        read(text, false).unwrap().unwrap().text().into_owned()
    }

    #[test]
    fn the_end_of_a_body_is_told_in_three_ways() {
        assert_eq!(body("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), "hi");
        assert_eq!(body("HTTP/1.1 200 OK\r\n\r\nhi there"), "hi there");
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(body(&format!("{chunked}2\r\nhi\r\n3;x=y\r\n yo\r\n0\r\n\r\n")), "hi yo");
    }

    #[test]
    fn interim_answers_are_passed_over_and_bodiless_ones_have_none() {
        let interim =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(read(interim, false).unwrap().unwrap().status, 201);
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\nX-A: 1\r\nx-a: 2\r\n\r\n";
        let answer = read(head, true).unwrap().unwrap();
        assert_eq!(answer.all("X-a"), ["1", "2"]);
        assert!(read("HTTP/1.1 204 No Content\r\n\r\n", false).unwrap().unwrap().body.is_empty());
    }

    #[test]
    fn broken_and_boundless_answers_are_refused() {
        for (text, why) in [
            ("SSH-2.0-x\r\n\r\n", "the answer's head is not HTTP/1.1"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", "the answer's body is too large"),
            ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "the answer's length is not a number"),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "the answer's body has two lengths",
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "a chunk's length is not a number",
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n",
                "the answer's body is too large",
            ),
        ] {
            assert_eq!(read(text, false), Err(Unreadable(why)), "{text}");
        }
        let cut = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi";
        assert_eq!(read(cut, false), Ok(None), "half an answer is none");
    }
}
