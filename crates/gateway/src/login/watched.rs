//! What runs for longer than a request: it ends when its session does, or when its token is revoked.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis_model::UnixMillis;
use portcullis_store::{Session, Store};
use tokio::sync::watch;

use super::Withheld;
use crate::callers::{Genuine, UsedKey, UsedPassword};

/// What something runs under.
pub(crate) struct Under {
    pub(crate) session: Option<Arc<Session>>,
    pub(crate) tokens: Vec<Arc<Genuine>>,
    pub(crate) key: Option<UsedKey>,
    pub(crate) password: Option<UsedPassword>,
}

impl Under {
    /// Whether one of them is worth nothing any more.
    fn is_over(&self, store: &Store, now: UnixMillis) -> bool {
        self.session.as_ref().is_some_and(|session| session.is_ended())
            || self.tokens.iter().any(|token| token.is_revoked(Some(store)))
            || self.key.as_ref().is_some_and(|key| key.is_over(Some(store), now))
            || self.password.as_ref().is_some_and(|password| password.is_over(Some(store)))
    }

    /// When the first of them is over by itself, as far as it is known at `now`: the end of a key may come nearer.
    fn until(&self, store: &Store, now: UnixMillis) -> Option<UnixMillis> {
        let session = self.session.as_ref().map(|session| session.expires);
        let key = self.key.as_ref().and_then(|key| store.key(&key.id, now)?.expires);
        session.into_iter().chain(key).min()
    }
}

/// What something runs under, if anything that can end, and what must not leave with it.
pub(crate) struct Watched {
    lasting: Option<Lasting>,
    pub(crate) withheld: Rc<Withheld>,
}

/// What can end.
struct Lasting {
    under: Rc<Under>,
    store: Store,
    ends: watch::Receiver<u64>,
    keys: watch::Receiver<u64>,
    passwords: watch::Receiver<u64>,
    begun: (UnixMillis, Instant),
}

impl std::fmt::Debug for Watched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let session = self.lasting.as_ref().map(|lasting| &lasting.under.session);
        f.debug_struct("Watched").field("session", &session).finish_non_exhaustive()
    }
}

impl Watched {
    pub(crate) fn new(under: Option<(Under, &Store)>, now: UnixMillis, withheld: Withheld) -> Self {
        let lasting = under.map(|(under, store)| Lasting {
            under: Rc::new(under),
            store: store.clone(),
            ends: store.ends(),
            keys: store.keys_changed(),
            passwords: store.passwords_changed(),
            begun: (now, Instant::now()),
        });
        Self { lasting, withheld: Rc::new(withheld) }
    }

    /// Returns when what it runs under ends, or is revoked; never, where nothing can.
    pub(crate) fn ended(&self) -> impl Future<Output = ()> + 'static {
        let ended = self.lasting.as_ref().map(Lasting::ended);
        async move {
            match ended {
                Some(ended) => ended.await,
                None => std::future::pending().await,
            }
        }
    }
}

impl Lasting {
    fn ended(&self) -> impl Future<Output = ()> + 'static {
        let (under, store, (begun, at)) = (self.under.clone(), self.store.clone(), self.begun);
        let (mut ends, mut keys) = (self.ends.clone(), self.keys.clone());
        let mut passwords = self.passwords.clone();
        async move {
            loop {
                // Marked before the look: an end between the two is seen by `changed`.
                ends.borrow_and_update();
                keys.borrow_and_update();
                passwords.borrow_and_update();
                let now = UnixMillis(begun.0.saturating_add(at.elapsed().as_millis() as u64));
                if under.is_over(&store, now) {
                    return;
                }
                let until = under.until(&store, now);
                let over = async {
                    match until {
                        Some(end) => {
                            let end = Duration::from_millis(end.0.saturating_sub(begun.0));
                            tokio::time::sleep_until((at + end).into()).await;
                        }
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    changed = ends.changed() => if changed.is_err() { return },
                    changed = keys.changed() => if changed.is_err() { return },
                    changed = passwords.changed() => if changed.is_err() { return },
                    () = over => return,
                }
            }
        }
    }
}
