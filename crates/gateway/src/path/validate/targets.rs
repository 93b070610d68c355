//! Where the URLs of a request point. What is not known from a URL itself is asked of the resolver, and judged then.

use std::rc::Rc;

use portcullis_contract::{Operation, ShapeId};
use portcullis_controls::input_shape::Accepted;
use portcullis_controls::outbound_target::{self, Given, Own};
use portcullis_model::{ControlId, Mode};
use portcullis_policy::Targets;

use super::super::context::{Context, Exit};
use super::super::find_operation::Matched;
use super::super::payload::Payload;

/// The request as it goes on.
pub(super) struct Checked<'a> {
    pub(super) matched: &'a Matched,
    pub(super) operation: &'a Operation,
    pub(super) index: usize,
    pub(super) accepted: &'a Accepted,
    pub(super) body: &'a Payload,
    /// What the body was declared as.
    pub(super) media: Option<usize>,
}

/// Judges every URL of a request.
pub(super) async fn judge(checked: Checked<'_>, context: &mut Context<'_>) -> Result<(), Exit> {
    // Nobody asks for names that decide nothing.
    if context.mode(ControlId::OutboundTarget) == Mode::NotAsked {
        return Ok(());
    }
    let questions = context.ask(questions(&checked, context))?;
    // All are asked for at once, so that no request waits longer for many than for one.
    let asked = questions.into_iter().map(|question| {
        let (worker, name) = (Rc::clone(context.worker), question.name.clone());
        let addresses = async move { worker.shared.resolver.addresses(&name).await };
        (question, tokio::task::spawn_local(addresses))
    });
    let asked: Vec<_> = asked.collect();
    for (question, addresses) in asked {
        let addresses = addresses.await.ok().flatten();
        if let Some(refusal) = outbound_target::refusal_of(&question, addresses.as_deref()) {
            return context.refuse(refusal);
        }
    }
    Ok(())
}

fn questions(
    checked: &Checked<'_>,
    context: &Context<'_>,
) -> portcullis_controls::Judgement<Vec<outbound_target::Question>> {
    let model = &context.plan.model;
    let Checked { matched, operation, index, accepted, body, .. } = checked;
    let mut path = Vec::new();
    if let Some(sent) = matched.path() {
        model.contract.path_parts(*index, sent, &mut path);
    }
    let fields = &matched.received().head().fields;
    let given = Given {
        path: &path,
        query: std::str::from_utf8(&accepted.query).unwrap_or_default(),
        header: &|name| fields.all(name).collect(),
        cookies: std::str::from_utf8(&accepted.cookies).unwrap_or_default(),
        body: body.tree(),
        shape: checked.shape(),
    };
    let own =
        Own { listeners: &context.worker.shared.own, hosts: &model.hosts, origins: &model.origins };
    let nothing = Targets::default();
    let targets = model.targets.get(*index).unwrap_or(&nothing);
    outbound_target::judge((operation, &model.contract.shapes), targets, &given, own)
}

impl Checked<'_> {
    fn shape(&self) -> Option<ShapeId> {
        let media = self.operation.body.as_ref()?.media.get(self.media?)?;
        media.schema.as_ref().map(|schema| schema.shape)
    }
}
