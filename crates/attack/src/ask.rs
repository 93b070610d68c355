//! One request, and its answer read strictly, for whoever asks an API something.

use std::net::SocketAddr;
use std::time::Duration;

use crate::client::{Request, exchange};

/// An answer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Sends the bytes of a request that has an answer with a body; or says why there is no answer.
pub async fn ask(
    address: SocketAddr,
    bytes: Vec<u8>,
    within: Duration,
) -> Result<Answered, String> {
    let request = Request { bytes, trickle: None, is_head: false };
    let answer = exchange(address, &request, within).await.answer;
    let answer = answer.map_err(|silence| silence.to_string())?;
    Ok(Answered { status: answer.status, body: answer.body })
}
