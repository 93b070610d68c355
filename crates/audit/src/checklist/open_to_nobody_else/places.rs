//! What must be open to its owner alone, and is not.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use portcullis_policy::{Model, SecretSource};

use crate::asked::Asked;

/// What others could use: group and world.
const OTHERS: u32 = 0o077;
/// Entries of one folder that are looked at.
const ENTRIES_MAX: usize = 1000;

#[derive(Debug, Default)]
pub(super) struct Places {
    /// All that there are.
    pub(super) all: Vec<PathBuf>,
    /// Those that are open.
    pub(super) open: Vec<Open>,
    /// Those that the policy or the command names and nobody could look at, with why.
    pub(super) unseen: Vec<(PathBuf, String)>,
}

#[derive(Debug)]
pub(super) struct Open {
    pub(super) path: PathBuf,
    pub(super) why: String,
    pub(super) fix: String,
}

/// The store's folder and all in it, its copies, and every key that the policy names.
pub(super) fn of(asked: &Asked<'_>) -> Places {
    let mut found = Places::default();
    let store = asked.store().map(|place| place.folder.as_path());
    // Root may look, too: what counts is whose the store is.
    let owner = store.and_then(|folder| std::fs::symlink_metadata(folder).ok());
    let owner = owner.map_or_else(|| rustix::process::geteuid().as_raw(), |known| known.uid());
    for folder in asked.backups.iter().map(PathBuf::as_path).chain(store) {
        found.look(folder, owner);
        found.look_in(folder, owner);
    }
    for model in asked.models() {
        keys(model).into_iter().for_each(|path| found.look(path, owner));
    }
    found
}

/// Files with what opens or signs something.
fn keys<'m>(model: &'m Model) -> Vec<&'m Path> {
    let (store, callers) = (model.store.as_ref(), &model.callers);
    let signing = callers.forward.as_ref().and_then(|forward| forward.token.as_ref());
    let shown = model.upstream.instances().filter_map(|instance| instance.tls.shows.as_ref());
    let all = [
        store.and_then(|store| store.key.as_ref()),
        store.and_then(|store| store.kms.as_ref()).map(|kms| &kms.token),
        callers.api_keys.as_ref().map(|keys| &keys.pepper),
        callers.passwords.as_ref().map(|passwords| &passwords.pepper),
        signing.map(|token| &token.key),
        model.tls.as_ref().map(|tls| &tls.key),
    ];
    let sources = all.into_iter().flatten().chain(shown.map(|own| &own.key));
    let file = |source: &'m SecretSource| match source {
        SecretSource::File(path) => Some(path.as_path()),
        SecretSource::Variable(_) | SecretSource::Credential(_) => None,
    };
    sources.filter_map(file).collect()
}

impl Places {
    fn look(&mut self, path: &Path, owner: u32) {
        let known = match std::fs::metadata(path) {
            Ok(known) => known,
            Err(why) => return self.not_seen(path, &why),
        };
        if self.all.iter().any(|seen| seen == path) {
            return;
        }
        self.all.push(path.to_owned());
        self.open.extend(doubt(path, &known, owner));
    }

    fn look_in(&mut self, folder: &Path, owner: u32) {
        if !folder.is_dir() {
            return;
        }
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(why) => return self.not_seen(folder, &why),
        };
        for entry in entries.map_while(Result::ok).take(ENTRIES_MAX) {
            // A gateway that runs takes files away meanwhile.
            if entry.path().symlink_metadata().is_ok() {
                self.look(&entry.path(), owner);
            }
        }
    }

    fn not_seen(&mut self, path: &Path, why: &std::io::Error) {
        if !self.unseen.iter().any(|(known, _)| known == path) {
            self.unseen.push((path.to_owned(), why.to_string()));
        }
    }
}

fn doubt(path: &Path, known: &Metadata, owner: u32) -> Option<Open> {
    let (whole, path, mode) = (path.to_owned(), path.display(), known.mode() & 0o777);
    if known.uid() != owner && known.uid() != 0 {
        let why = format!("`{path}` belongs to user {}, the store to user {owner}", known.uid());
        return Some(Open { path: whole, why, fix: format!("chown {owner} {path}") });
    }
    let wanted = if known.is_dir() { "700" } else { "600" };
    (known.mode() & OTHERS != 0).then(|| Open {
        path: whole,
        why: format!("`{path}` has mode {mode:o}"),
        fix: format!("chmod {wanted} {path}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_and_not_there_is_known_to_be_unseen() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "a").unwrap();
        let (mut found, gone) = (Places::default(), folder.path().join("gone"));
        let owner = rustix::process::geteuid().as_raw();
        for place in [folder.path(), &gone, &gone] {
            found.look(place, owner);
            found.look_in(place, owner);
        }
        assert_eq!(found.all.len(), 2, "{found:?}");
        assert!(matches!(&found.unseen[..], [(path, _)] if *path == gone), "{found:?}");
    }
}
