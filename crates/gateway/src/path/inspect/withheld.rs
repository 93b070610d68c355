//! The last look at an answer: neither the API's credential of a session nor what shows the API where requests come from
//! leaves with it, and nothing leaves whose session was ended, or whose token was revoked, meanwhile.

use portcullis_controls::content_type::Coding;
use portcullis_json::Document;
use portcullis_model::{ControlId, Mode, Refusal, Status};

use super::super::context::{Context, Exit};
use super::super::exchange::noted;
use crate::answer::{Answer, Body};
use crate::coding::decode;
use crate::login::{Under, Watched, Withheld};
use crate::proof::Prover;
use crate::worker::Deed;

/// Takes out what may not leave.
pub(super) fn take_out(mut answer: Answer, context: &mut Context<'_>) -> Result<Answer, Exit> {
    let mode = context.mode(ControlId::CallerIdentity);
    let is_enforced = mode == Mode::Enforce;
    let store = context.worker.shared.store.as_ref();
    if is_enforced && let Some(refusal) = context.carried.ended(store) {
        return Err(refusal.into());
    }
    let withheld = std::mem::take(&mut context.carried.withheld);
    let mut withheld = if is_enforced { withheld } else { Withheld::default() };
    // What shows where requests come from leaves no more than an identity comes in, observing or not (rule 28).
    if mode != Mode::NotAsked {
        let site = context.worker.site();
        let prover = site.prover(&context.plan.model.upstream.proof);
        prover.and_then(Prover::credential).into_iter().for_each(|own| withheld.add_one(own));
    }
    if !withheld.is_empty() {
        let removed = answer.remove_fields(|_, value| withheld.is_in_field(value));
        for name in removed {
            context.did(Deed::Remove, noted("api_credential", format!("header `{name}`")));
        }
        refuse_coded(&answer, &withheld, context)?;
        if let Body::Whole(body) = &mut answer.body
            && let Some(other) = without(body, &withheld, context)?
        {
            *body = other;
            // What was said of the body is no longer true.
            answer.remove_fields(|name, _| {
                ["etag", "content-md5", "digest", "content-digest", "repr-digest"]
                    .iter()
                    .any(|known| name.eq_ignore_ascii_case(known))
            });
            context.did(Deed::Remove, noted("api_credential", "the body".to_owned()));
        }
    }
    if let Body::Streaming(streaming) | Body::Upgraded(streaming) = &mut answer.body {
        let session = context.carried.session.clone();
        let tokens = std::mem::take(&mut context.carried.tokens);
        let key = context.carried.key.take();
        let password = context.carried.password.take();
        let is_ours = session.is_some() || key.is_some() || password.is_some();
        let is_under = is_ours || !tokens.is_empty();
        let store = context.worker.shared.store.as_ref().filter(|_| is_enforced && is_under);
        if store.is_some() || !withheld.is_empty() {
            let under = store.map(|store| (Under { session, tokens, key, password }, store));
            streaming.watch(Watched::new(under, context.now(), withheld));
        }
    }
    Ok(answer)
}

/// A body that is still coded is looked into, and leaves whole or not at all.
fn refuse_coded(answer: &Answer, withheld: &Withheld, context: &Context<'_>) -> Result<(), Exit> {
    let is_coding = |(name, _): &(&str, &str)| name.eq_ignore_ascii_case("content-encoding");
    let coding = answer.fields().find(is_coding).map(|(_, coding)| coding);
    let (Some(coding), Body::Whole(body)) = (coding, &answer.body) else { return Ok(()) };
    let bytes_max = context.plan.limits.answer_bytes_max;
    let decoded = Coding::from_name(Some(coding))
        .and_then(|coding| decode(body.clone(), coding, bytes_max, u32::MAX).ok());
    // What cannot be undone cannot be looked into.
    if decoded.is_none_or(|text| withheld.is_in(&text)) { Err(refused()) } else { Ok(()) }
}

fn refused() -> Exit {
    let detail = "the answer holds the API's credential".to_owned();
    Refusal::new(ControlId::CallerIdentity, Status::BAD_GATEWAY, "api_credential", detail).into()
}

/// The body without it; `None` if it is not there. A body that is no JSON, or nothing else, does not
/// leave at all.
fn without(
    body: &[u8],
    withheld: &Withheld,
    context: &Context<'_>,
) -> Result<Option<Vec<u8>>, Exit> {
    let is_plain = withheld.is_in(body);
    // Only an escape can hide it.
    if !is_plain && !body.contains(&b'\\') {
        return Ok(None);
    }
    let Ok(mut document) = Document::parse(body.to_vec(), &context.plan.json_out) else {
        return if is_plain { Err(refused()) } else { Ok(None) };
    };
    if !withheld.take_out(&mut document) {
        return Err(refused());
    }
    if !document.is_edited() {
        // It stands across values, where nobody reads it as one.
        return if is_plain { Err(refused()) } else { Ok(None) };
    }
    let mut out = Vec::with_capacity(body.len());
    document.write(&mut out);
    Ok(Some(out))
}
