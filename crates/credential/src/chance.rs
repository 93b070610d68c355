//! Keys of our own as people keep them: 256 bits of chance, in a file or a variable.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Why bytes are no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChanceError {
    /// Neither 32 bytes, nor 64 hex digits, nor base64 of 32 bytes.
    Form,
    /// All bytes are the same: a placeholder.
    Placeholder,
}

/// 32 bytes as they are; or 64 hex digits, or base64 (of either alphabet, with or without padding),
/// with one line end behind them or none.
pub fn read(text: &[u8]) -> Result<[u8; 32], ChanceError> {
    // 32 letters are a word or half of a key in hex, and no 256 bits of chance.
    let is_chance = |byte: &u8| !byte.is_ascii_graphic() && !byte.is_ascii_whitespace();
    if let Ok(bytes) = text.try_into() {
        return if text.iter().any(is_chance) { check(bytes) } else { Err(ChanceError::Form) };
    }
    let line = text.strip_suffix(b"\n").unwrap_or(text);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let bytes = if line.len() == 64 { hex(line) } else { base64(line) };
    check(bytes.ok_or(ChanceError::Form)?)
}

/// The same bytes, unless nobody drew them.
pub fn check(bytes: [u8; 32]) -> Result<[u8; 32], ChanceError> {
    let [first, ..] = bytes;
    let is_drawn = bytes.iter().any(|byte| *byte != first);
    if is_drawn { Ok(bytes) } else { Err(ChanceError::Placeholder) }
}

fn hex(line: &[u8]) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(line.as_chunks::<2>().0) {
        if !pair.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

fn base64(line: &[u8]) -> Option<[u8; 32]> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [&alphabet::STANDARD, &alphabet::URL_SAFE].into_iter().find_map(|alphabet| {
        GeneralPurpose::new(alphabet, config).decode(line).ok()?.try_into().ok()
    })
}

impl fmt::Display for ChanceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => {
                "a key is 32 bytes, as they are, as 64 hex digits or as base64; make one with \
                 `openssl rand -hex 32`"
            }
            Self::Placeholder => {
                "all bytes of the key are the same; make one with `openssl rand -hex 32`"
            }
        })
    }
}

impl std::error::Error for ChanceError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn fake() -> [u8; 32] {
        std::array::from_fn(|index| index as u8 + 0xd8)
    }

    #[test]
    fn a_key_is_read_in_every_form_in_which_people_keep_one() {
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap();
        let hex: String =
            fake().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        let standard = base64::engine::general_purpose::STANDARD.encode(fake());
        let url_safe = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(fake());
        assert_ne!(standard.trim_end_matches('='), url_safe);
        for text in [hex.clone(), hex.to_uppercase(), standard, url_safe] {
            for end in ["", "\n", "\r\n"] {
                assert_eq!(read(format!("{text}{end}").as_bytes()), Ok(fake()), "{text:?}{end:?}");
            }
        }
        assert_eq!(read(&fake()), Ok(fake()));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let short = "ab".repeat(31);
        for text in
            ["", "\n", "password", &short, &"zz".repeat(32), &format!("{}\n\n", "a".repeat(43))]
        {
            assert_eq!(read(text.as_bytes()), Err(ChanceError::Form), "{text}");
        }
        assert_eq!(read("00".repeat(32).as_bytes()), Err(ChanceError::Placeholder));
        assert_eq!(check([7; 32]), Err(ChanceError::Placeholder));
    }
}
