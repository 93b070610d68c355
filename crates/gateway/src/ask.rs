//! Questions of the gateway's own, to those who vouch for callers: bounded in size and time, without a
//! redirect followed, and never released to a client.

use std::time::{Duration, Instant};

use portcullis_json::push_decimal;
use portcullis_policy::Endpoint;

use crate::upstream::{Outgoing, UpstreamFault};
use crate::worker::Worker;

/// From the question to the end of its answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of an answer: a set of keys has a few thousand.
pub(crate) const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AskFault {
    /// Nothing could be exchanged.
    Exchange(UpstreamFault),
    /// Not 200. A redirect is none: it could lead anywhere.
    Status(u16),
}

impl std::fmt::Display for AskFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exchange(fault) => f.write_str(&fault.detail().replace("the API", "it")),
            Self::Status(status @ 300..=399) => {
                write!(f, "it answers {status}, and no redirect is followed")
            }
            Self::Status(status) => write!(f, "it answers {status}"),
        }
    }
}

/// What a question is, beside its place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Question<'a> {
    /// GET.
    Get,
    /// POST of a form, by a client that proves itself with Basic (its value is given).
    Form { body: &'a [u8], authorization: &'a str },
}

/// Asks, and reads the whole answer.
pub(crate) async fn ask(
    worker: &Worker,
    endpoint: &Endpoint,
    question: Question<'_>,
) -> Result<Vec<u8>, AskFault> {
    let bytes = written(endpoint, question);
    let deadline = Instant::now() + TIMEOUT;
    let request = Outgoing {
        bytes: &bytes,
        is_head: false,
        is_repeatable: true,
        may_upgrade: false,
        deadline,
    };
    let site = worker.site();
    let pool = worker.pool(&endpoint.instance);
    let exchanged = pool.exchange(request, site.limits()).await;
    let (head, body) = exchanged.map_err(AskFault::Exchange)?;
    if head.status != 200 {
        body.discard();
        return Err(AskFault::Status(head.status));
    }
    let room = worker.shared.buffered.take(0);
    let mut room = room.ok_or(AskFault::Exchange(UpstreamFault::NoBudget))?;
    body.read_all(ANSWER_BYTES_MAX, &mut room).await.map_err(AskFault::Exchange)
}

fn written(endpoint: &Endpoint, question: Question<'_>) -> Vec<u8> {
    let path = if endpoint.path.is_empty() { "/" } else { &endpoint.path };
    let mut out = Vec::with_capacity(512);
    let mut push = |texts: &[&str]| {
        texts.iter().for_each(|text| out.extend_from_slice(text.as_bytes()));
    };
    let method = match question {
        Question::Get => "GET ",
        Question::Form { .. } => "POST ",
    };
    push(&[method, path, " HTTP/1.1\r\nHost: ", &endpoint.instance.authority()]);
    push(&[
        "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: portcullis\r\n",
    ]);
    if let Question::Form { body, authorization } = question {
        push(&["Authorization: ", authorization]);
        push(&["\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "]);
        push_decimal(body.len() as u64, &mut out);
        out.extend_from_slice(b"\r\n\r\n");
        out.extend_from_slice(body);
    } else {
        out.extend_from_slice(b"\r\n");
    }
    out
}
