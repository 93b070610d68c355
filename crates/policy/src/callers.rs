//! Who may call as whom, as the policy decided: issuers of tokens, and what is learned from them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use portcullis_model::key::OnReport;

use crate::certificates::CertificateRule;
use crate::login::{AnswerTest, EndsSessions, Login, RequestPlace};
use crate::source::SecretSource;
use crate::upstream::Instance;

/// How callers of one API are known. Empty: nobody can be verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Callers {
    /// Issuers of tokens that verify by themselves (JWT, RFC 7519, RFC 9068).
    pub jwt: Vec<JwtIssuer>,
    /// Authorization servers that are asked about each token (RFC 7662).
    pub introspection: Vec<Introspection>,
    /// How client certificates say who calls.
    pub certificates: Option<CertificateRule>,
    /// API keys that are issued here.
    pub api_keys: Option<ApiKeys>,
    /// Users and passwords that are kept here.
    pub passwords: Option<Passwords>,
    /// The API's own logins.
    pub logins: Vec<Login>,
    /// The API's own word about who calls.
    pub whoami: Option<Whoami>,
    /// Operations after which that word may be another one.
    pub changes_roles: Vec<usize>,
    /// Operations at which something can be guessed, beside logins.
    pub guesses: Vec<GuessedAt>,
    /// After which operations sessions end.
    pub ends_sessions: Vec<EndsSessions>,
    /// What is known of a caller beside who it is.
    pub attributes: Vec<AttributeRule>,
    /// How the API is told who calls.
    pub forward: Option<Forward>,
}

impl Callers {
    /// Whether a credential of this scheme, by its index, can be verified.
    pub fn verifies(&self, scheme: usize) -> bool {
        self.jwt.iter().any(|one| one.schemes.contains(&scheme))
            || self.introspection.iter().any(|one| one.schemes.contains(&scheme))
            || self.logins.iter().any(|one| one.takes(scheme))
            || self.certificates.iter().any(|one| one.schemes.contains(&scheme))
            || self.takes_keys(scheme)
            || self.takes_passwords(scheme)
            || self.is_told_by_the_api(scheme)
    }

    /// Whether what comes by this scheme, by its index, may be a key that is issued here.
    pub fn takes_keys(&self, scheme: usize) -> bool {
        self.api_keys.as_ref().is_some_and(|keys| keys.schemes.contains(&scheme))
    }

    /// Whether what comes by this scheme, by its index, is a user and a password that are kept here.
    pub fn takes_passwords(&self, scheme: usize) -> bool {
        self.passwords.as_ref().is_some_and(|passwords| passwords.schemes.contains(&scheme))
    }

    /// Whether something else verifies what comes by this scheme, too.
    pub fn verifies_beside_keys(&self, scheme: usize) -> bool {
        self.has_issuer(scheme)
            || self.logins.iter().any(|one| one.takes(scheme))
            || self.is_told_by_the_api(scheme)
    }

    /// Whether anything of its callers must last here.
    pub const fn needs_store(&self) -> bool {
        !self.logins.is_empty() || self.api_keys.is_some() || self.passwords.is_some()
    }

    /// Whether the API itself is asked whose a credential of this scheme is.
    pub fn is_told_by_the_api(&self, scheme: usize) -> bool {
        self.whoami.as_ref().is_some_and(|whoami| whoami.schemes.contains(&scheme))
    }

    /// Whether tokens that come by this scheme, by its index, may be of an issuer.
    pub fn has_issuer(&self, scheme: usize) -> bool {
        self.jwt.iter().any(|one| one.schemes.contains(&scheme))
            || self.introspection.iter().any(|one| one.schemes.contains(&scheme))
    }

    /// Whether what clients show does not go on to the API.
    pub fn drops_credentials(&self) -> bool {
        self.forward.as_ref().is_some_and(|forward| forward.drops_credential)
    }

    /// Whether no token is taken that is bound to nothing.
    pub fn takes_bound_only(&self) -> bool {
        let is_bound = !self.jwt.is_empty() && self.jwt.iter().all(|issuer| issuer.is_bound);
        is_bound && self.introspection.is_empty() && !self.needs_store()
    }

    /// Keys and secrets that lie outside of the policy file.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretSource> {
        let keys = self.jwt.iter().filter_map(|issuer| match &issuer.keys {
            KeySource::Pinned(source) => Some(source),
            KeySource::Discovered(_) | KeySource::At(_) => None,
        });
        let token = self.forward.iter().filter_map(|forward| forward.token.as_ref());
        keys.chain(self.introspection.iter().map(|one| &one.secret))
            .chain(token.map(|token| &token.key))
            .chain(self.api_keys.as_ref().map(|keys| &keys.pepper))
            .chain(self.reporter().and_then(|keys| match keys {
                KeySource::Pinned(source) => Some(source),
                KeySource::Discovered(_) | KeySource::At(_) => None,
            }))
            .chain(self.passwords.as_ref().map(|passwords| &passwords.pepper))
    }

    /// Where the keys are with which GitHub signs lists of leaked keys.
    pub fn reporter(&self) -> Option<&KeySource> {
        self.api_keys.as_ref()?.leaks.as_ref()?.github.as_ref()
    }

    /// Whom the gateway asks, beside the API.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        let keys = self.jwt.iter().filter_map(|issuer| match &issuer.keys {
            KeySource::Pinned(_) => None,
            KeySource::Discovered(at) | KeySource::At(at) => Some(at),
        });
        let github = self.reporter().and_then(|keys| match keys {
            KeySource::At(at) => Some(at),
            KeySource::Pinned(_) | KeySource::Discovered(_) => None,
        });
        keys.chain(github).chain(self.introspection.iter().map(|one| &one.endpoint))
    }
}

/// An issuer of JWT access tokens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JwtIssuer {
    /// As it stands in tokens (`iss`), compared byte by byte.
    pub issuer: Arc<str>,
    /// For whom tokens must be meant (`aud`): one of these.
    pub audiences: Vec<String>,
    /// The security schemes of the contract that take its tokens, by index.
    pub schemes: Vec<usize>,
    /// Where its keys are.
    pub keys: KeySource,
    /// The `typ` of its access tokens; the empty text stands for none.
    pub types: Vec<String>,
    /// The signatures that are believed; none: every one that is safe.
    pub algorithms: Vec<String>,
    /// Whether its tokens must be bound to something that their owner has.
    pub is_bound: bool,
    /// The claim that names the caller: a JSON Pointer.
    pub subject: String,
    /// How far clocks may differ.
    pub leeway: Duration,
}

/// API keys that are issued here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ApiKeys {
    /// What they begin with.
    pub brand: Arc<str>,
    /// What follows: keys of another environment open nothing.
    pub environment: Arc<str>,
    /// Who vouches for their callers, in records and towards the API.
    pub issuer: Arc<str>,
    /// What their digests are made with, and what is not in the store.
    pub pepper: SecretSource,
    /// The security schemes of the contract that take them, by index.
    pub schemes: Vec<usize>,
    /// Whether one that came in the clear is revoked.
    pub ends_in_plain: bool,
    /// Where leaked ones are reported.
    pub leaks: Option<Leaks>,
}

/// Where anybody who has the text of a key reports that it leaked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Leaks {
    /// The whole path.
    pub path: Arc<str>,
    /// Where the public keys are with which GitHub signs; none: no signed lists are taken.
    pub github: Option<KeySource>,
    /// What becomes of a key that is reported.
    pub on_report: OnReport,
}

/// Users and passwords that are kept here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Passwords {
    /// Who vouches for their callers, in records and towards the API.
    pub issuer: Arc<str>,
    /// What they are hashed with, and what is not in the store.
    pub pepper: SecretSource,
    /// Passwords that cannot be set.
    pub breached: Option<PathBuf>,
    /// Characters of one that is set, at least.
    pub length_min: usize,
    /// Threads that compute hashes; none: as many as processors, up to a bound.
    pub workers: Option<usize>,
    /// The security schemes of the contract that take them, by index: all of Basic, or none.
    pub schemes: Vec<usize>,
}

/// Where keys of an issuer are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KeySource {
    /// In a file or another place that the owner fills: a JWK Set (RFC 7517).
    Pinned(SecretSource),
    /// Where the issuer's own metadata says (OpenID Connect Discovery 1.0, RFC 8414).
    Discovered(Endpoint),
    /// There.
    At(Endpoint),
}

/// A URL that the gateway asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Whom.
    pub instance: Instance,
    /// The path, empty or with a slash before it.
    pub path: String,
}

/// An authorization server that is asked about tokens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Introspection {
    /// Who issues the tokens; compared with `iss` where the answer has it.
    pub issuer: Arc<str>,
    /// Where it is asked.
    pub endpoint: Endpoint,
    /// For whom tokens must be meant.
    pub audiences: Vec<String>,
    /// The security schemes of the contract that take its tokens, by index.
    pub schemes: Vec<usize>,
    /// Who the gateway is, to that server.
    pub client: String,
    /// And how it proves that.
    pub secret: SecretSource,
    /// The member of the answer that names the caller: a JSON Pointer.
    pub subject: String,
    /// How long an answer is believed: a revoked token lives as long.
    pub cache: Duration,
}

/// Something that is known of callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeRule {
    /// Its name.
    pub name: Arc<str>,
    /// The claim of a token that says it: a JSON Pointer.
    pub claim: Option<String>,
    /// The members of a login's answer that say it, of which the first one counts: JSON Pointers.
    pub login: Vec<String>,
    /// The member of the answer of `whoami` that says it: a JSON Pointer.
    pub whoami: Option<String>,
    /// The caller's own answer that says it.
    pub learned: Option<LearnedFrom>,
}

/// An answer that says something of its caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LearnedFrom {
    /// The operation, by its index.
    pub operation: usize,
    /// The member: a JSON Pointer.
    pub pointer: String,
    /// Names the rule, as long as it says the same: attribute, operation and member.
    pub source: Arc<str>,
}

/// An operation that tells whoever calls it who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whoami {
    /// The operation, by its index: a GET without parameters.
    pub operation: usize,
    /// What people call it.
    pub name: Arc<str>,
    /// The member of its answer that names the caller: a JSON Pointer.
    pub subject: String,
    /// What of a token's caller that must equal.
    pub same_as: OfCaller,
    /// The schemes whose credentials only the API can verify, by index.
    pub schemes: Vec<usize>,
    /// How long an answer is kept.
    pub cache: Duration,
    /// Operations before which it is asked anew each time, by index.
    pub fresh: Vec<usize>,
}

/// What of a caller is compared with something else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum OfCaller {
    /// The name of the caller.
    #[default]
    Subject,
    /// An attribute.
    Attribute(Arc<str>),
}

/// An operation at which something can be guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuessedAt {
    /// The operation, by its index.
    pub operation: usize,
    /// What it does, where several operations do the same; none: what its method and path say, versions
    /// left out.
    pub function: Option<String>,
    /// Where the request names the account.
    pub account: Option<RequestPlace>,
    /// Where it has what is tried.
    pub secret: Option<RequestPlace>,
    /// Whether that is a password, not a short code.
    pub is_password: bool,
    /// What an answer looks like that says no, beside a status of 400 or more.
    pub failure: Option<AnswerTest>,
}

/// How the API is told who calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forward {
    /// Header fields, by name in lower case, and what stands in them: `subject`, `issuer`, or an
    /// attribute.
    pub headers: Vec<(String, Told)>,
    /// The token that says it.
    pub token: Option<CallerToken>,
    /// Whether credentials of clients end here.
    pub drops_credential: bool,
}

/// The short-lived token (JWT) that tells the API who calls (rule 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerToken {
    /// The header field that carries it, in lower case.
    pub header: String,
    /// The private key that signs it, and nothing else: PKCS#8 on P-256 (PEM).
    pub key: SecretSource,
    /// `iss`.
    pub issuer: Arc<str>,
    /// `aud`: the API, and no other one.
    pub audience: Arc<str>,
    /// From `iat` to `exp`.
    pub lifetime: Duration,
    /// What it says beside who calls: scopes and attributes.
    pub says: Vec<Told>,
}

/// What the API is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The name of the caller.
    Subject,
    /// Who vouches for it.
    Issuer,
    /// What it is good for, between spaces.
    Scopes,
    /// An attribute.
    Attribute(Arc<str>),
}
