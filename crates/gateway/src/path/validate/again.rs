//! A checked body once more: what a later room takes out of it. What is left is held against its schema again.

use portcullis_contract::{BodyKind, Media, ShapeId};
use portcullis_controls::input_shape;
use portcullis_controls::writable_properties::{self, Unwritable};
use portcullis_controls::xml;
use portcullis_json::Document;
use portcullis_policy::Undeclared;

use super::super::context::{Context, Exit};
use super::super::payload::Payload;
use super::{Valid, parts, tree};

/// Takes out of a body what `judge` finds in its tree: it is told the shape, and whether the body is a JSON
/// Patch.
pub(in super::super) fn take_out(
    valid: &mut Valid,
    index: usize,
    context: &mut Context<'_>,
    judge: impl Fn(&Document, Option<ShapeId>, bool) -> Vec<Unwritable>,
) -> Result<(), Exit> {
    let body = context.plan.model.contract.operation(index).and_then(|one| one.body.as_ref());
    let media = body.zip(valid.media).and_then(|(body, media)| body.media.get(media));
    let Some(media) = media else {
        return match valid.body {
            Payload::Nothing => Ok(()),
            // Whoever lets a body pass unread lets it pass here, too.
            _ => context.refuse(writable_properties::not_read()),
        };
    };
    let shape = media.schema.as_ref().map(|schema| schema.shape);
    let is_patch = media.range.sub == "json-patch+json";
    let again = Again { media, index, judge: &|document| judge(document, shape, is_patch) };
    let body = std::mem::replace(&mut valid.body, Payload::Nothing);
    valid.body = again.body(body, context)?;
    if let Payload::Parts { boundary, .. } = &valid.body {
        valid.content_type = Some(format!("{}; boundary={boundary}", media.range));
    }
    Ok(())
}

struct Again<'a> {
    media: &'a Media,
    index: usize,
    judge: &'a dyn Fn(&Document) -> Vec<Unwritable>,
}

impl Again<'_> {
    fn body(&self, body: Payload, context: &mut Context<'_>) -> Result<Payload, Exit> {
        let schema = self.media.schema.as_ref();
        match body {
            Payload::Json(mut document) => {
                if !self.strip(&mut document, context)?.is_empty() {
                    context.ask(input_shape::judge_body(schema, &document))?;
                }
                Ok(Payload::Json(document))
            }
            Payload::Form(mut form) => {
                if !self.strip(form.document_mut(), context)?.is_empty() {
                    let pruned = form.prune();
                    pruned
                        .or_else(|unread| context.refuse(input_shape::unreadable_form(&unread)))?;
                    context.ask(input_shape::judge_body(schema, form.document()))?;
                }
                Ok(Payload::Form(form))
            }
            Payload::Parts { bytes, boundary, .. } => {
                let form = parts::read(bytes, &boundary, Some(self.media), context);
                let Ok(mut form) = form else { return Err(writable_properties::not_read().into()) };
                self.strip(form.document_mut(), context)?;
                context.ask(input_shape::judge_parts(schema, form.document(), &form.blobs()))?;
                parts::written(form, Some(self.media), context)
            }
            Payload::Bytes { bytes, coding: None, read } => self.bytes(bytes, read, context),
            Payload::Nothing | Payload::Bytes { .. } => Ok(body),
        }
    }

    /// Bytes that go on as they came: signed ones, XML, or what nobody enforces anything of.
    fn bytes(
        &self,
        bytes: Vec<u8>,
        read: Option<Document>,
        context: &mut Context<'_>,
    ) -> Result<Payload, Exit> {
        let handling = context.plan.model.bodies.get(self.index).copied().unwrap_or_default();
        let kind = self.media.range.kind();
        if kind == BodyKind::Xml && !handling.exact_request {
            return self.xml(bytes, context);
        }
        let Some(mut document) = read else {
            // Nobody could read it, and nobody minded so far.
            if self.media.is_tree() {
                context.refuse(writable_properties::not_read())?;
            }
            return Ok(Payload::Bytes { bytes, coding: None, read: None });
        };
        if self.strip(&mut document, context)?.is_empty() {
            return Ok(Payload::Bytes { bytes, coding: None, read: Some(document) });
        }
        Err(writable_properties::exact_body().into())
    }

    fn xml(&self, bytes: Vec<u8>, context: &mut Context<'_>) -> Result<Payload, Exit> {
        let plan = context.plan;
        let schema = self.media.schema.as_ref();
        let shape = schema.map(|schema| schema.shape);
        let shapes = &plan.model.contract.shapes;
        match xml::read(bytes, shape, shapes, &plan.json_in, &plan.limits) {
            Ok(mut body) => {
                let dropped = self.strip(body.document_mut(), context)?;
                context.ask(input_shape::judge_body(schema, body.document()))?;
                let (bytes, read) = body.without(&dropped);
                Ok(Payload::Bytes { bytes, coding: None, read: Some(read) })
            }
            Err((_, bytes)) => {
                context.refuse(writable_properties::not_read())?;
                Ok(Payload::Bytes { bytes, coding: None, read: None })
            }
        }
    }

    fn strip(&self, document: &mut Document, context: &mut Context<'_>) -> Result<Vec<u32>, Exit> {
        let undeclared = context.plan.model.undeclared_in.get(self.index).copied();
        let found = (self.judge)(document);
        let outcome = writable_properties::outcome(found, undeclared.unwrap_or(Undeclared::Drop));
        tree::settle(outcome, document, context)
    }
}
