//! How access is decided, and how callers are known.

/// How access is decided (words of TM-BOM 1.0.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the method of that name")]
pub enum Access {
    None,
    /// Lists of who may.
    Acl,
    /// By role.
    Rbac,
    /// By the system alone.
    Mac,
    /// By the owner of the object.
    Dac,
    /// By attributes of caller and object.
    Abac,
}

impl Access {
    /// The word of TM-BOM.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Acl => "acl",
            Self::Rbac => "rbac",
            Self::Mac => "mac",
            Self::Dac => "dac",
            Self::Abac => "abac",
        }
    }
}

/// How callers are known (words of TM-BOM 1.0.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the method of that name")]
pub enum Authentication {
    None,
    Password,
    Otp,
    ChallengeResponse,
    PublicKey,
    Token,
    Biometrics,
    Sso,
    Social,
}

impl Authentication {
    /// The word of TM-BOM.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Password => "password",
            Self::Otp => "otp",
            Self::ChallengeResponse => "challenge_response",
            Self::PublicKey => "public_key",
            Self::Token => "token",
            Self::Biometrics => "biometrics",
            Self::Sso => "sso",
            Self::Social => "social",
        }
    }
}
