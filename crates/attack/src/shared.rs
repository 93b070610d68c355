//! What the tries of one run share: models that were read already, and addresses that are free again.
//!
//! Each try has a world of its own, and nothing in a model changes once it is made: gateways of many tries can
//! serve the same one. A sample's address is a part of its model, so a fresh sample takes an address that an
//! earlier one left.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use portcullis_model::Clock;
use portcullis_policy::Model;
use tokio::net::TcpListener;

use crate::form::Document;
use crate::place::{Place, Wanted, sample_model};

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

/// Of what a model is one: an API of the user's own has one alone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    document: Document,
    policy: Option<String>,
    api: SocketAddr,
}

impl Shared {
    /// The model of a gateway: of the sample as a file wants it, or of an API that is there.
    pub(crate) fn model(
        &self,
        place: &Place,
        wanted: Wanted<'_>,
        api: SocketAddr,
        clock: &Arc<dyn Clock>,
    ) -> Result<Arc<Model>, String> {
        let key = match place {
            Place::Sample => {
                Key { document: wanted.document, policy: wanted.policy.map(str::to_owned), api }
            }
            Place::Upstream(_) => Key { document: Document::default(), policy: None, api },
        };
        if let Some(model) = self.known(&key) {
            return Ok(model);
        }
        // Two tries may read the same one at once: that costs time, and nothing else.
        let model = match place {
            Place::Sample => sample_model(wanted.document, wanted.policy, api, clock),
            Place::Upstream(upstream) => upstream.model(clock),
        };
        let model =
            model.map_err(|failure| format!("the gateway's model cannot be built: {failure}"))?;
        let model = Arc::new(model);
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
    use portcullis_model::UnixMillis;

    use super::*;

    #[derive(Debug)]
    struct Still;

    impl Clock for Still {
        fn now(&self) -> UnixMillis {
            UnixMillis(1_790_000_000_000)
        }
    }

    #[test]
    fn a_model_is_read_once_for_each_document_policy_and_address() {
        let (shared, clock): (_, Arc<dyn Clock>) = (Shared::default(), Arc::new(Still));
        let model = |policy, port: u16| {
            let wanted = Wanted { document: Document::App, policy };
            let api = ([127, 0, 0, 1], port).into();
            shared.model(&Place::Sample, wanted, api, &clock).unwrap()
        };
        let first = model(None, 9);
        assert!(Arc::ptr_eq(&first, &model(None, 9)));
        assert!(!Arc::ptr_eq(&first, &model(None, 10)), "it would ask another sample");
        assert!(!Arc::ptr_eq(&first, &model(Some("limits: { connections: 9 }"), 9)));
        for port in 1_000..1_000 + u16::try_from(MODELS_MAX).unwrap() {
            model(None, port);
        }
        assert_eq!(shared.models.lock().unwrap().len(), MODELS_MAX);
        assert!(!Arc::ptr_eq(&first, &model(None, 9)), "it was not wanted for longest");
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
