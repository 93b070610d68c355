//! How does an attack look as a file?

use portcullis_model::ControlId;
use portcullis_policy::naming::words;
use serde_json::{Value, json};

use crate::check::Against;
use crate::form::Attack;
use crate::read;

/// Bytes of an operation's name in an id.
const NAME_BYTES_MAX: usize = 30;

/// Who attacks, and what should stop them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Somebody who may call the function, at an object of another one.
    Object,
    /// Somebody who may not call the function.
    Function,
    /// Nobody.
    Nobody,
    /// Somebody who may see the object, and not all of it.
    Hidden,
    /// Somebody who may write the object, and not all of it.
    Property,
    /// Somebody who may call it, with a value of another type than is declared.
    Shape,
    /// The same, with a body that is not what its label says.
    Label,
    /// The same, with a body that ends in the middle: where it failed is told.
    Trace,
}

impl Kind {
    /// Row, control, weakness.
    const fn facts(self) -> (&'static str, ControlId, u16) {
        match self {
            Self::Object => ("A1", ControlId::ObjectOwnership, 639),
            Self::Function => ("A5", ControlId::FunctionAccess, 285),
            Self::Nobody => ("A2", ControlId::CallerIdentity, 306),
            Self::Hidden => ("A3", ControlId::ResponseShape, 213),
            Self::Property => ("A6", ControlId::WritableProperties, 915),
            Self::Shape => ("F1", ControlId::InputShape, 20),
            Self::Label => ("F2", ControlId::ContentType, 436),
            Self::Trace => ("A7", ControlId::SafeConfiguration, 209),
        }
    }
}

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
}

impl Draft {
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
        let at = self.at.as_deref().unwrap_or_default();
        let title = match self.kind {
            Kind::Object if self.at.is_some() => {
                format!("{}: {who} says by `{at}` that it is another one's", self.name)
            }
            Kind::Object => {
                format!("{}: {who} reaches what is another one's ({})", self.name, self.act)
            }
            Kind::Function => format!("{}: {who} may not call it ({})", self.name, self.act),
            Kind::Hidden => format!("{}: {who} sees `{at}`, which is hidden from them", self.name),
            Kind::Property => {
                format!("{}: {who} writes `{at}`, which is not for them to write", self.name)
            }
            Kind::Nobody => format!("{}: without a credential ({})", self.name, self.act),
            Kind::Shape => {
                format!("{}: a {} that is not as declared is taken", self.name, self.act)
            }
            Kind::Label => format!("{}: JSON that is called plain text is taken", self.name),
            Kind::Trace => format!("{}: half of a body tells where the API failed", self.name),
        };
        let mut file = json!({
            "id": id,
            "item": item,
            "control": control.name(),
            "cwe": cwe,
            "title": title,
            "before": self.before,
            "honest": self.honest,
            "attack": self.attack,
            "look": self.look,
            "harm": self.harm,
        });
        if let (Some(policy), Value::Object(members)) = (policy_file, &mut file) {
            members.insert("policy_file".to_owned(), json!(policy));
        }
        let text = format!("{file:#}\n");
        let attack = read::attack(&id, &text, against).map_err(|bad| bad.to_string())?;
        Ok((attack, text))
    }
}

fn slug(name: &str) -> String {
    let ascii = |word: &String| word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    words(name).into_iter().filter(ascii).collect::<Vec<_>>().join("-")
}

/// FNV-1a, 64 bits: the same on every machine.
fn hashed(text: &str, seed: u64) -> u64 {
    let begin = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    text.bytes().fold(begin, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
