//! The attacker's own listener on loopback: whoever fetches a URL that points there is heard.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// Requests that are heard in one try; what comes then is answered and forgotten.
const HEARD_MAX: usize = 64;
/// Bytes of a request that are read: its line is enough.
const LINE_BYTES_MAX: usize = 4 << 10;
/// How long one request may take to come.
const READ_TIMEOUT: Duration = Duration::from_secs(2);
/// How often, and with which pause, it is looked whether somebody came: many fetch after they have answered.
const LOOKS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(50);
/// An empty page.
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

/// Listens until it is dropped.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Starts it on a free port.
    pub(crate) async fn start() -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("the listener does not start: {error}");
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            // Each by itself: who connects and says nothing hides nobody.
            let mut asked = JoinSet::new();
            while let Ok((stream, _)) = socket.accept().await {
                while asked.try_join_next().is_some() {}
                if asked.len() >= HEARD_MAX {
                    continue;
                }
                let kept = Arc::clone(&kept);
                asked.spawn(async move {
                    let read = tokio::time::timeout(READ_TIMEOUT, line(stream)).await;
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Ok(Some(line)) = read
                        && kept.len() < HEARD_MAX
                    {
                        kept.push(line);
                    }
                });
            }
        });
        Ok(Self { address, heard, task })
    }

    /// The request lines that were heard, once one of them has this word or the time is over.
    pub(crate) async fn heard(&self, word: &str) -> String {
        for _ in 0..LOOKS {
            let lines = self.lines();
            if lines.contains(word) {
                return lines;
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.lines()
    }

    fn lines(&self) -> String {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The first line of a request, which is answered.
async fn line(mut stream: TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut piece = [0; 512];
    while bytes.len() < LINE_BYTES_MAX && !bytes.contains(&b'\n') {
        let count = stream.read(&mut piece).await.ok()?;
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(piece.get(..count)?);
    }
    let text = String::from_utf8_lossy(&bytes);
    let line = text.lines().next()?.to_owned();
    // Whoever asked need not wait for an answer: it was heard.
    let _ = stream.write_all(ANSWER).await;
    Some(line)
}

#[cfg(test)]
mod tests {
    use portcullis_model::{Clock, UnixMillis};

    use super::*;
    use crate::check::Against;
    use crate::issue::Issuing;
    use crate::read;
    use crate::sequence::Session;
    use crate::trial::Seen;

    struct Still;

    impl Clock for Still {
        fn now(&self) -> UnixMillis {
            UnixMillis(1_800_000_000_000)
        }
    }

    /// An API that fetches what a request names, or does not.
    async fn api(fetches: bool) -> SocketAddr {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = socket.accept().await {
                let mut bytes = vec![0; 4096];
                let count = stream.read(&mut bytes).await.unwrap();
                let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
                if let Some((_, url)) = text.split_once("http://").filter(|_| fetches) {
                    let (host, path) = url.trim_end_matches(['"', '}']).split_once('/').unwrap();
                    let mut out = TcpStream::connect(host).await.unwrap();
                    let line = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
                    out.write_all(line.as_bytes()).await.unwrap();
                }
                let answer =
                    "HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        address
    }

    async fn attacked(fetches: bool) -> Seen {
        let text = r#"{ id: a, item: A12, control: outbound_target, cwe: 918, title: t,
            honest: [{ send: POST /hooks, body: { json: {} }, expect: [{ status: 201 }] }],
            attack: [{ send: POST /hooks, body: { json: { url: "${listener}/${unique}" } } }],
            harm: [{ heard: true, contains: "${unique}" }] }"#;
        let attack = read::attack("a", text, Against::Anybody).unwrap();
        let api = api(fetches).await;
        let issuing = Issuing::new(api, Arc::new(Still), None);
        let mut session = Session::new((api, api), None, 0x123, None, issuing);
        session.listen(&attack).await.unwrap();
        session.attack(&attack).await
    }

    #[test]
    fn an_api_that_fetches_any_url_is_harmed_and_one_that_does_not_is_not() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        assert_eq!(runtime.block_on(attacked(true)), Seen::Harm);
        // It may ask later, or from elsewhere: that nobody was heard shows nothing.
        assert!(matches!(runtime.block_on(attacked(false)), Seen::Broken(_)));
    }

    #[test]
    fn whoever_fetches_is_heard_and_whoever_does_not_is_not() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = Listener::start().await.unwrap();
            let mut stream = TcpStream::connect(listener.address).await.unwrap();
            stream.write_all(b"GET /u1 HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
            assert!(listener.heard("u1").await.contains("GET /u1 "));
            assert!(!listener.heard("u2").await.contains("u2"));
        });
    }
}
