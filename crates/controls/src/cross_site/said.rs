//! Who vouches for a request: `Sec-Fetch-Site` (Fetch Metadata), `Origin` (RFC 6454), `Referer`
//! (RFC 9110 section 10.1.3), in this order. No page can write the first two.

use portcullis_policy::Origin;

use super::Asked;

/// What a request says of where it comes from: each field as often as it stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Voices<'a> {
    /// `Sec-Fetch-Site`.
    pub site: &'a [&'a str],
    /// `Origin`.
    pub origin: &'a [&'a str],
    /// `Referer`.
    pub referrer: &'a [&'a str],
}

/// What that means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A page asks that may.
    Vouched,
    /// Nothing is said.
    Nothing,
    /// Another page asks, or it is not known to be one that may.
    Other(String),
    /// It has no single reading.
    Unclear(String),
}

/// Bytes of an origin that are shown.
const SHOWN_BYTES_MAX: usize = 128;

pub(super) fn said(asked: &Asked<'_>) -> Said {
    let Voices { site, origin, referrer } = asked.voices;
    for (name, lines) in [("Sec-Fetch-Site", site), ("Origin", origin), ("Referer", referrer)] {
        if lines.len() > 1 {
            return Said::Unclear(format!("`{name}` stands there {} times", lines.len()));
        }
    }
    let origin = origin.first().copied();
    match site.first().copied().and_then(Site::read) {
        Some(Site::SameOrigin) => Said::Vouched,
        Some(Site::Another(word)) => match origin {
            Some(origin) if is_one_of(asked.named, origin) => Said::Vouched,
            Some(origin) => Said::Other(format!(
                "`Sec-Fetch-Site` is `{word}`, and `origins:` does not name `{}`",
                shown(origin)
            )),
            None => Said::Other(format!("`Sec-Fetch-Site` is `{word}`, and there is no `Origin`")),
        },
        None => match (origin, referrer.first()) {
            (Some(origin), _) => of_origin(origin, "Origin", asked),
            (None, Some(referrer)) => match origin_of(referrer) {
                Some(origin) => of_origin(origin, "Referer", asked),
                None => Said::Unclear("`Referer` names no page".to_owned()),
            },
            (None, None) => Said::Nothing,
        },
    }
}

fn of_origin(origin: &str, field: &str, asked: &Asked<'_>) -> Said {
    if is_one_of(asked.own, origin) || is_one_of(asked.named, origin) {
        return Said::Vouched;
    }
    let own: Vec<&str> = asked.own.iter().map(Origin::as_str).collect();
    let own = if own.is_empty() { "none".to_owned() } else { own.join("` or `") };
    Said::Other(format!(
        "`{field}` is of `{}`, which is not the origin that was asked (`{own}`) and none of `origins:`",
        shown(origin)
    ))
}

/// The words of `Sec-Fetch-Site`.
enum Site<'a> {
    SameOrigin,
    /// Another origin, or no page at all: what a link in a mail opens has none.
    Another(&'a str),
}

impl<'a> Site<'a> {
    /// A word that nobody has defined says nothing (Fetch Metadata section 2.1).
    fn read(word: &'a str) -> Option<Self> {
        match word {
            "same-origin" => Some(Self::SameOrigin),
            "same-site" | "cross-site" | "none" => Some(Self::Another(word)),
            _ => None,
        }
    }
}

/// Compared whole: a suffix, a prefix or another port is another origin.
fn is_one_of(origins: &[Origin], origin: &str) -> bool {
    origins.iter().any(|known| known.as_str() == origin)
}

/// Scheme, host and port of a URL; none if it could be read otherwise.
fn origin_of(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    let rest = url.get(start..)?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let is_plain = !authority.is_empty() && !authority.contains('@');
    url.get(..start + end).filter(|_| is_plain)
}

fn shown(origin: &str) -> String {
    origin.chars().take(SHOWN_BYTES_MAX).collect()
}
