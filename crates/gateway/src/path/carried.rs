//! What goes with a request: the session and the tokens that it runs under, and what its answer will need.

use std::sync::Arc;

use portcullis_controls::resource_limits::Quota;
use portcullis_model::{ControlId, Identity, Refusal, Secret, Status};
use portcullis_store::{Account, Session, Store};

use super::settling::Settling;
use crate::callers::{Cost, Genuine, UsedKey, UsedPassword};
use crate::login::Withheld;

/// What goes with a request.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// Who calls.
    pub(super) identity: Option<Arc<Identity>>,
    /// The session that the request came with.
    pub(super) session: Option<Arc<Session>>,
    /// The tokens of issuers that it came with.
    pub(super) tokens: Vec<Arc<Genuine>>,
    /// The key of ours that it came with.
    pub(super) key: Option<UsedKey>,
    /// What its client is told of the quotas of that key.
    pub(super) quotas: Vec<Quota>,
    /// The same of the tightest rate of its caller, or of the one that refused it.
    pub(super) rate: Option<Quota>,
    /// What is charged when it is over, for what its client is told of that.
    pub(super) costs: Vec<Cost>,
    /// The password of ours that it came with.
    pub(super) password: Option<UsedPassword>,
    /// Credentials of the API that may not leave with the answer.
    pub(super) withheld: Withheld,
    /// Which account a login is for, as the request says.
    pub(super) account: Option<Account>,
    /// The network that it came from.
    pub(super) network: String,
    /// What the request renews.
    pub(super) renews: Option<Renewed>,
    /// Whose sessions end if the API agrees: by place in `ends_sessions`.
    pub(super) ends: Vec<(usize, Account)>,
    /// What counts only if the API does what it is asked.
    pub(super) settling: Settling,
    /// The token that its page is given.
    pub(super) page_token: Option<String>,
    /// This request ended its own session.
    pub(super) has_ended: bool,
}

impl Carried {
    /// The end of a request whose session was ended, or whose token was revoked, since it was let in.
    pub(super) fn ended(&self, store: Option<&Store>) -> Option<Refusal> {
        let is_ended = self.session.as_ref().is_some_and(|session| session.is_ended());
        let detail = if is_ended && !self.has_ended {
            "the session was ended meanwhile"
        } else if self.tokens.iter().any(|token| token.is_revoked(store)) {
            "the token was revoked meanwhile"
        } else if self.key.as_ref().is_some_and(|key| key.is_revoked(store)) {
            "the key was revoked meanwhile"
        } else if self.password.as_ref().is_some_and(|password| password.is_over(store)) {
            "the password was exchanged or removed meanwhile"
        } else {
            return None;
        };
        let (control, status) = (ControlId::CallerIdentity, Status::UNAUTHORIZED);
        let refusal = Refusal::new(control, status, "bad_credential", detail.to_owned());
        let challenge = match &self.password {
            Some(_) => "Basic realm=\"api\", charset=\"UTF-8\"",
            None => "Bearer error=\"invalid_token\"",
        };
        Some(refusal.with_field("WWW-Authenticate", challenge.to_owned()))
    }
}

/// A refresh token that a request came with.
#[derive(Debug, Clone)]
pub(super) enum Renewed {
    /// Ours, of this session.
    Ours(Arc<Session>, Secret),
    /// One of the API's own, from before (rule 4).
    Adopted,
}
