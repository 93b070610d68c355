//! Who may call as whom: `callers`, joined with the schemes of each contract.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use portcullis_contract::{Contract, SchemePlace, SecurityScheme};
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Named, Notes, Spanned, shown};

use crate::callers::{
    AttributeRule, Callers, Endpoint, Forward, Introspection, JwtIssuer, KeySource, Told,
};
use crate::claim::{CallerUrl, ClaimPointer, Texts};
use crate::codes;
use crate::file::{Api, AttributeSection, CallersSection, IntrospectionSection, JwtSection};
use crate::quantity::Time;
use crate::secret::Secret;

/// Issuers of one policy.
const ISSUERS_MAX: usize = 32;
/// Attributes of one policy.
const ATTRIBUTES_MAX: usize = 64;
/// Members of logins that one attribute may be from.
const FROM_MAX: usize = 8;
/// Every signature that can be believed (RFC 7518, RFC 8037).
const ALGORITHMS: [&str; 9] =
    ["ES256", "ES384", "EdDSA", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
/// Clocks that differ by more are wrong.
const LEEWAY_MAX: Duration = Duration::from_mins(5);
/// An answer about a token is believed for this long, at most.
const CACHE_MAX: Duration = Duration::from_mins(5);
/// What may stand in the fields that tell the API who calls.
const TOLD: [&str; 3] = ["subject", "issuer", "scopes"];

/// How callers of each API are known. What is wrong is told once.
pub(super) fn of(
    section: Option<&CallersSection>,
    contracts: &[Option<Contract>],
    folder: &Path,
    notes: &mut Notes,
) -> Vec<Callers> {
    let Some(section) = section else { return vec![Callers::default(); contracts.len()] };
    let schemes = |contract: &Option<Contract>| match contract {
        Some(contract) => contract.schemes.clone(),
        None => Vec::new(),
    };
    // Of an API without a contract nothing is known; that was said.
    if contracts.iter().all(Option::is_some) {
        let all: Vec<SecurityScheme> = contracts.iter().flat_map(schemes).collect();
        Join { schemes: &all, folder, notes }.callers(section);
    }
    let mut told = Notes::new(&codes::FILE);
    let join =
        |contract| Join { schemes: &schemes(contract), folder, notes: &mut told }.callers(section);
    contracts.iter().map(join).collect()
}

/// Narrows whom tokens must be meant for to what each API says of itself.
pub(super) fn audiences(apis: &[Api], callers: &mut [Callers], notes: &mut Notes) {
    let takes_tokens = |callers: &Callers| {
        callers.jwt.iter().any(|one| !one.schemes.is_empty())
            || callers.introspection.iter().any(|one| !one.schemes.is_empty())
    };
    let several = callers.iter().filter(|callers| takes_tokens(callers)).count() > 1;
    for (api, callers) in apis.iter().zip(callers) {
        if let Some(audience) = &api.audience {
            let texts = texts(audience);
            callers.jwt.iter_mut().for_each(|one| one.audiences.clone_from(&texts));
            callers.introspection.iter_mut().for_each(|one| one.audiences.clone_from(&texts));
        } else if several && takes_tokens(callers) {
            notes.push(|| {
                let message = "a token for another API of this policy opens this one, too";
                Diagnostic::warning(&codes::SHARED_AUDIENCE, message)
                    .at(api.span())
                    .label("it does not say for whom its tokens must be meant")
                    .help("add `audience: NAME` to it")
            });
        }
    }
}

struct Join<'a> {
    schemes: &'a [SecurityScheme],
    folder: &'a Path,
    notes: &'a mut Notes,
}

impl Join<'_> {
    fn callers(&mut self, section: &CallersSection) -> Callers {
        let jwt = section.jwt.as_ref().map_or(&[][..], |several| &several.0);
        let introspection = section.introspection.as_ref().map_or(&[][..], |several| &several.0);
        let issuers = jwt.len() + introspection.len();
        if issuers > ISSUERS_MAX {
            let span = jwt.first().and_then(|one| at(one.issuer.0.as_ref()));
            self.bad(span, format!("there are more than {ISSUERS_MAX} issuers"), "name fewer");
        }
        let jwt: Vec<JwtIssuer> =
            jwt.iter().take(ISSUERS_MAX).filter_map(|one| self.jwt(one)).collect();
        self.one_of_each(section, &jwt);
        let introspection = introspection.iter().take(ISSUERS_MAX);
        let introspection = introspection.filter_map(|one| self.introspection(one)).collect();
        let attributes = self.attributes(section.attributes.as_ref());
        let headers = section.forward.as_ref().and_then(|forward| forward.headers.as_ref());
        let forward = headers.map(|headers| self.headers(headers, &attributes));
        Callers { jwt, introspection, attributes, forward, ..Callers::default() }
    }

    /// Of two entries for one issuer and scheme only the first would count.
    fn one_of_each(&mut self, section: &CallersSection, jwt: &[JwtIssuer]) {
        for (place, one) in jwt.iter().enumerate() {
            let is_same = |other: &&JwtIssuer| {
                other.issuer == one.issuer
                    && other.schemes.iter().any(|scheme| one.schemes.contains(scheme))
            };
            if jwt.iter().take(place).any(|other| is_same(&other)) {
                let sections = section.jwt.as_ref().map_or(&[][..], |several| &several.0);
                let span = sections.get(place).and_then(|one| at(one.issuer.0.as_ref()));
                let message = format!("the issuer {} stands here twice", shown(&one.issuer));
                self.bad(span, message, "keep one entry: `audience` and `schemes` take lists");
            }
        }
    }

    fn bad(&mut self, span: Option<Span>, message: String, help: &str) {
        self.notes.push(|| Diagnostic::error(&codes::BAD_CALLER, message).at(span).help(help));
    }

    fn jwt(&mut self, section: &JwtSection) -> Option<JwtIssuer> {
        let schemes = self.bearer_schemes(section.schemes.as_ref());
        let (issuer, audience) = (section.issuer.0.as_ref()?, section.audience.0.as_ref()?);
        Some(JwtIssuer {
            issuer: Arc::from(issuer.value.text.as_str()),
            audiences: texts(audience),
            schemes,
            keys: self.keys(section, issuer),
            types: self.types(section.types.as_ref()),
            algorithms: self.algorithms(section.algorithms.as_ref()),
            is_bound: section.sender_constrained.as_ref().is_some_and(|word| word.value),
            subject: pointer(section.subject.as_ref()),
            leeway: self.time(section.leeway.as_ref(), Duration::from_secs(30), LEEWAY_MAX),
        })
    }

    fn keys(&mut self, section: &JwtSection, issuer: &Spanned<CallerUrl>) -> KeySource {
        let at = |url: &CallerUrl| self.endpoint(url, section.ca.as_ref());
        match (&section.keys, &section.jwks_url) {
            (Some(keys), None) => KeySource::Pinned(keys.value.source(self.folder)),
            (None, Some(url)) => KeySource::At(at(&url.value)),
            (None, None) => KeySource::Discovered(at(&issuer.value)),
            (Some(keys), Some(_)) => {
                let pinned = KeySource::Pinned(keys.value.source(self.folder));
                let message = "the place of the keys is said twice".to_owned();
                self.bad(Some(keys.span), message, "keep one of `keys` and `jwks_url`");
                pinned
            }
        }
    }

    fn introspection(&mut self, section: &IntrospectionSection) -> Option<Introspection> {
        let schemes = self.bearer_schemes(section.schemes.as_ref());
        let (issuer, url) = (section.issuer.0.as_ref()?, section.url.0.as_ref()?);
        let (client, secret) = (section.client.0.as_ref()?, section.secret.0.as_ref()?);
        Some(Introspection {
            issuer: Arc::from(issuer.value.text.as_str()),
            endpoint: self.endpoint(&url.value, section.ca.as_ref()),
            audiences: texts(section.audience.0.as_ref()?),
            schemes,
            client: client.value.clone(),
            secret: secret.value.source(self.folder),
            subject: pointer(section.subject.as_ref()),
            cache: self.time(section.cache.as_ref(), Duration::from_secs(10), CACHE_MAX),
        })
    }

    fn endpoint(&self, url: &CallerUrl, ca: Option<&Spanned<Secret>>) -> Endpoint {
        let mut endpoint = url.endpoint.clone();
        let ca = ca.filter(|_| endpoint.instance.is_tls);
        endpoint.instance.tls.roots = ca.map(|ca| ca.value.source(self.folder));
        endpoint
    }

    /// The schemes that take tokens: those that are named, or every bearer scheme.
    fn bearer_schemes(&mut self, named: Option<&Spanned<Texts>>) -> Vec<usize> {
        let schemes = self.schemes;
        let is_bearer = |scheme: &SecurityScheme| matches!(&scheme.place, SchemePlace::Authorization(word) if word == "bearer");
        let all = || schemes.iter().enumerate().filter(|(_, scheme)| is_bearer(scheme));
        let Some(named) = named else { return all().map(|(index, _)| index).collect() };
        let mut found = Vec::new();
        for name in &named.value.0 {
            if let Some((index, _)) = all().find(|(_, scheme)| scheme.name == name.value) {
                found.push(index);
                continue;
            }
            let words = || all().map(|(_, scheme)| scheme.name.as_str());
            let message =
                format!("the contract has no scheme of bearer tokens {}", shown(&name.value));
            let mut known: Vec<&str> = words().collect();
            known.sort_unstable();
            known.dedup();
            let help = match did_you_mean(&name.value, words()) {
                Some(near) => format!("did you mean {}?", shown(near)),
                None => format!("it has `{}`", known.join("`, `")),
            };
            self.notes.push(|| {
                Diagnostic::error(&codes::UNKNOWN_SCHEME, message).at(name.span).help(help)
            });
        }
        found
    }

    fn types(&mut self, named: Option<&Spanned<Texts>>) -> Vec<String> {
        let Some(named) = named else { return vec!["at+jwt".to_owned(), "JWT".to_owned()] };
        let mut types = Vec::new();
        for name in &named.value.0 {
            match name.value.as_str() {
                "none" => types.push(String::new()),
                "at+jwt" | "JWT" => types.push(name.value.clone()),
                other => {
                    let message = format!("{} is no type of access tokens", shown(other));
                    self.bad(Some(name.span), message, "write `at+jwt`, `JWT` or `none`");
                }
            }
        }
        types
    }

    fn algorithms(&mut self, named: Option<&Spanned<Texts>>) -> Vec<String> {
        let named = named.into_iter().flat_map(|named| &named.value.0);
        let mut known = Vec::new();
        for name in named {
            if ALGORITHMS.contains(&name.value.as_str()) {
                known.push(name.value.clone());
            } else {
                let message =
                    format!("{} is no signature that can be believed", shown(&name.value));
                self.bad(
                    Some(name.span),
                    message,
                    "write one of `ES256`, `EdDSA`, `RS256`, `PS256`",
                );
            }
        }
        known
    }

    fn time(&mut self, said: Option<&Spanned<Time>>, default: Duration, max: Duration) -> Duration {
        let Some(said) = said else { return default };
        let time = Duration::from_millis(said.value.0);
        if time > max {
            let message = format!("more than {} s cannot be meant", max.as_secs());
            self.bad(Some(said.span), message, "write less");
        }
        time.min(max)
    }

    fn attributes(&mut self, named: Option<&Named<AttributeSection>>) -> Vec<AttributeRule> {
        let entries = named.map_or(&[][..], |named| &named.0);
        let mut rules = Vec::new();
        for (key, section) in entries.iter().take(ATTRIBUTES_MAX) {
            if TOLD.contains(&key.text.as_str()) {
                let message = format!("{} is said of every caller", shown(&key.text));
                self.bad(Some(key.span), message, "give the attribute another name");
            }
            let whoami = section.whoami.as_ref().map(|member| member.value.0.clone());
            if section.claim.is_none()
                && section.from.is_none()
                && whoami.is_none()
                && section.learned.is_none()
            {
                let message = format!("nothing says the attribute {}", shown(&key.text));
                let help = "name the claim: `claim: /role`, or the login: `from: login./role`";
                self.bad(Some(key.span), message, help);
            }
            let login = section.from.iter().flat_map(|several| &several.0);
            if login.clone().count() > FROM_MAX {
                let message = format!("it is from more than {FROM_MAX} places");
                self.bad(Some(key.span), message, "name fewer");
            }
            rules.push(AttributeRule {
                name: Arc::from(key.text.as_str()),
                claim: section.claim.as_ref().map(|claim| claim.value.0.clone()),
                login: login.take(FROM_MAX).map(|member| member.value.0.clone()).collect(),
                whoami,
                learned: None,
            });
        }
        if let Some((key, _)) = entries.get(ATTRIBUTES_MAX) {
            self.bad(Some(key.span), format!("there are more than {ATTRIBUTES_MAX}"), "name fewer");
        }
        rules
    }

    fn headers(&mut self, named: &Named<Spanned<String>>, attributes: &[AttributeRule]) -> Forward {
        let mut headers = Vec::new();
        for (key, what) in &named.0 {
            let name = key.text.to_ascii_lowercase();
            if !is_header(&name) {
                let message = format!("{} cannot carry who calls", shown(&key.text));
                self.bad(Some(key.span), message, "write a name of your own: `X-Caller`");
            }
            let told = match what.value.as_str() {
                "subject" => Some(Told::Subject),
                "issuer" => Some(Told::Issuer),
                "scopes" => Some(Told::Scopes),
                name => attributes
                    .iter()
                    .find(|one| &*one.name == name)
                    .map(|one| Told::Attribute(one.name.clone())),
            };
            if let Some(told) = told {
                headers.push((name, told));
                continue;
            }
            let known = TOLD.into_iter().chain(attributes.iter().map(|one| &*one.name));
            let message = format!("nothing is known of callers as {}", shown(&what.value));
            let help = match did_you_mean(&what.value, known) {
                Some(near) => format!("did you mean {}?", shown(near)),
                None => "write `subject`, `issuer`, `scopes` or an attribute".to_owned(),
            };
            self.bad(Some(what.span), message, &help);
        }
        Forward { headers, ..Forward::default() }
    }
}

/// Whether a field of this name, in lower case, may carry who calls.
pub(super) fn is_header(name: &str) -> bool {
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_name && name.contains('-') && !is_of_http(name)
}

/// Fields with a meaning of their own on the way.
fn is_of_http(name: &str) -> bool {
    const OTHERS: [&str; 12] = [
        "accept-encoding",
        "content-encoding",
        "content-length",
        "content-type",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "set-cookie",
        "transfer-encoding",
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-request-id",
    ];
    OTHERS.contains(&name) || name.starts_with("x-forwarded-") || name.starts_with("portcullis-")
}

fn at<T>(value: Option<&Spanned<T>>) -> Option<Span> {
    value.map(|value| value.span)
}

fn texts(list: &Spanned<Texts>) -> Vec<String> {
    list.value.0.iter().map(|one| one.value.clone()).collect()
}

fn pointer(said: Option<&Spanned<ClaimPointer>>) -> String {
    said.map_or_else(|| "/sub".to_owned(), |pointer| pointer.value.0.clone())
}
