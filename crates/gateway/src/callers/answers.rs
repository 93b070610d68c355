//! Answers about credentials, over all workers: asked for once, however many requests wait for one, and
//! kept for a time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use portcullis_model::UnixMillis;
use tokio::sync::watch;

use super::cache::{TokenCache, TokenDigest};

/// Answers that are kept.
const KEPT_MAX: usize = 50_000;
/// Questions under way: whoever invents credentials makes no more of them than this.
const QUESTIONS_MAX: usize = 128;

/// What was answered about each credential.
#[derive(Debug)]
pub(crate) struct Answers<T> {
    state: Mutex<State<T>>,
}

#[derive(Debug)]
struct State<T> {
    kept: TokenCache<(T, UnixMillis)>,
    under_way: HashMap<TokenDigest, watch::Receiver<()>>,
}

/// Whose turn it is to ask.
pub(crate) enum Turn<'a, T: Clone> {
    /// It is known.
    Known(T),
    /// Yours: ask, and say what was answered.
    Ask(Asking<'a, T>),
    /// Somebody asks: wait until this changes or ends, then look again.
    Wait(watch::Receiver<()>),
    /// Too much is being asked.
    TooMany,
}

/// A question under way; dropped without an answer, others may ask.
pub(crate) struct Asking<'a, T: Clone> {
    answers: &'a Answers<T>,
    digest: TokenDigest,
    /// How this question is known among those under way.
    own: watch::Receiver<()>,
    _done: watch::Sender<()>,
}

impl<T: Clone> Default for Answers<T> {
    fn default() -> Self {
        let state = State { kept: TokenCache::new(KEPT_MAX), under_way: HashMap::new() };
        Self { state: Mutex::new(state) }
    }
}

impl<T: Clone> Answers<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what is known of a credential, and what is being answered: that was asked before.
    pub(crate) fn forget(&self, digest: &TokenDigest) {
        let mut state = self.state();
        state.kept.remove(digest);
        state.under_way.remove(digest);
    }

    /// What is known of this credential, or who asks.
    pub(crate) fn turn(&self, digest: TokenDigest, now: UnixMillis) -> Turn<'_, T> {
        let mut state = self.state();
        if let Some((known, until)) = state.kept.get(&digest)
            && now < until
        {
            return Turn::Known(known);
        }
        if let Some(under_way) = state.under_way.get(&digest) {
            return Turn::Wait(under_way.clone());
        }
        if state.under_way.len() >= QUESTIONS_MAX {
            return Turn::TooMany;
        }
        let (done, under_way) = watch::channel(());
        state.under_way.insert(digest, under_way.clone());
        drop(state);
        Turn::Ask(Asking { answers: self, digest, own: under_way, _done: done })
    }
}

impl<T: Clone> Asking<'_, T> {
    /// This is the answer, and it holds until then; not if all was forgotten meanwhile.
    pub(crate) fn answered(self, known: T, until: UnixMillis) {
        let mut state = self.answers.state();
        if self.is_awaited(&state) {
            state.kept.insert(self.digest, (known, until));
        }
    }

    fn is_awaited(&self, state: &State<T>) -> bool {
        state.under_way.get(&self.digest).is_some_and(|other| other.same_channel(&self.own))
    }
}

impl<T: Clone> Drop for Asking<'_, T> {
    fn drop(&mut self) {
        let mut state = self.answers.state();
        if self.is_awaited(&state) {
            state.under_way.remove(&self.digest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_000);

    fn digest(number: u8) -> TokenDigest {
        [number; 32]
    }

    #[test]
    fn one_asks_the_others_wait_and_then_know() {
        let answers = Answers::default();
        let Turn::Ask(asking) = answers.turn(digest(1), NOW) else { unreachable!("nobody asked") };
        let Turn::Wait(waiting) = answers.turn(digest(1), NOW) else { unreachable!("one asks") };
        assert!(waiting.has_changed().is_ok());
        asking.answered(7, UnixMillis(2_000));
        assert!(waiting.has_changed().is_err(), "who waits is told");
        assert!(matches!(answers.turn(digest(1), NOW), Turn::Known(7)));
        assert!(matches!(answers.turn(digest(1), UnixMillis(2_000)), Turn::Ask(_)));
    }

    #[test]
    fn a_question_that_ends_without_an_answer_may_be_asked_again() {
        let answers = Answers::<u8>::default();
        let Turn::Ask(asking) = answers.turn(digest(1), NOW) else { unreachable!("nobody asked") };
        drop(asking);
        assert!(matches!(answers.turn(digest(1), NOW), Turn::Ask(_)));
    }

    #[test]
    fn what_was_forgotten_while_it_was_asked_is_not_kept() {
        let answers = Answers::default();
        let Turn::Ask(early) = answers.turn(digest(1), NOW) else { unreachable!("nobody asked") };
        answers.forget(&digest(1));
        let Turn::Ask(late) = answers.turn(digest(1), NOW) else {
            unreachable!("it was forgotten")
        };
        early.answered(7, UnixMillis(2_000));
        assert!(matches!(answers.turn(digest(1), NOW), Turn::Wait(_)));
        late.answered(8, UnixMillis(2_000));
        assert!(matches!(answers.turn(digest(1), NOW), Turn::Known(8)));
    }

    #[test]
    fn invented_credentials_cause_a_bounded_number_of_questions() {
        let answers = Answers::<u8>::default();
        let turns: Vec<_> = (0..=255).map(|number| answers.turn(digest(number), NOW)).collect();
        let asked = turns.iter().filter(|turn| matches!(turn, Turn::Ask(_))).count();
        assert_eq!(asked, QUESTIONS_MAX);
    }
}
