//! The kinds of floods: what each opens a connection with, and what it sends then.

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use crate::frames::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING, RST_STREAM, SETTINGS,
    WINDOW_UPDATE, bomb, frame, head, opening,
};

/// Bytes that are written at a time, about.
const PIECE_BYTES: usize = 64 << 10;
/// Streams that are made beforehand for one connection.
const STREAMS: u32 = 4_000;

/// What a flood's bytes travel in.
pub(crate) enum Inside {
    Plain,
    Tls,
    /// The bytes are a hello of TLS; whoever sent it leaves.
    Hello,
}

pub(crate) struct Flood {
    pub(crate) inside: Inside,
    pub(crate) pieces: Vec<Vec<u8>>,
    /// The last piece is sent over and over.
    pub(crate) is_endless: bool,
    pub(crate) takes_answers: bool,
}

impl Flood {
    /// Whether the server ends its connections, and not it itself.
    pub(crate) const fn is_cut_off(&self) -> bool {
        !matches!(self.inside, Inside::Hello) && !self.pieces.is_empty()
    }
}

pub(crate) fn kind(name: &str, client: &Arc<ClientConfig>) -> Result<Flood, Box<dyn Error>> {
    if let Some(pieces) = http2(name) {
        let is_endless = name.starts_with("endless_");
        let takes_answers = !name.starts_with("stalled_");
        return Ok(Flood { inside: Inside::Tls, pieces, is_endless, takes_answers });
    }
    let flood = |inside, pieces| Flood { inside, pieces, is_endless: false, takes_answers: true };
    match name {
        "tls_full" => return Ok(flood(Inside::Tls, Vec::new())),
        "tls_hello" => {
            let mut hello = Vec::new();
            let name = ServerName::try_from("localhost")?;
            ClientConnection::new(client.clone(), name)?.write_tls(&mut hello)?;
            return Ok(flood(Inside::Hello, vec![hello]));
        }
        _ => {}
    }
    let pieces = http1(name)?.ok_or("no such kind")?;
    Ok(Flood { is_endless: true, ..flood(Inside::Plain, pieces) })
}

/// Requests of HTTP/1.1 after one another; the last piece is endless.
fn http1(name: &str) -> Result<Option<Vec<Vec<u8>>>, Box<dyn Error>> {
    let start = "POST /items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    let post = |fields: &str, body: &[u8]| {
        let head = format!("{start}{fields}Content-Length: {}\r\n\r\n", body.len());
        vec![[head.as_bytes(), body].concat()]
    };
    Ok(Some(match name {
        "pipelined" => vec![many(b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")],
        "gzip" => {
            let mut coder = GzEncoder::new(Vec::new(), Compression::best());
            coder.write_all(&vec![b' '; 20 << 20])?;
            post("Content-Encoding: gzip\r\n", &coder.finish()?)
        }
        "deep" => post("", &vec![b'['; 900 << 10]),
        "wide" => post("", format!("[{}0]", "0,".repeat(450 << 10)).as_bytes()),
        "chunk_extensions" => {
            let head = format!("{start}Transfer-Encoding: chunked\r\n\r\n");
            let chunk = format!("1;{}\r\n \r\n", "x".repeat(900));
            vec![head.into_bytes(), many(chunk.as_bytes())]
        }
        "long_head" => {
            let start = b"GET /items/7 HTTP/1.1\r\nHost: localhost\r\n".to_vec();
            vec![start, many(format!("X-Long: {}\r\n", "x".repeat(1000)).as_bytes())]
        }
        _ => return Ok(None),
    }))
}

/// What follows the opening of a connection of HTTP/2.
fn http2(name: &str) -> Option<Vec<Vec<u8>>> {
    let get = head(false, "/items/7");
    let post = frame(HEADERS, END_HEADERS, 1, &head(true, "/items"));
    let mut pieces = vec![opening(if name == "stalled_window" { 0 } else { 65_535 })];
    match name {
        "resets" => pieces.extend(streams(STREAMS, |stream| {
            let asked = frame(HEADERS, END_HEADERS | END_STREAM, stream, &get);
            [asked, frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes())].concat()
        })),
        "endless_continuation" => {
            pieces.push(frame(HEADERS, END_STREAM, 1, &get));
            pieces.push(many(&frame(CONTINUATION, 0, 1, b"\x00\x01x\x01y")));
        }
        "endless_ping" => pieces.push(many(&frame(PING, 0, 0, &[0; 8]))),
        "endless_settings" => pieces.push(many(&frame(SETTINGS, 0, 0, &[]))),
        "endless_window_update" => {
            pieces.push(many(&frame(WINDOW_UPDATE, 0, 0, &1_u32.to_be_bytes())));
        }
        "endless_empty_data" => pieces.extend([post, many(&frame(DATA, 0, 1, &[]))]),
        // Within the window of a stream: whoever breaks it is cut off for that.
        "small_data" => pieces.extend(streams(40, |stream| {
            let asked = frame(HEADERS, END_HEADERS, stream, &head(true, "/items"));
            [asked, frame(DATA, 0, stream, b" ").repeat(4_000)].concat()
        })),
        "header_bomb" => pieces.extend(streams(200, |stream| {
            frame(HEADERS, END_HEADERS | END_STREAM, stream, &bomb("/items/7"))
        })),
        "stalled_window" => pieces.extend(streams(100, |stream| {
            let long = head(false, "/long/7");
            frame(HEADERS, END_HEADERS | END_STREAM, stream, &long)
        })),
        _ => return None,
    }
    Some(pieces)
}

/// So many streams of a client, in pieces.
fn streams(count: u32, bytes: impl Fn(u32) -> Vec<u8>) -> Vec<Vec<u8>> {
    let all: Vec<u8> = (0..count).flat_map(|number| bytes(2 * number + 1)).collect();
    all.chunks(PIECE_BYTES).map(<[u8]>::to_vec).collect()
}

/// The same again and again, a piece long.
fn many(bytes: &[u8]) -> Vec<u8> {
    bytes.repeat(PIECE_BYTES.div_ceil(bytes.len()))
}
