//! What it costs a request to hold a value that nobody else wants, in nanoseconds, on one thread and on
//! two at a time: `cargo run --release --example one_at_a_time`.

#![expect(clippy::print_stdout, reason = "a program that measures")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use portcullis_gateway::{Asked, Locks};

const ROUNDS: u64 = 2_000_000;
/// Values that others hold meanwhile.
const HELD: u64 = 10_000;

fn main() {
    let locks = Arc::new(Locks::default());
    let held: Vec<Asked> = (0..HELD).map(|value| locks.ask(key(u64::MAX - value))).collect();
    for threads in [1, 2] {
        let started = Instant::now();
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let locks = &locks;
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        drop(black_box(locks.ask(key(round * threads + thread))));
                    }
                });
            }
        });
        let nanos = started.elapsed().as_nanos() / u128::from(ROUNDS);
        println!("{threads} thread(s): {nanos} ns for each, held and given back");
    }
    drop(held);
}

fn key(value: u64) -> [u8; 32] {
    let mut key = [0; 32];
    let (first, _) = key.split_at_mut(8);
    first.copy_from_slice(&value.to_le_bytes());
    key
}
