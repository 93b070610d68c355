//! An attempt at something that can be guessed: taken for a wrong one when the API is asked, and
//! settled by its answer.

use std::time::{Duration, Instant};

use portcullis_controls::caller_identity::{Guarded, Guessed, api};
use portcullis_counting::Place;
use portcullis_credential::authorization;
use portcullis_json::Value;
use portcullis_model::{Caller, ControlId, Mode, Status};
use portcullis_store::State;

use super::context::{Context, Exit};
use super::validate::{Valid, value_of};
use crate::answer::Answer;
use crate::callers::{Attempt, Attempted, Said};
use crate::head::Essential;

/// Answers that say no leave at the end of such a span since the request began, so that how long the
/// API took tells nothing: for an account that does not exist, no password is computed.
const SPAN: Duration = Duration::from_millis(250);

/// Begins an attempt, where the request is one; or refuses it, because there were too many.
pub(super) async fn begin(valid: &Valid, context: &mut Context<'_>) -> Result<(), Exit> {
    if context.mode(ControlId::CallerIdentity) == Mode::NotAsked {
        return Ok(());
    }
    let authenticated = valid.admitted().authenticated();
    let matched = authenticated.matched();
    let (head, operation) = (matched.received().head(), matched.operation());
    let compiled = operation.and_then(|index| context.plan.operations.get(index));
    let place = matched.received().sender().address.map(Place::of);
    let guarded = compiled.and_then(|compiled| compiled.guarded.as_ref());
    let basic = compiled.filter(|compiled| compiled.takes_basic).and_then(|_| {
        let value = head.fields.first(Essential::Authorization)?;
        authorization::basic(value).ok()
    });
    let guesses = &context.worker.shared.callers.guesses;
    let begun = if let Some(guarded) = guarded {
        let at = |place: &Option<_>| {
            place.as_ref().and_then(|place| value_of(place, matched, valid.body(), context))
        };
        let (account, secret) = (at(&guarded.account), at(&guarded.secret));
        // A second step is of the account of the first one: each login opens another, and whoever has the
        // password logs in as often as they like.
        let pending =
            context.carried.session.as_deref().filter(|one| one.state == State::SecondStep);
        let pending = pending.map(|session| format!("{:?}", session.account.as_bytes()));
        let account = pending.or(account);
        // Whoever has logged in already is the account, where nobody says.
        let caller = authenticated.caller().identity().map(|identity| &*identity.subject);
        let attempt = Attempt {
            guessed: guarded.guessed,
            function: &guarded.function,
            account: account.as_deref().or(caller),
            secret: secret.as_deref().map(str::as_bytes),
            place,
        };
        guesses.begin_or_recall(attempt, Instant::now(), context.now()).await
    } else if let Some(basic) = &basic {
        let function = format!("{} basic", api(&context.plan.model));
        let attempt = Attempt {
            guessed: Guessed::Password,
            function: &function,
            account: Some(&basic.user),
            secret: Some(basic.password.expose_secret()),
            place,
        };
        guesses.begin_or_recall(attempt, Instant::now(), context.now()).await
    } else if *authenticated.caller() == Caller::NotVerified {
        let attempt = Attempt {
            guessed: Guessed::Token,
            function: "key",
            account: None,
            secret: None,
            place,
        };
        guesses.begin_or_recall(attempt, Instant::now(), context.now()).await
    } else {
        return Ok(());
    };
    let is_uniform = guarded.is_some() || basic.is_some();
    match begun {
        Ok(guess) => context.attempt = Some(Attempted { guess, operation, is_uniform, said: None }),
        Err(refusal) => {
            context.worker.shared.callers.guesses.refused(place, Instant::now());
            context.refuse(refusal)?;
        }
    }
    Ok(())
}

/// Whoever knows better than the answer's form says whether it is a no.
pub(super) fn said(said: Said, context: &mut Context<'_>) {
    if let Some(attempted) = &mut context.attempt {
        attempted.said = Some(said);
    }
}

/// What the body of an answer says of the attempt, or that there is none; asked before anything is
/// taken out of it.
pub(super) fn look(status: Status, body: Option<Value<'_>>, context: &mut Context<'_>) {
    let Some(attempted) = &mut context.attempt else { return };
    let guarded = guarded(attempted.operation, context.plan);
    if let Some(guarded) = guarded.filter(|one| attempted.said.is_none() && one.looks_into_body()) {
        attempted.said = Some(Said::of(guarded.is_no(status.0, None, body)));
    }
}

/// What an answer as a whole says of the attempt: a no looks like every other one, and leaves at a time
/// that tells nothing.
pub(super) async fn settle(
    answer: Answer,
    status: Status,
    location: Option<&str>,
    context: &mut Context<'_>,
) -> Answer {
    let Some(attempted) = context.attempt.take() else { return answer };
    let Attempted { guess, operation, is_uniform, said } = attempted;
    let guarded = guarded(operation, context.plan);
    let said = said.unwrap_or_else(|| match guarded {
        // Nobody looked into a body that may say no: whoever chooses its form must not choose a yes.
        Some(guarded) if guarded.looks_into_body() && status.0 < 400 => Said::Nothing,
        Some(guarded) => Said::of(guarded.is_no(status.0, location, None)),
        None => Said::of(status == Status::UNAUTHORIZED),
    });
    let guesses = &context.worker.shared.callers.guesses;
    if said == Said::Yes {
        guesses.was_right(guess, Instant::now(), context.now());
        return answer;
    }
    drop(guess);
    if context.mode(ControlId::CallerIdentity) != Mode::Enforce || said == Said::Nothing {
        return answer;
    }
    wait_out(context).await;
    // What failed says so: it is no no.
    if status.0 >= 500 || !is_uniform {
        return answer;
    }
    let mut uniform =
        Answer::problem(Status::UNAUTHORIZED, Some("this is not right"), context.request_id());
    if guarded.is_none() {
        uniform.push_field("WWW-Authenticate", "Basic realm=\"api\", charset=\"UTF-8\"");
    }
    uniform
}

/// Waits until the end of the span that it is.
pub(super) async fn wait_out(context: &Context<'_>) {
    let started = context.entry.started();
    let spans = started.elapsed().as_millis() / SPAN.as_millis() + 1;
    let leaves = started + SPAN * spans as u32;
    tokio::time::sleep_until(leaves.min(context.deadline).into()).await;
}

fn guarded(operation: Option<usize>, plan: &portcullis_controls::Plan) -> Option<&Guarded> {
    plan.operations.get(operation?)?.guarded.as_ref()
}
