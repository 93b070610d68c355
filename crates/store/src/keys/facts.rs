//! API keys as they are spoken of: issued, found, meant, listed.

use std::fmt;
use std::sync::Arc;

use portcullis_model::{KeyId, KeyRules, UnixMillis};

use crate::error::StoreError;
use crate::keys::fit;

/// Keys above one another, at most: a key has no more ancestors.
pub(crate) const ANCESTORS_MAX: usize = 4;

/// Keys right below a key.
pub(crate) const CHILDREN_MAX: usize = 10_000;

/// Bytes of an owner, and of a label.
const NAME_BYTES_MAX: usize = 256;

/// Entries of each list of a key's rules.
const LIST_MAX: usize = 256;

/// Bytes of each text in a key's rules.
const TEXT_BYTES_MAX: usize = 1024;

/// Bytes of all texts in a key's rules.
const RULES_BYTES_MAX: usize = 64 << 10;

/// A key as it is issued. Of its text there is only a MAC.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// Its public name.
    pub id: KeyId,
    /// What is kept instead of its text: see `Pepper::mac` of `portcullis-credential`.
    pub mac: [u8; 32],
    /// Whose it is, 256 bytes at most. One below another has that one's owner, whatever stands here.
    pub owner: String,
    /// What people call it, 256 bytes at most.
    pub label: String,
    /// The key above it, with which it dies.
    pub parent: Option<KeyId>,
    /// When it was issued.
    pub created: UnixMillis,
    /// When it ends by itself.
    pub expires: Option<UnixMillis>,
    /// What it may be used for: 256 entries of each list, 1 KiB of each text, 64 KiB in all.
    pub rules: KeyRules,
    /// The key that ends when this one was used first, and how many milliseconds later.
    pub replaces: Option<(KeyId, u64)>,
}

/// A key that holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// Its public name.
    pub id: KeyId,
    /// What the text that was shown must match.
    pub mac: [u8; 32],
    /// Whose it is.
    pub owner: Arc<str>,
    /// Its own rules first, then those of each key above it: all of them count.
    pub rules: Vec<Arc<KeyRules>>,
    /// Which keys those rules are of, in the same order, where uses of any of them are counted; else none.
    pub counted: Vec<KeyId>,
    /// The earliest end of it and of the keys above it.
    pub expires: Option<UnixMillis>,
    /// It replaces another, and was not used yet: see [`crate::Store::used_first`].
    pub is_first_use: bool,
}

/// Which keys are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyWhich {
    /// The one with this public name.
    Id(KeyId),
    /// All of an owner.
    Owner(String),
    /// All below a key, and not the key itself.
    Parent(KeyId),
    /// All that were issued before.
    IssuedBefore(UnixMillis),
    /// All.
    All,
}

/// A key, as far as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// Its public name.
    pub id: KeyId,
    /// Whose it is.
    pub owner: String,
    /// What people call it.
    pub label: String,
    /// The key above it.
    pub parent: Option<KeyId>,
    /// When it was issued.
    pub created: UnixMillis,
    /// Its own end. It may have come already: what is over leaves a little later.
    pub expires: Option<UnixMillis>,
    /// When it was used last, to the minute.
    pub last_used: Option<UnixMillis>,
    /// Its own rules.
    pub rules: Arc<KeyRules>,
    /// The key that it replaces, and for how many milliseconds both hold after its first use.
    pub replaces: Option<(KeyId, u64)>,
    /// Others issued it.
    pub is_imported: bool,
}

/// A key, and what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownKey {
    /// Itself.
    pub key: ListedKey,
    /// Those above it, the nearest first: their rules and ends count, too.
    pub above: Vec<ListedKey>,
    /// How many are below it, at any depth: they end with it.
    pub below: usize,
    /// Keys that were issued in its place.
    pub replaced_by: Vec<KeyId>,
}

/// A key that was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedKey {
    /// What it was before.
    pub key: ListedKey,
    /// What became of it. After [`StoreError::NotDurable`] that is in force, and is written as soon as that is possible.
    pub end: Result<ReportedEnd, StoreError>,
}

/// What became of a key that was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportedEnd {
    /// So many were revoked, itself among them.
    Revoked(usize),
    /// It ends then.
    At(UnixMillis),
    /// It ended then, or sooner than it would for this report, before anybody reported it.
    Already(UnixMillis),
}

impl ReportedEnd {
    /// Whether this report changed anything.
    pub fn is_new(&self) -> bool {
        matches!(self, Self::Revoked(1..) | Self::At(_))
    }

    /// How many were revoked, and when it ends.
    pub fn told(&self) -> (Option<u64>, Option<UnixMillis>) {
        match self {
            Self::Revoked(count) => (Some(*count as u64), None),
            Self::At(at) | Self::Already(at) => (None, Some(*at)),
        }
    }
}

impl KeyFacts {
    /// Whether it is small enough to be kept, and says nothing that no key can be held to.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        self.check_size()?;
        let owner = self.parent.is_none().then_some(&*self.owner);
        fit::fault(owner, &self.rules).map_or(Ok(()), |what| Err(StoreError::Unfit(what)))
    }

    fn check_size(&self) -> Result<(), StoreError> {
        let too_many = |what, max| Err(StoreError::TooMany { what, max });
        if self.owner.len().max(self.label.len()) > NAME_BYTES_MAX {
            return too_many("bytes of a key's owner or label", NAME_BYTES_MAX);
        }
        check_rules(&self.rules)
    }
}

/// Whether rules are small enough to be kept.
pub(crate) fn check_rules(rules: &KeyRules) -> Result<(), StoreError> {
    let too_many = |what, max| Err(StoreError::TooMany { what, max });
    let lists = [&rules.operations, &rules.scopes, &rules.apis, &rules.origins];
    let pairs = [&rules.attributes, &rules.objects];
    let lengths = lists.map(Vec::len).into_iter().chain(pairs.map(Vec::len));
    if lengths.chain([rules.networks.len(), rules.may.len()]).any(|length| length > LIST_MAX) {
        return too_many("entries of a list of a key's rules", LIST_MAX);
    }
    let pairs = pairs.into_iter().flatten().flat_map(|(name, value)| [name, value]);
    let resources = rules.may.iter().map(|(resource, _)| resource);
    let texts = lists.into_iter().flatten().chain(pairs).chain(resources);
    let bytes = texts
        .map(String::len)
        .try_fold(0, |sum, bytes| if bytes > TEXT_BYTES_MAX { Err(()) } else { Ok(sum + bytes) });
    match bytes {
        Err(()) => too_many("bytes of a text of a key's rules", TEXT_BYTES_MAX),
        Ok(sum) if sum > RULES_BYTES_MAX => too_many("bytes of a key's rules", RULES_BYTES_MAX),
        Ok(_) => Ok(()),
    }
}

impl fmt::Debug for KeyFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = (&self.id, &self.owner, &self.label, &self.parent);
        write!(f, "KeyFacts({names:?}, {:?}, ..)", self.rules)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?}, {:?}, ..)", self.id, self.owner)
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::Verbs;

    use super::*;

    fn facts() -> KeyFacts {
        KeyFacts {
            id: KeyId::parse("0000000000000001").unwrap(),
            mac: [0xAB; 32],
            owner: "o".repeat(NAME_BYTES_MAX),
            label: "l".repeat(NAME_BYTES_MAX),
            parent: None,
            created: UnixMillis(0),
            expires: None,
            rules: KeyRules { apis: vec!["a".repeat(TEXT_BYTES_MAX)], ..KeyRules::default() },
            replaces: None,
        }
    }

    #[test]
    fn what_is_larger_than_its_bound_is_refused() {
        assert_eq!(facts().check(), Ok(()));
        let many = |count: usize| (0..count).map(|number| number.to_string()).collect::<Vec<_>>();
        let pairs = |count| many(count).into_iter().zip(many(count)).collect::<Vec<_>>();
        let with = |change: &dyn Fn(&mut KeyFacts)| {
            let mut facts = facts();
            change(&mut facts);
            facts.check()
        };
        let address = (std::net::IpAddr::from([192, 0, 2, 1]), 32);
        let verbs_of =
            |count| many(count).into_iter().map(|name| (name, Verbs::ALL)).collect::<Vec<_>>();
        let changes: [&dyn Fn(&mut KeyFacts); 16] = [
            &|facts| facts.owner.push('x'),
            &|facts| facts.label.push('x'),
            &|facts| facts.rules.operations = many(LIST_MAX + 1),
            &|facts| facts.rules.scopes = many(LIST_MAX + 1),
            &|facts| facts.rules.apis = many(LIST_MAX + 1),
            &|facts| facts.rules.attributes = pairs(LIST_MAX + 1),
            &|facts| facts.rules.networks = vec![address; LIST_MAX + 1],
            &|facts| facts.rules.may = verbs_of(LIST_MAX + 1),
            &|facts| facts.rules.objects = pairs(LIST_MAX + 1),
            &|facts| facts.rules.origins = many(LIST_MAX + 1),
            &|facts| facts.rules.may = vec![("x".repeat(TEXT_BYTES_MAX + 1), Verbs::ALL)],
            &|facts| facts.rules.objects = vec![(String::new(), "x".repeat(1025))],
            &|facts| facts.rules.scopes = vec!["x".repeat(TEXT_BYTES_MAX + 1)],
            &|facts| facts.rules.attributes = vec![("x".repeat(1025), String::new())],
            &|facts| facts.rules.attributes = vec![(String::new(), "x".repeat(1025))],
            &|facts| facts.rules.scopes = vec!["x".repeat(TEXT_BYTES_MAX); 64],
        ];
        for change in changes {
            assert!(matches!(with(change), Err(StoreError::TooMany { .. })));
        }
    }

    #[test]
    fn no_mac_is_printed() {
        let printed = format!("{:?}", facts());
        assert!(!printed.contains("171") && printed.contains("0000000000000001"), "{printed}");
    }
}
