//! Whoever takes the store, its log, the records, what was said and the memory of what ended: none of the secrets
//! that went through it are there.

#[cfg(target_os = "linux")]
mod memory;
mod needles;
mod shop;

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use portcullis_testkit::{Answer, Kept, exchange};
use serde_json::Value;

use self::needles::{Found, Needles};
use self::shop::{OWNER, typed, unique};
use crate::api_keys;
use crate::support::{Folder, Gateway, text};

const KEYS: usize = 500;
const LOGINS: usize = 120;
const PASSWORDS: usize = 8;
/// Of each way in which something is shown where it should not be.
const WRONG: usize = 12;

/// A secret and its kind.
type Secrets = Vec<(&'static str, String)>;

/// What stands behind the public part of a key.
fn secret_of(key: &str) -> String {
    key.rsplit('_').next().unwrap().to_owned()
}

fn get(path: &str, field: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n")
}

fn post(path: &str, field: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{field}\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

fn basic(user: &str, password: &str) -> String {
    format!("Authorization: Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
}

/// All that an answer says, as bytes.
fn whole(answer: &Answer) -> Vec<u8> {
    let fields = answer.fields.iter().map(|(name, value)| format!("{name}: {value}\n"));
    [fields.collect::<String>().into_bytes(), answer.body.clone()].concat()
}

fn command(folder: &Folder, words: &[&str]) -> String {
    let output = folder.run(&[words, &["-c", "portcullis.yaml"]].concat());
    assert!(output.status.success(), "{words:?}: {}", text(&output.stderr));
    text(&output.stdout) + &text(&output.stderr)
}

fn set_password(folder: &Folder, user: &str, password: &str) -> String {
    use std::io::Write as _;
    let mut command = folder.command();
    command.args(["passwords", "set", "--user", user, "-c", "portcullis.yaml"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout) + &text(&output.stderr)
}

/// Shows each secret where it belongs; what was answered, without what was given to whom it belongs.
fn use_rightly(at: SocketAddr, keys: &[String], secrets: &mut Secrets) -> Vec<u8> {
    let (mut kept, mut told) = (Kept::to(at), Vec::new());
    for key in keys {
        let answer = kept.ask(get("/me", &format!("X-Api-Key: {key}")));
        assert_eq!(answer.status, 200, "{}", answer.text());
        told.extend(whole(&answer));
    }
    for number in 0..LOGINS {
        let password = typed("password of a login", number);
        let body = serde_json::json!({ "email": format!("user{number}@shop.example"), "password": password });
        let answer = kept.ask(post("/login", "", &body.to_string()));
        let given: Value = serde_json::from_str(&answer.text()).unwrap();
        let ours = given["token"].as_str().unwrap_or_else(|| panic!("{given}")).to_owned();
        told.extend(text(&whole(&answer)).replace(&ours, "").into_bytes());
        let answer = kept.ask(get("/me", &format!("Authorization: Bearer {ours}")));
        assert_eq!(answer.status, 200, "{}", answer.text());
        told.extend(whole(&answer));
        secrets.push(("password of a login", password));
        secrets.push(("token of the API", unique("token of the API", number)));
        secrets.push(("token of ours", ours.trim_start_matches("pcs_").to_owned()));
    }
    for number in 0..PASSWORDS {
        let password = typed("password", number);
        let answer = kept.ask(get("/me", &basic(&format!("till{number}"), &password)));
        assert_eq!(answer.status, 200, "{}", answer.text());
        told.extend(whole(&answer));
    }
    told
}

/// Shows secrets where they do not belong, or such as are none; what was answered.
fn use_wrongly(at: SocketAddr, good: &str, secrets: &mut Secrets) -> Vec<u8> {
    let (mut kept, mut told) = (Kept::to(at), Vec::new());
    let good = format!("X-Api-Key: {good}\r\n");
    let with_good =
        |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\n{good}{more}\r\n");
    for number in 0..WRONG {
        let mut key = |kind| {
            let (_, key) = portcullis_credential::api_key::generate("shop", "live").unwrap();
            secrets.push((kind, secret_of(&key)));
            key
        };
        let ways = [
            get("/me", &format!("X-Api-Key: {}", key("a key that nobody issued"))),
            get("/me", &format!("Authorization: Bearer {}", key("a key where a token belongs"))),
            get("/me", &format!("Cookie: session={}", key("a key in a cookie"))),
            get(&format!("/me?api_key={}", key("a key in a query")), "X: 1"),
            with_good(&format!("/me?note={}", key("a key in any query")), ""),
            with_good(&format!("/{}", key("a key in a path")), ""),
            with_good(&format!("/me/{}/x?a=b", key("a key deep in a path")), ""),
            with_good("/me", &format!("X-Debug: {}\r\n", key("a key in a dropped field"))),
            with_good(
                "/me",
                &format!("Referer: https://a.example/?k={}\r\n", key("a key in a referrer")),
            ),
            with_good("/me", &format!("Bad Field: {}\r\n", key("a key in a bad head"))),
            post("/notes", &good, &format!(r#"{{"count":"{}"}}"#, key("a key in a refused body"))),
            post("/notes", &good, &format!(r#"{{"{}":1}}"#, key("a key as a property"))),
            with_good(&format!("/me?{}=1", key("a key as the name of a parameter")), ""),
            with_good("/me", &format!("{}: 1\r\n", key("a key as the name of a field"))),
            with_good("/me", &format!("Cookie: {}=1\r\n", key("a key as the name of a cookie"))),
            with_good("/me", &format!("Origin: https://{}.example\r\n", key("a key in an origin"))),
            get("/me", &basic(&key("a key as a user"), "x")),
            post(
                "/notes",
                &format!("{good}Content-Encoding: {}\r\n", key("a key as a coding")),
                "{}",
            ),
            post(
                "/notes",
                &good,
                &format!(r#"{{"text":"{}"}}"#, key("a key in a text that is too long")),
            ),
            post("/notes", &format!("{good}Expect: {}\r\n", key("a key in an expectation")), "{}"),
            post(
                "/notes",
                &good,
                &format!(r#"{{"count": {}"#, key("a key in a body that is no JSON")),
            ),
        ];
        for request in ways {
            told.extend(whole(&kept.ask(request)));
        }
        let password = typed("wrong password", number);
        told.extend(whole(&kept.ask(get("/me", &basic("till0", &password)))));
        secrets.push(("wrong password", password));
        let password = typed("wrong password of a login", number);
        let body = serde_json::json!({ "email": "nobody", "password": password });
        told.extend(whole(&kept.ask(post("/login", "", &body.to_string()))));
        secrets.push(("wrong password of a login", password));
    }
    told
}

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
    let found: Vec<(&String, Found)> = dump
        .iter()
        .map(|(name, bytes)| (name, needles.found_in(bytes)))
        .filter(|(_, found)| !found.is_empty())
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// A core of the process that served all of it, and serves nobody now. What `docs/src/reference/store.md` says of it, and
/// no more: keys and tokens of ours are there only until their buffers are written again.
#[cfg(target_os = "linux")]
fn what_memory_still_holds(core: &[Vec<u8>], needles: &Needles, control: &Needles) {
    assert!(core.iter().any(|bytes| !control.found_in(bytes).is_empty()), "memory was read");
    let mut all: BTreeMap<&str, usize> = BTreeMap::new();
    for bytes in core {
        for ((kind, _), count) in needles.found_in(bytes) {
            *all.entry(kind).or_default() += count;
        }
    }
    let of = |kind| all.get(kind).copied().unwrap_or_default();
    assert!(of("key") <= KEYS / 20 && of("token of ours") <= LOGINS / 10, "{all:#?}");
    // It serves with these.
    assert!(of("token of the API") >= LOGINS, "{all:#?}");
}
