//! The door as a peer meets it: what is asked, garbage, floods, and what lies in its place.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use std::io::{Read as _, Write as _};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portcullis_admin::{
    AskFault, Door, DoorError, Keeper, REQUEST_BYTES_MAX, Request, Selected, Way, ask,
};
use portcullis_ledger::Ledger;
use portcullis_model::UnixMillis;
use portcullis_store::{
    Claims, Digest, Facts, Kek, Options, Origin, Revocation, Revoked, Session, SessionId, State,
    Store, folded,
};
use portcullis_testkit::FakeClock;
use serde_json::Value;

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
const HOUR: u64 = 3_600_000;

#[derive(Clone, Default)]
struct Records(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Records {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Here {
    door: Option<Door>,
    store: Store,
    ledger: Arc<Ledger>,
    records: Records,
    folder: tempfile::TempDir,
}

impl Here {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let kek = Kek::from_bytes(std::array::from_fn(|index| index as u8)).unwrap();
        let path = folder.path().join("store");
        let (store, _) = Store::open(&path, &kek, &Options::default(), NOW).unwrap();
        let (clock, records) = (Arc::new(FakeClock::at(NOW)), Records::default());
        let ledger = Arc::new(Ledger::to(Box::new(records.clone()), clock.clone()).unwrap());
        let mut here = Self { door: None, store, ledger, records, folder };
        here.door = Some(Door::open(&here.path(), here.keeper(clock)).unwrap());
        here
    }

    fn keeper(&self, clock: Arc<FakeClock>) -> Keeper {
        let (store, ledger) = (self.store.clone(), Some(self.ledger.clone()));
        // The place of a key is its first byte.
        let keks = Arc::new(|place: &str| {
            let first: u8 = place.parse().map_err(|_| format!("`{place}` is no place"))?;
            let bytes = std::array::from_fn(|index| index as u8 + first);
            Ok(Kek::from_bytes(bytes).unwrap())
        });
        Keeper { store, ledger, clock, way: Way::Socket, keks, service: None }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn socket(&self) -> PathBuf {
        self.path().join("admin.sock")
    }

    fn ask(&self, request: &Request) -> Value {
        ask(&self.path(), request).unwrap()
    }

    fn end(&self, of: Selected) -> Value {
        self.ask(&Request::EndSessions { api: "shop".to_owned(), of })
    }

    fn list(&self, max: u64) -> Value {
        self.ask(&Request::ListSessions { api: "shop".to_owned(), max })
    }

    /// A session of an account, opened at a time.
    fn open(&self, number: u8, account: &str, created: u64) -> Arc<Session> {
        let facts = Facts {
            id: SessionId::new([number; 16]),
            digest: Digest::of_token(&[number; 32]),
            api: "shop".to_owned(),
            account: self.store.account("shop", &folded(account)),
            subject: format!("{account}-id"),
            attributes: String::new(),
            credentials: std::collections::BTreeMap::new(),
            created: UnixMillis(NOW.0 - 1000 + created),
            expires: UnixMillis(NOW.0 + HOUR),
            idle_ms: None,
            state: State::Complete,
            network: "192.0.2.0/24".to_owned(),
            origin: Origin::Verified,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(self.store.open_session(facts, NOW)).unwrap()
    }

    fn records(&self) -> Vec<Value> {
        self.ledger.flush();
        let text = String::from_utf8(self.records.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Sends bytes, and reads what comes.
    fn raw(&self, bytes: &[u8], ends: bool) -> String {
        let mut stream = UnixStream::connect(self.socket()).unwrap();
        // It may answer before all was taken.
        let _ = stream.write_all(bytes);
        if ends {
            stream.shutdown(std::net::Shutdown::Write).unwrap();
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    }
}

#[test]
fn sessions_are_ended_by_every_name_and_stand_so_when_the_answer_comes() {
    let here = Here::new();
    let account = |name: &str| Selected::Account(name.to_owned());
    let names = ["alice", "Alice", "bob", "carol", "dave", "erin"];
    let all: Vec<_> = (0..).zip(names).map(|(n, name)| here.open(n, name, u64::from(n))).collect();
    let ended = || all.iter().filter(|session| session.is_ended()).count();
    assert_eq!(here.end(account(" ALICE "))["ended"], 2);
    assert_eq!(ended(), 2);
    assert_eq!(here.end(account("alice"))["ended"], 0);
    assert_eq!(here.end(Selected::Id(SessionId::new([2; 16])))["ended"], 1);
    assert_eq!(here.end(Selected::Subject("carol-id".to_owned()))["ended"], 1);
    assert_eq!(here.end(Selected::OpenedBefore(UnixMillis(NOW.0 - 1000 + 5)))["ended"], 1);
    assert_eq!(ended(), 5);
    // Of another API nothing ends.
    let of = Selected::All;
    assert_eq!(here.ask(&Request::EndSessions { api: "desk".to_owned(), of })["ended"], 0);
    assert_eq!(ended(), 5);
    assert_eq!(here.end(Selected::All)["ended"], 1);
    assert_eq!(ended(), 6);
    let records = here.records();
    assert_eq!(records.len(), 7);
    let first = &records[0];
    assert_eq!(
        (&first["event"], &first["act"], &first["by"], &first["count"], &first["door"]),
        (
            &"administered".into(),
            &"end_sessions".into(),
            &"account".into(),
            &2.into(),
            &"socket".into()
        )
    );
    assert!(first["uid"].is_number() && first.get("name").is_none(), "{first}");
    assert_eq!(records[3]["name"], "carol-id");
}

#[test]
fn a_list_is_bounded_newest_first_and_holds_no_token() {
    let here = Here::new();
    (0..5).for_each(|n| drop(here.open(n, "alice", u64::from(n))));
    let list = here.list(3);
    let sessions = list["sessions"].as_array().unwrap();
    let id = |n: u8| Value::from(SessionId::new([n; 16]).to_string());
    assert_eq!(
        sessions.iter().map(|one| one["id"].clone()).collect::<Vec<_>>(),
        [id(4), id(3), id(2)]
    );
    assert_eq!((&list["has_more"], &list["damaged"]), (&true.into(), &0.into()));
    assert_eq!(
        (&sessions[0]["subject"], &sessions[0]["network"]),
        (&"alice-id".into(), &"192.0.2.0/24".into())
    );
    here.end(Selected::Id(SessionId::new([4; 16])));
    let list = here.list(u64::MAX);
    assert_eq!(list["sessions"].as_array().unwrap().len(), 4);
    assert_eq!(list["has_more"], false);
}

#[test]
fn a_revocation_is_in_force_when_the_answer_comes() {
    let here = Here::new();
    let issuer = "https://login.example.com".to_owned();
    let claims =
        Claims { issuer: &issuer, subject: Some("alice"), jti: Some("one"), issued: Some(NOW) };
    let (of, until) = (Revoked::Token { jti: "one".to_owned() }, UnixMillis(NOW.0 + HOUR));
    assert!(!here.store.is_revoked(&claims));
    let request = Request::RevokeTokens(Revocation { issuer: issuer.clone(), of, until });
    assert_eq!(here.ask(&request)["revoked"], true);
    assert!(here.store.is_revoked(&claims));
    let record = here.records().pop().unwrap();
    assert_eq!((&record["act"], &record["name"]), (&"revoke_tokens".into(), &"one".into()));
    let long = Request::RevokeTokens(Revocation {
        issuer,
        of: Revoked::Token { jti: "x".repeat(3000) },
        until,
    });
    let answer = here.ask(&long);
    assert_eq!(answer["holds"], false);
    assert!(answer["problem"].as_str().unwrap().contains("2048"), "{answer}");
}

#[test]
fn the_socket_is_for_its_user_alone_and_goes_with_its_gateway() {
    let mut here = Here::new();
    let known = std::fs::symlink_metadata(here.socket()).unwrap();
    assert!(known.file_type().is_socket());
    assert_eq!(known.permissions().mode() & 0o777, 0o600);
    let folder = std::fs::metadata(here.path()).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    drop(here.door.take());
    assert!(!here.socket().exists());
    let list = Request::ListSessions { api: "shop".to_owned(), max: 1 };
    assert!(matches!(ask(&here.path(), &list), Err(AskFault::Nobody)));
}

#[test]
fn what_a_dead_gateway_left_is_taken_away_and_what_is_no_socket_is_not() {
    let mut here = Here::new();
    drop(here.door.take());
    drop(UnixListener::bind(here.socket()).unwrap());
    let list = Request::ListSessions { api: "shop".to_owned(), max: 1 };
    assert!(matches!(ask(&here.path(), &list), Err(AskFault::Nobody)));
    let clock = Arc::new(FakeClock::at(NOW));
    here.door = Some(Door::open(&here.path(), here.keeper(clock.clone())).unwrap());
    assert_eq!(here.list(1)["has_more"], false);
    drop(here.door.take());
    std::fs::write(here.socket(), "mine").unwrap();
    assert!(matches!(Door::open(&here.path(), here.keeper(clock)), Err(DoorError::Taken(_))));
    assert_eq!(std::fs::read_to_string(here.socket()).unwrap(), "mine");
}

#[test]
fn garbage_is_refused_recorded_and_ends_nothing() {
    let here = Here::new();
    let session = here.open(1, "alice", 0);
    let long = [b"{\"do\":\"".to_vec(), vec![b'a'; 4 * REQUEST_BYTES_MAX]].concat();
    let twice = "{\"do\":\"end_sessions\",\"api\":\"shop\",\"by\":\"all\"}\n".repeat(2);
    let cases: [(&[u8], bool); 8] = [
        (b"", true),
        (b"\n", false),
        (b"{}\n", false),
        (b"\xff\xfe\0\n", false),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", false),
        (b"{\"do\":\"end_sessions\",\"api\":\"shop\",\"by\":\"all\"}", true),
        (twice.as_bytes(), false),
        (&long, false),
    ];
    for (bytes, ends) in cases {
        let answer = here.raw(bytes, ends);
        assert!(
            answer.is_empty() || answer.starts_with("{\"problem\":\"this is no request: "),
            "{answer}"
        );
    }
    assert!(!session.is_ended());
    let records = here.records();
    assert_eq!(records.len(), cases.len());
    assert!(
        records.iter().all(|record| record["problem"].is_string() && record.get("act").is_none())
    );
    assert_eq!(here.end(Selected::All)["ended"], 1);
}

#[test]
fn who_holds_all_places_and_says_nothing_loses_them() {
    let here = Here::new();
    let idle: Vec<_> = (0..12).map(|_| UnixStream::connect(here.socket()).unwrap()).collect();
    let begun = Instant::now();
    // Eight are let go after two seconds, and the others before it are taken.
    assert_eq!(here.list(1)["has_more"], false);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    drop(idle);
}

#[test]
fn the_store_gets_another_key_whose_place_alone_is_said_and_recorded() {
    let here = Here::new();
    here.open(1, "alice", 0);
    let rekey = |to: &str| here.ask(&Request::RekeyStore { to: to.to_owned() });
    assert_eq!(rekey("7"), serde_json::json!({ "rows": 2, "damaged": 0 }));
    for (to, problem) in [("7", "this is the key in use"), ("none", "`none` is no place")] {
        let answer = rekey(to);
        assert!(answer["problem"].as_str().unwrap().contains(problem), "{answer}");
        assert_eq!(answer["holds"], false);
    }
    assert_eq!(here.list(9)["sessions"].as_array().unwrap().len(), 1);
    let told = here.records();
    let told: Vec<_> = told.iter().filter(|one| one["act"] == "rekey_store").collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!((&told[0]["by"], &told[0]["name"]), (&"key".into(), &"7".into()));
    assert_eq!((&told[0]["count"], &told[0]["problem"]), (&2.into(), &Value::Null));
    assert!(told[1]["problem"].is_string() && told[2]["problem"].is_string());
    let path = here.path();
    drop(here.door);
    drop(here.store);
    let kek = Kek::from_bytes(std::array::from_fn(|index| index as u8 + 7)).unwrap();
    Store::open(&path, &kek, &Options::default(), NOW).unwrap();
}
