//! Passwords as they are spoken of: set, found, listed.

use std::fmt;
use std::sync::Arc;

use portcullis_credential::password::{Hashed, USER_BYTES_MAX};
use portcullis_model::{KeyRules, UnixMillis};

use crate::error::StoreError;
use crate::keys::facts::check_rules;

/// A password as it is set. Of its text there is only a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordFacts {
    /// Whose it is, 256 bytes at most, in the spelling that `portcullis_credential::password::user` gives.
    pub user: String,
    /// What is kept instead of it.
    pub hash: Hashed,
    /// What is known of its user: names and values, in the bounds of a key's rules.
    pub attributes: Vec<(String, String)>,
}

/// A password that holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    /// Whose it is.
    pub user: Arc<str>,
    /// What the text that was shown must match.
    pub hash: Arc<Hashed>,
    /// Its attributes, as a key has them.
    pub rules: Arc<KeyRules>,
    /// When its user came.
    pub created: UnixMillis,
    /// When it was set.
    pub changed: UnixMillis,
    /// Another number each time that it is set, within this process.
    pub mark: u64,
}

/// A password as far as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPassword {
    /// Whose it is.
    pub user: Arc<str>,
    /// When its user came.
    pub created: UnixMillis,
    /// When it was set.
    pub changed: UnixMillis,
    /// What is known of its user.
    pub rules: Arc<KeyRules>,
}

impl PasswordFacts {
    /// Whether it is small enough to be kept.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.user.len() > USER_BYTES_MAX {
            return Err(StoreError::TooMany { what: "bytes of a user name", max: USER_BYTES_MAX });
        }
        check_rules(&self.rules())
    }

    pub(crate) fn rules(&self) -> KeyRules {
        KeyRules { attributes: self.attributes.clone(), ..KeyRules::default() }
    }
}

impl fmt::Debug for PasswordFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PasswordFacts({:?}, {:?}, ..)", self.user, self.attributes)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Password({:?}, ..)", self.user)
    }
}
