//! One round of load, and what it cost.

use std::io::{BufRead as _, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::bench::folder::Folder;
use crate::bench::processes::{Process, pause};
use crate::bench::{Subject, documents};
use crate::shell;

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// GET, an answer of 1 KB that is not read.
    Raw,
    /// GET, a JSON answer of 1 KB.
    Get,
    /// POST of 1 KB JSON with 53 leaves, a JSON answer of 1 KB.
    Post,
}

/// How it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP/1.1 in the clear.
    Http1,
    /// HTTP/1.1 inside TLS.
    Tls,
    /// HTTP/2 inside TLS.
    Http2,
}

impl Protocol {
    pub(crate) const ALL: [Self; 3] = [Self::Http1, Self::Tls, Self::Http2];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Http1 => "HTTP/1.1",
            Self::Tls => "HTTP/1.1 in TLS",
            Self::Http2 => "HTTP/2 in TLS",
        }
    }
}

/// What one round showed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    pub(crate) cpu_micros: f64,
    pub(crate) per_second: f64,
    pub(crate) p50_micros: f64,
    pub(crate) p99_micros: f64,
}

/// What a tool is told to send.
pub(crate) struct Load<'a> {
    pub(crate) shape: Shape,
    pub(crate) url: &'a str,
    /// A header field of `wrk`, as it is written.
    pub(crate) field: Option<&'a str>,
    /// Of `wrk`.
    pub(crate) connections: usize,
    pub(crate) seconds: u64,
}

/// What a tool saw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) requests: u64,
    /// Answers that were not 200 or 201 (of `wrk`: below 400), and connections that failed.
    pub(crate) errors: u64,
    pub(crate) per_second: f64,
    pub(crate) p50_micros: f64,
    pub(crate) p99_micros: f64,
}

const CONNECTIONS: usize = 64;
const SECONDS: u64 = 3;
/// Of HTTP/2: 64 requests at a time, as of the others.
const HTTP2_CONNECTIONS: &str = "8";
const HTTP2_STREAMS: &str = "8";

pub(crate) fn round(subject: &Subject, proxy: &Process) -> Result<Round, String> {
    let Subject { protocol, shape, address, path, .. } = subject;
    let scheme = if *protocol == Protocol::Http1 { "http" } else { "https" };
    let url = format!("{scheme}://{address}{path}");
    let (connections, seconds) = (CONNECTIONS, SECONDS);
    let load = Load { shape: *shape, url: &url, field: None, connections, seconds };
    let before = proxy.cpu_micros()?;
    let seen = match protocol {
        Protocol::Http1 | Protocol::Tls => with_wrk(&load)?,
        Protocol::Http2 => with_h2load(&load)?,
    };
    let spent = proxy.cpu_micros()? - before;
    let Seen { requests, errors, per_second, p50_micros, p99_micros } = seen;
    if errors > 0 || requests == 0 {
        return Err(format!("{url}: of {requests} requests {errors} were not answered 200 or 201"));
    }
    Ok(Round { cpu_micros: spent as f64 / requests as f64, per_second, p50_micros, p99_micros })
}

pub(crate) fn with_wrk(load: &Load<'_>) -> Result<Seen, String> {
    let script = Folder::known().path().join(match load.shape {
        Shape::Post => "post.lua",
        Shape::Get | Shape::Raw => "get.lua",
    });
    let output = Command::new("wrk")
        .args(["-t1", "-c", &load.connections.to_string()])
        .args(["-d", &format!("{}s", load.seconds), "--latency", "-s"])
        .arg(script)
        .args(load.field.into_iter().flat_map(|field| ["-H", field]))
        .arg(load.url)
        .output()
        .map_err(|error| format!("wrk: {error}"))?;
    said_by_wrk(&String::from_utf8_lossy(&output.stdout))
}

fn said_by_wrk(text: &str) -> Result<Seen, String> {
    Ok(Seen {
        requests: number(text, "requests:")?,
        errors: number(text, "errors:")?,
        per_second: number(text, "per_second:")?,
        p50_micros: number(text, "p50:")?,
        p99_micros: number(text, "p99:")?,
    })
}

fn number<T: std::str::FromStr>(text: &str, name: &str) -> Result<T, String> {
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.trim().parse().ok())
        .ok_or_else(|| format!("wrk said no `{name}`:\n{text}"))
}

/// Times come from its log: a line per request, with status and microseconds.
pub(crate) fn with_h2load(load: &Load<'_>) -> Result<Seen, String> {
    let folder = Folder::known();
    let log = folder.path().join("h2load.log");
    // Whether it was there does not matter.
    let _ = std::fs::remove_file(&log);
    let mut command = Command::new("h2load");
    command.args(["-t1", "-c", HTTP2_CONNECTIONS, "-m", HTTP2_STREAMS]);
    command.args(["-D", &format!("{}s", load.seconds)]);
    command.arg("--log-file").arg(&log);
    if load.shape == Shape::Post {
        command.arg("-d").arg(folder.path().join("post.json"));
        command.args(["-H", "content-type: application/json"]);
    }
    let started = Instant::now();
    let output = command.arg(load.url).output().map_err(|error| format!("h2load: {error}"))?;
    let seconds = started.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&output.stdout);
    let lines =
        std::fs::read_to_string(&log).map_err(|error| format!("h2load: {error}: {said}"))?;
    Ok(logged_by_h2load(&lines, seconds))
}

fn logged_by_h2load(lines: &str, seconds: f64) -> Seen {
    let mut micros = Vec::new();
    let mut errors = 0_u64;
    for line in lines.lines() {
        let mut words = line.split_whitespace().skip(1);
        match (words.next(), words.next().and_then(|time| time.parse::<f64>().ok())) {
            (Some("200" | "201"), Some(time)) => micros.push(time),
            _ => errors += 1,
        }
    }
    micros.sort_by(f64::total_cmp);
    let at = |share: usize| micros.get(micros.len() * share / 100).copied().unwrap_or_default();
    let requests = micros.len() as u64 + errors;
    Seen {
        requests,
        errors,
        per_second: requests as f64 / seconds,
        p50_micros: at(50),
        p99_micros: at(99),
    }
}

/// Connections that rest, until this is dropped.
pub(crate) enum Resting {
    Plain(#[expect(dead_code, reason = "it is held")] Vec<TcpStream>),
    Secure(Child),
}

impl Drop for Resting {
    fn drop(&mut self) {
        if let Self::Secure(child) = self {
            // It ends with its standard input.
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }
}

pub(crate) fn rest(protocol: Protocol, port: u16, count: usize) -> Result<Resting, String> {
    let name = match protocol {
        Protocol::Http1 => return idle_connections(port, count).map(Resting::Plain),
        Protocol::Tls => "http/1.1",
        Protocol::Http2 => "h2",
    };
    let certificate = Folder::known().path().join("cert.pem");
    let mut child = Command::new(shell::root().join("target/release/examples/resting"))
        .args([&format!("127.0.0.1:{port}"), &count.to_string(), name])
        .arg(certificate)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("resting: {error}"))?;
    let mut said = String::new();
    if let Some(out) = child.stdout.take() {
        let read = std::io::BufReader::new(out).read_line(&mut said);
        read.map_err(|error| format!("resting: {error}"))?;
    }
    let resting = Resting::Secure(child);
    if said.trim() != "resting" {
        return Err(format!("the connections to port {port} could not be opened"));
    }
    pause(Duration::from_millis(500));
    Ok(resting)
}

/// Opens connections, each after one served request, and leaves them open.
fn idle_connections(port: u16, count: usize) -> Result<Vec<TcpStream>, String> {
    let mut connections = Vec::with_capacity(count);
    let mut answer = [0; 4096];
    for _ in 0..count {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(|e| e.to_string())?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).map_err(|e| e.to_string())?;
        let request = format!("GET /items/7 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
        stream.write_all(request.as_bytes()).map_err(|e| e.to_string())?;
        let mut read = 0;
        while read < documents::ITEM_BYTES {
            match stream.read(&mut answer).map_err(|e| e.to_string())? {
                0 => return Err("the proxy closed an idle connection".to_owned()),
                more => read += more,
            }
        }
        connections.push(stream);
    }
    // What is given back lazily has a moment to be given back.
    pause(Duration::from_millis(500));
    Ok(connections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_say_is_read_with_its_errors() {
        let said = "x\nrequests:10\nerrors:2\nper_second:5.5\np50:100\np99:900\n";
        let seen = said_by_wrk(said).unwrap();
        assert_eq!((seen.requests, seen.errors, seen.p99_micros), (10, 2, 900.0));
        assert!(said_by_wrk("requests:10\n").is_err());
        let seen = logged_by_h2load("1 200 10\n2 200 30\n3 503 5\n4 -1 0\n", 2.0);
        assert_eq!((seen.requests, seen.errors, seen.per_second), (4, 2, 2.0));
    }
}
