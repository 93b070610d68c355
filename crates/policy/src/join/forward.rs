//! How each API is told who calls: `forward`, joined with the names of the APIs and of what is known.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use portcullis_contract::Contract;
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Notes, Spanned, shown};

use super::callers::is_header;
use super::{base_path, claims};
use crate::callers::{CallerToken, Callers, Forward, Told};
use crate::codes;
use crate::file::{Audiences, CallerTokenSection, PolicyFile};
use crate::source::SecretSource;

/// Where it stands if nobody says.
const HEADER: &str = "X-Caller-Token";
/// Who it is from if nobody says.
const ISSUER: &str = "portcullis";
/// How long it is good for if nobody says, and at most (rule 6).
const LIFETIME: Duration = Duration::from_secs(30);
const LIFETIME_MAX: Duration = Duration::from_mins(1);
/// Less than clocks differ.
const LIFETIME_MIN: Duration = Duration::from_secs(5);
/// Bytes of a name of the gateway or of an API.
const NAME_BYTES_MAX: usize = 256;
/// Claims with a meaning of their own (RFC 7519, RFC 7800, RFC 8693, RFC 9068).
const REGISTERED: [&str; 14] = [
    "act",
    "aud",
    "azp",
    "caller_issuer",
    "client_id",
    "cnf",
    "exp",
    "iat",
    "iss",
    "jti",
    "nbf",
    "scope",
    "sub",
    "typ",
];

/// Says of each API how it is told who calls, beside the header fields.
pub(super) fn join(
    file: Option<&PolicyFile>,
    contracts: &[Option<Contract>],
    callers: &mut [Callers],
    folder: &Path,
    notes: &mut Notes,
) {
    let Some(file) = file else { return };
    let section = file.callers.as_ref().and_then(|callers| callers.forward.as_ref());
    let Some(section) = section else { return };
    let is_one = contracts.len() == 1;
    let name = |place: usize| {
        let (api, contract) = (file.apis().get(place), contracts.get(place)?.as_ref());
        let hosts = api.map_or_else(Vec::new, claims::hosts);
        Some(claims::name(api, &hosts, &base_path(api, contract), is_one))
    };
    let names: Vec<_> = (0..contracts.len()).filter_map(name).collect();
    let adopting = callers.iter().flat_map(|callers| &callers.logins);
    if let Some(word) = &section.credential
        && adopting.into_iter().any(|login| login.adopt_until.is_some())
    {
        notes.push(|| {
            Diagnostic::error(&codes::CONFLICT, "tokens from before are verified by the API alone")
                .at(word.span)
                .help("keep `credential` until the day of `adopt_existing_until` has passed")
        });
    }
    let token = section.jwt.as_ref().and_then(|jwt| {
        let mut read = Token { section: jwt, callers, folder, notes: &mut *notes };
        read.is_for_one_purpose(file);
        let token = read.token()?;
        read.audiences(&names);
        Some(token)
    });
    for (place, callers) in callers.iter_mut().enumerate() {
        let forward = callers.forward.get_or_insert_with(Forward::default);
        forward.drops_credential = section.credential.is_some();
        let audience = || audience(section.jwt.as_ref()?, &name(place)?);
        forward.token = token
            .clone()
            .zip(audience())
            .map(|(token, audience)| CallerToken { audience, ..token });
    }
}

/// For whom the token of this API is.
fn audience(section: &CallerTokenSection, api: &str) -> Option<Arc<str>> {
    let found = match section.audience.0.as_ref()? {
        Audiences::One(one) => one,
        Audiences::Each(each) => &each.0.iter().find(|(key, _)| key.text == api)?.1,
    };
    Some(Arc::from(found.value.as_str()))
}

struct Token<'a> {
    section: &'a CallerTokenSection,
    /// Of all APIs; attributes and headers are the same for each.
    callers: &'a [Callers],
    folder: &'a Path,
    notes: &'a mut Notes,
}

impl Token<'_> {
    fn bad(&mut self, span: Option<Span>, message: String, help: &str) {
        self.notes.push(|| Diagnostic::error(&codes::BAD_CALLER, message).at(span).help(help));
    }

    /// All but for whom it is.
    fn token(&mut self) -> Option<CallerToken> {
        let (header, issuer, lifetime) = (self.header(), self.issuer(), self.lifetime());
        let says = self.says();
        let key = self.section.key.0.as_ref()?.value.source(self.folder);
        Some(CallerToken { header, key, issuer, audience: Arc::from(""), lifetime, says })
    }

    fn header(&mut self) -> String {
        let Some(said) = &self.section.header else { return HEADER.to_ascii_lowercase() };
        let name = said.value.to_ascii_lowercase();
        if !is_header(&name) {
            let message = format!("{} cannot carry who calls", shown(&said.value));
            self.bad(Some(said.span), message, "write a name of your own: `X-Caller-Token`");
        }
        let forward = self.callers.iter().filter_map(|callers| callers.forward.as_ref());
        let mut headers = forward.flat_map(|forward| &forward.headers);
        if headers.any(|(known, _)| *known == name) {
            let message = format!("{} stands under `headers` already", shown(&said.value));
            self.bad(Some(said.span), message, "give one of both another name");
        }
        name
    }

    /// A token that names an issuer of callers could be taken for one of theirs.
    fn issuer(&mut self) -> Arc<str> {
        let said = self.section.issuer.as_ref();
        let issuer: Arc<str> = Arc::from(said.map_or(ISSUER, |said| said.value.as_str()));
        self.is_name(said);
        let is_theirs = |callers: &Callers| {
            let Callers { jwt, introspection, logins, .. } = callers;
            jwt.iter().any(|one| one.issuer == issuer)
                || introspection.iter().any(|one| one.issuer == issuer)
                || logins.iter().any(|one| one.issuer == issuer)
        };
        if self.callers.iter().any(is_theirs) {
            let message = format!("{} issues tokens of callers", shown(&issuer));
            self.bad(said.map(|said| said.span), message, "give the gateway a name of its own");
        }
        issuer
    }

    fn is_name(&mut self, said: Option<&Spanned<String>>) {
        let Some(said) = said else { return };
        if said.value.len() > NAME_BYTES_MAX || said.value.chars().any(char::is_control) {
            let message = format!("{} is no name", shown(&said.value));
            self.bad(Some(said.span), message, "write a short one");
        }
    }

    fn lifetime(&mut self) -> Duration {
        let Some(said) = &self.section.lifetime else { return LIFETIME };
        let lifetime = said.value.duration();
        if !(LIFETIME_MIN..=LIFETIME_MAX).contains(&lifetime) {
            let message = "it is good for 5 s to 60 s".to_owned();
            self.bad(Some(said.span), message, "whoever finds it in a log must be too late");
        }
        lifetime.clamp(LIFETIME_MIN, LIFETIME_MAX)
    }

    fn says(&mut self) -> Vec<Told> {
        let mut says = Vec::new();
        for word in self.section.claims.iter().flat_map(|claims| &claims.value.0) {
            let attributes = self.callers.first().map_or(&[][..], |first| &first.attributes);
            let attribute = attributes.iter().find(|one| *one.name == *word.value);
            let told = match (word.value.as_str(), attribute) {
                ("scopes", _) => Told::Scopes,
                (name, Some(_)) if REGISTERED.contains(&name) => {
                    let message = format!("{} has a meaning of its own in tokens", shown(name));
                    self.bad(Some(word.span), message, "give the attribute another name");
                    continue;
                }
                (_, Some(attribute)) => Told::Attribute(attribute.name.clone()),
                (name, None) => {
                    let known =
                        std::iter::once("scopes").chain(attributes.iter().map(|one| &*one.name));
                    let help = match did_you_mean(name, known) {
                        Some(near) => format!("did you mean {}?", shown(near)),
                        None => "write `scopes` or the name of an attribute".to_owned(),
                    };
                    let message = format!("nothing is known of callers as {}", shown(name));
                    self.bad(Some(word.span), message, &help);
                    continue;
                }
            };
            if !says.contains(&told) {
                says.push(told);
            }
        }
        says
    }

    /// A token for one API must not be good at another one.
    fn audiences(&mut self, names: &[Arc<str>]) {
        match self.section.audience.0.as_ref() {
            None => {}
            Some(Audiences::One(one)) => {
                self.is_name(Some(one));
                if names.len() > 1 {
                    let message = "one API could use the other's token".to_owned();
                    let help = format!("say one for each: `{}: ...`", names.join(": ..., "));
                    self.bad(Some(one.span), message, &help);
                }
            }
            Some(Audiences::Each(each)) if names.iter().any(|name| name.is_empty()) => {
                let message = "there is one API, and it has no name".to_owned();
                let at = each.0.first().map(|(key, _)| key.span);
                self.bad(at, message, "write the audience alone: `audience: shop-api`");
            }
            Some(Audiences::Each(each)) => {
                let mut seen: Vec<&str> = Vec::new();
                for (key, one) in &each.0 {
                    self.is_name(Some(one));
                    if !names.iter().any(|name| **name == *key.text) {
                        let message = format!("there is no API {}", shown(&key.text));
                        let help = format!("there are `{}`", names.join("`, `"));
                        self.bad(Some(key.span), message, &help);
                    }
                    if seen.contains(&one.value.as_str()) {
                        let message = "one API could use the other's token".to_owned();
                        self.bad(Some(one.span), message, "give each another name");
                    }
                    seen.push(&one.value);
                }
                let missing = |name: &&Arc<str>| !each.0.iter().any(|(key, _)| key.text == ***name);
                if let Some(name) = names.iter().find(missing) {
                    let at = each.0.first().map(|(key, _)| key.span);
                    let message = format!("nothing is said of the API {}", shown(name));
                    self.bad(at, message, "name the audience of each");
                }
            }
        }
    }

    /// One key per purpose (rule 6): what another key may not do, this one cannot do in its place.
    fn is_for_one_purpose(&mut self, file: &PolicyFile) {
        let Some(key) = self.section.key.0.as_ref() else { return };
        let own = key.value.source(self.folder);
        let tls = file.tls.as_ref().and_then(|tls| tls.key.as_ref());
        let store = file.store.as_ref().and_then(|store| store.key.as_ref());
        let others = [tls, store].into_iter().flatten();
        let others: Vec<SecretSource> =
            others.map(|other| other.value.source(self.folder)).collect();
        if others.contains(&own)
            || self.callers.iter().flat_map(Callers::secrets).any(|other| *other == own)
        {
            let message = "this key has another purpose already".to_owned();
            let help = "make one for this alone: `openssl genpkey -algorithm EC -pkeyopt \
                        ec_paramgen_curve:P-256 -out signing.pem`";
            self.bad(Some(key.span), message, help);
        }
    }
}
