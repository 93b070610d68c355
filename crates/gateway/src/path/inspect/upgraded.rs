//! An answer after which the connection is a WebSocket.

use portcullis_model::Status;

use super::super::context::{Context, Exit};
use super::super::forward::{Parts, failed};
use crate::answer::{Answer, Body};
use crate::upstream::UpstreamFault;

/// The head of a 101 that completes the handshake, made anew; what follows it is not looked into.
pub(super) fn upgraded(mut parts: Parts, context: &mut Context<'_>) -> Result<Answer, Exit> {
    let fields = &parts.head.fields;
    let field = |name| fields.get(name);
    let completed = parts.websocket.as_ref().and_then(|handshake| {
        handshake.completed(
            field("upgrade"),
            field("sec-websocket-accept"),
            field("sec-websocket-protocol"),
            field("sec-websocket-extensions"),
        )
    });
    let Some(completed) = completed else {
        return Err(failed(UpstreamFault::Malformed("websocket_handshake")));
    };
    context.entry.not_inspected();
    parts.body.hold(parts.stay);
    let body = Body::Upgraded(Box::new(parts.body));
    let mut answer = Answer::new(Status(parts.head.status), body);
    for (name, value) in completed {
        answer.push_field(name, &value);
    }
    Ok(answer)
}
