//! The store itself: what may be asked of it. See `docs/src/reference/store.md` for its files.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use portcullis_model::{Tally, UnixMillis};
use rusqlite::Connection;

use crate::backup;
use crate::cache::Cache;
use crate::canary::Canaries;
use crate::change::{self, Change};
use crate::error::StoreError;
use crate::folder::DATABASE;
use crate::folder::PassingFolder;
use crate::held::Held;
use crate::held::names::Keys;
use crate::held::unwritten::Ticket;
use crate::key_service::Unlock;
use crate::keys::ApiKeys;
use crate::listed::{self, Listing};
use crate::memory::Memory;
use crate::names::{Account, Digest, SessionId};
use crate::once::{MARKS_MAX, Marks};
use crate::open::{self, Opened, Ready};
use crate::options::Options;
use crate::passwords::Passwords;
use crate::places::Places;
use crate::rekey::Turns;
use crate::revoked::{self, Revocations};
use crate::rows::{self, Kept};
use crate::schema;
use crate::seal::Sealer;
use crate::session::{Facts, Session};
use crate::worker::{Job, Reader, Told, Writer};
use crate::write::Write;

/// A use is noted once a minute at most.
const TOUCH_MS: u64 = 60_000;

/// How often a read is done again because something changed meanwhile.
const READS_MAX: usize = 8;

/// Batches that anybody waits for until what was forgotten lasts: each takes 4,096 slots, and what
/// was forgotten before goes first.
const BATCHES_WAITED_MAX: usize = 4096;

/// Accounts whose places are kept in memory.
const ACCOUNTS_CACHED_MAX: usize = 16_384;

/// Sessions and revocations. Cheap to clone; the last one closes the database.
#[derive(Clone)]
pub struct Store(
    Arc<Parts>,
    #[expect(dead_code, reason = "it goes with the store, and after it")]
    Option<Arc<PassingFolder>>,
);

struct Parts {
    sealer: Arc<Sealer>,
    memory: Arc<Memory>,
    held: Arc<Held>,
    revocations: Arc<Revocations>,
    keys: Arc<ApiKeys>,
    /// Which pepper keys are compared under, where a gateway does.
    pepper: Mutex<Option<[u8; 32]>>,
    passwords: Arc<Passwords>,
    once: Arc<Marks>,
    places: Arc<Cache<Account, Places>>,
    place_changes: Arc<AtomicU64>,
    rekeys: Turns,
    canaries: Arc<Canaries>,
    /// Its name: what keys are wrapped for.
    name: [u8; 16],
    folder: PathBuf,
    // Dropped in this order: the last connection writes the log back, and must be one that can.
    reader: Reader,
    writer: Writer,
}

/// A row that cannot be read is damage, unless there are more than may be.
fn unreadable(why: StoreError, what: &str, folder: &Path) -> StoreError {
    match why {
        StoreError::TooMany { .. } => why,
        why => StoreError::Damaged {
            path: folder.join(DATABASE),
            what: format!("{what} cannot be read: {why}"),
        },
    }
}

impl Store {
    /// Opens the store in `folder`, or makes it. Blocks, also for a key service; for the start of the process.
    ///
    /// # Errors
    /// All that is wrong with the folder, its files or the key. Nothing was changed then.
    pub fn open<'k>(
        folder: &Path,
        unlock: impl Into<Unlock<'k>>,
        options: &Options,
        now: UnixMillis,
    ) -> Result<(Self, Opened), StoreError> {
        let ready = open::open(folder, unlock.into(), options.accept_older, now)?;
        let revocations = Revocations::new(options.revocations_max)?;
        let Ready { sealer, mut writer, reader, file, epoch, is_new, is_older, rows } = ready;
        let loaded = revoked::load(&reader, &sealer, &revocations, now);
        let loaded = loaded.map_err(|why| unreadable(why, "a revocation", folder))?;
        let sealer = Arc::new(sealer);
        let keys = ApiKeys::new(Arc::clone(&sealer), options.keys_max);
        let keys_loaded = keys.load(&reader, now);
        let keys_loaded = keys_loaded.map_err(|why| unreadable(why, "a key", folder))?;
        let (canaries, tally) = (Canaries::new(options.canaries), Tally::default());
        canaries.load(&reader, &sealer, &tally)?;
        let passwords = Arc::new(Passwords::new(Arc::clone(&sealer), options.users_max));
        let users = passwords.load(&reader);
        let passwords_loaded = users.map_err(|why| unreadable(why, "a password", folder))?;
        let once = Arc::new(Marks::new(Arc::clone(&sealer), MARKS_MAX));
        once.load(&reader).map_err(|why| unreadable(why, "what happened once", folder))?;
        let names = Keys::new(&sealer.digest("register of ids", &[]));
        let held = Held::new(names, options.register, true);
        let facts = held.load(&mut writer, now)?;
        let pages = rows::signed(options.bytes_max / schema::PAGE);
        writer.pragma_update(None, "max_page_count", pages)?;
        let memory = Arc::new(Memory::new(options.sessions_cached_max));
        let (held, keys) = (Arc::new(held), Arc::new(keys));
        let told = Told {
            memory: Arc::clone(&memory),
            held: Arc::clone(&held),
            keys: Arc::clone(&keys),
            passwords: Arc::clone(&passwords),
            once: Arc::clone(&once),
        };
        let parts = Parts {
            sealer,
            revocations: Arc::new(revocations),
            places: Arc::new(Cache::new(ACCOUNTS_CACHED_MAX)),
            place_changes: Arc::default(),
            pepper: Mutex::default(),
            rekeys: Turns::default(),
            canaries: Arc::new(canaries),
            name: epoch.store,
            folder: folder.to_owned(),
            writer: Writer::start(writer, told, (file, epoch))?,
            reader: Reader::start(reader)?,
            memory,
            held,
            keys,
            passwords,
            once,
        };
        let (facts, facts_damaged) = (facts.facts, facts.damaged);
        let opened = Opened {
            is_new,
            is_older,
            revocations: loaded,
            keys: keys_loaded,
            passwords: passwords_loaded,
            facts,
            facts_damaged,
            rows: rows + tally.count(),
        };
        Ok((Self(Arc::new(parts), None), opened))
    }

    /// The same, in a folder that goes with it.
    pub(crate) fn removing(self, folder: PassingFolder) -> Self {
        // The database is closed before its folder goes: fields are dropped in order.
        Self(self.0, Some(Arc::new(folder)))
    }

    /// An account of an API as the store knows it: a keyed digest of its name, which is taken as it
    /// is given.
    pub fn account(&self, api: &str, name: &str) -> Account {
        let digest = self.0.sealer.digest("account", &[api.as_bytes(), name.as_bytes()]);
        Account::from_bytes(digest)
    }

    /// Keeps a new session. It lasts when this returns.
    ///
    /// # Errors
    /// [`StoreError::EndedMeanwhile`]: all sessions of its account, subject or API were ended after
    /// `facts.created`, which is when the login began: it may have shown a password that counts no
    /// more.
    pub async fn open_session(
        &self,
        facts: Facts,
        now: UnixMillis,
    ) -> Result<Arc<Session>, StoreError> {
        change::check(&facts)?;
        let kept = Kept { facts, version: 1, before: None, refreshed: None, touched: now };
        let (sealer, memory) = (Arc::clone(&self.0.sealer), Arc::clone(&self.0.memory));
        let lately = Arc::clone(&memory);
        let (canaries, alive) = (Arc::clone(&self.0.canaries), Arc::clone(&self.0.canaries));
        Write {
            now,
            revokes: |_: &(Kept, Option<Kept>)| false,
            run: move |connection: &Connection| {
                let owners = rows::owners(&sealer, &kept.facts);
                if lately.were_ended_since(&owners, kept.facts.created) {
                    return Err(StoreError::EndedMeanwhile);
                }
                rows::write(connection, &sealer, &kept)?;
                let canary = canaries.beside(&kept, &sealer, now);
                if let Some(canary) = &canary {
                    rows::write(connection, &sealer, canary)?;
                }
                Ok((kept, canary))
            },
            then: move |_: &Connection,
                        made: Option<(Kept, Option<Kept>)>,
                        outcome: Result<_, _>| {
                let canary = made.as_ref().and_then(|(_, canary)| canary.as_ref());
                match (&outcome, canary) {
                    (Ok(()), Some(canary)) => alive.lives(canary),
                    (Err(_), Some(canary)) => alive.ended(&[canary.facts.id]),
                    (_, None) => {}
                }
                outcome?;
                made.map(|(kept, _)| memory.opened(kept)).ok_or(StoreError::Closed)
            },
        }
        .by(&self.0.writer)
        .await
    }

    /// Whether what somebody shows is a credential of a session that nobody has: it was made with the store, and only
    /// who decrypted it can know it. Reads memory alone; nothing is hashed where there is none.
    pub fn is_canary(&self, shown: &[u8]) -> bool {
        self.0.canaries.has(shown)
    }

    /// The session of a token, if it is in memory and holds at `now`.
    pub fn cached(&self, digest: &Digest, now: UnixMillis) -> Option<Arc<Session>> {
        if self.0.memory.is_shut() {
            return None;
        }
        self.0.memory.cached(digest, now)
    }

    /// The session of a token, if there is one that holds at `now`. Where memory does not have it, its row is opened,
    /// and counted.
    pub async fn find(
        &self,
        digest: &Digest,
        now: UnixMillis,
        tally: &Tally,
    ) -> Result<Option<Arc<Session>>, StoreError> {
        if let Some(session) = self.cached(digest, now) {
            return Ok(Some(session));
        }
        for _ in 0..READS_MAX {
            if self.0.memory.is_shut() {
                return Err(StoreError::Shut);
            }
            let before = self.0.memory.before();
            let digest = *digest;
            let read = move |connection: &Connection, sealer: &Sealer, opened: &Tally| {
                rows::by_token(connection, sealer, &digest, opened)
            };
            let Some(kept) = self.read_sealed(tally, read).await? else { return Ok(None) };
            if let Some(session) = self.0.memory.admit(kept, digest, before) {
                let holds = !session.is_ended()
                    && !session.is_over(now)
                    && session.answers_to(&digest, now);
                return Ok(holds.then_some(session));
            }
        }
        Err(StoreError::Busy)
    }

    /// Asks something of the database that opens rows.
    async fn read_sealed<T: Send + 'static>(
        &self,
        tally: &Tally,
        question: impl FnOnce(&Connection, &Sealer, &Tally) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let sealer = Arc::clone(&self.0.sealer);
        let read = move |connection: &Connection| {
            let opened = Tally::default();
            let outcome = question(connection, &sealer, &opened);
            Ok((outcome, opened.count()))
        };
        let (outcome, opened) = self.0.reader.ask(read).await?;
        tally.add(opened);
        outcome
    }

    /// Rows and data keys that were decrypted since the store was opened, and for it.
    pub fn opened(&self) -> u64 {
        self.0.sealer.opened()
    }

    /// Copies the store as it is now into a folder of this user's alone, which is made if it is not there, while all are
    /// served. The copy opens with the same key, and as an older one. Says how many bytes it has.
    ///
    /// # Errors
    /// [`StoreError::Place`]: the folder is open to others, lies in the store's, or has a store in it already.
    pub async fn backup(&self, to: &Path) -> Result<u64, StoreError> {
        let (from, to) = (self.0.folder.clone(), to.to_owned());
        let copied = tokio::task::spawn_blocking(move || backup::run(&from, &to)).await;
        copied.map_err(|_| StoreError::Closed)?
    }

    /// What may be shown of the newest sessions of an API, [`crate::LISTED_MAX`] at most. Each row is opened, and
    /// counted.
    pub async fn list(
        &self,
        api: &str,
        max: usize,
        now: UnixMillis,
        tally: &Tally,
    ) -> Result<Listing, StoreError> {
        let api = api.to_owned();
        let read = move |connection: &Connection, sealer: &Sealer, opened: &Tally| {
            listed::newest(connection, sealer, &api, (max, now), opened)
        };
        let mut listing = self.read_sealed(tally, read).await?;
        listing.sessions.retain(|session| !self.0.memory.is_unwritten(session.id));
        Ok(listing)
    }

    /// Notes a use, for sessions that end when idle; written once a minute at most. Does not wait.
    pub fn touch(&self, session: &Session, now: UnixMillis) -> Result<(), StoreError> {
        if session.idle_ms.is_none() || !session.live.touch(now.0, TOUCH_MS) {
            return Ok(());
        }
        self.0.writer.send(Box::new(Touch { session: session.id, now }))
    }

    /// Changes a session, whose row is opened and counted, if it is still the version that the caller holds. `None`: it was ended or
    /// changed since; [`Store::find`] it again.
    pub async fn replace(
        &self,
        session: &Session,
        change: Change,
        now: UnixMillis,
        tally: &Tally,
    ) -> Result<Option<Arc<Session>>, StoreError> {
        let opened = Arc::new(Tally::default());
        let counted = Arc::clone(&opened);
        let (id, version) = (session.id, session.version);
        let (sealer, memory) = (Arc::clone(&self.0.sealer), Arc::clone(&self.0.memory));
        let known = Arc::clone(&memory);
        let written = Write {
            now,
            // The token before is no longer honoured: an older copy would honour it.
            revokes: |made: &Option<Kept>| made.as_ref().is_some_and(|kept| kept.before.is_some()),
            run: move |connection: &Connection| {
                let found = rows::by_id(connection, &sealer, id, &opened)?;
                let Some(mut kept) = found else { return Ok(None) };
                if kept.version != version {
                    return Ok(None);
                }
                change::apply(&mut kept, change, now);
                change::check(&kept.facts)?;
                // Whoever it is of by now may have had all sessions ended that were begun before.
                if known.were_ended_since(&rows::owners(&sealer, &kept.facts), kept.facts.created) {
                    return Ok(None);
                }
                Ok(rows::write(connection, &sealer, &kept)?.then_some(kept))
            },
            then: move |_: &Connection, made: Option<Option<Kept>>, outcome| {
                outcome?;
                let session = made.flatten().map(|kept| memory.changed(kept));
                Ok(session.filter(|session| !session.is_ended()))
            },
        }
        .by(&self.0.writer)
        .await;
        tally.add(counted.count());
        written
    }

    pub(crate) fn held(&self) -> &Arc<Held> {
        &self.0.held
    }

    /// Waits until what the register had forgotten when the ticket was given lasts.
    pub(crate) async fn forgotten(
        &self,
        ticket: Ticket,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        self.until(|| self.0.held.is_done(ticket), now).await
    }

    /// Waits until what memory knows already lasts: the writer takes what there is with each batch.
    async fn until(&self, is_done: impl Fn() -> bool, now: UnixMillis) -> Result<(), StoreError> {
        let not_durable = |why| StoreError::NotDurable(Box::new(why));
        for _ in 0..BATCHES_WAITED_MAX {
            if is_done() {
                return Ok(());
            }
            Write {
                now,
                revokes: |(): &()| false,
                run: |_: &Connection| Ok(()),
                then: |_: &Connection, _: Option<()>, outcome| outcome,
            }
            .by(&self.0.writer)
            .await
            .map_err(not_durable)?;
        }
        if is_done() { Ok(()) } else { Err(not_durable(StoreError::Slow)) }
    }
}

/// A use of a session, to be written.
struct Touch {
    session: SessionId,
    now: UnixMillis,
}

impl Job for Touch {
    fn run(&mut self, connection: &Connection) -> Result<(), StoreError> {
        rows::touch(connection, self.session, self.now)
    }

    fn finish(self: Box<Self>, _: &Connection, _: Result<(), StoreError>) {}

    fn revokes(&self) -> bool {
        false
    }

    fn now(&self) -> UnixMillis {
        self.now
    }
}

mod api_keys;
mod ends;
pub(crate) mod imports;
mod kek;
mod key_uses;
mod once;
mod passwords;
mod reported;
mod revocations;
#[cfg(test)]
mod trouble;
mod worked;
