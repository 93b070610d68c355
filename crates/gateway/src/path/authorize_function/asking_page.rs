//! Which page asks, where a browser may have been led to it.

use portcullis_controls::cross_site::{Asked, Need, Voices, is_concerned, judge, own_origins};
use portcullis_policy::{AnswerPlace, Login, Model, Origin};

use super::super::authenticate::Authenticated;
use super::super::context::{Context, Exit};
use super::super::page_token;
use crate::head::{Essential, RequestHead};

/// Refuses what another site may have had a browser do.
pub(super) fn ask(authenticated: &Authenticated, context: &mut Context<'_>) -> Result<(), Exit> {
    let matched = authenticated.matched();
    let head = matched.received().head();
    let model = &context.plan.model;
    let token = page_token::read(head, context);
    let index = matched.operation();
    let operation = index.and_then(|index| model.contract.operation(index));
    if !head.wants_websocket && !is_concerned(operation, matched.method(), model.is_changing(index))
    {
        return Ok(());
    }
    let is_login = index.is_some_and(|index| answers_with_cookie(model, index));
    let need = authenticated.sent_along(&model.contract).need();
    let Some(need) = need.or(is_login.then_some(Need::NoContradiction)) else { return Ok(()) };
    let all = |name| head.fields.all(name).collect::<Vec<_>>();
    let (site, origin, referrer) = (all("sec-fetch-site"), all("origin"), all("referer"));
    let voices = Voices { site: &site, origin: &origin, referrer: &referrer };
    let own = own(head, context);
    context.ask(judge(&Asked { need, voices, token, own: &own, named: &model.origins }))
}

/// The origins of the host that was asked.
pub(super) fn own(head: &RequestHead, context: &Context<'_>) -> Vec<Origin> {
    own_origins(context.hop, head.fields.first(Essential::Host).unwrap_or_default())
}

/// Whether whoever logs in there is known by a cookie from then on: led there, as somebody else than they
/// think (login CSRF).
fn answers_with_cookie(model: &Model, index: usize) -> bool {
    let is_its = |login: &&Login| {
        let second = login.second_step.as_ref().map(|step| step.operation);
        login.operation == index || second == Some(index)
    };
    let mut tokens = model.callers.logins.iter().filter(is_its).flat_map(|login| &login.tokens);
    tokens.any(|token| matches!(token.at, AnswerPlace::Cookie(_)))
}
