//! PEM (RFC 7468): one block, nothing around it but white space.

use crate::encoding::base64;

/// Bytes of a PEM text, at most.
const BYTES_MAX: usize = 16 << 10;

/// Label and content of the only block of a text.
pub fn read(text: &str) -> Option<(&str, Vec<u8>)> {
    if text.len() > BYTES_MAX {
        return None;
    }
    let rest = text.trim_ascii().strip_prefix("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let body = rest.strip_suffix("-----")?.strip_suffix(label)?.strip_suffix("-----END ")?;
    let body: String = body.split_ascii_whitespace().collect();
    Some((label, base64(&body)?))
}
