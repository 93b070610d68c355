//! What the store costs: `cargo run --release -p portcullis-store --example sessions FOLDER [SESSIONS]`.
//! The folder must not exist; it is left behind. Prints figures.

#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use portcullis_model::{Secret, Tally, UnixMillis};
use portcullis_store::{
    Change, Claims, Digest, Facts, Kek, Options, Origin, Revocation, Revoked, SessionId, State,
    Store, Which,
};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
const LATER: UnixMillis = UnixMillis(NOW.0 + 86_400_000);

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, sessions) = match arguments.as_slice() {
        [folder] => (folder, 100_000),
        [folder, sessions] => (folder, sessions.parse()?),
        _ => return Err("sessions FOLDER [SESSIONS]".into()),
    };
    let kek = Kek::from_bytes(std::array::from_fn(|index| index as u8))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let options = Options::default();
    let path = Path::new(folder);
    let (store, _) = Store::open(path, &kek, &options, NOW)?;
    runtime.block_on(async {
        fill(&store, sessions).await?;
        one_by_one(&store, sessions).await?;
        reads(&store, sessions).await?;
        revocations(&store).await
    })?;
    drop(store);
    let bytes = std::fs::metadata(path.join("store.db"))?.len();
    println!("file: {} MB, {} bytes a session", bytes / 1_000_000, bytes / u64::from(sessions));
    let begun = Instant::now();
    let (_, opened) = Store::open(path, &kek, &options, NOW)?;
    println!(
        "opened again in {} ms, {} revocations",
        begun.elapsed().as_millis(),
        opened.revocations
    );
    Ok(())
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

/// Resident memory of this process.
fn megabytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
        / 1_000_000
}

async fn fill(store: &Store, sessions: u32) -> Outcome<()> {
    let (begun, before) = (Instant::now(), megabytes());
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
    let micros = begun.elapsed().as_micros() as u64 / u64::from(sessions);
    println!("{sessions} sessions opened, 512 at a time: {micros} us each");
    println!("memory: {} MB more, with 65,536 of them cached", megabytes() - before);
    Ok(())
}

fn figures(what: &str, mut micros: Vec<u64>) {
    micros.sort_unstable();
    let at = |share: usize| micros.get(micros.len() * share / 100).copied().unwrap_or(0);
    println!("{what}: {} us in the middle, {} us for 95 of 100", at(50), at(95));
}

async fn one_by_one(store: &Store, sessions: u32) -> Outcome<()> {
    let (mut open, mut replace, mut end, mut effective) = (vec![], vec![], vec![], vec![]);
    for number in sessions..sessions + 200 {
        let begun = Instant::now();
        let session = store.open_session(facts(store, number), NOW).await?;
        open.push(begun.elapsed().as_micros() as u64);
        let begun = Instant::now();
        let change = Change::until(LATER);
        let newer = store.replace(&session, change, NOW, &Tally::default()).await?.ok_or("gone")?;
        replace.push(begun.elapsed().as_micros() as u64);
        let begun = Instant::now();
        // Somebody else looks at it all the time.
        let looker = std::thread::spawn(move || {
            while !newer.is_ended() {
                std::hint::spin_loop();
            }
            begun.elapsed().as_micros() as u64
        });
        store.end(Which::Id(session.id), NOW).await?;
        end.push(begun.elapsed().as_micros() as u64);
        effective.push(looker.join().map_err(|_| "looker")?);
    }
    figures("open_session, alone", open);
    figures("replace, alone", replace);
    figures("end, until nobody is served", effective);
    figures("end, until it lasts and returns", end);
    Ok(())
}

async fn reads(store: &Store, sessions: u32) -> Outcome<()> {
    let known = digest(sessions - 1);
    let begun = Instant::now();
    for _ in 0..1_000_000 {
        store.cached(&known, NOW).ok_or("not cached")?;
    }
    println!("cached, hit: {} ns", begun.elapsed().as_nanos() / 1_000_000);
    let begun = Instant::now();
    for _ in 0..1_000_000 {
        store.find(&known, NOW, &Tally::default()).await?.ok_or("not found")?;
    }
    println!("find, hit: {} ns", begun.elapsed().as_nanos() / 1_000_000);
    let mut micros = Vec::new();
    for number in (0..sessions / 4).step_by(sessions as usize / 4000 + 1) {
        let digest = digest(number);
        if store.cached(&digest, NOW).is_none() {
            let begun = Instant::now();
            store.find(&digest, NOW, &Tally::default()).await?.ok_or("not found")?;
            micros.push(begun.elapsed().as_micros() as u64);
        }
    }
    println!("{} reads of the database", micros.len());
    figures("find, miss", micros);
    let mut micros = Vec::new();
    for number in 0..1000 {
        let begun = Instant::now();
        store.find(&digest(sessions * 2 + number), NOW, &Tally::default()).await?;
        micros.push(begun.elapsed().as_micros() as u64);
    }
    figures("find, no such session", micros);
    Ok(())
}

async fn revocations(store: &Store) -> Outcome<()> {
    let issuer = "https://login.example.com";
    let claims = Claims { issuer, subject: Some("alice"), jti: Some("token"), issued: Some(NOW) };
    for kinds in 0..4 {
        let begun = Instant::now();
        let rounds = 1_000_000;
        let revoked =
            (0..rounds).filter(|_| store.is_revoked(std::hint::black_box(&claims))).count();
        let nanos = begun.elapsed().as_nanos() / rounds;
        println!("is_revoked, {kinds} kinds of revocations known: {nanos} ns ({revoked} are)");
        let before = UnixMillis(0);
        let of = match kinds {
            0 => Revoked::Token { jti: "other".to_owned() },
            1 => Revoked::Subject { subject: "bob".to_owned(), before },
            _ => Revoked::IssuedBefore(before),
        };
        store.revoke(Revocation { issuer: issuer.to_owned(), of, until: LATER }, NOW).await?;
    }
    Ok(())
}
