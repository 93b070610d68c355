//! Tokens of other issuers that are not taken any more.

use std::sync::Arc;

use portcullis_model::UnixMillis;
use rusqlite::Connection;

use super::Store;
use crate::change;
use crate::error::StoreError;
use crate::revoked::{self, Claims, Revocation};
use crate::write::Write;

impl Store {
    /// Revokes tokens of another issuer. In force when this returns, also after a restart.
    ///
    /// # Errors
    /// [`StoreError::NotDurable`]: in force, but a restart would undo it; ask again.
    /// [`StoreError::TooMany`]: not in force.
    pub async fn revoke(&self, revocation: Revocation, now: UnixMillis) -> Result<(), StoreError> {
        let named = match &revocation.of {
            revoked::Revoked::Token { jti: name }
            | revoked::Revoked::Subject { subject: name, .. } => name.len(),
            revoked::Revoked::IssuedBefore(_) => 0,
        };
        if named.max(revocation.issuer.len()) > change::NAME_BYTES_MAX {
            return Err(StoreError::TooMany {
                what: "bytes of a name",
                max: change::NAME_BYTES_MAX,
            });
        }
        self.0.revocations.add(&revocation, now)?;
        // It is in force: what runs under such a token does not wait for the disk.
        self.0.memory.tell();
        let sealer = Arc::clone(&self.0.sealer);
        Write {
            now,
            revokes: |(): &()| true,
            run: move |connection: &Connection| revoked::write(connection, &sealer, &revocation),
            then: |_: &Connection, _: Option<()>, outcome| outcome,
        }
        .by(&self.0.writer)
        .await
        // Whatever became of writing it, it is in force.
        .map_err(|why| StoreError::NotDurable(Box::new(why)))
    }

    /// Whether a token of another issuer was revoked. Reads memory alone.
    pub fn is_revoked(&self, claims: &Claims<'_>) -> bool {
        self.0.revocations.has(claims)
    }
}
