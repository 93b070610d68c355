//! A key service of this process, with versions of its key as real ones have them.

use std::sync::Mutex;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use portcullis_model::Secret;
use portcullis_store::{KeyService, ServiceFault};

#[derive(Default)]
pub(crate) struct Service(Mutex<State>);

#[derive(Default)]
struct State {
    /// The newest version of its key.
    version: u8,
    /// The oldest that is still taken.
    oldest: u8,
    /// It gives nothing.
    is_sealed: bool,
    /// What it wraps unwraps as something else.
    forgets: bool,
    wraps: usize,
    unwraps: usize,
}

impl Service {
    pub(crate) fn rotate(&self) {
        self.0.lock().unwrap().version += 1;
    }

    pub(crate) fn take_newest_only(&self) {
        let mut state = self.0.lock().unwrap();
        state.oldest = state.version;
    }

    pub(crate) fn seal(&self, is_sealed: bool) {
        self.0.lock().unwrap().is_sealed = is_sealed;
    }

    pub(crate) fn forget(&self) {
        self.0.lock().unwrap().forgets = true;
    }

    /// How often it wrapped, and unwrapped.
    pub(crate) fn asked(&self) -> (usize, usize) {
        let state = self.0.lock().unwrap();
        (state.wraps, state.unwraps)
    }
}

fn key(version: u8) -> RandomizedNonceKey {
    RandomizedNonceKey::new(&AES_256_GCM, &[version + 1; 32]).unwrap()
}

impl KeyService for Service {
    fn place(&self) -> &'static str {
        "https://keys.example"
    }

    fn wrap(&self, secret: &Secret, beside: &[u8]) -> Result<Vec<u8>, ServiceFault> {
        let mut state = self.0.lock().unwrap();
        state.wraps += 1;
        if state.is_sealed {
            return Err(ServiceFault::Sealed);
        }
        let mut text = secret.expose_secret().to_vec();
        text.iter_mut().take(usize::from(state.forgets)).for_each(|byte| *byte ^= 1);
        let key = key(state.version);
        let nonce = key.seal_in_place_append_tag(Aad::from(beside), &mut text).unwrap();
        Ok([&[state.version], &nonce.as_ref()[..], &text].concat())
    }

    fn unwrap(&self, wrapped: &[u8], beside: &[u8]) -> Result<Secret, ServiceFault> {
        let mut state = self.0.lock().unwrap();
        state.unwraps += 1;
        if state.is_sealed {
            return Err(ServiceFault::Sealed);
        }
        let wrong = || ServiceFault::Wrong("invalid ciphertext".to_owned());
        let (version, rest) = wrapped.split_first().ok_or_else(wrong)?;
        let (nonce, text) = rest.split_at_checked(NONCE_LEN).ok_or_else(wrong)?;
        if *version < state.oldest {
            return Err(ServiceFault::Wrong("the version is disallowed".to_owned()));
        }
        let (mut text, nonce) = (text.to_vec(), Nonce::try_assume_unique_for_key(nonce).unwrap());
        let opened = key(*version).open_in_place(nonce, Aad::from(beside), &mut text);
        opened.map(|text| Secret::new(&*text)).map_err(|_| wrong())
    }
}
