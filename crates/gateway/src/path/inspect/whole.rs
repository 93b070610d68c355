//! An answer that is read whole before anything of it leaves.

use super::super::context::{Context, Exit};
use super::super::forward::Parts;
use super::neutral::unread;
use crate::head::AnswerHead;
use crate::upstream::Streaming;

/// Head and body, as the API sent them.
pub(super) struct Whole {
    pub(super) is_private: bool,
    pub(super) head: AnswerHead,
    pub(super) bytes: Vec<u8>,
}

/// Reads the body, and gives the place in the API back. Its bytes stay counted until the answer is
/// written or given up: a client that reads slowly holds them.
pub(super) async fn whole(parts: Parts, context: &mut Context<'_>) -> Result<Whole, Exit> {
    let Parts { is_private, head, body, mut buffered, stay, .. } = parts;
    let bytes_max = context.plan.limits.answer_bytes_max;
    let bytes = body.read_all(bytes_max, &mut buffered).await.map_err(unread)?;
    drop(stay);
    context.buffered = Some(buffered);
    Ok(Whole { is_private, head, bytes })
}

/// Reads the body before anything else is decided, for a request that lets others wait. An API may send a head
/// before it is done, and what is decided by the head alone would not wait.
pub(super) async fn first(parts: &mut Parts, context: &Context<'_>) -> Result<(), Exit> {
    let bytes_max = context.plan.limits.answer_bytes_max;
    let body = std::mem::replace(&mut parts.body, Streaming::here(Vec::new()));
    let bytes = body.read_all(bytes_max, &mut parts.buffered).await.map_err(unread)?;
    parts.body = Streaming::here(bytes);
    Ok(())
}
