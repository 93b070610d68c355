//! What the answer of a login gives out, if it is a success at all.

use std::sync::Arc;

use portcullis_controls::caller_identity;
use portcullis_credential::jwt::unverified_expiry;
use portcullis_json::{Document, Value as Json};
use portcullis_model::{Attribute, Secret, Source, UnixMillis, Value};
use portcullis_policy::{AnswerPlace, AnswerTest, AttributeRule, Login, SecondStep};
use portcullis_store::Credentials;

use super::cookie::SetCookie;
use super::kept::value;
use super::{PENDING, REFRESH};

/// Bytes of one credential. Header fields of most servers end here.
const CREDENTIAL_BYTES_MAX: usize = 8 << 10;
/// Bytes of a name of a caller.
const SUBJECT_BYTES_MAX: usize = 1024;
/// Scopes that are kept.
const SCOPES_MAX: usize = 64;

/// An answer, as far as it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) status: u16,
    pub(crate) location: Option<&'a str>,
    pub(crate) document: Option<&'a Document>,
    pub(crate) cookies: &'a [SetCookie<'a>],
}

/// Which answer it is, of which login.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Issue<'p> {
    pub(crate) login: &'p Login,
    /// Where it has the login's credentials, in their order.
    pub(crate) tokens: &'p [AnswerPlace],
    /// The second step that it may ask for.
    pub(crate) second_step: Option<&'p SecondStep>,
    pub(crate) attributes: &'p [AttributeRule],
}

/// What became of the login.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The API says no.
    Failed,
    /// It does not say no, and gives nothing out.
    Nothing,
    /// It gives this out.
    Given(Box<Given>),
    /// It gives something out that cannot be kept: why.
    Unusable(&'static str),
}

/// What an answer gives out.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// The API's credentials, under the names of their places in the login.
    pub(crate) credentials: Credentials,
    /// Whether a second step follows.
    pub(crate) is_pending: bool,
    pub(crate) subject: Option<String>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) scopes: Vec<Arc<str>>,
    /// When the first of the credentials ends.
    pub(crate) until: Option<UnixMillis>,
    /// When the refresh token ends.
    pub(crate) refresh_until: Option<UnixMillis>,
    /// Where ours go, and whether it is the refresh token's place.
    pub(crate) places: Vec<(AnswerPlace, bool)>,
}

impl Given {
    /// Whether it can be renewed.
    pub(crate) fn has_refresh(&self) -> bool {
        self.credentials.contains_key(REFRESH)
    }

    /// It ends then, if it does not before.
    fn ends(&mut self, time: UnixMillis) {
        self.until = Some(self.until.map_or(time, |until| until.min(time)));
    }
}

/// Whether the answer is what a test asks for.
pub(crate) fn is_met(test: &AnswerTest, reading: &Reading<'_>) -> bool {
    let Reading { status, location, document, .. } = reading;
    caller_identity::is_met(test, *status, *location, document.map(Document::root))
}

impl Issue<'_> {
    /// Reads it.
    pub(crate) fn read(&self, reading: &Reading<'_>, now: UnixMillis) -> Outcome {
        let is_redirect = (300..400).contains(&reading.status);
        if !(200..400).contains(&reading.status)
            || self.login.failure.as_ref().is_some_and(|failure| is_met(failure, reading))
        {
            return Outcome::Failed;
        }
        let mut given = Given::default();
        let taken = match self.pending(reading) {
            Some(place) => {
                given.is_pending = true;
                Self::take(place, PENDING, reading, now, &mut given)
            }
            None => self.take_all(reading, now, &mut given),
        };
        if let Err(why) = taken.and_then(|()| self.describe(reading, now, &mut given)) {
            return Outcome::Unusable(why);
        }
        if !given.credentials.is_empty() {
            return Outcome::Given(Box::new(given));
        }
        if is_redirect { Outcome::Failed } else { Outcome::Nothing }
    }

    /// Where it has what a second step needs, if it asks for one.
    fn pending(&self, reading: &Reading<'_>) -> Option<&AnswerPlace> {
        let second = self.second_step?;
        let is_asked = match &second.when {
            Some(when) => is_met(when, reading),
            None => matches!(found(&second.issued, reading), Ok(Some(_))),
        };
        is_asked.then_some(&second.issued)
    }

    fn take_all(
        &self,
        reading: &Reading<'_>,
        now: UnixMillis,
        given: &mut Given,
    ) -> Result<(), &'static str> {
        for (token, place) in self.login.tokens.iter().zip(self.tokens) {
            Self::take(place, &token.at.name(), reading, now, given)?;
        }
        if let Some(refresh) = &self.login.refresh
            && !given.credentials.is_empty()
            && let Some(text) = found(&refresh.issued, reading)?
        {
            given.refresh_until = unverified_expiry(text);
            given.credentials.insert(REFRESH.to_owned(), Secret::new(text.as_bytes()));
            given.places.push((refresh.issued.clone(), true));
        }
        Ok(())
    }

    fn take(
        place: &AnswerPlace,
        name: &str,
        reading: &Reading<'_>,
        now: UnixMillis,
        given: &mut Given,
    ) -> Result<(), &'static str> {
        let Some(text) = found(place, reading)? else { return Ok(()) };
        let token = without_scheme(text).1;
        unverified_expiry(token).into_iter().for_each(|time| given.ends(time));
        if let AnswerPlace::Cookie(name) = place
            && let Some(seconds) = set(name, reading).and_then(|cookie| cookie.max_age())
        {
            given.ends(later(now, seconds.unsigned_abs()));
        }
        given.credentials.insert(name.to_owned(), Secret::new(token.as_bytes()));
        given.places.push((place.clone(), false));
        Ok(())
    }

    /// Who it is, what is known of them, and for how long.
    fn describe(
        &self,
        reading: &Reading<'_>,
        now: UnixMillis,
        given: &mut Given,
    ) -> Result<(), &'static str> {
        let member = |pointer: &str| reading.document?.root().lookup(pointer);
        let seconds = member(&self.login.expires_in);
        let seconds = seconds.and_then(|json| json.as_number().or_else(|| json.as_str()));
        if let Some(seconds) = seconds.and_then(|text| text.parse::<u64>().ok()) {
            given.ends(later(now, seconds));
        }
        if let Some(pointer) = &self.login.subject {
            given.subject = match member(pointer).filter(|json| !json.is_null()).map(value) {
                None => None,
                Some(Some(Value::Text(text) | Value::Number(text)))
                    if !text.is_empty() && text.len() <= SUBJECT_BYTES_MAX =>
                {
                    Some(text.to_string())
                }
                Some(_) => return Err("login_subject"),
            };
        }
        for rule in self.attributes {
            let mut found = rule.login.iter().filter_map(|pointer| value(member(pointer)?));
            if let Some(value) = found.find(|value| *value != Value::Text("".into())) {
                let name = rule.name.clone();
                given.attributes.push(Attribute { name, value, source: Source::Login });
            }
        }
        let scopes = member("/scope").and_then(Json::as_str).unwrap_or_default();
        given.scopes = scopes.split_ascii_whitespace().take(SCOPES_MAX).map(Arc::from).collect();
        Ok(())
    }
}

const fn later(now: UnixMillis, seconds: u64) -> UnixMillis {
    UnixMillis(now.0.saturating_add(seconds.saturating_mul(1000)))
}

/// A credential that stands there.
fn found<'r>(place: &AnswerPlace, reading: &Reading<'r>) -> Result<Option<&'r str>, &'static str> {
    match place {
        AnswerPlace::Member(pointer) => {
            let found = reading.document.and_then(|document| document.root().lookup(pointer));
            match found.filter(|found| !found.is_null()) {
                None => Ok(None),
                Some(found) => {
                    let text = found.as_str().ok_or("login_token_is_no_text")?;
                    usable(text, without_scheme(text).1)
                }
            }
        }
        AnswerPlace::Cookie(name) => match set(name, reading) {
            Some(cookie) => {
                let is_clear = !cookie.value.bytes().any(|byte| b",\"\\".contains(&byte));
                if is_clear { usable(cookie.value, cookie.value) } else { Err("login_token_form") }
            }
            None => Ok(None),
        },
    }
}

/// What is to stand in a header field again.
fn usable<'t>(text: &'t str, token: &str) -> Result<Option<&'t str>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("login_token_form");
    }
    if token.len() > CREDENTIAL_BYTES_MAX {
        return Err("login_token_too_large");
    }
    Ok(Some(text))
}

/// Some APIs write the auth-scheme before the token: what stands before it, and the token.
pub(crate) fn without_scheme(text: &str) -> (&str, &str) {
    const SCHEME: &str = "bearer ";
    match text.split_at_checked(SCHEME.len()) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(SCHEME) => (scheme, token),
        _ => ("", text),
    }
}

/// The cookie of this name that a browser keeps: the last one, unless that takes it away.
fn set<'r>(name: &str, reading: &Reading<'r>) -> Option<SetCookie<'r>> {
    let last = reading.cookies.iter().rfind(|cookie| cookie.name == name)?;
    (!last.is_removal()).then_some(*last)
}
