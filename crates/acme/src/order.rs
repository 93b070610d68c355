//! From an account to a certificate (RFC 8555 section 7.4).

use instant_acme::{
    Account, AuthorizationStatus, ChallengeType, Identifier, NewOrder, Order, OrderStatus,
    RetryPolicy,
};
use tokio::time::timeout;

use crate::account;
use crate::error::AcmeError;
use crate::folder::{ACCOUNT, Folder};
use crate::issued::Issued;
use crate::proof::{Proof, request};
use crate::stage::{Bounds, Stage};
use crate::terms::Terms;

/// Obtains a certificate with a new key, within the bounds. Nothing is shown any more when it returns, and what is
/// returned is judged.
pub(crate) async fn obtain(
    terms: &Terms,
    folder: &Folder,
    stage: &impl Stage,
    bounds: &Bounds,
) -> Result<Issued, AcmeError> {
    let walked = timeout(bounds.attempt, walk(terms, folder, stage, bounds)).await;
    let walked = walked.unwrap_or(Err(AcmeError::TooSlow));
    if walked.as_ref().is_err_and(AcmeError::is_unknown_account) {
        // The next attempt makes another.
        folder.remove(ACCOUNT).map_err(AcmeError::Place)?;
    }
    walked
}

async fn walk(
    terms: &Terms,
    folder: &Folder,
    stage: &impl Stage,
    bounds: &Bounds,
) -> Result<Issued, AcmeError> {
    let account = account::of(terms, folder, bounds.exchange).await?;
    // Shown until this returns, or is dropped.
    let shown = Shown(stage);
    let mut order = proved(terms, &account, &shown).await?;
    let wait = RetryPolicy::new().initial_delay(bounds.poll).timeout(bounds.decision);
    let status = order.poll_ready(&wait).await.map_err(AcmeError::Authority)?;
    if status != OrderStatus::Ready {
        return Err(AcmeError::Proof(why(&mut order).await));
    }
    let (key, wanted) = request(&terms.names)?;
    order.finalize_csr(&wanted).await.map_err(AcmeError::Authority)?;
    let chain = order.poll_certificate(&wait).await.map_err(AcmeError::Authority)?;
    Issued::judge(&chain, key, &terms.names, stage.now()).map_err(AcmeError::Unfit)
}

/// Proofs that are shown; none any more afterwards.
struct Shown<'s, S: Stage>(&'s S);

impl<S: Stage> Drop for Shown<'_, S> {
    fn drop(&mut self) {
        self.0.forget();
    }
}

/// An order, the proof of each of its names shown and the authority told to look.
async fn proved<S: Stage>(
    terms: &Terms,
    account: &Account,
    shown: &Shown<'_, S>,
) -> Result<Order, AcmeError> {
    let names: Vec<_> = terms.names.iter().cloned().map(Identifier::Dns).collect();
    let order = account.new_order(&NewOrder::new(&names)).await;
    let mut order = order.map_err(AcmeError::Authority)?;
    if order.state().authorizations.len() > names.len() {
        return Err(AcmeError::Strange);
    }
    let mut authorizations = order.authorizations();
    while let Some(next) = authorizations.next().await {
        let mut one = next.map_err(AcmeError::Authority)?;
        let known = one.identifier();
        let is_wanted = !known.wildcard && names.contains(known.identifier);
        let name = known.to_string();
        if !is_wanted {
            return Err(AcmeError::Strange);
        }
        match one.status {
            // It remembers an earlier proof.
            AuthorizationStatus::Valid => continue,
            AuthorizationStatus::Pending => {}
            _ => return Err(AcmeError::Proof(format!("`{name}` is not open to proof any more"))),
        }
        let challenge = one.challenge(ChallengeType::TlsAlpn01);
        let mut challenge = challenge.ok_or_else(|| AcmeError::NoChallenge(name.clone()))?;
        let digest = challenge.key_authorization().digest();
        let proof = Proof::of(&name, digest.as_ref())?;
        if !shown.0.prove(&name, &proof.certificate, &proof.key) {
            return Err(AcmeError::Showing);
        }
        challenge.set_ready().await.map_err(AcmeError::Authority)?;
    }
    Ok(order)
}

/// What the authority says of the first proof that it did not believe.
async fn why(order: &mut Order) -> String {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut one)) = authorizations.next().await {
        let Ok(now) = one.refresh().await else { continue };
        let errors = now.challenges.iter().filter_map(|challenge| challenge.error.as_ref());
        if let Some(error) = { errors }.next() {
            return format!("`{}`: {error}", now.identifier());
        }
    }
    "it does not say why".to_owned()
}
