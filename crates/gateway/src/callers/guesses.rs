//! Wrong credentials, counted over all workers, and the places from which right ones came.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use portcullis_controls::caller_identity::{Counted, Guessed, rates, too_many};
use portcullis_counting::{
    Ask, Counts, Decision, Key, Keys, LocalCounts, Place, Pool, Taken, Ticks,
};
use portcullis_model::Refusal;

use super::cache::TokenCache;

/// Addresses and networks that are counted at a time.
const ADDRESSES_MAX: usize = 200_000;
/// Accounts and secrets, each.
const ACCOUNTS_MAX: usize = 200_000;
/// Places that worked which are remembered here.
const PLACES_MAX: usize = 200_000;

/// All counts of wrong credentials.
pub(crate) struct Guesses {
    counts: LocalCounts,
    keys: Keys,
    started: Instant,
    worked: Mutex<TokenCache<()>>,
}

impl std::fmt::Debug for Guesses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guesses(..)")
    }
}

/// One attempt that may be a guess.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) guessed: Guessed,
    /// What is attempted: the API and the function, over all its versions.
    pub(crate) function: &'a str,
    /// On which account.
    pub(crate) account: Option<&'a str>,
    /// With which secret.
    pub(crate) secret: Option<&'a [u8]>,
    /// From where; none where that is not known for certain.
    pub(crate) place: Option<Place>,
}

/// An attempt under way: dropped, it was a wrong one.
#[derive(Debug)]
pub(crate) struct Guess {
    asks: Vec<Ask>,
    taken: Taken,
    worked: Option<[u8; 32]>,
}

/// An attempt whose answer is awaited.
#[derive(Debug)]
pub(crate) struct Attempted {
    pub(crate) guess: Guess,
    pub(crate) operation: Option<usize>,
    /// What is known of the answer.
    pub(crate) said: Option<Said>,
}

/// What an answer says of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    Yes,
    No,
    /// Neither: it counts as a no, and is none that must look like the others.
    Nothing,
}

impl Said {
    pub(crate) const fn of(is_no: bool) -> Self {
        if is_no { Self::No } else { Self::Yes }
    }
}

impl Guesses {
    /// `chance` is from the operating system.
    pub(crate) fn new(chance: [u8; 16], started: Instant) -> Self {
        let pools = [ADDRESSES_MAX, ADDRESSES_MAX, ACCOUNTS_MAX, ACCOUNTS_MAX, ACCOUNTS_MAX];
        Self {
            counts: LocalCounts::new(&pools),
            keys: Keys::new(chance),
            started,
            worked: Mutex::new(TokenCache::new(PLACES_MAX)),
        }
    }

    /// Begins an attempt: it counts as a wrong one, until [`Guesses::was_right`] says otherwise.
    pub(crate) fn begin(&self, attempt: Attempt<'_>, now: Instant) -> Result<Guess, Refusal> {
        let asks = self.asks(attempt);
        let now = Ticks::since(self.started, now);
        let units: Vec<Ask> = asks.iter().map(|(_, ask)| *ask).collect();
        match self.counts.take(&units, now) {
            Decision::Admitted(admitted) => {
                Ok(Guess { asks: units, taken: admitted.taken, worked: self.worked_key(attempt) })
            }
            Decision::Refused(refused) => {
                let counted = asks.get(refused.which).map_or(Counted::Address, |(what, _)| *what);
                Err(too_many(counted, refused.retry_in))
            }
        }
    }

    /// An attempt from there was refused because there were too many.
    pub(crate) fn refused(&self, place: Option<Place>, now: Instant) {
        if let Some(place) = place {
            let asks = self.door(place);
            // One that does not fit any more changes nothing.
            drop(self.counts.take(&asks, Ticks::since(self.started, now)));
        }
    }

    /// Whether an address is listened to at all: one lookup, before anything else is asked. It is not
    /// while it goes on where everything was refused.
    pub(crate) fn listens_to(&self, place: Place, now: Instant) -> Result<(), Refusal> {
        let peeked = self.counts.peek(&self.door(place), Ticks::since(self.started, now));
        peeked.map(drop).map_err(|refused| too_many(Counted::Refused, refused.retry_in))
    }

    fn door(&self, place: Place) -> Vec<Ask> {
        let key = self.key(Pool(0), "door", &[&place.address.part()]);
        let rates = rates(Guessed::Token, Counted::Refused);
        rates.into_iter().map(|rate| Ask { key, rate }).collect()
    }

    /// Whether another attempt would be let past, without counting one.
    pub(crate) fn may_begin(&self, attempt: Attempt<'_>, now: Instant) -> Result<(), Refusal> {
        let asks = self.asks(attempt);
        let units: Vec<Ask> = asks.iter().map(|(_, ask)| *ask).collect();
        match self.counts.peek(&units, Ticks::since(self.started, now)) {
            Ok(_) => Ok(()),
            Err(refused) => {
                let counted = asks.get(refused.which).map_or(Counted::Address, |(what, _)| *what);
                Err(too_many(counted, refused.retry_in))
            }
        }
    }

    /// It was no guess: nothing of it counts, and its place has worked for this account.
    pub(crate) fn was_right(&self, guess: Guess, now: Instant) {
        let now = Ticks::since(self.started, now);
        self.counts.give_back(&guess.asks, guess.taken, now);
        if let Some(key) = guess.worked {
            self.worked.lock().unwrap_or_else(PoisonError::into_inner).insert(key, ());
        }
    }

    /// It was neither right nor wrong: nothing of it counts.
    pub(crate) fn was_none(&self, guess: Guess, now: Instant) {
        self.was_right(Guess { worked: None, ..guess }, now);
    }

    /// Remembers that a credential of this account was right here.
    pub(crate) fn remember(&self, attempt: Attempt<'_>) {
        if let Some(key) = self.worked_key(attempt) {
            self.worked.lock().unwrap_or_else(PoisonError::into_inner).insert(key, ());
        }
    }

    /// Whether a credential of this account was right here before.
    pub(crate) fn has_worked(&self, attempt: Attempt<'_>) -> bool {
        let key = self.worked_key(attempt);
        let mut worked = self.worked.lock().unwrap_or_else(PoisonError::into_inner);
        key.is_some_and(|key| worked.get(&key).is_some())
    }

    /// What an attempt takes a unit of. From a place that worked, an account has a count of its own: who
    /// guesses elsewhere locks nobody out.
    fn asks(&self, attempt: Attempt<'_>) -> Vec<(Counted, Ask)> {
        let Attempt { guessed, function, account, secret, place } = attempt;
        let account = account.map(folded);
        let mut asks = Vec::new();
        let mut push = |counted: Counted, pool: u8, parts: &[&[u8]]| {
            for (number, rate) in rates(guessed, counted).into_iter().enumerate() {
                let purpose = format!("{guessed:?} {counted:?} {number}");
                // Bounds over other times are counted apart.
                let pool = Pool(pool + u8::from(number > 0));
                asks.push((counted, Ask { key: self.key(pool, &purpose, parts), rate }));
            }
        };
        let function = function.as_bytes();
        if let Some(place) = place {
            push(Counted::Address, 0, &[&place.address.part()]);
            push(Counted::Network, 1, &[&place.network.part()]);
        }
        push(Counted::Everybody, 0, &[]);
        if let Some(account) = &account {
            match place.filter(|_| self.has_worked(attempt)) {
                Some(place) => push(
                    Counted::KnownAccount,
                    2,
                    &[function, account.as_bytes(), &place.network.part()],
                ),
                None => push(Counted::Account, 2, &[function, account.as_bytes()]),
            }
        }
        if let Some(secret) = secret.filter(|_| !self.has_worked(attempt)) {
            push(Counted::Secret, 4, &[function, secret]);
        }
        asks
    }

    fn key(&self, pool: Pool, purpose: &str, parts: &[&[u8]]) -> Key {
        self.keys.key(pool, purpose, parts)
    }

    /// The function, the account and the network together; none where one of the latter is not known.
    fn worked_key(&self, attempt: Attempt<'_>) -> Option<[u8; 32]> {
        use sha2::{Digest as _, Sha256};
        let (account, place) = (folded(attempt.account?), attempt.place?);
        let mut hash = Sha256::new();
        for part in [attempt.function.as_bytes(), account.as_bytes(), &place.network.part()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Some(hash.finalize().into())
    }
}

/// An account as APIs compare it: most trim, and fold case. Those that do not count two accounts as one
/// here, which costs their owners a few attempts.
fn folded(account: &str) -> String {
    account.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::time::Duration;

    use super::*;

    fn attempt<'a>(account: &'a str, secret: &'a str, address: [u8; 4]) -> Attempt<'a> {
        Attempt {
            guessed: Guessed::Password,
            function: "shop login",
            account: Some(account),
            secret: Some(secret.as_bytes()),
            place: Some(Place::of(IpAddr::from(address))),
        }
    }

    fn guesses() -> (Guesses, Instant) {
        let now = Instant::now();
        (Guesses::new([7; 16], now), now)
    }

    #[test]
    fn an_account_is_guessed_ten_times_from_wherever() {
        let (guesses, now) = guesses();
        let spellings = ["alice", "Alice", " alice ", "ALICE"];
        let mut admitted = 0;
        for number in 0..200_u8 {
            let account = spellings[usize::from(number) % spellings.len()];
            let secret = format!("guess {number}");
            admitted += u32::from(
                guesses.begin(attempt(account, &secret, [192, 0, 2, number]), now).is_ok(),
            );
        }
        assert_eq!(admitted, 10);
    }

    #[test]
    fn who_guesses_elsewhere_locks_nobody_out_where_it_worked_before() {
        let (guesses, now) = guesses();
        let home = [198, 51, 100, 1];
        let right = guesses.begin(attempt("alice", "right", home), now).unwrap();
        guesses.was_right(right, now);
        for number in 0..50_u8 {
            let secret = format!("guess {number}");
            drop(guesses.begin(attempt("alice", &secret, [192, 0, 2, number]), now));
        }
        assert!(guesses.begin(attempt("alice", "right", [192, 0, 2, 99]), now).is_err());
        for error in ["wright", "rigth", "righ"] {
            assert!(guesses.begin(attempt("alice", error, home), now).is_ok());
        }
        assert!(guesses.begin(attempt("alice", "right", home), now).is_ok());
    }

    #[test]
    fn one_secret_is_not_tried_on_all_accounts() {
        let (guesses, now) = guesses();
        let mut admitted = 0;
        for number in 0..200_u8 {
            let account = format!("account {number}");
            let from = [10, number, number, 1];
            admitted +=
                u32::from(guesses.begin(attempt(&account, "Summer2026", from), now).is_ok());
        }
        assert_eq!(admitted, 30);
    }

    #[test]
    fn three_typing_errors_of_fifty_people_behind_one_address_lock_nobody_out() {
        let (guesses, now) = guesses();
        for person in 0..49 {
            let account = format!("person {person}");
            for error in 0..3 {
                let secret = format!("{account} error {error}");
                assert!(guesses.begin(attempt(&account, &secret, [192, 0, 2, 1]), now).is_ok());
            }
            let secret = format!("{account} right");
            let right = guesses.begin(attempt(&account, &secret, [192, 0, 2, 1]), now).unwrap();
            guesses.was_right(right, now);
        }
    }

    #[test]
    fn after_a_quarter_of_an_hour_there_are_attempts_again_and_not_without_end() {
        let (guesses, start) = guesses();
        let mut admitted = 0;
        for minute in 0..24 * 60 {
            let now = start + Duration::from_secs(60 * minute);
            for number in 0..20 {
                let secret = format!("guess {minute} {number}");
                let from = [10, (minute / 256) as u8, (minute % 256) as u8, number];
                admitted += u32::from(guesses.begin(attempt("alice", &secret, from), now).is_ok());
            }
        }
        assert!((100..=201).contains(&admitted), "{admitted} in a day");
    }
}
