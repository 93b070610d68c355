//! Whom a step can name with `as`: the sample's seeded users, or those whose credentials were given.

use std::fmt::{self, Write as _};

use portcullis_model::{Secret, did_you_mean};
use serde_json::Value;

use crate::client::Answer;

/// The names of the sample's users.
pub(crate) const NAMES: [&str; 6] = ["alice", "bob", "paula", "adam", "petra", "rita"];

/// Letters of a credential by which it is known again in a text that is printed.
const KNOWN_BY: usize = 8;

/// Somebody who calls an API of the user's own. The credential is in no attack file, and leaves in no report.
#[derive(Debug, Clone)]
pub struct Identity {
    /// How steps call them.
    pub name: String,
    /// How they show who they are.
    pub credential: Credential,
}

/// How somebody shows who they are.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A header field that their requests carry.
    Field {
        /// Its name.
        field: String,
        /// Its value.
        value: Secret,
    },
    /// They log in first, at each door anew: a gateway may give out tokens of its own.
    Login(Box<Login>),
}

/// A login.
#[derive(Debug, Clone)]
pub struct Login {
    /// The request.
    pub sent: Sent,
    /// What of its answer later requests carry.
    pub take: Take,
}

/// A request as a file describes it.
#[derive(Clone)]
pub struct Sent {
    /// Method and path.
    pub line: String,
    /// Header fields.
    pub fields: Vec<(String, String)>,
    /// The body.
    pub body: Secret,
}

/// What of the answer to a login later requests carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Take {
    /// Its cookies.
    Cookies,
    /// A text of its body.
    Body {
        /// Where it stands: a JSON Pointer.
        pointer: String,
        /// The header field that carries it.
        field: String,
        /// Its value, with `{token}`.
        template: String,
    },
    /// One of its header fields.
    Header {
        /// Which.
        from: String,
        /// The header field that carries it.
        field: String,
        /// Its value, with `{token}`.
        template: String,
    },
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Fields and body hold passwords.
        f.debug_struct("Sent").field("line", &self.line).finish_non_exhaustive()
    }
}

impl Sent {
    /// The bytes of the request.
    pub fn bytes(&self, host: &str) -> Vec<u8> {
        let mut head = format!("{} HTTP/1.1\r\nHost: {host}\r\n", self.line);
        for (name, value) in &self.fields {
            // Writing to a String cannot fail.
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let body = self.body.expose_secret();
        if !body.is_empty() || !self.line.starts_with("GET ") {
            let _ = write!(head, "Content-Length: {}\r\n", body.len());
        }
        head.push_str("Connection: close\r\n\r\n");
        [head.as_bytes(), body].concat()
    }
}

impl Login {
    /// The header field that later requests carry, by the answer to the request; or why there is none.
    pub(crate) fn taken(&self, answer: &Answer) -> Result<(String, String), String> {
        let status = answer.status;
        let (found, field, template) = match &self.take {
            Take::Cookies => {
                // Of each what stands before its first `;` (RFC 6265 section 5.2).
                let pairs = answer.all("set-cookie");
                let pairs: Vec<&str> =
                    pairs.iter().filter_map(|line| Some(line.split(';').next()?.trim())).collect();
                let found = (!pairs.is_empty()).then(|| pairs.join("; "));
                (found, "Cookie", "{token}")
            }
            Take::Body { pointer, field, template } => {
                let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
                let found = body.as_ref().and_then(|body| body.pointer(pointer)?.as_str());
                (found.map(str::to_owned), field.as_str(), template.as_str())
            }
            Take::Header { from, field, template } => {
                let found = answer.all(from).first().map(|value| (*value).to_owned());
                (found, field.as_str(), template.as_str())
            }
        };
        let found = found.ok_or_else(|| format!("the answer ({status}) has no credential"))?;
        let value = template.replace("{token}", &found);
        if value.bytes().any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f) {
            return Err("the credential has a control character".to_owned());
        }
        Ok((field.to_owned(), value))
    }
}

impl Identity {
    /// A text without what it repeats of the credential, were it only the beginning of it.
    pub(crate) fn redacted(&self, text: &str) -> String {
        match &self.credential {
            Credential::Field { value, .. } => {
                without_words(text, &String::from_utf8_lossy(value.expose_secret()))
            }
            // What a login gave was known to one session, which tells nothing of it.
            Credential::Login(_) => text.to_owned(),
        }
    }
}

/// A text without what it repeats of a credential, were it only the beginning of it.
pub(crate) fn without_words(text: &str, credential: &str) -> String {
    let parts = credential.split([' ', '=', ';', ':']);
    parts.fold(text.to_owned(), |text, part| without(&text, part))
}

/// A text without what begins like a word, as far as it goes on like it.
fn without(text: &str, word: &str) -> String {
    let Some(begins) = word.get(..KNOWN_BY) else { return text.to_owned() };
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, found)) = rest.find(begins).and_then(|at| rest.split_at_checked(at)) {
        let same = found.chars().zip(word.chars()).take_while(|(a, b)| a == b);
        let length = same.map(|(one, _)| one.len_utf8()).sum();
        out.push_str(before);
        out.push_str("[credential]");
        rest = found.get(length..).unwrap_or_default();
    }
    out + rest
}

/// The password of one of the sample's users; it gives each the name and `-pass`.
pub(crate) fn password(name: &str) -> Option<String> {
    NAMES.contains(&name).then(|| format!("{name}-pass"))
}

/// What is said of a name that is none of the sample's users.
pub(crate) fn fault(name: &str) -> Option<String> {
    if NAMES.contains(&name) {
        return None;
    }
    let hint = did_you_mean(name, NAMES).map_or_else(
        || format!("it knows `{}`", NAMES.join("`, `")),
        |near| format!("did you mean `{near}`?"),
    );
    Some(format!("`{}` is not a user of the sample; {hint}", name.escape_default()))
}

/// The same of a name under which nobody was given.
pub(crate) fn not_given(name: &str, given: &[String]) -> Option<String> {
    if given.iter().any(|known| known == name) {
        return None;
    }
    let shown = name.escape_default();
    Some(match did_you_mean(name, given.iter().map(String::as_str)) {
        Some(near) => format!("nobody is given as `{shown}`; did you mean `{near}`?"),
        None => format!(
            "`as` names `{shown}`, who is not given; write `--as {shown}=FILE` with a token in FILE"
        ),
    })
}

/// The e-mail address with which one of the sample's users logs in.
pub(crate) fn email(name: &str) -> String {
    format!("{name}@pharmacy.example")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_credential_is_left_in_a_text() {
        let value = Secret::new(*b"Bearer obviously-fake-token");
        let credential = Credential::Field { field: "Authorization".to_owned(), value };
        let one = Identity { name: "a".to_owned(), credential };
        assert_eq!(one.redacted("said obviously-fake-token; no"), "said [credential]; no");
        assert_eq!(one.redacted("cut: obviously-fak"), "cut: [credential]");
        assert_eq!(one.redacted("Bearer of news"), "Bearer of news");
    }
}
