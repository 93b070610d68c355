//! A run of attacks.

use portcullis_attack::{Folder, Place, Report};

/// At what, of what, and what was found.
pub(crate) struct Ran {
    pub(crate) place: Place,
    pub(crate) set: Folder,
    pub(crate) report: Report,
}
