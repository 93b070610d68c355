//! Where a text points: read as every lenient fetcher would read it. One host by all readings, or a doubt.

use std::borrow::Cow;

use super::authority::{Doubt, Host, authority, is_number};

/// How a text at a place is read. Each reads what the one before reads, and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// Nothing says that URLs stand here: only what is one for everybody (`http://...`, `//host`).
    Anywhere,
    /// A URL or a path: words are paths.
    Reference,
    /// A URL, which some fetchers complete: `127.0.0.1:80/x`, `example.com/x`.
    Url,
    /// A host: every word is one.
    Host,
}

/// Where a text points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// At this API: a path, a query, a fragment.
    Path,
    /// A word that is a path where it stands for a reference, and nothing else.
    Word,
    /// At another program: `myapp://callback`, `mailto:...`.
    Program,
    /// At a host.
    Web(Web),
}

/// A host, and how it is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Web {
    /// `http`, `https`, `ws`, `wss` or another name of these; none where the text has none, or another.
    pub scheme: Option<&'static str>,
    /// Who.
    pub host: Host,
    /// The port that is written.
    pub port: Option<u16>,
}

/// What is spoken over the network by everybody, and other names of `http` for feeds and calendars.
const WEB: [&str; 6] = ["http", "https", "ws", "wss", "feed", "webcal"];
/// What some fetcher does more with than to speak HTTP (curl, Java, PHP, Python), and scripts.
const FETCHED: [&str; 47] = [
    "compress.bzip2",
    "compress.zlib",
    "data",
    "dict",
    "expect",
    "file",
    "ftp",
    "ftps",
    "git",
    "glob",
    "gopher",
    "gophers",
    "imap",
    "imaps",
    "jar",
    "javascript",
    "jndi",
    "ldap",
    "ldaps",
    "local_file",
    "mqtt",
    "mqtts",
    "netdoc",
    "nfs",
    "ogg",
    "phar",
    "php",
    "pop3",
    "pop3s",
    "rar",
    "rmi",
    "rtmp",
    "rtsp",
    "scp",
    "sftp",
    "smb",
    "smbs",
    "smtp",
    "smtps",
    "ssh",
    "ssh2",
    "telnet",
    "tftp",
    "url",
    "vbscript",
    "view-source",
    "zip",
];
/// Schemes that a number may follow, which is no port.
const NUMBERED: [&str; 6] = ["fax", "mailto", "sip", "sms", "tel", "urn"];
/// Numbers below it stand for addresses of nobody; ids are such numbers.
const ADDRESS_MIN: u64 = 1 << 24;

/// Where a text points; none where it is nothing of that kind.
pub fn target(text: &str, reading: Reading) -> Option<Result<Target, Doubt>> {
    let text = text.trim_matches(is_around);
    let joined = joined(text);
    let found = whole(&joined, reading)?;
    if joined.len() == text.len() || !matches!(found, Ok(Target::Web(_))) {
        return Some(found);
    }
    // Some take such characters out, others stop there.
    let first = text.split(is_taken_out).next().unwrap_or_default();
    Some(if whole(first, reading).as_ref() == Some(&found) { found } else { Err(Doubt::Blanks) })
}

/// What fetchers strip around a URL.
fn is_around(one: char) -> bool {
    one <= ' ' || one.is_whitespace() || matches!(one, '\u{feff}' | '\u{200b}')
}

/// What the URL standard takes out of the middle of one.
const fn is_taken_out(one: char) -> bool {
    matches!(one, '\t' | '\r' | '\n')
}

fn joined(text: &str) -> Cow<'_, str> {
    if text.contains(is_taken_out) {
        Cow::Owned(text.replace(is_taken_out, ""))
    } else {
        Cow::Borrowed(text)
    }
}

const fn is_slash(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\')
}

/// Whether a text has a blank: a sentence that begins with a URL is none.
fn is_prose(text: &str) -> bool {
    text.contains(char::is_whitespace)
}

fn whole(text: &str, reading: Reading) -> Option<Result<Target, Doubt>> {
    if text.is_empty() || reading == Reading::Anywhere && is_prose(text) {
        return None;
    }
    if let Some((scheme, rest)) = scheme(text) {
        let known = scheme.to_ascii_lowercase();
        if let Some(web) = WEB.into_iter().find(|web| *web == known) {
            return Some(behind(web, rest));
        }
        if FETCHED.contains(&&*known) {
            return fetched(&known, rest, reading).then_some(Err(Doubt::Scheme));
        }
        let is_port = reading >= Reading::Reference && begins_with_port(rest);
        if !is_port || NUMBERED.contains(&&*known) {
            let program = (reading > Reading::Anywhere).then_some(Ok(Target::Program));
            return inner_of_program(rest).or(program);
        }
    }
    if let [first, second, ..] = text.as_bytes()
        && is_slash(*first)
        && is_slash(*second)
    {
        return slashes(text, reading);
    }
    (reading > Reading::Anywhere).then(|| bare(text, reading))
}

/// What an address with a scheme of its own points at: `redis://127.0.0.1:6379`. What looks like a name there is
/// mostly none: `myapp://callback`.
fn inner_of_program(rest: &str) -> Option<Result<Target, Doubt>> {
    match authority(rest.strip_prefix("//")?) {
        Ok((host @ Host::Address(_), port)) => {
            Some(Ok(Target::Web(Web { scheme: None, host, port })))
        }
        Ok((Host::Name(name), port)) if name == "localhost" => {
            Some(Ok(Target::Web(Web { scheme: None, host: Host::Name(name), port })))
        }
        Err(Doubt::Number) => Some(Err(Doubt::Number)),
        Ok(_) | Err(_) => None,
    }
}

/// `scheme:rest` (RFC 3986 section 3.1).
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
    let begins = scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    (begins && scheme.bytes().all(is_inner)).then_some((scheme, rest))
}

/// Behind `http:`. Where other slashes than `//` follow, browsers read a host and others a path.
fn behind(scheme: &'static str, rest: &str) -> Result<Target, Doubt> {
    let inner = rest.strip_prefix("//").ok_or(Doubt::Slashes)?;
    if inner.as_bytes().first().is_some_and(|byte| is_slash(*byte)) {
        return Err(Doubt::Slashes);
    }
    let (host, port) = authority(inner)?;
    Ok(Target::Web(Web { scheme: Some(scheme), host, port }))
}

/// Whether a scheme of fetchers is meant as one. Where nothing says that URLs stand there, `zip:12345` is a text,
/// and an image inside its own URL leads nowhere.
fn fetched(scheme: &str, rest: &str, reading: Reading) -> bool {
    let is_url = rest.as_bytes().first().is_some_and(|byte| is_slash(*byte)) || rest.contains(":/");
    reading > Reading::Anywhere || is_url && scheme != "data"
}

/// Whether a port follows: what looked like a scheme was a host.
fn begins_with_port(rest: &str) -> bool {
    const DIGITS_MAX: usize = 5;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let port = rest.get(..end).unwrap_or_default();
    (1..=DIGITS_MAX).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// `//host`, and what browsers read as that.
fn slashes(text: &str, reading: Reading) -> Option<Result<Target, Doubt>> {
    let inner = text.trim_start_matches(['/', '\\']);
    let is_plain = text.starts_with("//") && text.len() - inner.len() == 2;
    let read = if is_plain { authority(inner) } else { authority(inner).and(Err(Doubt::Slashes)) };
    if reading == Reading::Anywhere && !looks_like_host(inner) {
        return None;
    }
    Some(read.map(|(host, port)| Target::Web(Web { scheme: None, host, port })))
}

/// Whether a host stands behind slashes where anything may: paths of XML and comments of programs begin so, too.
fn looks_like_host(inner: &str) -> bool {
    let end = inner.find(['/', '?', '#', '\\']).unwrap_or(inner.len());
    let own = inner.get(..end).unwrap_or_default();
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b".:@%_-".contains(&byte);
    let has_mark = own.contains(['.', '@', '%', ':']) || own.eq_ignore_ascii_case("localhost");
    own.starts_with('[') || own.bytes().all(is_inner) && (has_mark || is_number(own))
}

/// A text without scheme and without two slashes, at a place where URLs stand.
fn bare(text: &str, reading: Reading) -> Result<Target, Doubt> {
    if text.starts_with(['/', '\\', '?', '#', '.']) {
        return path(text);
    }
    let end = text.find(['/', '?', '#', '\\']).unwrap_or(text.len());
    let own = text.get(..end).unwrap_or_default();
    if reading == Reading::Host {
        return authority(text).map(|(host, port)| Target::Web(Web { scheme: None, host, port }));
    }
    if is_prose(own) || !is_host(own, reading) {
        return Ok(Target::Word);
    }
    authority(text).map(|(host, port)| Target::Web(Web { scheme: None, host, port }))
}

/// A path of this API. An encoded slash behind the first is a second one for whoever decodes twice.
fn path(text: &str) -> Result<Target, Doubt> {
    let second = text.get(1..4).unwrap_or_default().to_ascii_lowercase();
    if ["%2f", "%5c", "%09", "%0a", "%0d"].contains(&&*second) {
        return Err(Doubt::Slashes);
    }
    Ok(Target::Path)
}

/// Whether a fetcher that puts `http://` before a word would find a host.
fn is_host(own: &str, reading: Reading) -> bool {
    if own.starts_with('[') || own.eq_ignore_ascii_case("localhost") || own.contains(':') {
        return true;
    }
    if own.bytes().all(|byte| byte.is_ascii_digit()) {
        return own.parse::<u64>().is_ok_and(|number| number >= ADDRESS_MIN);
    }
    if is_number(own) {
        return true;
    }
    let last = own.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let is_end = last.bytes().all(|byte| byte.is_ascii_alphabetic()) || last.starts_with("xn--");
    let is_dotted =
        own.contains('.') && is_end || !own.is_ascii() && own.contains(['.', '。', '．', '｡']);
    // `%6c`, and `joe@host`.
    let is_disguised = own.contains(['%', '@']) && own.len() > 1;
    reading >= Reading::Url && (is_dotted || is_disguised)
}
