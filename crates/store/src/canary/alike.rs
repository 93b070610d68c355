//! A credential that looks like another, and is none: for whoever opens what they should not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portcullis_model::Secret;

/// Characters of chance that it has at least. One with fewer could be somebody's.
const CHANCE_MIN: usize = 20;

/// Digits at the end of a number that are drawn anew: those before them say a time, or how many there are.
const DIGITS_DRAWN: usize = 4;

/// Bytes of chance, in the order in which they are used.
pub(super) struct Chance {
    bytes: [u8; 256],
    used: usize,
}

impl Chance {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; 256], used: 256 }
    }

    /// `None`: the system has none.
    pub(super) fn below(&mut self, max: u8) -> Option<u8> {
        // Not quite even where `max` is no power of two; nobody guesses what has 20 of them.
        Some(self.byte()? % max.max(1))
    }

    pub(super) fn bytes<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        let mut bytes = [0; LENGTH];
        for byte in &mut bytes {
            *byte = self.byte()?;
        }
        Some(bytes)
    }

    fn byte(&mut self) -> Option<u8> {
        if self.used >= self.bytes.len() {
            aws_lc_rs::rand::fill(&mut self.bytes).ok()?;
            self.used = 0;
        }
        let byte = self.bytes.get(self.used).copied();
        self.used += 1;
        byte
    }
}

/// A text of the same length and alphabet. Of a JWT the header stays, the claims have other numbers, and the signature is
/// drawn. `None` where too little would be of chance.
pub(super) fn credential(real: &Secret, chance: &mut Chance) -> Option<Secret> {
    let text = std::str::from_utf8(real.expose_secret()).ok()?;
    let parts: Vec<&str> = text.split('.').collect();
    if let [header, claims, signature] = parts.as_slice()
        && let Ok(known) = URL_SAFE_NO_PAD.decode(claims)
        && let Ok(known) = String::from_utf8(known)
        && known.starts_with('{')
    {
        let claims = URL_SAFE_NO_PAD.encode(numbers(&known, chance)?);
        let signature = drawn(signature, chance)?;
        return Some(Secret::new(format!("{header}.{claims}.{signature}").into_bytes()));
    }
    drawn(text, chance).map(|text| Secret::new(text.into_bytes()))
}

/// Letters and digits in the place of such.
fn drawn(text: &str, chance: &mut Chance) -> Option<String> {
    let is_hex = is_hex(text);
    let (mut count, mut out) = (0, String::with_capacity(text.len()));
    for known in text.chars() {
        let (first, kinds) = match known {
            '0'..='9' => (b'0', 10),
            'a'..='z' if is_hex => (b'a', 6),
            'a'..='z' => (b'a', 26),
            'A'..='Z' => (b'A', 26),
            other => {
                out.push(other);
                continue;
            }
        };
        count += 1;
        out.push(char::from(first + chance.below(kinds)?));
    }
    (count >= CHANCE_MIN).then_some(out)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f' | b'-'))
}

/// The last digits of each number drawn anew, also of those inside of texts; none becomes shorter.
pub(super) fn numbers(text: &str, chance: &mut Chance) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|one: char| one.is_ascii_digit()) {
        let (before, from) = rest.split_at_checked(at)?;
        let length = from.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, behind) = from.split_at_checked(length)?;
        let (kept, _) = digits.split_at_checked(length.saturating_sub(DIGITS_DRAWN))?;
        out.push_str(before);
        out.push_str(kept);
        for place in kept.len()..length {
            // A leading zero would be no number.
            let digit =
                if place == 0 { b'1' + chance.below(9)? } else { b'0' + chance.below(10)? };
            out.push(char::from(digit));
        }
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(text: &str) -> Option<String> {
        let made = credential(&Secret::new(text.as_bytes()), &mut Chance::new())?;
        Some(String::from_utf8(made.expose_secret().to_vec()).unwrap())
    }

    #[test]
    fn it_has_the_form_of_the_real_one_and_is_another() {
        for text in [
            "0f8fad5b-d9cb-469f-a165-70867728950e-aaaa",
            "obviously_Fake+Token/0123456789abcdefGHIJ==",
        ] {
            let made = alike(text).unwrap();
            assert_ne!(made, text);
            let kind = |one: char| match one {
                '0'..='9' => '0',
                'a'..='z' => 'a',
                'A'..='Z' => 'A',
                other => other,
            };
            assert!(made.chars().map(kind).eq(text.chars().map(kind)), "{made}");
        }
        assert!(is_hex(&alike("0f8fad5bd9cb469fa16570867728950e").unwrap()));
    }

    #[test]
    fn of_a_jwt_header_and_names_stay() {
        let claims = r#"{"sub":"customer-1734","iat":1800000000,"n":7}"#;
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#);
        let signature = "s".repeat(43);
        let text = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims));
        let made = alike(&text).unwrap();
        let parts: Vec<&str> = made.split('.').collect();
        assert_eq!((parts.len(), parts[0], made.len()), (3, header.as_str(), text.len()));
        let read = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        assert!(
            read.starts_with(r#"{"sub":"customer-"#) && read.contains(r#""iat":180000"#),
            "{read}"
        );
        assert_ne!(parts[2], signature);
    }

    #[test]
    fn what_could_be_somebody_elses_is_not_made() {
        for text in ["", "short", "1234567890123456789", "-----------------------------"] {
            assert_eq!(alike(text), None, "{text}");
        }
    }
}
