//! What a request proves by each scheme.

use std::sync::Arc;

use portcullis_contract::{SchemePlace, SecurityScheme};
use portcullis_controls::caller_identity::Proof;
use portcullis_model::{Identity, Status};
use portcullis_store::Session;

use super::super::context::{Context, Exit};
use super::outgoing::Credentials;
use super::session::{self, Held, OfSession};
use super::shown::{Shown, shown};
use super::token::{self, Asked, Judged};
use crate::head::RequestHead;

/// What was proved, by the index of the scheme.
#[derive(Default)]
pub(super) struct Proofs {
    list: Vec<(usize, Proof)>,
    /// What goes on in place of a credential that was verified.
    replaced: Vec<(usize, String)>,
    /// Schemes whose credential is there, can be verified, and was not.
    unproved: Vec<usize>,
    /// The session of a credential of ours.
    session: Option<Arc<Session>>,
}

impl Proofs {
    pub(super) fn of(&self, scheme: usize) -> Option<&Proof> {
        self.list.iter().find(|(known, _)| *known == scheme).map(|(_, proof)| proof)
    }

    /// The session that the request runs under.
    pub(super) const fn session(&self) -> Option<&Arc<Session>> {
        self.session.as_ref()
    }

    /// A credential of ours, exchanged. One request is of one session.
    fn hold(&mut self, scheme: usize, held: Held) {
        let Held { session, identity, instead } = held;
        if self.session.as_ref().is_some_and(|known| known.id != session.id) {
            self.list.push((scheme, Proof::Rejected("two_sessions")));
            return;
        }
        self.session = Some(session);
        self.list.push((scheme, Proof::Verified(identity)));
        self.replaced.push((scheme, instead));
    }

    /// Who is known to call, by whatever scheme.
    pub(super) fn anyone(&self) -> Option<Arc<Identity>> {
        self.list.iter().find_map(|(_, proof)| match proof {
            Proof::Verified(identity) => Some(identity.clone()),
            _ => None,
        })
    }

    /// What goes on: of what can be verified, only what was. Credentials of ours are exchanged
    /// whether or not the rest is `enforced`: nobody else can use them.
    pub(super) fn into_credentials(
        self,
        schemes: &[SecurityScheme],
        is_enforced: bool,
    ) -> Credentials {
        let mut credentials = Credentials::default();
        let place = |index: usize| schemes.get(index).map(|scheme| &scheme.place);
        let verified = |place: &SchemePlace| {
            self.list.iter().any(|(index, proof)| {
                matches!(proof, Proof::Verified(_) | Proof::Present)
                    && schemes.get(*index).is_some_and(|scheme| scheme.place == *place)
            })
        };
        for (scheme, value) in &self.replaced {
            place(*scheme).into_iter().for_each(|place| credentials.replace(place, value.clone()));
        }
        if !is_enforced {
            return credentials;
        }
        let rejected = self.list.iter().filter(|(_, proof)| matches!(proof, Proof::Rejected(_)));
        for scheme in rejected.map(|(scheme, _)| scheme).chain(&self.unproved) {
            if let Some(place) = place(*scheme)
                && !verified(place)
            {
                credentials.remove(place);
            }
        }
        credentials
    }
}

/// Proves what the wanted schemes can; where none is wanted, whatever is shown.
pub(super) async fn prove(
    head: &RequestHead,
    wanted: &[usize],
    context: &Context<'_>,
) -> Result<Proofs, Exit> {
    let plan = context.plan;
    let mut proofs = Proofs::default();
    for (index, scheme) in plan.model.contract.schemes.iter().enumerate() {
        let is_wanted = wanted.is_empty() || wanted.contains(&index);
        let verifies = plan.model.callers.verifies(index);
        let value = match shown(head, &scheme.place) {
            Shown::Nothing => continue,
            Shown::One(value) if verifies && is_wanted => value,
            Shown::Unclear if verifies && is_wanted => {
                proofs.list.push((index, Proof::Rejected("shown_twice")));
                continue;
            }
            _ if verifies => {
                proofs.unproved.push(index);
                continue;
            }
            Shown::Unclear if matches!(scheme.place, SchemePlace::Header(_)) => continue,
            Shown::One(_) | Shown::Unclear => {
                proofs.list.push((index, Proof::Present));
                continue;
            }
        };
        let asked = Asked {
            worker: context.worker,
            plan,
            scheme: index,
            now: context.now(),
            deadline: context.deadline,
        };
        let judged = match session::judge(value, &scheme.place, context.operation, asked).await {
            OfSession::Held(held) => {
                proofs.hold(index, held);
                continue;
            }
            OfSession::Judged(judged) => judged,
            OfSession::Other => token::judge(value, asked).await,
        };
        match judged {
            Judged::Genuine { identity, instead } => {
                proofs.list.push((index, Proof::Verified(identity)));
                proofs.replaced.extend(instead.map(|value| (index, value)));
            }
            Judged::Not(why) => proofs.list.push((index, Proof::Rejected(why))),
            // Whether it is genuine cannot be known now: nobody guesses (rule 3).
            Judged::Unknown(_) if wanted.is_empty() => proofs.unproved.push(index),
            Judged::Unknown(detail) => {
                return Err(Exit::Failed { status: Status::UNAVAILABLE, detail });
            }
        }
    }
    Ok(proofs)
}
