//! The ids register: which objects a caller was shown as theirs, or created.
//!
//! A fact is a hint that spares a question to the API. It may be missing at any time; it must never
//! be wrong. See `docs/src/reference/store.md`.

use std::sync::Arc;

use portcullis_model::UnixMillis;

use crate::error::StoreError;
use crate::held::bounds::Bounds;
use crate::held::lately::Since;
use crate::held::names::{Caller, Keys, Object};
use crate::held::table::{How, Standing};
use crate::held::{Held, Learned};
use crate::store::Store;

/// Who holds which object. Cheap to clone, and asked from any thread; reads and changes memory alone,
/// under one short lock. With a store, which stays open as long as one of these is there, facts
/// survive a restart.
#[derive(Clone)]
pub struct Register {
    held: Arc<Held>,
    store: Option<Store>,
}

/// What is to be forgotten.
#[derive(Debug, Clone, Copy)]
pub enum Forget<'a> {
    /// Whoever holds this object: it was deleted, moved, or its holder finds it no more.
    Object(&'a Object),
    /// That this caller holds it: the API refused it to them.
    Held(&'a Caller, &'a Object),
    /// All that this caller holds.
    Caller(&'a Caller),
    /// All objects of an API, by its name.
    Api(&'a str),
}

impl Register {
    /// One whose facts end with the process.
    pub fn in_memory(bounds: Bounds) -> Result<Self, StoreError> {
        let mut chance = [0; 32];
        aws_lc_rs::rand::fill(&mut chance)
            .map_err(|_| StoreError::Io("no chance to be had".to_owned()))?;
        let held = Held::new(Keys::new(&chance), bounds, false);
        Ok(Self { held: Arc::new(held), store: None })
    }

    /// The one of a store: always the same.
    pub fn of(store: &Store) -> Self {
        Self { held: Arc::clone(store.held()), store: Some(store.clone()) }
    }

    /// A caller of an API, as this register knows them: their issuer and subject byte by byte.
    ///
    /// # Errors
    /// [`StoreError::TooMany`]: one of these is longer than 2 KiB.
    pub fn caller(&self, api: &str, issuer: &str, subject: &str) -> Result<Caller, StoreError> {
        self.held.keys.caller(api, issuer, subject)
    }

    /// An object of an API, as this register knows it: its resource, which of the resource's ids this
    /// is, and that, byte by byte.
    ///
    /// # Errors
    /// [`StoreError::TooMany`]: one of these is longer than 2 KiB.
    pub fn object(
        &self,
        api: &str,
        resource: &str,
        id_index: u8,
        id: &str,
    ) -> Result<Object, StoreError> {
        self.held.keys.object(api, resource, id_index, id)
    }

    /// What is known of a caller and an object at `now`.
    pub fn standing(&self, caller: &Caller, object: &Object, now: UnixMillis) -> Standing {
        self.held.standing(caller, object, now)
    }

    /// The moment, for [`Register::learn`]: taken before the question goes to the API.
    pub fn since(&self) -> Since {
        self.held.since()
    }

    /// Learns that a caller holds objects, from an answer to a question that was asked at `since`.
    /// Written within a second or two where there is a store; a kill before loses it.
    pub fn learn(
        &self,
        caller: &Caller,
        objects: &[Object],
        how: How,
        since: Since,
        now: UnixMillis,
    ) -> Learned {
        self.held.learn(caller, objects, how, since, now)
    }

    /// Forgets. In force when this returns; what it returns waits until a restart does not bring
    /// it back. Whoever does not wait stops nothing: it is written within a second or two.
    ///
    /// # Errors
    /// Of the waiting: [`StoreError::NotDurable`]: it is forgotten in this process, and written as soon
    /// as that is possible.
    pub fn forget(
        &self,
        what: Forget<'_>,
        now: UnixMillis,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let ticket = match what {
            Forget::Object(object) => self.held.forget(|table| table.forget_object(object)),
            Forget::Held(caller, object) => {
                self.held.forget(|table| table.forget_held(caller, object))
            }
            Forget::Caller(caller) => self.held.forget(|table| table.forget_caller(caller)),
            // One whose name is too long has no objects.
            Forget::Api(api) => {
                self.held.keys.api(api).map(|api| self.held.forget_api(api)).unwrap_or_default()
            }
        };
        let store = self.store.clone();
        async move {
            match store {
                Some(store) => store.forgotten(ticket, now).await,
                None => Ok(()),
            }
        }
    }

    /// Pairs of a caller and an object that are known, or were until lately.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
