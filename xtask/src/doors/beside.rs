//! Probes of what the gateway answers itself: liveness and readiness, and reports of leaked keys.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Instant;

use portcullis_testkit::{Answer, exchange};

use super::http::raw;
use super::lab::{Gateway, Lab, PLAIN, Shape};
use super::probe::{Door, Probe, Verdict};

pub(crate) const PROBES: [Probe; 4] = [
    Probe {
        id: "health-answers",
        door: Door::Health,
        what: "other methods, paths, absolute targets, heads without end; what it says of the inside",
        cwe: 200,
        is_smoke: true,
        judge: health,
    },
    Probe {
        id: "health-held",
        door: Door::Health,
        what: "200 connections that say nothing, while somebody asks whether it is alive",
        cwe: 400,
        is_smoke: true,
        judge: held,
    },
    Probe {
        id: "reports",
        door: Door::Reports,
        what: "forged signatures, lists, depth, size, other methods; then a genuine report",
        cwe: 347,
        is_smoke: true,
        judge: reports,
    },
    Probe {
        id: "reports-guesses",
        door: Door::Reports,
        what: "2,000 reports of keys that are none, from one address, while another reports one",
        cwe: 307,
        is_smoke: false,
        judge: guesses,
    },
];

fn at_health(gateway: &Gateway, line: &str) -> Answer {
    exchange(gateway.health, format!("{line} HTTP/1.1\r\nHost: {}\r\n\r\n", gateway.health))
}

fn health(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let key = gateway.key(lab)?;
    if at_health(&gateway, "GET /livez").status != 200 {
        return Err("it does not say that it lives".to_owned());
    }
    let mut wrong = Vec::new();
    let own = gateway.address;
    for line in [
        "GET /open",
        "GET /items",
        "GET /report",
        "POST /livez",
        "DELETE /readyz",
        "GET /livez/../open",
        "GET /../../etc/passwd",
        "GET /readyz%00",
        "CONNECT 127.0.0.1:1",
        "OPTIONS *",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([format!("GET http://{own}/open")])
    {
        let answer = at_health(&gateway, &line);
        if answer.status == 200 || !gateway.api.take().is_empty() {
            wrong.push(format!("`{line}` is answered {}", answer.status));
        }
    }
    let long = format!("GET /livez HTTP/1.1\r\nX-A: {}\r\n\r\n", "a".repeat(1 << 20));
    if raw(gateway.health, long.as_bytes()).starts_with("HTTP/1.1 200") {
        wrong.push("a head of 1 MiB is read".to_owned());
    }
    let said =
        [at_health(&gateway, "GET /readyz").text(), at_health(&gateway, "GET /jwks.json").text()]
            .concat();
    let folder = gateway.folder.display().to_string();
    for (what, text) in
        [("a key", key.as_str()), ("a folder", &folder), ("an address of the API", "http://")]
    {
        if said.contains(text) {
            wrong.push(format!("{what} is told"));
        }
    }
    gateway.serves()?;
    Ok(Verdict::of(wrong, "three paths, two methods; no key, no folder, no address in them"))
}

/// How long readiness may take to answer beside them: it waits for none of them, which would take a minute, and the
/// machine may be busy.
const HELD_MS_MAX: u128 = 10_000;

fn held(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let mut all: Vec<TcpStream> =
        (0..200).filter_map(|_| TcpStream::connect(gateway.health).ok()).collect();
    all.iter_mut().for_each(|stream| drop(stream.write_all(b"GET /livez HTTP/1.1\r\n")));
    let begun = Instant::now();
    let status = at_health(&gateway, "GET /livez").status;
    let ms = begun.elapsed().as_millis();
    if all.len() < 200 {
        return Err("200 connections could not be opened".to_owned());
    }
    let wrong = (status != 200 || ms > HELD_MS_MAX).then(|| format!("{status} after {ms} ms"));
    Ok(Verdict::of(wrong.into_iter().collect(), format!("answered after {ms} ms")))
}

fn reports(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let (key, other) = (gateway.key(lab)?, gateway.key(lab)?);
    let one =
        |key: &str| format!("[{{\"token\":\"{key}\",\"type\":\"doors\",\"url\":\"http://a/\"}}]");
    let two = format!("[{{\"token\":\"{key}\"}},{{\"token\":\"{other}\"}}]");
    let cut = key.get(..key.len() - 1).unwrap_or_default();
    let signed = "Github-Public-Key-Identifier: a\r\nGithub-Public-Key-Signature: MEUCIQ==\r\n";
    let post = |fields: &str, body: &str| {
        let length = body.len();
        gateway.ask("POST /report", &format!("{fields}Content-Length: {length}\r\n\r\n{body}"))
    };
    let mut wrong = Vec::new();
    let long = format!("[{}]", " ".repeat(5 << 20));
    let all = [
        ("two without a signature", post("", &two)),
        ("a forged signature", post(signed, &one(&key))),
        ("half a signature", post("Github-Public-Key-Identifier: a\r\n", &one(&key))),
        ("a coded body", post("Content-Encoding: gzip\r\n", &one(&key))),
        ("a cut key", post("", &one(cut))),
        ("depth", post("", &"[".repeat(8_000))),
        ("5 MiB", post("", &long)),
        ("an object", post("", &format!("{{\"token\":\"{key}\"}}"))),
        ("a name twice", post("", &format!("[{{\"token\":\"a\",\"token\":\"{key}\"}}]"))),
        ("no body", post("", "")),
        (
            "a key in the query",
            gateway.ask(&format!("POST /report?token={key}"), "Content-Length: 0\r\n"),
        ),
        ("GET", gateway.ask("GET /report", "")),
        ("DELETE", gateway.ask("DELETE /report", "")),
    ];
    for (what, answer) in &all {
        if answer.text().contains("true_positive") {
            wrong.push(format!("{what} is taken: {}", answer.status));
        }
    }
    for (name, key) in [("the first", &key), ("the second", &other)] {
        let status = gateway.status(key);
        if status != 200 {
            wrong.push(format!("{name} key gets {status} after it"));
        }
    }
    let genuine = post("", &one(&key));
    let status = gateway.status(&key);
    if status != 401 && wrong.is_empty() {
        return Err(format!(
            "a genuine report is answered {}, and the key gets {status}",
            genuine.status
        ));
    }
    Ok(Verdict::of(wrong, format!("{} end no key; a genuine report does", all.len())))
}

fn guesses(lab: &Lab) -> Result<Verdict, String> {
    // Who comes from this host itself is not counted: a proxy says who it is.
    let more = "trusted_proxies: [127.0.0.1]\n";
    let gateway = lab.gateway(&Shape { more, ..PLAIN })?;
    let key = gateway.key(lab)?;
    let unknown = lab.gateway(&PLAIN)?.key(lab)?;
    let report = |key: &str, from: &str| {
        let list = format!("[{{\"token\":\"{key}\",\"type\":\"doors\",\"url\":\"http://a/\"}}]");
        let fields =
            format!("X-Forwarded-For: {from}\r\nContent-Length: {}\r\n\r\n{list}", list.len());
        gateway.ask("POST /report", &fields)
    };
    let count = (0..2_000).filter(|_| report(&unknown, "203.0.113.9").status == 429).count();
    if gateway.status_from(&key, "203.0.113.10") != 200 {
        return Err("another address is not served".to_owned());
    }
    let genuine = report(&key, "203.0.113.10");
    let mut wrong = Vec::new();
    if count == 0 {
        wrong.push("no attempt is too many".to_owned());
    }
    if !genuine.text().contains("true_positive") {
        wrong.push(format!("a genuine report of another address is answered {}", genuine.status));
    }
    Ok(Verdict::of(
        wrong,
        format!("{count} of 2,000 are not judged any more; another address reports a key"),
    ))
}
