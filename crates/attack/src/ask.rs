//! One request, and its answer read strictly, for whoever asks an API something.

use std::net::SocketAddr;
use std::time::Duration;

use crate::client::{Request, exchange};
use crate::identity::{Credential, Identity};

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

/// Reads a target as somebody, who logs in first if that is how they show who they are.
pub async fn ask_as(
    identity: &Identity,
    (address, target): (SocketAddr, &str),
    within: Duration,
) -> Result<Answered, String> {
    let (field, value) = match &identity.credential {
        Credential::Field { field, value } => {
            (field.clone(), String::from_utf8_lossy(value.expose_secret()).into_owned())
        }
        Credential::Login(login) => {
            let bytes = login.sent.bytes(&address.to_string());
            let request = Request { bytes, trickle: None, is_head: false };
            let answer = exchange(address, &request, within).await.answer;
            login.taken(&answer.map_err(|silence| silence.to_string())?)?
        }
    };
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {address}\r\n{field}: {value}\r\nConnection: close\r\n\r\n"
    );
    ask(address, request.into_bytes(), within).await
}
