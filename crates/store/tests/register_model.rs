//! Whatever is learned and forgotten in whatever order: the register says what a plain list would say.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::path::Path;

use fake::{NOW, kek, run};
use portcullis_model::UnixMillis;
use portcullis_store::{
    Bounds, Caller, Forget, How, Learned, Object, Options, Register, Since, Standing, Store,
};
use proptest::prelude::*;

const CALLERS: u8 = 5;
const OBJECTS: u8 = 8;
const LASTS_MS: u64 = 320_000;
const OBJECTS_MAX: usize = 4;

/// Callers 0 to 3 and objects 0 to 5 are of one API, the others of another.
const fn api(is_other: bool) -> &'static str {
    if is_other { "clinic" } else { "pharmacy" }
}

const fn api_of_caller(caller: u8) -> &'static str {
    api(caller > 3)
}

const fn api_of_object(object: u8) -> &'static str {
    api(object > 5)
}

#[derive(Debug, Clone)]
enum Step {
    Learn { caller: u8, objects: Vec<u8>, how: How, asked_before: usize },
    ForgetObject(u8),
    ForgetHeld(u8, u8),
    ForgetCaller(u8),
    ForgetApi(bool),
    Wait(u64),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let how = prop_oneof![Just(How::Created), Just(How::Listed)];
    let objects = proptest::collection::vec(0..OBJECTS, 1..5);
    prop_oneof![
        12 => (0..CALLERS, objects, how, prop_oneof![3 => Just(0_usize), 1 => 0_usize..6]).prop_map(
            |(caller, objects, how, asked_before)| Step::Learn { caller, objects, how, asked_before }
        ),
        2 => (0..OBJECTS).prop_map(Step::ForgetObject),
        2 => (0..CALLERS, 0..OBJECTS).prop_map(|(caller, object)| Step::ForgetHeld(caller, object)),
        1 => (0..CALLERS).prop_map(Step::ForgetCaller),
        1 => any::<bool>().prop_map(Step::ForgetApi),
        4 => (0_u64..100).prop_map(|seconds| Step::Wait(seconds * 1000)),
        1 => Just(Step::Restart),
    ]
}

/// Who holds what until when, the one that was confirmed first of all first.
#[derive(Default)]
struct Plain {
    facts: Vec<(u8, u8, u64)>,
    /// After how many steps what was forgotten: which callers and objects.
    forgotten: Vec<(usize, Vec<u8>, Vec<u8>)>,
}

impl Plain {
    fn learn(&mut self, caller: u8, object: u8, how: How, asked: usize, now: u64) -> Learned {
        let is_outdated = self.forgotten.iter().any(|(at, callers, objects)| {
            *at > asked && callers.contains(&caller) && objects.contains(&object)
        });
        let is_mine = |fact: &(u8, u8, u64)| fact.0 == caller && fact.1 == object;
        let mine = self.facts.iter().find(|fact| is_mine(fact)).copied();
        let of_others = self.facts.iter().any(|fact| fact.0 != caller && fact.1 == object);
        if api_of_caller(caller) != api_of_object(object) || is_outdated && mine.is_none() {
            return Learned { outdated: 1, ..Learned::default() };
        }
        if how == How::Created && of_others {
            // It is not said which of two reasons there is.
            return Learned { of_others: 1, ..Learned::default() };
        }
        let expires = now + LASTS_MS;
        if mine.is_some_and(|(_, _, known)| known + LASTS_MS / 32 >= expires) {
            return Learned { learned: 1, ..Learned::default() };
        }
        if is_outdated {
            return Learned { outdated: 1, ..Learned::default() };
        }
        self.facts.retain(|fact| !is_mine(fact));
        let of_caller = self.facts.iter().filter(|fact| fact.0 == caller).count();
        if of_caller >= OBJECTS_MAX {
            let oldest = self.facts.iter().position(|fact| fact.0 == caller).unwrap();
            self.facts.remove(oldest);
        }
        self.facts.push((caller, object, expires));
        Learned { learned: 1, ..Learned::default() }
    }

    fn forget(&mut self, step: usize, callers: Vec<u8>, objects: Vec<u8>) {
        self.facts.retain(|fact| !(callers.contains(&fact.0) && objects.contains(&fact.1)));
        self.forgotten.push((step, callers, objects));
    }

    fn standing(&self, caller: u8, object: u8) -> Standing {
        let mut holders = self.facts.iter().filter(|fact| fact.1 == object).map(|fact| fact.0);
        let others =
            if holders.clone().next().is_some() { Standing::OthersOnly } else { Standing::Unknown };
        let is_of_one_api = api_of_caller(caller) == api_of_object(object);
        match holders.any(|holder| holder == caller) {
            _ if !is_of_one_api => Standing::Unknown,
            true => Standing::Known,
            false => others,
        }
    }
}

fn bounds() -> Bounds {
    Bounds { lasts_ms: LASTS_MS, objects_max: OBJECTS_MAX as u32, ..Bounds::default() }
}

fn opened(path: &Path, now: u64) -> Register {
    let options = Options { register: bounds(), ..Options::default() };
    Register::of(&Store::open(path, &kek(), &options, UnixMillis(now)).unwrap().0)
}

fn caller(register: &Register, number: u8) -> Caller {
    register.caller(api_of_caller(number), "issuer", &number.to_string()).unwrap()
}

fn object(register: &Register, number: u8) -> Object {
    register.object(api_of_object(number), "Order", 0, &number.to_string()).unwrap()
}

fn forget(register: &Register, what: Forget<'_>, now: u64) {
    run(register.forget(what, UnixMillis(now))).unwrap();
}

fn walk(steps: Vec<Step>, folder: Option<&Path>) {
    let (mut plain, mut now) = (Plain::default(), NOW.0);
    let made = |now| match folder {
        Some(folder) => opened(folder, now),
        None => Register::in_memory(bounds()).unwrap(),
    };
    let mut register = made(now);
    // The moments before each step, with their numbers.
    let mut moments: Vec<(usize, Since)> = Vec::new();
    for (number, step) in steps.into_iter().enumerate() {
        moments.push((number, register.since()));
        plain.facts.retain(|fact| fact.2 > now);
        match step {
            Step::Wait(ms) => now += ms,
            Step::Learn { caller: by, objects, how, asked_before } => {
                let before = moments.iter().rev().nth(asked_before).or(moments.first());
                let (asked, since) = *before.unwrap();
                // Steps are counted from 0, and what happens in one comes after its moment.
                for number in objects {
                    // Of what was confirmed in the same second, a restart does not know which came
                    // first.
                    now += 1000;
                    plain.facts.retain(|fact| fact.2 > now);
                    let expected = plain.learn(by, number, how, asked, now);
                    let (by, of) = (caller(&register, by), object(&register, number));
                    let told = register.learn(&by, &[of], how, since, UnixMillis(now));
                    let all = told.learned + told.of_others + told.outdated;
                    assert_eq!((told.learned, all), (expected.learned, 1), "{expected:?}");
                }
            }
            Step::ForgetObject(of) => {
                forget(&register, Forget::Object(&object(&register, of)), now);
                plain.forget(number + 1, (0..CALLERS).collect(), vec![of]);
            }
            Step::ForgetHeld(by, of) => {
                let (one, other) = (caller(&register, by), object(&register, of));
                forget(&register, Forget::Held(&one, &other), now);
                plain.forget(number + 1, vec![by], vec![of]);
            }
            Step::ForgetCaller(by) => {
                forget(&register, Forget::Caller(&caller(&register, by)), now);
                plain.forget(number + 1, vec![by], (0..OBJECTS).collect());
            }
            Step::ForgetApi(is_other) => {
                forget(&register, Forget::Api(api(is_other)), now);
                let callers = (0..CALLERS).filter(|by| api_of_caller(*by) == api(is_other));
                plain.forget(number + 1, callers.collect(), (0..OBJECTS).collect());
            }
            Step::Restart => {
                if folder.is_some() {
                    drop(register);
                    register = made(now);
                    moments = vec![(number + 1, register.since())];
                }
            }
        }
        plain.facts.retain(|fact| fact.2 > now);
        for by in 0..CALLERS {
            for of in 0..OBJECTS {
                let (one, other) = (caller(&register, by), object(&register, of));
                let said = register.standing(&one, &other, UnixMillis(now));
                assert_eq!(said, plain.standing(by, of), "caller {by}, object {of}");
            }
        }
        assert!(register.len() >= plain.facts.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn in_memory_it_says_what_a_list_would_say(steps in proptest::collection::vec(step(), 1..60)) {
        walk(steps, None);
    }

    /// Of a million pairs only so many are there; none of them is made up.
    #[test]
    fn it_stays_within_its_bounds_and_makes_nothing_up(
        steps in proptest::collection::vec((0_usize..40, 0_usize..20, 0_u64..20), 1..400),
        pairs_max in 1_u32..300,
        objects_max in 1_u32..8,
    ) {
        let bounds = Bounds { lasts_ms: LASTS_MS, objects_max, pairs_max };
        let register = Register::in_memory(bounds).unwrap();
        let name = |number: u32| register.caller("pharmacy", "", &number.to_string()).unwrap();
        let thing = |number: u32| register.object("pharmacy", "", 0, &number.to_string()).unwrap();
        let names: Vec<_> = (0..40).map(name).collect();
        let things: Vec<_> = (0..20).map(thing).collect();
        let (mut told, mut now) = (std::collections::BTreeMap::new(), NOW.0);
        for (step, (by, of, seconds)) in steps.into_iter().enumerate() {
            now += seconds * 1000;
            let known = |by: usize, of: usize| {
                register.standing(&names[by], &things[of], UnixMillis(now)) == Standing::Known
            };
            let objects = &things[of..=of];
            let since = register.since();
            let learned = register.learn(&names[by], objects, How::Listed, since, UnixMillis(now));
            prop_assert_eq!(learned.learned, 1);
            told.insert((by, of), now);
            prop_assert!(known(by, of) && register.len() <= pairs_max as usize);
            if step % 20 != 0 {
                continue;
            }
            let all = (0..40).flat_map(|by| (0..20).map(move |of| (by, of)));
            let all: Vec<_> = all.filter(|(by, of)| known(*by, *of)).collect();
            prop_assert!(all.len() <= register.len());
            for (by, of) in &all {
                prop_assert!(told.get(&(*by, *of)).is_some_and(|at| now < at + LASTS_MS));
                let of_caller = all.iter().filter(|(other, _)| other == by).count();
                let holders = all.iter().filter(|(_, other)| other == of).count();
                prop_assert!(of_caller <= objects_max as usize && holders <= 16);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn with_a_store_it_says_the_same_also_after_a_restart(
        steps in proptest::collection::vec(step(), 1..60)
    ) {
        // In memory where that is possible: thousands of writes.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        walk(steps, Some(&folder.path().join("store")));
    }
}
