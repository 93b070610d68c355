//! Whoever takes the store, its log, the records, what was said and the memory of what ended: none of the secrets
//! that went through it are there.

#[cfg(target_os = "linux")]
mod memory;
mod needles;
mod shop;
mod used;

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use portcullis_testkit::exchange;

use self::needles::{Found, Needles};
use self::shop::{OWNER, typed};
use self::used::{
    KEYS, LOGINS, PASSWORDS, Secrets, command, get, secret_of, set_password, use_rightly,
    use_wrongly, whole,
};
use crate::api_keys;
use crate::support::Gateway;

/// Every file in a folder, by name; of what can be read like one.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files
        .map(|entry| (entry.path().display().to_string(), fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn a_dump_of_all_that_is_written_said_and_answered_holds_none_of_a_thousand_secrets() {
    let (_api, folder) = shop::open();
    let keys = shop::issue(&folder, KEYS);
    let mut secrets: Secrets = keys.iter().map(|key| ("key", secret_of(key))).collect();
    secrets.extend(
        [shop::STORE_KEY, shop::NEXT_STORE_KEY, shop::KEY_PEPPER, shop::PASSWORD_PEPPER]
            .map(|key| ("key of the policy", key.to_owned())),
    );
    let gateway = Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]);
    let mut dump: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut said = String::new();
    for number in 0..PASSWORDS {
        let password = typed("password", number);
        said += &set_password(&folder, &format!("till{number}"), &password);
        secrets.push(("password", password));
    }
    let told = use_rightly(gateway.address, &keys, &mut secrets);
    dump.insert("answers".to_owned(), told);
    let told = use_wrongly(gateway.address, &keys[0], &mut secrets);
    dump.insert("answers to wrong requests".to_owned(), told);
    said += &command(&folder, &["keys", "list", "--max", "1000"]);
    said += &command(&folder, &["sessions", "list", "--max", "1000", "--format", "json"]);
    said += &command(&folder, &["passwords", "list"]);
    let (_, last) = api_keys::issue(&folder, &["--owner", OWNER]);
    secrets.push(("key", secret_of(&last)));
    // Another key for the store begins with an empty log: what is in it is taken before.
    dump.extend(files(&folder.path("store")));
    let next = folder.path("next.key");
    said += &command(&folder, &["store", "rekey", "--to", &format!("file:{}", next.display())]);
    let copy = folder.path("copy");
    said += &command(&folder, &["store", "backup", "--to", copy.to_str().unwrap()]);
    dump.insert("commands".to_owned(), said.into_bytes());
    let health: SocketAddr = fs::read_to_string(folder.path("health")).unwrap().parse().unwrap();
    for page in ["/livez", "/readyz", "/jwks.json", "/metrics"] {
        dump.insert(page.to_owned(), whole(&exchange(health, get(page, "X: 1"))));
    }

    let needles = Needles::of(secrets.iter().map(|(kind, text)| (*kind, text.as_str())));
    assert!(needles.len() >= 1000, "{}", needles.len());
    // What is no secret is found, so that what is one would be.
    let control = Needles::of([("owner", OWNER), ("user", "till0")]);
    #[cfg(target_os = "linux")]
    what_memory_still_holds(&memory::of(gateway.pid()), &needles, &control);
    let (said, printed) = gateway.kill_and_hear();
    for place in ["store", "copy"] {
        let left = files(&folder.path(place));
        dump.extend(left.into_iter().map(|(name, bytes)| (name + ", after a kill", bytes)));
    }
    dump.insert("standard error".to_owned(), said.into_bytes());
    dump.insert("standard output".to_owned(), printed.into_bytes());
    let records = fs::read(folder.path("records.jsonl")).unwrap();
    dump.insert("ledger".to_owned(), records);

    is_whole(&dump, &control);
    let found: Vec<(&String, Found)> = dump
        .iter()
        .map(|(name, bytes)| (name, needles.found_in(bytes)))
        .filter(|(_, found)| !found.is_empty())
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// A core of the process that served all of it, and serves nobody now. What `docs/src/reference/store.md` says of it, and
/// no more.
#[cfg(target_os = "linux")]
fn what_memory_still_holds(core: &[Vec<u8>], needles: &Needles, control: &Needles) {
    assert!(core.iter().any(|bytes| !control.found_in(bytes).is_empty()), "memory was read");
    let mut all: BTreeMap<&str, usize> = BTreeMap::new();
    for bytes in core {
        for ((kind, _), count) in needles.found_in(bytes) {
            *all.entry(kind).or_default() += count;
        }
    }
    // It serves with these.
    assert_eq!(all.remove("token of the API"), Some(LOGINS), "{all:#?}");
    assert!(all.is_empty(), "{all:#?}");
}

/// All that is meant to be in it is, and what is no secret is found in it.
fn is_whole(dump: &BTreeMap<String, Vec<u8>>, control: &Needles) {
    for part in [
        "store/store.db",
        "store/store.db-wal",
        "store/store.db-shm",
        "store/store.epoch",
        "copy/store.db",
    ] {
        assert!(
            dump.iter().any(|(name, bytes)| name.contains(part) && !bytes.is_empty()),
            "{part}"
        );
    }
    let seen: Vec<&String> = dump
        .iter()
        .filter(|(_, bytes)| !control.found_in(bytes).is_empty())
        .map(|(name, _)| name)
        .collect();
    for part in ["commands", "ledger", "store.db-wal", "copy/store.db"] {
        assert!(seen.iter().any(|name| name.contains(part)), "{part}: {seen:?}");
    }
}
