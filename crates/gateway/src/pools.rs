//! The connections of one worker to all APIs, by target.

use std::cell::RefCell;
use std::rc::Rc;

use portcullis_policy::Upstream;

use crate::site::Site;
use crate::upstream::Pool;

/// One pool for each target that the snapshot in force sends to.
#[derive(Debug, Default)]
pub(crate) struct Pools {
    pools: RefCell<Vec<Rc<Pool>>>,
}

impl Pools {
    /// The pool of a target. One that no longer `is_kept` serves its last exchanges and ends with
    /// them.
    pub(crate) fn of(&self, target: &Upstream, is_kept: bool) -> Rc<Pool> {
        let mut pools = self.pools.borrow_mut();
        if let Some(known) = pools.iter().find(|pool| pool.target() == target) {
            return known.clone();
        }
        let pool = Pool::new(target.clone());
        if is_kept {
            pools.push(pool.clone());
        }
        pool
    }

    /// Lets go of targets that are gone. An exchange under way holds its pool until it ends.
    pub(crate) fn keep(&self, site: &Site) {
        self.pools.borrow_mut().retain(|pool| site.sends_to(pool.target()));
    }
}
