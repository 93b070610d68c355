//! What the policy says to whoever operates the gateway: where it tells how it is, and where records
//! go.

use std::net::SocketAddr;
use std::path::Path;

use portcullis_model::Diagnostic;
use portcullis_yaml::{Notes, Spanned};

use super::redirect::is_same_place;
use crate::codes;
use crate::file::{LedgerSection, PolicyFile};
use crate::model::{LedgerTarget, WhenFull};
use crate::word::FullWord;

/// Where records go when the policy does not say.
const LEDGER_FILE: &str = "portcullis-ledger.jsonl";

/// Where liveness and readiness are told: never where the API is served.
pub(super) fn health(
    file: Option<&PolicyFile>,
    listen: SocketAddr,
    notes: &mut Notes,
) -> Option<SocketAddr> {
    let health = file?.health.as_ref()?;
    let address = health.value.0;
    if is_same_place(address, listen) {
        notes.push(|| {
            Diagnostic::error(
                &codes::BAD_ADDRESS,
                format!("`{address}` is where the gateway serves the API"),
            )
            .at(health.span)
            .help("give liveness and readiness a port of their own")
        });
    }
    Some(address)
}

pub(super) fn when_full(file: Option<&PolicyFile>) -> WhenFull {
    let word = file.and_then(|file| file.ledger.as_ref()?.when_full.as_ref());
    match word.map(|word| word.value) {
        Some(FullWord::Lose) => WhenFull::Lose,
        Some(FullWord::Refuse) | None => WhenFull::Refuse,
    }
}

pub(super) fn ledger(
    section: Option<&LedgerSection>,
    folder: &Path,
    notes: &mut Notes,
) -> LedgerTarget {
    let file = section.and_then(|section| section.file.as_ref());
    let stdout = section.and_then(|section| section.stdout.as_ref());
    match (file, stdout) {
        (Some(Spanned { span, .. }), Some(Spanned { value: true, .. })) => {
            notes.push(|| {
                Diagnostic::error(
                    &codes::CONFLICT,
                    "the ledger goes to a file and to standard output",
                )
                .at(*span)
                .help("keep one of `file` and `stdout`")
            });
            LedgerTarget::Stdout
        }
        (None, Some(Spanned { value: true, .. })) => LedgerTarget::Stdout,
        (file, _) => {
            let name = file.map_or(LEDGER_FILE, |file| file.value.as_str());
            LedgerTarget::File(folder.join(name))
        }
    }
}
