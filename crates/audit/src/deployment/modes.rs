//! Files and folders of the host: who else can open, or write, what the gateway keeps.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use portcullis_policy::LedgerTarget;

use super::rules;
use crate::asked::Asked;
use crate::checklist::open_places;
use crate::finding::{At, Finding, Place, Rule};

/// What others could read.
const READ_BY_OTHERS: u32 = 0o004;
/// What group or others could write.
const WRITTEN_BY_OTHERS: u32 = 0o022;

/// Store, keys and backups that are open; a ledger that others can read; evidence that others can write.
pub fn open_files(asked: &Asked<'_>, evidence: Option<&Path>) -> Vec<Finding> {
    let mut found: Vec<Finding> = open_places(asked)
        .into_iter()
        .map(|(path, why, fix)| finding(&rules::FILE_OPEN, &path, why, fix))
        .collect();
    let ledger = asked.models().find_map(|model| match &model.ledger {
        LedgerTarget::File(path) => Some(path.as_path()),
        LedgerTarget::Stdout => None,
    });
    for (path, bits, rule, what, fix) in [
        (
            ledger,
            READ_BY_OTHERS,
            &rules::FILE_OPEN,
            "the ledger can be read by everybody",
            "chmod o-rwx",
        ),
        (
            ledger,
            WRITTEN_BY_OTHERS,
            &rules::FILE_WRITABLE,
            "the ledger can be written by others",
            "chmod go-w",
        ),
        (
            evidence,
            WRITTEN_BY_OTHERS,
            &rules::FILE_WRITABLE,
            "evidence can be written by others",
            "chmod go-w",
        ),
    ] {
        let Some((path, known)) = path.and_then(|path| Some((path, path.metadata().ok()?))) else {
            continue;
        };
        if known.mode() & bits != 0 {
            let mode = known.mode() & 0o777;
            let message = format!("{what}: `{}` has mode {mode:o}", path.display());
            found.push(finding(rule, path, message, format!("{fix} {}", path.display())));
        }
    }
    found
}

fn finding(rule: &'static Rule, path: &Path, message: String, fix: String) -> Finding {
    let places = vec![Place { at: At::File(path.to_owned()), operation: None }];
    Finding { rule, severity: rule.severity, message, fix, places, enforced: None }
}
