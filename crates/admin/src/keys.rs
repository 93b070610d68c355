//! What may be asked about API keys. The key itself never comes this way: whoever issues one keeps its text, and sends
//! its digest.

mod import;

use portcullis_model::key::OnReport;
use portcullis_model::{KeyId, UnixMillis};
use portcullis_store::{KeyFacts, KeyWhich, ListedKey, ShownKey};
use serde_json::{Value, json};

use crate::key_rules::{self, from_hex, hex};
use crate::members::Members;
use crate::misread::Misread;
use crate::said::Said;

pub(crate) use self::import::imported;
pub use self::import::{Import, Kept};

/// What is asked about keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRequest {
    /// A new one.
    Add {
        /// What is kept of it.
        facts: Box<KeyFacts>,
        /// Which pepper its digest was made with: the fingerprint.
        pepper: [u8; 32],
    },
    /// Keys that others issued, all of them or none.
    Import(Box<Import>),
    /// The newest ones, `max` of them.
    List {
        /// Of these.
        which: KeyWhich,
        /// How many at most.
        max: u64,
    },
    /// An end for these and all below them.
    Revoke(KeyWhich),
    /// An end that comes earlier.
    Expire {
        /// Of this one.
        id: KeyId,
        /// When, in milliseconds since 1970.
        at: u64,
    },
    /// All that is known of one.
    Show {
        /// Which.
        id: KeyId,
    },
    /// An end for one that was found where it does not belong.
    Report(Box<Report>),
}

/// A key that somebody has the text of.
#[derive(Clone, PartialEq, Eq)]
pub struct Report {
    /// Which it says it is.
    pub id: KeyId,
    /// What proves that.
    pub mac: [u8; 32],
    /// What becomes of it.
    pub on_report: OnReport,
    /// In what it was found.
    pub source: String,
    /// Where, without credentials.
    pub url: String,
}

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Report({:?}, {:?}, ..)", self.id, self.on_report)
    }
}

impl KeyRequest {
    /// Reads what `act` asks for; none, if it asks for no key.
    pub(crate) fn read(act: &str, members: &Members<'_>) -> Result<Option<Self>, Misread> {
        Ok(Some(match act {
            "add_key" => Self::Add {
                facts: Box::new(facts(members)?),
                pepper: from_hex(members.text("pepper")?).ok_or(Misread("that is no digest"))?,
            },
            "import_keys" => Self::Import(Box::new(import::read(members)?)),
            "list_keys" => Self::List { which: which(members)?, max: members.number("max")? },
            "revoke_keys" => Self::Revoke(which(members)?),
            "expire_key" => {
                Self::Expire { id: id(members.text("id")?)?, at: members.number("at")? }
            }
            "show_key" => Self::Show { id: id(members.text("id")?)? },
            "report_key" => Self::Report(Box::new(report(members)?)),
            _ => return Ok(None),
        }))
    }

    /// What reads as this.
    pub(crate) fn write(&self) -> Value {
        match self {
            Self::Add { facts, pepper } => written(facts).with("pepper", Some(hex(pepper))).into(),
            Self::Import(all) => import::write(all),
            Self::List { which, max } => {
                selected("list_keys", which).with("max", Some(*max)).into()
            }
            Self::Revoke(which) => selected("revoke_keys", which).into(),
            Self::Expire { id, at } => {
                json!({ "do": "expire_key", "id": id.to_string(), "at": at })
            }
            Self::Show { id } => json!({ "do": "show_key", "id": id.to_string() }),
            Self::Report(report) => Said::default()
                .with("do", Some("report_key"))
                .with("id", Some(report.id.to_string()))
                .with("mac", Some(hex(&report.mac)))
                .with("source", Some(&*report.source))
                .with("url", Some(&*report.url))
                .with(
                    "after",
                    match report.on_report {
                        OnReport::Revoke => None,
                        OnReport::Expire(after_ms) => Some(after_ms),
                    },
                )
                .into(),
        }
    }

    /// The word in records.
    pub(crate) const fn act(&self) -> &'static str {
        match self {
            Self::Add { .. } => "issue_key",
            Self::Import(all) if all.is_only_asked => "look_at_import",
            Self::Import(_) => "import_keys",
            Self::List { .. } => "list_keys",
            Self::Revoke(_) => "revoke_keys",
            Self::Expire { .. } => "expire_key",
            Self::Show { .. } => "show_key",
            Self::Report(_) => "report_key",
        }
    }

    /// What they are named by in records, and the name.
    pub(crate) fn named(&self) -> (&'static str, Option<String>) {
        match self {
            Self::Add { facts, .. } => ("id", Some(facts.id.to_string())),
            Self::Expire { id, .. } | Self::Show { id } => ("id", Some(id.to_string())),
            Self::Report(report) => ("id", Some(report.id.to_string())),
            // Why weak ones among them were taken, where that was said.
            Self::Import(all) => ("reason", all.reason.clone()),
            Self::List { which, .. } | Self::Revoke(which) => (by(which), name(which)),
        }
    }
}

/// A key as it is shown: without anything that opens.
pub(crate) fn listed(key: &ListedKey) -> Value {
    let time = |time: Option<UnixMillis>| time.map(UnixMillis::rfc3339);
    Said::default()
        .with("id", Some(key.id.to_string()))
        .with("owner", Some(&*key.owner))
        .with("label", Some(&*key.label))
        .with("created", time(Some(key.created)))
        .with("rules", Some(key_rules::write(&key.rules)))
        .with("parent", key.parent.map(|id| id.to_string()))
        .with("expires", time(key.expires))
        .with("last_used", time(key.last_used))
        .with("replaces", key.replaces.map(|(id, _)| id.to_string()))
        .with("imported", key.is_imported.then_some(true))
        .into()
}

/// A key and what stands around it, likewise.
pub(crate) fn shown(shown: &ShownKey) -> Value {
    let ids: Vec<String> = shown.replaced_by.iter().map(KeyId::to_string).collect();
    json!({
        "key": listed(&shown.key),
        "above": shown.above.iter().map(listed).collect::<Vec<_>>(),
        "below": shown.below,
        "replaced_by": ids,
    })
}

fn report(members: &Members<'_>) -> Result<Report, Misread> {
    let after = members.optional_time("after")?;
    Ok(Report {
        id: id(members.text("id")?)?,
        mac: from_hex(members.text("mac")?).ok_or(Misread("that is no digest"))?,
        on_report: after.map_or(OnReport::Revoke, |after| OnReport::Expire(after.0)),
        source: members.text("source")?.to_owned(),
        url: members.text("url")?.to_owned(),
    })
}

fn selected(act: &str, which: &KeyWhich) -> Said {
    let before = match which {
        KeyWhich::IssuedBefore(before) => Some(before.0),
        _ => None,
    };
    Said::default()
        .with("do", Some(act))
        .with("by", Some(by(which)))
        .with("name", name(which))
        .with("before", before)
}

const fn by(which: &KeyWhich) -> &'static str {
    match which {
        KeyWhich::Id(_) => "id",
        KeyWhich::Owner(_) => "owner",
        KeyWhich::Parent(_) => "parent",
        KeyWhich::IssuedBefore(_) => "issued_before",
        KeyWhich::All => "all",
    }
}

fn name(which: &KeyWhich) -> Option<String> {
    match which {
        KeyWhich::Id(id) | KeyWhich::Parent(id) => Some(id.to_string()),
        KeyWhich::Owner(owner) => Some(owner.clone()),
        KeyWhich::IssuedBefore(_) | KeyWhich::All => None,
    }
}

fn which(members: &Members<'_>) -> Result<KeyWhich, Misread> {
    Ok(match members.text("by")? {
        "id" => KeyWhich::Id(id(members.text("name")?)?),
        "owner" => KeyWhich::Owner(members.text("name")?.to_owned()),
        "parent" => KeyWhich::Parent(id(members.text("name")?)?),
        "issued_before" => KeyWhich::IssuedBefore(members.time("before")?),
        "all" => KeyWhich::All,
        _ => return Err(Misread("keys are not named so")),
    })
}

fn id(text: &str) -> Result<KeyId, Misread> {
    KeyId::parse(text).map_err(|_| Misread("that names no key"))
}

fn written(facts: &KeyFacts) -> Said {
    Said::default()
        .with("do", Some("add_key"))
        .with("id", Some(facts.id.to_string()))
        .with("mac", Some(hex(&facts.mac)))
        .with("owner", Some(&*facts.owner))
        .with("label", Some(&*facts.label))
        .with("created", Some(facts.created.0))
        .with("rules", Some(key_rules::write(&facts.rules)))
        .with("parent", facts.parent.map(|parent| parent.to_string()))
        .with("expires", facts.expires.map(|expires| expires.0))
        .with("replaces", facts.replaces.map(|(replaced, _)| replaced.to_string()))
        .with("overlap", facts.replaces.map(|(_, overlap)| overlap))
}

fn facts(members: &Members<'_>) -> Result<KeyFacts, Misread> {
    let replaces = match members.optional_text("replaces")? {
        Some(replaced) => Some((id(replaced)?, members.number("overlap")?)),
        None => None,
    };
    Ok(KeyFacts {
        id: id(members.text("id")?)?,
        mac: from_hex(members.text("mac")?).ok_or(Misread("that is no digest"))?,
        owner: members.text("owner")?.to_owned(),
        label: members.text("label")?.to_owned(),
        parent: members.optional_text("parent")?.map(id).transpose()?,
        created: members.time("created")?,
        expires: members.optional_time("expires")?,
        rules: key_rules::read(members.object("rules")?)?,
        replaces,
    })
}
