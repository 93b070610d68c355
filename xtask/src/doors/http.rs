//! Probes of the gateway's listener in HTTP/1.1: framing, whom it speaks for, what it passes on and writes down.

mod held;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use portcullis_testkit::exchange;
use portcullis_testkit::http1::{Case, Group, Hint, Recorder, play};

use super::lab::{Gateway, Lab, PLAIN, Shape, read, write};
use super::probe::{Door, Probe, Verdict};
use crate::shell;

const fn probe(
    id: &'static str,
    what: &'static str,
    cwe: u16,
    is_smoke: bool,
    judge: fn(&Lab) -> Result<Verdict, String>,
) -> Probe {
    Probe { id, door: Door::Http, what, cwe, is_smoke, judge }
}

pub(crate) const PROBES: [Probe; 12] = [
    probe(
        "http-length",
        "requests whose length has two readings: the cases of RFC 9112 section 6",
        444,
        true,
        length,
    ),
    probe("http-framing", "all cases of HTTP/1.1 that are kept here", 444, false, framing),
    probe(
        "http-own-fields",
        "fields that only the gateway may write, from a client and from the API",
        290,
        true,
        own_fields,
    ),
    probe(
        "http-own-key",
        "a key that ends at the gateway, wherever a request can carry it",
        522,
        true,
        own_key,
    ),
    probe(
        "http-targets",
        "targets that name another place: absolute, of the gateway itself, CONNECT, TRACE",
        918,
        true,
        targets,
    ),
    probe(
        "http-hosts",
        "hosts that are not ours: other names, two of them, none, odd spellings",
        644,
        false,
        hosts,
    ),
    probe(
        "http-lines",
        "control characters on their way to the record and to standard error",
        117,
        true,
        lines,
    ),
    probe("http-large", "heads, targets and bodies without end", 770, false, large),
    probe(
        "http-upgrade",
        "another protocol on the connection: WebSocket where no operation is one, h2c",
        444,
        false,
        upgrade,
    ),
    probe("http-slow", "400 heads and bodies that come byte by byte", 400, false, held::slow),
    probe(
        "http-one-address",
        "every place for connections held by one address, without a word",
        400,
        false,
        held::one_address,
    ),
    probe(
        "http-timing",
        "how long a refusal takes: a key that is not known, and a known one with a wrong secret",
        208,
        false,
        timing,
    ),
];

/// Bytes on a new connection, and all that comes until it ends or is silent.
pub(crate) fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let Ok(mut stream) = TcpStream::connect(address) else { return String::new() };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(3)));
    // The other side may refuse and close before it has read everything.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn length(lab: &Lab) -> Result<Verdict, String> {
    played(lab, |file| file == "9112-6-length")
}

fn framing(lab: &Lab) -> Result<Verdict, String> {
    played(lab, |_| true)
}

/// Plays the cases of some files, those that only a limit of time ends left out.
fn played(lab: &Lab, is_meant: fn(&str) -> bool) -> Result<Verdict, String> {
    let rfc = shell::root().join("crates/gateway/tests/rfc");
    let groups = Group::read_folder(&rfc)?;
    let groups = groups.into_iter().filter(|(file, _)| is_meant(file));
    let cases: Vec<Case> =
        groups.flat_map(|(_, group)| group.cases).filter(|case| !case.slow).collect();
    let folder = lab.folder()?;
    let api = Recorder::start();
    write(&folder, "openapi.yaml", &read(&rfc.join("openapi.yaml"))?)?;
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://{}\" }}]\nlisten: \"127.0.0.1:0\"\n\
         health: \"127.0.0.1:0\"\nledger: {{ file: ledger.jsonl }}\nlimits: {{ drain_timeout: 200ms }}\n",
        api.address()
    );
    write(&folder, "portcullis.yaml", &policy)?;
    let gateway = lab.start(folder, api)?;
    let patience = Hint::AsExpected(Duration::from_secs(4));
    let mut wrong = Vec::new();
    let mut served = 0;
    for case in &cases {
        let outcome = play(case, gateway.address, &gateway.api, patience);
        let differences = case.differences(&outcome);
        served += usize::from(!outcome.reached.is_empty());
        if !differences.is_empty() {
            wrong.push(format!("{}: {}", case.id, differences.join(", ")));
        }
    }
    if served == 0 {
        return Err("no case reaches the API, not even those that should".to_owned());
    }
    Ok(Verdict::of(
        wrong,
        format!("{} cases, {served} of them reach the API as they should", cases.len()),
    ))
}

fn own_fields(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let key = gateway.key(lab)?;
    gateway.serves()?;
    let mut wrong = Vec::new();
    let forged = "X-Caller: root\r\nX_Caller: root\r\nx-caller : root\r\nPortcullis-Decision: closed\r\n\
                  Portcullis-Probe: pcprobe_00 nonce\r\nX-Request-Id: forged\r\nX-Forwarded-For: 192.0.2.1\r\n\
                  Forwarded: for=192.0.2.1\r\nX-Forwarded-Host: evil.example\r\nX-Original-URL: /items\r\n\
                  X-HTTP-Method-Override: DELETE\r\n";
    // Each alone as well: one of them has no reading, and hides the others.
    let lines: Vec<&str> = forged.split_inclusive("\r\n").collect();
    for fields in std::iter::once(forged).chain(lines) {
        let answer = gateway.ask("GET /items", &format!("X-Api-Key: {key}\r\n{fields}"));
        if answer.field("portcullis-decision").is_some() || answer.text().contains("forged") {
            wrong.push(format!("`{}` comes back", fields.trim()));
        }
        for reached in gateway.api.take() {
            let head = reached.head.to_ascii_lowercase();
            let callers: Vec<&str> = head.lines().filter(|line| line.contains("caller")).collect();
            if callers != ["x-caller: ann"] {
                wrong.push(format!("the API is told {callers:?}"));
            }
            let strange = [
                "root",
                "forged",
                "192.0.2.1",
                "evil",
                "portcullis-decision",
                "portcullis-probe",
                "original",
                "override",
            ];
            wrong.extend(strange.iter().filter(|text| head.contains(**text)).map(|text| {
                format!("`{text}` reaches the API by `{}`", fields.trim().escape_debug())
            }));
        }
    }
    let from_api = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\
                    Portcullis-Decision: v1\r\nX-Request-Id: forged\r\nConnection: close\r\n\r\n[]";
    gateway.api.answer_once(Some(from_api.as_bytes()));
    let answer = gateway.ask("GET /open", "");
    if answer.status != 200 {
        return Err(format!("an answer of the API is not passed on: {}", answer.status));
    }
    let ids: Vec<_> = answer.fields.iter().filter(|(name, _)| name == "x-request-id").collect();
    if answer.field("portcullis-decision").is_some()
        || ids.len() != 1
        || answer.field("x-request-id") == Some("forged")
    {
        wrong.push("what only the gateway may say comes from the API".to_owned());
    }
    gateway.serves()?;
    Ok(Verdict::of(wrong, "none of 11 reaches the API or comes back; the caller is `ann`"))
}

fn own_key(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let key = gateway.key(lab)?;
    if gateway.status(&key) != 200 {
        return Err("a new key is not good".to_owned());
    }
    let secret = key.rsplit('_').next().unwrap_or_default().to_owned();
    let mut wrong = Vec::new();
    let mut look = |way: &str| {
        if gateway.api.take().iter().any(|reached| reached.head.contains(&secret)) {
            wrong.push(format!("it reaches the API {way}"));
        }
    };
    look("where it belongs");
    for field in [
        "Authorization: Bearer",
        "Cookie: key=",
        "X-Other:",
        "Referer: http://a/?key=",
        "User-Agent:",
        "Accept:",
        "X-API-KEY: x\r\nX-Api-Key:",
        "Accept-Language:",
        "Origin: http://",
    ] {
        gateway.ask("GET /open", &format!("{field} {key}\r\n"));
        gateway.ask("GET /open", &format!("{field}{key}\r\n"));
        look(&format!("in `{}`", field.escape_debug()));
    }
    for target in [
        format!("/open?key={key}"),
        format!("/open?X-Api-Key={key}"),
        format!("/open/{key}"),
        format!("/{key}"),
    ] {
        gateway.ask(&format!("GET {target}"), "");
        look("in the target");
    }
    let kept = [gateway.ledger()?, gateway.told()?].concat();
    if kept.contains(&secret) {
        wrong.push("its secret is in the record or on standard error".to_owned());
    }
    gateway.serves()?;
    Ok(Verdict::of(wrong, "22 ways; neither the API nor the record has it"))
}

fn targets(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    gateway.serves()?;
    let (own, health) = (gateway.address, gateway.health);
    let mut wrong = Vec::new();
    let targets = [
        format!("GET http://{health}/livez"),
        format!("GET http://{own}/items"),
        "GET http://169.254.169.254/latest/meta-data/".to_owned(),
        "GET http://open@169.254.169.254/open".to_owned(),
        "GET file:///etc/passwd".to_owned(),
        "GET //169.254.169.254/open".to_owned(),
        format!("CONNECT {health}"),
        "TRACE /open".to_owned(),
        "TRACK /open".to_owned(),
        "DEBUG /open".to_owned(),
        "OPTIONS *".to_owned(),
        "GET *".to_owned(),
        "GET /open/../items".to_owned(),
        "GET /open%2f..%2fitems".to_owned(),
        "GET /livez".to_owned(),
        "GET /metrics".to_owned(),
        "GET /.well-known/openapi.json".to_owned(),
    ];
    for line in &targets {
        let answer = gateway.ask(line, "Cookie: secret=1\r\n");
        let text = answer.text();
        if (200..300).contains(&answer.status) && line != "OPTIONS *"
            || text.contains("alive")
            || text.contains("secret=1")
        {
            wrong.push(format!("`{line}` is answered {}: {text}", answer.status));
        }
        if let Some(reached) = gateway.api.take().first() {
            wrong.push(format!("`{line}` reaches the API as `{}`", reached.line));
        }
    }
    let absolute = gateway.ask(&format!("GET http://{own}/open"), "");
    gateway.api.take();
    if absolute.status != 200 {
        return Err(format!("an absolute target of its own is answered {}", absolute.status));
    }
    gateway.serves()?;
    Ok(Verdict::of(wrong, format!("none of {} reaches the API or another listener", targets.len())))
}

fn hosts(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&Shape { api: "hosts: [api.example.com], ", ..PLAIN })?;
    let with = |fields: &str| {
        raw(
            gateway.address,
            format!("GET /open HTTP/1.1\r\n{fields}Connection: close\r\n\r\n").as_bytes(),
        )
    };
    if !with("Host: api.example.com\r\n").starts_with("HTTP/1.1 200") {
        return Err("its own host is not served".to_owned());
    }
    gateway.api.take();
    let mut wrong = Vec::new();
    let fields = [
        "",
        "Host:\r\n",
        "Host: evil.example\r\n",
        "Host: api.example.com.evil.example\r\n",
        "Host: api.example.com\r\nHost: evil.example\r\n",
        "Host: evil.example\r\nHost: api.example.com\r\n",
        "Host: api.example.com@evil.example\r\n",
        "Host: evil.example/api.example.com\r\n",
        "Host: api.example.com,evil.example\r\n",
        "Host : api.example.com\r\n",
        "Host: api.example.com evil.example\r\n",
        "Host: api.example.com:evil\r\n",
        "Host: 127.0.0.1\r\n",
        "X-Forwarded-Host: api.example.com\r\n",
        "Host: [::1]\r\n",
    ];
    for field in fields {
        let answer = with(field);
        if !answer.starts_with("HTTP/1.1 4")
            || !gateway.api.take().is_empty()
            || answer.contains("evil")
        {
            wrong.push(format!(
                "`{}` is answered {}",
                field.escape_debug(),
                answer.lines().next().unwrap_or("nothing")
            ));
        }
    }
    if !with("Host: API.example.com.\r\n").starts_with("HTTP/1.1 ") {
        return Err("the listener is gone".to_owned());
    }
    Ok(Verdict::of(wrong, format!("{} are refused, and none is repeated", fields.len())))
}

fn lines(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    gateway.serves()?;
    let host = gateway.address;
    let list = "[{\"token\":\"a\\u001b[2J\\nb\",\"type\":\"c\\u001b\",\"url\":\"http://d/\\n{\\\"e\\\":1}\",\"source\":\"\\u0007\"}]";
    let report = format!(
        "POST /report HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n\r\n{list}",
        list.len()
    );
    let mut asked = vec![report.into_bytes()];
    for part in [
        "GET /a%1b[2J%0a{\"x\":1}",
        "GET /open?%0d%0arefused%20200",
        "GET /%e2%80%ae%9b",
        "G%1bT /",
        "GET /\u{1b}[2J",
    ] {
        asked.push(format!("{part} HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes());
    }
    for field in [
        "X-A: \u{1b}[2J",
        "X-Api-Key: doors_live_\u{9b}",
        "Host: a\u{1b}",
        "User-Agent: \u{202e}\r\n refused 200",
    ] {
        asked.push(format!("GET /items HTTP/1.1\r\nHost: {host}\r\n{field}\r\n\r\n").into_bytes());
    }
    asked.iter().for_each(|bytes| drop(raw(gateway.address, bytes)));
    gateway.serves()?;
    let (ledger, told) = (gateway.ledger()?, gateway.told()?);
    let mut wrong = Vec::new();
    let is_record = |line: &str| {
        serde_json::from_str::<serde_json::Value>(line)
            .is_ok_and(|value| value.get("time").is_some())
    };
    if !ledger.lines().all(is_record) {
        wrong.push("the record has a line that is none of ours".to_owned());
    }
    let requests = ledger.matches("\"request_id\"").count();
    if requests != asked.len() + 2 {
        wrong.push(format!("{requests} records of {} requests", asked.len() + 2));
    }
    let is_obeyed = |one: char| one.is_control() && one != '\n' || one == '\u{202e}';
    if told.contains(is_obeyed) || ledger.contains(is_obeyed) {
        wrong.push("what a terminal would obey is written as it came".to_owned());
    }
    if told.lines().any(|line| line.starts_with("refused 200") || line.starts_with('{')) {
        wrong.push("a line of a client's stands on standard error".to_owned());
    }
    Ok(Verdict::of(wrong, format!("{} requests, one record each, no line of theirs", asked.len())))
}

fn large(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let key = gateway.key(lab)?;
    gateway.serves()?;
    let head = |rest: &str| format!("GET /open HTTP/1.1\r\nHost: a\r\n{rest}\r\n");
    let post = |fields: &str, body: &str| {
        let fields = format!("X-Api-Key: {key}\r\nContent-Type: application/json\r\n{fields}");
        format!("POST /items HTTP/1.1\r\nHost: a\r\n{fields}\r\n{body}")
    };
    let long = "a".repeat(4 << 20);
    let all = [
        ("a target", format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(100_000)), "4"),
        ("a field", head(&format!("X-A: {long}\r\n")), "4"),
        ("10,000 fields", head(&"X-A: b\r\n".repeat(10_000)), "4"),
        ("no end of a line", format!("GET {long}"), "4"),
        ("a body", post(&format!("Content-Length: {}\r\n", long.len()), &long), "4"),
        ("a length", post("Content-Length: 99999999999999999999\r\n", ""), "4"),
        ("a chunk", post("Transfer-Encoding: chunked\r\n", "fffffffffffffff0\r\na"), "4"),
        ("an extension", post("Transfer-Encoding: chunked\r\n", &format!("1;{long}\r\n")), "4"),
        ("depth", post("Content-Length: 100000\r\n", &"[".repeat(100_000)), "4"),
    ];
    let mut wrong = Vec::new();
    for (what, bytes, class) in &all {
        let answer = raw(gateway.address, bytes.as_bytes());
        // A refusal may be lost where the peer still sends; then the connection has ended.
        if !answer.is_empty() && !answer.starts_with(&format!("HTTP/1.1 {class}")) {
            wrong.push(format!("{what} is answered {}", answer.lines().next().unwrap_or_default()));
        }
        if !gateway.api.take().is_empty() {
            wrong.push(format!("{what} reaches the API"));
        }
    }
    gateway.serves()?;
    Ok(Verdict::of(wrong, format!("{} refused before the API", all.len())))
}

fn upgrade(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    gateway.serves()?;
    let socket = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                  Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    let h2c = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";
    let mut wrong = Vec::new();
    for fields in [socket, h2c] {
        let answer = gateway.ask("GET /open", fields);
        let heads = gateway.api.take();
        if answer.status == 101
            || heads.iter().any(|one| one.head.to_ascii_lowercase().contains("upgrade"))
        {
            wrong.push(format!("`{}` goes on", fields.lines().nth(1).unwrap_or_default()));
        }
    }
    gateway.serves()?;
    Ok(Verdict::of(wrong, "neither goes on to the API, and the connection stays one of HTTP/1.1"))
}

fn timing(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&Shape { limits: ", headers: 50", ..PLAIN })?;
    let key = gateway.key(lab)?;
    if gateway.status(&key) != 200 {
        return Err("a new key is not good".to_owned());
    }
    // Few: beyond them, the address is not listened to.
    let median = |key: &str| {
        let mut micros: Vec<u128> = (0..5)
            .map(|_| {
                let begun = Instant::now();
                let request = format!("GET /items HTTP/1.1\r\nHost: a\r\nX-Api-Key: {key}\r\n\r\n");
                exchange(gateway.address, request);
                begun.elapsed().as_micros()
            })
            .collect();
        micros.sort_unstable();
        micros.get(2).copied().unwrap_or_default()
    };
    let other = lab.gateway(&PLAIN)?;
    let unknown = other.key(lab)?;
    let wrong = mixed(&key, &unknown);
    let (unknown, wrong) = (median(&unknown), median(&wrong));
    Ok(Verdict::Holds(format!("told only: {unknown} and {wrong} microseconds at the median of 5")))
}

/// The name of one key with the secret of another: its checksum is wrong then, as whoever guesses must hit it, too.
fn mixed(name: &str, secret: &str) -> String {
    let (before, _) = name.rsplit_once('_').unwrap_or((name, ""));
    format!("{before}_{}", secret.rsplit('_').next().unwrap_or_default())
}

/// As many bytes of the process as are resident.
pub(crate) fn resident_bytes(gateway: &Gateway) -> u64 {
    let status = read(std::path::Path::new(&format!("/proc/{}/status", gateway.process.id())));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or_default() << 10
}
