//! Host and port of a URL, if all readings agree on them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// RFC 1035 section 2.3.4.
const HOST_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;
/// Numbers that one address is written of.
const NUMBERS_MAX: usize = 4;

/// A host by its one spelling.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// An address, as it is.
    Address(IpAddr),
    /// A name, in lower case, without a dot at its end.
    Name(String),
}

/// Why a text has no one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// Its scheme reads files or speaks with other servers: `file:`, `gopher:`; or is a script.
    Scheme,
    /// Blanks and control characters, which some fetchers take out.
    Blanks,
    /// Slashes other than `//`, or backslashes, which browsers take for slashes.
    Slashes,
    /// A user's name: fetchers differ on where it ends.
    User,
    /// Percent-encoding in a host.
    Encoded,
    /// An address that is not four plain numbers, or one with a zone.
    Number,
    /// Letters that some fetchers fold into others; a name of another alphabet has an `xn--` form.
    Alphabet,
    /// No host, or none that has this form.
    Host,
}

impl Doubt {
    /// As a record says it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Scheme => "a scheme that reads files, speaks with other servers or is a script",
            Self::Blanks => "a URL with blanks or control characters inside",
            Self::Slashes => "a URL with other slashes than `//`",
            Self::User => "a URL with a user's name",
            Self::Encoded => "a URL with percent-encoding in its host",
            Self::Number => "an address that is not written as four plain numbers",
            Self::Alphabet => "a host that is not in its `xn--` form",
            Self::Host => "a URL without a host that can be read",
        }
    }
}

/// What stands behind `//`, up to its path.
pub(super) fn authority(text: &str) -> Result<(Host, Option<u16>), Doubt> {
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let (own, rest) = text.split_at(end);
    if own.contains('\\') {
        return Err(Doubt::Slashes);
    }
    // `http://a#@b`: some read the host behind what ends it for others.
    let is_open = rest.starts_with(['?', '#']);
    let behind = rest.split('/').next().unwrap_or_default();
    if own.contains('@') || is_open && behind.contains('@') {
        return Err(Doubt::User);
    }
    if is_open && behind.contains('\\') {
        return Err(Doubt::Slashes);
    }
    if own.contains(|one: char| one.is_whitespace() || one.is_control()) {
        return Err(Doubt::Blanks);
    }
    if let Ok(address) = own.parse::<Ipv6Addr>() {
        return Ok((Host::Address(address.into()), None));
    }
    let (host, port) = parts(own)?;
    Ok((read(host)?, port))
}

fn parts(own: &str) -> Result<(&str, Option<u16>), Doubt> {
    let (host, port) = match own.find(']').filter(|_| own.starts_with('[')) {
        Some(end) => {
            let (host, rest) = own.split_at_checked(end + 1).ok_or(Doubt::Host)?;
            match rest {
                "" => (host, None),
                _ => (host, Some(rest.strip_prefix(':').ok_or(Doubt::Host)?)),
            }
        }
        None => match own.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (own, None),
        },
    };
    let Some(port) = port.filter(|port| !port.is_empty()) else { return Ok((host, None)) };
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Doubt::Host);
    }
    port.parse().map(|port| (host, Some(port))).map_err(|_| Doubt::Host)
}

fn read(host: &str) -> Result<Host, Doubt> {
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or(Doubt::Host)?;
        let doubt = if inner.contains('%') { Doubt::Number } else { Doubt::Host };
        let address: Ipv6Addr = inner.parse().map_err(|_| doubt)?;
        return Ok(Host::Address(address.into()));
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.contains('%') {
        return Err(Doubt::Encoded);
    }
    if !host.is_ascii() {
        return Err(Doubt::Alphabet);
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= LABEL_BYTES_MAX
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    if host.len() > HOST_BYTES_MAX || !host.split('.').all(is_label) {
        return Err(Doubt::Host);
    }
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Ok(Host::Address(IpAddr::V4(address)));
    }
    // Where the last label is a number, the URL standard reads an address or nothing.
    if host.rsplit('.').next().is_some_and(is_numeral) {
        return Err(Doubt::Number);
    }
    Ok(Host::Name(host.to_ascii_lowercase()))
}

/// Whether some fetcher reads a text as an address of IPv4: one to four numbers, also octal and hexadecimal
/// (`inet_aton`).
pub(super) fn is_number(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    text.split('.').count() <= NUMBERS_MAX && text.split('.').all(is_numeral)
}

fn is_numeral(label: &str) -> bool {
    match label.strip_prefix("0x").or_else(|| label.strip_prefix("0X")) {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}
