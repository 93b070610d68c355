//! What the tokens of one issuer must be like.

use std::fmt;

use crate::algorithm::Algorithm;

/// Seconds that clocks may differ, at most.
pub const LEEWAY_S_MAX: u64 = 300;
const LEEWAY_S: u64 = 30;
/// A day: what the longest-lived access tokens of large issuers have by default.
const LIFETIME_S: u64 = 24 * 60 * 60;

/// What `typ` says (RFC 9068 section 2.1, RFC 8725 section 3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenType {
    /// `at+jwt`: an access token, and nothing else.
    AccessToken,
    /// `JWT`: any token. Then the claims may not say that it is an ID, refresh or logout token.
    Jwt,
    /// There is none. As for [`TokenType::Jwt`].
    Absent,
}

/// What the tokens of one issuer must be like; see [`Profile::new`] for what holds at first.
#[derive(Debug, Clone)]
pub struct Profile {
    pub(crate) issuer: String,
    pub(crate) audiences: Vec<String>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) types: Vec<TokenType>,
    pub(crate) leeway_s: u64,
    pub(crate) lifetime_max_s: Option<u64>,
}

/// Why there is no such profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileFault {
    /// The issuer is empty.
    NoIssuer,
    /// There is no audience, or an empty one: then a token for anybody would do.
    NoAudience,
    /// No algorithm is left.
    NoAlgorithm,
    /// No type is left.
    NoType,
    /// More than [`LEEWAY_S_MAX`].
    Leeway,
}

impl Profile {
    /// Tokens of `issuer` for one of `audiences`, in any algorithm of the list, of type `at+jwt` or
    /// `JWT`, that live for a day at most; clocks may differ by 30 seconds.
    pub fn new(
        issuer: impl Into<String>,
        audiences: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, ProfileFault> {
        let issuer = issuer.into();
        let audiences: Vec<String> = audiences.into_iter().map(Into::into).collect();
        if issuer.is_empty() {
            return Err(ProfileFault::NoIssuer);
        }
        if audiences.is_empty() || audiences.iter().any(String::is_empty) {
            return Err(ProfileFault::NoAudience);
        }
        Ok(Self {
            issuer,
            audiences,
            algorithms: Algorithm::ALL.to_vec(),
            types: vec![TokenType::AccessToken, TokenType::Jwt],
            leeway_s: LEEWAY_S,
            lifetime_max_s: Some(LIFETIME_S),
        })
    }

    /// Only these algorithms.
    pub fn with_algorithms(mut self, algorithms: &[Algorithm]) -> Result<Self, ProfileFault> {
        self.algorithms = algorithms.to_vec();
        if algorithms.is_empty() { Err(ProfileFault::NoAlgorithm) } else { Ok(self) }
    }

    /// Only these types.
    pub fn with_types(mut self, types: &[TokenType]) -> Result<Self, ProfileFault> {
        self.types = types.to_vec();
        if types.is_empty() { Err(ProfileFault::NoType) } else { Ok(self) }
    }

    /// Seconds that clocks may differ.
    pub fn with_leeway_s(mut self, leeway_s: u64) -> Result<Self, ProfileFault> {
        self.leeway_s = leeway_s;
        if leeway_s > LEEWAY_S_MAX { Err(ProfileFault::Leeway) } else { Ok(self) }
    }

    /// Seconds between `iat` (now, where that is missing) and `exp`, at most; `None`: any.
    #[must_use]
    pub const fn with_lifetime_max_s(mut self, lifetime_max_s: Option<u64>) -> Self {
        self.lifetime_max_s = lifetime_max_s;
        self
    }

    /// Whose tokens.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// For whom.
    pub fn audiences(&self) -> &[String] {
        &self.audiences
    }
}

impl fmt::Display for ProfileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoIssuer => "an issuer is needed",
            Self::NoAudience => "an audience is needed: without one, a token for anybody would do",
            Self::NoAlgorithm => "an algorithm is needed",
            Self::NoType => "a type of token is needed",
            Self::Leeway => "clocks may differ by 300 seconds at most",
        })
    }
}

impl std::error::Error for ProfileFault {}
