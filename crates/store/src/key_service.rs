//! A service that keeps a key of its own, and wraps the store's with it.
//!
//! It is asked once when the store is opened, and when the key is exchanged or wrapped anew: never for a row. A
//! store of a million sessions could not ask anybody for each.

use std::fmt;

use portcullis_model::Secret;

use crate::kek::Kek;

/// Bytes of a wrapped key: what is known has a hundred.
pub(crate) const WRAPPED_BYTES_MAX: usize = 8 << 10;

/// Wraps keys, and unwraps what it wrapped. It blocks, for a stated time at most.
pub trait KeyService: Send + Sync {
    /// Where it is, for messages.
    fn place(&self) -> &str;

    /// The key, as nobody but the service can read it. `beside` is bound to it, and is no secret.
    fn wrap(&self, key: &Secret, beside: &[u8]) -> Result<Vec<u8>, ServiceFault>;

    /// What was wrapped, beside the same.
    fn unwrap(&self, wrapped: &[u8], beside: &[u8]) -> Result<Secret, ServiceFault>;
}

/// Why a key service gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each case says what its fields are")]
pub enum ServiceFault {
    /// What we prove ourselves with cannot be read: why.
    Token(String),
    /// Nothing could be exchanged: why.
    Exchange(String),
    /// No whole answer in so many seconds.
    Slow { seconds: u64 },
    /// It is there, and gives nothing to anybody before its keeper opens it.
    Sealed,
    /// Our token is none, or is not good for this key.
    Refused,
    /// It leads elsewhere, with this status. That is not followed: the token would go there.
    Redirect(u16),
    /// It has no such key, or the text was not wrapped by it, or not for this store: what it says.
    Wrong(String),
    /// Another status.
    Status(u16),
    /// Its answer is not what the service says.
    Unreadable(&'static str),
}

impl fmt::Display for ServiceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(why) => write!(f, "its token cannot be read: {why}"),
            Self::Exchange(why) => f.write_str(why),
            Self::Slow { seconds } => write!(f, "no whole answer within {seconds} s"),
            Self::Sealed => f.write_str("it is sealed, or not set up; unseal it"),
            Self::Refused => f.write_str(
                "it refuses our token (403): expired, or its policy does not allow `update` on \
                 `encrypt` and `decrypt` of this key",
            ),
            Self::Redirect(status) => {
                write!(
                    f,
                    "it answers {status}, and no redirect is followed: name the node that is active"
                )
            }
            Self::Wrong(what) => write!(f, "it says: {what}"),
            Self::Status(status) => write!(f, "it answers {status}"),
            Self::Unreadable(what) => write!(f, "its answer is not what it should be: {what}"),
        }
    }
}

impl std::error::Error for ServiceFault {}

/// What opens the store: a key of ours, a service that unwraps the store's own, or either: then the store says which.
#[derive(Clone, Copy)]
pub struct Unlock<'k> {
    pub(crate) own: Option<&'k Kek>,
    pub(crate) service: Option<&'k dyn KeyService>,
}

impl<'k> Unlock<'k> {
    /// A new store lies under the service where there is one.
    pub const fn new(own: Option<&'k Kek>, service: Option<&'k dyn KeyService>) -> Self {
        Self { own, service }
    }
}

impl<'k> From<&'k Kek> for Unlock<'k> {
    fn from(own: &'k Kek) -> Self {
        Self::new(Some(own), None)
    }
}

impl fmt::Debug for Unlock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unlock(..)")
    }
}

/// What the store's own key is bound to: a text that was wrapped for another store opens nothing here.
fn beside(store: [u8; 16]) -> Vec<u8> {
    [&b"portcullis store key "[..], &store].concat()
}

/// A new key for the store, and what is kept of it. It is unwrapped before it is believed: what cannot be
/// unwrapped now could not be at the next start, either.
pub(crate) fn new_key(
    service: &dyn KeyService,
    store: [u8; 16],
) -> Result<(Kek, Vec<u8>), ServiceFault> {
    let kek = Kek::of_chance().ok_or(ServiceFault::Unreadable("no chance to be had"))?;
    let wrapped = wrapped(service, store, &kek)?;
    Ok((kek, wrapped))
}

/// What is kept of a key from now on: of the newest version of the service's own key.
pub(crate) fn wrapped(
    service: &dyn KeyService,
    store: [u8; 16],
    kek: &Kek,
) -> Result<Vec<u8>, ServiceFault> {
    let wrapped = service.wrap(kek.secret(), &beside(store))?;
    if wrapped.is_empty() || wrapped.len() > WRAPPED_BYTES_MAX {
        return Err(ServiceFault::Unreadable("the wrapped key is empty, or too long"));
    }
    let again = service.unwrap(&wrapped, &beside(store))?;
    if !kek.secret().matches(again.expose_secret()) {
        return Err(ServiceFault::Unreadable("what it wrapped unwraps as something else"));
    }
    Ok(wrapped)
}

/// The store's own key.
pub(crate) fn unwrapped(
    service: &dyn KeyService,
    store: [u8; 16],
    wrapped: &[u8],
) -> Result<Kek, ServiceFault> {
    let secret = service.unwrap(wrapped, &beside(store))?;
    let bytes = secret.expose_secret().try_into().ok();
    let kek = bytes.and_then(|bytes| Kek::from_bytes(bytes).ok());
    kek.ok_or(ServiceFault::Unreadable("what it unwraps is no key of a store"))
}
