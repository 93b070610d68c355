//! What runs for longer than a request: it ends when its session does, or when its token is revoked.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis_model::UnixMillis;
use portcullis_store::{Session, Store};
use tokio::sync::watch;

use super::Withheld;
use crate::callers::Genuine;

/// The session and the tokens under which something runs, and what must not leave with it.
pub(crate) struct Watched {
    session: Option<Arc<Session>>,
    tokens: Rc<[Arc<Genuine>]>,
    store: Store,
    ends: watch::Receiver<u64>,
    /// When the session's time is over.
    until: Option<Instant>,
    pub(crate) withheld: Rc<Withheld>,
}

impl std::fmt::Debug for Watched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watched").field("session", &self.session).finish_non_exhaustive()
    }
}

impl Watched {
    pub(crate) fn new(
        session: Option<Arc<Session>>,
        tokens: Vec<Arc<Genuine>>,
        store: &Store,
        now: UnixMillis,
        withheld: Withheld,
    ) -> Self {
        let until = session.as_ref().map(|session| {
            Instant::now() + Duration::from_millis(session.expires.0.saturating_sub(now.0))
        });
        Self {
            session,
            tokens: tokens.into(),
            store: store.clone(),
            ends: store.ends(),
            until,
            withheld: Rc::new(withheld),
        }
    }

    /// Returns when the session ends, or a token is revoked.
    pub(crate) fn ended(&self) -> impl Future<Output = ()> + 'static {
        let (session, tokens) = (self.session.clone(), self.tokens.clone());
        let (store, mut ends, until) = (self.store.clone(), self.ends.clone(), self.until);
        async move {
            let over = async {
                match until {
                    Some(until) => tokio::time::sleep_until(until.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::pin!(over);
            loop {
                // Marked before the look: an end between the two is seen by `changed`.
                ends.borrow_and_update();
                let is_ended = session.as_ref().is_some_and(|session| session.is_ended());
                if is_ended || tokens.iter().any(|token| token.is_revoked(Some(&store))) {
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
