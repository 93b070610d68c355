//! Passwords, user names and hashes from nowhere: none panics, and what is accepted has one spelling.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_credential::password::{Hashed, prepare, user};

fuzz_target!(|text: &str| {
    if let Ok(hash) = Hashed::parse(text) {
        assert_eq!(hash.text(), text);
    }
    if let Ok(once) = prepare(text.as_bytes()) {
        let Ok(twice) = prepare(once.expose_secret()) else { panic!("it was prepared") };
        assert!(once.matches(twice.expose_secret()));
    }
    if let Ok(name) = user(text) {
        assert_eq!(user(&name).as_ref(), Ok(&name));
        assert!(!name.contains(':'));
    }
});
