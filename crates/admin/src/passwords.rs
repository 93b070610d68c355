//! What may be asked about passwords. No password comes this way: whoever sets one hashes it, and sends the hash.

use portcullis_credential::password::{self, Hashed};
use portcullis_store::{ListedPassword, PasswordFacts};
use serde_json::{Value, json};

use crate::members::Members;
use crate::misread::Misread;

/// What is asked about passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordRequest {
    /// This one for its user, in the place of what they have.
    Set(Box<PasswordFacts>),
    /// The users after a name, `max` of them.
    List {
        /// The name; empty: from the first one on.
        after: String,
        /// How many at most.
        max: u64,
    },
    /// None any more for this user.
    Remove {
        /// Who it is.
        user: String,
    },
}

impl PasswordRequest {
    /// Reads what `act` asks for; none, if it asks for no password.
    pub(crate) fn read(act: &str, members: &Members<'_>) -> Result<Option<Self>, Misread> {
        Ok(Some(match act {
            "set_password" => Self::Set(Box::new(facts(members)?)),
            "list_passwords" => {
                Self::List { after: members.text("after")?.to_owned(), max: members.number("max")? }
            }
            "remove_password" => Self::Remove { user: members.text("user")?.to_owned() },
            _ => return Ok(None),
        }))
    }

    /// What reads as this.
    pub(crate) fn write(&self) -> Value {
        match self {
            Self::Set(facts) => json!({
                "do": "set_password", "user": facts.user, "hash": facts.hash.text(),
                "attributes": facts.attributes,
            }),
            Self::List { after, max } => {
                json!({ "do": "list_passwords", "after": after, "max": max })
            }
            Self::Remove { user } => json!({ "do": "remove_password", "user": user }),
        }
    }

    /// The word in records.
    pub(crate) const fn act(&self) -> &'static str {
        match self {
            Self::Set(_) => "set_password",
            Self::List { .. } => "list_passwords",
            Self::Remove { .. } => "remove_password",
        }
    }

    /// Whose, for records.
    pub(crate) fn named(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Set(facts) => ("user", Some(&facts.user)),
            Self::Remove { user } => ("user", Some(user)),
            Self::List { .. } => ("all", None),
        }
    }
}

/// A user as they are shown: without anything that could be tried.
pub(crate) fn listed(one: &ListedPassword) -> Value {
    json!({
        "user": &*one.user,
        "created": one.created.rfc3339(),
        "changed": one.changed.rfc3339(),
        "attributes": one.rules.attributes,
    })
}

/// Names are taken in the spelling in which they are looked up alone.
fn facts(members: &Members<'_>) -> Result<PasswordFacts, Misread> {
    let user = members.text("user")?.to_owned();
    if password::user(&user).as_ref() != Ok(&user) {
        return Err(Misread("that is no user name"));
    }
    let hash = Hashed::parse(members.text("hash")?);
    Ok(PasswordFacts {
        user,
        hash: hash.map_err(|_| Misread("that is no hash of a password"))?,
        attributes: members.optional_pairs("attributes")?,
    })
}
