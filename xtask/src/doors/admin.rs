//! Probes of the administrative socket: who comes, what is asked, what is answered.

mod others;

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use super::lab::{Gateway, Lab, PLAIN, hex, mode, problem, read};
use super::probe::{Door, Probe, Verdict};

const fn probe(
    id: &'static str,
    what: &'static str,
    cwe: u16,
    is_smoke: bool,
    judge: fn(&Lab) -> Result<Verdict, String>,
) -> Probe {
    Probe { id, door: Door::Admin, what, cwe, is_smoke, judge }
}

pub(crate) const PROBES: [Probe; 12] = [
    probe(
        "admin-modes",
        "modes of socket, store and record, made under a umask that keeps nobody out",
        732,
        true,
        modes,
    ),
    probe(
        "admin-garbage",
        "lines that are no request: types, names twice, depth, bytes, halves, two at once",
        20,
        true,
        garbage,
    ),
    probe(
        "admin-browser",
        "an HTTP request whose body is an order, as a page in a browser could send it",
        352,
        true,
        browser,
    ),
    probe(
        "admin-places",
        "backups and keys at places that are not the asker's to name: links, `..`, the store itself",
        22,
        true,
        places,
    ),
    probe(
        "admin-answers",
        "secrets in answers: lists of keys, of users, of sessions",
        200,
        false,
        answers,
    ),
    probe(
        "admin-names",
        "names with control characters, in the record and on the terminal of who lists them",
        117,
        false,
        names,
    ),
    probe(
        "admin-idle",
        "more connections than there are places, which say nothing",
        400,
        false,
        idle,
    ),
    probe("admin-flood", "2,000 connections with garbage, one behind the other", 400, false, flood),
    probe(
        "admin-revoked",
        "16 keys revoked at the same moment; then an end without a word, and a start",
        362,
        false,
        revoked,
    ),
    probe(
        "admin-other-user",
        "another user of the host at the socket, and at one whose modes were opened for them",
        284,
        false,
        others::other_user,
    ),
    probe(
        "admin-swapped",
        "the store's folder exchanged for a link to another with a socket of its own",
        59,
        true,
        others::swapped,
    ),
    probe(
        "admin-planted",
        "a folder and a socket of another user where the store is to be",
        345,
        false,
        others::planted,
    ),
];

/// One connection: some bytes, and what comes.
pub(super) fn raw(socket: &Path, bytes: &[u8]) -> Result<String, String> {
    let mut stream = UnixStream::connect(socket).map_err(|error| problem(socket, &error))?;
    let patience = Some(Duration::from_secs(10));
    stream.set_read_timeout(patience).map_err(|error| problem(socket, &error))?;
    // It may answer before all was taken.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The control of every probe: somebody who may ask is answered.
fn lists(gateway: &Gateway) -> Result<String, String> {
    let answer = raw(&gateway.socket(), b"{\"do\":\"list_keys\",\"by\":\"all\",\"max\":9}\n")?;
    if answer.contains("\"keys\":") {
        Ok(answer)
    } else {
        Err(format!("a list is answered `{answer}`"))
    }
}

fn modes(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    gateway.key(lab)?;
    lists(&gateway)?;
    let mut wrong = Vec::new();
    let files = ["store.db", "store.db-wal", "store.db-shm", "store.epoch", "admin.sock"];
    let files = files.map(|name| (format!("store/{name}"), 0o600));
    let all = [("store".to_owned(), 0o700), ("ledger.jsonl".to_owned(), 0o600)];
    let mut seen = 0;
    for (name, wanted) in all.into_iter().chain(files) {
        let path = gateway.folder.join(&name);
        if path.symlink_metadata().is_err() {
            continue;
        }
        seen += 1;
        let found = mode(&path)?;
        if found & !wanted != 0 {
            wrong.push(format!("`{name}` has mode {found:o}"));
        }
    }
    if seen < 5 {
        return Err(format!("only {seen} of its files are there"));
    }
    Ok(Verdict::of(wrong, format!("{seen} files, none open to others")))
}

fn garbage(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let key = gateway.key(lab)?;
    let order = "{\"do\":\"revoke_keys\",\"by\":\"all\"}";
    let deep = format!("{}\n", "[".repeat(90_000));
    let long = format!("{{\"do\":\"revoke_keys\",\"by\":\"{}\n", "a".repeat(400_000));
    let twice = format!("{order}\n").repeat(2);
    let lines: [&[u8]; 14] = [
        b"",
        b"\n",
        b"null\n",
        b"{\"do\":\"stop\"}\n",
        b"{\"do\":[\"revoke_keys\"],\"by\":\"all\"}\n",
        b"{\"do\":\"revoke_keys\",\"by\":\"all\",\"by\":\"all\"}\n",
        b"{\"do\":\"list_keys\",\"do\":\"revoke_keys\",\"by\":\"all\"}\n",
        b"{\"do\":\"revoke_keys\",\"by\":\"all\",\"force\":true}\n",
        b"{\"do\":\"revoke_keys\\u0000\",\"by\":\"all\"}\n",
        b"\xff\xfe{\0\"\0d\0o\0\"\0\n\0",
        order.as_bytes(),
        twice.as_bytes(),
        deep.as_bytes(),
        long.as_bytes(),
    ];
    let mut wrong = Vec::new();
    for line in lines {
        let answer = raw(&gateway.socket(), line)?;
        if !answer.is_empty() && !answer.starts_with("{\"problem\":\"this is no request") {
            let shown: String = String::from_utf8_lossy(line).chars().take(60).collect();
            wrong.push(format!("`{}` is answered {answer}", shown.escape_debug()));
        }
    }
    lists(&gateway)?;
    let status = gateway.status(&key);
    if status != 200 {
        wrong.push(format!("a key is answered {status} after it"));
    }
    let count = gateway.ledger()?.matches("\"door\":\"socket\",\"problem\"").count();
    if count < lines.len() {
        wrong.push(format!("{count} of {} are in the record", lines.len()));
    }
    Ok(Verdict::of(wrong, format!("{} refused, each recorded, and no key ended", lines.len())))
}

fn browser(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let key = gateway.key(lab)?;
    let order = "{\"do\":\"revoke_keys\",\"by\":\"all\"}";
    for head in
        ["POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n\r\n", "\r\n", "GET "]
    {
        raw(&gateway.socket(), format!("{head}{order}\n").as_bytes())?;
    }
    lists(&gateway)?;
    let status = gateway.status(&key);
    let wrong =
        (status != 200).then(|| format!("the key is answered {status}: the order was taken"));
    Ok(Verdict::of(wrong.into_iter().collect(), "no order behind other words is taken"))
}

fn places(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    gateway.key(lab)?;
    let folder = gateway.folder.display();
    let victim = gateway.folder.join("victim");
    std::fs::create_dir(&victim).map_err(|error| problem(&victim, &error))?;
    std::fs::write(victim.join("store.db"), "mine").map_err(|error| problem(&victim, &error))?;
    let link = gateway.folder.join("link");
    std::os::unix::fs::symlink(&victim, &link).map_err(|error| problem(&link, &error))?;
    let mut wrong = Vec::new();
    let places = ["link", "store", "store/deeper", "victim/store.db", "openapi.yaml", "a\\u0000b"];
    let absolute = places.map(|place| format!("\"backup_store\",\"to\":\"{folder}/{place}\""));
    let backups = ["../out", "/dev/null", "/proc/self/cwd"]
        .map(|to| format!("\"backup_store\",\"to\":\"{to}\""));
    let keys = ["file:../../etc/passwd", "env:PATH", "file:/dev/zero", "http://127.0.0.1/key"];
    let keys = keys.map(|to| format!("\"rekey_store\",\"to\":\"{to}\""));
    let all: Vec<String> = absolute.into_iter().chain(backups).chain(keys).collect();
    for asked in &all {
        let answer = raw(&gateway.socket(), format!("{{\"do\":{asked}}}\n").as_bytes())?;
        if !answer.contains("\"problem\"") {
            wrong.push(format!("`{asked}` is answered {}", answer.trim()));
        }
    }
    if read(&victim.join("store.db"))? != "mine" {
        wrong.push("a file of somebody else was overwritten".to_owned());
    }
    let good = gateway.folder.join("backup");
    let ask = format!("{{\"do\":\"backup_store\",\"to\":\"{}\"}}\n", good.display());
    let answer = raw(&gateway.socket(), ask.as_bytes())?;
    if !answer.contains("\"bytes\"") || mode(&good)? & 0o77 != 0 {
        return Err(format!("a backup is answered {answer}"));
    }
    Ok(Verdict::of(wrong, format!("{} refused; a good place is taken, mode 700", all.len())))
}

fn answers(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let key = gateway.key(lab)?;
    let secret = key.rsplit('_').next().unwrap_or_default();
    let hex = hex(&gateway.folder.join("pepper.key"))?;
    let id = key.split('_').nth(2).unwrap_or_default();
    let mut said = lists(&gateway)?;
    for line in [
        format!("{{\"do\":\"show_key\",\"id\":\"{id}\"}}\n"),
        "{\"do\":\"list_passwords\",\"after\":\"\",\"max\":9}\n".to_owned(),
        "{\"do\":\"list_sessions\",\"api\":\"shop\",\"max\":9}\n".to_owned(),
    ] {
        let answer = raw(&gateway.socket(), line.as_bytes())?;
        if answer.contains("\"problem\"") {
            return Err(format!("`{}` is answered {answer}", line.trim()));
        }
        said.push_str(&answer);
    }
    if !said.contains(id) {
        return Err("no answer names the key".to_owned());
    }
    let everywhere = [said, gateway.ledger()?, gateway.told()?].concat();
    let mut wrong = Vec::new();
    for (what, text) in
        [("the key's secret", secret), ("the pepper", &hex), ("a digest", "\"mac\"")]
    {
        if text.is_empty() || everywhere.contains(text) {
            wrong.push(format!("{what} is told"));
        }
    }
    Ok(Verdict::of(wrong, "neither secret nor digest nor pepper in answers, record and messages"))
}

fn names(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let owner = "eve\u{1b}[2J\u{202e}";
    let mut wrong = Vec::new();
    let issued = ["keys", "issue", "-c", "portcullis.yaml", "--for", "1d", "--owner", owner];
    let issued = lab.asked(&gateway.folder, &issued)?;
    let ask = "{\"do\":\"end_sessions\",\"api\":\"shop\",\"by\":\"account\",\"name\":\"a\\u001b[2J\\nb\"}\n";
    raw(&gateway.socket(), ask.as_bytes())?;
    let listed = lab.asked(&gateway.folder, &["keys", "list", "-c", "portcullis.yaml"])?;
    if !listed.status.success() {
        return Err("keys cannot be listed".to_owned());
    }
    let shown =
        [&issued.stderr, &listed.stdout, &listed.stderr].map(|text| String::from_utf8_lossy(text));
    if shown.iter().any(|text| text.contains(['\u{1b}', '\u{202e}'])) {
        wrong.push("a terminal gets what it would obey".to_owned());
    }
    let ledger = gateway.ledger()?;
    let is_json = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    if ledger.contains('\u{1b}') || !ledger.lines().all(is_json) {
        wrong.push("the record has lines that are no JSON".to_owned());
    }
    if !ledger.contains("end_sessions") {
        return Err("the act is not in the record".to_owned());
    }
    Ok(Verdict::of(wrong, "escaped in the record, replaced on the terminal"))
}

fn idle(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let socket = gateway.socket();
    let open = || UnixStream::connect(&socket).map_err(|error| problem(&socket, &error));
    let held: Vec<_> = (0..12).map(|_| open()).collect::<Result<_, _>>()?;
    let begun = Instant::now();
    lists(&gateway)?;
    let seconds = begun.elapsed().as_secs_f32();
    drop(held);
    let wrong = (seconds > 6.0).then(|| format!("a list took {seconds:.1} s"));
    Ok(Verdict::of(wrong.into_iter().collect(), format!("12 held; a list took {seconds:.1} s")))
}

fn flood(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let key = gateway.key(lab)?;
    for _ in 0..2_000 {
        let mut stream = UnixStream::connect(gateway.socket());
        if let Ok(stream) = &mut stream {
            let _ = stream.write_all(b"{\"do\":\"revoke_keys\",\"by\"");
        }
    }
    let begun = Instant::now();
    lists(&gateway)?;
    let ms = begun.elapsed().as_millis();
    let status = gateway.status(&key);
    let wrong =
        (status != 200 || ms > 5_000).then(|| format!("a list took {ms} ms, a key gets {status}"));
    Ok(Verdict::of(wrong.into_iter().collect(), format!("a list behind it took {ms} ms")))
}

fn revoked(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let kept = gateway.key(lab)?;
    let keys: Vec<String> = (0..16).map(|_| gateway.key(lab)).collect::<Result<_, _>>()?;
    if keys.iter().any(|key| gateway.status(key) != 200) {
        return Err("a new key is not good".to_owned());
    }
    let socket = gateway.socket();
    std::thread::scope(|scope| {
        for key in &keys {
            let id = key.split('_').nth(2).unwrap_or_default();
            let line = format!("{{\"do\":\"revoke_keys\",\"by\":\"id\",\"name\":\"{id}\"}}\n");
            let socket = &socket;
            scope.spawn(move || raw(socket, line.as_bytes()));
        }
    });
    let good = |gateway: &Gateway| keys.iter().filter(|key| gateway.status(key) != 401).count();
    let at_once = good(&gateway);
    let (folder, api) = gateway.killed();
    let gateway = lab.start(folder, api)?;
    let later = good(&gateway);
    if gateway.status(&kept) != 200 {
        return Err("a key that was not revoked is not good".to_owned());
    }
    let wrong =
        (at_once + later > 0).then(|| format!("{at_once} are good, and {later} after a start"));
    Ok(Verdict::of(wrong.into_iter().collect(), "all 16 over, and after a start as well"))
}
