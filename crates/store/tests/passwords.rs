//! Passwords in a store: set, changed, removed; and what happens when its files are not as they were left.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use fake::{HOUR, NOW, kek, later, open, run, try_open};
use portcullis_credential::password::{Hashed, Pepper, Salt, Work, prepare};
use portcullis_store::{Options, Password, PasswordFacts, Store, StoreError};

/// No hash of anything, and other ones for other numbers.
fn hash(number: u8) -> Hashed {
    let text = String::from(
        "$argon2id$v=19$m=64,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJC",
    );
    Hashed::parse(&format!("{text}{}k", char::from(b'A' + number))).unwrap()
}

fn facts(user: &str, number: u8) -> PasswordFacts {
    let attributes = vec![("role".to_owned(), format!("role-{user}"))];
    PasswordFacts { user: user.to_owned(), hash: hash(number), attributes }
}

fn stored() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    (folder, store)
}

async fn set(store: &Store, user: &str, number: u8) -> bool {
    store.set_password(facts(user, number), NOW).await.unwrap()
}

fn has(store: &Store, user: &str, number: u8) -> bool {
    store.password(user).is_some_and(|known| *known.hash == hash(number))
}

#[test]
fn a_password_holds_until_another_is_set_or_it_is_removed() {
    let (folder, store) = stored();
    run(async {
        let mut changes = store.passwords_changed();
        assert!(!set(&store, "ann", 1).await && !set(&store, "bob", 1).await);
        assert!(has(&store, "ann", 1) && store.password("Ann").is_none());
        let first = store.password("ann").unwrap();
        assert!(changes.has_changed().unwrap());
        changes.borrow_and_update();
        assert!(store.set_password(facts("ann", 2), later(HOUR)).await.unwrap(), "there was one");
        let second = store.password("ann").unwrap();
        assert!(
            changes.has_changed().unwrap() && has(&store, "ann", 2) && second.mark != first.mark
        );
        assert_eq!((second.created, second.changed), (NOW, later(HOUR)));
        changes.borrow_and_update();
        assert_eq!(store.remove_password("bob", NOW).await, Ok(true));
        assert!(changes.has_changed().unwrap() && store.password("bob").is_none());
        assert_eq!(store.remove_password("bob", NOW).await, Ok(false));
    });
    drop(store);
    let (store, opened) = try_open(&folder.path().join("store")).unwrap();
    assert_eq!(opened.passwords, 1);
    assert!(has(&store, "ann", 2) && store.password("bob").is_none());
    let known = store.password("ann").unwrap();
    assert_eq!(known.rules.attributes, facts("ann", 2).attributes);
    assert_eq!((known.created, known.changed), (NOW, later(HOUR)));
}

#[test]
fn a_stronger_hash_takes_the_place_of_the_one_that_it_was_made_of_alone() {
    let (folder, store) = stored();
    run(async {
        set(&store, "ann", 1).await;
        let old = store.password("ann").unwrap();
        store.rehash_password(Arc::clone(&old), hash(2), NOW);
        set(&store, "bob", 1).await;
        let new = store.password("ann").unwrap();
        assert!(has(&store, "ann", 2) && new.mark == old.mark, "it is the same password");
        // Changed since, in the same batch or before it.
        store.rehash_password(Arc::clone(&new), hash(3), NOW);
        let (one, other) = (set(&store, "ann", 4), set(&store, "bob", 4));
        tokio::join!(one, other);
        store.rehash_password(new, hash(5), NOW);
        let gone = store.password("bob").unwrap();
        store.remove_password("bob", NOW).await.unwrap();
        store.rehash_password(gone, hash(5), NOW);
        set(&store, "eve", 1).await;
        assert!(has(&store, "ann", 4) && store.password("bob").is_none());
    });
    drop(store);
    let store = open(&folder.path().join("store"));
    assert!(has(&store, "ann", 4) && store.password("bob").is_none());
}

#[test]
fn users_are_listed_in_the_order_of_their_names() {
    let (_folder, store) = stored();
    run(async {
        for user in ["carl", "ann", "bob"] {
            set(&store, user, 1).await;
        }
    });
    let names = |after: Option<&str>, max| {
        let listed = store.list_passwords(after, max);
        listed.iter().map(|one| one.user.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(None, 10), "ann bob carl");
    assert_eq!(names(None, 2), "ann bob");
    assert_eq!(names(Some("bob"), 10), "carl");
}

#[test]
fn there_is_room_for_so_many_users() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { users_max: 2, ..Options::default() };
    let store = Store::open(&folder.path().join("store"), &kek(), &options, NOW).unwrap().0;
    run(async {
        let many = ["ann", "bob", "carl", "dora"].map(|user| {
            let store = store.clone();
            async move { store.set_password(facts(user, 1), NOW).await.is_ok() }
        });
        let [one, two, three, four] = many;
        let all = tokio::join!(one, two, three, four);
        let taken = [all.0, all.1, all.2, all.3].into_iter().filter(|is| *is).count();
        assert_eq!(taken, 2, "also in one batch");
        let known = store.list_passwords(None, 1).pop().unwrap();
        assert!(set(&store, &known.user, 2).await, "another one takes no room");
        store.remove_password(&known.user, NOW).await.unwrap();
        assert!(store.set_password(facts("eve", 1), NOW).await.is_ok());
        let long = PasswordFacts { user: "x".repeat(257), ..facts("x", 1) };
        assert!(matches!(store.set_password(long, NOW).await, Err(StoreError::TooMany { .. })));
        let attributes = vec![("a".to_owned(), "b".repeat(1025))];
        let long = PasswordFacts { attributes, ..facts("eve", 1) };
        assert!(matches!(store.set_password(long, NOW).await, Err(StoreError::TooMany { .. })));
    });
}

/// Somebody who can write the file and lacks the key.
#[test]
fn a_row_that_was_changed_moved_or_made_keeps_the_store_from_starting() {
    for change in [
        "UPDATE password SET user = 'carl' WHERE user = 'ann'",
        "UPDATE password SET hash = (SELECT hash FROM password WHERE user = 'bob') WHERE user = 'ann'",
        "UPDATE password SET hash = replace(hash, 'm=64', 'm=65')",
        "UPDATE password SET hash = ''",
        "UPDATE password SET rules = (SELECT rules FROM password WHERE user = 'bob')",
        "UPDATE password SET rules = x''",
        "UPDATE password SET created = created + 1",
        "UPDATE password SET changed = changed + 1",
        "UPDATE password SET check_value = zeroblob(32)",
        "UPDATE password SET check_value = x''",
        "INSERT INTO password SELECT 'carl', hash, rules, created, changed, check_value FROM password LIMIT 1",
    ] {
        let (folder, store) = stored();
        run(async {
            set(&store, "ann", 1).await;
            set(&store, "bob", 2).await;
        });
        drop(store);
        let path = folder.path().join("store");
        let database = rusqlite::Connection::open(path.join("store.db")).unwrap();
        assert!(database.execute(change, []).unwrap() > 0, "{change}");
        drop(database);
        let error = try_open(&path).err().unwrap();
        assert!(matches!(error, StoreError::Damaged { .. }), "{change}: {error}");
    }
}

type Change = fn(&Store);

#[test]
fn an_older_copy_in_which_a_password_would_be_good_again_is_refused() {
    let ways: [Change; 2] = [
        |store| assert!(run(set(store, "ann", 2))),
        |store| assert_eq!(run(store.remove_password("ann", NOW)), Ok(true)),
    ];
    for change in ways {
        let (folder, store) = stored();
        let (path, backup) = (folder.path().join("store"), folder.path().join("backup.db"));
        run(set(&store, "ann", 1));
        drop(store);
        fs::copy(path.join("store.db"), &backup).unwrap();
        let store = open(&path);
        change(&store);
        drop(store);
        fs::copy(&backup, path.join("store.db")).unwrap();
        assert!(matches!(try_open(&path).err(), Some(StoreError::Older { .. })));
    }
}

#[test]
fn no_password_lies_in_any_file_and_nothing_of_one_is_printed() {
    let (folder, store) = stored();
    let planted = "obviously planted password";
    let pepper = std::array::from_fn::<u8, 32, _>(|index| index as u8 + 0xd8);
    let pepper = Pepper::parse(&pepper).unwrap();
    let prepared = prepare(planted.as_bytes()).unwrap();
    let hash =
        Hashed::new(&prepared, Salt::draw().unwrap(), &pepper, &mut Work::default()).unwrap();
    let set = PasswordFacts { hash: hash.clone(), ..facts("ann", 1) };
    let mut printed = format!("{set:?}");
    run(store.set_password(set, NOW)).unwrap();
    let known: Arc<Password> = store.password("ann").unwrap();
    let listed = store.list_passwords(None, 9);
    printed = format!("{printed} {known:?} {listed:?}");
    assert!(!printed.contains("argon2id$") && printed.contains("ann"), "{printed}");
    printed += &all_bytes(&folder.path().join("store"));
    assert!(printed.contains(&hash.text()), "the search finds what is there");
    assert!(!printed.contains(planted));
}

fn all_bytes(path: &Path) -> String {
    let files = fs::read_dir(path).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}
