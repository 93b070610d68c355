//! Room 3: who is calling? Every credential that a scheme of the operation takes is verified; one that
//! nobody verified does not go on to an API whose policy says how to.

mod bound;
mod canary;
mod certificate;
mod introspected;
mod judged;
mod keys;
mod outgoing;
mod own_key;
mod own_password;
mod prove;
mod sent_along;
mod session;
mod shown;
mod token;
mod whoami;

use portcullis_contract::Contract;
use portcullis_controls::caller_identity::{Expected, Proof, Told, stranger};
use portcullis_controls::cross_site::SentAlong;
use portcullis_controls::{Judgement, transport_encryption};
use portcullis_model::{Caller, ControlId, Mode, Room};

pub(super) use outgoing::Credentials;
use prove::Wanted;
use sent_along::sent_along;
use shown::{Shown, shown};

use super::context::{Context, Exit};
use super::find_operation::Matched;
use super::learned;
use crate::head::Essential;

/// A request of which it is known who calls.
pub(super) struct Authenticated {
    matched: Matched,
    caller: Caller,
    shows_credential: bool,
    credentials: Credentials,
}

impl Authenticated {
    pub(super) const fn matched(&self) -> &Matched {
        &self.matched
    }

    /// Who is calling.
    pub(super) const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Whether a credential of the contract is there, needed or not: the answer may depend on it.
    pub(super) const fn shows_credential(&self) -> bool {
        self.shows_credential
    }

    /// Which of its credentials browsers send along by themselves.
    pub(super) fn sent_along(&self, contract: &Contract) -> SentAlong {
        let received = self.matched.received();
        let operation = self.matched.operation().and_then(|index| contract.operation(index));
        sent_along(received.head(), received.sender(), &contract.schemes, operation)
    }

    /// What becomes of the credentials on the way to the API.
    pub(super) const fn credentials(&self) -> &Credentials {
        &self.credentials
    }
}

pub(super) async fn enter(
    matched: Matched,
    context: &mut Context<'_>,
) -> Result<Authenticated, Exit> {
    context.enter(Room::Authenticate);
    let plan = context.plan;
    let compiled = matched.operation().and_then(|index| plan.operations.get(index));
    let head = matched.received().head();
    let schemes = &plan.model.contract.schemes;
    // Whatever stands where a credential may, in whatever form: whoever reads it on the way can use it
    // with an API that is less strict.
    let stands = |place| !matches!(shown(head, place), Shown::Nothing);
    let shows_credential = head.fields.first(Essential::Authorization).is_some()
        || schemes.iter().any(|scheme| stands(&scheme.place))
        || matched.received().sender().certificate.is_some();
    canary::look(head, context);
    if shows_credential {
        context.ask(transport_encryption::judge_credential(context.hop))?;
    }
    if context.mode(ControlId::CallerIdentity) == Mode::NotAsked {
        matched.withheld().cloned().map_or(Ok(()), |refusal| context.refuse(refusal))?;
        let (caller, credentials) = (Caller::Anonymous, Credentials::default());
        return Ok(Authenticated { matched, caller, shows_credential, credentials });
    }
    let expected = compiled.map(|compiled| &compiled.caller);
    let is_for_callers =
        matched.withheld().is_some() || plan.hides && matches!(expected, Some(Expected::Closed(_)));
    let is_open =
        matches!(expected, Some(Expected::Anyone)) || expected.is_none() && !is_for_callers;
    // Where strangers learn nothing, whatever they show is looked at on every path alike.
    let taken = expected.map_or_else(Vec::new, Expected::schemes);
    let own = (!is_open && !plan.hides).then_some(taken.as_slice());
    let wanted = Wanted { schemes: own, taken: &taken, is_needed: !is_open };
    let sender = matched.received().sender();
    let mut proofs = prove::prove(head, sender, wanted, context).await?;
    let challenged = plan.challenged(expected);
    let told = Told {
        schemes: &challenged,
        metadata: plan.resource.as_ref(),
        is_shown: plan.hides.then_some(shows_credential),
        is_bound: plan.model.callers.takes_bound_only(),
    };
    if is_for_callers && proofs.anyone().is_none() {
        proofs.end_if_unknown(context).await?;
        let detail = matched.withheld().map_or("closed", |refusal| &refusal.detail).to_owned();
        context.refuse(stranger(told, proofs.is_any_rejected(), detail))?;
    }
    matched.withheld().cloned().map_or(Ok(()), |refusal| context.refuse(refusal))?;
    let caller = match expected {
        Some(expected) => {
            let proof = |scheme| proofs.of(scheme).cloned().unwrap_or(Proof::Absent);
            let judgement = expected.judge(told, proof);
            if matches!(judgement, Judgement::Refuse(..)) {
                proofs.end_if_unknown(context).await?;
            }
            context.ask(judgement)?
        }
        None => Caller::Anonymous,
    };
    let caller = match caller {
        Caller::Anonymous => proofs.anyone().map_or(Caller::Anonymous, Caller::Verified),
        caller => caller,
    };
    let caller = learned::known(caller, context);
    carry(&caller, &proofs, context);
    // Whoever only observes takes nothing away.
    let is_enforced = context.mode(ControlId::CallerIdentity) == Mode::Enforce;
    let mut credentials = proofs.into_credentials(schemes, is_enforced);
    session::exchange_cookies(&matched, &mut credentials, context).await?;
    if is_enforced && plan.model.callers.drops_credentials() {
        credentials.drop_others(schemes);
    }
    Ok(Authenticated { matched, caller, shows_credential, credentials })
}

/// Carries who calls, and with what, to the rooms that see the answer.
fn carry(caller: &Caller, proofs: &prove::Proofs, context: &mut Context<'_>) {
    context.entry.caller(caller.clone());
    let carried = &mut context.carried;
    carried.identity = caller.identity().cloned();
    carried.tokens = proofs.tokens().to_vec();
    carried.key = proofs.key().cloned();
    carried.password = proofs.password().cloned();
    if let Some(key) = &carried.key {
        context.entry.key(key.id);
    }
    if let Some(session) = proofs.session() {
        carried.withheld.add(&session.credentials);
        carried.session = Some(session.clone());
    }
}
