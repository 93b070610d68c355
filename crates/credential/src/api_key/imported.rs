//! Keys that others issued: texts of any form, without a name in them. They are found by a digest.
//!
//! What is kept is made of the SHA-256 of the text: so whoever has only that can hand it over, and what is kept of
//! both is the same. The name is a digest of its own under the pepper: nobody who shows a text chooses what is
//! looked up, and how near a guess was is told by nothing.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use portcullis_model::KeyId;

use super::Pepper;
use crate::digest::sha256;

/// Bytes of a text that others issued as a key, at most.
pub const IMPORTED_BYTES_MAX: usize = 1024;

/// Characters of such a text, at least, and different ones among them: what is shorter or more uniform may be guessed.
const LENGTH_MIN: usize = 20;
const DIFFERENT_MIN: usize = 8;

const NAME: &[u8] = b"portcullis: name of an imported key\0";
const PROOF: &[u8] = b"portcullis: imported key\0";

/// What is kept of a key that others issued.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Its public name. It opens nothing, and without the pepper nobody makes it of the text.
    pub id: KeyId,
    /// What proves the text.
    pub mac: [u8; 32],
}

/// Why a text is easily guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weak {
    /// Below 20 characters.
    Short,
    /// Fewer than 8 different characters.
    Uniform,
}

impl Pepper {
    /// What is kept of a key whose text has this SHA-256.
    pub fn imported(&self, digest: &[u8; 32]) -> Imported {
        let name = self.of(NAME, digest);
        let half = name.first_chunk().copied().unwrap_or_default();
        Imported { id: KeyId::reduced(half), mac: self.of(PROOF, digest) }
    }

    /// The same of the text itself; none of one that is too long to be a key.
    pub fn imported_text(&self, text: &str) -> Option<Imported> {
        (text.len() <= IMPORTED_BYTES_MAX).then(|| self.imported(&sha256(text.as_bytes())))
    }
}

impl Imported {
    /// Whether it is the one of which `known` was kept. The time it takes is always the same.
    pub fn is(&self, known: &[u8; 32]) -> bool {
        verify_slices_are_equal(&self.mac, known).is_ok()
    }
}

impl Weak {
    /// Whether somebody could guess a text.
    pub fn of(text: &str) -> Option<Self> {
        if text.chars().count() < LENGTH_MIN {
            return Some(Self::Short);
        }
        let mut different: Vec<char> = text.chars().take(IMPORTED_BYTES_MAX).collect();
        different.sort_unstable();
        different.dedup();
        (different.len() < DIFFERENT_MIN).then_some(Self::Uniform)
    }
}

impl std::fmt::Debug for Imported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Imported({}, ..)", self.id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pepper(last: u8) -> Pepper {
        let mut bytes = std::array::from_fn::<u8, 32, _>(|index| index as u8 + 0xd8);
        bytes[31] = last;
        Pepper::parse(&bytes).unwrap()
    }

    #[test]
    fn a_text_and_its_digest_are_the_same_key_and_the_digest_as_a_text_is_not() {
        let one = pepper(1);
        let text = "obviously-fake-key-of-others";
        let digest = sha256(text.as_bytes());
        let known = one.imported(&digest);
        assert_eq!(one.imported_text(text), Some(known));
        let hex = digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        for other in [hex.as_str(), &known.id.to_string(), "obviously-fake-key-of-otherz", ""] {
            let shown = one.imported_text(other).unwrap();
            assert!(shown.id != known.id && !shown.is(&known.mac), "{other}");
        }
        let other = pepper(2).imported(&digest);
        assert!(other.id != known.id && !other.is(&known.mac), "under another pepper");
        assert!(!known.is(&one.mac(text)), "no MAC of our own keys is one of these");
        assert_eq!(one.imported_text(&"x".repeat(IMPORTED_BYTES_MAX + 1)), None);
        assert!(!format!("{known:?}").contains(&format!("{:?}", known.mac)));
    }

    /// Stored for years: it must not change.
    #[test]
    fn what_is_kept_of_a_text_stays_the_same() {
        let known = pepper(0xf7).imported_text("obviously-fake-key-of-others").unwrap();
        let digest = sha256(b"obviously-fake-key-of-others");
        assert_eq!(known.mac, pepper(0xf7).of(b"portcullis: imported key\0", &digest));
        assert_eq!(known.id.to_string(), "SQrjM3aiygYkTdwb");
    }

    #[test]
    fn what_can_be_guessed_is_weak() {
        assert_eq!(Weak::of("0123456789abcdefghi"), Some(Weak::Short));
        assert_eq!(Weak::of("0123456789abcdefghij"), None);
        assert_eq!(Weak::of(&"x".repeat(40)), Some(Weak::Uniform));
        assert_eq!(Weak::of("12345671234567123456712345"), Some(Weak::Uniform));
        assert_eq!(Weak::of("12345678123456781234567812"), None);
    }

    proptest! {
        #[test]
        fn every_digest_has_a_name(digest in any::<[u8; 32]>()) {
            let id = pepper(1).imported(&digest).id;
            prop_assert_eq!(KeyId::parse(&id.to_string()), Ok(id));
        }
    }
}
