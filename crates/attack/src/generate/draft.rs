//! How does an attack look as a file?

use portcullis_policy::naming::words;
use serde_json::{Value, json};

use super::danger::Danger;
use super::kind::Kind;
use crate::check::Against;
use crate::form::Attack;
use crate::read;

/// Bytes of an operation's name in an id.
const NAME_BYTES_MAX: usize = 30;

/// An attack that is being made.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) operation: usize,
    /// What people call the operation.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Who attacks; none: nobody.
    pub(super) by: Option<String>,
    /// What is done, in a word.
    pub(super) act: String,
    /// The member that is seen or written, by its pointer; none: the whole object.
    pub(super) at: Option<String>,
    pub(super) before: Vec<Value>,
    pub(super) honest: Vec<Value>,
    pub(super) attack: Vec<Value>,
    pub(super) look: Vec<Value>,
    pub(super) harm: Vec<Value>,
    /// How dangerous it is where it touches what was not made for this; none: its methods tell.
    pub(super) worst: Option<Danger>,
}

impl Draft {
    /// How dangerous it is to try it.
    pub(super) fn danger(&self) -> Danger {
        let steps = self.before.iter().chain(&self.honest).chain(&self.attack);
        self.worst.unwrap_or_else(|| Danger::of(steps))
    }

    /// Its name: `gen-a1-get-order-bob-read`.
    pub(super) fn id(&self) -> String {
        let (item, ..) = self.kind.facts();
        let mut name = slug(&self.name);
        if name.len() > NAME_BYTES_MAX {
            // Two long names may begin alike.
            let begins: String = name.chars().take(NAME_BYTES_MAX - 7).collect();
            name = format!("{begins}-{:06x}", hashed(&self.name, 0) & 0xff_ffff);
        }
        let by: String = slug(self.by.as_deref().unwrap_or("nobody")).chars().take(12).collect();
        format!("gen-{}-{name}-{by}-{}", item.to_lowercase(), self.act)
    }

    /// What of the operation it tries.
    pub(super) fn what(&self) -> String {
        let by = self.by.as_deref().unwrap_or("nobody");
        let at = self.at.as_deref().map(|at| format!(" at `{at}`")).unwrap_or_default();
        format!("{} by {by}{at}", self.act)
    }

    /// What decides whether it is among those that are kept.
    pub(super) fn lot(&self, seed: u64) -> u64 {
        hashed(&self.id(), seed)
    }

    /// Written, and read as every file is.
    pub(super) fn read(
        &self,
        policy_file: Option<&str>,
        against: Against<'_>,
    ) -> Result<(Attack, String), String> {
        let (item, control, cwe) = self.kind.facts();
        let id = self.id();
        let who = self.by.as_deref().unwrap_or("nobody");
        let title = self.kind.title(&self.name, who, &self.act, self.at.as_deref());
        let mut file = json!({
            "id": id,
            "item": item,
            "control": control.name(),
            "cwe": cwe,
            "threats": self.kind.threats(&self.act),
            "title": title,
            "before": self.before,
            "honest": self.honest,
            "attack": self.attack,
            "look": self.look,
            "harm": self.harm,
        });
        if let Value::Object(members) = &mut file {
            let remedy = self.kind.remedy(&self.name, self.at.as_deref());
            members.extend(remedy.map(|line| ("remedy".to_owned(), json!(line))));
            members.extend(policy_file.map(|name| ("policy_file".to_owned(), json!(name))));
        }
        let text = format!("{file:#}\n");
        let attack = read::attack(&id, &text, against).map_err(|bad| bad.to_string())?;
        Ok((attack, text))
    }
}

pub(super) fn slug(name: &str) -> String {
    let ascii = |word: &String| word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    words(name).into_iter().filter(ascii).collect::<Vec<_>>().join("-")
}

/// FNV-1a, 64 bits: the same on every machine.
pub(super) fn hashed(text: &str, seed: u64) -> u64 {
    let begin = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    text.bytes().fold(begin, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
