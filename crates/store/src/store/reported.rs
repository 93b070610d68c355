//! Keys that were found where they do not belong.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use portcullis_model::key::OnReport;
use portcullis_model::{KeyId, UnixMillis};

use super::Store;
use crate::error::StoreError;
use crate::keys::facts::{KeyWhich, ListedKey, ReportedEnd, ReportedKey, ShownKey};
use crate::keys::unwritten::Ticket;

/// What is compared where no key of this name is known: it takes as long.
const NOBODYS: [u8; 32] = [0; 32];

impl Store {
    /// A key and what stands around it. Reads memory alone.
    pub fn show_key(&self, id: &KeyId) -> Option<ShownKey> {
        self.0.keys.show(id)
    }

    /// Puts an end to keys that somebody proved to have, each by its name and the MAC of its text: at once, or later. In
    /// force when this returns, also after a restart, but for what [`ReportedKey::end`] says. Nothing for those of which
    /// the MAC proves nothing, and as much work. A report that comes again makes no end later. All of them wait for
    /// the database together.
    pub async fn report_keys(
        &self,
        shown: &[(KeyId, [u8; 32])],
        on_report: OnReport,
        now: UnixMillis,
    ) -> Vec<Option<ReportedKey>> {
        let mut reported: Vec<Option<ReportedKey>> = Vec::with_capacity(shown.len());
        let (mut ticket, mut owed) = (None, Vec::new());
        for (id, mac) in shown {
            let Some(key) = self.genuine(id, mac, now) else {
                reported.push(None);
                continue;
            };
            let end = match on_report {
                OnReport::Revoke => {
                    let (count, given) = self.0.keys.revoke(&KeyWhich::Id(*id));
                    ticket = Some(given);
                    ReportedEnd::Revoked(count)
                }
                OnReport::Expire(after_ms) => {
                    let at = UnixMillis(now.0.saturating_add(after_ms));
                    match key.expires {
                        Some(before) if before <= at => ReportedEnd::Already(before),
                        _ => match self.0.keys.expire(id, at) {
                            Ok(()) => {
                                owed.push(*id);
                                ReportedEnd::At(at)
                            }
                            // Somebody was faster.
                            Err(_) => ReportedEnd::Revoked(0),
                        },
                    }
                }
            };
            reported.push(Some(ReportedKey { key, end: Ok(end) }));
        }
        if let Err(why) = self.lasting(ticket, owed, now).await {
            for one in reported.iter_mut().flatten() {
                one.end = Err(why.clone());
            }
        }
        reported
    }

    /// The key of this name, if the MAC is its own and it holds at `now`.
    fn genuine(&self, id: &KeyId, mac: &[u8; 32], now: UnixMillis) -> Option<ListedKey> {
        let known = self.key(id, now);
        let is_it = verify_slices_are_equal(mac, known.as_ref().map_or(&NOBODYS, |key| &key.mac));
        known.filter(|_| is_it.is_ok())?;
        self.list_keys(&KeyWhich::Id(*id), 1).pop()
    }

    async fn lasting(
        &self,
        ticket: Option<Ticket>,
        owed: Vec<KeyId>,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        if let Some(ticket) = ticket {
            self.until(|| self.0.keys.is_done(ticket), now).await?;
        }
        if owed.is_empty() { Ok(()) } else { self.rewrite_keys(owed, now).await }
    }
}
