//! What callers and objects are called in the register: keyed digests, in memory and on the disk.

use std::fmt;
use std::hash::Hasher as _;

use siphasher::sip128::{Hasher128 as _, SipHasher24};

use crate::error::StoreError;

/// Bytes of each part of a name, at most.
pub(crate) const PART_BYTES_MAX: usize = 2048;

pub(crate) const NAME_LEN: usize = 12;

/// What is digested: kinds of names are apart.
const CALLER: u8 = 1;
const OBJECT: u8 = 2;
const API: u8 = 3;

/// 96 bits of SipHash-2-4. Of a million objects the register takes two for one with a chance of
/// 1 in 10^17; without the key nobody can aim.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Name(pub(crate) [u8; NAME_LEN]);

/// An API, for [`crate::Forget::Api`] alone: two that fall together are forgotten together.
pub(crate) type Api = u32;

/// A caller of an API as the register knows them. Says nothing to whoever lacks the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Caller {
    pub(crate) name: Name,
    pub(crate) api: Api,
}

/// An object of an API as the register knows it. Says nothing to whoever lacks the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Object {
    pub(crate) name: Name,
    pub(crate) api: Api,
}

/// The keys of names and of rows.
pub(crate) struct Keys {
    names: SipHasher24,
    rows: SipHasher24,
}

impl Keys {
    /// `chance` is the store's, or of this process.
    pub(crate) fn new(chance: &[u8; 32]) -> Self {
        let key = |half: &[u8]| {
            let mut key = [0; 16];
            key.iter_mut().zip(half).for_each(|(to, from)| *to = *from);
            SipHasher24::new_with_key(&key)
        };
        let (names, rows) = chance.split_at(16);
        Self { names: key(names), rows: key(rows) }
    }

    pub(crate) fn caller(
        &self,
        api: &str,
        issuer: &str,
        subject: &str,
    ) -> Result<Caller, StoreError> {
        let name = self.name([CALLER, 0], &[api, issuer, subject])?;
        Ok(Caller { name, api: self.api(api)? })
    }

    pub(crate) fn object(
        &self,
        api: &str,
        resource: &str,
        id_index: u8,
        id: &str,
    ) -> Result<Object, StoreError> {
        let name = self.name([OBJECT, id_index], &[api, resource, id])?;
        Ok(Object { name, api: self.api(api)? })
    }

    pub(crate) fn api(&self, api: &str) -> Result<Api, StoreError> {
        let Name([a, b, c, d, ..]) = self.name([API, 0], &[api])?;
        Ok(u32::from_le_bytes([a, b, c, d]))
    }

    /// What a row must carry to be believed.
    pub(crate) fn check(&self, row: &[u8]) -> [u8; 16] {
        self.rows.hash(row).as_bytes()
    }

    /// Byte by byte: nothing is folded, trimmed or decoded. Each part has its length before it.
    fn name(&self, kind: [u8; 2], parts: &[&str]) -> Result<Name, StoreError> {
        let mut hasher = self.names;
        hasher.write(&kind);
        for part in parts {
            if part.len() > PART_BYTES_MAX {
                return Err(StoreError::TooMany { what: "bytes of a name", max: PART_BYTES_MAX });
            }
            hasher.write(&(part.len() as u32).to_le_bytes());
            hasher.write(part.as_bytes());
        }
        let digest = hasher.finish128().as_bytes();
        Ok(Name(digest.first_chunk().copied().unwrap_or([0; NAME_LEN])))
    }
}

impl Name {
    /// Where an index looks for it.
    pub(crate) fn hash(&self) -> u64 {
        self.0.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(..)")
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Caller(..)")
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Object(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_byte_by_byte_and_part_by_part() {
        let keys = Keys::new(&[7; 32]);
        let object = |resource, index, id| keys.object("shop", resource, index, id).unwrap();
        let one = object("Order", 0, "7");
        assert_eq!(one, object("Order", 0, "7"));
        for other in [
            object("Order", 0, "07"),
            object("Order", 0, "7 "),
            object("order", 0, "7"),
            object("Order", 1, "7"),
            object("Orde", 0, "r7"),
            object("Order7", 0, ""),
            keys.object("other", "Order", 0, "7").unwrap(),
            Keys::new(&[8; 32]).object("shop", "Order", 0, "7").unwrap(),
        ] {
            assert_ne!(one.name, other.name);
        }
        assert_ne!(one.name, keys.caller("shop", "Order", "7").unwrap().name);
        let caller = |issuer, subject| keys.caller("shop", issuer, subject).unwrap();
        assert_ne!(caller("a", "b"), caller("ab", ""));
        assert_ne!(object("Order", 0, "\u{e9}"), object("Order", 0, "e\u{301}"));
    }

    #[test]
    fn a_part_that_is_too_long_has_no_name() {
        let keys = Keys::new(&[7; 32]);
        let (most, more) = ("x".repeat(PART_BYTES_MAX), "x".repeat(PART_BYTES_MAX + 1));
        assert!(keys.object("shop", "Order", 0, &most).is_ok());
        assert!(keys.caller("shop", &most, &most).is_ok());
        for wrong in [
            keys.object(&more, "Order", 0, "7"),
            keys.object("shop", &more, 0, "7"),
            keys.object("shop", "Order", 0, &more),
        ] {
            assert!(matches!(wrong, Err(StoreError::TooMany { .. })));
        }
        assert!(keys.caller("shop", &more, "").is_err() && keys.caller("shop", "", &more).is_err());
        assert!(keys.api(&more).is_err());
    }
}
