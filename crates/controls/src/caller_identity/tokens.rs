//! What a genuine token says of its caller, as the policy wants to know it.

use std::sync::Arc;
use std::time::Duration;

use portcullis_credential::jwt::{Profile, ProfileFault, TokenType};
use portcullis_credential::{Algorithm, Attribute as Claim, Claims};
use portcullis_model::{Attribute, Identity, Source, Value};
use portcullis_policy::{AttributeRule, Callers, Introspection, JwtIssuer};

/// How tokens of one issuer are judged.
#[derive(Debug)]
pub struct TokenRule {
    /// What they must be like.
    pub profile: Profile,
    /// The issuer, and where its keys are.
    pub issuer: JwtIssuer,
    attributes: Vec<AttributeRule>,
}

/// How the answers of one authorization server are judged.
#[derive(Debug)]
pub struct IntrospectionRule {
    /// What its tokens must be like.
    pub profile: Profile,
    /// The server.
    pub server: Introspection,
    attributes: Vec<AttributeRule>,
}

impl IntrospectionRule {
    /// The rules of a policy.
    pub fn all(callers: &Callers) -> Vec<Self> {
        let rule = |server: &Introspection| {
            let profile = Profile::new(&*server.issuer, server.audiences.iter().cloned()).ok()?;
            let attributes = callers.attributes.clone();
            Some(Self { profile, server: server.clone(), attributes })
        };
        callers.introspection.iter().filter_map(rule).collect()
    }

    /// Whether tokens that come by a scheme of the contract, by its index, may be of this server.
    pub fn takes(&self, scheme: usize) -> bool {
        self.server.schemes.contains(&scheme)
    }

    /// Who the caller is.
    pub fn identity(&self, claims: &Claims, scheme: &str) -> Result<Identity, &'static str> {
        identity(claims, scheme, &self.server.issuer, &self.server.subject, &self.attributes)
    }
}

/// Why a policy's issuer makes no rule: its policy was not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRule(pub ProfileFault);

impl TokenRule {
    /// The rules of a policy. An issuer that makes no rule was refused where the policy was read.
    pub fn all(callers: &Callers) -> Vec<Self> {
        let rule = |issuer: &JwtIssuer| Self::compile(issuer, &callers.attributes).ok();
        callers.jwt.iter().filter_map(rule).collect()
    }

    fn compile(issuer: &JwtIssuer, attributes: &[AttributeRule]) -> Result<Self, NoRule> {
        let mut profile =
            Profile::new(&*issuer.issuer, issuer.audiences.iter().cloned()).map_err(NoRule)?;
        let types: Vec<_> = issuer.types.iter().filter_map(|name| token_type(name)).collect();
        profile = profile.with_types(&types).map_err(NoRule)?;
        if !issuer.algorithms.is_empty() {
            let named = issuer.algorithms.iter().filter_map(|name| Algorithm::parse(name));
            profile = profile.with_algorithms(&named.collect::<Vec<_>>()).map_err(NoRule)?;
        }
        profile = profile.with_leeway_s(seconds(issuer.leeway)).map_err(NoRule)?;
        Ok(Self { profile, issuer: issuer.clone(), attributes: attributes.to_vec() })
    }

    /// Whether tokens that come by a scheme of the contract, by its index, may be of this issuer.
    pub fn takes(&self, scheme: usize) -> bool {
        self.issuer.schemes.contains(&scheme)
    }

    /// Who the caller is.
    pub fn identity(&self, claims: &Claims, scheme: &str) -> Result<Identity, &'static str> {
        identity(claims, scheme, &self.issuer.issuer, &self.issuer.subject, &self.attributes)
    }
}

/// Who the caller is, of whom an issuer says this.
fn identity(
    claims: &Claims,
    scheme: &str,
    issuer: &Arc<str>,
    subject: &str,
    attributes: &[AttributeRule],
) -> Result<Identity, &'static str> {
    // A name that is no text, or empty, names nobody.
    let subject = match claims.attribute(subject) {
        Some(Claim::String(text) | Claim::Integer(text)) if !text.is_empty() => Arc::from(text),
        _ => return Err("subject_missing"),
    };
    let mut identity = Identity {
        scheme: Arc::from(scheme),
        issuer: issuer.clone(),
        subject,
        attributes: Vec::new(),
        scopes: claims.scopes().iter().map(|scope| Arc::from(scope.as_str())).collect(),
        is_adopted: false,
    };
    for rule in attributes {
        let claim = rule.claim.as_deref().and_then(|claim| claims.attribute(claim));
        if let Some(value) = claim.and_then(value) {
            identity.add(Attribute { name: rule.name.clone(), value, source: Source::Claim });
        }
    }
    Ok(identity)
}

/// A text with nothing in it says nothing.
fn value(claim: Claim<'_>) -> Option<Value> {
    match claim {
        Claim::String("") => None,
        Claim::String(text) => Some(Value::Text(text.into())),
        Claim::Integer(text) => Some(Value::Number(text.into())),
        Claim::Bool(truth) => Some(Value::Truth(truth)),
        Claim::Strings(texts) => Some(Value::List(texts.into_iter().map(Arc::from).collect())),
    }
}

fn token_type(name: &str) -> Option<TokenType> {
    match name {
        "at+jwt" => Some(TokenType::AccessToken),
        "JWT" => Some(TokenType::Jwt),
        "" => Some(TokenType::Absent),
        _ => None,
    }
}

const fn seconds(time: Duration) -> u64 {
    time.as_secs()
}
