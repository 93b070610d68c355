//! A key that was found where it does not belong.

use portcullis_model::{KeyId, UnixMillis};

use crate::event::Object;

/// A genuine key that somebody reported: whoever did had its text.
#[derive(Debug, Clone, Copy)]
pub struct KeyReported<'a> {
    /// When.
    pub time: UnixMillis,
    /// Its public name.
    pub id: KeyId,
    /// Whose it is: who should be told.
    pub owner: &'a str,
    /// Who reported it: `github`, by a signature; `possession`, by nothing but its text; `administrator`.
    pub by: &'static str,
    /// In what it was found, in the reporter's words: `commit`.
    pub source: Option<&'a str>,
    /// Where it was found, without credentials.
    pub url: Option<&'a str>,
    /// How many keys were revoked, those below it among them; none: it has an end.
    pub revoked: Option<u64>,
    /// That end.
    pub ends: Option<UnixMillis>,
    /// Why that does not last yet.
    pub problem: Option<&'a str>,
}

impl KeyReported<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut event = Object::open(out);
        event.plain("time", &self.time.rfc3339_text());
        event.text("event", "key_reported");
        event.text("key", &self.id.to_string());
        event.text("owner", self.owner);
        event.text("by", self.by);
        event.optional("source", self.source);
        event.optional("url", self.url);
        event.number("revoked", self.revoked);
        if let Some(ends) = self.ends {
            event.plain("ends", &ends.rfc3339_text());
        }
        event.optional("problem", self.problem);
        event.close();
    }
}
