//! Leaked keys of ours, reported by whoever has their text: no room, but an answer of the gateway itself.
//!
//! Possession is the proof. A list that GitHub signed has any number of keys; without a signature it is one, and a wrong
//! one counts as a wrong credential of its address. What is answered says of each text that was shown whether it was a
//! key, and nothing else.

mod signed;

use std::collections::HashMap;
use std::time::Instant;

use portcullis_controls::caller_identity::Guessed;
use portcullis_controls::resource_limits::Breach;
use portcullis_controls::secret_in_url::without_credentials;
use portcullis_counting::Place;
use portcullis_credential::api_key::{self, ApiKey, Pepper};
use portcullis_credential::reporter::{self, LIST_BYTES_MAX, Leak};
use portcullis_ledger::KeyReported;
use portcullis_model::{ControlId, KeyId, Method, Refusal, Status, UnixMillis};
use portcullis_policy::{ApiKeys, Leaks};
use portcullis_store::{ReportedEnd, ReportedKey};

use super::context::{Context, Exit};
use super::receive::Received;
use super::sent::Sent;
use crate::answer::{Answer, Body};
use crate::callers::{Attempt, Guess};
use crate::head::Essential;
use crate::incoming::Incoming;

/// Bytes of a list without a signature: it has one key.
const ONE_BYTES_MAX: usize = 8 << 10;
/// Keys that are judged together: all of them wait for the database once.
const TOGETHER: usize = 1024;
/// Characters of a reporter's own words that are recorded, and of each of them.
const WORD_MAX: usize = 64;
const WORD_BYTES_MAX: usize = 20;

/// Whether a request reports keys.
pub(super) fn is_asked<'p>(
    received: &Received,
    context: &Context<'p>,
) -> Option<(&'p ApiKeys, &'p Leaks)> {
    let head = received.head();
    let keys = context.plan.model.callers.api_keys.as_ref()?;
    let leaks = keys.leaks.as_ref()?;
    (head.method == Some(Method::Post) && head.path() == &*leaks.path).then_some((keys, leaks))
}

/// Judges what is reported, and puts an end to it.
pub(super) async fn answer(
    received: &Received,
    (rule, leaks): (&ApiKeys, &Leaks),
    incoming: &mut Incoming<'_>,
    context: &mut Context<'_>,
) -> Result<Answer, Exit> {
    let head = received.head();
    let place = received.sender().address.map(Place::of);
    let signature = signed::of(head)?;
    // A list that somebody signed is no guess: whoever sends wrong ones beside it does not keep it out.
    let guess = if signature.is_none() { Some(begin(place, context)?) } else { None };
    if head.fields.first(Essential::ContentEncoding).is_some() {
        return Err(malformed("its body is coded").into());
    }
    let Some(mut buffered) = context.worker.shared.buffered.take(0) else {
        return Err(Breach::BufferedBytes.refusal(&context.plan.limits).into());
    };
    let bytes_max = if signature.is_some() { LIST_BYTES_MAX } else { ONE_BYTES_MAX };
    let mut sent = Sent { head, incoming, buffered: &mut buffered };
    let list = sent.read(bytes_max, Breach::BodyBytes, context).await?;
    if let Some(signature) = &signature {
        let verified = signed::verify(signature, &list, leaks.github.as_ref(), context).await;
        if matches!(verified, Err(Exit::Refused(_))) {
            drop(begin(place, context)?);
        }
        verified?;
    }
    let all = reporter::leaks(list).map_err(|fault| malformed(&fault.to_string()))?;
    if signature.is_none() && all.len() > 1 {
        return Err(malformed("several keys, and no signature").into());
    }
    let by = if signature.is_some() { "github" } else { "possession" };
    let (judged, are_new) = ended(&all, (rule, leaks), by, context).await?;
    // The same key again is an attempt like any other: each is recorded and told.
    if let Some(guess) = guess.filter(|_| are_new) {
        context.worker.shared.callers.guesses.was_none(guess, Instant::now());
    }
    let body = reporter::labels(all.iter().zip(judged));
    let mut answer = Answer::new(Status(200), Body::Whole(body));
    answer.push_field("Content-Type", "application/json");
    context.buffered = Some(buffered);
    Ok(answer)
}

/// Begins an attempt: until it is known better, it is a wrong credential.
fn begin(place: Option<Place>, context: &Context<'_>) -> Result<Guess, Refusal> {
    let guesses = &context.worker.shared.callers.guesses;
    let attempt =
        Attempt { guessed: Guessed::Token, function: "key", account: None, secret: None, place };
    guesses.begin(attempt, Instant::now()).inspect_err(|_| guesses.refused(place, Instant::now()))
}

/// Of each text, whether it was a key that was good until now; and whether each ends sooner for being reported.
async fn ended(
    all: &[Leak],
    (rule, leaks): (&ApiKeys, &Leaks),
    by: &'static str,
    context: &Context<'_>,
) -> Result<(Vec<bool>, bool), Exit> {
    let site = context.worker.site();
    let (Some(store), Some(pepper)) = (&context.worker.shared.store, site.pepper()) else {
        let detail = "there is no store of keys, or no pepper".to_owned();
        return Err(Exit::Failed { status: Status::UNAVAILABLE, detail });
    };
    let mut judged = Vec::with_capacity(all.len());
    let mut are_new = true;
    // One key may stand in several places: it is as genuine there, and each of them is recorded.
    let mut ended = HashMap::new();
    for some in all.chunks(TOGETHER) {
        let shown: Vec<_> = some.iter().map(|leak| proof(&leak.token, rule, pepper)).collect();
        let now = context.now();
        let reported = store.report_keys(&shown, leaks.on_report, now).await;
        for ((leak, shown), reported) in some.iter().zip(shown).zip(reported) {
            ended.extend(reported.map(|reported| (shown, reported)));
            let reported = ended.get(&shown);
            judged.push(reported.is_some());
            are_new &= reported.is_some_and(|one| one.end.as_ref().is_ok_and(ReportedEnd::is_new));
            if let Some(reported) = reported {
                record(leak, reported, by, now, context);
            }
        }
    }
    Ok((judged, are_new))
}

/// What a text is to prove: which key it says it is, and its MAC. What has not our form may be one that
/// others issued.
fn proof(text: &str, rule: &ApiKeys, pepper: &Pepper) -> (KeyId, [u8; 32]) {
    let is_ours =
        |key: &ApiKey<'_>| key.brand == &*rule.brand && key.environment == &*rule.environment;
    // As people paste it.
    let text = text.trim();
    if let Some(key) = api_key::parse(text).ok().filter(is_ours) {
        return (key.id, pepper.mac(key.text));
    }
    // One that others issued, or nobody's.
    pepper.imported_text(text).map_or((KeyId::FIRST, [0; 32]), |shown| (shown.id, shown.mac))
}

fn record(
    leak: &Leak,
    reported: &ReportedKey,
    by: &'static str,
    time: UnixMillis,
    context: &Context<'_>,
) {
    let key = &reported.key;
    let problem = reported.end.as_ref().err().map(ToString::to_string);
    let (revoked, ends) = reported.end.as_ref().map_or((None, None), ReportedEnd::told);
    let source = word(&leak.source);
    let url = without_credentials(&leak.url);
    let report = KeyReported {
        time,
        id: key.id,
        owner: &key.owner,
        by,
        source: Some(source.as_str()).filter(|source| !source.is_empty()),
        url: Some(url.as_str()).filter(|url| !url.is_empty()),
        revoked,
        ends,
        problem: problem.as_deref(),
    };
    context.worker.shared.ledger.key_reported(&report);
    if let Some(watch) = &context.worker.shared.watch {
        watch.key_reported(&report);
    }
}

/// What the reporter calls the place, without the key that some put there, too; nothing, if it may be one.
fn word(said: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || "_- ".contains(*c);
    // A secret is one long word; what is cut from one is most of it.
    let is_word = |word: &&str| word.len() <= WORD_BYTES_MAX;
    let words: Vec<&str> = said.split([' ', '_', '-', '/', '=', ':']).filter(is_word).collect();
    words.join(" ").chars().filter(is_plain).take(WORD_MAX).collect()
}

fn malformed(detail: &str) -> Refusal {
    let reason = "report_malformed";
    Refusal::new(ControlId::CallerIdentity, Status::BAD_REQUEST, reason, detail)
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn what_a_reporter_calls_a_place_holds_no_secret_that_was_put_there() {
        let secret = "Nu5LsUf3WZgPkU5MD3DaEhcpCmPLuaHfCcqzz1q2Cab";
        let key = format!("pp_a1_CYIP5ETex5ae5nML_{secret}123456");
        for said in [key.clone(), format!("commit {key}"), secret.to_owned()] {
            let told = word(&said);
            let is_part = |length: usize| told.contains(&secret[..length]);
            assert!(!is_part(8), "{told}");
        }
        assert_eq!(word("pull_request comment"), "pull request comment");
        assert_eq!(word("commit\r\n<b>"), "commitb");
        assert_eq!(word(&"ab ".repeat(100)).len(), 64);
    }
}
