//! An answer's head, read as strictly as a request's.

use std::mem::MaybeUninit;

use super::FIELDS_MAX;
use super::fault::HeadFault;
use super::fields::{Essential, Fields};
use super::framing::{Length, body_length, check_lines};

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
            Ok(httparse::Status::Complete(used)) if used == bytes.len() => {}
            Err(httparse::Error::TooManyHeaders) => return Err(HeadFault::TooManyFields),
            _ => return Err(HeadFault::Syntax),
        }
        let (version, status) =
            (answer.version.unwrap_or_default(), answer.code.unwrap_or_default());
        let mut fields = Fields::with_capacity(bytes.len(), answer.headers.len());
        for header in answer.headers.iter() {
            fields.push(header.name, header.value)?;
        }
        if fields.is_repeated(Essential::ContentType)
            || fields.is_repeated(Essential::ContentEncoding)
        {
            return Err(HeadFault::Repeated);
        }
        let length = if to_head || status == 204 || status == 304 || (100..200).contains(&status) {
            Length::None
        } else {
            body_length(&fields, Length::UntilClose)?
        };
        let keep_alive = version == 1
            && !fields.has_connection_option("close")
            && length != Length::UntilClose
            // A body that may not be there would be read as the next answer.
            // One that comes late is not seen when the connection is taken again.
            && (length != Length::None
                || fields.first(Essential::ContentLength).is_none_or(|length| length == "0"))
            && (length != Length::None || fields.first(Essential::TransferEncoding).is_none());
        Ok(Self { status, fields, length, keep_alive })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("HTTP/1.1 304 X\r\nContent-Length: 70\r\n\r\n", false, false),
            ("HTTP/1.1 304 X\r\n\r\n", false, true),
            ("HTTP/1.1 200 X\r\nContent-Length: 70\r\n\r\n", true, false),
            ("HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n", true, true),
            ("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n", true, false),
        ] {
            assert_eq!(is_kept(head, to_head), Ok(expected), "{head:?}");
        }
    }
}
