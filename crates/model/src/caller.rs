//! Who is calling.

use std::fmt;
use std::sync::Arc;

/// Who is calling, as far as this request has proved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// No credential was needed, so none was looked at.
    Anonymous,
    /// A credential of a declared kind was present; it was **not** verified (rule 26).
    NotVerified,
    /// A credential was verified, and this is whose it is.
    Verified(Arc<Identity>),
}

/// A caller who is known: from a verified token, from the API's own answer, or from a credential of
/// ours (rule 1). Never from what a request merely says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The security scheme that the credential came by.
    pub scheme: Arc<str>,
    /// Who vouches for it: the issuer of a token, or the operation of the API.
    pub issuer: Arc<str>,
    /// The name of the caller, unique for this issuer.
    pub subject: Arc<str>,
    /// What else is known of the caller; each name once.
    pub attributes: Vec<Attribute>,
    /// What the credential is good for.
    pub scopes: Vec<Arc<str>>,
    /// Whether it is a credential of the API that did not come through its login here, taken over
    /// for a time (rule 4).
    pub is_adopted: bool,
}

/// Something that is known of a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name in the policy.
    pub name: Arc<str>,
    /// Its value.
    pub value: Value,
    /// Where it is from.
    pub source: Source,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(Arc<str>),
    /// A number, as it was written.
    Number(Arc<str>),
    /// Yes or no.
    Truth(bool),
    /// Several texts.
    List(Vec<Arc<str>>),
}

/// Where an attribute is from; earlier ones win over later ones (rule 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A claim of a verified token.
    Claim,
    /// The answer of the API's login.
    Login,
    /// The answer to a question to the API (`whoami`).
    Whoami,
    /// The caller's own answers.
    Learned,
}

impl Caller {
    /// The word in the ledger and on the command line.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::NotVerified => "caller not verified",
            Self::Verified(_) => "verified",
        }
    }

    /// Who it is, where that is known.
    pub fn identity(&self) -> Option<&Arc<Identity>> {
        match self {
            Self::Verified(identity) => Some(identity),
            Self::Anonymous | Self::NotVerified => None,
        }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Identity {
    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Value> {
        self.attributes.iter().find(|one| &*one.name == name).map(|one| &one.value)
    }

    /// Adds an attribute, unless one of this name is there from a source that wins.
    pub fn add(&mut self, attribute: Attribute) {
        match self.attributes.iter_mut().find(|one| one.name == attribute.name) {
            Some(known) if known.source <= attribute.source => {}
            Some(known) => *known = attribute,
            None => self.attributes.push(attribute),
        }
    }
}

impl Value {
    /// The texts that it consists of: one, or those of a list.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let (one, many): (Option<&str>, &[Arc<str>]) = match self {
            Self::Text(text) | Self::Number(text) => (Some(text), &[]),
            Self::Truth(true) => (Some("true"), &[]),
            Self::Truth(false) => (Some("false"), &[]),
            Self::List(texts) => (None, texts),
        };
        one.into_iter().chain(many.iter().map(|text| &**text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(value: &str, source: Source) -> Attribute {
        Attribute { name: "role".into(), value: Value::Text(value.into()), source }
    }

    #[test]
    fn the_first_source_wins_whatever_comes_first() {
        let sources = [Source::Learned, Source::Claim, Source::Whoami, Source::Login];
        let mut identity = Identity {
            scheme: "bearer".into(),
            issuer: "https://login.example".into(),
            subject: "alice".into(),
            attributes: Vec::new(),
            scopes: Vec::new(),
            is_adopted: false,
        };
        for source in sources {
            identity.add(attribute(&format!("{source:?}"), source));
        }
        assert_eq!(identity.attribute("role"), Some(&Value::Text("Claim".into())));
        identity.add(attribute("again", Source::Claim));
        assert_eq!(identity.attribute("role"), Some(&Value::Text("Claim".into())));
    }
}
