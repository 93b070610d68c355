//! What runs for longer than a request: it ends when its session does.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis_model::UnixMillis;
use portcullis_store::Session;
use tokio::sync::watch;

use super::Withheld;

/// The session under which something runs, and what must not leave with it.
#[derive(Debug)]
pub(crate) struct Watched {
    session: Arc<Session>,
    ends: watch::Receiver<u64>,
    /// When the session's time is over.
    until: Instant,
    pub(crate) withheld: Rc<Withheld>,
}

impl Watched {
    pub(crate) fn new(
        session: Arc<Session>,
        ends: watch::Receiver<u64>,
        now: UnixMillis,
        withheld: Withheld,
    ) -> Self {
        let left = Duration::from_millis(session.expires.0.saturating_sub(now.0));
        Self { session, ends, until: Instant::now() + left, withheld: Rc::new(withheld) }
    }

    /// Returns when the session ends.
    pub(crate) fn ended(&self) -> impl Future<Output = ()> + 'static {
        let (session, mut ends, until) = (self.session.clone(), self.ends.clone(), self.until);
        async move {
            let over = tokio::time::sleep_until(until.into());
            tokio::pin!(over);
            loop {
                // Marked before the look: an end between the two is seen by `changed`.
                ends.borrow_and_update();
                if session.is_ended() {
                    return;
                }
                tokio::select! {
                    changed = ends.changed() => if changed.is_err() { return },
                    () = &mut over => return,
                }
            }
        }
    }
}
