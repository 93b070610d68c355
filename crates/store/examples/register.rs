//! What the register of ids costs: `cargo run --release -p portcullis-store --example register FOLDER
//! [PAIRS [EACH]]`: so many pairs, so many of each caller. The folder is made, and left behind; where
//! it is there already, it is opened only, as by a restart. Prints figures.

#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use portcullis_model::UnixMillis;
use portcullis_store::{
    Bounds, Caller, Forget, How, Kek, Object, Options, Register, Standing, Store, StoreError,
};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

/// Questions of a measurement.
const ROUNDS: u32 = 1_000_000;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, pairs, each) = match arguments.as_slice() {
        [folder] => (folder, 1_000_000, 20),
        [folder, pairs] => (folder, pairs.parse()?, 20),
        [folder, pairs, each] => (folder, pairs.parse()?, each.parse()?),
        _ => return Err("register FOLDER [PAIRS [EACH]]".into()),
    };
    let bounds = Bounds { pairs_max: pairs, ..Bounds::default() };
    if Path::new(folder).exists() {
        return restarted(Path::new(folder), bounds);
    }
    println!("{pairs} pairs, {each} of each caller");
    let register = Register::in_memory(bounds)?;
    let before = kilobytes();
    fill("in memory", &register, pairs, each)?;
    println!("in memory: {} KB more", kilobytes().saturating_sub(before));
    questions(&register, pairs, each)?;
    threads(&register, pairs, each)?;
    full(&register, pairs, each)?;
    drop(register);
    lasting(Path::new(folder), bounds, pairs, each)
}

fn caller(register: &Register, number: u32) -> Result<Caller, StoreError> {
    register.caller("pharmacy", "https://login.example.com", &format!("customer-{number:08}"))
}

fn object(register: &Register, number: u32) -> Result<Object, StoreError> {
    register.object("pharmacy", "Order", 0, &format!("order-{number:012}"))
}

/// Resident memory of this process.
fn kilobytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4
}

fn fill(what: &str, register: &Register, pairs: u32, each: u32) -> Outcome<()> {
    let begun = processor_nanos();
    for number in (0..pairs).step_by(each as usize) {
        let by = caller(register, number / each)?;
        let objects = (number..number + each).map(|number| object(register, number));
        let objects: Vec<Object> = objects.collect::<Result<_, _>>()?;
        register.learn(&by, &objects, How::Listed, register.since(), NOW);
    }
    let nanos = nanos_each(begun, pairs);
    println!("{what}: learn {nanos} ns a pair, with its name, {} pairs", register.len());
    Ok(())
}

/// Time that this thread has had a processor: on a machine that does something else meanwhile, its
/// own work counts.
fn processor_nanos() -> u64 {
    let known = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    known.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0)
}

fn nanos_each(begun: u64, count: u32) -> u64 {
    processor_nanos().saturating_sub(begun) / u64::from(count)
}

/// The number of a pair that nobody asked for lately.
fn scattered(round: u32, pairs: u32) -> u32 {
    (u64::from(round) * 2_654_435_761 % u64::from(pairs)) as u32
}

fn questions(register: &Register, pairs: u32, each: u32) -> Outcome<()> {
    let mut known = 0;
    let begun = processor_nanos();
    for round in 0..ROUNDS {
        let number = scattered(round, pairs);
        let by = caller(register, number / each)?;
        known += u32::from(object(register, number)?.eq(&object(register, number)?));
        black_box(by);
    }
    let naming = nanos_each(begun, ROUNDS) / 3;
    println!("a name of a caller or an object: {naming} ns ({known})");
    let named = (0..ROUNDS)
        .map(|round| {
            let number = scattered(round, pairs);
            Ok((caller(register, number / each)?, object(register, number)?))
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    let strangers = object(register, pairs)?;
    let other = caller(register, pairs)?;
    for (what, expected) in [
        ("known", Standing::Known),
        ("others only", Standing::OthersOnly),
        ("unknown", Standing::Unknown),
    ] {
        let begun = processor_nanos();
        let count = named
            .iter()
            .filter(|(by, of)| {
                let standing = match expected {
                    Standing::Known => register.standing(by, of, NOW),
                    Standing::OthersOnly => register.standing(&other, of, NOW),
                    Standing::Unknown => register.standing(by, black_box(&strangers), NOW),
                };
                standing == expected
            })
            .count();
        let nanos = nanos_each(begun, ROUNDS);
        println!("standing, {what}: {nanos} ns ({count} of {ROUNDS})");
    }
    let begun = processor_nanos();
    let since = register.since();
    for (by, of) in &named {
        register.learn(by, &[*of], How::Listed, since, NOW);
    }
    println!("learn, nothing new: {} ns", nanos_each(begun, ROUNDS));
    let later = UnixMillis(NOW.0 + 2 * 86_400_000);
    let begun = processor_nanos();
    for (by, of) in &named {
        register.learn(by, &[*of], How::Listed, since, later);
    }
    println!("learn, two days later: {} ns", nanos_each(begun, ROUNDS));
    Ok(())
}

/// One thread asks while another learns all the time.
fn threads(register: &Register, pairs: u32, each: u32) -> Outcome<()> {
    let (by, of) = (caller(register, 0)?, object(register, 0)?);
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let order = std::sync::atomic::Ordering::Relaxed;
    let mut nanos: Vec<u64> = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut time = NOW.0 + 4 * 86_400_000;
            for round in 0.. {
                if is_over.load(order) {
                    break;
                }
                let number = scattered(round, pairs);
                let named = (caller(register, number / each), object(register, number));
                if let (Ok(by), Ok(of)) = named {
                    let since = register.since();
                    register.learn(&by, &[of], How::Listed, since, UnixMillis(time));
                }
                time += 1000;
            }
        });
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            black_box(register.standing(&by, &of, NOW));
            nanos.push(begun.elapsed().as_nanos() as u64);
        }
        is_over.store(true, order);
    });
    nanos.sort_unstable();
    let at = |share: usize| nanos.get(nanos.len() * share / 1000).copied().unwrap_or(0);
    println!(
        "standing, while another thread learns: {} ns in the middle, {} for 99 of 100, {} for 999 of 1000",
        at(500),
        at(990),
        at(999)
    );
    Ok(())
}

/// Where each new pair makes another leave; and what it costs to forget many.
fn full(register: &Register, pairs: u32, each: u32) -> Outcome<()> {
    let many = (pairs / 10).max(1);
    let by = caller(register, pairs + 1)?;
    let new = (pairs..pairs + many).map(|number| object(register, number));
    let new: Vec<Object> = new.collect::<Result<_, _>>()?;
    let begun = processor_nanos();
    for of in &new {
        register.learn(&by, &[*of], How::Listed, register.since(), NOW);
    }
    let nanos = nanos_each(begun, many);
    println!("learn, where there is no room: {nanos} ns, {} pairs", register.len());
    let begun = Instant::now();
    drop(register.forget(Forget::Caller(&by), NOW));
    println!("forget a caller of 10,000 objects: {} us", begun.elapsed().as_micros());
    let begun = processor_nanos();
    for number in 0..many {
        drop(register.forget(Forget::Object(&object(register, number * each % pairs)?), NOW));
    }
    println!("forget an object: {} ns", nanos_each(begun, many));
    let begun = processor_nanos();
    drop(register.forget(Forget::Api("pharmacy"), NOW));
    println!("forget an API: {} ms, {} left", nanos_each(begun, 1_000_000), register.len());
    Ok(())
}

fn kek() -> Outcome<Kek> {
    Ok(Kek::from_bytes(std::array::from_fn(|index| index as u8))?)
}

fn restarted(path: &Path, bounds: Bounds) -> Outcome<()> {
    let options = Options { register: bounds, ..Options::default() };
    let (begun, clock, before) = (processor_nanos(), Instant::now(), kilobytes());
    let (_store, opened) = Store::open(path, &kek()?, &options, NOW)?;
    println!(
        "opened in {} ms of the processor, {} ms of the clock, {} facts, {} KB more",
        nanos_each(begun, 1_000_000),
        clock.elapsed().as_millis(),
        opened.facts,
        kilobytes().saturating_sub(before)
    );
    Ok(())
}

fn lasting(path: &Path, bounds: Bounds, pairs: u32, each: u32) -> Outcome<()> {
    let kek = kek()?;
    let options = Options { register: bounds, ..Options::default() };
    let open = || Store::open(path, &kek, &options, NOW);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let (store, _) = open()?;
    let register = Register::of(&store);
    fill("with a store", &register, pairs, each)?;
    let begun = Instant::now();
    drop((store, register));
    println!("written and closed after {} ms more", begun.elapsed().as_millis());
    let bytes = std::fs::metadata(path.join("store.db"))?.len();
    println!("file: {} MB, {} bytes a pair", bytes / 1_000_000, bytes / u64::from(pairs));
    let (store, _) = open()?;
    let register = Register::of(&store);
    let mut micros = Vec::new();
    for number in 0..200 {
        let of = object(&register, number * each % pairs)?;
        let begun = Instant::now();
        runtime.block_on(register.forget(Forget::Object(&of), NOW))?;
        micros.push(begun.elapsed().as_micros() as u64);
    }
    micros.sort_unstable();
    let at = |share: usize| micros.get(micros.len() * share / 100).copied().unwrap_or(0);
    println!("forget, until it lasts: {} us in the middle, {} us for 95 of 100", at(50), at(95));
    Ok(())
}
