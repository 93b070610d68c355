//! What the tries of one run share: models that were read already, and addresses that are free again.
//!
//! Each try has a world of its own, and nothing in a model changes once it is made: gateways of many tries can
//! serve the same one. A sample's address is a part of its model, so a fresh sample takes an address that an
//! earlier one left.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use portcullis_policy::Model;
use tokio::net::TcpListener;

use crate::form::Document;

/// Models that are kept; those that were not wanted for longest go first.
const MODELS_MAX: usize = 24;
/// Addresses that are kept.
const ADDRESSES_MAX: usize = 8;

/// Models and addresses of one run.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    models: Mutex<Vec<(Key, Arc<Model>)>>,
    addresses: Mutex<Vec<SocketAddr>>,
}

/// Of what a model is one: document, policy, and where the API listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) document: Document,
    pub(crate) policy: Option<String>,
    pub(crate) api: SocketAddr,
}

impl Shared {
    /// A model, read if nobody has read it yet.
    pub(crate) fn model(
        &self,
        key: Key,
        read: impl FnOnce() -> Result<Model, String>,
    ) -> Result<Arc<Model>, String> {
        if let Some(model) = self.known(&key) {
            return Ok(model);
        }
        // Two tries may read the same one at once: that costs time, and nothing else.
        let model = Arc::new(read()?);
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        if models.len() >= MODELS_MAX {
            models.remove(0);
        }
        models.push((key, Arc::clone(&model)));
        Ok(model)
    }

    fn known(&self, key: &Key) -> Option<Arc<Model>> {
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        let place = models.iter().position(|(one, _)| one == key)?;
        let found = models.remove(place);
        let model = Arc::clone(&found.1);
        models.push(found);
        Some(model)
    }

    /// Where a sample listens: at an address of an earlier one, if nobody else took it since.
    pub(crate) async fn listen(&self) -> io::Result<TcpListener> {
        while let Some(address) = self.free_address() {
            if let Ok(listener) = TcpListener::bind(address).await {
                return Ok(listener);
            }
        }
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
    }

    fn free_address(&self) -> Option<SocketAddr> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// A sample left this address.
    pub(crate) fn left(&self, address: SocketAddr) {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if addresses.len() < ADDRESSES_MAX {
            addresses.push(address);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use portcullis_model::{Sources, UnixMillis};
    use portcullis_policy::{Input, Overrides};

    use super::*;

    const SMALL: &str = "openapi: 3.1.0\ninfo: { title: a, version: \"1\" }\npaths: {}\n";

    fn small() -> Result<Model, String> {
        let mut sources = Sources::default();
        let contract = sources.add("openapi.yaml", SMALL);
        let overrides = Overrides {
            upstream: Some("http://127.0.0.1:9".to_owned()),
            listen: Some("127.0.0.1:0".to_owned()),
        };
        let (policy, folder, now) = (None, std::path::PathBuf::new(), UnixMillis(0));
        Model::join(Input { sources, contract, policy, folder, overrides, now })
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_model_is_read_once_for_each_document_policy_and_address() {
        let (shared, reads) = (Shared::default(), Cell::new(0));
        let model = |policy: Option<&str>, port: u16| {
            let api = ([127, 0, 0, 1], port).into();
            let key = Key { document: Document::App, policy: policy.map(str::to_owned), api };
            let read = || {
                reads.set(reads.get() + 1);
                small()
            };
            shared.model(key, read).unwrap()
        };
        let first = model(None, 9);
        assert!(Arc::ptr_eq(&first, &model(None, 9)));
        assert_eq!(reads.get(), 1);
        model(None, 10);
        model(Some("limits: { connections: 9 }"), 9);
        assert_eq!(reads.get(), 3, "it would ask another API, or ask otherwise");
        for port in 1_000..1_000 + u16::try_from(MODELS_MAX).unwrap() {
            model(None, port);
        }
        assert_eq!(shared.models.lock().unwrap().len(), MODELS_MAX);
        assert!(!Arc::ptr_eq(&first, &model(None, 9)), "it was not wanted for longest");
    }

    #[test]
    fn what_cannot_be_read_is_said_and_not_kept() {
        let shared = Shared::default();
        let key = || Key { document: Document::App, policy: None, api: ([127, 0, 0, 1], 9).into() };
        assert_eq!(shared.model(key(), || Err("no".to_owned())).unwrap_err(), "no");
        assert!(shared.model(key(), small).is_ok());
    }

    #[tokio::test]
    async fn an_address_that_is_taken_is_not_waited_for() {
        let shared = Shared::default();
        let first = shared.listen().await.unwrap();
        let address = first.local_addr().unwrap();
        shared.left(address);
        assert_ne!(shared.listen().await.unwrap().local_addr().unwrap(), address);
        drop(first);
        shared.left(address);
        assert_eq!(shared.listen().await.unwrap().local_addr().unwrap(), address);
    }
}
