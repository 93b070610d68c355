//! HTTP/2 towards an instance: few connections, many streams on each.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bytes::Bytes;
use h2::client::{self, SendRequest};
use h2::{Reason, SendStream};
use portcullis_policy::Limits;
use tokio::time::{timeout, timeout_at};

use super::place::Place;
use super::streaming::Source;
use super::{
    Failed, HEAD_BYTES_MAX, INTERIM_MAX, Outgoing, Streaming, Target, UpstreamFault, told,
};
use crate::head::{AnswerHead, Length};

/// Streams of one connection; beyond them another is opened.
const STREAMS_MAX: usize = 100;
/// Connections of one worker to one instance.
const CONNECTIONS_MAX: usize = 16;
/// Bytes of one answer that may wait to be read, and of all on one connection.
const STREAM_WINDOW_BYTES: u32 = 256 << 10;
const CONNECTION_WINDOW_BYTES: u32 = 1 << 20;

/// The connections of one worker to one instance.
#[derive(Debug, Default)]
pub(super) struct Connections {
    open: RefCell<Vec<Connection>>,
}

#[derive(Debug)]
struct Connection {
    send: SendRequest<Bytes>,
    streams: Rc<Cell<usize>>,
    is_over: Rc<Cell<bool>>,
}

/// A connection, a stream's place on it, and whether it is used no more.
type Opened = (SendRequest<Bytes>, Place, Rc<Cell<bool>>);

impl Connections {
    pub(super) async fn exchange(
        &self,
        target: &Target,
        request: Outgoing<'_>,
        limits: &Limits,
    ) -> Result<(AnswerHead, Streaming), UpstreamFault> {
        if request.may_upgrade {
            return Err(UpstreamFault::Malformed("websocket_over_http2"));
        }
        let message = Message::of(request.bytes, target)?;
        if let Some(opened) = self.known() {
            match on(opened, &message, request, limits).await {
                // The API has done nothing for it (RFC 9113 section 8.7).
                Err((_, true)) => {}
                Err((fault, false)) => return Err(fault),
                Ok(answer) => return Ok(answer),
            }
        }
        let opened = self.connect(target, limits).await?;
        on(opened, &message, request, limits).await.map_err(told)
    }

    /// An open connection with room for a stream.
    fn known(&self) -> Option<Opened> {
        let mut open = self.open.borrow_mut();
        open.retain(|connection| !connection.is_over.get());
        let is_full = open.len() >= CONNECTIONS_MAX;
        let least = open.iter().min_by_key(|connection| connection.streams.get())?;
        (least.streams.get() < STREAMS_MAX || is_full).then(|| least.place())
    }

    async fn connect(&self, target: &Target, limits: &Limits) -> Result<Opened, UpstreamFault> {
        let stream = target.connect(limits).await?;
        let mut builder = client::Builder::new();
        builder
            .initial_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .max_header_list_size(HEAD_BYTES_MAX as u32)
            .enable_push(false);
        let handshake = timeout(limits.connect_timeout, builder.handshake(stream)).await;
        let (send, driver) = match handshake {
            Ok(Ok(connected)) => connected,
            Ok(Err(_)) => return Err(UpstreamFault::Malformed("http2")),
            Err(_) => return Err(UpstreamFault::Connect(std::io::ErrorKind::TimedOut)),
        };
        let is_over = Rc::new(Cell::new(false));
        let ended = is_over.clone();
        tokio::task::spawn_local(async move {
            // How it ends is seen by the streams on it.
            let _ = driver.await;
            ended.set(true);
        });
        let connection = Connection { send, streams: Rc::default(), is_over };
        let place = connection.place();
        self.open.borrow_mut().push(connection);
        Ok(place)
    }
}

impl Connection {
    fn place(&self) -> Opened {
        (self.send.clone(), Place::take(&self.streams), self.is_over.clone())
    }
}

/// One exchange on a stream of its own.
async fn on(
    (send, place, is_over): Opened,
    message: &Message,
    request: Outgoing<'_>,
    limits: &Limits,
) -> Result<(AnswerHead, Streaming), Failed> {
    let answered = timeout_at(request.deadline.into(), async {
        let mut send = send.ready().await.map_err(|error| failed(&error))?;
        let body = message.body.clone();
        let (answer, stream) =
            send.send_request(message.head(), body.is_empty()).map_err(|error| failed(&error))?;
        // An API may answer before it has read a large body: both are waited for.
        let pushed = push(stream, body);
        let answered = async {
            let mut answer = answer;
            let mut interim = 0;
            while let Some(one) = std::future::poll_fn(|cx| answer.poll_informational(cx)).await {
                one.map_err(|error| failed(&error))?;
                interim += 1;
                if interim > INTERIM_MAX {
                    return Err((UpstreamFault::Malformed("interim_answers"), false));
                }
            }
            answer.await.map_err(|error| failed(&error))
        };
        let (_, answer) = tokio::join!(pushed, answered);
        answer
    });
    let Ok(answer) = answered.await else {
        // It may be dead without a word: others need not wait on it, too.
        is_over.set(true);
        return Err((UpstreamFault::TimedOut, false));
    };
    let answer = answer?;
    let (parts, stream) = answer.into_parts();
    let head = AnswerHead::of_stream(&parts, stream.is_end_stream(), request.is_head)
        .map_err(|fault| (UpstreamFault::Malformed(fault.reason()), false))?;
    let source = Source::Http2 { stream, is_ended: head.length == Length::None, place };
    Ok((head, Streaming::new(source, request.deadline, limits.stream_idle_timeout)))
}

/// Sends a body as fast as the API takes it. One that answers early need not take all.
async fn push(mut stream: SendStream<Bytes>, mut body: Bytes) -> Option<()> {
    while !body.is_empty() {
        stream.reserve_capacity(body.len());
        let capacity = std::future::poll_fn(|cx| stream.poll_capacity(cx)).await?.ok()?;
        let piece = body.split_to(capacity.min(body.len()));
        stream.send_data(piece, body.is_empty()).ok()?;
    }
    Some(())
}

fn failed(error: &h2::Error) -> Failed {
    let is_untouched = error.reason() == Some(Reason::REFUSED_STREAM)
        || error.is_go_away() && error.is_remote() && error.reason() == Some(Reason::NO_ERROR)
        || error.is_io()
            && error.get_io().is_some_and(|io| io.kind() == std::io::ErrorKind::NotConnected);
    let fault = match error.reason() {
        Some(
            Reason::NO_ERROR | Reason::REFUSED_STREAM | Reason::CANCEL | Reason::INTERNAL_ERROR,
        )
        | None => UpstreamFault::Cut,
        Some(_) => UpstreamFault::Malformed("http2"),
    };
    (fault, is_untouched)
}

/// A request in the words of HTTP/2, taken from those of HTTP/1.1 that were written for it: there is
/// one place where a request towards the API is made.
struct Message {
    parts: http::request::Parts,
    body: Bytes,
}

impl Message {
    fn of(bytes: &[u8], target: &Target) -> Result<Self, UpstreamFault> {
        let unwritten = UpstreamFault::Malformed("request");
        let end = crate::head::end_of_head(bytes, 0).ok_or(unwritten)?;
        let (head, body) = bytes.split_at_checked(end).ok_or(unwritten)?;
        let text = std::str::from_utf8(head).map_err(|_| unwritten)?;
        let mut lines = text.split("\r\n").filter(|line| !line.is_empty());
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut message = http::Request::builder().method(method);
        let mut authority = target.instance.authority();
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            if name.eq_ignore_ascii_case("host") {
                value.clone_into(&mut authority);
            } else {
                message = message.header(name, value);
            }
        }
        let scheme = target.instance.scheme();
        let message = message.uri(format!("{scheme}://{authority}{path}")).body(());
        let (parts, ()) = message.map_err(|_| unwritten)?.into_parts();
        Ok(Self { parts, body: Bytes::copy_from_slice(body) })
    }

    fn head(&self) -> http::Request<()> {
        http::Request::from_parts(self.parts.clone(), ())
    }
}
