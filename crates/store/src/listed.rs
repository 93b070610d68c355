//! What may be shown of sessions: never a token, never what the API gave.

use portcullis_model::{Tally, UnixMillis};
use rusqlite::Connection;

use crate::error::StoreError;
use crate::names::SessionId;
use crate::rows;
use crate::seal::Sealer;
use crate::session::{Origin, State};

/// Sessions that are listed at a time.
pub const LISTED_MAX: usize = 1000;

/// One session, as far as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its public name.
    pub id: SessionId,
    /// As whom the API knows its holder.
    pub subject: String,
    /// When its login began.
    pub created: UnixMillis,
    /// When it ends by itself.
    pub expires: UnixMillis,
    /// The network that its login came from; empty where that was not known.
    pub network: String,
    /// How far its login has come.
    pub state: State,
    /// How we came to believe it.
    pub origin: Origin,
}

/// Sessions of an API, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Those that hold.
    pub sessions: Vec<Listed>,
    /// Rows that are not as we wrote them, and open nothing.
    pub damaged: usize,
    /// There are older ones.
    pub has_more: bool,
}

/// The newest `max` of an API that have not expired at `now`.
pub(crate) fn newest(
    connection: &Connection,
    sealer: &Sealer,
    api: &str,
    (max, now): (usize, UnixMillis),
    tally: &Tally,
) -> Result<Listing, StoreError> {
    let max = max.min(LISTED_MAX);
    let mut listing = Listing::default();
    let (rows, has_more) = rows::newest(connection, sealer, api, (max, now), tally)?;
    listing.has_more = has_more;
    for kept in rows {
        let Ok(kept) = kept else {
            listing.damaged += 1;
            continue;
        };
        let facts = kept.facts;
        listing.sessions.push(Listed {
            id: facts.id,
            subject: facts.subject,
            created: facts.created,
            expires: facts.expires,
            network: facts.network,
            state: facts.state,
            origin: facts.origin,
        });
    }
    Ok(listing)
}
