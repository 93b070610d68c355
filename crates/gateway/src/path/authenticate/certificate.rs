//! Client certificates (OpenAPI's `mutualTLS`): whose the one of this connection is.

use std::sync::Arc;

use portcullis_contract::SchemePlace;
use portcullis_controls::caller_identity::{Presented, Proof, holder};

use super::super::context::Context;
use crate::sender::Sender;

/// What the certificate of a connection proves, for each wanted scheme that takes one. It is asked
/// anew of the issuers that are in force, for every request: a connection may be older than they are.
pub(super) fn proofs(
    sender: &Sender,
    wanted: Option<&[usize]>,
    context: &Context<'_>,
) -> Vec<(usize, Proof)> {
    let (plan, now) = (context.plan, context.now());
    let rule = plan.model.callers.certificates.as_ref();
    let (Some(certificate), Some(rule)) = (&sender.certificate, rule) else { return Vec::new() };
    let schemes = plan.model.contract.schemes.iter().enumerate();
    let schemes = schemes.filter(|(index, scheme)| {
        let is_wanted = wanted.is_none_or(|wanted| wanted.contains(index));
        is_wanted && scheme.place == SchemePlace::MutualTls && rule.schemes.contains(index)
    });
    let site = context.worker.site();
    let proof = |name: &str| {
        let Some(issuers) = site.clients() else { return Proof::Rejected("certificate_of_nobody") };
        if let Err(why) = certificate.is_of(issuers, now) {
            return Proof::Rejected(why);
        }
        let presented = Presented {
            thumbprint: certificate.thumbprint(),
            dns: certificate.dns(),
            uris: certificate.uris(),
        };
        match holder(rule, &presented, name) {
            Ok(identity) => Proof::Verified(Arc::new(identity)),
            Err(why) => Proof::Rejected(why),
        }
    };
    schemes.map(|(index, scheme)| (index, proof(&scheme.name))).collect()
}
