//! Copies of a store that is open, and what they open as.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

mod fake;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use fake::{NOW, add, add_many, digest, find, holds, issue, kek, key, open, run};
use portcullis_store::{KeyWhich, Options, Store, StoreError, Which};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn accepted(path: &Path) -> Store {
    let options = Options { accept_older: true, ..Options::default() };
    let (store, opened) = Store::open(path, &kek(), &options, NOW).unwrap();
    assert!(opened.is_older);
    store
}

#[test]
fn a_copy_is_ours_alone_and_opens_only_as_an_older_one_without_what_was_revoked_before() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("store"), folder.path().join("copy"));
    run(async {
        let store = open(&path);
        add_many(&store, 0..300).await;
        issue(&store, key(1)).await;
        issue(&store, key(2)).await;
        assert_eq!(store.end(Which::Token(digest(7)), NOW).await, Ok(1));
        store.revoke_keys(KeyWhich::Id(fake::key_id(1)), NOW).await.unwrap();
        let bytes = store.backup(&copy).await.unwrap();
        assert_eq!(bytes, fs::metadata(copy.join("store.db")).unwrap().len());
        add(&store, 300).await;
        // Only this is undone by the copy, and so it must be accepted.
        assert_eq!(store.end(Which::Token(digest(8)), NOW).await, Ok(1));
        assert_eq!((mode(&copy), mode(&copy.join("store.db"))), (0o700, 0o600));
        assert_eq!(fs::read_dir(&copy).unwrap().count(), 1, "no log, no epoch");
        let refused = fake::try_open(&copy).err();
        assert!(matches!(refused, Some(StoreError::Older { last: None, .. })), "{refused:?}");
        let restored = accepted(&copy);
        assert!(find(&restored, 7).await.is_none() && !holds(&restored, 1));
        assert!(find(&restored, 8).await.is_some() && holds(&restored, 2));
        assert!(find(&restored, 300).await.is_none() && find(&restored, 299).await.is_some());
        assert!(find(&store, 300).await.is_some(), "the store goes on");
    });
}

#[test]
fn a_link_on_the_way_is_followed_and_one_in_the_place_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    run(async {
        let store = open(&link.join("store"));
        add_many(&store, 0..3).await;
        store.backup(&link.join("copy")).await.unwrap();
        assert!(find(&accepted(&real.join("copy")), 2).await.is_some());
        fs::create_dir(real.join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(real.join("elsewhere"), real.join("linked")).unwrap();
        let refused = store.backup(&real.join("linked")).await.err();
        assert!(matches!(refused, Some(StoreError::Place { .. })), "{refused:?}");
    });
}

/// As the guide says: the copy's file in the place of the lost one.
#[test]
fn a_copy_in_the_place_of_the_store_is_told_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("store"), folder.path().join("copy"));
    run(async {
        let store = open(&path);
        add_many(&store, 0..3).await;
        store.backup(&copy).await.unwrap();
        assert_eq!(store.end(Which::Token(digest(1)), NOW).await, Ok(1));
        drop(store);
        fs::copy(copy.join("store.db"), path.join("store.db")).unwrap();
        let refused = fake::try_open(&path).err();
        assert!(matches!(refused, Some(StoreError::Older { last: Some(_), .. })), "{refused:?}");
        assert!(find(&accepted(&path), 0).await.is_some());
    });
}

#[test]
fn a_copy_goes_nowhere_where_others_see_it_or_something_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path);
        add(&store, 1).await;
        let refused = async |to: &Path, told: &str| {
            let error = store.backup(to).await.unwrap_err().to_string();
            assert!(error.contains(told), "{}: {error}", to.display());
        };
        let open_to_others = folder.path().join("open");
        fs::create_dir(&open_to_others).unwrap();
        fs::set_permissions(&open_to_others, Permissions::from_mode(0o755)).unwrap();
        refused(&open_to_others, "run `chmod 700").await;
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&open_to_others, &link).unwrap();
        refused(&link, "symbolic links").await;
        for inside in [path.clone(), path.join("copy"), path.join("../store/copy")] {
            refused(&inside, "lies in the folder of the store").await;
        }
        assert!(!path.join("copy").exists());
        let copy = folder.path().join("copy");
        store.backup(&copy).await.unwrap();
        let before = fs::read(copy.join("store.db")).unwrap();
        refused(&copy, "has a store in it already").await;
        assert_eq!(fs::read(copy.join("store.db")).unwrap(), before);
        refused(&folder.path().join("no/where"), "cannot be used").await;
    });
}

#[test]
fn nobody_waits_for_a_copy_and_it_is_of_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(&path);
    run(add_many(&store, 0..3000));
    let copies = std::thread::scope(|scope| {
        let (copying, root) = (store.clone(), folder.path());
        let copies = scope.spawn(move || {
            (0..5_u32).for_each(|number| {
                run(copying.backup(&root.join(number.to_string()))).unwrap();
            });
        });
        let mut next = 3000;
        while !copies.is_finished() {
            run(add(&store, next));
            next += 1;
        }
        copies.join().unwrap();
        next - 3000
    });
    assert!(copies > 5, "{copies} logged in meanwhile");
    run(async {
        let restored = accepted(&folder.path().join("4"));
        for number in 0..3000 {
            assert!(find(&restored, number).await.is_some());
        }
    });
}
