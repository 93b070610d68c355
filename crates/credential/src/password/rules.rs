//! Which passwords people may take.

use std::fmt;

use portcullis_model::Secret;

/// Characters that a password has at least, whatever a policy says: what NIST SP 800-63B revision 4 (2025, section
/// 3.1.1.2) asks beside a second factor, and revision 3 (2017) asked of every one.
pub const LENGTH_MIN: usize = 8;

/// Characters that it has at most. NIST asks for 64 to be taken; a sentence fits, and no request costs more than it should.
pub const LENGTH_MAX: usize = 128;

/// Why a password may not be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordFault {
    /// Fewer characters than so many.
    Short(usize),
    /// More than [`LENGTH_MAX`].
    Long,
    /// It is the user's name, in whatever case.
    IsUser,
}

/// Whether a prepared password of a user may be taken. No rule asks for digits or signs: they make passwords that are
/// written down and guessed all the same (NIST SP 800-63B section 3.1.1.2).
pub fn check(password: &Secret, user: &str, length_min: usize) -> Result<(), PasswordFault> {
    let text = String::from_utf8_lossy(password.expose_secret());
    let length_min = length_min.max(LENGTH_MIN);
    match text.chars().count() {
        length if length < length_min => Err(PasswordFault::Short(length_min)),
        length if length > LENGTH_MAX => Err(PasswordFault::Long),
        _ if text.to_lowercase() == user.to_lowercase() => Err(PasswordFault::IsUser),
        _ => Ok(()),
    }
}

impl fmt::Display for PasswordFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short(min) => write!(f, "the password has fewer than {min} characters"),
            Self::Long => write!(f, "the password has more than {LENGTH_MAX} characters"),
            Self::IsUser => f.write_str("the password is the user name"),
        }
    }
}

impl std::error::Error for PasswordFault {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::prepare;

    #[test]
    fn characters_are_counted_and_not_bytes() {
        let check = |text: &str, min| check(&prepare(text.as_bytes()).unwrap(), "Margarethe", min);
        assert_eq!(
            check("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}", 8),
            Err(PasswordFault::Short(8))
        );
        assert_eq!(check("e\u{301}1234567", 8), Ok(()));
        assert_eq!(check("1234567", 1), Err(PasswordFault::Short(8)), "never fewer");
        assert_eq!(check("12345678901234", 15), Err(PasswordFault::Short(15)));
        assert_eq!(check(&"x".repeat(LENGTH_MAX), 15), Ok(()));
        assert_eq!(check(&"x".repeat(LENGTH_MAX + 1), 15), Err(PasswordFault::Long));
        assert_eq!(check("margaRETHE", 8), Err(PasswordFault::IsUser));
    }
}
