//! What counts promise: never more than the rate says, all or nothing, and nothing forgotten early.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use portcullis_counting::{
    Ask, Charge, Counts, Decision, Key, Keys, LocalCounts, Pool, Rate, TOGETHER_MAX, Taken, Ticks,
};
use proptest::prelude::*;

const SECOND: u64 = 1_000_000_000;
const LOGINS: Pool = Pool(0);
const ADDRESSES: Pool = Pool(1);

fn keys() -> Keys {
    Keys::new([42; 16])
}

#[expect(clippy::needless_pass_by_value, reason = "numbers and texts alike")]
fn key(name: impl ToString) -> Key {
    keys().key(LOGINS, "test", &[name.to_string().as_bytes()])
}

/// Five in fifteen minutes.
fn logins() -> Rate {
    Rate::new(5, Duration::from_mins(15), 5).unwrap()
}

fn take(counts: &LocalCounts, asks: &[Ask], now: u64) -> Option<Taken> {
    match counts.take(asks, Ticks(now)) {
        Decision::Admitted(admitted) => Some(admitted.taken),
        Decision::Refused(_) => None,
    }
}

fn ask(key: Key, rate: Rate) -> [Ask; 1] {
    [Ask::one(key, rate)]
}

#[test]
fn five_tries_then_one_each_three_minutes() {
    let counts = LocalCounts::new(&[1000]);
    let alice = ask(key("alice"), logins());
    for left in (0..5).rev() {
        let Decision::Admitted(admitted) = counts.take(&alice, Ticks(0)) else { panic!("refused") };
        assert_eq!(admitted.remaining, left);
        assert_eq!(admitted.reset_in, Duration::from_mins(3 * u64::from(5 - left)));
    }
    let Decision::Refused(refused) = counts.take(&alice, Ticks(0)) else { panic!("admitted") };
    assert_eq!(refused.retry_in, Some(Duration::from_mins(3)));
    assert_eq!(counts.peek(&alice, Ticks(0)), Err(refused));
    assert!(take(&counts, &alice, 180 * SECOND - 1).is_none());
    assert!(take(&counts, &alice, 180 * SECOND).is_some());
    assert!(take(&counts, &alice, 180 * SECOND).is_none());
    assert!(take(&counts, &ask(key("bob"), logins()), 0).is_some(), "bob is not alice");
}

#[test]
fn looking_takes_nothing() {
    let counts = LocalCounts::new(&[1000]);
    let alice = ask(key("alice"), logins());
    for _ in 0..100 {
        assert_eq!(counts.peek(&alice, Ticks(0)).unwrap().available, 5);
    }
    take(&counts, &alice, 0).unwrap();
    let outlook = counts.peek(&alice, Ticks(0)).unwrap();
    assert_eq!(outlook.available, 4);
}

#[test]
fn who_is_refused_under_one_key_loses_nothing_under_the_others() {
    let counts = LocalCounts::new(&[1000, 1000]);
    let address = Ask::one(
        keys().key(ADDRESSES, "login by address", &[b"192.0.2.1"]),
        Rate::new(100, Duration::from_mins(15), 100).unwrap(),
    );
    let account = Ask::one(key("alice"), logins());
    for _ in 0..5 {
        take(&counts, &[address, account], 0).unwrap();
    }
    for _ in 0..1000 {
        let Decision::Refused(refused) = counts.take(&[address, account], Ticks(0)) else {
            panic!("admitted")
        };
        assert_eq!(refused.which, 1);
    }
    assert_eq!(counts.peek(&[address], Ticks(0)).unwrap().available, 95);
}

#[test]
fn what_costs_more_takes_more_and_all_of_it_or_nothing() {
    let counts = LocalCounts::new(&[1000]);
    let cost = |units| [Ask { units, ..ask(key("alice"), logins())[0] }];
    let Decision::Admitted(admitted) = counts.take(&cost(3), Ticks(0)) else { panic!("refused") };
    assert_eq!((admitted.remaining, admitted.each[0].available), (2, 2));
    let Decision::Refused(refused) = counts.take(&cost(3), Ticks(0)) else { panic!("admitted") };
    assert_eq!(refused.retry_in, Some(Duration::from_mins(3)), "one more must drain");
    assert!(take(&counts, &cost(2), 0).is_some(), "nothing was taken by what did not fit");
    let Decision::Refused(refused) = counts.take(&cost(6), Ticks(0)) else { panic!("admitted") };
    assert_eq!(refused.retry_in, None, "more than a burst never fits");
    counts.give_back(&cost(3), admitted.taken, Ticks(0));
    assert!(take(&counts, &cost(3), 0).is_some(), "all of it is given back");
    assert!(take(&counts, &cost(1), 0).is_none());
}

#[test]
fn each_key_says_what_is_left_of_it() {
    let counts = LocalCounts::new(&[1000, 1000]);
    let wide = Rate::new(100, Duration::from_mins(15), 100).unwrap();
    let asks = [Ask::one(key("alice"), logins()), Ask::one(key("everybody"), wide)];
    let Decision::Admitted(admitted) = counts.take(&asks, Ticks(0)) else { panic!("refused") };
    let left = [admitted.each[0].available, admitted.each[1].available];
    assert_eq!((left, admitted.remaining), ([4, 99], 4));
}

#[test]
fn a_key_asked_twice_pays_twice_or_not_at_all() {
    let counts = LocalCounts::new(&[1000]);
    let alice = Ask::one(key("alice"), logins());
    take(&counts, &[alice, alice], 0).unwrap();
    take(&counts, &[alice, alice], 0).unwrap();
    assert!(take(&counts, &[alice, alice], 0).is_none());
    assert_eq!(counts.peek(&[alice], Ticks(0)).unwrap().available, 1);
    let Decision::Refused(refused) = counts.take(&[alice; 6], Ticks(u64::MAX / 2)) else {
        panic!("admitted")
    };
    assert_eq!(refused.retry_in, None, "six at once never fit into five");
}

#[test]
fn more_keys_than_are_asked_together_are_refused_and_never_is_never() {
    let counts = LocalCounts::new(&[1000]);
    let many = [Ask::one(key("a"), logins()); TOGETHER_MAX + 1];
    assert!(take(&counts, &many, 0).is_none());
    assert!(take(&counts, &ask(key("a"), Rate::NEVER), SECOND).is_none());
    assert!(take(&LocalCounts::new(&[]), &ask(key("a"), logins()), 0).is_none());
}

#[test]
fn an_honest_attempt_is_given_back() {
    let counts = LocalCounts::new(&[1000]);
    let alice = ask(key("alice"), logins());
    for _ in 0..1000 {
        let taken = take(&counts, &alice, 0).unwrap();
        counts.give_back(&alice, taken, Ticks(0));
    }
    assert_eq!(counts.peek(&alice, Ticks(0)).unwrap().available, 5);
}

/// An attacker lets an own, honest login hang until its unit has drained, and would get back the
/// time in which a guess must drain.
#[test]
fn a_slow_honest_attempt_pays_for_no_guess() {
    let counts = LocalCounts::new(&[1000]);
    let address = ask(key("address"), logins());
    let drained = 180 * SECOND;
    let (mut now, mut admitted) = (0, 0);
    while now < 3600 * SECOND {
        let Some(honest) = take(&counts, &address, now) else {
            now += SECOND;
            continue;
        };
        while take(&counts, &address, now + drained).is_some() {
            admitted += 1;
        }
        admitted += 1;
        counts.give_back(&address, honest, Ticks(now + drained));
        now += drained;
    }
    assert!(admitted <= 5 + 20 + 1, "{admitted} in an hour, of one each three minutes");
}

#[test]
fn ten_thousand_attempts_at_once_get_what_the_rate_says() {
    const THREADS: usize = 16;
    // One table each, so that threads meet.
    let counts = LocalCounts::new(&[1, 1]);
    let admitted = AtomicUsize::new(0);
    let account = Ask::one(key("alice"), logins());
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (counts, admitted) = (&counts, &admitted);
            scope.spawn(move || {
                for attempt in 0..10_000 / THREADS {
                    let name = keys().key(ADDRESSES, "a", &[&[thread as u8]]);
                    let rate = Rate::new(1, Duration::from_secs(1), 1_000_000).unwrap();
                    let address = Ask::one(name, rate);
                    // In both orders: locks must not wait for each other.
                    let both = [[account, address], [address, account]];
                    if take(counts, &both[attempt % 2], 0).is_some() {
                        admitted.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(admitted.into_inner(), 5);
}

#[test]
fn time_that_goes_back_gives_nothing() {
    let counts = LocalCounts::new(&[1]);
    let alice = ask(key("alice"), logins());
    while take(&counts, &alice, 0).is_some() {}
    let later = 3600 * SECOND;
    // Everybody else comes later, and overwrites what has drained by then.
    for other in 0..16 {
        take(&counts, &ask(key(other), logins()), later).unwrap();
    }
    let tries = (0..100).filter(|_| take(&counts, &alice, 0).is_some()).count();
    assert!(tries <= 5, "{tries}");
    assert!(take(&counts, &alice, 60 * SECOND).is_none(), "the clock stands at an hour");
}

/// Tries `accounts` accounts that do not exist, within a second.
fn flood(counts: &LocalCounts, accounts: u64) -> u64 {
    for account in 0..accounts {
        take(counts, &ask(key(account), logins()), account * 1000);
    }
    accounts * 1000
}

fn newcomers(counts: &LocalCounts, name: &str, now: u64) -> usize {
    (0..1000)
        .filter(|n| take(counts, &ask(key(format!("{name} {n}")), logins()), now).is_some())
        .count()
}

#[test]
fn a_flood_of_keys_costs_newcomers_some_tries_and_locks_nobody_out() {
    let counts = LocalCounts::new(&[50_000]);
    let victim = ask(key("victim"), logins());
    while take(&counts, &victim, 0).is_some() {}
    let now = flood(&counts, 200_000);
    assert!(counts.rounded_up() > 50_000, "the flood was no flood");
    assert!(take(&counts, &victim, now).is_none(), "the penalty is there");
    assert_eq!(newcomers(&counts, "honest", now), 1000);
}

/// Beyond all room: every slot owes all it can.
#[test]
fn a_flood_beyond_all_room_erases_no_penalty_and_ends_with_its_units() {
    let counts = LocalCounts::new(&[10_000]);
    let victim = ask(key("victim"), logins());
    while take(&counts, &victim, 0).is_some() {}
    let now = flood(&counts, 500_000);
    assert!(take(&counts, &victim, now).is_none(), "the penalty is there");
    assert!(newcomers(&counts, "guess", now) < 10, "nobody gets tries because there is no room");
    let later = now + 180 * SECOND;
    assert_eq!(newcomers(&counts, "later", later), 1000, "one unit later everybody comes in");
    assert!(take(&counts, &victim, later).is_some(), "the penalty ends when it should");
}

/// So many parts, of which `per_unit` are one.
fn charge(key: Key, rate: Rate, parts: u64, per_unit: u32) -> [Charge; 1] {
    [Charge { key, rate, parts, parts_per_unit: NonZeroU32::new(per_unit).unwrap() }]
}

#[test]
fn what_is_charged_beyond_a_burst_must_drain_first_to_the_nanosecond() {
    let counts = LocalCounts::new(&[1000]);
    let alice = ask(key("alice"), logins());
    take(&counts, &alice, 0).unwrap();
    // Of seven and a half units four fit; three and a half are owed beyond the burst.
    let [left, ..] = counts.charge(&charge(key("alice"), logins(), 15, 2), Ticks(0));
    assert_eq!((left.available, left.reset_in), (0, Duration::from_secs(180 * 17 / 2)));
    let Decision::Refused(refused) = counts.take(&alice, Ticks(0)) else { panic!("admitted") };
    let wait = 180 * SECOND * 9 / 2;
    assert_eq!(refused.retry_in, Some(Duration::from_nanos(wait)), "and one must fit");
    assert!(take(&counts, &alice, wait - 1).is_none());
    assert!(take(&counts, &alice, wait).is_some());
    let [left, ..] = counts.charge(&charge(key("bob"), logins(), 0, 1), Ticks(0));
    assert_eq!(left.available, 5, "bob is not alice, and looking costs nothing");
}

#[test]
fn a_charge_beyond_all_measure_ends_after_a_day_or_the_time_of_the_rate() {
    let month = Duration::from_hours(30 * 24);
    for (rate, longest) in [
        (Rate::new(10, Duration::from_secs(1), 10).unwrap(), Duration::from_hours(24)),
        (Rate::new(10, month, 10).unwrap(), month),
    ] {
        let counts = LocalCounts::new(&[1000]);
        assert_eq!(rate.overdraft_max(), longest);
        for _ in 0..3 {
            counts.charge(&charge(key("alice"), rate, u64::MAX, 1), Ticks(0));
        }
        let alice = ask(key("alice"), rate);
        let Decision::Refused(refused) = counts.take(&alice, Ticks(0)) else { panic!("admitted") };
        let wait = longest + rate.interval().unwrap();
        assert_eq!(refused.retry_in, Some(wait));
        assert!(take(&counts, &alice, wait.as_nanos() as u64 - 1).is_none());
        assert!(take(&counts, &alice, wait.as_nanos() as u64).is_some());
    }
}

#[test]
fn charges_at_the_same_moment_are_all_counted() {
    const THREADS: u64 = 16;
    const EACH: u64 = 1_000;
    let counts = LocalCounts::new(&[1, 1]);
    let rate = Rate::new(1_000, Duration::from_secs(1), 1_000).unwrap();
    let other = keys().key(ADDRESSES, "a", &[b"192.0.2.1"]);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..EACH {
                    let [one] = charge(key("alice"), rate, 3, 7);
                    let both = [one, Charge { key: other, ..one }];
                    counts.charge(&both, Ticks(0));
                }
            });
        }
    });
    let third = 1_000_000_u64 * 3;
    let owed = Duration::from_nanos(third.div_ceil(7) * THREADS * EACH);
    for name in [key("alice"), other] {
        let [left, ..] = counts.charge(&charge(name, rate, 0, 1), Ticks(0));
        assert_eq!(left.reset_in, owed);
    }
}

#[test]
fn a_charge_under_a_rate_that_admits_nothing_or_where_nothing_is_counted_is_harmless() {
    let counts = LocalCounts::new(&[10]);
    let [left, ..] = counts.charge(&charge(key("a"), Rate::NEVER, u64::MAX, 1), Ticks(u64::MAX));
    assert_eq!((left.available, left.reset_in), (0, Duration::ZERO));
    LocalCounts::new(&[]).charge(&charge(key("a"), logins(), 1, 1), Ticks(0));
    let counts = LocalCounts::new(&[10]);
    let many = [charge(key("a"), logins(), 1, 1)[0]; TOGETHER_MAX + 1];
    counts.charge(&many, Ticks(0));
    assert!(take(&counts, &ask(key("a"), logins()), 0).is_none(), "each of them is charged");
}

/// What is exact: a map of all keys ever seen, and time that never goes back.
#[derive(Default)]
struct Exact {
    latest: u64,
    drained: HashMap<u8, u64>,
}

#[derive(Debug, Clone)]
enum Step {
    Take(Vec<u8>),
    GiveBack,
    /// So many fifths of a unit.
    Charge(u8, u64),
    Wait(i64),
}

/// 3 in 30 ns, at most `burst` at once: each unit drains in 10.
fn small(burst: u32) -> Rate {
    Rate::new(3, Duration::from_nanos(30), burst).unwrap()
}

impl Exact {
    fn fits(&mut self, names: &[u8], burst: u64, now: u64) -> bool {
        self.latest = self.latest.max(now);
        let mut after = self.drained.clone();
        names.iter().all(|name| {
            let drained = after.entry(*name).or_default();
            *drained = (*drained).max(self.latest) + 10;
            *drained - self.latest <= burst * 10
        })
    }

    fn add(&mut self, names: &[u8]) {
        for name in names {
            let drained = self.drained.entry(*name).or_default();
            *drained = (*drained).max(self.latest) + 10;
        }
    }

    fn charge(&mut self, name: u8, fifths: u64, now: u64) {
        self.latest = self.latest.max(now);
        let drained = self.drained.entry(name).or_default();
        *drained = (*drained).max(self.latest) + 2 * fifths;
    }

    fn take_off(&mut self, names: &[u8], taken: u64, now: u64) {
        self.latest = self.latest.max(now);
        let span = 10_u64.saturating_sub(self.latest - taken);
        for name in names {
            let drained = self.drained.entry(*name).or_default();
            *drained = drained.saturating_sub(span);
        }
    }
}

fn steps(names: u8) -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => proptest::collection::vec(0..names, 1..4).prop_map(Step::Take),
        2 => Just(Step::GiveBack),
        2 => (0..names, 0_u64..30).prop_map(|(name, fifths)| Step::Charge(name, fifths)),
        3 => (-15_i64..25).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..300)
}

/// Walks both; returns how often they differed, and fails if the table admitted what is too much.
fn walk(counts: &LocalCounts, steps: Vec<Step>, burst: u32) -> usize {
    let (mut exact, mut now, mut differences) = (Exact::default(), 100_u64, 0);
    let mut last: Option<(Vec<u8>, Vec<Ask>, Taken, u64)> = None;
    for step in steps {
        match step {
            Step::Wait(span) => now = now.saturating_add_signed(span),
            Step::GiveBack => {
                if let Some((names, asks, taken, at)) = last.take() {
                    counts.give_back(&asks, taken, Ticks(now));
                    exact.take_off(&names, at, now);
                }
            }
            Step::Charge(name, fifths) => {
                counts.charge(&charge(key(name), small(burst), fifths, 5), Ticks(now));
                exact.charge(name, fifths, now);
            }
            Step::Take(names) => {
                let rate = small(burst);
                let asks: Vec<Ask> = names.iter().map(|name| Ask::one(key(name), rate)).collect();
                let fits = exact.fits(&names, u64::from(burst), now);
                let looked = counts.peek(&asks, Ticks(now)).is_ok();
                let taken = take(counts, &asks, now);
                assert_eq!(looked, taken.is_some(), "to look and to take say the same");
                assert!(fits || taken.is_none(), "admitted beyond the rate");
                differences += usize::from(fits != taken.is_some());
                if let Some(taken) = taken {
                    exact.add(&names);
                    last = Some((names, asks, taken, exact.latest));
                }
            }
        }
    }
    differences
}

proptest! {
    #[test]
    fn with_room_the_counts_are_exact(steps in steps(12), burst in 1_u32..5) {
        // One table, in which 12 keys always find room: its clock is the clock of all.
        let counts = LocalCounts::new(&[1]);
        prop_assert_eq!(walk(&counts, steps, burst), 0);
        prop_assert_eq!(counts.rounded_up(), 0);
    }

    #[test]
    fn whatever_is_charged_only_adds_and_ends_in_time(
        charges in proptest::collection::vec((any::<u64>(), 1..u32::MAX, 0_u64..1_000_000), 1..20),
        start in 0..u64::MAX / 2,
    ) {
        let counts = LocalCounts::new(&[1]);
        let (rate, mut now, mut ends) = (logins(), start, 0);
        for (parts, per_unit, wait) in charges {
            now += wait;
            let [left, ..] = counts.charge(&charge(key("a"), rate, parts, per_unit), Ticks(now));
            let end = now + left.reset_in.as_nanos() as u64;
            prop_assert!(end >= ends, "it took something off");
            prop_assert!(left.reset_in <= rate.window() + rate.overdraft_max());
            ends = end;
        }
        let before = ends.max(now);
        prop_assert!(take(&counts, &ask(key("a"), rate), before).is_some(), "nothing is owed then");
    }

    #[test]
    fn without_room_they_never_admit_more(steps in steps(200), burst in 1_u32..5) {
        walk(&LocalCounts::new(&[1]), steps, burst);
    }
}
