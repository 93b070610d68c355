//! The API's own word about who calls: asked with the caller's credential, once for all requests that
//! show it at a time, and kept for seconds (rule 3).

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use portcullis_contract::{Operation, SchemePlace, Security};
use portcullis_controls::caller_identity::{Guessed, api};
use portcullis_credential::authorization;
use portcullis_json::{Document, Kind, Value as Json};
use portcullis_ledger::Asked as Question;
use portcullis_model::{Attribute, Identity, Source, Status, UnixMillis, Value};
use portcullis_policy::{AttributeRule, OfCaller, Whoami};
use sha2::{Digest, Sha256};
use tokio::time::timeout_at;

use super::judged::{Asked, Judged, Unverified};
use crate::callers::{Attempt, TokenDigest, ToldByApi, Turn};
use crate::turn::{Terms, Turn as Instance, Written};
use crate::upstream::UpstreamFault;

/// The API said no.
pub(super) const REFUSED: &str = "whoami_refused";
/// It answers anybody, and named nobody: the credential is nobody's.
pub(super) const NOBODY: &str = "whoami_nobody";
/// How long a request waits for the answer to another one's question, at most.
const WAIT: Duration = Duration::from_secs(6);
/// Times that it looks again.
const TURNS_MAX: usize = 4;
/// Bytes of an answer about a caller.
const ANSWER_BYTES_MAX: usize = 256 << 10;

/// Bytes of a name that it says, and names in a list: they are kept for a while.
const NAME_BYTES_MAX: usize = 1024;
const LIST_MAX: usize = 256;

/// What the API was told and said, for the record.
pub(super) type Told = (Arc<ToldByApi>, TokenDigest);

/// A credential, and how the API is asked whose it is.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) place: &'a SchemePlace,
    pub(super) value: &'a str,
    pub(super) whoami: &'a Whoami,
}

/// Judges a credential that only the API can verify.
pub(super) async fn judge(
    about: About<'_>,
    asked: Asked<'_>,
    questions: &mut Vec<Question>,
) -> (Judged, Option<TokenDigest>) {
    match told(about, true, asked, questions).await {
        Ok((told, digest)) => {
            let identity = Identity {
                scheme: asked.scheme_name().into(),
                issuer: about.whoami.name.clone(),
                subject: told.subject.clone(),
                attributes: told.attributes.clone(),
                scopes: Vec::new(),
                is_adopted: false,
            };
            (Judged::Genuine { identity: Arc::new(identity), instead: None }, Some(digest))
        }
        Err(unverified) => (unverified.judged(), None),
    }
}

/// Adds what the API says of a caller who is known already. It must mean the same one, unless they are
/// known as the owner of this credential alone (`is_nameless`).
pub(super) async fn with_attributes(
    identity: Arc<Identity>,
    is_nameless: bool,
    about: About<'_>,
    asked: Asked<'_>,
    questions: &mut Vec<Question>,
) -> Result<(Arc<Identity>, TokenDigest), Unverified> {
    let (told, digest) = told(about, false, asked, questions).await?;
    let is_same = match &about.whoami.same_as {
        _ if is_nameless => true,
        OfCaller::Subject => told.subject == identity.subject,
        OfCaller::Attribute(name) => {
            let known = identity.attribute(name);
            known.is_some_and(|known| known.texts().eq([&*told.subject]))
        }
    };
    if !is_same {
        return Err(Unverified::Not("whoami_other_subject"));
    }
    let mut identity = Identity::clone(&identity);
    told.attributes.iter().for_each(|one| identity.add(one.clone()));
    Ok((Arc::new(identity), digest))
}

async fn told(
    about: About<'_>,
    is_guess: bool,
    asked: Asked<'_>,
    questions: &mut Vec<Question>,
) -> Result<Told, Unverified> {
    let About { value, whoami, .. } = about;
    let digest = digest(value, asked);
    if asked.operation.is_some_and(|operation| whoami.fresh.contains(&operation)) {
        asked.worker.shared.callers.told.forget(&digest);
    }
    let until = asked.deadline.min(Instant::now() + WAIT);
    for _ in 0..TURNS_MAX {
        match asked.worker.shared.callers.told.turn(digest, asked.now) {
            Turn::Known(answer) => {
                return answer.map(|told| (told, digest)).map_err(Unverified::Not);
            }
            Turn::TooMany => break,
            Turn::Wait(mut waiting) => {
                if timeout_at(until.into(), waiting.changed()).await.is_err() {
                    break;
                }
            }
            Turn::Ask(asking) => {
                let answer = counted(about, is_guess, asked, questions).await?;
                let kept = UnixMillis(asked.now.0 + whoami.cache.as_millis() as u64);
                asking.answered(answer.clone(), kept);
                return answer.map(|told| (told, digest)).map_err(Unverified::Not);
            }
        }
    }
    Err(Unverified::Unknown(format!("`{}` cannot be asked who calls now", whoami.name)))
}

/// The same credential is another matter for another API, model and scheme, and after roles changed.
fn digest(value: &str, asked: Asked<'_>) -> TokenDigest {
    let epoch = asked.worker.shared.callers.roles_epoch.load(Ordering::Acquire);
    let mut hash = Sha256::new();
    for part in [&*asked.plan.model.name, &*asked.plan.version, value] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.update((asked.scheme as u64).to_le_bytes());
    hash.update(epoch.to_le_bytes());
    hash.finalize().into()
}

type Answer = Result<Arc<ToldByApi>, &'static str>;

/// Asks; a credential that only the API can verify counts as a guess until it says yes.
async fn counted(
    about: About<'_>,
    is_guess: bool,
    asked: Asked<'_>,
    questions: &mut Vec<Question>,
) -> Result<Answer, Unverified> {
    let unknown = |detail| Unverified::Unknown(format!("`{}`: {detail}", about.whoami.name));
    if !is_guess {
        return ask(about, asked, questions).await.map_err(unknown);
    }
    let guesses = &asked.worker.shared.callers.guesses;
    let basic = match about.place {
        SchemePlace::Authorization(scheme) if scheme == "basic" => {
            authorization::basic(about.value).ok()
        }
        _ => None,
    };
    let function = format!("{} basic", api(&asked.plan.model));
    let attempt = Attempt {
        guessed: if basic.is_some() { Guessed::Password } else { Guessed::Token },
        function: &function,
        account: basic.as_ref().map(|basic| basic.user.as_str()),
        secret: basic.as_ref().map(|basic| basic.password.expose_secret()),
        place: asked.place,
    };
    let begun = guesses.begin_or_recall(attempt, Instant::now(), asked.now).await;
    let guess = begun.map_err(Unverified::TooMany)?;
    let answer = ask(about, asked, questions).await;
    let now = Instant::now();
    match &answer {
        Ok(Ok(_)) => guesses.was_right(guess, now, asked.now),
        Ok(Err(_)) => drop(guess),
        Err(_) => guesses.was_none(guess, now),
    }
    answer.map_err(unknown)
}

async fn ask(
    about: About<'_>,
    asked: Asked<'_>,
    questions: &mut Vec<Question>,
) -> Result<Answer, String> {
    let About { place, value, whoami } = about;
    let Asked { worker, plan, deadline, .. } = asked;
    let operation = plan.model.contract.operation(whoami.operation).ok_or("no such operation")?;
    let upstream = &plan.model.upstream;
    let place_held = worker.shared.in_upstream.take(1).ok_or("there is no place in the API")?;
    let mut buffered = worker.shared.buffered.take(0).ok_or("there is no room for its answer")?;
    let turn = Instance::begin(worker, upstream);
    let mut request = Written::question(
        &format!("{}{}", upstream.path, operation.template),
        turn.instance(),
        &[credential(place, value)],
    );
    let started = Instant::now();
    let terms = Terms {
        is_head: false,
        is_repeatable: true,
        may_upgrade: false,
        deadline: deadline.min(started + plan.limits.upstream_timeout),
        limits: &plan.limits,
    };
    let exchanged = turn.exchange(&mut request, terms).await;
    let (head, body) = exchanged.map_err(UpstreamFault::detail)?;
    let status = Status(head.status);
    questions.push(Question {
        operation: whoami.name.clone(),
        status,
        micros: started.elapsed().as_micros() as u64,
    });
    if status.0 != 200 {
        body.discard();
        return match status.0 {
            401 | 403 => Ok(Err(REFUSED)),
            other => Err(format!("it answers {other}")),
        };
    }
    let read = body.read_all(ANSWER_BYTES_MAX, &mut buffered).await;
    drop(place_held);
    let bytes = read.map_err(UpstreamFault::detail)?;
    let document = Document::parse(bytes, &plan.json_out);
    let document = document.map_err(|_| "its answer is no JSON in one reading")?;
    let root = document.root();
    if is_of_nobody(operation, root, &whoami.subject) {
        return Ok(Err(NOBODY));
    }
    let subject = text(root.lookup(&whoami.subject)).ok_or("its answer names nobody")?;
    let attributes = attributes(&document, &plan.model.callers.attributes);
    Ok(Ok(Arc::new(ToldByApi { subject, attributes })))
}

/// Whether an operation that answers anybody (Kinto's `GET /`) says that the credential is nobody's: it has no
/// other word for it than to name none. One that asks for a credential refuses; without a name its answer is
/// another one than was meant.
fn is_of_nobody(operation: &Operation, answer: Json<'_>, subject: &str) -> bool {
    let is_open = !matches!(operation.security, Security::Required { .. });
    is_open && answer.is_object() && answer.lookup(subject).is_none_or(Json::is_null)
}

/// The field that shows a credential.
fn credential(place: &SchemePlace, value: &str) -> (String, String) {
    match place {
        SchemePlace::Header(name) => (name.clone(), value.to_owned()),
        SchemePlace::Cookie(name) => ("Cookie".to_owned(), format!("{name}={value}")),
        _ => ("Authorization".to_owned(), value.to_owned()),
    }
}

fn attributes(document: &Document, rules: &[AttributeRule]) -> Vec<Attribute> {
    let told = rules.iter().filter_map(|rule| {
        let value = value(document.root().lookup(rule.whoami.as_deref()?)?)?;
        Some(Attribute { name: rule.name.clone(), value, source: Source::Whoami })
    });
    told.collect()
}

/// A name: a text with something in it, or a number as it is written.
fn text(value: Option<Json<'_>>) -> Option<Arc<str>> {
    let value = value?;
    let text = value.as_str().or_else(|| value.as_number());
    text.filter(|text| !text.is_empty() && text.len() <= NAME_BYTES_MAX).map(Arc::from)
}

fn value(value: Json<'_>) -> Option<Value> {
    match value.kind() {
        Kind::String => text(Some(value)).map(Value::Text),
        Kind::Number => text(Some(value)).map(Value::Number),
        Kind::True | Kind::False => value.as_bool().map(Value::Truth),
        Kind::Array => {
            let items = value.items().take(LIST_MAX + 1);
            let texts: Option<Vec<Arc<str>>> = items.map(|item| text(Some(item))).collect();
            texts.filter(|texts| texts.len() <= LIST_MAX).map(Value::List)
        }
        Kind::Null | Kind::Object => None,
    }
}
