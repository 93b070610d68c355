//! An answer in XML that a schema describes: read strictly, and projected to what is declared. What
//! may not leave is cut out; the rest is the API's own spelling.

use portcullis_controls::response_shape;
use portcullis_controls::xml::{self, Stray, XmlBody};
use portcullis_model::{ControlId, Mode, Refusal, Status};

use super::super::context::{Context, Exit};
use super::super::forward::Parts;
use super::decoded::decoded;
use super::fields::{Kept, pass, status_alone};
use super::neutral::{leak_of, leaking, neutral, neutral_deed};
use super::objects::Left;
use super::projected::{Declared, Projected};
use super::whole::{Whole, whole};
use super::{everybody, objects};
use crate::answer::Answer;
use crate::head::Fields;

/// An XML answer of a declared operation.
pub(super) struct Xml {
    pub(super) declared: Declared,
}

impl Xml {
    pub(super) async fn inspect(
        self,
        parts: Parts,
        context: &mut Context<'_>,
    ) -> Result<Answer, Exit> {
        let Whole { is_private, head, bytes } = whole(parts, context).await?;
        let plan = context.plan;
        let status = Status(head.status);
        if (400..500).contains(&status.0)
            && let Some(what) = leak_of(&bytes, &head.fields, plan)
            && let Some(answer) = leaking(&head, what, context)
        {
            return Ok(answer);
        }
        let is_projected = context.mode(ControlId::ResponseShape) != Mode::NotAsked;
        if !is_projected && !context.objects.are_asked {
            return Ok(pass(status, bytes, &head.fields, is_private, Kept::Body, context));
        }
        let mut body = match self.read(bytes, &head.fields, context) {
            Ok(body) => body,
            Err((refusal, bytes)) if context.mode(refusal.control) != Mode::Enforce => {
                if let Left::Head = objects::unread(self.declared.shape, status, context)? {
                    return Ok(status_alone(&head, is_private));
                }
                context.would(neutral_deed(head.status), &refusal);
                return Ok(pass(status, bytes, &head.fields, is_private, Kept::Body, context));
            }
            Err((refusal, _)) => return neutral(&head, refusal.reason, refusal.detail, context),
        };
        if body.is_other_root() {
            context.entry.drift("other_root");
        }
        let shape = self.declared.shape;
        let left = objects::judge(body.document_mut(), shape, status, context).await?;
        let Left::Without(mut gone) = left else {
            return Ok(status_alone(&head, is_private));
        };
        if !is_projected {
            let kept = if gone.is_empty() { Kept::Decoded } else { Kept::Edited };
            let (bytes, _) = body.without(&gone);
            return Ok(pass(status, bytes, &head.fields, is_private, kept, context));
        }
        let strays: Vec<(u32, Stray)> =
            body.strays().map(|(index, stray)| (index, stray.clone())).collect();
        match self.declared.project(body.document_mut(), &strays, &head, context)? {
            Projected::Instead(answer) => Ok(answer),
            Projected::Without(dropped) => {
                gone.extend(dropped);
                let unseen =
                    everybody::unseen(body.document(), self.declared.shape, status, context);
                gone.extend(unseen);
                let kept = if gone.is_empty() { Kept::Decoded } else { Kept::Edited };
                let (bytes, _) = body.without(&gone);
                Ok(pass(status, bytes, &head.fields, is_private, kept, context))
            }
        }
    }

    /// The body, decoded and read; or why not, and the bytes as they came.
    fn read(
        &self,
        bytes: Vec<u8>,
        fields: &Fields,
        context: &Context<'_>,
    ) -> Result<XmlBody, (Refusal, Vec<u8>)> {
        let plan = context.plan;
        let bytes = decoded(bytes, fields, plan)?;
        let shapes = &plan.model.contract.shapes;
        xml::read(bytes, self.declared.shape, shapes, &plan.json_out, &plan.xml_out).map_err(
            |(fault, bytes)| (response_shape::refusal("broken_xml", fault.to_string()), bytes),
        )
    }
}
