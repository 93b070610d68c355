//! What may happen once, ever.

use std::sync::Arc;

use portcullis_model::UnixMillis;
use rusqlite::Connection;

use super::Store;
use crate::error::StoreError;
use crate::once::{GivenBack, MARKS_MAX, NotTaken, Once, OnceMark, rows};
use crate::write::Write;

impl Store {
    /// What stands for `what`, done once by or with `of`. Parts do not run together.
    pub fn once_mark(&self, what: &str, of: &[&[u8]]) -> OnceMark {
        self.0.once.mark(what, of)
    }

    /// Which of these happened before, or is about to. Takes nothing.
    pub fn was_once(&self, marks: &[OnceMark]) -> Option<usize> {
        self.0.once.taken(marks)
    }

    /// Takes all of these, or none. Of any number at a time one gets them; they last when this returns, so that neither
    /// a kill nor an older copy gives them anew. Whoever stops waiting gives them back.
    ///
    /// # Errors
    /// [`StoreError::TooMany`]: so many happened once already. Any other: it could not be written, and is not taken.
    pub async fn take_once(&self, marks: &[OnceMark], now: UnixMillis) -> Result<Once, StoreError> {
        let taken = match self.0.once.take(marks) {
            Ok(taken) => taken,
            Err(NotTaken::Before(which)) => return Ok(Once::Before(which)),
            Err(NotTaken::Full) => {
                return Err(StoreError::TooMany {
                    what: "things that happened once",
                    max: MARKS_MAX,
                });
            }
        };
        let (once, marks) = (Arc::clone(&self.0.once), marks.to_vec());
        Write {
            now,
            // An older copy would let it happen again.
            revokes: |(): &()| true,
            run: move |connection: &Connection| once.write(connection, &marks, now),
            // INVARIANT: wherever this job ends, also undone or unread, what was taken is dropped there, and before
            // anybody is told.
            then: move |_: &Connection, _: Option<()>, outcome: Result<(), StoreError>| {
                let taken = taken;
                outcome.map(|()| Once::Taken(taken))
            },
        }
        .by(&self.0.writer)
        .await
    }

    /// Lets it happen once more, if it happened. Its row is gone when this returns.
    ///
    /// # Errors
    /// It could not be written: then it stays as it was.
    pub async fn give_back_once(
        &self,
        mark: OnceMark,
        now: UnixMillis,
    ) -> Result<GivenBack, StoreError> {
        let mut giving = match self.0.once.give_back(mark) {
            Ok(giving) => giving,
            Err(known) => return Ok(known),
        };
        Write {
            now,
            // An older copy refuses what may happen now, and that is safe.
            revokes: |(): &()| false,
            run: move |connection: &Connection| rows::delete(connection, &[mark]),
            then: move |_: &Connection, _: Option<()>, outcome: Result<(), StoreError>| {
                outcome.map(|()| {
                    giving.gone();
                    drop(giving);
                    GivenBack::Free
                })
            },
        }
        .by(&self.0.writer)
        .await
    }
}
