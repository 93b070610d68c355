//! Liveness and readiness, on a listener of their own, for whoever watches over the process; and the
//! public key by which APIs verify who calls.

use std::fmt::Write as _;
use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use portcullis_controls::safe_configuration::{Security, security_fields};
use portcullis_model::Method;
use portcullis_policy::WhenFull;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::few::{self, Few};
use crate::head::RequestHead;
use crate::tls::Obtained;
use crate::worker::{Shared, Task};

/// Its connections.
const FEW: Few = Few { connections: 16, time: Duration::from_secs(5) };
/// Bytes of a request, and its fields.
const HEAD_BYTES_MAX: usize = 4096;
const FIELDS_MAX: usize = 32;
/// How long a worker may take to show that it is there.
const PATIENCE: Duration = Duration::from_secs(1);

/// Serves both until the gateway has drained.
pub(crate) fn serve(
    shared: Arc<Shared>,
    listener: TcpListener,
    workers: Vec<mpsc::WeakSender<Task>>,
) -> impl FnOnce() -> Pin<Box<dyn Future<Output = ()>>> + Send {
    move || {
        Box::pin(async move {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
                return;
            };
            let health = Rc::new(Health { shared, workers });
            let end = health.shared.end.signal();
            // Nobody waits for those that are under way.
            few::serve(listener, FEW, end, move |stream, _| {
                let health = health.clone();
                async move { health.answer(stream).await }
            })
            .await;
        })
    }
}

struct Health {
    shared: Arc<Shared>,
    workers: Vec<mpsc::WeakSender<Task>>,
}

impl Health {
    async fn answer(&self, mut stream: TcpStream) -> io::Result<()> {
        let Some(bytes) = head(&mut stream).await? else { return Ok(()) };
        let head = RequestHead::parse(&bytes, FIELDS_MAX);
        let mut content_type = "text/plain; charset=utf-8";
        let (status, text) = match &head {
            Err(_) => ("400 Bad Request", "this is no request\n".to_owned()),
            Ok(head) if !matches!(head.method, Some(Method::Get | Method::Head)) => {
                ("405 Method Not Allowed\r\nAllow: GET, HEAD", "only GET and HEAD\n".to_owned())
            }
            Ok(head) => match head.path() {
                "/livez" => self.live().await,
                "/readyz" => self.ready(),
                "/jwks.json" => {
                    content_type = "application/json";
                    ("200 OK", self.keys())
                }
                _ => ("404 Not Found", "only /livez, /readyz and /jwks.json\n".to_owned()),
            },
        };
        let mut out = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
             Cache-Control: no-store\r\nConnection: close\r\n",
            text.len()
        );
        // A browser may show it: then as anything else that leaves here, in no page's frame.
        for (name, value) in security_fields(Security { is_private: false, is_tls: false }) {
            // Writing to a String cannot fail.
            let _ = write!(out, "{name}: {value}\r\n");
        }
        out.push_str("\r\n");
        if !head.is_ok_and(|head| head.method == Some(Method::Head)) {
            out.push_str(&text);
        }
        stream.write_all(out.as_bytes()).await?;
        stream.shutdown().await
    }

    /// What APIs verify by who calls (RFC 7517): nothing, if they are not told in tokens.
    fn keys(&self) -> String {
        let site = self.shared.site.now();
        site.signer().map_or_else(|| r#"{"keys":[]}"#.to_owned(), |signer| signer.jwks())
    }

    /// The process is there, and every worker takes up what it is handed.
    async fn live(&self) -> (&'static str, String) {
        let mut missing = 0;
        let mut waiting = Vec::new();
        // None is left once all connections are handed over: the gateway drains.
        for worker in self.workers.iter().filter_map(mpsc::WeakSender::upgrade) {
            let (send, receive) = oneshot::channel();
            match worker.try_send(Task::Ping(send)) {
                Ok(()) => waiting.push(receive),
                Err(_) => missing += 1,
            }
        }
        let all = async {
            let mut gone = 0;
            for receive in waiting {
                gone += usize::from(receive.await.is_err());
            }
            gone
        };
        match timeout(PATIENCE, all).await {
            Ok(0) if missing == 0 => ("200 OK", "alive\n".to_owned()),
            _ => ("503 Service Unavailable", "a worker does not answer\n".to_owned()),
        }
    }

    /// Requests are served: nothing drains, and none is refused for want of a record.
    fn ready(&self) -> (&'static str, String) {
        let site = self.shared.site.now();
        let ledger = self.shared.ledger.health();
        let is_refused =
            ledger.is_full && site.plans().any(|plan| plan.model.when_full == WhenFull::Refuse);
        let obtained = site.obtained();
        let why = match (self.shared.drain.has_begun(), is_refused) {
            (true, _) => Some("draining"),
            (false, true) => Some("the ledger cannot be written, and no more records fit"),
            (false, false) if obtained.is_some_and(|one| !one.is_there()) => {
                Some("there is no certificate yet")
            }
            (false, false) => None,
        };
        let mut text =
            why.map_or_else(|| "ready\n".to_owned(), |why| format!("not ready: {why}\n"));
        for plan in site.plans() {
            let name = &plan.model.name;
            let api = if name.is_empty() { String::new() } else { format!(" of `{name}`") };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "model{api}: {}", plan.version);
        }
        let remark = self.shared.remark();
        let _ = writeln!(text, "reload: {}", remark.as_deref().unwrap_or("nothing to tell"));
        if let Some(remark) = obtained.and_then(Obtained::remarked) {
            let _ = writeln!(text, "certificate: {remark}");
        }
        if let Some(remark) = self.shared.certificates() {
            let _ = writeln!(text, "certificates: {remark}");
        }
        let error = ledger.error.as_deref().unwrap_or("written");
        let _ = writeln!(text, "ledger: {error}; {} records lost", ledger.lost);
        let status = if why.is_none() { "200 OK" } else { "503 Service Unavailable" };
        (status, text)
    }
}

/// The bytes up to the empty line; none if there is no such line.
async fn head(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::with_capacity(HEAD_BYTES_MAX);
    let mut piece = [0; 512];
    while bytes.len() < HEAD_BYTES_MAX {
        let count = stream.read(&mut piece).await?;
        if count == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(piece.get(..count).unwrap_or_default());
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            bytes.truncate(end + 4);
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}
