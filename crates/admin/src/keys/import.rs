//! Keys that others issued, as they are handed over: what their digests make under the pepper, and neither text nor
//! digest.

use portcullis_json::Value as Read;
use portcullis_model::{KeyId, KeyRules, UnixMillis};
use portcullis_store::{ImportRefused, Imported, KeyFacts};
use serde_json::{Value, json};

use crate::key_rules::{self, from_hex, hex};
use crate::members::Members;
use crate::misread::Misread;
use crate::said::Said;

/// Keys that are imported together: all of them may the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Each of them.
    pub keys: Vec<Kept>,
    /// What they may be used for.
    pub rules: KeyRules,
    /// Which pepper made what is kept of them: its fingerprint.
    pub pepper: [u8; 32],
    /// Those that were revoked or are over may come again.
    pub again: bool,
    /// Nothing is changed: only what would become of them is asked.
    pub is_only_asked: bool,
    /// Why weak ones are among them; for the record.
    pub reason: Option<String>,
}

/// One of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// What its digest makes its name.
    pub id: KeyId,
    /// What proves its text.
    pub mac: [u8; 32],
    /// Whose it is.
    pub owner: String,
    /// What people call it.
    pub label: String,
    /// When it ends.
    pub expires: Option<UnixMillis>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kept({:?}, {:?}, ..)", self.id, self.owner)
    }
}

impl Import {
    /// The keys that they become.
    pub(crate) fn facts(&self, now: UnixMillis) -> Vec<KeyFacts> {
        let facts = |kept: &Kept| KeyFacts {
            id: kept.id,
            mac: kept.mac,
            owner: kept.owner.clone(),
            label: kept.label.clone(),
            parent: None,
            created: now,
            expires: kept.expires,
            rules: self.rules.clone(),
            replaces: None,
        };
        self.keys.iter().map(facts).collect()
    }
}

/// What became of them.
pub(crate) fn imported(found: &Imported) -> Value {
    let refused = found.refused.iter().map(|(id, why)| {
        let (why, owner) = match why {
            ImportRefused::OtherOwner(owner) => ("other_owner", Some(owner.as_str())),
            ImportRefused::Ended => ("ended", None),
            ImportRefused::Known => ("known", None),
        };
        let said = Said::default().with("id", Some(id.to_string())).with("why", Some(why));
        Value::from(said.with("owner", owner))
    });
    json!({
        "added": found.added,
        "known": found.known,
        "refused": refused.collect::<Vec<_>>(),
        "room": found.room,
    })
}

pub(super) fn write(all: &Import) -> Value {
    let keys = all.keys.iter().map(|kept| {
        Value::from(
            Said::default()
                .with("id", Some(kept.id.to_string()))
                .with("mac", Some(hex(&kept.mac)))
                .with("owner", Some(&*kept.owner))
                .with("label", Some(&*kept.label))
                .with("expires", kept.expires.map(|expires| expires.0)),
        )
    });
    Said::default()
        .with("do", Some("import_keys"))
        .with("keys", Some(keys.collect::<Vec<_>>()))
        .with("rules", Some(key_rules::write(&all.rules)))
        .with("pepper", Some(hex(&all.pepper)))
        .with("again", Some(u64::from(all.again)))
        .with("is_only_asked", Some(u64::from(all.is_only_asked)))
        .with("reason", all.reason.as_deref())
        .into()
}

pub(super) fn read(members: &Members<'_>) -> Result<Import, Misread> {
    let list = members.object("keys")?;
    if !list.is_array() {
        return Err(Misread("a member is no list"));
    }
    Ok(Import {
        keys: list.items().map(kept).collect::<Result<_, _>>()?,
        rules: key_rules::read(members.object("rules")?)?,
        pepper: digest(members, "pepper")?,
        again: is_so(members, "again")?,
        is_only_asked: is_so(members, "is_only_asked")?,
        reason: members.optional_text("reason")?.map(str::to_owned),
    })
}

fn kept(value: Read<'_>) -> Result<Kept, Misread> {
    let members = Members::of(value)?;
    let kept = Kept {
        id: super::id(members.text("id")?)?,
        mac: digest(&members, "mac")?,
        owner: members.text("owner")?.to_owned(),
        label: members.text("label")?.to_owned(),
        expires: members.optional_time("expires")?,
    };
    members.end()?;
    Ok(kept)
}

fn digest(members: &Members<'_>, name: &str) -> Result<[u8; 32], Misread> {
    from_hex(members.text(name)?).ok_or(Misread("that is no digest"))
}

fn is_so(members: &Members<'_>, name: &str) -> Result<bool, Misread> {
    match members.number(name)? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Misread("a member is neither 0 nor 1")),
    }
}
