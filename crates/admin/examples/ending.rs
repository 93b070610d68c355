//! What it takes to end a session through the door: until nobody is served, and until the answer comes.
//!
//!     cargo run -p portcullis-admin --example ending FOLDER 200

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "figures for people; what fails ends it"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis_admin::{Door, Keeper, Request, Selected, Way, ask};
use portcullis_model::{Clock, UnixMillis};
use portcullis_store::{Digest, Facts, Kek, Options, Origin, SessionId, State, Store};

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

struct Still;

impl Clock for Still {
    fn now(&self) -> UnixMillis {
        NOW
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = std::path::PathBuf::from(arguments.next().unwrap());
    let count: u64 = arguments.next().unwrap().parse().unwrap();
    let kek = Kek::from_bytes(std::array::from_fn(|index| index as u8)).unwrap();
    let (store, _) = Store::open(&folder, &kek, &Options::default(), NOW).unwrap();
    let keeper = Keeper {
        store: store.clone(),
        ledger: None,
        clock: Arc::new(Still),
        way: Way::Socket,
        keks: Arc::new(|_| Err("there is no other key".to_owned())),
        service: None,
    };
    let door = Door::open(&folder, keeper).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut effects, mut returns) = (Vec::new(), Vec::new());
    for number in 0..count {
        let account = store.account("shop", &number.to_string());
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_le_bytes());
        let facts = Facts {
            id: SessionId::new(id),
            digest: Digest::of_token(&number.to_le_bytes()),
            api: "shop".to_owned(),
            account,
            subject: number.to_string(),
            attributes: String::new(),
            credentials: std::collections::BTreeMap::new(),
            created: UnixMillis(NOW.0 - 1000),
            expires: UnixMillis(NOW.0 + 3_600_000),
            idle_ms: None,
            state: State::Complete,
            network: String::new(),
            origin: Origin::Verified,
        };
        let session = runtime.block_on(store.open_session(facts, NOW)).unwrap();
        let of = Selected::Account(number.to_string());
        let request = Request::EndSessions { api: "shop".to_owned(), of };
        let begun = Instant::now();
        let watching = std::thread::spawn(move || {
            while !session.is_ended() {
                std::thread::yield_now();
            }
            begun.elapsed()
        });
        assert_eq!(ask(&folder, &request).unwrap()["ended"], 1);
        returns.push(begun.elapsed());
        effects.push(watching.join().unwrap());
    }
    println!("an account's session is ended: {}", spread(effects));
    println!("the answer is here:            {}", spread(returns));
    drop(door);
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
    format!("{:?} in the middle, {:?} for 95 of 100, {:?} at most", at(50), at(95), at(100))
}
