//! The token that pages send back where their browsers say nothing of them: read, given out, and never forwarded.

use std::borrow::Cow;

use portcullis_contract::SchemePlace;
use portcullis_controls::cross_site::{Bound, TOKEN_CHANCE_BYTES, Token, TokenKey};
use portcullis_model::{ControlId, Mode};
use portcullis_policy::{Model, PageToken};

use super::context::Context;
use crate::answer::Answer;
use crate::head::RequestHead;

/// What a request says by its token. A caller who is known by a cookie and has no token gets one with the answer.
pub(super) fn read(head: &RequestHead, context: &mut Context<'_>) -> Token {
    let model = &context.plan.model;
    let Some(rule) = &model.page_token else { return Token::NotUsed };
    let credentials = credentials(head, model);
    if credentials.is_empty() {
        return Token::Missing;
    }
    let secret = context.worker.site().secret(&rule.key);
    // A key that was not read vouches for nothing.
    let Some(key) = secret.and_then(|secret| TokenKey::new(&secret)) else { return Token::Bad };
    let bound = Bound { api: &model.name, credentials: &credentials };
    let cookie: Vec<&str> = head
        .fields
        .cookies()
        .filter(|(name, _)| **name == *rule.cookie)
        .map(|(_, value)| value)
        .collect();
    let has_one = matches!(cookie.as_slice(), [token] if key.is_good(bound, token));
    let mut chance = [0; TOKEN_CHANCE_BYTES];
    // Whoever only observes changes nothing.
    let is_given = !has_one && context.mode(ControlId::CrossSite) == Mode::Enforce;
    if is_given && getrandom::fill(&mut chance).is_ok() {
        context.carried.page_token = Some(key.make(bound, chance));
    }
    let field: Vec<&str> = head.fields.all(&rule.header).collect();
    key.judge(bound, &field, &cookie)
}

/// The cookies that callers are known by, each as often as it stands.
fn credentials<'h>(head: &'h RequestHead, model: &'h Model) -> Vec<(&'h str, &'h str)> {
    let places = model.contract.schemes.iter().map(|scheme| &scheme.place);
    let mut names: Vec<&str> = Vec::new();
    for place in places {
        if let SchemePlace::Cookie(name) = place
            && !names.contains(&name.as_str())
        {
            names.push(name);
        }
    }
    let of = |name: &'h str| {
        head.fields.cookies().filter(move |(shown, value)| *shown == name && !value.is_empty())
    };
    names.into_iter().flat_map(of).collect()
}

/// Gives it out with an answer that says no no.
pub(super) fn give(answer: &mut Answer, context: &mut Context<'_>) {
    let Some(token) = context.carried.page_token.take() else { return };
    let Some(rule) = context.plan.model.page_token.as_ref().filter(|_| answer.status.0 < 400)
    else {
        return;
    };
    let secure = if context.hop.is_tls() { "; Secure" } else { "" };
    // The page's script reads it: that is what it is for.
    let cookie = format!("{}={token}; Path=/; SameSite=Lax{secure}", rule.cookie);
    answer.push_field("Set-Cookie", &cookie);
    answer.is_private = true;
}

/// Whether a client's field is the token: it does not go on, whatever is observed.
pub(super) fn is_field(name: &str, rule: Option<&PageToken>) -> bool {
    rule.is_some_and(|rule| *rule.header == *name)
}

/// Cookies without it.
pub(super) fn without<'c>(cookies: Cow<'c, [u8]>, rule: Option<&PageToken>) -> Cow<'c, [u8]> {
    let Some(rule) = rule else { return cookies };
    let is_it =
        |pair: &[u8]| pair.split(|byte| *byte == b'=').next() == Some(rule.cookie.as_bytes());
    let pairs = || cookies.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    if !pairs().any(is_it) {
        return cookies;
    }
    let kept: Vec<&[u8]> = pairs().filter(|pair| !is_it(pair)).collect();
    Cow::Owned(kept.join(&b"; "[..]))
}
