//! The connections of one worker to all APIs, by target.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use portcullis_policy::Instance;

use crate::instances::Instances;
use crate::site::Site;
use crate::upstream::Pool;

/// One pool for each target that the snapshot in force sends to.
#[derive(Debug, Default)]
pub(crate) struct Pools {
    pools: RefCell<Vec<Rc<Pool>>>,
}

impl Pools {
    /// The pool of a target. One that is sent to no longer serves its last exchanges and ends
    /// with them. `own`: where the gateway listens.
    pub(crate) fn of(
        &self,
        target: &Instance,
        site: &Site,
        instances: &Instances,
        own: &Arc<[SocketAddr]>,
    ) -> Rc<Pool> {
        let mut pools = self.pools.borrow_mut();
        if let Some(known) = pools.iter().find(|pool| pool.target() == target) {
            return known.clone();
        }
        let trust = site.trust(target).cloned();
        let health = instances.of(target);
        let pool = Pool::new(target.clone(), trust, health, own.clone());
        if site.sends_to(target) {
            pools.push(pool.clone());
        }
        pool
    }

    /// Lets go of targets that are gone. An exchange under way holds its pool until it ends.
    pub(crate) fn keep(&self, site: &Site) {
        let is_trusted = |pool: &Pool| match (pool.tls(), site.trust(pool.target())) {
            (Some(old), Some(new)) => old.is_same(new),
            (None, None) => true,
            _ => false,
        };
        self.pools.borrow_mut().retain(|pool| site.sends_to(pool.target()) && is_trusted(pool));
    }
}
