//! What must never be printed.

use std::fmt;

use zeroize::Zeroize as _;

/// Bytes that cannot be printed or serialised, are compared in constant time, and are zeros when nobody has them any
/// more. What they were taken from is not ours: whoever reads them into a buffer leaves a copy there.
#[derive(Clone)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes the bytes in.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, for the one who must use them. The name is long so that it is seen in review.
    pub const fn expose_secret(&self) -> &[u8] {
        &self.0
    }

    /// Whether `shown` is this secret. The time it takes depends on the lengths alone.
    pub fn matches(&self, shown: &[u8]) -> bool {
        let mut difference = u8::from(self.0.len() != shown.len());
        for (known, shown) in self.0.iter().zip(shown) {
            difference |= std::hint::black_box(known ^ shown);
        }
        std::hint::black_box(difference) == 0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_matches_itself_only_and_does_not_print() {
        let secret = Secret::new(*b"obviously-fake");
        assert!(secret.matches(b"obviously-fake"));
        assert!(!secret.matches(b"obviously-fak"));
        assert!(!secret.matches(b"obviously-fakes"));
        assert!(!secret.matches(b""));
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }
}
