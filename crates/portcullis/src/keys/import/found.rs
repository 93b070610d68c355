//! What is found in a file of keys, and what is wrong with it. Nothing of any text of a key is in either.

use portcullis_credential::api_key::{self, IMPORTED_BYTES_MAX, Weak};
use portcullis_model::UnixMillis;
use sha2::{Digest as _, Sha256};

use crate::keys::{OWNER, is_owner};

/// What is wrong with a file, as far as it is said.
pub(super) const FAULTS_MAX: usize = 50;

/// What faults of weak keys begin with.
pub(super) const WEAK: &str = "it may be guessed";

/// Bytes of an owner, and of a label.
const NAME_BYTES_MAX: usize = 256;

/// What begins a reference to a secret that lies elsewhere.
const REFERENCE: &str = "{vault://";

/// A key, where it stands.
pub(super) struct Found {
    pub(super) place: String,
    pub(super) digest: [u8; 32],
    pub(super) owner: String,
    pub(super) label: String,
    pub(super) expires: Option<UnixMillis>,
}

/// What is wrong, and where.
pub(super) struct Fault {
    pub(super) place: String,
    pub(super) what: String,
}

impl Fault {
    pub(super) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

/// A file that is being read.
pub(super) struct Reading<'b> {
    brand: &'b str,
    expires: Option<UnixMillis>,
    now: UnixMillis,
    /// Whether keys that may be guessed are taken.
    pub(super) takes_weak: bool,
    found: Vec<Found>,
    faults: Vec<Fault>,
}

impl<'b> Reading<'b> {
    pub(super) const fn new(brand: &'b str, expires: Option<UnixMillis>, now: UnixMillis) -> Self {
        Self { brand, expires, now, takes_weak: false, found: Vec::new(), faults: Vec::new() }
    }

    pub(super) const fn now(&self) -> UnixMillis {
        self.now
    }

    pub(super) fn wrong(&mut self, place: &str, what: impl Into<String>) {
        self.faults.push(Fault::new(place, what));
    }

    /// A key in plain text. `until`: when it ends where it comes from.
    pub(super) fn text(&mut self, place: &str, text: &str, owner: &str, until: Option<UnixMillis>) {
        match fault(text, self.brand, self.takes_weak) {
            Some(what) => self.wrong(place, what),
            None if until.is_some_and(|until| until <= self.now) => {
                self.wrong(place, "its time is over: leave it out");
            }
            None => {
                let digest = Sha256::digest(text.as_bytes()).into();
                self.digest(place, digest, owner, "", until);
            }
        }
    }

    /// The digest of one.
    pub(super) fn digest(
        &mut self,
        place: &str,
        digest: [u8; 32],
        owner: &str,
        label: &str,
        until: Option<UnixMillis>,
    ) {
        if !is_owner(owner) || owner.len() > NAME_BYTES_MAX {
            self.wrong(
                place,
                format!("{OWNER}: 1 to 256 visible ASCII characters, no blanks around it"),
            );
        } else if label.len() > NAME_BYTES_MAX || label.chars().any(char::is_control) {
            self.wrong(place, "a label is 256 bytes at most, without control characters");
        } else if digest == <[u8; 32]>::from(Sha256::digest(b"")) {
            self.wrong(place, "this is the digest of an empty text");
        } else {
            let (owner, label) = (owner.to_owned(), label.to_owned());
            // The earlier end; none is later than any.
            let expires = self.expires.into_iter().chain(until).min();
            self.found.push(Found { place: place.to_owned(), digest, owner, label, expires });
        }
    }

    pub(super) fn end(self) -> (Vec<Found>, Vec<Fault>) {
        (self.found, self.faults)
    }
}

/// Why a text cannot be a key here.
fn fault(text: &str, brand: &str, takes_weak: bool) -> Option<&'static str> {
    if text.is_empty() {
        return Some("it is empty");
    }
    if text.starts_with(REFERENCE) {
        return Some("this refers to a secret that lies elsewhere: export the key itself");
    }
    if text.len() > IMPORTED_BYTES_MAX {
        return Some("it is longer than 1,024 bytes");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some(
            "it has characters that no header field carries: visible ASCII alone, no blanks",
        );
    }
    if api_key::looks_like(text, brand) {
        return Some("it begins like the keys that are issued here, so nobody would look for it");
    }
    match Weak::of(text).filter(|_| !takes_weak)? {
        Weak::Short => Some("it may be guessed: below 20 characters"),
        Weak::Uniform => Some("it may be guessed: fewer than 8 different characters"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    #[test]
    fn what_cannot_be_a_key_is_told_without_its_text() {
        let good = "obviously-fake-key-of-others";
        let mut reading = Reading::new("shop", None, NOW);
        let long = "0123456789".repeat(103);
        for (text, told) in [
            ("", "empty"),
            ("{vault://env/fake}", "refers"),
            (long.as_str(), "longer"),
            ("obviously fake key of others", "header field"),
            ("öbviously-fake-key-of-others", "header field"),
            ("shop_obviously-fake-key-of-others", "begins like"),
            ("obviously-fake", "may be guessed: below"),
            ("1212121212121212121212121212", "may be guessed: fewer"),
        ] {
            reading.text("here", text, "acme", None);
            let fault = reading.faults.pop().unwrap();
            assert!(fault.what.contains(told), "{told}: {}", fault.what);
            assert!(text.is_empty() || !fault.what.contains(text));
        }
        reading.text("here", good, "acme", Some(NOW));
        reading.text("here", good, " acme", None);
        reading.text("here", good, &"a".repeat(257), None);
        assert_eq!((reading.faults.len(), reading.found.len()), (3, 0));
        reading.takes_weak = true;
        reading.text("here", "12", "acme", None);
        reading.text("here", good, "acme", None);
        assert_eq!((reading.faults.len(), reading.found.len()), (3, 2));
    }

    #[test]
    fn the_earlier_end_counts() {
        let at = |ms| UnixMillis(NOW.0 + ms);
        for (own, until, end) in [
            (Some(at(10)), Some(at(5)), Some(at(5))),
            (Some(at(5)), Some(at(10)), Some(at(5))),
            (None, Some(at(10)), Some(at(10))),
            (Some(at(10)), None, Some(at(10))),
            (None, None, None),
        ] {
            let mut reading = Reading::new("shop", own, NOW);
            reading.digest("here", [7; 32], "acme", "", until);
            assert_eq!(reading.found[0].expires, end);
        }
    }
}
