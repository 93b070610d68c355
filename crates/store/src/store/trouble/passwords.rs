//! Tests: what becomes of passwords when the database cannot be written.

use portcullis_credential::password::Hashed;

use super::*;
use crate::passwords::facts::PasswordFacts;

fn facts(user: &str) -> PasswordFacts {
    let hash = "$argon2id$v=19$m=64,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk";
    let hash = Hashed::parse(hash).unwrap();
    PasswordFacts { user: user.to_owned(), hash, attributes: Vec::new() }
}

#[test]
fn on_a_disk_that_cannot_be_written_removals_hold_and_are_written_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, &Options::default());
        for user in ["ann", "bob"] {
            store.set_password(facts(user), NOW).await.unwrap();
        }
        let before = store.password("bob").unwrap().mark;
        say(&store, "PRAGMA query_only = ON").await;
        let not_durable = StoreError::NotDurable(Box::new(StoreError::ReadOnly));
        assert_eq!(store.remove_password("ann", NOW).await, Err(not_durable.clone()));
        assert!(store.password("ann").is_none());
        assert_eq!(store.remove_password("ann", NOW).await, Err(not_durable), "still not");
        assert_eq!(store.set_password(facts("bob"), NOW).await, Err(StoreError::ReadOnly));
        assert_eq!(store.password("bob").unwrap().mark, before, "the one before holds");
        assert_eq!(store.set_password(facts("carl"), NOW).await, Err(StoreError::ReadOnly));
        assert!(store.password("carl").is_none());
        say(&store, "PRAGMA query_only = OFF").await;
        assert_eq!(store.remove_password("ann", NOW).await, Ok(false), "and it lasts now");
        drop(store);
        let store = open(&path, &Options::default());
        assert!(store.password("ann").is_none() && store.password("bob").is_some());
    });
}

#[test]
fn a_user_who_comes_again_while_the_row_waits_to_go_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, &Options::default());
        store.set_password(facts("ann"), NOW).await.unwrap();
        say(&store, "PRAGMA query_only = ON").await;
        assert!(store.remove_password("ann", NOW).await.is_err());
        say(&store, "PRAGMA query_only = OFF").await;
        store.set_password(facts("ann"), NOW).await.unwrap();
        assert!(store.password("ann").is_some());
        drop(store);
        let store = open(&path, &Options::default());
        assert!(store.password("ann").is_some());
    });
}
