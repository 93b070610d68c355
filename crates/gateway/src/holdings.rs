//! Whose objects are, as far as answers showed it: the ids register, and whether the lists of callers'
//! own objects can be believed (rule 11).

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use portcullis_controls::rules::Why;
use portcullis_model::{Identity, UnixMillis, Value};
use portcullis_policy::{Authorization, Hidden, OfCaller};
use portcullis_store::{
    Bounds, Caller, Forget, How, Object, Register, Since, Standing, Store, StoreError,
};

use crate::callers::Answers;

/// Objects of a list that are compared with those of another caller's.
const COMPARED_MAX: usize = 1_000;
/// Lists that wait for another caller's.
const LISTS_MAX: usize = 256;
/// Numbers under which writes are counted.
const WRITES_COUNTED: usize = 1_024;
/// Who holds that lists of a resource are apart: no caller is called so.
const OURSELVES: &str = "portcullis:own_list";

/// An object of an API, in words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) api: &'a str,
    pub(crate) resource: &'a str,
    /// Which of the resource's ids it is.
    pub(crate) kind: usize,
    pub(crate) id: &'a str,
}

/// A list: of which caller, and what was in it.
type List = (Caller, HashSet<Object>);

/// A list of one caller, held against those of others.
#[derive(Clone, Copy)]
pub(crate) struct Compared<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) objects: &'a [Object],
    /// It is the first part of the list, as the API cuts it: another part proves nothing.
    pub(crate) is_first: bool,
}

/// What callers hold.
pub(crate) struct Holdings {
    register: Register,
    /// The first list of each resource that named no owner, by API and resource: of which caller, and what
    /// was in it. Nothing: two of them had something in common.
    lists: Mutex<HashMap<(String, String), Option<List>>>,
    /// How often objects were written, many under one number.
    writes: Box<[AtomicU64]>,
    /// What was found out by asking about single objects, and what is being asked.
    pub(crate) judged: Answers<Result<Judged, String>>,
}

/// What a question about an object found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    /// Why it may not be touched, if so.
    pub(crate) why: Option<Why>,
    /// Its strong entity tag (RFC 9110 section 8.8.3).
    pub(crate) etag: Option<String>,
    /// What of it is not written, by the rules that permit it: all of that.
    pub(crate) readonly: Vec<Hidden>,
}

impl Judged {
    /// It may not be touched.
    pub(crate) const fn refused(why: Why) -> Self {
        Self { why: Some(why), etag: None, readonly: Vec::new() }
    }
}

impl Holdings {
    pub(crate) fn new(store: Option<&Store>) -> Result<Self, StoreError> {
        let register = match store {
            Some(store) => Register::of(store),
            None => Register::in_memory(Bounds::default())?,
        };
        let writes = std::iter::repeat_with(AtomicU64::default).take(WRITES_COUNTED).collect();
        Ok(Self { register, lists: Mutex::default(), writes, judged: Answers::default() })
    }

    /// How often this object was written, or another one that is counted with it.
    pub(crate) fn writes(&self, object: &Object) -> u64 {
        self.counter(object).map_or(0, |counter| counter.load(Ordering::Acquire))
    }

    /// The API was asked to do something to it, whatever it answered.
    pub(crate) fn written(&self, object: &Object) {
        if let Some(counter) = self.counter(object) {
            counter.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn counter(&self, object: &Object) -> Option<&AtomicU64> {
        let mut hasher = DefaultHasher::new();
        object.hash(&mut hasher);
        self.writes.get(hasher.finish() as usize % WRITES_COUNTED)
    }

    /// A caller; of another tenant they are somebody else.
    pub(crate) fn caller(
        &self,
        api: &str,
        identity: &Identity,
        authorization: &Authorization,
    ) -> Option<Caller> {
        let mut subject = identity.subject.to_string();
        if let Some(tenant) = &authorization.tenant {
            let texts: Vec<&str> = match tenant {
                OfCaller::Subject => vec![&identity.subject],
                OfCaller::Attribute(name) => identity
                    .attribute(name)
                    .map_or_else(Vec::new, |value| Value::texts(value).collect()),
            };
            for text in texts {
                subject.push('\0');
                subject.push_str(text);
            }
        }
        self.register.caller(api, &identity.issuer, &subject).ok()
    }

    /// An object, if its name is not too long.
    pub(crate) fn object(&self, named: Named<'_>) -> Option<Object> {
        let kind = u8::try_from(named.kind).ok()?;
        self.register.object(named.api, named.resource, kind, named.id).ok()
    }

    pub(crate) fn holds(&self, caller: &Caller, object: &Object, now: UnixMillis) -> bool {
        self.register.standing(caller, object, now) == Standing::Known
    }

    pub(crate) fn is_of_others(&self, caller: &Caller, object: &Object, now: UnixMillis) -> bool {
        self.register.standing(caller, object, now) == Standing::OthersOnly
    }

    /// The moment before the API is asked: what is forgotten after it is not learned.
    pub(crate) fn since(&self) -> Since {
        self.register.since()
    }

    /// The caller made these; of what somebody else holds nothing is learned.
    pub(crate) fn made(&self, caller: &Caller, objects: &[Object], since: Since, now: UnixMillis) {
        self.register.learn(caller, objects, How::Created, since, now);
    }

    /// A list of the caller's own showed these.
    pub(crate) fn listed(
        &self,
        caller: &Caller,
        objects: &[Object],
        since: Since,
        now: UnixMillis,
    ) {
        self.register.learn(caller, objects, How::Listed, since, now);
    }

    /// Forgets; waits until a restart does not bring it back.
    pub(crate) async fn forget(&self, what: Forget<'_>, now: UnixMillis) -> Result<(), StoreError> {
        self.register.forget(what, now).await
    }

    /// Whether lists of a resource whose items name no owner show each caller their own: once the lists of
    /// two callers had nothing in common.
    pub(crate) fn are_apart(
        &self,
        (api, resource): (&str, &str),
        Compared { caller, objects, is_first }: Compared<'_>,
        (since, now): (Since, UnixMillis),
    ) -> bool {
        let (Some(proof), Ok(ourselves)) = (
            self.object(Named { api, resource, kind: usize::from(u8::MAX), id: OURSELVES }),
            self.register.caller(api, OURSELVES, OURSELVES),
        ) else {
            return false;
        };
        let is_shared = objects.iter().any(|object| self.is_of_others(caller, object, now));
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (api.to_owned(), resource.to_owned());
        if is_shared {
            lists.insert(key, None);
            return false;
        }
        if matches!(lists.get(&key), Some(None)) {
            return false;
        }
        if self.holds(&ourselves, &proof, now) {
            return true;
        }
        if !is_first {
            return false;
        }
        match lists.get(&key) {
            Some(Some((other, first))) if other != caller && !objects.is_empty() => {
                if objects.iter().any(|object| first.contains(object)) {
                    lists.insert(key, None);
                    return false;
                }
                lists.remove(&key);
                drop(lists);
                self.listed(&ourselves, &[proof], since, now);
                true
            }
            _ => {
                let has_room = lists.len() < LISTS_MAX || lists.contains_key(&key);
                if has_room && !objects.is_empty() {
                    let first = objects.iter().take(COMPARED_MAX).copied().collect();
                    lists.insert(key, Some((*caller, first)));
                }
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_000);

    struct Here {
        holdings: Holdings,
    }

    impl Here {
        fn new() -> Self {
            Self { holdings: Holdings::new(None).unwrap() }
        }

        fn are_apart(&self, caller: &str, ids: &[&str]) -> bool {
            self.part_is_apart(caller, ids, true)
        }

        fn part_is_apart(&self, caller: &str, ids: &[&str], is_first: bool) -> bool {
            let caller = self.holdings.register.caller("shop", "issuer", caller).unwrap();
            let object = |id: &&str| {
                let named = Named { api: "shop", resource: "Card", kind: 0, id };
                self.holdings.object(named).unwrap()
            };
            let objects: Vec<Object> = ids.iter().map(object).collect();
            let when = (self.holdings.since(), NOW);
            let compared = Compared { caller: &caller, objects: &objects, is_first };
            self.holdings.are_apart(("shop", "Card"), compared, when)
        }
    }

    #[test]
    fn lists_are_believed_once_two_callers_had_nothing_in_common() {
        let here = Here::new();
        assert!(!here.are_apart("alice", &["1", "2"]));
        assert!(!here.are_apart("alice", &["1", "2"]), "her own again says nothing");
        assert!(!here.are_apart("carol", &[]), "an empty list says nothing");
        assert!(here.are_apart("bob", &["3"]));
        assert!(here.are_apart("alice", &["1", "2"]));
    }

    #[test]
    fn parts_that_callers_chose_prove_nothing() {
        let here = Here::new();
        assert!(!here.are_apart("alice", &["1", "2"]));
        assert!(!here.part_is_apart("bob", &["3"], false), "the second page of the same list");
        assert!(here.are_apart("bob", &["4"]));
        assert!(here.part_is_apart("bob", &["3"], false), "known by then");
    }

    #[test]
    fn lists_with_something_in_common_are_never_believed() {
        let here = Here::new();
        assert!(!here.are_apart("alice", &["1", "2"]));
        assert!(!here.are_apart("bob", &["2", "3"]));
        assert!(!here.are_apart("carol", &["9"]));
        assert!(!here.are_apart("alice", &["1"]));
    }
}
