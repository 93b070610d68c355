//! How large the file becomes against what is in it, while sessions come, change, expire and are ended for a long
//! time: `cargo run --profile corpus -p portcullis-store --example age FOLDER SESSIONS`.
//!
//! Time is counted on, not waited for. What is in the file is measured by a copy, which has nothing else.

#![allow(clippy::print_stdout, clippy::large_futures, reason = "an example")]

use std::error::Error;
use std::path::Path;

use portcullis_model::{Secret, Tally, UnixMillis};
use portcullis_store::{
    Change, Digest, Facts, Kek, Options, Origin, SessionId, State, Store, Which,
};
use tokio::task::JoinSet;

const START: UnixMillis = UnixMillis(1_800_000_000_000);

/// A session lasts between one and eight hours.
const HOUR: u64 = 3_600_000;

/// Logins that are made to last together, at most.
const TOGETHER: u64 = 256;

/// Lives of the longest session that are played.
const LIVES: u64 = 6;

/// Numbers that look like chance, and are the same in each run (splitmix64).
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn digest(number: u64) -> Digest {
    Digest::of_token(format!("obviously-fake-token-{number}").as_bytes())
}

fn facts(store: &Store, number: u64, now: UnixMillis) -> Facts {
    let chance = mixed(number);
    let mut id = [0; 16];
    id[..8].copy_from_slice(&chance.to_le_bytes());
    id[8..].copy_from_slice(&number.to_le_bytes());
    // Tokens of 500 to 1,500 bytes: a JWT with roles.
    let token = vec![b'a' + (chance % 26) as u8; 500 + (chance % 1000) as usize];
    Facts {
        id: SessionId::new(id),
        digest: digest(number),
        api: "pharmacy".to_owned(),
        account: store.account("pharmacy", &format!("user-{}@example.com", chance % 50_000)),
        subject: format!("subject-{}", chance % 50_000),
        attributes: format!("{{\"customer_id\":{}}}", chance % 50_000),
        credentials: [("access_token".to_owned(), Secret::new(token))].into(),
        created: now,
        expires: UnixMillis(now.0 + HOUR + chance % (7 * HOUR)),
        idle_ms: None,
        state: State::Complete,
        network: "192.0.2.0/24".to_owned(),
        origin: Origin::Verified,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let folder = words.next().ok_or("name a folder")?;
    let sessions: u64 = words.next().ok_or("say how many sessions are alive at a time")?.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(play(Path::new(&folder), sessions))
}

async fn play(folder: &Path, sessions: u64) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join("store");
    let kek = Kek::from_bytes(std::array::from_fn(|index| index as u8 + 1))?;
    let (store, _) = Store::open(&path, &kek, &Options::default(), START)?;
    // Of one to eight hours in the middle, four and a half.
    let step_ms = TOGETHER * (HOUR * 9 / 2) / sessions;
    let steps = LIVES * 8 * HOUR / step_ms;
    println!("{} logins in all", steps * TOGETHER);
    let mut worst: f64 = 0.0;
    for step in 0..steps {
        let now = UnixMillis(START.0 + step * step_ms);
        let mut waiting = JoinSet::new();
        for number in step * TOGETHER..(step + 1) * TOGETHER {
            let (its, facts) = (store.clone(), facts(&store, number, now));
            waiting.spawn(async move { its.open_session(facts, now).await.map(drop) });
            // One of ten logs out, later; one of ten is renewed.
            let before = number.saturating_sub(TOGETHER * (1 + mixed(number) % 20));
            if number % 10 == 0 {
                store.end(Which::Token(digest(before)), now).await?;
            }
            if number % 10 == 5
                && let Some(session) = store.find(&digest(before), now, &Tally::default()).await?
            {
                let change =
                    Change { attributes: Some("{}".to_owned()), ..Change::until(session.expires) };
                store.replace(&session, change, now, &Tally::default()).await?;
            }
        }
        for done in waiting.join_all().await {
            done?;
        }
        if step % (steps / 24).max(1) == 0 && step > 0 {
            let size =
                |name: &str| std::fs::metadata(path.join(name)).map_or(0, |known| known.len());
            let copy = folder.join("copy");
            let live = store.backup(&copy).await?;
            std::fs::remove_dir_all(&copy)?;
            let ratio = size("store.db") as f64 / live as f64;
            // The file grows to its size first.
            if step * step_ms > 8 * HOUR {
                worst = worst.max(ratio);
            }
            println!(
                "{:>5.1} h: file {:>9}, live {live:>9}, {ratio:.2} times; log {}",
                (step * step_ms) as f64 / HOUR as f64,
                size("store.db"),
                size("store.db-wal"),
            );
        }
    }
    println!("{worst:.2} times at most after the first life");
    Ok(())
}
