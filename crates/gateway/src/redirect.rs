//! A listener that speaks plain HTTP only to lead to `https`, on a thread of its own.
//!
//! What shows a credential is not led there: its sender must learn that it is known to others, and not be served
//! after all. No body is read, and each connection carries one request.

mod judged;

use std::cell::RefCell;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use portcullis_controls::safe_configuration::Security;
use portcullis_controls::transport_encryption::Hop;
use portcullis_ledger::{Entry, Opening, Verdict};
use portcullis_model::{Method, Refusal, RequestId, Room, Status};
use tokio::net::TcpStream;
use tokio::time::timeout_at;

use crate::answer::{Answer, Body, Edge, Framing};
use crate::client::{linger, read};
use crate::few::{self, Few};
use crate::head::RequestHead;
use crate::site::Site;
use crate::stream::Stream;
use crate::wire::Wire;
use crate::worker::{Chance, Shared};

/// Its connections.
const FEW: Few = Few { connections: 256, time: Duration::from_secs(10) };

/// What the listener knows.
struct Redirect {
    shared: Arc<Shared>,
    chance: RefCell<Chance>,
    hop: Hop,
    /// The port of the gateway's own listener.
    port: u16,
}

/// Serves until the drain begins, and ends with the connections that have a request. `port` is that of the
/// gateway's own listener.
pub(crate) fn serve(
    shared: Arc<Shared>,
    listener: TcpListener,
    chance: Chance,
    port: u16,
) -> impl FnOnce() -> Pin<Box<dyn Future<Output = ()>>> + Send {
    move || {
        Box::pin(async move {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
                return;
            };
            let is_loopback = listener.local_addr().is_ok_and(|own| own.ip().is_loopback());
            let hop = if is_loopback { Hop::Loopback } else { Hop::Plain };
            let redirect = Rc::new(Redirect { shared, chance: RefCell::new(chance), hop, port });
            let (drain, serving) = (redirect.shared.drain.signal(), redirect.clone());
            let connections = few::serve(listener, FEW, drain, move |stream, peer| {
                let redirect = serving.clone();
                async move { redirect.answer(stream, peer).await }
            });
            let connections = connections.await;
            let until = Instant::now() + redirect.shared.site.now().limits().drain_timeout;
            for connection in connections {
                let _ = timeout_at(until.into(), connection).await;
            }
        })
    }
}

impl Redirect {
    async fn answer(&self, stream: TcpStream, peer: SocketAddr) {
        let mut wire = Wire::new(Stream::Plain(stream));
        let mut drain = self.shared.drain.signal();
        let site = self.shared.site.now();
        let limits = site.limits();
        let head = tokio::select! {
            head = read(&mut wire, limits) => head,
            _ = drain.changed() => None,
        };
        let Some(head) = head else { return };
        self.shared.counts.requests.fetch_add(1, Ordering::Relaxed);
        let is_http10 = head.as_ref().is_ok_and(|head| head.is_http10);
        let is_head = head.as_ref().is_ok_and(|head| head.method == Some(Method::Head));
        let mut entry = self.entry(&site, peer, if is_http10 { "1.0" } else { "1.1" });
        let judged = match &head {
            Ok(head) => self.judge(head, &site, &mut entry).await,
            Err(bad) => Err(bad.refusal(limits)),
        };
        let (answer, verdict, refusal) = self.concluded(judged, &entry);
        let date = entry.time().http_date();
        let security = Some(Security { is_tls: false, is_private: answer.is_private });
        let edge = Edge { id: entry.request_id(), date: &date, fields: &[], security };
        let mut out = Vec::new();
        answer.write(&edge, Framing { keep_alive: false, is_http10, is_head }, &mut out);
        if wire.write(&out).await.is_err() {
            entry.client_gone();
        }
        entry.finish(verdict, answer.status, answer.body_bytes(), refusal, None);
        linger(wire).await;
    }

    /// Opens the record of a request.
    fn entry(&self, site: &Site, peer: SocketAddr, http: &'static str) -> Entry {
        let now = self.shared.clock.now();
        let opening = Opening {
            request_id: RequestId::new(now, self.chance.borrow_mut().next()),
            time: now,
            started: Instant::now(),
            model: site.first().version.clone(),
            peer: peer.ip().to_canonical().to_string().into(),
            http,
            tls: None,
        };
        Entry::open(self.shared.ledger.clone(), opening)
    }

    /// Where a request is led to, or why it is not.
    async fn judge(
        &self,
        head: &RequestHead,
        site: &Site,
        entry: &mut Entry,
    ) -> Result<String, Refusal> {
        entry.enter(Room::Receive);
        entry.target(head.method_text(), &site.recorded(head.path()));
        judged::keys(head, site, &self.shared, self.hop, entry).await?;
        judged::place(head, site, self.port)
    }

    fn concluded(
        &self,
        judged: Result<String, Refusal>,
        entry: &Entry,
    ) -> (Answer, Verdict, Option<Refusal>) {
        match judged {
            Ok(location) => {
                // It keeps the method (RFC 9110 section 15.4.9).
                let mut answer = Answer::new(Status(308), Body::Whole(Vec::new()));
                answer.push_field("Location", &location);
                (answer, Verdict::Answered, None)
            }
            Err(refusal) => {
                self.shared.counts.refused.fetch_add(1, Ordering::Relaxed);
                if let Some(watch) = &self.shared.watch {
                    watch.refused(entry.request_id(), &entry.what(), &refusal);
                }
                let answer = Answer::problem(refusal.status, refusal.public, entry.request_id());
                (answer, Verdict::Refused, Some(refusal))
            }
        }
    }
}
