//! What an administrator did.

use portcullis_model::UnixMillis;

use crate::event::Object;

/// An administrative act: who, what, to how many.
#[derive(Debug, Clone, Copy)]
pub struct Administered<'a> {
    /// When it was done.
    pub time: UnixMillis,
    /// The user of the operating system who asked.
    pub uid: u32,
    /// How: `socket` of a gateway that runs, or `store`, where none does.
    pub door: &'static str,
    /// `list_sessions`, `end_sessions`, `revoke_tokens`, `issue_key`, `list_keys`, `expire_key`,
    /// `revoke_keys`, `show_key`, `report_key`, `rekey_store`, `rewrap_store`, `backup_store`,
    /// `give_back_once`; nothing for what was none.
    pub act: Option<&'static str>,
    /// Whose API.
    pub api: Option<&'a str>,
    /// Whose tokens.
    pub issuer: Option<&'a str>,
    /// What they are named by: `id`, `account`, `subject`, `opened_before`, `all`, `jti`, `issued_before`;
    /// `key`, the place of a new key; `folder`, that of a copy; `entry`, the one of `rates`.
    pub by: Option<&'static str>,
    /// The name of a session, a subject or a token; never that of an account, which is what somebody
    /// types into a login.
    pub name: Option<&'a str>,
    /// The caller to whom something was given back, where it is one.
    pub subject: Option<&'a str>,
    /// How many there were.
    pub count: Option<u64>,
    /// Rows of the store that were decrypted for it.
    pub opened: u32,
    /// Why it was not done, or does not last.
    pub problem: Option<&'a str>,
}

impl Administered<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut event = Object::open(out);
        event.plain("time", &self.time.rfc3339_text());
        event.text("event", "administered");
        event.number("uid", Some(u64::from(self.uid)));
        event.text("door", self.door);
        event.optional("act", self.act);
        event.optional("api", self.api.filter(|api| !api.is_empty()));
        event.optional("issuer", self.issuer);
        event.optional("by", self.by);
        event.optional("name", self.name);
        event.optional("subject", self.subject);
        event.number("count", self.count);
        event.number("opened", (self.opened > 0).then_some(u64::from(self.opened)));
        event.optional("problem", self.problem);
        event.close();
    }
}
