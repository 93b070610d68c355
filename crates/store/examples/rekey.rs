//! What another key-encryption key costs, and how long others wait meanwhile: `cargo run --release -p
//! portcullis-store --example rekey FOLDER [SESSIONS]`. The folder must not exist; it is left behind.

#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use portcullis_model::{Secret, Tally, UnixMillis};
use portcullis_store::{Digest, Facts, Kek, Options, Origin, SessionId, State, Store};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
const LATER: UnixMillis = UnixMillis(NOW.0 + 86_400_000);

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, sessions) = match arguments.as_slice() {
        [folder] => (folder, 65_536),
        [folder, sessions] => (folder, sessions.parse()?),
        _ => return Err("rekey FOLDER [SESSIONS]".into()),
    };
    let kek = |first: u8| Kek::from_bytes(std::array::from_fn(|index| index as u8 + first));
    let options = Options { sessions_cached_max: 1, ..Options::default() };
    let (store, _) = Store::open(Path::new(folder), &kek(0)?, &options, NOW)?;
    run(fill(&store, sessions))??;
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let waits = [
            ("a login", scope.spawn(|| run(logins(&store, sessions, &is_over)))),
            ("a session that is read", scope.spawn(|| run(reads(&store, sessions, &is_over)))),
        ];
        let exchanged = (|| -> Outcome<()> {
            for first in 1..4 {
                let begun = Instant::now();
                let rekeyed = run(store.rekey(&kek(first)?))??;
                let millis = begun.elapsed().as_millis();
                println!("{} rows under a new key: {millis} ms", rekeyed.rows);
            }
            Ok(())
        })();
        is_over.store(true, Ordering::SeqCst);
        exchanged?;
        for (what, wait) in waits {
            let longest = wait.join().map_err(|_| "a thread")???;
            println!("{what} waited {} ms at most", longest.as_millis());
        }
        Ok(())
    })
}

fn run<T>(future: impl Future<Output = T>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    Ok(runtime.block_on(future))
}

fn digest(number: u32) -> Digest {
    Digest::of_token(&number.to_be_bytes())
}

fn facts(store: &Store, number: u32) -> Facts {
    let mut id = [0; 16];
    id.iter_mut().zip(number.to_be_bytes()).for_each(|(to, from)| *to = from);
    Facts {
        id: SessionId::new(id),
        digest: digest(number),
        api: "pharmacy".to_owned(),
        account: store.account("pharmacy", &number.to_string()),
        subject: number.to_string(),
        attributes: "{\"customer_id\":42,\"roles\":[\"customer\"],\"tenant\":\"north\"}".to_owned(),
        // As long as a usual JWT.
        credentials: [("access_token".to_owned(), Secret::new(vec![b'x'; 700]))].into(),
        created: NOW,
        expires: LATER,
        idle_ms: Some(3_600_000),
        state: State::Complete,
        network: "192.0.2.0/24".to_owned(),
        origin: Origin::Verified,
    }
}

async fn fill(store: &Store, sessions: u32) -> Outcome<()> {
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..sessions {
        let (store, facts) = (store.clone(), facts(store, number));
        waiting.spawn(async move { store.open_session(facts, NOW).await.map(|_| ()) });
        if waiting.len() >= 512
            && let Some(done) = waiting.join_next().await
        {
            done??;
        }
    }
    while let Some(done) = waiting.join_next().await {
        done??;
    }
    Ok(())
}

/// One after the other, until it is over; how long the slowest took.
async fn logins(store: &Store, first: u32, is_over: &AtomicBool) -> Outcome<Duration> {
    let mut longest = Duration::ZERO;
    for number in first.. {
        if is_over.load(Ordering::SeqCst) {
            break;
        }
        let begun = Instant::now();
        // One that did not last in time counts with the time that it was waited for.
        let _ = store.open_session(facts(store, number), NOW).await;
        longest = longest.max(begun.elapsed());
    }
    Ok(longest)
}

async fn reads(store: &Store, sessions: u32, is_over: &AtomicBool) -> Outcome<Duration> {
    let mut longest = Duration::ZERO;
    for number in (0..sessions).cycle() {
        if is_over.load(Ordering::SeqCst) {
            break;
        }
        let begun = Instant::now();
        store.find(&digest(number), NOW, &Tally::default()).await?.ok_or("not found")?;
        longest = longest.max(begun.elapsed());
    }
    Ok(longest)
}
