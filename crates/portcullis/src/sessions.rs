//! The store of sessions, from where the policy says.

use std::sync::Arc;

use portcullis_admin::{Door, DoorError, Keeper, Way};
use portcullis_gateway::Site;
use portcullis_ledger::Ledger;
use portcullis_model::{Clock as _, Diagnostic};
use portcullis_policy::{Failure, Model, codes};
use portcullis_store::{Opened, Options, Store, StoreError, Unlock};

use crate::clock::SystemClock;
use crate::{store_key, talk};

/// Opens the store of a site that needs one. Problems stand at the policy's line.
pub(crate) fn of(site: &Site, accept_older: bool) -> Result<Option<(Store, Opened)>, Failure> {
    let plan = site.plans().find(|plan| plan.model.store.is_some());
    plan.map_or(Ok(None), |plan| open(&plan.model, accept_older))
}

/// The same, of a model.
pub(crate) fn open(model: &Model, accept_older: bool) -> Result<Option<(Store, Opened)>, Failure> {
    let Some(place) = &model.store else { return Ok(None) };
    let failed = |message| unusable(model, message);
    let kek = place.key.as_ref().map(store_key::kek).transpose().map_err(failed)?;
    let service = store_key::service(place).map_err(failed)?;
    let unlock = Unlock::new(kek.as_ref(), service.as_deref());
    let options = Options { accept_older, canaries: place.canaries, ..Options::default() };
    let opened = Store::open(&place.folder, unlock, &options, SystemClock.now());
    let (store, opened) = opened.map_err(|error| unusable(model, told(&error)))?;
    let folder = talk::clean(&place.folder.display().to_string());
    if opened.is_new {
        talk::say(&format!("what lasts is kept in `{folder}`, which is new"));
    }
    if opened.is_older {
        talk::say(&format!(
            "the store `{folder}` is an older copy: sessions that were ended since may hold again"
        ));
    }
    Ok(Some((store, opened)))
}

/// The door through which the sessions of a gateway that runs are ended. That the store was opened is recorded.
pub(crate) fn door(
    site: &Site,
    (store, opened): &(Store, Opened),
    ledger: &Arc<Ledger>,
) -> Result<Option<Door>, DoorError> {
    let model = site.plans().map(|plan| &plan.model);
    let place = { model }.find_map(|model| Some((model, model.store.as_ref()?)));
    let Some((model, place)) = place else { return Ok(None) };
    let (store, ledger, way) = (store.clone(), Some(ledger.clone()), Way::Socket);
    let keks = store_key::reader(model, way);
    // It was read when the store was opened.
    let service = store_key::service(place).ok().flatten();
    let keeper = Keeper { store, ledger, clock: Arc::new(SystemClock), way, keks, service };
    keeper.opened(opened);
    Door::open(&place.folder, keeper).map(Some)
}

fn told(error: &StoreError) -> String {
    match error {
        StoreError::Older { .. } => format!("{error}; `--accept-older-store` takes it once"),
        other => other.to_string(),
    }
}

fn unusable(model: &Model, message: String) -> Failure {
    let problem = Diagnostic::error(&codes::UNUSABLE_STORE, message)
        .at(model.lines.store)
        .help("`portcullis explain policy-unusable-store` says how folder and key must be");
    let sources = model.sources.clone();
    Failure { sources, diagnostics: vec![problem], unreadable: None }
}

/// A store for one run, of a site that needs one.
pub(crate) fn passing(site: &Site) -> Result<Option<Store>, String> {
    if !site.needs_store() {
        return Ok(None);
    }
    let store = Store::passing(&std::env::temp_dir(), SystemClock.now());
    store.map(Some).map_err(|error| format!("no store can be made for this run: {error}"))
}
