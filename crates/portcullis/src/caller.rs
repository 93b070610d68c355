//! A caller, by the token in a file.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use portcullis_contract::{Contract, SchemePlace};
use portcullis_model::Secret;

/// Bytes of a file with a token.
const TOKEN_BYTES_MAX: u64 = 16 << 10;

/// Somebody who calls.
pub(crate) struct Caller {
    /// The name of the file, without its ending.
    pub(crate) name: String,
    file: String,
    /// What stands before the token in the header line; empty where the file holds a whole line.
    before: String,
    token: Secret,
}

impl Caller {
    pub(crate) fn read(file: &Path, contract: &Contract) -> Result<Self, String> {
        let shown = file.display().to_string();
        let failed = |error: std::io::Error| format!("`{shown}` cannot be read: {error}");
        let mut text = String::new();
        let opened = File::open(file).map_err(failed)?;
        opened.take(TOKEN_BYTES_MAX + 1).read_to_string(&mut text).map_err(failed)?;
        let token = text.trim();
        if text.len() as u64 > TOKEN_BYTES_MAX
            || token.is_empty()
            || token.contains(char::is_control)
        {
            return Err(format!("`{shown}` does not hold one token on one line"));
        }
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let before = if is_header_line(token) { String::new() } else { before(contract) };
        let token = Secret::new(token.as_bytes());
        Ok(Self { name: name.unwrap_or_default(), file: shown, before, token })
    }

    pub(crate) fn shows_the_same(&self, other: &Self) -> bool {
        self.line() == other.line()
    }

    /// The header line of a request.
    pub(crate) fn line(&self) -> String {
        format!("{}{}", self.before, String::from_utf8_lossy(self.token.expose_secret()))
    }

    /// A command that asks the same; the token stays in its file.
    pub(crate) fn curl(&self, url: &str) -> String {
        format!("curl -H \"{}$(cat {})\" '{url}'", self.before, quoted(&self.file))
    }
}

/// Whether a text is `Name: value`.
fn is_header_line(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.split_once(": ").is_some_and(|(name, _)| is_name(name))
}

/// Where the contract's first scheme that a header can carry has its credential.
fn before(contract: &Contract) -> String {
    let header = |place: &SchemePlace| match place {
        SchemePlace::Authorization(word) if word == "basic" => {
            Some("Authorization: Basic ".to_owned())
        }
        SchemePlace::Authorization(_) => Some("Authorization: Bearer ".to_owned()),
        SchemePlace::Header(name) => Some(format!("{name}: ")),
        SchemePlace::Cookie(name) => Some(format!("Cookie: {name}=")),
        SchemePlace::Query(_) | SchemePlace::MutualTls | SchemePlace::NotUnderstood => None,
    };
    let is_authorization = |place: &&SchemePlace| matches!(place, SchemePlace::Authorization(_));
    let mut places = contract.schemes.iter().map(|scheme| &scheme.place);
    let first = places.clone().find(is_authorization).and_then(header);
    first.or_else(|| places.find_map(header)).unwrap_or_else(|| "Authorization: Bearer ".to_owned())
}

/// A path as a shell reads it.
fn quoted(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte);
    if path.bytes().all(is_plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_header_line_is_known_by_its_name() {
        for (text, is_line) in [
            ("Cookie: session=a", true),
            ("X-Key: a", true),
            ("eyJh.e30.x", false),
            ("a b: c", false),
            (": a", false),
        ] {
            assert_eq!(is_header_line(text), is_line, "{text}");
        }
    }
}
