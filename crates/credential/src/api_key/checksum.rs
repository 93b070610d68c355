//! The checksum of a key: it tells what was mistyped, and protects nothing.

/// Digits of base 62 that a checksum of 32 bits takes.
pub(crate) const DIGITS: usize = 6;

/// The digits of base 62, by their value.
pub(crate) const ALPHABET: &[u8; 62] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// CRC-32 (ISO-HDLC: that of ISO 3309, gzip and PNG), the most significant digit first.
pub(crate) fn of(text: &str) -> [u8; DIGITS] {
    let mut rest = crc32fast::hash(text.as_bytes()) as usize;
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET.get(rest % ALPHABET.len()).copied().unwrap_or(b'0');
        rest /= ALPHABET.len();
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value of the catalogue of parametrised CRC algorithms: 0xCBF43926.
    #[test]
    fn it_is_the_crc_that_everybody_knows() {
        assert_eq!(crc32fast::hash(b"123456789"), 0xCBF4_3926);
        let number = of("123456789").iter().fold(0, |number, character| {
            let digit = ALPHABET.iter().position(|known| known == character).unwrap();
            number * 62 + digit
        });
        assert_eq!(number, 0xCBF4_3926);
        assert_eq!(&of(""), b"000000");
    }
}
