//! One round of load, and what it cost.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::bench::documents;
use crate::bench::processes::{Process, pause};
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

/// What one round showed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    pub(crate) cpu_micros: f64,
    pub(crate) per_second: f64,
    pub(crate) p50_micros: f64,
    pub(crate) p99_micros: f64,
}

const CONNECTIONS: &str = "64";
const SECONDS: &str = "3s";

pub(crate) fn round(
    address: &str,
    path: &str,
    shape: Shape,
    proxy: &Process,
) -> Result<Round, String> {
    let script = shell::root().join("target/bench").join(match shape {
        Shape::Post => "post.lua",
        Shape::Get | Shape::Raw => "get.lua",
    });
    let before = proxy.cpu_micros()?;
    let output = Command::new("wrk")
        .args(["-t1", "-c", CONNECTIONS, "-d", SECONDS, "--latency", "-s"])
        .arg(script)
        .arg(format!("http://{address}{path}"))
        .output()
        .map_err(|error| format!("wrk: {error}"))?;
    let spent = proxy.cpu_micros()? - before;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name))
            .and_then(|rest| rest.trim().parse::<f64>().ok())
            .ok_or_else(|| format!("wrk said no `{name}`:\n{text}"))
    };
    let requests = number("requests:")?;
    if number("errors:")? > 0.0 {
        return Err(format!("{address}{path}: answers were not 200 or 201:\n{text}"));
    }
    Ok(Round {
        cpu_micros: spent as f64 / requests,
        per_second: number("per_second:")?,
        p50_micros: number("p50:")?,
        p99_micros: number("p99:")?,
    })
}

/// Opens connections, each after one served request, and leaves them open.
pub(crate) fn idle_connections(port: u16, count: usize) -> Result<Vec<TcpStream>, String> {
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
