//! A question of the process's own that no request is behind: to a key service, before anything is served.
//!
//! The answer is read as strictly as an API's, within a bound and a time; no redirect is followed; and the
//! connection ends with it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis_json::push_decimal;
use portcullis_model::Secret;
use portcullis_policy::{Endpoint, Limits};

use crate::budget::Budget;
use crate::tls::ClientTls;
use crate::upstream::{Outgoing, Pool, UpstreamFault};

/// From the connection to the end of the answer.
pub const ASK_ONCE_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of an answer.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// JSON that is posted.
#[derive(Debug, Clone, Copy)]
pub struct AskOnce<'a> {
    /// To whom. Its path stands before `path`.
    pub endpoint: &'a Endpoint,
    /// Whom its certificate must come from, where it is spoken to inside TLS.
    pub tls: Option<&'a ClientTls>,
    /// Where there: `/v1/transit/encrypt/key`.
    pub path: &'a str,
    /// A header field, by name and value: what we prove ourselves with.
    pub proof: (&'a str, &'a Secret),
    /// The body.
    pub json: &'a Secret,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum AskOnceFault {
    /// Not within [`ASK_ONCE_TIMEOUT`].
    Slow,
    /// What was to be said cannot stand in a header field.
    Proof,
    /// Nothing could be exchanged: why.
    Exchange(String),
}

/// Asks, and gives status and body, whatever the status. Blocks; never from a task of a runtime.
pub fn ask_once(ask: AskOnce<'_>) -> Result<(u16, Secret), AskOnceFault> {
    let proof = ask.proof.1.expose_secret();
    if proof.is_empty() || !proof.iter().all(u8::is_ascii_graphic) {
        return Err(AskOnceFault::Proof);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| AskOnceFault::Exchange(error.to_string()))?;
    let answered = tokio::task::LocalSet::new()
        .block_on(&runtime, async { tokio::time::timeout(ASK_ONCE_TIMEOUT, exchange(ask)).await });
    // A name that is still being looked up is nobody's business any more.
    runtime.shutdown_background();
    match answered {
        Err(_) | Ok(Err(UpstreamFault::TimedOut)) => Err(AskOnceFault::Slow),
        Ok(answered) => answered.map_err(|fault| AskOnceFault::Exchange(detail(fault))),
    }
}

async fn exchange(ask: AskOnce<'_>) -> Result<(u16, Secret), UpstreamFault> {
    let AskOnce { endpoint, tls, .. } = ask;
    let pool = Pool::new(endpoint.instance.clone(), tls.cloned(), Arc::default(), Arc::from([]));
    let bytes = Secret::new(written(ask));
    let request = Outgoing {
        bytes: bytes.expose_secret(),
        is_head: false,
        is_repeatable: false,
        may_upgrade: false,
        deadline: Instant::now() + ASK_ONCE_TIMEOUT,
    };
    let (head, body) = pool.exchange(request, &Limits::default()).await?;
    let room = Budget::new(ANSWER_BYTES_MAX);
    let mut room = room.take(0).ok_or(UpstreamFault::NoBudget)?;
    let body = body.read_all(ANSWER_BYTES_MAX, &mut room).await?;
    Ok((head.status, Secret::new(body)))
}

fn written(ask: AskOnce<'_>) -> Vec<u8> {
    let (name, proof) = ask.proof;
    let body = ask.json.expose_secret();
    let mut out = Vec::with_capacity(512 + body.len());
    for part in [
        "POST ",
        &ask.endpoint.path,
        ask.path,
        " HTTP/1.1\r\nHost: ",
        &ask.endpoint.instance.authority(),
        "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: portcullis\r\n\
         Content-Type: application/json\r\nConnection: close\r\n",
        name,
        ": ",
    ] {
        out.extend_from_slice(part.as_bytes());
    }
    out.extend_from_slice(proof.expose_secret());
    out.extend_from_slice(b"\r\nContent-Length: ");
    push_decimal(body.len() as u64, &mut out);
    out.extend_from_slice(b"\r\n\r\n");
    out.extend_from_slice(body);
    out
}

fn detail(fault: UpstreamFault) -> String {
    match fault {
        UpstreamFault::Certificate => {
            "its certificate is not believed: not from `ca`, for another name, or out of date"
                .to_owned()
        }
        UpstreamFault::Handshake => {
            "it does not speak TLS, or none that is safe: is `https` in `url` right?".to_owned()
        }
        UpstreamFault::TooLarge | UpstreamFault::NoBudget => {
            format!("its answer has more than {ANSWER_BYTES_MAX} bytes")
        }
        other => other.detail().replace("the API's", "its").replace("the API", "it"),
    }
}
