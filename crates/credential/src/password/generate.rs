//! Passwords that a machine makes.

use aws_lc_rs::rand;

/// Characters that nobody takes for another one: 32, so that each has 5 bits.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// 130 bits of chance: no fewer than a key of AES has.
const CHARACTERS: usize = 26;

/// A new password, in groups that can be read aloud; none where there is no chance to be had.
pub fn generate() -> Option<String> {
    let mut chance = [0; CHARACTERS];
    rand::fill(&mut chance).ok()?;
    let mut text = String::with_capacity(CHARACTERS + CHARACTERS / 5);
    for (place, byte) in chance.iter().enumerate() {
        if place > 0 && place % 7 == 0 {
            text.push('-');
        }
        // 32 divides 256: every character is as likely as the others.
        text.push(char::from(*ALPHABET.get(usize::from(byte % 32))?));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_long_and_never_the_same() {
        let (one, other) = (generate().unwrap(), generate().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), CHARACTERS + 3);
        assert!(one.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)), "{one}");
    }
}
