//! What is known of a genuine token, and whether it was revoked since.

use std::sync::Arc;

use portcullis_credential::{Claims, Confirmation};
use portcullis_model::{Identity, UnixMillis};
use portcullis_store::Store;

/// What is known of a genuine token.
#[derive(Debug)]
pub(crate) struct Genuine {
    pub(crate) identity: Arc<Identity>,
    /// What revocations name it by.
    pub(crate) named: Named,
    /// It is worth nothing from here on.
    pub(crate) expires: UnixMillis,
    /// What must be proved beside it.
    pub(crate) confirmation: Option<Confirmation>,
    /// Which keys of its issuer verified it.
    pub(crate) generation: u64,
    /// No key did: its issuer was asked.
    pub(crate) is_told: bool,
    /// By which model it was judged, and for which scheme.
    pub(crate) model: Arc<str>,
    pub(crate) scheme: usize,
}

/// What revocations name a token by, beside its issuer.
#[derive(Debug, Default)]
pub(crate) struct Named {
    subject: Box<str>,
    jti: Option<Box<str>>,
    issued: Option<UnixMillis>,
}

impl Named {
    pub(crate) fn of(claims: &Claims) -> Self {
        Self {
            subject: claims.subject().into(),
            jti: claims.id().map(Box::from),
            issued: claims.issued(),
        }
    }
}

impl Genuine {
    /// Whether it counts no longer; asked on each use, because it is remembered for longer than a
    /// revocation takes. Reads memory alone.
    pub(crate) fn is_revoked(&self, store: Option<&Store>) -> bool {
        let Some(store) = store else { return false };
        let Identity { issuer, subject, .. } = &*self.identity;
        let Named { subject: sub, jti, issued } = &self.named;
        let claims = portcullis_store::Claims {
            issuer,
            subject: Some(sub),
            jti: jti.as_deref(),
            issued: *issued,
        };
        // Where the policy takes its callers' names from another claim, records show that one: who
        // revokes may name either.
        let by_other_name = || {
            **sub != **subject
                && store.is_revoked(&portcullis_store::Claims { subject: Some(subject), ..claims })
        };
        store.is_revoked(&claims) || by_other_name()
    }
}
