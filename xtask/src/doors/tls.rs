//! Probes of the listener inside TLS: what opens it, for which name, and what HTTP/2 makes of bytes.

pub(crate) mod floods;

use std::process::{Command, Stdio};

use portcullis_testkit::exchange as ask_plain;

use super::http::raw;
use super::inside::{PREFACE, ask, connect, exchange, fields, frame};
use super::lab::{Gateway, INSIDE, Lab};
use super::probe::{Door, Probe, Verdict};
use crate::shell;

const fn probe(
    id: &'static str,
    what: &'static str,
    cwe: u16,
    is_smoke: bool,
    judge: fn(&Lab) -> Result<Verdict, String>,
) -> Probe {
    Probe { id, door: Door::Tls, what, cwe, is_smoke, judge }
}

pub(crate) const PROBES: [Probe; 8] = [
    probe("tls-in-plain", "plain HTTP on the port of TLS, with a key", 319, true, in_plain),
    probe(
        "tls-versions",
        "hellos of SSL 3, TLS 1.0 and 1.1, of SSL 2, and what is none",
        326,
        true,
        versions,
    ),
    probe("tls-names", "a connection for one name, a request for another", 297, true, names),
    probe(
        "tls-redirect",
        "the listener that leads to `https`: hosts, keys and line ends of others",
        601,
        false,
        redirect,
    ),
    probe(
        "tls-openssl",
        "renegotiation, weak ciphers and old versions, asked for by OpenSSL",
        327,
        false,
        openssl,
    ),
    probe("h2-heads", "heads of HTTP/2 with two readings", 444, true, heads),
    probe(
        "h2-frames",
        "frames that may not be: of wrong sizes, streams and orders",
        20,
        false,
        frames,
    ),
    probe(
        "h2-floods",
        "the 17 floods of the endurance figures, one second each, beside an honest client",
        400,
        false,
        floods::floods,
    ),
];

/// Whether an honest client inside TLS is served.
pub(super) fn serves(gateway: &Gateway) -> Result<(), String> {
    gateway.api.take();
    let request = "GET /open HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = ask(gateway, "localhost", request)?;
    gateway.api.take();
    if answer.starts_with("HTTP/1.1 200") {
        Ok(())
    } else {
        Err(format!("an honest request is answered `{answer}`"))
    }
}

fn in_plain(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&INSIDE)?;
    let key = gateway.key(lab)?;
    serves(&gateway)?;
    let mut wrong = Vec::new();
    let request = format!("GET /items HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: {key}\r\n\r\n");
    let answer = raw(gateway.address, request.as_bytes());
    if !answer.starts_with("HTTP/1.1 4") || !gateway.api.take().is_empty() {
        wrong.push(format!("it is answered `{}`", answer.lines().next().unwrap_or_default()));
    }
    let inside = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let good = ask(&gateway, "localhost", &inside)?;
    if !good.starts_with("HTTP/1.1 200") {
        return Err(format!("the key inside TLS is answered `{good}`"));
    }
    Ok(Verdict::of(wrong, "refused in plain words; the same request inside is served"))
}

/// A hello that asks for one version at most (RFC 2246 section 7.4.1.2), with suites that old servers have.
fn hello(version: [u8; 2]) -> Vec<u8> {
    let suites = [0xC0, 0x13, 0xC0, 0x14, 0x00, 0x2F, 0x00, 0x35, 0x00, 0x0A, 0x00, 0x05];
    let mut body = version.to_vec();
    body.extend([7; 32]);
    body.extend([0, 0, suites.len() as u8]);
    body.extend(suites);
    body.extend([1, 0]);
    let mut message = vec![1, 0, 0, body.len() as u8];
    message.extend(body);
    let mut record = vec![22, 3, 0, 0, message.len() as u8];
    record.extend(message);
    record
}

fn versions(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&INSIDE)?;
    serves(&gateway)?;
    let ssl2 = b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10\x01\x00\x80\x03\x00\x80\x07\x00\xc0"
        .to_vec();
    let huge = [vec![22, 3, 1, 0xFF, 0xFF], vec![1; 70_000]].concat();
    let all = [
        ("SSL 3", hello([3, 0])),
        ("TLS 1.0", hello([3, 1])),
        ("TLS 1.1", hello([3, 2])),
        ("SSL 2", ssl2),
        ("half a hello", hello([3, 3]).into_iter().take(20).collect()),
        ("a record of 64 KiB", huge),
        ("an alert", vec![21, 3, 3, 0, 2, 2, 0]),
        ("data before a hello", vec![23, 3, 3, 0, 1, 0]),
        ("zeros", vec![0; 10_000]),
        ("records without bytes", [22, 3, 3, 0, 0].repeat(2_000)),
    ];
    let mut wrong = Vec::new();
    for (what, bytes) in &all {
        let answer = raw(gateway.address, bytes);
        // A server's hello is a handshake record (22) with message 2.
        if answer.starts_with('\u{16}') && answer.as_bytes().get(5) == Some(&2) {
            wrong.push(format!("{what} is taken"));
        }
    }
    serves(&gateway)?;
    Ok(Verdict::of(wrong, format!("{} are ended without a hello in return", all.len())))
}

fn names(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&INSIDE)?;
    serves(&gateway)?;
    let mut wrong = Vec::new();
    for host in ["evil.example", "127.0.0.1", "localhost.evil.example"] {
        let request = format!("GET /open HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = ask(&gateway, "localhost", &request)?;
        if !answer.starts_with("HTTP/1.1 421") || !gateway.api.take().is_empty() {
            wrong.push(format!(
                "`{host}` is answered `{}`",
                answer.lines().next().unwrap_or_default()
            ));
        }
    }
    if connect(&gateway, "evil.example", false).is_ok() {
        wrong.push("a certificate is shown for `evil.example`".to_owned());
    }
    serves(&gateway)?;
    Ok(Verdict::of(
        wrong,
        "421 for each other name, and no certificate for a name that is not ours",
    ))
}

fn redirect(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&INSIDE)?;
    let key = gateway.key(lab)?;
    let at = gateway.redirect.ok_or("it does not say where plain HTTP is led from")?;
    let get = |target: &str, fields: &str| {
        ask_plain(at, format!("GET {target} HTTP/1.1\r\n{fields}\r\n"))
    };
    let good = get("/open?a=b", "Host: localhost\r\n");
    let port = gateway.address.port();
    if good.status != 308
        || good.field("location") != Some(&format!("https://localhost:{port}/open?a=b"))
    {
        return Err(format!("an honest request is answered {}", good.status));
    }
    let mut wrong = Vec::new();
    let all = [
        ("/open", "Host: evil.example\r\n".to_owned()),
        ("/open", "Host: localhost\r\nX-Forwarded-Host: evil.example\r\n".to_owned()),
        ("//evil.example/open", "Host: localhost\r\n".to_owned()),
        ("http://evil.example/open", "Host: localhost\r\n".to_owned()),
        ("/%0d%0aSet-Cookie:%20a=b", "Host: localhost\r\n".to_owned()),
        ("/\\evil.example", "Host: localhost\r\n".to_owned()),
        ("@evil.example", "Host: localhost\r\n".to_owned()),
        ("/items", format!("Host: localhost\r\nX-Api-Key: {key}\r\n")),
        ("/items", format!("Host: localhost\r\nAuthorization: Bearer {key}\r\n")),
    ];
    for (target, fields) in &all {
        let answer = get(target, fields);
        let location = answer.field("location").unwrap_or_default();
        let leads_away =
            !location.is_empty() && !location.starts_with(&format!("https://localhost:{port}/"));
        let has_key = fields.contains(&key) && answer.status == 308;
        if leads_away || has_key || answer.field("set-cookie").is_some() {
            wrong.push(format!(
                "`{target}` with `{}` leads to `{location}`",
                fields.trim().escape_debug()
            ));
        }
    }
    if !gateway.api.take().is_empty() {
        wrong.push("something reaches the API".to_owned());
    }
    Ok(Verdict::of(wrong, format!("{} lead nowhere else, and no key is led on", all.len())))
}

fn openssl(lab: &Lab) -> Result<Verdict, String> {
    if !shell::has("openssl", "version") {
        return Ok(Verdict::NotTried("it takes `openssl`".to_owned()));
    }
    let gateway = lab.gateway(&INSIDE)?;
    serves(&gateway)?;
    let at = gateway.address.to_string();
    let client = |arguments: &str, input: &str| {
        let line = format!(
            "printf '{input}' | timeout 4 openssl s_client -connect {at} -servername localhost {arguments}"
        );
        let output = Command::new("sh").args(["-c", &line]).stdin(Stdio::null()).output();
        output
            .map(|output| {
                String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
            })
            .map_err(|error| format!("openssl: {error}"))
    };
    let mut wrong = Vec::new();
    for arguments in [
        "-tls1",
        "-tls1_1",
        "-ssl3",
        "-tls1_2 -cipher RC4:3DES:NULL:EXPORT:aNULL@SECLEVEL=0",
        "-tls1_2 -cipher AES128-SHA:AES256-SHA@SECLEVEL=0",
    ] {
        let said = client(arguments, "")?;
        if said.contains("Cipher is ") && !said.contains("Cipher is (NONE)") {
            wrong.push(format!("`{arguments}` is agreed on"));
        }
    }
    let said = client("-tls1_2", "R\\n")?;
    if said.contains("RENEGOTIATING") && said.matches("verify return").count() > 4 {
        wrong.push("a handshake is begun anew on a connection".to_owned());
    }
    let good = client("-tls1_3", "")?;
    if !good.contains("Cipher is TLS_") {
        return Err("TLS 1.3 is not agreed on".to_owned());
    }
    serves(&gateway)?;
    Ok(Verdict::of(wrong, "only TLS 1.2 with forward secrecy and 1.3"))
}

fn heads(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&INSIDE)?;
    let good =
        [(":method", "GET"), (":scheme", "https"), (":authority", "localhost"), (":path", "/open")];
    let asked = |head: &[(&str, &str)], end: u8| -> Result<Option<u16>, String> {
        let mut inside = connect(&gateway, "localhost", true)?;
        let bytes = [PREFACE, &frame(1, 4 | end, 1, &fields(head))].concat();
        let frames = exchange(&mut inside, &bytes, &[1, 3, 7]);
        Ok(frames.iter().find_map(super::inside::Frame::status))
    };
    if asked(&good, 1)? != Some(200) || gateway.api.take().len() != 1 {
        return Err("an honest request in HTTP/2 is not served".to_owned());
    }
    let with = |more: &[(&'static str, &'static str)]| [&good, more].concat();
    let swapped = |place: usize, value: &'static str| {
        let mut head = good.to_vec();
        if let Some(field) = head.get_mut(place) {
            field.1 = value;
        }
        head
    };
    let all = [
        ("another host", with(&[("host", "evil.example")])),
        ("a path twice", with(&[(":path", "/items")])),
        ("a name in capitals", with(&[("X-A", "b")])),
        ("`connection`", with(&[("connection", "close")])),
        ("`transfer-encoding`", with(&[("transfer-encoding", "chunked")])),
        ("a line end in a value", with(&[("x-a", "b\r\nx-caller: root")])),
        ("a line end in a name", with(&[("x-a\r\nx-caller", "root")])),
        ("a blank in a path", swapped(3, "/open HTTP/1.1\r\nX-Caller: root")),
        ("a path that is none", swapped(3, "http://evil.example/open")),
        ("a method that is none", swapped(0, "GET /open")),
        ("another authority", swapped(2, "evil.example")),
        ("a name in the authority", swapped(2, "evil@localhost")),
        ("`:protocol`", with(&[(":protocol", "websocket")])),
        ("a pseudo-field behind others", [&[("x-a", "b")], good.as_slice()].concat()),
        ("a length without a body", with(&[("content-length", "5")])),
    ];
    let mut wrong = Vec::new();
    for (what, head) in &all {
        let status = asked(head, 1)?;
        let reached = gateway.api.take();
        if status == Some(200)
            || reached.iter().any(|one| one.head.contains("root") || one.head.contains("evil"))
        {
            wrong.push(format!("{what} is answered {status:?}, {} reach the API", reached.len()));
        }
    }
    serves(&gateway)?;
    Ok(Verdict::of(wrong, format!("{} refused or reset, none reaches the API", all.len())))
}

fn frames(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&INSIDE)?;
    serves(&gateway)?;
    let head = fields(&[
        (":method", "GET"),
        (":scheme", "https"),
        (":authority", "localhost"),
        (":path", "/open"),
    ]);
    let all = [
        ("DATA on stream 0", frame(0, 1, 0, b"a")),
        ("HEADERS on stream 0", frame(1, 5, 0, &head)),
        ("HEADERS on an even stream", frame(1, 5, 2, &head)),
        ("DATA before HEADERS", frame(0, 1, 1, b"a")),
        ("CONTINUATION alone", frame(9, 4, 1, &head)),
        ("PING of 7 bytes", frame(6, 0, 0, &[0; 7])),
        ("SETTINGS of 5 bytes", frame(4, 0, 0, &[0; 5])),
        ("a window of 0", frame(8, 0, 0, &[0; 4])),
        ("PUSH_PROMISE", frame(5, 4, 1, &[0, 0, 0, 2])),
        (
            "a stream above itself",
            [frame(1, 0x25, 1, &[&[0, 0, 0, 1, 9], head.as_slice()].concat())].concat(),
        ),
        ("a frame of 1 MiB", frame(0, 0, 1, &vec![0; 1 << 20])),
        ("padding beyond the frame", frame(1, 0x0D, 1, &[255, 0])),
        ("an index that nobody set", frame(1, 5, 1, &[0xFF, 0xFF, 0xFF, 0x7F])),
        ("another preface", b"PRI * HTTP/3.0\r\n\r\n".to_vec()),
    ];
    let mut wrong = Vec::new();
    for (what, bytes) in &all {
        let mut inside = connect(&gateway, "localhost", true)?;
        let came = exchange(&mut inside, &[PREFACE, bytes].concat(), &[1, 3, 7]);
        let is_served = came.iter().any(|one| one.status() == Some(200));
        if is_served || !gateway.api.take().is_empty() {
            wrong.push(format!("{what} is served"));
        }
    }
    serves(&gateway)?;
    Ok(Verdict::of(wrong, format!("{} end their stream or connection", all.len())))
}
