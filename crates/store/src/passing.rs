//! A store for one run: tries and demonstrations leave nothing behind.

use std::path::Path;

use portcullis_model::UnixMillis;

use crate::error::StoreError;
use crate::folder::PassingFolder;
use crate::kek::Kek;
use crate::options::Options;
use crate::store::Store;

impl Store {
    /// A new store in a folder of chance below `parent`, under a key of chance. Both are gone when
    /// the last one of it is.
    pub fn passing(parent: &Path, now: UnixMillis) -> Result<Self, StoreError> {
        let no_chance = |_| StoreError::Io("no chance to be had".to_owned());
        let (mut key, mut name) = ([0; 32], [0; 16]);
        aws_lc_rs::rand::fill(&mut key).map_err(no_chance)?;
        aws_lc_rs::rand::fill(&mut name).map_err(no_chance)?;
        let folder = parent.join(format!("portcullis-{:032x}", u128::from_le_bytes(name)));
        let kek =
            Kek::from_bytes(key).map_err(|_| StoreError::Io("no chance to be had".to_owned()))?;
        let passing = PassingFolder::new(folder);
        let (store, _) = Self::open(passing.path(), &kek, &Options::default(), now)?;
        Ok(store.removing(passing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passing_store_leaves_nothing_behind() {
        let parent = tempfile::tempdir().unwrap();
        let store = Store::passing(parent.path(), UnixMillis(0)).unwrap();
        let again = store.clone();
        drop(store);
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 1);
        drop(again);
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
