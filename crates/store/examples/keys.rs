//! What API keys cost: `cargo run --release -p portcullis-store --example keys FOLDER [KEYS]`, and again
//! in the same folder. The first run makes it and issues so many keys, each of its own owner; the
//! second opens it as a restart does, and asks. Prints figures.

#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use portcullis_credential::api_key::Pepper;
use portcullis_model::{KeyId, KeyRules, UnixMillis};
use portcullis_store::{Kek, KeyFacts, KeyWhich, Options, Store};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

/// Questions of a measurement.
const ROUNDS: u32 = 1_000_000;

/// Keys that are issued at a time.
const TOGETHER: usize = 512;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, keys) = match arguments.as_slice() {
        [folder] => (folder, 1_000_000),
        [folder, keys] => (folder, keys.parse()?),
        _ => return Err("keys FOLDER [KEYS]".into()),
    };
    let (folder, runtime) = (Path::new(folder), tokio::runtime::Builder::new_current_thread());
    let runtime = { runtime }.enable_time().build()?;
    if folder.exists() {
        runtime.block_on(restarted(folder, keys))
    } else {
        runtime.block_on(made(folder, keys))
    }
}

fn kek() -> Outcome<Kek> {
    Ok(Kek::from_bytes(std::array::from_fn(|index| index as u8))?)
}

fn pepper() -> Outcome<Pepper> {
    Ok(Pepper::parse(&std::array::from_fn::<u8, 32, _>(|index| index as u8))?)
}

/// As scattered as chance.
fn id(number: u32) -> Outcome<KeyId> {
    let mixed = u128::from(number) + 1;
    let mixed = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) >> 33;
    let [_, _, _, _, bytes @ ..] = mixed.to_be_bytes();
    Ok(KeyId::from_bytes(bytes)?)
}

fn text(number: u32) -> String {
    format!("acme_test_obviously-fake-and-as-long-as-a-key-of-ours-would-be-{number:012}")
}

fn facts(number: u32, pepper: &Pepper) -> Outcome<KeyFacts> {
    Ok(KeyFacts {
        id: id(number)?,
        mac: pepper.mac(&text(number)),
        owner: format!("customer-{number:07}"),
        label: "server".to_owned(),
        parent: None,
        created: UnixMillis(NOW.0 + u64::from(number)),
        expires: Some(UnixMillis(NOW.0 + 365 * 86_400_000)),
        rules: KeyRules {
            operations: vec!["listOrders".to_owned(), "getOrder".to_owned()],
            scopes: vec!["orders".to_owned()],
            ..KeyRules::default()
        },
        replaces: None,
    })
}

/// Resident memory of this process.
fn kilobytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4
}

/// Time that this thread has had a processor: on a machine that does something else meanwhile, its
/// own work counts.
fn processor_nanos() -> u64 {
    let known = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    known.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0)
}

async fn made(folder: &Path, keys: u32) -> Outcome<()> {
    let (store, _) = Store::open(folder, &kek()?, &Options::default(), NOW)?;
    let pepper = pepper()?;
    let begun = Instant::now();
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..keys {
        let (store, facts) = (store.clone(), facts(number, &pepper)?);
        waiting.spawn(async move { store.issue_key(facts, NOW).await });
        if waiting.len() >= TOGETHER
            && let Some(issued) = waiting.join_next().await
        {
            issued??;
        }
    }
    while let Some(issued) = waiting.join_next().await {
        issued??;
    }
    let micros = begun.elapsed().as_micros() as u64 / u64::from(keys.max(1));
    println!("issued {keys} keys, {TOGETHER} at a time: {micros} us each");
    drop(store);
    let bytes = std::fs::metadata(folder.join("store.db"))?.len();
    println!("file: {} MB, {} bytes a key", bytes / 1_000_000, bytes / u64::from(keys.max(1)));
    Ok(())
}

async fn restarted(folder: &Path, keys: u32) -> Outcome<()> {
    let (before, begun, clock) = (kilobytes(), processor_nanos(), Instant::now());
    let (store, opened) = Store::open(folder, &kek()?, &Options::default(), NOW)?;
    let millis = processor_nanos().saturating_sub(begun) / 1_000_000;
    println!(
        "opened in {millis} ms of the processor, {} ms of the clock, {} keys",
        clock.elapsed().as_millis(),
        opened.keys
    );
    let more = kilobytes().saturating_sub(before);
    println!("memory: {more} KB more, {} bytes a key", more * 1024 / opened.keys.max(1) as u64);
    questions(&store, keys)?;
    listed(&store, keys);
    changes(&store, keys).await
}

fn told(what: &str, mut nanos: Vec<u64>, average: u64) {
    nanos.sort_unstable();
    let longest = nanos.last().copied().unwrap_or(0);
    let at = |share: usize| nanos.get(nanos.len() * share / 1000).copied().unwrap_or(0);
    println!(
        "{what}: {average} ns on average; {} in the middle, {} for 99 of 100, {} for 999 of 1000, \
         {longest} at most",
        at(500),
        at(990),
        at(999)
    );
}

/// Each question with the clock around it, for how they vary; then without, for the average.
fn asked(what: &str, ids: &[KeyId], ask: impl Fn(usize, &KeyId) -> bool) -> usize {
    let mut nanos = Vec::with_capacity(ids.len());
    for (place, id) in ids.iter().enumerate() {
        let begun = Instant::now();
        black_box(ask(place, id));
        nanos.push(begun.elapsed().as_nanos() as u64);
    }
    let begun = processor_nanos();
    let count = ids.iter().enumerate().filter(|(place, id)| ask(*place, id)).count();
    let average = processor_nanos().saturating_sub(begun) / ids.len().max(1) as u64;
    told(what, nanos, average);
    count
}

/// Asks on a thread of its own until it is told to stop, with the clock around each question.
struct Asking(Arc<AtomicBool>, JoinHandle<Vec<u64>>);

impl Asking {
    fn start(store: &Store, keys: u32) -> Outcome<Self> {
        let ids = (0..keys).map(|round| id(scattered(round, keys))).collect::<Outcome<Vec<_>>>()?;
        let (store, is_over) = (store.clone(), Arc::new(AtomicBool::new(false)));
        let told = Arc::clone(&is_over);
        let asking = std::thread::spawn(move || {
            let mut nanos = Vec::new();
            for id in ids.iter().cycle() {
                if told.load(Ordering::Relaxed) {
                    break;
                }
                let begun = Instant::now();
                black_box(store.key(id, NOW));
                nanos.push(begun.elapsed().as_nanos() as u64);
            }
            nanos
        });
        Ok(Self(is_over, asking))
    }

    fn stop(self, what: &str) {
        self.0.store(true, Ordering::Relaxed);
        let nanos = self.1.join().unwrap_or_default();
        let average = nanos.iter().sum::<u64>() / nanos.len().max(1) as u64;
        told(what, nanos, average);
    }
}

/// The number of a key that nobody asked for lately.
fn scattered(round: u32, keys: u32) -> u32 {
    (u64::from(round) * 2_654_435_761 % u64::from(keys.max(1))) as u32
}

fn questions(store: &Store, keys: u32) -> Outcome<()> {
    let numbers: Vec<u32> = (0..ROUNDS).map(|round| scattered(round, keys)).collect();
    let ids = numbers.iter().map(|number| id(*number)).collect::<Outcome<Vec<_>>>()?;
    let texts: Vec<String> = numbers.iter().map(|number| text(*number)).collect();
    let pepper = pepper()?;
    let found = asked("find a key", &ids, |_, id| store.key(id, NOW).is_some());
    let matching = asked("find and prove a key", &ids, |place, id| {
        let (key, text) = (store.key(id, NOW), texts.get(place));
        key.zip(text).is_some_and(|(key, text)| pepper.matches(text, &key.mac))
    });
    let strangers = (keys..keys + ROUNDS).map(id).collect::<Outcome<Vec<_>>>()?;
    let none = asked("one that does not exist", &strangers, |_, id| store.key(id, NOW).is_some());
    println!("{found} found, {matching} proven, {none} strangers");
    Ok(())
}

fn listed(store: &Store, keys: u32) {
    for (what, which) in [
        ("of an owner", KeyWhich::Owner(format!("customer-{:07}", keys / 2))),
        ("of all", KeyWhich::All),
    ] {
        let begun = Instant::now();
        let count = store.list_keys(&which, 1000).len();
        println!("list {count} keys {what}: {} us", begun.elapsed().as_micros());
    }
}

async fn changes(store: &Store, keys: u32) -> Outcome<()> {
    let asking = Asking::start(store, keys)?;
    let mut micros = Vec::new();
    for number in 0..200 {
        let begun = Instant::now();
        store.revoke_keys(KeyWhich::Id(id(number)?), NOW).await?;
        micros.push(begun.elapsed().as_micros() as u64);
    }
    asking.stop("find a key, while others are revoked");
    micros.sort_unstable();
    let at = |share: usize| micros.get(micros.len() * share / 100).copied().unwrap_or(0);
    println!("revoke a key, until it lasts: {} us in the middle, {} for 95 of 100", at(50), at(95));
    for (what, which) in [
        ("an owner", KeyWhich::Owner(format!("customer-{:07}", keys / 2))),
        ("a tenth, by time", KeyWhich::IssuedBefore(UnixMillis(NOW.0 + u64::from(keys / 10)))),
    ] {
        let asking = Asking::start(store, keys)?;
        let (mut changed, begun) = (store.keys_changed(), Instant::now());
        let told = async { changed.changed().await.map(|()| begun.elapsed().as_micros()) };
        let (count, force) = tokio::join!(store.revoke_keys(which, NOW), async {
            tokio::time::timeout(std::time::Duration::from_mins(1), told).await
        });
        let (count, force, lasts) = (count?, force??, begun.elapsed().as_micros());
        asking.stop("find a key meanwhile");
        println!("revoke {what}: {count} keys, in force in {force} us, lasts in {lasts} us");
    }
    Ok(())
}
