//! # `transport_encryption`
//!
//! A credential travels only where nobody between caller and gateway can read it.
//!
//! ## Why
//!
//! Whoever can read a password, a token or a key on its way has it (CWE-319). A login page that
//! also answers over plain HTTP is enough: one wrong link sends the token in the clear, and the
//! answer looks right, so that nobody notices (OWASP API8, TLS is missing).
//!
//! ## Example
//!
//! ```yaml
//! listen: 0.0.0.0:8443
//! tls: { certificate: file:cert.pem, key: file:key.pem }
//! ```
//!
//! A request in plain HTTP on this listener is answered 400 and never reaches a room that reads it.
//! Without `tls`, a listener that is not loopback answers 403 to every request that shows a
//! credential, right or wrong: the answer comes before anybody looks whether it is genuine, and its
//! caller must change it.
//!
//! ## Limits
//!
//! A loopback listener counts as protected: what stands before it on the same host must speak TLS
//! itself. TLS 1.2 and 1.3 are spoken, neither older versions nor early data. Where a certificate is
//! weak or about to expire, nothing is said yet. The hop to the API is not judged here: a plain
//! `upstream` that is not loopback is a finding of `check`.

use portcullis_model::{ControlId, Refusal, Room, Status};
use portcullis_policy::Model;

use crate::face::{Expectation, Face, Judgement, Stride, Threat};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::TransportEncryption,
    item: "C6",
    guarantee: "a credential is taken only where nobody on the way can read it",
    threat: Threat {
        id: "plain-transport",
        text: "somebody on the way reads a credential and uses it",
        stride: Stride::InformationDisclosure,
        cwe: &[319, 523],
    },
    rooms: &[Room::Receive, Room::Authenticate],
    expectation,
    source: include_str!("transport_encryption.rs"),
};

/// How a request travelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hop {
    /// Inside TLS.
    Tls,
    /// Inside TLS, as a trusted proxy says that ended it (`tls: { terminated_by: trusted_proxies }`).
    Asserted,
    /// On this host.
    Loopback,
    /// In the clear.
    Plain,
    /// In the clear, where TLS is spoken.
    PlainOnTls,
}

impl Hop {
    /// Whether clients may be told to use nothing else (HSTS, RFC 6797).
    pub const fn is_tls(self) -> bool {
        matches!(self, Self::Tls | Self::Asserted)
    }
}

/// Whether a request may come this way at all.
pub fn judge_hop(hop: Hop) -> Judgement<()> {
    match hop {
        Hop::Tls | Hop::Asserted | Hop::Loopback | Hop::Plain => Judgement::Pass(()),
        Hop::PlainOnTls => Judgement::Refuse(
            Refusal::new(
                ControlId::TransportEncryption,
                Status::BAD_REQUEST,
                "plain_http",
                "a request in plain HTTP, where TLS is spoken: `http://` in place of `https://`",
            )
            .saying("this port speaks https"),
            (),
        ),
    }
}

/// Whether a request that shows a credential may have come this way (RFC 6750 section 5.3,
/// RFC 7617 section 4).
pub fn judge_credential(hop: Hop) -> Judgement<()> {
    match hop {
        Hop::Tls | Hop::Asserted | Hop::Loopback => Judgement::Pass(()),
        Hop::Plain | Hop::PlainOnTls => Judgement::Refuse(
            Refusal::new(
                ControlId::TransportEncryption,
                Status::FORBIDDEN,
                "plain_credential",
                "a credential over plain HTTP: it must be taken for known to others; add `tls: { \
                 certificate, key }`, or listen on loopback behind what speaks TLS",
            )
            .saying("credentials are taken over https only"),
            (),
        ),
    }
}

/// The refusal of a connection whose handshake failed.
pub fn handshake(detail: String) -> Refusal {
    Refusal::new(ControlId::TransportEncryption, Status::BAD_REQUEST, "handshake", detail)
}

fn expectation(model: &Model, operation: usize) -> Expectation {
    use portcullis_contract::Security;
    let security = model.contract.operation(operation).map(|operation| &operation.security);
    let needs_caller = matches!(security, Some(Security::Required { .. }));
    match (model.tls.is_some(), model.listen.ip().is_loopback()) {
        (true, _) => Expectation::Required("requests come inside TLS".to_owned()),
        (false, true) => {
            Expectation::NotApplicable("the listener is loopback: what is before it speaks TLS")
        }
        (false, false) if needs_caller => {
            Expectation::Required("credentials in plain requests are refused".to_owned())
        }
        (false, false) => Expectation::NotApplicable("it is called without a credential"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_taken_only_where_nobody_can_read_it() {
        let is_refused = |judgement| matches!(judgement, Judgement::Refuse(..));
        for (hop, any, credential) in [
            (Hop::Tls, false, false),
            (Hop::Asserted, false, false),
            (Hop::Loopback, false, false),
            (Hop::Plain, false, true),
            (Hop::PlainOnTls, true, true),
        ] {
            assert_eq!(is_refused(judge_hop(hop)), any, "{hop:?}");
            assert_eq!(is_refused(judge_credential(hop)), credential, "{hop:?}");
        }
    }
}
