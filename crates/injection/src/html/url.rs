//! Addresses that are script: `javascript:` and its kin, as lenient as browsers read them.

use std::ops::Range;

use crate::bytes::{at, part, run};
use crate::found::Reason;

const ADDRESS: Reason = Reason {
    name: "html-script-url",
    text: "is an address that runs as script where a page links to it",
};

const SCHEMES: [&[u8]; 6] =
    [b"javascript:", b"vbscript:", b"livescript:", b"mocha:", b"jscript:", b"feed:javascript:"];

/// Documents that an address may carry and that run.
const DOCUMENTS: [&[u8]; 8] = [
    b"data:application/x-x509",
    b"data:text/html",
    b"data:image/svg",
    b"data:text/xml",
    b"data:application/xml",
    b"data:application/xhtml",
    b"data:text/javascript",
    b"data:application/javascript",
];

/// Bytes of an address that matter, without what browsers drop.
const BEGINNING_BYTES_MAX: usize = 32;
/// Bytes read for them.
const READ_BYTES_MAX: usize = 256;

/// The whole text is such an address.
pub(super) fn find(bytes: &[u8]) -> Option<(Reason, Range<usize>)> {
    let start = run(bytes, 0, |byte| {
        byte <= b' ' || matches!(byte, b'"' | b'\'' | b'(' | b'`' | b'=' | b'>')
    });
    is_script(part(bytes, start..bytes.len()), false).then_some((ADDRESS, start..bytes.len()))
}

/// Whether an address runs. In a tag the scheme is enough; alone, script must follow: people write
/// `JavaScript: the good parts`.
pub(super) fn is_script(value: &[u8], in_tag: bool) -> bool {
    let is_kept = |byte: &&u8| **byte > b' ' && **byte < 0x80 && !(**byte == b'\\' && in_tag);
    let kept = value.iter().take(READ_BYTES_MAX).filter(is_kept).take(BEGINNING_BYTES_MAX);
    let mut beginning = [0; BEGINNING_BYTES_MAX];
    for (place, byte) in beginning.iter_mut().zip(kept) {
        *place = byte.to_ascii_lowercase();
    }
    if DOCUMENTS.iter().any(|document| beginning.starts_with(document)) {
        return true;
    }
    let is_scheme = SCHEMES.iter().any(|scheme| beginning.starts_with(scheme));
    let behind = memchr::memchr(b':', value).map_or(0, |colon| colon + 1);
    is_scheme && (in_tag || is_code(part(value, behind..value.len())))
}

/// A call, an assignment, a comment: more than words.
fn is_code(behind: &[u8]) -> bool {
    let is_call = memchr::memchr2_iter(b'(', b'`', behind).any(|open| {
        let before = at(behind, open.wrapping_sub(1));
        open == 0
            || before.is_ascii_alphanumeric()
            || matches!(before, b'_' | b')' | b']' | b'$' | b'.' | b'(' | b'!' | b'/' | b'=')
    });
    is_call
        || behind.starts_with(b"//")
        || behind.contains(&b'=')
        || memchr::memmem::find(behind, b"document.").is_some()
}
