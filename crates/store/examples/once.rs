//! What a full table of things that happened once costs: `cargo run --release -p portcullis-store --example once FOLDER
//! [MARKS [AT_ONCE]]`: so many marks, so many on their way at a time. The folder is made, and left behind. Prints figures.

#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use portcullis_model::UnixMillis;
use portcullis_store::{Kek, Once, OnceMark, Options, Store};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

/// Questions of a measurement.
const ROUNDS: u32 = 1_000_000;
/// Marks that are taken one after the other, each waited for.
const ALONE: u32 = 200;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, marks, at_once) = match arguments.as_slice() {
        [folder] => (folder, 1_000_000, 1_000),
        [folder, marks] => (folder, marks.parse()?, 1_000),
        [folder, marks, at_once] => (folder, marks.parse()?, at_once.parse()?),
        _ => return Err("once FOLDER [MARKS [AT_ONCE]]".into()),
    };
    let folder = Path::new(folder);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let (store, _) = Store::open(folder, &kek()?, &Options::default(), NOW)?;
    let before = kilobytes();
    let begun = Instant::now();
    runtime.block_on(fill(&store, marks, at_once))?;
    let nanos = begun.elapsed().as_nanos() / u128::from(marks);
    println!("{marks} marks, {at_once} at once: {nanos} ns of the clock for each, on the disk");
    println!("memory: {} KB more", kilobytes().saturating_sub(before));
    questions(&store, marks);
    runtime.block_on(full(&store, marks))?;
    drop(store);
    let bytes = std::fs::metadata(folder.join("store.db"))?.len();
    println!("file: {} MB, {} bytes a mark", bytes / 1_000_000, bytes / u64::from(marks));
    let (before, begun) = (kilobytes(), Instant::now());
    let (store, _) = Store::open(folder, &kek()?, &Options::default(), NOW)?;
    let millis = begun.elapsed().as_millis();
    println!("opened in {millis} ms, {} KB more", kilobytes().saturating_sub(before));
    drop(store);
    alone(&folder.join("alone"), &runtime)
}

fn kek() -> Outcome<Kek> {
    Ok(Kek::from_bytes(std::array::from_fn(|index| index as u8))?)
}

fn mark(store: &Store, number: u32) -> OnceMark {
    store.once_mark("per: caller, once: true", &[format!("customer-{number:08}").as_bytes()])
}

async fn fill(store: &Store, marks: u32, at_once: u32) -> Outcome<()> {
    let local = tokio::task::LocalSet::new();
    for first in (0..marks).step_by(at_once as usize) {
        let takes = (first..marks.min(first + at_once)).map(|number| {
            let (store, mark) = (store.clone(), mark(store, number));
            local.spawn_local(async move { keep(store.take_once(&[mark], NOW).await?) })
        });
        let takes: Vec<_> = takes.collect();
        local
            .run_until(async {
                for take in takes {
                    take.await??;
                }
                Outcome::Ok(())
            })
            .await?;
    }
    Ok(())
}

fn keep(once: Once) -> Outcome<()> {
    match once {
        Once::Taken(mut taken) => {
            taken.keep(true);
            Ok(())
        }
        Once::Before(_) => Err("it was there before".into()),
    }
}

fn questions(store: &Store, marks: u32) {
    let begun = Instant::now();
    let mut known = 0;
    for round in 0..ROUNDS {
        let number = (u64::from(round) * 2_654_435_761 % u64::from(marks) * 2) as u32;
        known += u32::from(black_box(store.was_once(&[mark(store, number)])).is_some());
    }
    let nanos = begun.elapsed().as_nanos() / u128::from(ROUNDS);
    println!("whether it happened, with its digest: {nanos} ns ({known} of {ROUNDS} had)");
}

/// Whether there is room for more.
async fn full(store: &Store, marks: u32) -> Outcome<()> {
    match store.take_once(&[mark(store, marks)], NOW).await {
        Ok(once) => {
            println!("there is room for another one");
            keep(once)
        }
        Err(why) => {
            println!("another one: {why}");
            Ok(())
        }
    }
}

fn alone(folder: &Path, runtime: &tokio::runtime::Runtime) -> Outcome<()> {
    let (store, _) = Store::open(folder, &kek()?, &Options::default(), NOW)?;
    let mut micros = Vec::new();
    for number in 0..ALONE {
        let begun = Instant::now();
        runtime.block_on(async { keep(store.take_once(&[mark(&store, number)], NOW).await?) })?;
        micros.push(begun.elapsed().as_micros() as u64);
    }
    micros.sort_unstable();
    let at = |share: usize| micros.get(micros.len() * share / 100).copied().unwrap_or(0);
    println!("one alone, until it lasts: {} us in the middle, {} us for 95 of 100", at(50), at(95));
    Ok(())
}

/// Resident memory of this process.
fn kilobytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4
}
