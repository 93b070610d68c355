//! Sessions as rows of the database.

use std::sync::Arc;

use portcullis_model::{Tally, UnixMillis};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params_from_iter};

use crate::error::StoreError;
use crate::live::Lives;
use crate::names::{Account, Digest, SessionId};
use crate::options::CANARIES_MAX;
use crate::payload;
use crate::seal::{Envelope, Sealer, Wrapper, joined};
use crate::session::{Facts, Origin, Session, State};

pub(crate) const TABLE: &str = "session";

/// A use is written once a minute at most: a row lives so much longer than its last use says.
const TOUCH_SLACK_MS: u64 = 120_000;

const COLUMNS: &str = "id, version, digest, before_digest, before_until, api, account, created, \
                       expires, idle, refreshed, touched, state, network, origin, data_key, sealed";

/// A session as it lies in the database.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) facts: Facts,
    pub(crate) version: u64,
    pub(crate) before: Option<(Digest, UnixMillis)>,
    pub(crate) refreshed: Option<UnixMillis>,
    pub(crate) touched: UnixMillis,
}

/// Which sessions are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each case says what its fields are")]
pub enum Which {
    /// The one with this public name.
    Id(SessionId),
    /// The one of this token, or of the token before it.
    Token(Digest),
    /// All of an account.
    Account { api: String, account: Account },
    /// All of one whom the API knows by this name.
    Subject { api: String, subject: String },
    /// All that were opened before.
    OpenedBefore { api: String, before: UnixMillis },
}

impl Kept {
    /// The session itself, alive in `lives`.
    pub(crate) fn into_session(self, lives: &Arc<Lives>) -> Session {
        let live = lives.get(self.facts.id, self.version, self.facts.expires.0, self.touched.0);
        let Self { facts, version, before, refreshed, .. } = self;
        Session { facts, version, before, refreshed, live }
    }

    /// All that stands in the clear and must not be changed by anybody who has the file. The time of
    /// the last use is not among it, because it changes without the rest.
    fn beside(&self) -> Vec<u8> {
        let number = |number: Option<u64>| number.map_or(u64::MAX, |number| number).to_le_bytes();
        let facts = &self.facts;
        let (before, until) =
            self.before.map_or((None, None), |(digest, until)| (Some(digest), Some(until.0)));
        joined(&[
            &self.version.to_le_bytes(),
            facts.digest.as_bytes(),
            before.as_ref().map_or(&[][..], |digest| digest.as_bytes()),
            &number(until),
            facts.api.as_bytes(),
            facts.account.as_bytes(),
            &facts.created.0.to_le_bytes(),
            &facts.expires.0.to_le_bytes(),
            &number(facts.idle_ms),
            &number(self.refreshed.map(|time| time.0)),
            &[state(facts.state), origin(facts.origin)],
            facts.network.as_bytes(),
        ])
    }

    fn dies(&self) -> UnixMillis {
        let idle = self.facts.idle_ms.map(|idle| self.touched.0.saturating_add(idle));
        let idle = idle.map_or(u64::MAX, |end| end.saturating_add(TOUCH_SLACK_MS));
        UnixMillis(idle.min(self.facts.expires.0))
    }
}

/// Writes a new one, or a new version in place of the one before it. Says whether it did: a row
/// that is gone, or of another version than the one before, is left alone.
pub(crate) fn write(
    connection: &Connection,
    sealer: &Sealer,
    kept: &Kept,
) -> Result<bool, StoreError> {
    let facts = &kept.facts;
    let id = facts.id.as_bytes();
    let envelope = sealer
        .wrapper()
        .seal(TABLE, id, &kept.beside(), payload::write(facts))
        .map_err(|_| StoreError::Io("no chance to be had".to_owned()))?;
    let subject = subject(sealer, &facts.api, &facts.subject);
    let values: [&dyn ToSql; 19] = [
        id,
        &signed(kept.version),
        facts.digest.as_bytes(),
        &kept.before.map(|(digest, _)| *digest.as_bytes()),
        &kept.before.map(|(_, until)| signed(until.0)),
        &facts.api,
        facts.account.as_bytes(),
        &subject,
        &signed(facts.created.0),
        &signed(facts.expires.0),
        &facts.idle_ms.map(signed),
        &kept.refreshed.map(|time| signed(time.0)),
        &signed(kept.touched.0),
        &signed(kept.dies().0),
        &state(facts.state),
        &facts.network,
        &origin(facts.origin),
        &envelope.data_key,
        &envelope.body,
    ];
    let sql = if kept.version == 1 {
        "INSERT INTO session (id, version, digest, before_digest, before_until, api, account, \
         subject, created, expires, idle, refreshed, touched, dies, state, network, origin, \
         data_key, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \
         ?15, ?16, ?17, ?18, ?19)"
    } else {
        "UPDATE session SET version = ?2, digest = ?3, before_digest = ?4, before_until = ?5, \
         api = ?6, account = ?7, subject = ?8, created = ?9, expires = ?10, idle = ?11, \
         refreshed = ?12, touched = ?13, dies = ?14, state = ?15, network = ?16, origin = ?17, \
         data_key = ?18, sealed = ?19 WHERE id = ?1 AND version = ?2 - 1"
    };
    Ok(connection.prepare_cached(sql)?.execute(params_from_iter(values))? == 1)
}

/// The one that a token opens, or opened before the last change.
pub(crate) fn by_token(
    connection: &Connection,
    sealer: &Sealer,
    digest: &Digest,
    tally: &Tally,
) -> Result<Option<Kept>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM session WHERE digest = ?1 OR before_digest = ?1");
    one(connection, sealer, (&sql, digest.as_bytes()), tally)
}

pub(crate) fn by_id(
    connection: &Connection,
    sealer: &Sealer,
    id: SessionId,
    tally: &Tally,
) -> Result<Option<Kept>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM session WHERE id = ?1");
    one(connection, sealer, (&sql, id.as_bytes()), tally)
}

/// What is found of an API's newest sessions, each as it was written or not, and whether there are older ones.
pub(crate) type Newest = (Vec<Result<Kept, StoreError>>, bool);

/// The newest of an API that hold at `now`. No canary is opened for it, and none that is not shown.
pub(crate) fn newest(
    connection: &Connection,
    sealer: &Sealer,
    api: &str,
    (max, now): (usize, UnixMillis),
    tally: &Tally,
) -> Result<Newest, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM session WHERE api = ?1 AND dies > ?2 ORDER BY created DESC LIMIT ?3"
    );
    let wrapper = sealer.wrapper();
    let mut statement = connection.prepare_cached(&sql)?;
    let limit = signed((max + CANARIES_MAX) as u64 + 1);
    let rows = statement.query_map((api, signed(now.0), limit), |row| {
        Ok(from_row(row).map_err(|_| StoreError::DamagedSession(None)))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let row = row?;
        if row.as_ref().is_ok_and(|(kept, _)| sealer.is_canary(kept.facts.id)) {
            continue;
        }
        if found.len() == max {
            return Ok((found, true));
        }
        found.push(row.and_then(|(kept, envelope)| open(&wrapper, kept, &envelope, tally)));
    }
    Ok((found, false))
}

/// Which ones are meant.
pub(crate) fn select(
    connection: &Connection,
    sealer: &Sealer,
    which: &Which,
) -> Result<Vec<SessionId>, StoreError> {
    let (condition, values): (_, Vec<Box<dyn ToSql>>) = match which {
        Which::Id(id) => ("id = ?1", vec![Box::new(*id.as_bytes())]),
        Which::Token(digest) => {
            ("digest = ?1 OR before_digest = ?1", vec![Box::new(*digest.as_bytes())])
        }
        Which::Account { api, account } => (
            "api = ?1 AND account = ?2",
            vec![Box::new(api.clone()), Box::new(*account.as_bytes())],
        ),
        Which::Subject { api, subject: name } => (
            "api = ?1 AND subject = ?2",
            vec![Box::new(api.clone()), Box::new(subject(sealer, api, name))],
        ),
        Which::OpenedBefore { api, before } => {
            ("api = ?1 AND created < ?2", vec![Box::new(api.clone()), Box::new(signed(before.0))])
        }
    };
    let sql = format!("SELECT id FROM session WHERE {condition}");
    let mut statement = connection.prepare_cached(&sql)?;
    let ids = statement.query_map(params_from_iter(values), |row| row.get(0))?;
    Ok(ids.map(|id| id.map(SessionId::new)).collect::<Result<_, _>>()?)
}

pub(crate) fn delete(connection: &Connection, ids: &[SessionId]) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("DELETE FROM session WHERE id = ?1")?;
    for id in ids {
        statement.execute([id.as_bytes()])?;
    }
    Ok(())
}

/// Notes a use. Nothing happens to what is gone.
pub(crate) fn touch(
    connection: &Connection,
    id: SessionId,
    now: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "UPDATE session SET touched = ?2, dies = min(expires, ifnull(?2 + idle + ?3, expires)) \
               WHERE id = ?1 AND touched < ?2";
    connection.prepare_cached(sql)?.execute((
        id.as_bytes(),
        signed(now.0),
        signed(TOUCH_SLACK_MS),
    ))?;
    Ok(())
}

/// Times and versions; what is later than the database can say is its latest.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// Those whose sessions may be ended together, one of which this is.
pub(crate) fn owners(sealer: &Sealer, facts: &Facts) -> [[u8; 32]; 3] {
    let subject = subject(sealer, &facts.api, &facts.subject);
    [*facts.account.as_bytes(), subject, api_owner(sealer, &facts.api)]
}

/// Whose sessions are all meant, and begun before when, at `now`.
pub(crate) fn owner(
    sealer: &Sealer,
    which: &Which,
    now: UnixMillis,
) -> Option<([u8; 32], UnixMillis)> {
    let after_now = UnixMillis(now.0.saturating_add(1));
    match which {
        Which::Id(_) | Which::Token(_) => None,
        Which::Account { account, .. } => Some((*account.as_bytes(), after_now)),
        Which::Subject { api, subject: name } => Some((subject(sealer, api, name), after_now)),
        Which::OpenedBefore { api, before } => Some((api_owner(sealer, api), *before)),
    }
}

fn api_owner(sealer: &Sealer, api: &str) -> [u8; 32] {
    sealer.digest("api", &[api.as_bytes()])
}

fn subject(sealer: &Sealer, api: &str, subject: &str) -> [u8; 32] {
    sealer.digest("subject", &[api.as_bytes(), subject.as_bytes()])
}

fn one(
    connection: &Connection,
    sealer: &Sealer,
    (sql, key): (&str, &[u8]),
    tally: &Tally,
) -> Result<Option<Kept>, StoreError> {
    let wrapper = sealer.wrapper();
    let mut statement = connection.prepare_cached(sql)?;
    let row = statement.query_row([key], |row| Ok(from_row(row).ok())).optional()?;
    row.map(|row| {
        let (kept, envelope) = row.ok_or(StoreError::DamagedSession(None))?;
        open(&wrapper, kept, &envelope, tally)
    })
    .transpose()
}

/// Everything but the secrets, and their envelope. It fails where a value is of another kind than we
/// write.
fn from_row(row: &Row<'_>) -> rusqlite::Result<(Kept, Envelope)> {
    let number = |index| row.get::<_, i64>(index).map(unsigned);
    let maybe = |index| row.get::<_, Option<i64>>(index).map(|number| number.map(unsigned));
    let before: Option<[u8; 32]> = row.get(3)?;
    let facts = Facts {
        id: SessionId::new(row.get(0)?),
        digest: Digest::from_bytes(row.get(2)?),
        api: row.get(5)?,
        account: Account::from_bytes(row.get(6)?),
        subject: String::new(),
        attributes: String::new(),
        credentials: std::collections::BTreeMap::new(),
        created: UnixMillis(number(7)?),
        expires: UnixMillis(number(8)?),
        idle_ms: maybe(9)?,
        // What no version wrote opens nothing, and fails where the seal is opened.
        state: if row.get::<_, i64>(12)? == 0 { State::Complete } else { State::SecondStep },
        network: row.get(13)?,
        origin: if row.get::<_, i64>(14)? == 0 { Origin::Verified } else { Origin::Adopted },
    };
    let kept = Kept {
        facts,
        version: number(1)?,
        before: before.map(Digest::from_bytes).zip(maybe(4)?.map(UnixMillis)),
        refreshed: maybe(10)?.map(UnixMillis),
        touched: UnixMillis(number(11)?),
    };
    Ok((kept, Envelope { data_key: row.get(15)?, body: row.get(16)? }))
}

fn open(
    wrapper: &Wrapper,
    mut kept: Kept,
    envelope: &Envelope,
    tally: &Tally,
) -> Result<Kept, StoreError> {
    let id = kept.facts.id;
    let payload = wrapper
        .open((TABLE, id.as_bytes()), &kept.beside(), envelope, tally)
        .and_then(|secrets| payload::read(&secrets))
        .ok_or(StoreError::DamagedSession(Some(id)))?;
    kept.facts.subject = payload.subject;
    kept.facts.attributes = payload.attributes;
    kept.facts.credentials = payload.credentials;
    Ok(kept)
}

const fn state(state: State) -> u8 {
    match state {
        State::Complete => 0,
        State::SecondStep => 1,
    }
}

const fn origin(origin: Origin) -> u8 {
    match origin {
        Origin::Verified => 0,
        Origin::Adopted => 1,
    }
}
