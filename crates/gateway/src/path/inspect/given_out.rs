//! The answer of a login, of its second step, or of a refresh: what the API gives out is kept, and
//! ours stands in its place before anything leaves.

mod opened;

use portcullis_contract::MediaRange;
use portcullis_json::Document;
use portcullis_model::{ControlId, Refusal, Status};
use portcullis_policy::{AnswerPlace, AnswerTest, Login, SecondStep, Tested};
use portcullis_store::State;

use super::super::attempt;
use super::super::context::{Context, Exit};
use super::super::forward::Parts;
use super::decoded::decoded;
use super::neutral::unread;
use crate::callers::Said;
use crate::head::{AnswerHead, Essential, Fields};
use crate::login::{Issue, Outcome, Reading, SetCookie, in_json, ours, without_scheme};
use crate::upstream::Streaming;
use opened::{Ours, opened};

/// Which step of a login an operation is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'p> {
    First(&'p Login),
    Second(&'p Login, &'p SecondStep),
    Renewal(&'p Login),
}

impl<'p> Step<'p> {
    /// The step that this request took.
    pub(super) fn of(index: usize, context: &Context<'p>) -> Option<Self> {
        let logins = &context.plan.model.callers.logins;
        let is_pending = context
            .carried
            .session
            .as_ref()
            .is_some_and(|session| session.state == State::SecondStep);
        let second = logins.iter().find_map(|login| {
            let second = login.second_step.as_ref().filter(|second| second.operation == index)?;
            Some(Self::Second(login, second))
        });
        let renewal = logins
            .iter()
            .find(|login| login.refresh.as_ref().is_some_and(|refresh| refresh.operation == index));
        let first = logins.iter().find(|login| login.operation == index).map(Self::First);
        // One operation may be several steps: an OAuth token endpoint.
        match (second, renewal, first) {
            (Some(second), _, _) if is_pending => Some(second),
            (_, Some(login), _) if context.carried.renews.is_some() => Some(Self::Renewal(login)),
            (second, renewal, first) => first.or(second).or(renewal.map(Self::Renewal)),
        }
    }

    pub(super) const fn login(&self) -> &'p Login {
        match self {
            Self::First(login) | Self::Second(login, _) | Self::Renewal(login) => login,
        }
    }

    /// Where its answer has the login's credentials, in their order.
    fn places(&self) -> Vec<AnswerPlace> {
        let renewal = self.login().refresh.as_ref();
        match (self, renewal) {
            (Self::Second(_, second), _) => second.tokens.clone(),
            (Self::Renewal(_), Some(refresh)) => refresh.tokens.clone(),
            _ => self.login().tokens.iter().map(|token| token.at.clone()).collect(),
        }
    }

    const fn second_step(&self) -> Option<&'p SecondStep> {
        match self {
            Self::First(login) => login.second_step.as_ref(),
            Self::Second(..) | Self::Renewal(_) => None,
        }
    }

    /// Whether nothing of the answer can be known without its body.
    fn needs_body(issue: &Issue<'_>) -> bool {
        let login = issue.login;
        let mut places = issue.tokens.iter();
        places.any(|place| matches!(place, AnswerPlace::Member(_)))
            || login.subject.is_some()
            || login.failure.as_ref().is_some_and(looks_into_body)
            || login
                .refresh
                .as_ref()
                .is_some_and(|one| matches!(one.issued, AnswerPlace::Member(_)))
            || issue.second_step.is_some()
            || issue.attributes.iter().any(|rule| !rule.login.is_empty())
    }
}

/// Whether a test needs the body.
pub(super) const fn looks_into_body(test: &AnswerTest) -> bool {
    matches!(test.of, Tested::Member(_))
}

/// Takes out what the API gives out, and puts ours in.
pub(super) async fn take(
    step: Step<'_>,
    mut parts: Parts,
    context: &mut Context<'_>,
) -> Result<Parts, Exit> {
    let status = parts.head.status;
    let plan = context.plan;
    if !(200..400).contains(&status) {
        return Ok(parts);
    }
    let places = step.places();
    let issue = Issue {
        login: step.login(),
        tokens: &places,
        second_step: step.second_step(),
        attributes: &plan.model.callers.attributes,
    };
    let is_json = is_json(&parts.head.fields);
    let mut body = None;
    if is_json && Step::needs_body(&issue) {
        body = Some(read(&mut parts, context).await?);
    }
    let document = match &body {
        Some(bytes) => match Document::parse(bytes.clone(), &plan.json_out) {
            Ok(document) => Some(document),
            Err(_) => return Err(refused("login_answer_unreadable")),
        },
        None => None,
    };
    let outcome = outcome(&issue, &parts.head, document.as_ref(), context);
    if !matches!(step, Step::Renewal(_)) {
        attempt::said(said(&outcome), context);
    }
    let given = match outcome {
        Outcome::Failed => {
            put_back(&mut parts, body);
            return Ok(parts);
        }
        // Where it is said how failure looks, this is a success: then what it gave out is somewhere
        // else, and would leave.
        Outcome::Nothing if step.login().failure.is_some() => {
            return Err(refused("login_without_token"));
        }
        Outcome::Nothing => {
            context.entry.drift_beside("login_without_token");
            put_back(&mut parts, body);
            return Ok(parts);
        }
        Outcome::Unusable(why) => return Err(refused(why)),
        Outcome::Given(given) => given,
    };
    let ours = opened(step, &given, context).await?;
    exchange(&mut parts, body, document.as_ref(), &given.places, &ours, context)?;
    Ok(parts)
}

/// What the API gave out, if anything.
fn outcome(
    issue: &Issue<'_>,
    head: &AnswerHead,
    document: Option<&Document>,
    context: &Context<'_>,
) -> Outcome {
    let cookies = head.fields.all("set-cookie").filter_map(SetCookie::parse);
    let cookies: Vec<SetCookie<'_>> = cookies.collect();
    let location = head.fields.first(Essential::Location);
    let reading = Reading { status: head.status, location, document, cookies: &cookies };
    issue.read(&reading, context.now())
}

/// Whether the API took what it was shown, for whoever counts attempts.
const fn said(outcome: &Outcome) -> Said {
    match outcome {
        Outcome::Failed => Said::No,
        // It gives nothing out and does not say no: it counts, and leaves as it is.
        Outcome::Nothing => Said::Nothing,
        Outcome::Unusable(_) | Outcome::Given(_) => Said::Yes,
    }
}

/// Puts ours in the places of theirs, in body and cookies.
fn exchange(
    parts: &mut Parts,
    body: Option<Vec<u8>>,
    document: Option<&Document>,
    places: &[(AnswerPlace, bool)],
    ours_are: &Ours,
    context: &Context<'_>,
) -> Result<(), Exit> {
    let mut members: Vec<(&str, String)> = Vec::new();
    let mut cookies: Vec<(&str, &str)> = Vec::new();
    for (place, is_refresh) in places {
        let text = if *is_refresh { ours_are.refresh() } else { ours_are.token() };
        match place {
            AnswerPlace::Member(pointer) => {
                let found = document.and_then(|document| document.root().lookup(pointer));
                let (scheme, _) =
                    without_scheme(found.and_then(portcullis_json::Value::as_str).unwrap_or(""));
                members.push((pointer, format!("{scheme}{text}")));
            }
            AnswerPlace::Cookie(name) => cookies.push((name, text)),
        }
    }
    if let Some(bytes) = body {
        let changes: Vec<(&str, &str)> =
            members.iter().map(|(pointer, text)| (*pointer, text.as_str())).collect();
        let written = in_json(&bytes, &changes, &context.plan.json_out);
        parts.body = Streaming::here(written.ok_or_else(|| refused("login_answer_unreadable"))?);
    }
    let is_loopback = context.hop == portcullis_controls::transport_encryption::Hop::Loopback;
    let last: Vec<(String, usize)> = cookies
        .iter()
        .map(|(name, _)| ((*name).to_owned(), last_of(name, &parts.head.fields)))
        .collect();
    let mut place = 0;
    let seconds = ours_are.seconds;
    parts.head.fields = parts.head.fields.rewritten(|field, value| {
        if field != "set-cookie" {
            return Some(value.to_owned());
        }
        place += 1;
        let Some(theirs) = SetCookie::parse(value) else { return Some(value.to_owned()) };
        let Some((_, text)) = cookies.iter().find(|(name, _)| *name == theirs.name) else {
            return Some(value.to_owned());
        };
        let is_last = last.iter().any(|(name, last)| *name == theirs.name && *last == place);
        is_last.then(|| ours(&theirs, text, seconds, is_loopback))
    });
    Ok(())
}

/// Which `Set-Cookie` field of the answer is the last one of this name, from 1.
fn last_of(name: &str, fields: &Fields) -> usize {
    let all = fields.all("set-cookie").map(SetCookie::parse);
    let named = all.enumerate().filter(|(_, one)| one.is_some_and(|one| one.name == name));
    named.last().map_or(0, |(place, _)| place + 1)
}

/// The whole body, without its coding.
pub(super) async fn read(parts: &mut Parts, context: &Context<'_>) -> Result<Vec<u8>, Exit> {
    let plan = context.plan;
    let body = std::mem::replace(&mut parts.body, Streaming::here(Vec::new()));
    let bytes_max = plan.limits.answer_bytes_max;
    let bytes = body.read_all(bytes_max, &mut parts.buffered).await.map_err(unread)?;
    let bytes =
        decoded(bytes, &parts.head.fields, plan).map_err(|(refusal, _)| Exit::Refused(refusal))?;
    if parts.head.fields.first(Essential::ContentEncoding).is_some() {
        let stays =
            |name: &str, value: &str| (name != "content-encoding").then(|| value.to_owned());
        parts.head.fields = parts.head.fields.rewritten(stays);
    }
    // Some servers write it; it is no part of the text (RFC 8259 section 8.1).
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).map(<[u8]>::to_vec);
    Ok(text.unwrap_or(bytes))
}

/// Puts a body back that was read.
pub(super) fn put_back(parts: &mut Parts, body: Option<Vec<u8>>) {
    body.into_iter().for_each(|body| parts.body = Streaming::here(body));
}

pub(super) fn is_json(fields: &Fields) -> bool {
    let range = fields.first(Essential::ContentType).and_then(MediaRange::parse);
    range.is_some_and(|range| range.sub == "json" || range.sub.ends_with("+json"))
}

/// Nothing of the answer leaves: what it gave out cannot be kept.
pub(super) fn refused(why: &'static str) -> Exit {
    let detail = format!("the answer of a login cannot be exchanged: {why}");
    Refusal::new(ControlId::CallerIdentity, Status::BAD_GATEWAY, why, detail).into()
}
