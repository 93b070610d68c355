//! Where a message ends, and what follows it on its connection (RFC 9112).

use memchr::{memchr_iter, memchr2_iter};

use super::fault::HeadFault;
use super::fields::{Essential, Fields};

/// How long a body is (RFC 9112 section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// There is none.
    None,
    /// So many bytes.
    Exactly(u64),
    /// Chunks, or the frames of a stream.
    Chunked,
    /// Until the connection ends (answers only).
    UntilClose,
}

impl Length {
    /// Whether the length that is announced is above this.
    pub(crate) const fn is_more_than(self, bytes_max: usize) -> bool {
        matches!(self, Self::Exactly(count) if count > bytes_max as u64)
    }

    /// Whether only its end says how long a body is, and whether there is one.
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Chunked | Self::UntilClose)
    }
}

/// Where a head ends in `bytes`, if it does: one past the empty line. `from` is where the last
/// search stopped.
pub(crate) fn end_of_head(bytes: &[u8], from: usize) -> Option<usize> {
    let start = from.saturating_sub(3);
    let window = bytes.get(start..)?;
    // A head that ends its lines with LF alone ends as well: it is refused when it is read.
    memchr_iter(b'\n', window).find_map(|place| match window.get(place + 1..)? {
        [b'\n', ..] => Some(start + place + 2),
        [b'\r', b'\n', ..] => Some(start + place + 3),
        _ => None,
    })
}

/// Every line of a head ends with CRLF, and CR stands nowhere else.
pub(super) fn check_lines(head: &[u8]) -> Result<(), HeadFault> {
    let mut ends = memchr2_iter(b'\r', b'\n', head);
    while let Some(place) = ends.next() {
        let is_crlf = head.get(place..place + 2) == Some(b"\r\n");
        // The pair's LF is the next one found.
        if !is_crlf || ends.next() != Some(place + 1) {
            return Err(HeadFault::LineEnd);
        }
    }
    Ok(())
}

/// RFC 9112 section 6.3, without its leniencies.
pub(super) fn body_length(fields: &Fields, without: Length) -> Result<Length, HeadFault> {
    if fields.is_repeated(Essential::ContentLength) {
        return Err(HeadFault::Length);
    }
    match (fields.first(Essential::TransferEncoding), fields.first(Essential::ContentLength)) {
        (None, None) => Ok(without),
        (Some(_), Some(_)) => Err(HeadFault::Length),
        (Some(coding), None) => {
            if coding.eq_ignore_ascii_case("chunked")
                && !fields.is_repeated(Essential::TransferEncoding)
            {
                Ok(Length::Chunked)
            } else {
                Err(codings_fault(fields))
            }
        }
        (None, Some(length)) => {
            let is_number = (1..=15).contains(&length.len())
                && length.bytes().all(|byte| byte.is_ascii_digit());
            let length = is_number.then(|| length.parse().ok()).flatten();
            length.map(Length::Exactly).ok_or(HeadFault::Length)
        }
    }
}

/// What is wrong with transfer codings that are not `chunked` alone: a body that ends with it once
/// has an end, and only its coding is not known here; any other has no end (RFC 9112 section 6.3).
fn codings_fault(fields: &Fields) -> HeadFault {
    let codings = || fields.all("transfer-encoding").flat_map(|value| value.split(','));
    let is_chunked = |coding: &str| coding.trim().eq_ignore_ascii_case("chunked");
    let count = codings().filter(|coding| is_chunked(coding)).count();
    match codings().last() {
        Some(last) if is_chunked(last) && count == 1 => HeadFault::TransferCoding,
        _ => HeadFault::Length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_head_is_found_across_reads() {
        let head = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nbody";
        for from in 0..=27 {
            assert_eq!(end_of_head(head, from), Some(27), "from {from}");
        }
        assert_eq!(end_of_head(b"GET / HTTP/1.1\r\nHost: a\r\n\r", 0), None);
        assert_eq!(end_of_head(b"GET / HTTP/1.1\nHost: a\n\nbody", 0), Some(24));
    }

    #[test]
    fn lines_end_with_crlf_and_cr_stands_nowhere_else() {
        assert_eq!(check_lines(b"a\r\nb\r\n\r\n"), Ok(()));
        for bad in [&b"a\nb"[..], b"a\rb\r\n", b"a\r\r\n", b"a\r\n\n", b"\n\r", b"a\r"] {
            assert_eq!(check_lines(bad), Err(HeadFault::LineEnd), "{bad:?}");
        }
    }
}
