//! Tokens, and keys of ours, that are bound to a key pair: whoever shows one proves that it is theirs (RFC 9449), or
//! shows it on a connection that it opened (RFC 8705).

use std::sync::Arc;

use portcullis_credential::dpop::{self, Expected};
use portcullis_credential::{Confirmation, certificate};
use portcullis_model::KeyRules;

use super::judged::{Asked, Judged};
use crate::callers::Use;
use crate::head::{Essential, RequestHead};

/// Whether what a token is bound to was proved beside it; none if it was.
pub(super) fn unproved(
    confirmation: Option<&Confirmation>,
    is_dpop: bool,
    token: &str,
    asked: Asked<'_>,
) -> Option<Judged> {
    match (confirmation, is_dpop) {
        (None, false) => None,
        // RFC 9449 section 7.1: a token that is bound to nothing, or to something else, is no DPoP token.
        (None | Some(Confirmation::Certificate(_)), true) => Some(Judged::Not("not_bound")),
        (Some(Confirmation::Key(key)), true) => proof(key, token, asked),
        (Some(Confirmation::Key(_)), false) => Some(Judged::Not("dpop_missing")),
        // Who issued the certificate is of no interest: whoever issued the token knew it (RFC 8705
        // section 6.2), and it says nothing of who calls.
        (Some(bound @ Confirmation::Certificate(_)), false) => match asked.certificate {
            None => Some(Judged::Not("certificate_missing")),
            Some(shown) if certificate::confirms(bound, shown) => None,
            Some(_) => Some(Judged::Not("certificate_of_another")),
        },
    }
}

/// Whether what a key of ours is bound to was proved beside it, and what each key above it is bound to; none if it
/// was. The hash of the token in a proof (`ath`) is that of the key's text.
pub(super) fn unproved_key(
    rules: &[Arc<KeyRules>],
    is_dpop: bool,
    text: &str,
    asked: Asked<'_>,
) -> Option<Judged> {
    let certificates = rules.iter().filter_map(|rules| rules.certificate.as_ref());
    for certificate in certificates {
        let bound = Confirmation::Certificate(*certificate);
        if let Some(judged) = unproved(Some(&bound), false, text, asked) {
            return Some(judged);
        }
    }
    let mut keys = rules.iter().filter_map(|rules| rules.dpop.as_ref());
    match keys.next() {
        None if is_dpop => Some(Judged::Not("not_bound")),
        None => None,
        // One proof is of one key: what must be proved by two opens nothing.
        Some(key) if keys.all(|other| other == key) => proof(key, text, asked),
        Some(_) => Some(Judged::Not("bound_to_two_keys")),
    }
}

fn proof(key: &[u8; 32], token: &str, asked: Asked<'_>) -> Option<Judged> {
    let mut proofs = asked.head.fields.all("dpop");
    let (Some(proof), None) = (proofs.next(), proofs.next()) else {
        return Some(Judged::Not("dpop_missing"));
    };
    let expected = Expected {
        method: asked.head.method_text(),
        url: &url(asked.head, asked.is_tls),
        token,
        key,
        nonces: &[],
        age_s: dpop::AGE_S,
        ahead_s: dpop::AHEAD_S,
    };
    let seen = match dpop::verify(proof, &expected, asked.now) {
        Ok(seen) => seen,
        Err(fault) => return Some(Judged::Not(fault.name())),
    };
    if asked.proof.get() == Some(seen.id) {
        return None;
    }
    match asked.worker.shared.callers.proofs.use_up(seen.id, seen.forget_at, asked.now) {
        Use::First => {
            asked.proof.set(Some(seen.id));
            None
        }
        Use::Again => Some(Judged::Not("dpop_replayed")),
        Use::Unknown => Some(Judged::Unknown("too many proofs to remember".to_owned())),
    }
}

/// The URL that the client used. Its host was claimed by an API, where the policy names hosts.
fn url(head: &RequestHead, is_tls: bool) -> String {
    let scheme = if is_tls { "https" } else { "http" };
    let host = head.fields.first(Essential::Host).unwrap_or_default();
    format!("{scheme}://{host}{}", head.path())
}
