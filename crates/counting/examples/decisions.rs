//! What a decision costs, with a million live keys: `cargo run --release -p portcullis-counting
//! --example decisions`. Prints figures.

#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::time::{Duration, Instant};

use portcullis_counting::{Ask, Counts, Decision, Keys, LocalCounts, Pool, Rate, Ticks};

const KEYS: u64 = 1_000_000;

fn main() {
    let keys = Keys::new([7; 16]);
    let counts = LocalCounts::new(&[KEYS as usize]);
    let hour = Duration::from_hours(1);
    let (Ok(rate), Ok(start)) =
        (Rate::new(1000, hour * 1000, 1000), std::fs::read_to_string("/proc/self/statm"))
    else {
        return;
    };
    let ask = |name: u64| Ask::one(keys.key(Pool(0), "cost", &[&name.to_le_bytes()]), rate);
    let each = |what: &str, rounds: u64, one: &dyn Fn(u64) -> bool| {
        let began = Instant::now();
        let admitted = (0..rounds).filter(|round| one(*round)).count();
        let nanos = began.elapsed().as_nanos() as u64 / rounds;
        println!("{what}: {nanos} ns each, {admitted} of {rounds} admitted");
    };
    let take = |asks: &[Ask], now| matches!(counts.take(asks, Ticks(now)), Decision::Admitted(_));
    each("a new key", KEYS, &|round| take(&[ask(round)], round));
    let end = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = |text: &str| text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    let megabytes = (pages(&end).unwrap_or(0) - pages(&start).unwrap_or(0)) * 4096 / 1_000_000;
    println!("{KEYS} live keys: {megabytes} MB, {} rounded up", counts.rounded_up());
    let far = |round: u64| round.wrapping_mul(0x9e37_79b9_7f4a_7c15) % KEYS;
    each("a known key", KEYS, &|round| take(&[ask(far(round))], KEYS));
    each("four keys together", KEYS, &|round| {
        take(&[0, 1, 2, 3].map(|add| ask(far(round * 4 + add))), KEYS)
    });
    each("a new key in a full table", KEYS, &|round| take(&[ask(KEYS + round)], KEYS));
    let one = [ask(0)];
    each("one refused key", KEYS, &|_| take(&one, KEYS));
    let threads = 4;
    let began = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                (0..KEYS).filter(|round| take(&[ask(far(round + thread))], KEYS)).count()
            });
        }
    });
    let nanos = began.elapsed().as_nanos() as u64 / (KEYS * threads);
    println!("{threads} threads: one decision each {nanos} ns");
}
