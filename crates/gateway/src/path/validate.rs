//! Room 6: is the request what the contract declares? No credential in the URL but a declared one. Parameters
//! first, then the labels of the body, then the body itself: read within limits, decoded, parsed once, stripped of
//! what may not be written, and held against its schema; at last the URLs in all of it. What goes on is the tree that
//! was checked.

mod again;
mod amounts;
mod asked;
mod body;
mod graphql;
mod hostile;
mod parameters;
mod parts;
mod said;
mod secrets;
mod targets;
mod tree;
mod xml;

use portcullis_controls::content_type::{self, Body};
use portcullis_controls::input_shape::Accepted;
use portcullis_controls::resource_limits::Breach;
use portcullis_controls::safe_configuration::Handshake;
use portcullis_model::Room;

pub(super) use again::take_out;
pub(super) use said::value_of;

use super::authorize_function::Allowed;
use super::context::{Context, Exit};
use super::limit::Admitted;
use super::payload::Payload;
use super::sent::Sent;
use crate::budget::Held;
use crate::head::Essential;
use crate::incoming::Incoming;

/// A request of which every value was checked.
pub(super) struct Valid {
    admitted: Admitted,
    parameters: Option<Accepted>,
    body: Payload,
    content_type: Option<String>,
    /// Which declared media type the body is of.
    media: Option<usize>,
    websocket: Option<Handshake>,
    buffered: Held,
}

impl Valid {
    pub(super) const fn admitted(&self) -> &Admitted {
        &self.admitted
    }

    /// Query and cookies in their one spelling; none for an undeclared operation.
    pub(super) const fn parameters(&self) -> Option<&Accepted> {
        self.parameters.as_ref()
    }

    pub(super) const fn body(&self) -> &Payload {
        &self.body
    }

    pub(super) fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Its connection is to become a WebSocket, and may.
    pub(super) const fn websocket(&self) -> Option<&Handshake> {
        self.websocket.as_ref()
    }

    /// The bytes that this request holds until it is over, and the handshake that it began.
    pub(super) fn into_rest(self) -> (Held, Option<Handshake>) {
        (self.buffered, self.websocket)
    }
}

pub(super) async fn enter(
    allowed: Allowed,
    incoming: &mut Incoming<'_>,
    context: &mut Context<'_>,
) -> Result<Valid, Exit> {
    context.enter(Room::Validate);
    let plan = context.plan;
    let authenticated = allowed.admitted().authenticated();
    let matched = authenticated.matched();
    let head = matched.received().head();
    let operation =
        matched.operation().and_then(|index| Some((index, plan.model.contract.operation(index)?)));
    secrets::judge(head, operation.map(|(_, operation)| operation), context)?;
    let Some(mut buffered) = context.worker.shared.buffered.take(0) else {
        return Err(Breach::BufferedBytes.refusal(&plan.limits).into());
    };
    let (parameters, mut body, content_type, media) = if let Some((index, operation)) = operation {
        let schemes = authenticated.credentials().going_on(&plan.model.contract.schemes);
        let accepted = parameters::judge(matched, index, operation, &schemes, context)?;
        let content_type = head.fields.first(Essential::ContentType);
        let content_encoding = head.fields.first(Essential::ContentEncoding);
        let shapes = &plan.model.contract.shapes;
        let has_body = head.has_body();
        let labels =
            content_type::judge_labels(operation, shapes, content_type, content_encoding, has_body);
        let labels = context.ask(labels)?;
        let mut sent = Sent { head, incoming, buffered: &mut buffered };
        let media = match &labels {
            Body::Declared(label) => Some(label.media),
            Body::None | Body::Undeclared | Body::AsItCame => None,
        };
        let (body, content_type) = body::take(labels, index, operation, &mut sent, context).await?;
        let media_type = media.and_then(|media| operation.body.as_ref()?.media.get(media));
        graphql::ask(&body, &accepted, index, context)?;
        amounts::body(&body, media_type, index, context)?;
        hostile::body(&body, media_type, index, context)?;
        let checked =
            targets::Checked { matched, operation, index, accepted: &accepted, body: &body, media };
        targets::judge(checked, context).await?;
        (Some(accepted), body, content_type, media)
    } else {
        let body = Sent { head, incoming, buffered: &mut buffered }.as_it_came(context).await?;
        (None, body, head.fields.first(Essential::ContentType).map(str::to_owned), None)
    };
    asked::take(matched, &mut body, context).await?;
    let (admitted, websocket) = allowed.into_parts();
    Ok(Valid { admitted, parameters, body, content_type, media, websocket, buffered })
}
