//! Tokens that are bound to a client certificate (RFC 8705), and what is weak about a certificate.

mod doubt;
mod issuer;
mod validity;

use crate::claims::Confirmation;
use crate::digest::sha256;

pub use self::doubt::{DEVELOPMENT, Doubt, Role, doubts};
pub use self::issuer::Constrained;
pub use self::validity::validity;

/// The thumbprint `x5t#S256`: SHA-256 of the certificate in DER (RFC 8705 section 3.1).
pub fn thumbprint(der: &[u8]) -> [u8; 32] {
    sha256(der)
}

/// Whether a token with this confirmation may be used on a connection with the certificate of this
/// thumbprint. A token that is bound to a key, not to a certificate, is not confirmed by one.
pub fn confirms(confirmation: &Confirmation, shown: &[u8; 32]) -> bool {
    // Both are public, so there is nothing that time could tell.
    matches!(confirmation, Confirmation::Certificate(bound) if bound == shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_certificate_confirms_a_token() {
        let bound = Confirmation::Certificate(thumbprint(b"obviously fake certificate"));
        assert!(confirms(&bound, &thumbprint(b"obviously fake certificate")));
        assert!(!confirms(&bound, &thumbprint(b"obviously fake certificatf")));
        let key = Confirmation::Key(thumbprint(b"obviously fake certificate"));
        assert!(!confirms(&key, &thumbprint(b"obviously fake certificate")));
    }
}
