//! A gate at which an API waits, so that a test knows who else has come.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::Scene;

const PATIENCE: Duration = Duration::from_secs(10);

/// Open at first.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Waits until it is open.
    pub fn pass(&self) {
        let (is_closed, changed) = &*self.0;
        let closed = is_closed.lock().unwrap();
        drop(changed.wait_timeout_while(closed, PATIENCE, |closed| *closed).unwrap());
    }

    pub fn close(&self) {
        *self.0.0.lock().unwrap() = true;
    }

    /// Opens it when so many requests have come to the gateway.
    pub fn open_after(&self, requests: u64, scene: &Scene) {
        let until = Instant::now() + PATIENCE;
        while scene.gateway.counts().requests.load(Ordering::Relaxed) < requests {
            assert!(Instant::now() < until, "the requests did not come");
            std::thread::yield_now();
        }
        *self.0.0.lock().unwrap() = false;
        self.0.1.notify_all();
    }
}
