//! The name of one request.

use std::fmt;

/// 128 bits, printed as 26 characters of Crockford's base 32: 48 bits of time, then 80 of
/// chance, so that ids sort by time and nobody guesses the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u128);

/// The text is not a request id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestIdError;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl RequestId {
    /// From the time and 80 bits of chance (the upper bits of `chance` are ignored).
    pub const fn new(now: crate::UnixMillis, chance: u128) -> Self {
        Self(((now.0 as u128) << 80) | (chance & ((1 << 80) - 1)))
    }

    /// The 26 characters.
    pub fn text(self) -> [u8; 26] {
        let mut text = [b'0'; 26];
        for (place, character) in text.iter_mut().rev().enumerate() {
            let five = (self.0 >> (5 * place)) as usize & 31;
            *character = ALPHABET.get(five).copied().unwrap_or(b'0');
        }
        text
    }

    /// Reads the 26 characters, in either case.
    pub fn parse(text: &str) -> Result<Self, RequestIdError> {
        if text.len() != 26 {
            return Err(RequestIdError);
        }
        let mut bits = 0_u128;
        for character in text.bytes() {
            let digit = ALPHABET
                .iter()
                .position(|known| *known == character.to_ascii_uppercase())
                .ok_or(RequestIdError)?;
            if bits >> 123 != 0 {
                return Err(RequestIdError);
            }
            bits = bits << 5 | digit as u128;
        }
        Ok(Self(bits))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UnixMillis;

    #[test]
    fn an_id_reads_back_and_sorts_by_time() {
        let earlier = RequestId::new(UnixMillis(1_795_000_000_000), u128::MAX);
        let later = RequestId::new(UnixMillis(1_795_000_000_001), 0);
        assert!(earlier.to_string() < later.to_string());
        assert_eq!(RequestId::parse(&earlier.to_string()), Ok(earlier));
        assert_eq!(RequestId::parse(&later.to_string().to_lowercase()), Ok(later));
        assert_eq!(RequestId::parse("8ZZZZZZZZZZZZZZZZZZZZZZZZZ"), Err(RequestIdError));
        assert_eq!(RequestId::parse("no"), Err(RequestIdError));
    }
}
