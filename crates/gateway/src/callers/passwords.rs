//! Whether passwords are right: computed by few threads, with a bounded queue before them, and remembered for a short
//! time, so that not each request costs what a login costs.

mod pool;

use std::sync::{Arc, Mutex, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use portcullis_credential::password::Pepper;
use sha2::Sha256;

use super::answers::Answers;
use super::cache::TokenDigest;
pub(crate) use pool::{Checked, Pool, Question, QueueFault};

/// How long a right one is remembered: one that is exchanged or removed is forgotten at once.
pub(crate) const RIGHT_MS: u64 = 5 * 60_000;
/// How long a wrong one is: those who ask together are answered together.
pub(crate) const WRONG_MS: u64 = 5_000;
/// Threads, where the policy does not say how many.
const WORKERS_MAX: usize = 8;

/// What is known of passwords, and who computes the rest.
pub(crate) struct Passwords {
    /// Whether each is right, by a keyed digest: neither it nor what is kept of it.
    pub(crate) answers: Answers<bool>,
    /// Of this process alone.
    key: [u8; 16],
    pool: Mutex<Option<Arc<Pool>>>,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords(..)")
    }
}

impl Passwords {
    /// Nothing is known. `chance` is from the operating system.
    pub(crate) fn new(chance: [u8; 16]) -> Self {
        Self { answers: Answers::default(), key: chance, pool: Mutex::default() }
    }

    /// How a password is found again, as long as it is this one of its user (`mark`; none: there is no such user) under
    /// this pepper.
    pub(crate) fn digest(
        &self,
        user: &str,
        mark: Option<u64>,
        password: &[u8],
        pepper: &Pepper,
    ) -> TokenDigest {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
        let mut digest = Hmac::<Sha256>::new_from_slice(&self.key).expect("any key length");
        let mark = mark.map_or([0xff; 8], u64::to_le_bytes);
        for part in [b"remembered password", user.as_bytes(), &mark, pepper.mark(), password] {
            digest.update(&(part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        digest.finalize().into_bytes().into()
    }

    /// Those who compute: as many threads as the policy says, or as there are processors.
    pub(crate) fn pool(&self, workers: Option<usize>) -> Result<Arc<Pool>, QueueFault> {
        let workers = workers.unwrap_or_else(|| {
            std::thread::available_parallelism().map_or(1, usize::from).min(WORKERS_MAX)
        });
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = pool.as_ref().filter(|known| known.workers() == workers) {
            return Ok(Arc::clone(known));
        }
        // The ones before finish what waits for them.
        let started = Arc::new(Pool::start(workers)?);
        *pool = Some(Arc::clone(&started));
        Ok(started)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_of_one_user_password_pepper_and_process() {
        let pepper = |last| {
            let mut bytes = std::array::from_fn::<u8, 32, _>(|index| index as u8 + 0xd8);
            bytes[31] = last;
            Pepper::parse(&bytes).unwrap()
        };
        let (one, other) = (Passwords::new([7; 16]), Passwords::new([8; 16]));
        let digest = one.digest("ann", Some(1), b"secret", &pepper(1));
        assert_eq!(digest, one.digest("ann", Some(1), b"secret", &pepper(1)));
        for different in [
            one.digest("bob", Some(1), b"secret", &pepper(1)),
            one.digest("ann", Some(2), b"secret", &pepper(1)),
            one.digest("ann", None, b"secret", &pepper(1)),
            one.digest("ann", Some(1), b"secreu", &pepper(1)),
            one.digest("ann", Some(1), b"secret", &pepper(2)),
            other.digest("ann", Some(1), b"secret", &pepper(1)),
        ] {
            assert_ne!(digest, different);
        }
    }
}
