//! Room 2: which operation of the contract is this? What is none does not exist.

use std::borrow::Cow;

use portcullis_contract::{CanonicalPath, Find, Operation};
use portcullis_controls::caller_identity::Expected;
use portcullis_controls::resource_limits::Breach;
use portcullis_controls::safe_configuration::{
    Preflight, allow, judge_preflight, undeclared_method,
};
use portcullis_controls::{Judgement, Plan, api_inventory};
use portcullis_model::{ControlId, Method, Mode, Refusal, Room, Status};

use super::context::{Context, Exit};
use super::receive::Received;
use super::reported;
use crate::answer::{Answer, Body};
use crate::incoming::Incoming;

/// A request of which it is known what it wants.
pub(super) struct Matched {
    received: Received,
    operation: Option<usize>,
    path: Option<CanonicalPath>,
    method: Option<Method>,
    withheld: Option<Refusal>,
}

impl Matched {
    pub(super) const fn received(&self) -> &Received {
        &self.received
    }

    /// The operation; none for an undeclared one that nobody refused.
    pub(super) const fn operation(&self) -> Option<usize> {
        self.operation
    }

    /// Why there is nothing here, for callers alone to know.
    pub(super) const fn withheld(&self) -> Option<&Refusal> {
        self.withheld.as_ref()
    }

    /// The method that the API is asked with: `GET` also for a `HEAD` that is not declared. None
    /// if no document can declare it.
    pub(super) const fn method(&self) -> Option<Method> {
        self.method
    }

    /// The path behind the base path.
    pub(super) const fn path(&self) -> Option<&CanonicalPath> {
        self.path.as_ref()
    }
}

pub(super) async fn enter(
    received: Received,
    incoming: &mut Incoming<'_>,
    context: &mut Context<'_>,
) -> Result<Matched, Exit> {
    context.enter(Room::FindOperation);
    if let Some(asked) = reported::is_asked(&received, context) {
        let answer = Box::pin(reported::answer(&received, asked, incoming, context));
        return Err(Exit::Answered(answer.await?));
    }
    let path = received.path().and_then(|path| path.behind(&context.plan.model.base_path));
    if let Some(document) = told(&received, path.as_ref(), context.plan) {
        return Err(shown(document, context));
    }
    if let Some(origin) = preflight_origin(&received) {
        match (preflight(&received, path.as_ref(), &origin, context), context.mode(PREFLIGHTS)) {
            (exit, Mode::Enforce) => return Err(exit),
            (Exit::Refused(refusal), Mode::Observe) => context.would_refuse(&refusal),
            // Observed or not asked: the API answers its own preflights.
            (_, Mode::Observe | Mode::NotAsked) => {}
        }
    }
    let mut withheld = None;
    let operation = find(&received, path.as_ref(), &mut withheld, context)?;
    let mut method = received.head().method;
    if let Some(index) = operation {
        context.found(index);
        let plan = context.plan;
        if let Some(compiled) = plan.operations.get(index) {
            context.entry.operation(compiled.name.clone());
        }
        if let Some(declared) = plan.model.contract.operation(index) {
            method = Some(declared.method);
            record_path(&received, declared, context);
            let sunset = api_inventory::judge_sunset(declared, context.now());
            say(sunset, path.as_ref(), &mut withheld, context)?;
        }
    }
    Ok(Matched { received, operation, path, method, withheld })
}

/// Whose path it is says what of it a record may show.
fn record_path(received: &Received, declared: &Operation, context: &mut Context<'_>) {
    let paths = &context.plan.secret_paths;
    let recorded = paths.recorded_of(declared, received.head().path());
    if paths.are_declared() {
        context.entry.path(&recorded);
    }
    context.holds_secret |= matches!(recorded, Cow::Owned(_));
}

fn find(
    received: &Received,
    path: Option<&CanonicalPath>,
    withheld: &mut Option<Refusal>,
    context: &mut Context<'_>,
) -> Result<Option<usize>, Exit> {
    let plan = context.plan;
    let contract = &plan.model.contract;
    let sent = received.head().method;
    let found = match (sent, path) {
        (Some(method), Some(path)) => contract.find(method, path),
        // A method that no document can declare finds the path's other methods.
        (None, Some(path)) => contract.methods(path).map_or(Find::Nothing, Find::OtherMethods),
        (_, None) => Find::Nothing,
    };
    match found {
        Find::Operation(index) => Ok(Some(index)),
        Find::OtherMethods(methods) => {
            let get = path.filter(|_| sent == Some(Method::Head));
            if let Some(Find::Operation(index)) = get.map(|path| contract.find(Method::Get, path)) {
                return Ok(Some(index));
            }
            let is_hidden = is_hidden(path, context.plan);
            if sent == Some(Method::Options) && !is_hidden && context.mode(OPTIONS) == Mode::Enforce
            {
                return Err(Exit::Answered(options(methods)));
            }
            say(undeclared_method(methods), path, withheld, context)?;
            Ok(None)
        }
        Find::NotServed(index) => {
            if let Some(closed) = contract.not_served.get(index) {
                say(api_inventory::not_served(closed), path, withheld, context)?;
            }
            Ok(None)
        }
        Find::Nothing => {
            let hint = hint(received, context);
            say(api_inventory::undeclared(hint), path, withheld, context)?;
            Ok(None)
        }
    }
}

/// What everybody is told of the API, where it is asked for: its metadata as a resource of OAuth (RFC 9728), and
/// the document as clients see it.
fn told<'p>(received: &Received, path: Option<&CanonicalPath>, plan: &'p Plan) -> Option<&'p [u8]> {
    let head = received.head();
    if !matches!(head.method, Some(Method::Get | Method::Head)) {
        return None;
    }
    let metadata = plan.resource.as_ref().filter(|metadata| head.path() == metadata.path);
    metadata.map(|metadata| metadata.document.as_slice()).or_else(|| {
        let published = plan.public_contract.as_ref()?;
        (path? == &published.path).then_some(published.document.as_slice())
    })
}

/// A document of ours as an answer. It may have megabytes, and anybody may ask for it: it counts as what is held for
/// a request, like the answers of the API.
fn shown(document: &[u8], context: &mut Context<'_>) -> Exit {
    let held = context.worker.shared.buffered.take(document.len());
    if held.is_none() {
        return Breach::BufferedBytes.refusal(&context.plan.limits).into();
    }
    context.buffered = held;
    let mut answer = Answer::new(Status(200), Body::Whole(document.to_vec()));
    answer.push_field("Content-Type", "application/json");
    answer.is_private = false;
    Exit::Answered(answer)
}

/// Says that there is nothing here; or keeps it for callers, where strangers may not know (rule 8).
fn say(
    judgement: Judgement<()>,
    path: Option<&CanonicalPath>,
    withheld: &mut Option<Refusal>,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    match judgement {
        Judgement::Refuse(refusal, ()) if is_hidden(path, context.plan) => {
            *withheld = Some(refusal);
            Ok(())
        }
        judgement => context.ask(judgement),
    }
}

/// Whether a path is for callers alone to know: nothing at it is open to anyone.
fn is_hidden(path: Option<&CanonicalPath>, plan: &Plan) -> bool {
    let contract = &plan.model.contract;
    let methods = path.and_then(|path| contract.methods(path)).unwrap_or_default();
    let is_open = |method: &Method| {
        let found = path.map(|path| contract.find(*method, path));
        let Some(Find::Operation(index)) = found else { return false };
        plan.operations.get(index).is_some_and(|one| one.caller == Expected::Anyone)
    };
    plan.hides && !methods.iter().any(is_open)
}

/// Rule 32: a path that would match with or without the base path, or a slash at its end, says so,
/// to the ledger.
fn hint(received: &Received, context: &Context<'_>) -> Option<String> {
    let model = &context.plan.model;
    let base = &model.base_path;
    let whole = received.path()?;
    let is_declared = |path: &CanonicalPath| model.contract.methods(path).is_some();
    if let Some(path) = whole.behind(base)
        && is_declared(&path.with_other_end())
    {
        let which = if path.ends_with_slash() { "without" } else { "with" };
        return Some(format!("it would match {which} a slash at its end"));
    }
    if base.is_empty() {
        let declared = &model.contract.base_path;
        let behind = whole.behind(declared).filter(|_| !declared.is_empty())?;
        return is_declared(&behind).then(|| {
            format!("it would match behind `{declared}`, which the contract's servers name")
        });
    }
    is_declared(whole).then(|| format!("it would match with the base path `{base}` before it"))
}

/// Who answers for methods that are not declared.
const OPTIONS: ControlId = ControlId::SafeConfiguration;

/// What there is at a path, for whoever asks (RFC 9110 section 9.3.7).
fn options(methods: &[Method]) -> Answer {
    let mut answer = Answer::new(Status(204), Body::Nothing);
    answer.push_field("Allow", &allow(methods));
    answer
}

/// Who answers preflights.
const PREFLIGHTS: ControlId = ControlId::SafeConfiguration;

/// A preflight (Fetch standard): OPTIONS with an origin and the method that is to follow.
fn preflight_origin(received: &Received) -> Option<String> {
    let head = received.head();
    let is_preflight = head.method == Some(Method::Options)
        && head.fields.get("access-control-request-method").is_some();
    is_preflight.then(|| head.fields.get("origin").map(str::to_owned)).flatten()
}

fn preflight(
    received: &Received,
    path: Option<&CanonicalPath>,
    origin: &str,
    context: &Context<'_>,
) -> Exit {
    let plan = context.plan;
    let contract = &plan.model.contract;
    let wanted =
        received.head().fields.get("access-control-request-method").and_then(Method::from_name);
    let operation = path.zip(wanted).and_then(|(path, method)| match contract.find(method, path) {
        Find::Operation(index) => contract.operation(index),
        _ => None,
    });
    let preflight =
        Preflight { origin, origins: &plan.model.origins, operation, schemes: &contract.schemes };
    match judge_preflight(&preflight) {
        Judgement::Refuse(refusal, _) => Exit::Refused(refusal),
        Judgement::Pass(fields) => {
            let mut answer = Answer::new(Status(204), Body::Nothing);
            fields
                .iter()
                .filter(|(name, _)| {
                    name.starts_with("Access-Control-Allow-M")
                        || name.starts_with("Access-Control-Allow-H")
                        || name.starts_with("Access-Control-Max")
                })
                .for_each(|(name, value)| answer.push_field(name, value));
            Exit::Answered(answer)
        }
    }
}
