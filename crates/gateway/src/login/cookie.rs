//! Cookies that an API sets, and ours in their place (RFC 6265).

use std::fmt::Write as _;

/// One `Set-Cookie` field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SetCookie<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
    attributes: &'a str,
}

impl<'a> SetCookie<'a> {
    /// Reads a field; `None` if it sets none.
    pub(crate) fn parse(field: &'a str) -> Option<Self> {
        let (pair, attributes) = field.split_once(';').unwrap_or((field, ""));
        let (name, value) = pair.split_once('=')?;
        let value = value.trim();
        let value =
            value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
        Some(Self { name: name.trim(), value, attributes })
    }

    fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let parts = self.attributes.split(';').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| part.split_once('=').unwrap_or((part, "")))
    }

    /// For how many seconds it is good, where it says so in seconds.
    pub(crate) fn max_age(&self) -> Option<i64> {
        let mut all = self.attributes();
        let (_, value) = all.find(|(name, _)| name.eq_ignore_ascii_case("max-age"))?;
        value.trim().parse().ok()
    }

    /// Whether it takes the cookie away.
    pub(crate) fn is_removal(&self) -> bool {
        let is_past = |(name, value): (&str, &str)| {
            // 1970 and the like: what frameworks write to remove a cookie.
            name.eq_ignore_ascii_case("expires") && year(value).is_some_and(|year| year < 2000)
        };
        self.value.is_empty()
            || self.max_age().is_some_and(|seconds| seconds <= 0)
            || self.max_age().is_none() && self.attributes().any(is_past)
    }
}

/// The year of a date in any of its spellings (RFC 6265 section 5.1.1): its only four digits.
fn year(date: &str) -> Option<u32> {
    let mut words = date.split(|c: char| !c.is_ascii_digit());
    words.find(|word| word.len() == 4)?.parse().ok()
}

/// Our value in the place of theirs: as far as it reaches, so long as ours is good, out of reach of
/// scripts and of other sites' writes.
pub(crate) fn ours(theirs: &SetCookie<'_>, value: &str, seconds: u64, is_loopback: bool) -> String {
    let mut out = format!("{}={value}", theirs.name);
    let (mut is_secure, mut is_strict) = (!is_loopback, false);
    for (name, text) in theirs.attributes() {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        is_secure |= is("secure");
        is_strict |= is("samesite") && text.trim().eq_ignore_ascii_case("strict");
        if ["max-age", "expires", "secure", "httponly", "samesite"].into_iter().any(is) {
            continue;
        }
        // Writing to a String cannot fail.
        let _ =
            if text.is_empty() { write!(out, "; {name}") } else { write!(out, "; {name}={text}") };
    }
    let same_site = if is_strict { "Strict" } else { "Lax" };
    let secure = if is_secure { "; Secure" } else { "" };
    let _ = write!(out, "; Max-Age={seconds}{secure}; HttpOnly; SameSite={same_site}");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_reaches_as_far_as_theirs_and_is_guarded_at_least_as_well() {
        let is = |theirs: &str, is_loopback| {
            ours(&SetCookie::parse(theirs).unwrap(), "ours", 60, is_loopback)
        };
        for (theirs, expected) in [
            ("s=x", "s=ours; Max-Age=60; Secure; HttpOnly; SameSite=Lax"),
            (
                "s=x; Path=/api; Expires=Thu, 31 Dec 2099 23:59:59 GMT; SameSite=None",
                "s=ours; Path=/api; Max-Age=60; Secure; HttpOnly; SameSite=Lax",
            ),
            (
                "s=\"x\"; samesite=strict; Max-Age=999999; Domain=a.example; Partitioned",
                "s=ours; Domain=a.example; Partitioned; Max-Age=60; Secure; HttpOnly; SameSite=Strict",
            ),
        ] {
            assert_eq!(is(theirs, false), expected);
        }
        assert_eq!(is("s=x", true), "s=ours; Max-Age=60; HttpOnly; SameSite=Lax");
        assert!(is("s=x; secure", true).contains("; Secure;"));
    }

    #[test]
    fn a_removal_is_told_from_a_new_value() {
        let is_removal = |field| SetCookie::parse(field).unwrap().is_removal();
        for field in [
            "s=",
            "s=; Path=/",
            "s=x; Max-Age=0",
            "s=x; max-age=-1",
            "s=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "s=x; Expires=Thu, 01-Jan-1970 00:00:00 GMT",
        ] {
            assert!(is_removal(field), "{field}");
        }
        for field in ["s=x", "s=x; Max-Age=1", "s=x; Expires=Thu, 31 Dec 2099 19:59:59 GMT"] {
            assert!(!is_removal(field), "{field}");
        }
        assert_eq!(SetCookie::parse("nothing"), None);
    }
}
