//! Why there is no certificate.

use crate::folder::PlaceFault;
use crate::https::ExchangeFault;
use crate::issued::Unfit;

/// Bytes of what an authority says that are told.
const TOLD_BYTES_MAX: usize = 500;

/// Why an attempt gave no certificate. What was shown before stays.
#[derive(Debug)]
pub enum AcmeError {
    /// What is kept cannot be read or written.
    Place(PlaceFault),
    /// The authority was not heard, or not understood, or said no.
    Authority(instant_acme::Error),
    /// It did not believe that a name is ours.
    Proof(String),
    /// It does not take the only proof that is given here, for this name.
    NoChallenge(String),
    /// It asks for a proof of what nobody wants.
    Strange,
    /// A key, a request or a proof cannot be made.
    Making(rcgen::Error),
    /// The listener cannot show the proof.
    Showing,
    /// The whole of it took too long.
    TooSlow,
    /// What it gave cannot be used.
    Unfit(Unfit),
}

impl AcmeError {
    /// Whether the authority does not know the account (RFC 8555 section 6.7).
    pub(crate) fn is_unknown_account(&self) -> bool {
        const UNKNOWN: &str = "urn:ietf:params:acme:error:accountDoesNotExist";
        matches!(self, Self::Authority(instant_acme::Error::Api(problem))
            if problem.r#type.as_deref() == Some(UNKNOWN))
    }
}

impl std::fmt::Display for AcmeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Place(fault) => fault.fmt(f),
            Self::Authority(instant_acme::Error::Api(problem)) => {
                write!(f, "it says no: {}", told(&problem.to_string()))
            }
            Self::Authority(instant_acme::Error::Other(other)) if other.is::<ExchangeFault>() => {
                other.fmt(f)
            }
            Self::Authority(instant_acme::Error::Timeout(_)) => {
                f.write_str("it takes too long to decide")
            }
            Self::Authority(error) => {
                write!(f, "its answer is not understood: {}", told(&error.to_string()))
            }
            Self::Proof(why) => write!(f, "it does not believe the proof: {}", told(why)),
            Self::NoChallenge(name) => {
                write!(f, "it takes no proof inside TLS (tls-alpn-01) for `{}`", told(name))
            }
            Self::Strange => f.write_str("it asks for proofs of other names than were asked for"),
            Self::Making(error) => write!(f, "a key or a request cannot be made: {error}"),
            Self::Showing => f.write_str("the listener cannot show the proof"),
            Self::TooSlow => f.write_str("it takes too long"),
            Self::Unfit(unfit) => write!(f, "what it gave is not used: {unfit}"),
        }
    }
}

impl std::error::Error for AcmeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Place(fault) => Some(fault),
            Self::Authority(error) => Some(error),
            Self::Making(error) => Some(error),
            Self::Unfit(unfit) => Some(unfit),
            _ => None,
        }
    }
}

/// Text from outside, in one short line without what a terminal would obey.
fn told(text: &str) -> String {
    let mut told = String::new();
    for one in text.chars() {
        if told.len() >= TOLD_BYTES_MAX {
            told.push_str("...");
            break;
        }
        let is_plain = !one.is_control()
            && !matches!(one, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        told.push(if is_plain { one } else { '?' });
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_authority_says_is_one_short_line() {
        let long = format!("a\nb\u{1b}[31m\u{202e}{}", "x".repeat(2 * TOLD_BYTES_MAX));
        let told = AcmeError::Proof(long).to_string();
        assert!(told.starts_with("it does not believe the proof: a?b?[31m?xx"), "{told}");
        assert!(told.len() < TOLD_BYTES_MAX + 50 && told.ends_with("..."));
    }
}
