//! Room 5: may this caller use this function? A rule must open it, where rules grant anything (what its condition
//! asks of the body is asked again in `authorize_object`, where there is one); and a
//! connection becomes a WebSocket only where the policy names the operation. No other site may have a browser ask.

mod asking_page;

use portcullis_controls::caller_identity::{KeyAsk, judge_key};
use portcullis_controls::function_access::judge_graphql;
use portcullis_controls::safe_configuration::{Handshake, Upgrade, judge_upgrade};
use portcullis_model::{Room, Status};
use portcullis_policy::{InputPlace, RequestPlace};

use super::asking::asked;
use super::context::{Context, Exit};
use super::key_quota;
use super::limit::Admitted;
use super::values::Request;
use crate::head::RequestHead;

/// A request whose caller may use the operation.
pub(super) struct Allowed {
    admitted: Admitted,
    websocket: Option<Handshake>,
}

impl Allowed {
    pub(super) const fn admitted(&self) -> &Admitted {
        &self.admitted
    }

    pub(super) fn into_parts(self) -> (Admitted, Option<Handshake>) {
        (self.admitted, self.websocket)
    }
}

pub(super) async fn enter(admitted: Admitted, context: &mut Context<'_>) -> Result<Allowed, Exit> {
    context.enter(Room::AuthorizeFunction);
    let matched = admitted.authenticated().matched();
    let head = matched.received().head();
    asking_page::ask(admitted.authenticated(), context)?;
    let websocket = match matched.operation() {
        Some(index) if head.wants_websocket => upgrade(head, index, context)?,
        _ => None,
    };
    key(matched.operation(), context)?;
    graphql(matched.operation(), context)?;
    if let Some(index) = matched.operation() {
        function(&admitted, index, context)?;
    }
    key_quota::count(context).await?;
    used(context).await?;
    Ok(Allowed { admitted, websocket })
}

/// What speaks GraphQL is closed until somebody decided about it.
fn graphql(index: Option<usize>, context: &mut Context<'_>) -> Result<(), Exit> {
    let plan = context.plan;
    let operation = index.and_then(|index| plan.operations.get(index));
    match operation.and_then(|operation| Some((operation.graphql?, &operation.name))) {
        Some((sign, name)) => context.ask(judge_graphql(sign, name)),
        None => Ok(()),
    }
}

/// What a key of ours is for, it is for whatever its owner may do.
fn key(index: Option<usize>, context: &mut Context<'_>) -> Result<(), Exit> {
    let Some(key) = &context.carried.key else { return Ok(()) };
    let judgement = judge_key(&key.rules, KeyAsk { model: &context.plan.model, operation: index });
    context.ask(judgement)
}

/// A key of ours opened something: the first time, the one that it stands in for gets its end.
async fn used(context: &Context<'_>) -> Result<(), Exit> {
    let (Some(key), Some(store)) = (&context.carried.key, &context.worker.shared.store) else {
        return Ok(());
    };
    if key.is_first_use {
        let failed = |error: portcullis_store::StoreError| Exit::Failed {
            status: Status::UNAVAILABLE,
            detail: error.to_string(),
        };
        store.used_first(key.id, context.now()).await.map_err(failed)?;
    }
    store.touch_key(key.id, context.now());
    Ok(())
}

fn function(admitted: &Admitted, index: usize, context: &mut Context<'_>) -> Result<(), Exit> {
    let plan = context.plan;
    let Some(compiled) = plan.operations.get(index) else { return Ok(()) };
    let authenticated = admitted.authenticated();
    let request = Request { matched: authenticated.matched(), body: None };
    let judgement = {
        let said =
            |place: &RequestPlace| request.values(&InputPlace::One(place.clone()), context).ok();
        let asked = asked(context, &said);
        compiled.function.judge(&plan.rules, &asked, authenticated.caller(), index, false)
    };
    context.ask(judgement)
}

fn upgrade(
    head: &RequestHead,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Option<Handshake>, Exit> {
    let model = &context.plan.model;
    let all = |name| head.fields.all(name).collect::<Vec<_>>();
    let asked = Upgrade {
        is_named: model.bodies.get(index).is_some_and(|body| body.upgrades),
        operation: &context.operation_name(),
        origin: head.fields.get("origin"),
        own: &asking_page::own(head, context),
        origins: &model.origins,
        versions: &all("sec-websocket-version"),
        keys: &all("sec-websocket-key"),
        protocols: &all("sec-websocket-protocol"),
    };
    context.ask(judge_upgrade(&asked))
}
