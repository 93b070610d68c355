//! Bytes to text, as forgivingly as the people who wrote it could manage.

use std::io::Read as _;

use flate2::read::{MultiGzDecoder, ZlibDecoder};

/// What a body may inflate to. Not a defence: only so that the process that runs this sample
/// survives its own bombs.
const INFLATED_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Undoes `%41`, and `+` where it means a space; bytes that are not UTF-8 are replaced.
pub(crate) fn percent(text: &str, plus_is_space: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                if let (Some(high), Some(low)) = (hex(*high), hex(*low)) {
                    bytes.push(high << 4 | low);
                    rest = after;
                } else {
                    bytes.push(b'%');
                }
            }
            (b'+', _) if plus_is_space => bytes.push(b' '),
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The pairs of a query or of a form, in their order.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let pieces = text.split('&').filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            (percent(name, true), percent(value, true))
        })
        .collect()
}

/// Undoes a content coding.
pub(crate) fn inflate(body: &[u8], coding: &str) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    // FLAW(a4-gzip-bomb): nobody asks how large this becomes.
    match coding {
        "gzip" | "x-gzip" => {
            MultiGzDecoder::new(body).take(INFLATED_BYTES_MAX).read_to_end(&mut plain)?;
        }
        "deflate" => {
            ZlibDecoder::new(body).take(INFLATED_BYTES_MAX).read_to_end(&mut plain)?;
        }
        _ => plain.extend_from_slice(body),
    }
    Ok(plain)
}

/// The text of a body, in whatever encoding it looks like.
pub(crate) fn text(body: &[u8], media: &str) -> String {
    // FLAW(f1-utf16-body), FLAW(f1-utf7-body): a filter in front reads other characters.
    match body {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [_, 0, ..] => utf16(body, u16::from_le_bytes),
        [0, _, ..] => utf16(body, u16::from_be_bytes),
        _ if media.to_ascii_lowercase().contains("utf-7") => utf7(body),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(body).into_owned(),
    }
}

fn utf16(body: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let pairs = body.chunks_exact(2).filter_map(|pair| pair.try_into().ok());
    String::from_utf16_lossy(&pairs.map(unit).collect::<Vec<u16>>())
}

/// UTF-7 (RFC 2152): `+` opens base64 of UTF-16, anything outside its alphabet closes it.
fn utf7(body: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'+' {
            text.push(char::from(*first));
            continue;
        }
        let length = after.iter().take_while(|byte| sextet(**byte).is_some()).count();
        let (coded, after) = after.split_at(length);
        if coded.is_empty() {
            text.push('+');
        }
        text.push_str(&utf16(&base64(coded), u16::from_be_bytes));
        rest = after.strip_prefix(b"-").unwrap_or(after);
    }
    text
}

fn base64(coded: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0_u32);
    for sextet in coded.iter().filter_map(|byte| sextet(*byte)) {
        held = (held << 6 | sextet) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    bytes
}

fn sextet(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// How deep the brackets of a JSON text go.
pub(crate) fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
