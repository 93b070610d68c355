//! Encryption at rest: a data key for each row under the key-encryption key, and keyed digests.
//!
//! AES-256-GCM-SIV (RFC 8452), which bears a repeated nonce. What is sealed is bound to its place: the
//! associated data names table, column and row, and holds what stands beside it in the clear.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{hkdf, hmac};

use portcullis_model::Tally;
use siphasher::sip::SipHasher24;

use crate::kek::Kek;
use crate::names::SessionId;

/// The form of everything sealed, its first byte.
const FORM: u8 = 1;

pub(crate) const KEY_LEN: usize = 32;

/// Seals and opens, under a key derived from the key-encryption key (HKDF-SHA256, RFC 5869).
pub(crate) struct Wrapper {
    key: RandomizedNonceKey,
    /// Derived beside it: the same for the same key-encryption key, and of no other use.
    mark: [u8; KEY_LEN],
    /// What was decrypted with it, or with one before it, since the store was opened.
    opened: Arc<AtomicU64>,
}

/// The wrapper of now, and digests under a key that lies sealed in the store: so that another
/// key-encryption key changes none of them.
pub(crate) struct Sealer {
    // INVARIANT: it is the one of the rows that were committed. It changes with a commit, under this lock.
    wrapper: RwLock<Wrapper>,
    digests: hmac::Key,
    /// Tells ids of canaries from others.
    canaries: SipHasher24,
}

/// A row's secrets.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    /// The row's data key, under the key-encryption key.
    pub(crate) data_key: Vec<u8>,
    /// Its secrets, under its data key.
    pub(crate) body: Vec<u8>,
}

/// The library could not do it: out of memory, or no chance to be had.
#[derive(Debug)]
pub(crate) struct CannotSeal;

impl Wrapper {
    pub(crate) fn new(kek: &Kek) -> Result<Self, CannotSeal> {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"portcullis store v1");
        let derived = salt.extract(kek.expose_secret());
        let (mut bytes, mut mark) = ([0; KEY_LEN], [0; KEY_LEN]);
        for (purpose, to) in [(&b"data keys"[..], &mut bytes), (b"mark", &mut mark)] {
            derived
                .expand(&[purpose], hkdf::HKDF_SHA256)
                .and_then(|output| output.fill(to))
                .map_err(|_| CannotSeal)?;
        }
        Ok(Self { key: key(&bytes)?, mark, opened: Arc::default() })
    }

    /// Whether both are of one key-encryption key.
    pub(crate) fn is(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.mark, &other.mark).is_ok()
    }

    /// The data key of a row, as `next` has it. `None`: it was not sealed with this key, at this place.
    pub(crate) fn rewrap(
        &self,
        next: &Self,
        (table, row): (&str, &[u8]),
        data_key: &[u8],
        tally: &Tally,
    ) -> Result<Option<Vec<u8>>, CannotSeal> {
        let aad = bound(table, "data_key", row, &[]);
        let plain = self.unwrap(&aad, data_key, tally);
        plain.map(|plain| encrypt(&next.key, &aad, plain)).transpose()
    }

    /// `beside` is what stands beside it in the clear, `row` the row's name.
    pub(crate) fn seal(
        &self,
        table: &str,
        row: &[u8],
        beside: &[u8],
        secrets: Vec<u8>,
    ) -> Result<Envelope, CannotSeal> {
        let mut data_key = [0; KEY_LEN];
        aws_lc_rs::rand::fill(&mut data_key).map_err(|_| CannotSeal)?;
        let body = encrypt(&key(&data_key)?, &bound(table, "sealed", row, beside), secrets)?;
        let aad = bound(table, "data_key", row, &[]);
        Ok(Envelope { data_key: encrypt(&self.key, &aad, data_key.to_vec())?, body })
    }

    /// `None`: this was not sealed with this key, at this place, beside this.
    pub(crate) fn open(
        &self,
        (table, row): (&str, &[u8]),
        beside: &[u8],
        envelope: &Envelope,
        tally: &Tally,
    ) -> Option<Vec<u8>> {
        let aad = bound(table, "data_key", row, &[]);
        let data_key = self.unwrap(&aad, &envelope.data_key, tally)?;
        let aad = bound(table, "sealed", row, beside);
        decrypt(&key(data_key.as_slice()).ok()?, &aad, &envelope.body)
    }
}

impl Wrapper {
    /// The only way to a data key, and so to whatever is recoverable.
    // INVARIANT: who opens a row counts it, and the count goes into a record.
    fn unwrap(&self, aad: &[u8], data_key: &[u8], tally: &Tally) -> Option<Vec<u8>> {
        let plain = decrypt(&self.key, aad, data_key)?;
        tally.add(1);
        self.opened.fetch_add(1, Ordering::Relaxed);
        Some(plain)
    }
}

impl Sealer {
    pub(crate) fn new(wrapper: Wrapper, digest_key: &[u8; KEY_LEN]) -> Self {
        let digests = hmac::Key::new(hmac::HMAC_SHA256, digest_key);
        let key = digest(&digests, "canaries", &[]);
        let mut half = [0; 16];
        half.iter_mut().zip(key).for_each(|(to, from)| *to = from);
        let canaries = SipHasher24::new_with_key(&half);
        Self { wrapper: RwLock::new(wrapper), digests, canaries }
    }

    /// The id of a canary: half of it is chance, half is what only the key of the digests makes of that.
    pub(crate) fn canary(&self, chance: [u8; 8]) -> SessionId {
        let mut id = [0; 16];
        let rest = self.canaries.hash(&chance).to_le_bytes();
        id.iter_mut().zip(chance.into_iter().chain(rest)).for_each(|(to, from)| *to = from);
        SessionId::new(id)
    }

    /// Whether an id is a canary's. Of 2^64 others, one is.
    pub(crate) fn is_canary(&self, id: SessionId) -> bool {
        let chance = id.as_bytes().first_chunk::<8>();
        chance.is_some_and(|chance| self.canary(*chance) == id)
    }

    /// What opens the rows. Who reads one has this before, and keeps it until the row is opened: while it
    /// is held, no other takes its place.
    pub(crate) fn wrapper(&self) -> RwLockReadGuard<'_, Wrapper> {
        self.wrapper.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// From when `commit` succeeds, `next` opens the rows, and nobody opens one in between.
    pub(crate) fn exchange<E>(
        &self,
        next: Wrapper,
        commit: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        let mut wrapper = self.wrapper.write().unwrap_or_else(PoisonError::into_inner);
        commit()?;
        *wrapper = Wrapper { opened: Arc::clone(&wrapper.opened), ..next };
        Ok(())
    }

    /// Rows that were opened since the store was.
    pub(crate) fn opened(&self) -> u64 {
        self.wrapper().opened.load(Ordering::Relaxed)
    }

    /// The same for the same parts, and nothing without the key (HMAC-SHA256).
    pub(crate) fn digest(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        digest(&self.digests, purpose, parts)
    }
}

fn digest(key: &hmac::Key, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let tag = hmac::sign(key, &bound(purpose, "", &[], &joined(parts)));
    let mut digest = [0; 32];
    digest.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
    digest
}

/// Parts behind one another, each with its length before it.
pub(crate) fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut all = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        all.extend_from_slice(&(part.len() as u64).to_le_bytes());
        all.extend_from_slice(part);
    }
    all
}

fn bound(table: &str, column: &str, row: &[u8], beside: &[u8]) -> Vec<u8> {
    joined(&[table.as_bytes(), column.as_bytes(), row, &[FORM], beside])
}

fn key(bytes: &[u8]) -> Result<RandomizedNonceKey, CannotSeal> {
    RandomizedNonceKey::new(&AES_256_GCM_SIV, bytes).map_err(|_| CannotSeal)
}

/// Form, nonce, text, tag.
fn encrypt(key: &RandomizedNonceKey, aad: &[u8], mut text: Vec<u8>) -> Result<Vec<u8>, CannotSeal> {
    let nonce = key.seal_in_place_append_tag(Aad::from(aad), &mut text).map_err(|_| CannotSeal)?;
    let mut whole = Vec::with_capacity(1 + NONCE_LEN + text.len());
    whole.push(FORM);
    whole.extend_from_slice(nonce.as_ref());
    whole.extend_from_slice(&text);
    Ok(whole)
}

fn decrypt(key: &RandomizedNonceKey, aad: &[u8], whole: &[u8]) -> Option<Vec<u8>> {
    let (form, rest) = whole.split_first()?;
    let (nonce, text) = rest.split_at_checked(NONCE_LEN)?;
    if *form != FORM {
        return None;
    }
    let mut text = text.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let length = key.open_in_place(nonce, Aad::from(aad), &mut text).ok()?.len();
    text.truncate(length);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapper(last: u8) -> Wrapper {
        let mut bytes = std::array::from_fn(|index| index as u8);
        bytes[31] = last;
        Wrapper::new(&Kek::from_bytes(bytes).unwrap()).unwrap()
    }

    fn sealer(last: u8) -> Sealer {
        Sealer::new(wrapper(last), &[last; KEY_LEN])
    }

    #[test]
    fn what_is_sealed_opens_at_its_place_only() {
        let one = wrapper(1);
        let whole = one.seal("session", b"row", b"beside", b"obviously-fake".to_vec()).unwrap();
        let open = |table, row: &[u8], beside: &[u8]| {
            one.open((table, row), beside, &whole, &Tally::default())
        };
        assert_eq!(open("session", b"row", b"beside").unwrap(), b"obviously-fake");
        assert_eq!(open("place", b"row", b"beside"), None);
        assert_eq!(open("session", b"other", b"beside"), None);
        assert_eq!(open("session", b"row", b"other"), None);
        assert_eq!(
            wrapper(2).open(("session", b"row"), b"beside", &whole, &Tally::default()),
            None
        );
        let other = one.seal("session", b"row", b"beside", b"obviously-fake".to_vec()).unwrap();
        assert_ne!(other.body, whole.body);
        let mixed = Envelope { data_key: other.data_key, body: whole.body.clone() };
        assert_eq!(one.open(("session", b"row"), b"beside", &mixed, &Tally::default()), None);
    }

    #[test]
    fn no_bit_can_be_flipped_and_no_byte_cut() {
        let one = wrapper(1);
        let whole = one.seal("session", b"row", b"", b"fake".to_vec()).unwrap();
        for index in 0..whole.data_key.len() * 8 {
            let mut bad = whole.clone();
            bad.data_key[index / 8] ^= 1 << (index % 8);
            assert_eq!(one.open(("session", b"row"), b"", &bad, &Tally::default()), None);
        }
        for index in 0..whole.body.len() * 8 {
            let mut bad = whole.clone();
            bad.body[index / 8] ^= 1 << (index % 8);
            assert_eq!(one.open(("session", b"row"), b"", &bad, &Tally::default()), None);
        }
        for length in 0..whole.body.len() {
            let body = whole.body[..length].to_vec();
            let bad = Envelope { body, data_key: whole.data_key.clone() };
            assert_eq!(one.open(("session", b"row"), b"", &bad, &Tally::default()), None);
        }
    }

    #[test]
    fn what_is_wrapped_anew_opens_with_the_other_key_alone_and_its_text_stays() {
        let (one, other) = (wrapper(1), wrapper(2));
        assert!(one.is(&wrapper(1)) && !one.is(&other));
        let whole = one.seal("session", b"row", b"beside", b"obviously-fake".to_vec()).unwrap();
        let rewrap = |by: &Wrapper, row| {
            by.rewrap(&other, ("session", row), &whole.data_key, &Tally::default()).unwrap()
        };
        let data_key = rewrap(&one, b"row").unwrap();
        assert_eq!(data_key.len(), whole.data_key.len());
        let anew = Envelope { data_key, body: whole.body.clone() };
        assert_eq!(
            other.open(("session", b"row"), b"beside", &anew, &Tally::default()).unwrap(),
            b"obviously-fake"
        );
        assert_eq!(one.open(("session", b"row"), b"beside", &anew, &Tally::default()), None);
        assert_eq!((rewrap(&other, b"row"), rewrap(&one, b"elsewhere")), (None, None));
    }

    #[test]
    fn digests_need_the_key_and_keep_parts_apart() {
        let (one, other) = (sealer(1), sealer(2));
        assert_eq!(one.digest("account", &[b"a", b"b"]), one.digest("account", &[b"a", b"b"]));
        assert_ne!(one.digest("account", &[b"a", b"b"]), one.digest("account", &[b"ab", b""]));
        assert_ne!(one.digest("account", &[b"a"]), one.digest("subject", &[b"a"]));
        assert_ne!(one.digest("account", &[b"a"]), other.digest("account", &[b"a"]));
    }
}
