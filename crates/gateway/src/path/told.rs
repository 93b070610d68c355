//! What the API is told of the caller, in fields that no client can write; nor can one write those that show where a
//! request comes from.

use std::rc::Rc;
use std::sync::Arc;

use portcullis_ledger::Noted;
use portcullis_model::{Caller, ControlId, Identity, Mode, Status};
use portcullis_policy::{Forward, Told};

use super::context::{Context, Exit};
use crate::callers::signed;
use crate::worker::Deed;

/// Whether a client's field would be read as one of ours: then it does not go on, observing or not
/// (rule 28).
pub(super) fn is_removed(name: &str, context: &mut Context<'_>) -> bool {
    let model = &context.plan.model;
    let is_ours = |known: &str| {
        let same = |(a, b): (u8, u8)| a == b || a == b'_' && b == b'-';
        known.len() == name.len() && name.bytes().zip(known.bytes()).all(same)
    };
    let control = ControlId::CallerIdentity;
    let forward = model.callers.forward.as_ref();
    let is_told = forward.is_some_and(|forward| {
        forward.headers.iter().any(|(known, _)| is_ours(known))
            || forward.token.iter().any(|token| is_ours(&token.header))
    });
    let is_removed = context.mode(control) != Mode::NotAsked
        && (is_told || model.upstream.proof.headers().any(is_ours));
    if is_removed {
        let detail = format!("header `{name}`");
        context.did(Deed::Remove, Noted { control, reason: "identity_header", detail });
    }
    is_removed
}

/// The fields that tell who calls; none of what is not known.
pub(super) fn fields(forward: &Forward, caller: &Caller) -> Vec<(String, String)> {
    let Some(identity) = verified(caller) else { return Vec::new() };
    let told = forward.headers.iter().map(|(name, what)| (name.clone(), text(what, identity)));
    told.filter_map(|(name, text)| Some((name, text?))).collect()
}

/// Of whom something is told: nothing is of a credential from before the exchange, which nobody verified.
fn verified(caller: &Caller) -> Option<&Arc<Identity>> {
    caller.identity().filter(|identity| !identity.is_adopted)
}

/// The token that tells who calls, with its field. Whoever cannot be told of does not reach the API.
pub(super) fn token(
    caller: &Caller,
    context: &Context<'_>,
) -> Result<Option<(String, Rc<str>)>, Exit> {
    let forward = context.plan.model.callers.forward.as_ref();
    let rule = forward.and_then(|forward| forward.token.as_ref());
    let (Some(rule), Some(identity)) = (rule, verified(caller)) else { return Ok(None) };
    let worker = context.worker;
    let failed = |why: &str| Exit::Failed { status: Status::INTERNAL, detail: why.to_owned() };
    let site = worker.site();
    let signer =
        site.signer().ok_or_else(|| failed("the key that signs who calls was not read"))?;
    let mut known = worker.signed.borrow_mut();
    let id = context.request_id();
    let id = String::from_utf8_lossy(&id.text()).into_owned();
    let token = signed(rule, identity, signer, &mut known, context.now(), &id).map_err(failed)?;
    Ok(Some((rule.header.clone(), token)))
}

/// What a field says; nothing where its text would have another reading there.
fn text(what: &Told, identity: &Identity) -> Option<String> {
    let (texts, between): (Vec<&str>, &str) = match what {
        Told::Subject => (vec![&identity.subject], ""),
        Told::Issuer => (vec![&identity.issuer], ""),
        Told::Scopes => (identity.scopes.iter().map(|scope| &**scope).collect(), " "),
        Told::Attribute(name) => (identity.attribute(name)?.texts().collect(), ","),
    };
    let is_clear = |text: &&str| {
        let is_visible = |c: char| !c.is_control() && c.is_ascii();
        text.chars().all(is_visible) && text.trim() == *text && !text.is_empty()
    };
    // Whoever reads a list there would find two where one stands.
    let is_whole = |text: &&str| between.is_empty() || !text.contains(between);
    let is_told = !texts.is_empty() && texts.iter().all(|text| is_clear(text) && is_whole(text));
    is_told.then(|| texts.join(between))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use portcullis_model::{Attribute, Source, Value};

    use super::*;

    fn said(value: Value) -> Vec<(String, String)> {
        let identity = Identity {
            scheme: "bearer".into(),
            issuer: "https://login.example".into(),
            subject: "alice".into(),
            attributes: vec![Attribute { name: "role".into(), value, source: Source::Claim }],
            scopes: Vec::new(),
            is_adopted: false,
        };
        let headers = vec![
            ("x-caller".to_owned(), Told::Subject),
            ("x-scopes".to_owned(), Told::Scopes),
            ("x-role".to_owned(), Told::Attribute("role".into())),
        ];
        fields(&Forward { headers, ..Forward::default() }, &Caller::Verified(Arc::new(identity)))
    }

    #[test]
    fn what_could_be_read_otherwise_is_not_told() {
        let list =
            |texts: &[&str]| Value::List(texts.iter().map(|text| Arc::from(*text)).collect());
        let role = |value| said(value).into_iter().find(|(name, _)| name == "x-role");
        for (value, expected) in [
            (Value::Text("admin".into()), Some("admin")),
            (Value::Text("a,b".into()), None),
            (list(&["a,b"]), None),
            (list(&["a", "b"]), Some("a,b")),
            (list(&["a", "b,admin"]), None),
            (list(&[]), None),
            (Value::Text("a\r\nX-Role: admin".into()), None),
            (Value::Text(" admin".into()), None),
            (Value::Text("\u{e4}dmin".into()), None),
            (Value::Truth(true), Some("true")),
        ] {
            let told = role(value.clone()).map(|(_, text)| text);
            assert_eq!(told.as_deref(), expected, "{value:?}");
        }
        assert_eq!(said(list(&[])), [("x-caller".to_owned(), "alice".to_owned())]);
    }
}
