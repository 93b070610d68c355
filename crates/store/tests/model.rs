//! Whatever is done in whatever order: the store says what a plain map would say.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::collections::BTreeMap;
use std::sync::Arc;

use fake::{NOW, account, digest, facts, kek, run};
use portcullis_model::{Tally, UnixMillis};
use portcullis_store::{Change, Options, Session, Store, Which};
use proptest::prelude::*;

const NUMBERS: u32 = 6;

#[derive(Debug, Clone)]
enum Step {
    Open { number: u32, lives_ms: u64, idle_ms: Option<u64> },
    Replace { number: u32, lives_ms: u64, grace_ms: Option<u64> },
    Touch { number: u32 },
    EndToken { number: u32 },
    EndAccount { number: u32 },
    EndBefore,
    Wait { ms: u64 },
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let number = 0..NUMBERS;
    let lives = 0_u64..400_000;
    prop_oneof![
        6 => (number.clone(), lives.clone(), proptest::option::of(1_000_u64..200_000))
            .prop_map(|(number, lives_ms, idle_ms)| Step::Open { number, lives_ms, idle_ms }),
        3 => (number.clone(), lives, proptest::option::of(0_u64..50_000))
            .prop_map(|(number, lives_ms, grace_ms)| Step::Replace { number, lives_ms, grace_ms }),
        2 => number.clone().prop_map(|number| Step::Touch { number }),
        2 => number.clone().prop_map(|number| Step::EndToken { number }),
        1 => number.prop_map(|number| Step::EndAccount { number }),
        1 => Just(Step::EndBefore),
        4 => (0_u64..100).prop_map(|seconds| Step::Wait { ms: seconds * 1000 }),
        2 => Just(Step::Restart),
    ]
}

/// A session as plain facts. Two accounts share all numbers.
#[derive(Debug, Clone)]
struct Plain {
    account: u32,
    created: u64,
    expires: u64,
    idle: Option<u64>,
    touched: u64,
    token: u32,
    before: Option<(u32, u64)>,
}

impl Plain {
    fn holds(&self, now: u64) -> bool {
        self.expires > now && self.idle.is_none_or(|idle| self.touched + idle > now)
    }
}

struct Both {
    store: Store,
    plain: BTreeMap<u32, Plain>,
    now: u64,
    next: u32,
    held: Vec<(Arc<Session>, u32)>,
}

impl Both {
    async fn held(&self, number: u32) -> Option<(Arc<Session>, Plain)> {
        let plain = self.plain.get(&number).filter(|plain| plain.holds(self.now))?.clone();
        let found = self
            .store
            .find(&digest(plain.token), UnixMillis(self.now), &Tally::default())
            .await
            .unwrap();
        Some((found.unwrap(), plain))
    }

    async fn step(&mut self, step: Step) {
        let now = UnixMillis(self.now);
        match step {
            Step::Wait { ms } => self.now += ms,
            Step::Open { number, lives_ms, idle_ms } => {
                // Each has a name and a token of its own; the one before is ended.
                self.step_end(number).await;
                self.next += 1;
                let mut given = facts(&self.store, self.next);
                given.account = account(&self.store, number % 2);
                given.created = now;
                given.expires = UnixMillis(self.now + lives_ms);
                given.idle_ms = idle_ms;
                let session = self.store.open_session(given, now).await.unwrap();
                self.held.push((session, number));
                self.plain.insert(
                    number,
                    Plain {
                        account: number % 2,
                        created: self.now,
                        expires: self.now + lives_ms,
                        idle: idle_ms,
                        touched: self.now,
                        token: self.next,
                        before: None,
                    },
                );
            }
            Step::Replace { number, lives_ms, grace_ms } => {
                let Some((session, mut plain)) = self.held(number).await else { return };
                self.next += 1;
                let token = grace_ms.map(|grace| (digest(self.next), grace));
                let expires = UnixMillis(self.now + lives_ms);
                let change = Change { token, ..Change::until(expires) };
                let replaced =
                    self.store.replace(&session, change, now, &Tally::default()).await.unwrap();
                let replaced = replaced.unwrap();
                self.store.touch(&replaced, now).unwrap();
                if let Some(grace) = grace_ms {
                    plain.before = Some((plain.token, self.now + grace));
                    plain.token = self.next;
                }
                plain.expires = expires.0;
                plain.touched = self.now;
                self.plain.insert(number, plain);
            }
            Step::Touch { number } => {
                let Some((session, _)) = self.held(number).await else { return };
                self.store.touch(&session, now).unwrap();
                if let Some(plain) = self.plain.get_mut(&number) {
                    plain.touched = self.now;
                }
            }
            Step::EndToken { number } => self.step_end(number).await,
            Step::EndAccount { number } => {
                let account = account(&self.store, number % 2);
                let which = Which::Account { api: "pharmacy".to_owned(), account };
                self.store.end(which, now).await.unwrap();
                self.plain.retain(|_, plain| plain.account != number % 2);
                // A login that begins at the same time is one of those that are ended.
                self.now += 1000;
            }
            Step::EndBefore => {
                let before = UnixMillis(self.now.saturating_sub(50_000));
                let which = Which::OpenedBefore { api: "pharmacy".to_owned(), before };
                self.store.end(which, now).await.unwrap();
                self.plain.retain(|_, plain| plain.created >= before.0);
            }
            Step::Restart => {}
        }
    }

    async fn step_end(&mut self, number: u32) {
        if let Some(plain) = self.plain.remove(&number) {
            let which = Which::Token(digest(plain.token));
            self.store.end(which, UnixMillis(self.now)).await.unwrap();
        }
    }

    async fn compare(&self) {
        let now = UnixMillis(self.now);
        for token in 0..=self.next {
            let owner = self.plain.values().find(|plain| {
                let before = plain.before.is_some_and(|(old, end)| old == token && self.now < end);
                (plain.token == token || before) && plain.holds(self.now)
            });
            let found = self.store.find(&digest(token), now, &Tally::default()).await.unwrap();
            assert_eq!(found.is_some(), owner.is_some(), "token {token} at {}", self.now);
        }
        for (session, number) in &self.held {
            let gone =
                self.plain.get(number).is_none_or(|plain| plain.created != session.created.0);
            assert!(!gone || session.is_ended() || session.is_over(now), "{session:?} is held");
        }
    }
}

fn walk(steps: Vec<Step>) {
    // In memory where that is possible: thousands of writes.
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let path = folder.path().join("store");
    let open = |now| Store::open(&path, &kek(), &Options::default(), UnixMillis(now)).unwrap().0;
    let mut both =
        Both { store: open(NOW.0), plain: BTreeMap::new(), now: NOW.0, next: 0, held: Vec::new() };
    for step in steps {
        if matches!(step, Step::Restart) {
            let Both { store, plain, now, next, held } = both;
            drop((store, held));
            // The last minute of uses may be lost.
            let plain = plain
                .into_iter()
                .filter(|(_, plain)| plain.idle.is_none())
                .collect::<BTreeMap<_, _>>();
            both = Both { store: open(now), plain, now, next, held: Vec::new() };
            run(async {
                for token in 0..=next {
                    let known = both.plain.values().any(|plain| {
                        plain.token == token || plain.before.is_some_and(|(old, _)| old == token)
                    });
                    if !known {
                        both.store.end(Which::Token(digest(token)), UnixMillis(now)).await.unwrap();
                    }
                }
            });
        } else {
            run(both.step(step));
        }
        run(both.compare());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_store_says_what_a_map_would_say(steps in proptest::collection::vec(step(), 1..40)) {
        walk(steps);
    }
}
