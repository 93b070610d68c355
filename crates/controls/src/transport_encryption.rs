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
//! `redirect_from: 0.0.0.0:80` opens a second one that leads browsers to `https`: a `GET` or `HEAD` without a
//! credential is answered 308, everything else 403. Whoever sends a credential in the clear must learn it.
//! An API key of ours that comes in the clear is recorded by its name, and revoked where the policy says
//! `seen_in_plain: revoke`. Without `tls`, a listener that is not loopback answers 403 to every request that shows a
//! credential, right or wrong: the answer comes before anybody looks whether it is genuine, and its
//! caller must change it.
//!
//! ## Limits
//!
//! A loopback listener counts as protected: what stands before it on the same host must speak TLS
//! itself. TLS 1.2 and 1.3 are spoken, neither older versions nor early data. A certificate that is weak or
//! about to expire is told (`check`, standard error, records), and used. A cookie that nothing declares is no
//! credential here: it does not reach the API. The hop to the API is not judged here: a plain `upstream` that
//! is not loopback is a finding of `check`.

mod shown;

use portcullis_model::{ControlId, KeyId, Refusal, Room, Status};
use portcullis_policy::Model;

use crate::face::{Expectation, Face, Judgement, Stride, Threat};

pub use shown::Credentials;

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

/// What is told to whoever shows a credential in the clear.
const HTTPS_ONLY: &str = "credentials are taken over https only";
/// What is told to whoever speaks plain HTTP where TLS is spoken.
const WRONG_PORT: &str = "this port speaks https";

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

    /// Whether others on the way could read what came.
    pub const fn is_plain(self) -> bool {
        matches!(self, Self::Plain | Self::PlainOnTls)
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
            .saying(WRONG_PORT),
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
            .saying(HTTPS_ONLY),
            (),
        ),
    }
}

/// Whether a request that came in the clear, where nothing but a redirect is spoken, may be led to `https`: one
/// that only reads, and shows no credential. `shown` says where one stands. Redirected, its sender would
/// never learn that it is known to others.
pub fn judge_redirect(is_only_reading: bool, shown: Option<String>) -> Judgement<()> {
    let refusal = |reason, detail| {
        Refusal::new(ControlId::TransportEncryption, Status::FORBIDDEN, reason, detail)
    };
    if let Some(place) = shown {
        let detail = format!(
            "a credential over plain HTTP, {place}: it must be taken for known to others, and changed"
        );
        let refusal = refusal("plain_credential", detail).saying(HTTPS_ONLY);
        return Judgement::Refuse(refusal, ());
    }
    if is_only_reading {
        return Judgement::Pass(());
    }
    let detail = "more than a `GET` or `HEAD` over plain HTTP: `http://` in place of `https://`";
    let refusal = refusal("plain_http", detail.to_owned()).saying("this port leads to https only");
    Judgement::Refuse(refusal, ())
}

/// The refusal of a request with a text that has the form of an API key of ours, over a plain hop. `genuine`: those in it
/// that are good, by their names; `is_over`: they are revoked for it.
pub fn plain_key(hop: Hop, genuine: &[KeyId], is_over: bool) -> Refusal {
    let names: Vec<String> = genuine.iter().map(|id| format!("`{id}`")).collect();
    let detail = match (names.as_slice(), is_over) {
        ([], _) => "what looks like an API key, over plain HTTP".to_owned(),
        (names, true) => {
            format!("API key {} over plain HTTP: it is revoked", names.join(", "))
        }
        (names, false) => format!(
            "API key {} over plain HTTP: it must be taken for known to others; `portcullis keys roll` \
             exchanges it",
            names.join(", ")
        ),
    };
    // Nobody is told whether it was genuine.
    let (status, public) = match hop {
        Hop::PlainOnTls => (Status::BAD_REQUEST, WRONG_PORT),
        _ => (Status::FORBIDDEN, HTTPS_ONLY),
    };
    Refusal::new(ControlId::TransportEncryption, status, "plain_key", detail).saying(public)
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
