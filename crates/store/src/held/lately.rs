//! What was forgotten lately: an answer that was under way meanwhile teaches it no more.

use std::collections::{HashMap, VecDeque};

use crate::held::names::{Api, Caller, Name, Object};

/// What is remembered as forgotten. Whatever was asked before the oldest of them teaches nothing.
const LATELY_MAX: usize = 4096;

/// A moment in the order of forgetting. Take it before the question goes to the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Since(u64);

/// What was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Gone {
    Object(Name),
    Held(Name, Name),
    Caller(Name),
    Api(Api),
}

#[derive(Default)]
pub(crate) struct Lately {
    count: u64,
    known: HashMap<Gone, u64>,
    order: VecDeque<(Gone, u64)>,
    /// No question from before this teaches anything.
    floor: u64,
}

impl Lately {
    pub(crate) const fn now(&self) -> Since {
        Since(self.count)
    }

    pub(crate) fn forgotten(&mut self, gone: Gone) {
        self.count += 1;
        self.known.insert(gone, self.count);
        self.order.push_back((gone, self.count));
        if self.order.len() > LATELY_MAX
            && let Some((oldest, at)) = self.order.pop_front()
        {
            self.floor = at;
            if self.known.get(&oldest) == Some(&at) {
                self.known.remove(&oldest);
            }
        }
    }

    /// Whether it was forgotten, one way or another, after `since`.
    pub(crate) fn has(&self, caller: &Caller, object: &Object, Since(since): Since) -> bool {
        if since == self.count {
            return false;
        }
        let ways = [
            Gone::Object(object.name),
            Gone::Held(caller.name, object.name),
            Gone::Caller(caller.name),
            Gone::Api(caller.api),
        ];
        since < self.floor
            || ways.iter().any(|gone| self.known.get(gone).is_some_and(|at| since < *at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::held::names::Keys;

    #[test]
    fn what_was_asked_before_teaches_nothing_and_what_is_asked_after_does() {
        let keys = Keys::new(&[1; 32]);
        let caller = keys.caller("shop", "issuer", "alice").unwrap();
        let object = keys.object("shop", "Order", 0, "7").unwrap();
        let other = keys.object("shop", "Order", 0, "8").unwrap();
        for gone in [
            Gone::Object(object.name),
            Gone::Held(caller.name, object.name),
            Gone::Caller(caller.name),
            Gone::Api(caller.api),
        ] {
            let mut lately = Lately::default();
            let before = lately.now();
            lately.forgotten(gone);
            assert!(lately.has(&caller, &object, before));
            assert!(!lately.has(&caller, &object, lately.now()));
            let is_wide = matches!(gone, Gone::Caller(_) | Gone::Api(_));
            assert_eq!(lately.has(&caller, &other, before), is_wide);
        }
    }

    #[test]
    fn when_no_more_is_remembered_older_questions_teach_nothing() {
        let keys = Keys::new(&[1; 32]);
        let caller = keys.caller("shop", "issuer", "alice").unwrap();
        let object = |id: usize| keys.object("shop", "Order", 0, &id.to_string()).unwrap();
        let mut lately = Lately::default();
        let before = lately.now();
        for id in 0..=LATELY_MAX {
            assert!(!lately.has(&caller, &object(LATELY_MAX + 1), before), "{id}");
            lately.forgotten(Gone::Object(object(id).name));
        }
        assert!(lately.has(&caller, &object(0), before));
        assert!(lately.has(&caller, &object(LATELY_MAX + 1), before), "nobody can tell");
        assert!(lately.known.len() <= LATELY_MAX && lately.order.len() <= LATELY_MAX);
    }
}
