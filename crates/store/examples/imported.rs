//! What keys that others issued cost: `cargo run -p portcullis-store --example imported FOLDER [KEYS]`, and again in the
//! same folder. The first run makes it and imports so many, each of its own owner; the second opens it as a restart
//! does, and asks. Prints figures.

#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use portcullis_credential::api_key::Pepper;
use portcullis_model::{KeyId, KeyRules, UnixMillis};
use portcullis_store::{IMPORT_MAX, Kek, KeyFacts, Options, Store};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

/// Questions of a measurement.
const ROUNDS: u32 = 200_000;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, keys) = match arguments.as_slice() {
        [folder] => (folder, 100_000),
        [folder, keys] => (folder, keys.parse()?),
        _ => return Err("imported FOLDER [KEYS]".into()),
    };
    let kek = Kek::from_bytes(std::array::from_fn(|index| index as u8))?;
    let pepper = Pepper::parse(&std::array::from_fn::<u8, 32, _>(|index| index as u8))?;
    let (folder, is_new) = (Path::new(folder), !Path::new(folder).exists());
    let (before, begun) = (kilobytes(), Instant::now());
    let (store, opened) = Store::open(folder, &kek, &Options::default(), NOW)?;
    if is_new {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        return runtime.block_on(made(&store, &pepper, keys));
    }
    println!("opened in {} ms, {} keys", begun.elapsed().as_millis(), opened.keys);
    let more = kilobytes().saturating_sub(before);
    println!("memory: {more} KB more, {} bytes a key", more * 1024 / opened.keys.max(1) as u64);
    asked("find and prove a key", &store, &pepper, |round| text(scattered(round, keys)));
    asked("one that does not exist", &store, &pepper, |round| text(keys + round));
    asked("a field that is no key", &store, &pepper, |_| "application/json".to_owned());
    Ok(())
}

fn text(number: u32) -> String {
    format!("obviously-fake-key-of-others-{number:012}")
}

/// The number of a key that nobody asked for lately.
fn scattered(round: u32, keys: u32) -> u32 {
    (u64::from(round) * 2_654_435_761 % u64::from(keys.max(1))) as u32
}

/// Resident memory of this process.
fn kilobytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4
}

async fn made(store: &Store, pepper: &Pepper, keys: u32) -> Outcome<()> {
    let facts = |number: u32| -> Option<KeyFacts> {
        let kept = pepper.imported_text(&text(number))?;
        Some(KeyFacts {
            id: kept.id,
            mac: kept.mac,
            owner: format!("customer-{number:07}"),
            label: String::new(),
            parent: None,
            created: NOW,
            expires: Some(UnixMillis(NOW.0 + 90 * 86_400_000)),
            rules: KeyRules::default(),
            replaces: None,
        })
    };
    let begun = Instant::now();
    let numbers: Vec<u32> = (0..keys).collect();
    for some in numbers.chunks(IMPORT_MAX) {
        let all = some.iter().filter_map(|number| facts(*number)).collect();
        store.import_keys(all, false, NOW).await?;
    }
    println!("imported {keys} keys, {IMPORT_MAX} at a time, in {} ms", begun.elapsed().as_millis());
    Ok(())
}

fn asked(what: &str, store: &Store, pepper: &Pepper, text: impl Fn(u32) -> String) {
    let mut nanos = Vec::with_capacity(ROUNDS as usize);
    let mut proven = 0_u32;
    for round in 0..ROUNDS {
        let text = text(round);
        let begun = Instant::now();
        proven += u32::from(black_box(proves(store, pepper, &text).is_some()));
        nanos.push(begun.elapsed().as_nanos() as u64);
    }
    nanos.sort_unstable();
    let at = |share: usize| nanos.get(nanos.len() * share / 100).copied().unwrap_or(0);
    println!("{what}: {} ns in the middle, {} for 99 of 100; {proven} proven", at(50), at(99));
}

fn proves(store: &Store, pepper: &Pepper, text: &str) -> Option<KeyId> {
    let shown = pepper.imported_text(text)?;
    let key = store.imported_key(&shown.id, NOW).filter(|key| shown.is(&key.mac))?;
    Some(key.id)
}
