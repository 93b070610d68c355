//! An HTTP client that sends exactly what it is told.

use std::fmt::Write as _;
use std::net::SocketAddr;

use portcullis_sample::{Running, Sample};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An instance of the sample API for one test.
pub(crate) struct Api {
    pub(crate) running: Running,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    head: String,
}

impl Api {
    pub(crate) async fn start() -> Self {
        Self { running: Sample::start_on_loopback().await.expect("a free port") }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// The header line of a freshly logged-in person.
    pub(crate) async fn login(&self, who: &str) -> String {
        format!("Authorization: Bearer {}", self.token(who).await)
    }

    pub(crate) async fn token(&self, who: &str) -> String {
        let body = format!(r#"{{"email":"{who}@pharmacy.example","password":"{who}-pass"}}"#);
        let reply = self.call("POST /api/login", &[], body).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["token"].as_str().expect("a token").to_owned()
    }

    /// `line` is method and target. A body is JSON unless `headers` say what it is.
    pub(crate) async fn call(&self, line: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Reply {
        let body = body.as_ref();
        let mut head = format!("{line} HTTP/1.1\r\nHost: pharmacy.example\r\n");
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        if !body.is_empty() && !headers.iter().any(|h| h.starts_with("Content-Type:")) {
            head.push_str("Content-Type: application/json\r\n");
        }
        let _ = write!(head, "Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        let mut stream = TcpStream::connect(self.address()).await.expect("a connection");
        stream.write_all(head.as_bytes()).await.expect("the head goes out");
        stream.write_all(body).await.expect("the body goes out");
        Reply::read(stream).await
    }

    /// The same without body.
    pub(crate) async fn get(&self, target: &str, headers: &[&str]) -> Reply {
        self.call(&format!("GET {target}"), headers, "").await
    }
}

impl Reply {
    /// Reads until the server closes.
    pub(crate) async fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.expect("an answer");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
        let head = String::from_utf8(bytes[..end].to_vec()).expect("a head of text");
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        Self { status: status.expect("a status"), body: bytes[end + 4..].to_vec(), head }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body; `null` where there is none or where it is not JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header field, empty where it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value).unwrap_or_default()
    }
}
