//! What becomes of credentials on the way to the API.

use std::borrow::Cow;

use portcullis_contract::{SchemePlace, SecurityScheme};

/// The credentials of a request that do not go on as they came.
#[derive(Debug, Default)]
pub(in crate::path) struct Credentials {
    changes: Vec<(SchemePlace, Change)>,
    are_dropped: bool,
}

#[derive(Debug)]
enum Change {
    Remove,
    Replace(String),
}

impl Credentials {
    pub(super) fn remove(&mut self, place: &SchemePlace) {
        self.set(place, Change::Remove);
    }

    /// None of them goes on, verified or not.
    pub(super) fn dropped(schemes: &[SecurityScheme]) -> Self {
        let change = |scheme: &SecurityScheme| (scheme.place.clone(), Change::Remove);
        let authorization = (SchemePlace::Authorization(String::new()), Change::Remove);
        let changes = schemes.iter().map(change).chain([authorization]).collect();
        Self { changes, are_dropped: true }
    }

    /// Whether none of them goes on.
    pub(in crate::path) const fn are_dropped(&self) -> bool {
        self.are_dropped
    }

    /// What replaces it, of `Authorization` the whole value.
    pub(super) fn replace(&mut self, place: &SchemePlace, value: String) {
        self.set(place, Change::Replace(value));
    }

    /// What somebody verified wins over what nobody did: two schemes may share one place.
    fn set(&mut self, place: &SchemePlace, change: Change) {
        match self.changes.iter_mut().find(|(known, _)| known == place) {
            Some((_, known @ Change::Remove)) => *known = change,
            Some(_) => {}
            None => self.changes.push((place.clone(), change)),
        }
    }

    /// The value of a header field as it goes on; none if it does not.
    pub(in crate::path) fn field<'v>(&'v self, name: &str, value: &'v str) -> Option<&'v str> {
        let is_here = |place: &SchemePlace| match place {
            SchemePlace::Authorization(_) => name == "authorization",
            SchemePlace::Header(known) => known == name,
            _ => false,
        };
        match self.changes.iter().find(|(place, _)| is_here(place)) {
            None => Some(value),
            Some((_, Change::Remove)) => None,
            Some((_, Change::Replace(value))) => Some(value),
        }
    }

    /// The cookies as they go on, in the form of the `Cookie` field.
    pub(in crate::path) fn cookies<'c>(&self, cookies: &'c [u8]) -> Cow<'c, [u8]> {
        if !self.has_cookies() {
            return Cow::Borrowed(cookies);
        }
        let change = |name: &[u8]| {
            self.changes.iter().find_map(|(place, change)| match place {
                SchemePlace::Cookie(known) if known.as_bytes() == name => Some(change),
                _ => None,
            })
        };
        let mut out = Vec::with_capacity(cookies.len());
        for pair in cookies.split(|byte| *byte == b';').map(<[u8]>::trim_ascii) {
            let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
            let change = change(name);
            if pair.is_empty() || matches!(change, Some(Change::Remove)) {
                continue;
            }
            if !out.is_empty() {
                out.extend_from_slice(b"; ");
            }
            match change {
                Some(Change::Replace(value)) => {
                    out.extend_from_slice(name);
                    out.push(b'=');
                    out.extend_from_slice(value.as_bytes());
                }
                _ => out.extend_from_slice(pair),
            }
        }
        Cow::Owned(out)
    }

    fn has_cookies(&self) -> bool {
        self.changes.iter().any(|(place, _)| matches!(place, SchemePlace::Cookie(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_verified_is_left_out_and_the_rest_stays() {
        let mut credentials = Credentials::default();
        let cookie = |name: &str| SchemePlace::Cookie(name.to_owned());
        credentials.remove(&cookie("session"));
        credentials.replace(&cookie("sid"), "theirs".to_owned());
        credentials.remove(&cookie("sid"));
        credentials.remove(&SchemePlace::Authorization("bearer".to_owned()));
        let sent = b"a=1; session=x; sid=ours;session=y; sessions=z";
        assert_eq!(*credentials.cookies(sent), *b"a=1; sid=theirs; sessions=z");
        assert_eq!(credentials.field("authorization", "Bearer x"), None);
        assert_eq!(credentials.field("accept", "*/*"), Some("*/*"));
    }
}
